"""Adding money, withdrawing it, saved cards and bank accounts."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from dozen.core import payments as gateways
from dozen.db import Tx
from dozen.kit.errors import Fault
from dozen.services.wallet import acting
from dozen.services.wallet.pages.door import (
    REALM,
    amount_of,
    currencies,
    new_key,
    page,
    pages,
    shown_again,
    typed,
    wallet_of,
)
from dozen.services.wallet.service import tiers, topups, wallets
from dozen.services.wallet.structs import Receipt
from dozen.web import Call, Form, Page, Redirect

Short = Annotated[str, Meta(max_length=100)]


@pages.get("/add")
def add_form(call: Call, amount: Short = "", currency: Short = "") -> Page:
    """How much, and from where."""
    return _add(call, call.tx, {"amount": amount, "currency": currency, "way": "card"})


def _add(call: Call, tx: Tx, given: dict[str, str]) -> Page:
    wallet = wallet_of(call, tx, given.get("currency"))
    holder = wallets.holder(tx, call.me)
    most = tiers.allowed(tx, holder.tier, wallet.currency).balance if holder is not None else None
    cards = [each for each in gateways.methods(tx, call.me) if each.kind == "card"]
    return page(
        call,
        "add",
        given=given,
        wallet=wallet,
        mine=currencies(call, tx),
        balance=wallets.balance(tx, wallet),
        most=most,
        cards=cards,
        recent=topups.recent(tx, call.me, limit=5),
        key=new_key(),
    )


@pages.post("/add", limit=(30, 600))
async def add(call: Call, form: Form) -> Any:
    """Begin to add money."""
    given = typed(form, "amount", "currency", "way")
    saved = given["way"].removeprefix("saved-")
    try:
        wallet = await call.read(lambda tx: wallet_of(call, tx, given["currency"]))
        amount = amount_of(form, wallet.currency)
        method = (
            int(saved) if given["way"].startswith("saved-") and saved.isdigit() and len(saved) < 19 else None
        )
        way: topups.Way = "netbanking" if given["way"] == "netbanking" else "card"
        made = await acting.carry_out(
            call,
            lambda tx, proof, device: (
                topups.begin(tx, call.me, amount, wallet.currency, way=way, method=method, device_id=device)[
                    0
                ].id
            ),
            result=int,
            key=form.get("key"),
            asked=[amount, wallet.currency, way, method],
            realm=REALM,
        )
    except Fault as fault:
        return await shown_again(call, lambda tx: _add(call, tx, given), fault)
    return Redirect(f"/wallet/add/{made}")


@pages.get("/add/{topup_id}", limit=(120, 600))
async def added(call: Call, topup_id: int, redirect_status: Short = "") -> Page:
    """What becomes of it: the way to the gateway's page, and later the result."""
    found, charge = await call.read(topups.one, call.me, topup_id)
    if found.state == "open" and not charge.final:
        await call.heavy(gateways.advance, call.env, charge.id)
        found, charge = await call.read(topups.one, call.me, topup_id)
    wallet = await call.read(lambda tx: wallet_of(call, tx, found.currency))
    return page(
        call,
        "topup",
        topup=found,
        charge=charge,
        wallet=wallet,
        back=bool(redirect_status),
        stream="/wallet/stream",
    )


@pages.get("/withdraw")
def withdraw_form(call: Call, currency: Short = "") -> Page:
    """How much, and to which bank."""
    return _withdraw(call, call.tx, {"amount": "", "currency": currency, "method": ""})


def _withdraw(call: Call, tx: Tx, given: dict[str, str]) -> Page:
    wallet = wallet_of(call, tx, given.get("currency"))
    banks = [each for each in gateways.methods(tx, call.me) if each.kind == "bank_account"]
    return page(
        call,
        "withdraw",
        given=given,
        wallet=wallet,
        mine=currencies(call, tx),
        balance=wallets.balance(tx, wallet),
        banks=banks,
        key=new_key(),
    )


@pages.post("/withdraw", limit=(30, 600))
async def withdraw(call: Call, form: Form) -> Any:
    """Send money to a bank account."""
    given = typed(form, "amount", "currency", "method")
    try:
        wallet = await call.read(lambda tx: wallet_of(call, tx, given["currency"]))
        amount = amount_of(form, wallet.currency)
        method = form.number("method") or 0
        receipt = await acting.carry_out(
            call,
            lambda tx, proof, device: topups.withdraw(
                tx, call.me, amount, wallet.currency, method, proof=proof, device_id=device
            ),
            result=Receipt,
            pin=form.get("pin").strip(),
            key=form.get("key"),
            asked=[amount, wallet.currency, method],
            realm=REALM,
        )
    except Fault as fault:
        return await shown_again(call, lambda tx: _withdraw(call, tx, given), fault)
    return Redirect(f"/wallet/payments/{receipt.payment.id}", flash="The money is on its way to your bank")


@pages.get("/methods")
def methods(call: Call) -> Page:
    """Saved cards and bank accounts."""
    return page(call, "methods", methods=gateways.methods(call.tx, call.me), going=None)


@pages.post("/methods", limit=(20, 600))
async def add_method(call: Call, form: Form) -> Any:
    """Begin to save one: it is entered at the gateway's page."""
    kind: topups.Savable = "bank_account" if form.get("kind") == "bank_account" else "card"
    made = await call.write(topups.add_method, call.me, kind)
    made = await call.heavy(gateways.advance_method, call.env, made.id)
    found = await call.read(gateways.methods, call.me)
    return page(call, "methods", methods=found, going=made)


@pages.post("/methods/{method_id}/remove")
def remove_method(call: Call, method_id: int, form: Form) -> Redirect:
    gateways.remove_method(call.tx, call.me, method_id)
    return Redirect("/wallet/methods", flash="Removed")
