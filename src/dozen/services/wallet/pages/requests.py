"""Asking for money, splitting, reminders."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault, NotFound
from dozen.services.wallet import acting, errors
from dozen.services.wallet.pages.door import (
    REALM,
    amount_of,
    card_of,
    currencies,
    new_key,
    page,
    pages,
    said_of,
    shown_again,
    typed,
    wallet_of,
)
from dozen.services.wallet.service import receivers, reminders, requests, wallets
from dozen.services.wallet.structs import Receipt
from dozen.web import Call, Cursor, Form, Page, Redirect
from dozen.web.paging import next_page

Short = Annotated[str, Meta(max_length=200)]
_PAGE = 30


@pages.get("/requests")
def listed(call: Call, box: Literal["received", "sent"] = "received", cursor: Cursor | None = None) -> Page:
    """What one is asked for, or asks for."""
    verb = requests.received if box == "received" else requests.sent
    wallet_of(call, call.tx)
    found = verb(call.tx, call.me, before=call.cursors.open_id(f"asks {box}", cursor), limit=_PAGE)
    more = call.cursors.seal(f"asks {box}", found[-1].ask.id) if len(found) == _PAGE else None
    return page(
        call,
        "requests",
        asks=found,
        box=box,
        waiting=requests.how_many_waiting(call.tx, call.me),
        next=next_page("/wallet/requests", more, box=box),
    )


@pages.get("/request")
def ask_form(call: Call, to: Short = "", amount: Short = "", currency: Short = "") -> Page:
    """Whom to ask for how much."""
    return _ask(call, call.tx, {"to": to, "amount": amount, "note": "", "currency": currency})


def _ask(call: Call, tx: Tx, given: dict[str, str]) -> Page:
    wallet = wallet_of(call, tx, given.get("currency"))
    return page(
        call,
        "request",
        given=given,
        wallet=wallet,
        mine=currencies(call, tx),
        people_lately=receivers.lately(tx, call.me),
        key=new_key(),
    )


@pages.post("/request", limit=(40, 600))
async def ask(call: Call, form: Form) -> Any:
    given = typed(form, "to", "amount", "note", "currency")
    try:
        wallet = await call.read(lambda tx: wallet_of(call, tx, given["currency"]))
        amount = amount_of(form, wallet.currency)
        made = await acting.carry_out(
            call,
            lambda tx, proof, device: (
                requests.ask(tx, call.me, given["to"], amount, wallet.currency, note=given["note"]).id
            ),
            result=int,
            key=form.get("key"),
            asked=[given["to"], amount, wallet.currency, given["note"]],
            realm=REALM,
        )
    except Fault as fault:
        return await shown_again(call, lambda tx: _ask(call, tx, given), fault)
    return Redirect(f"/wallet/requests/{made}", flash="They have been asked")


@pages.get("/requests/{request_id}")
def one(call: Call, request_id: int) -> Page:
    """One request: to pay, decline, remind of or cancel."""
    return _one(call, call.tx, request_id)


def _one(call: Call, tx: Tx, request_id: int) -> Page:
    found = requests.one(tx, call.me, request_id)
    mine = wallets.find(tx, call.me, found.ask.currency)
    return page(
        call,
        "request_one",
        shown=found,
        ask=found.ask,
        wallet=mine,
        balance=wallets.balance(tx, mine) if mine is not None else None,
        key=new_key(),
    )


@pages.post("/requests/{request_id}/pay", limit=(60, 600))
async def pay(call: Call, request_id: int, form: Form) -> Any:
    try:
        receipt = await acting.carry_out(
            call,
            lambda tx, proof, device: requests.pay(tx, call.me, request_id, proof=proof, device_id=device),
            result=Receipt,
            pin=form.get("pin").strip(),
            key=form.get("key"),
            asked=["pay"],
            realm=REALM,
        )
    except Fault as fault:
        if isinstance(fault, errors.NoSuchRequest):
            raise
        return await shown_again(call, lambda tx: _one(call, tx, request_id), fault)
    return Redirect(f"/wallet/payments/{receipt.payment.id}", flash=said_of(receipt))


@pages.post("/requests/{request_id}/{what}")
def answer(call: Call, request_id: int, what: str, form: Form) -> Redirect:
    """Decline, cancel, remind."""
    here = f"/wallet/requests/{request_id}"
    if what == "decline":
        requests.decline(call.tx, call.me, request_id)
        return Redirect("/wallet/requests", flash="Declined")
    if what == "cancel":
        requests.cancel(call.tx, call.me, request_id)
        return Redirect("/wallet/requests?box=sent", flash="Cancelled")
    if what == "remind":
        requests.remind(call.tx, call.me, request_id)
        return Redirect(here, flash="They have been reminded")
    raise NotFound


# Splitting


@pages.get("/split")
def split_form(call: Call, amount: Short = "", note: Short = "", currency: Short = "") -> Page:
    """Share an amount among several."""
    return _split(call, call.tx, {"people": "", "amount": amount, "note": note, "currency": currency}, True)


def _split(call: Call, tx: Tx, given: dict[str, str], include_me: bool) -> Page:
    wallet = wallet_of(call, tx, given.get("currency"))
    return page(
        call,
        "split",
        given=given,
        include_me=include_me,
        wallet=wallet,
        mine=currencies(call, tx),
        people_lately=receivers.lately(tx, call.me),
        key=new_key(),
    )


@pages.post("/split", limit=(20, 600))
async def split(call: Call, form: Form) -> Any:
    given = typed(form, "people", "amount", "note", "currency")
    include_me = form.checked("include_me")
    named = [each for each in given["people"].replace(";", ",").replace("\n", ",").split(",") if each.strip()]
    named += form.all("person")
    try:
        wallet = await call.read(lambda tx: wallet_of(call, tx, given["currency"]))
        amount = amount_of(form, wallet.currency)
        made = await acting.carry_out(
            call,
            lambda tx, proof, device: (
                requests.split(
                    tx, call.me, named, amount, wallet.currency, note=given["note"], include_me=include_me
                )[0].id
            ),
            result=int,
            key=form.get("key"),
            asked=[named, amount, wallet.currency, given["note"], include_me],
            realm=REALM,
        )
    except Fault as fault:
        return await shown_again(call, lambda tx: _split(call, tx, given, include_me), fault)
    return Redirect(f"/wallet/splits/{made}", flash="Everybody has been asked for their part")


@pages.get("/splits/{split_id}")
def one_split(call: Call, split_id: int) -> Page:
    """One's own split, and what became of each part."""
    found, asks = requests.of_split(call.tx, call.me, split_id)
    paid = sum(each.ask.amount for each in asks if each.ask.state == "paid")
    return page(call, "split_one", split=found, asks=asks, paid=paid, mine_card=card_of(call.tx, call.me))


# Reminders


@pages.get("/reminders")
def list_reminders(call: Call, to: Short = "") -> Page:
    """Notes to oneself to pay somebody."""
    return _reminders(call, call.tx, {"to": to, "amount": "", "note": "", "at": "", "every": "month"})


def _reminders(call: Call, tx: Tx, given: dict[str, str]) -> Page:
    wallet = wallet_of(call, tx, given.get("currency"))
    return page(
        call,
        "reminders",
        given=given,
        wallet=wallet,
        reminders=reminders.mine(tx, call.me),
        tomorrow=clock.rfc3339(tx.now + clock.DAY)[:10],
    )


@pages.post("/reminders", limit=(40, 600))
async def add_reminder(call: Call, form: Form) -> Any:
    given = typed(form, "to", "amount", "note", "at", "every")
    every: reminders.Every = (
        "week" if given["every"] == "week" else "once" if given["every"] == "once" else "month"
    )
    try:
        wallet = await call.read(lambda tx: wallet_of(call, tx))
        amount = amount_of(form, wallet.currency)
        try:
            at = clock.parse_rfc3339(given["at"][:25]) + 9 * clock.HOUR
        except ValueError as error:
            raise errors.BadTime(fields={"at": "Choose a day"}) from error
        await call.write(
            lambda tx: reminders.add(
                tx, call.me, given["to"], amount, wallet.currency, at, every=every, note=given["note"]
            )
        )
    except Fault as fault:
        return await shown_again(call, lambda tx: _reminders(call, tx, given), fault)
    return Redirect("/wallet/reminders", flash="You will be reminded")


@pages.post("/reminders/{reminder_id}/drop")
def drop_reminder(call: Call, reminder_id: int, form: Form) -> Redirect:
    reminders.drop(call.tx, call.me, reminder_id)
    return Redirect("/wallet/reminders", flash="Forgotten")
