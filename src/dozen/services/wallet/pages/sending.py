"""Paying people: whom and how much, then who that is and the PIN, then the receipt."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from dozen.db import Tx
from dozen.kit import money
from dozen.kit.errors import Fault
from dozen.services.wallet import acting
from dozen.services.wallet.errors import InsufficientFunds, NoWallet, OwnWallet
from dozen.services.wallet.pages.door import (
    REALM,
    amount_of,
    currencies,
    new_key,
    page,
    pages,
    said_of,
    shown_again,
    typed,
    wallet_of,
)
from dozen.services.wallet.pages.history import receipt_page
from dozen.services.wallet.service import limits, receivers, refunding, sending, wallets
from dozen.services.wallet.service.moving import checked_note
from dozen.services.wallet.structs import Receipt
from dozen.web import Call, Form, Page, Redirect

Short = Annotated[str, Meta(max_length=200)]
_FIELDS = ("to", "amount", "note", "currency")


@pages.get("/send")
def send_form(call: Call, to: Short = "", amount: Short = "", note: Short = "", currency: Short = "") -> Page:
    """Whom, how much, what for."""
    given = {"to": to, "amount": amount, "note": note, "currency": currency}
    return _form(call, call.tx, given)


def _form(call: Call, tx: Tx, given: dict[str, str]) -> Page:
    wallet = wallet_of(call, tx, given.get("currency"))
    return page(
        call,
        "send",
        given=given,
        wallet=wallet,
        balance=wallets.balance(tx, wallet),
        mine=currencies(call, tx),
        people_lately=receivers.lately(tx, call.me),
    )


@pages.post("/send", limit=(60, 600))
async def check(call: Call, form: Form) -> Any:
    """Who is meant, to be confirmed."""
    given = typed(form, *_FIELDS)
    try:
        return await call.read(_confirm, call, given, form)
    except Fault as fault:
        return await shown_again(call, lambda tx: _form(call, tx, given), fault)


def _confirm(tx: Tx, call: Call, given: dict[str, str], form: Form) -> Page:
    wallet = wallet_of(call, tx, given["currency"])
    amount = amount_of(form, wallet.currency)
    note = checked_note(given["note"])
    found = receivers.find(tx, call.me, given["to"], wallet.currency)
    if found.person == call.me:
        raise OwnWallet(fields={"to": OwnWallet.title})
    if found.wallet is None:
        raise NoWallet(fields={"to": f"{found.card.name} has no wallet in {wallet.currency} yet"})
    there = wallets.balance(tx, wallet).available or 0
    if amount > there and not form.get("pin"):  # before anybody enters a PIN for nothing
        raise InsufficientFunds(fields={"amount": f"You can use {money.text(there, wallet.currency)}"})
    return _confirm_page(call, tx, given | {"note": note}, found, amount)


def _confirm_page(call: Call, tx: Tx, given: dict[str, str], found: receivers.Receiver, amount: int) -> Page:
    wallet = wallet_of(call, tx, given["currency"])
    holder = wallets.holder(tx, call.me)
    allowed = limits.allowance(tx, holder, wallet.currency) if holder is not None else None
    return page(
        call,
        "send_confirm",
        given=given,
        wallet=wallet,
        balance=wallets.balance(tx, wallet),
        receiver=found,
        amount=amount,
        allowed=allowed,
        key=new_key(),
    )


@pages.post("/send/confirm", limit=(60, 600))
async def confirm(call: Call, form: Form) -> Any:
    """Pay."""
    given = typed(form, *_FIELDS)
    try:
        wallet = await call.read(lambda tx: wallet_of(call, tx, given["currency"]))
        amount = amount_of(form, wallet.currency)
        receipt = await acting.carry_out(
            call,
            lambda tx, proof, device: sending.send(
                tx, call.me, given["to"], amount, wallet.currency, note=given["note"], proof=proof,
                device_id=device,
            ),
            result=Receipt,
            pin=form.get("pin").strip(),
            key=form.get("key"),
            asked=[given["to"], amount, wallet.currency, given["note"]],
            realm=REALM,
            to=(given["to"], wallet.currency),
        )  # fmt: skip
    except Fault as fault:

        def again(tx: Tx) -> Page:
            try:
                return _confirm(tx, call, given, form)
            except Fault:
                return _form(call, tx, given)

        return await shown_again(call, again, fault)
    return Redirect(f"/wallet/payments/{receipt.payment.id}", flash=said_of(receipt))


@pages.post("/payments/{payment_id}/refund", limit=(30, 600))
async def refund(call: Call, payment_id: int, form: Form) -> Any:
    """Give back what one was paid."""
    given = typed(form, "amount", "note")
    try:
        detail = await call.read(lambda tx: receipt_page(call, tx, payment_id))
        currency = detail.values["line"].currency
        amount = amount_of(form, currency) if given["amount"].strip() else None
        receipt = await acting.carry_out(
            call,
            lambda tx, proof, device: refunding.refund(
                tx, call.me, payment_id, amount, note=given["note"], proof=proof, device_id=device
            ),
            result=Receipt,
            pin=form.get("pin").strip(),
            key=form.get("key"),
            asked=[amount, given["note"]],
            realm=REALM,
        )
    except Fault as fault:
        if fault.status == 404:
            raise
        return await shown_again(call, lambda tx: receipt_page(call, tx, payment_id, given=given), fault)
    return Redirect(f"/wallet/payments/{receipt.payment.id}", flash="Given back")
