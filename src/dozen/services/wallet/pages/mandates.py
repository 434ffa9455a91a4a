"""Mandates in the HTML door."""

from __future__ import annotations

from typing import Any, cast

from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet import acting
from dozen.services.wallet.errors import BadTime
from dozen.services.wallet.pages.door import (
    REALM,
    amount_of,
    new_key,
    page,
    pages,
    shown_again,
    typed,
    wallet_of,
)
from dozen.services.wallet.pages.overview import QUICK
from dozen.services.wallet.service import bills, mandates
from dozen.services.wallet.structs.mandates import Every, Mandate
from dozen.web import Call, Form, Page, Redirect

QUICK.append(("Recurring", "/wallet/mandates", "repeat"))
EVERY = [
    ("week", "Every week"),
    ("month", "Every month"),
    ("quarter", "Every three months"),
    ("year", "Every year"),
]
STATES = {
    "active": ("Runs", "success"),
    "paused": ("Paused", "warning"),
    "canceled": ("Cancelled", ""),
    "ended": ("Ended", ""),
    "stopped": ("Stopped: it failed too often", "danger"),
}
DEBITS = {"paid": ("Paid", "success"), "failed": ("Failed", "danger"), "nothing": ("Nothing was due", "")}
_FIELDS = ("to", "saved", "amount", "cap", "every", "start", "end", "note")


@pages.get("/mandates")
def index(call: Call) -> Page:
    """What goes out by itself."""
    wallet_of(call, call.tx)
    return page(
        call, "mandates", mandates=mandates.of(call.tx, call.me), mandate_states=STATES, every=dict(EVERY)
    )


@pages.get("/mandates/new")
def new(call: Call) -> Page:
    """Whom, how much, how often."""
    return _form(call, call.tx, {"every": "month"})


def _form(call: Call, tx: Tx, given: dict[str, str]) -> Page:
    wallet = wallet_of(call, tx)
    kept = [
        (str(each.id), f"{each.name or of.name} · {each.number}")
        for each, of in bills.saved(tx, call.me)
        if of.asks == "bill"
    ]
    return page(
        call,
        "mandate_form",
        given=given,
        wallet=wallet,
        every=EVERY,
        own_bills=kept,
        key=new_key(),
        earliest=clock.rfc3339(tx.now + 2 * clock.DAY)[:10],
    )


@pages.post("/mandates", limit=(30, 600))
async def make(call: Call, form: Form) -> Any:
    """Approve it with the PIN."""
    given = typed(form, *_FIELDS)
    try:
        asked = await call.read(_asked, call, form, given)
        made = await acting.carry_out(
            call,
            lambda tx, proof, device: mandates.make(tx, call.me, asked, proof=proof),
            result=Mandate,
            pin=form.get("pin").strip(),
            key=form.get("key"),
            asked=[given],
            realm=REALM,
        )
    except Fault as fault:
        return await shown_again(call, lambda tx: _form(call, tx, given), fault)
    return Redirect(f"/wallet/mandates/{made.id}", flash="It runs from now on")


def _asked(tx: Tx, call: Call, form: Form, given: dict[str, str]) -> mandates.NewMandate:
    currency = wallet_of(call, tx).currency
    amount = amount_of(form, currency) if given["amount"].strip() else 0
    cap = amount_of(form, currency, "cap") if given["cap"].strip() else amount
    kept = next((each for each, _ in bills.saved(tx, call.me) if str(each.id) == given["saved"]), None)
    return mandates.NewMandate(
        payee_kind="biller" if kept is not None else "person",
        to=given["to"],
        payee=kept.biller if kept is not None else 0,
        given=kept.given if kept is not None else {},
        amount=amount if kept is None else 0,
        cap=cap,
        every=cast(Every, given["every"]),  # the verb looks
        start_at=_day(given["start"], "start"),
        end_at=_day(given["end"], "end") if given["end"].strip() else None,
        note=given["note"],
    )


def _day(text: str, name: str) -> int:
    try:
        return clock.parse_rfc3339(text.strip()[:40])
    except ValueError as error:
        raise BadTime(fields={name: "Choose a day"}) from error


@pages.get("/mandates/{mandate_id}")
def one(call: Call, mandate_id: int) -> Page:
    """One, and what became of it."""
    return _one(call, call.tx, mandate_id)


def _one(call: Call, tx: Tx, mandate_id: int) -> Page:
    return page(
        call,
        "mandate",
        mandate=mandates.one(tx, call.me, mandate_id),
        debits=mandates.debits(tx, call.me, mandate_id),
        mandate_states=STATES,
        debit_states=DEBITS,
        every=dict(EVERY),
    )


@pages.post("/mandates/{mandate_id}/pause")
def pause(call: Call, mandate_id: int, form: Form) -> Redirect:
    mandates.pause(call.tx, call.me, mandate_id)
    return Redirect(f"/wallet/mandates/{mandate_id}", flash="Paused")


@pages.post("/mandates/{mandate_id}/cancel")
def cancel(call: Call, mandate_id: int, form: Form) -> Redirect:
    mandates.cancel(call.tx, call.me, mandate_id)
    return Redirect("/wallet/mandates", flash="Cancelled")


@pages.post("/mandates/{mandate_id}/resume", limit=(30, 600))
async def resume(call: Call, mandate_id: int, form: Form) -> Any:
    """Go on, with the PIN."""
    try:
        await acting.proven(
            call,
            form.get("pin").strip(),
            lambda tx, proof: mandates.resume(tx, call.me, mandate_id, proof=proof),
        )
    except Fault as fault:
        if fault.status == 404:
            raise
        return await shown_again(call, lambda tx: _one(call, tx, mandate_id), fault)
    return Redirect(f"/wallet/mandates/{mandate_id}", flash="It goes on")
