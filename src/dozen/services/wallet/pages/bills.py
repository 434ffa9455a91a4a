"""Bills and recharges in the HTML door."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from dozen.db import Tx
from dozen.kit.errors import Fault
from dozen.services.wallet import acting
from dozen.services.wallet.pages.door import (
    REALM,
    amount_of,
    new_key,
    page,
    pages,
    said_of,
    shown_again,
    wallet_of,
)
from dozen.services.wallet.pages.overview import QUICK
from dozen.services.wallet.service import bills, wallets
from dozen.services.wallet.service.bill_sources import month_name
from dozen.services.wallet.structs import Receipt
from dozen.services.wallet.structs.bills import CATEGORIES, Biller, PaidState
from dozen.web import Call, Cursor, Form, Page, Redirect
from dozen.web.paging import next_page

QUICK.append(("Bills", "/wallet/bills", "bolt"))
Short = Annotated[str, Meta(max_length=60)]
ICONS = {"electricity": "bolt", "water": "home", "broadband": "globe", "mobile": "mobile", "dth": "video"}
STATES: dict[PaidState, tuple[str, str]] = {
    "paid": ("Paid", "success"),
    "held": ("Being looked at", "warning"),
    "undone": ("Not paid", "danger"),
    "refunded": ("Given back", "info"),
    "part_refunded": ("Partly given back", "info"),
}
_PAGE = 20


@pages.get("/bills")
def index(call: Call, cursor: Cursor | None = None) -> Page:
    """Billers by category, kept numbers, what was paid."""
    tx = call.tx
    wallet_of(call, tx)
    before = call.cursors.open_id("bills page", cursor)
    past = bills.history(tx, call.me, **({"before": before} if before is not None else {}), limit=_PAGE)
    more = call.cursors.seal("bills page", past[-1][0].payment_id) if len(past) == _PAGE else None
    by_category: dict[str, list[Biller]] = {}
    for each in bills.billers(tx):
        by_category.setdefault(each.category, []).append(each)
    return page(
        call,
        "bills",
        by_category=by_category,
        categories=CATEGORIES,
        icons=ICONS,
        saved=bills.saved(tx, call.me),
        past=past,
        bill_states=STATES,
        next=next_page("/wallet/bills", more),
    )


@pages.get("/bills/{biller_id}")
def form(call: Call, biller_id: int, saved: int = 0) -> Page:
    """What a biller asks for; filled in from a kept number."""
    given: dict[str, str] = {}
    if saved:
        kept = next((each for each, _ in bills.saved(call.tx, call.me) if each.id == saved), None)
        given = dict(kept.given) if kept is not None and kept.biller == biller_id else {}
    return _form(call, call.tx, biller_id, given)


def _form(call: Call, tx: Tx, biller_id: int, given: dict[str, str]) -> Page:
    wallet_of(call, tx)
    return page(
        call, "bill_form", biller=bills.biller(tx, biller_id), given=given, categories=CATEGORIES, icons=ICONS
    )


@pages.post("/bills/{biller_id}", limit=(60, 600))
async def look(call: Call, biller_id: int, form: Form) -> Any:
    """What is owed, to be paid."""
    given = {name: value for name, value in form.fields() if name not in ("csrf", "key", "pin")}
    try:
        return await call.read(lambda tx: _pay_page(call, tx, biller_id, given))
    except Fault as fault:
        if fault.status in (401, 410):
            raise
        return await shown_again(call, lambda tx: _form(call, tx, biller_id, given), fault)


def _pay_page(call: Call, tx: Tx, biller_id: int, given: dict[str, str]) -> Page:
    of = bills.biller(tx, biller_id)
    wallet = wallet_of(call, tx, of.currency)
    return page(
        call,
        "bill_pay",
        biller=of,
        bill=bills.fetch(tx, biller_id, given),
        given=given,
        wallet=wallet,
        balance=wallets.balance(tx, wallet),
        month_name=month_name,
        key=new_key(),
    )


@pages.post("/bills/{biller_id}/pay", limit=(60, 600))
async def pay(call: Call, biller_id: int, form: Form) -> Any:
    """Pay it."""
    given = {name: value for name, value in form.fields() if name not in ("csrf", "key", "pin")}
    try:
        of = await call.read(bills.biller, biller_id)
        plan = form.get("plan")
        amount = amount_of(form, of.currency) if form.get("amount").strip() and not plan else None
        receipt = await acting.carry_out(
            call,
            lambda tx, proof, device: bills.pay(
                tx, call.me, biller_id, given, amount, plan_id=plan, proof=proof, device_id=device
            ),
            result=Receipt,
            pin=form.get("pin").strip(),
            key=form.get("key"),
            asked=[biller_id, given],
            realm=REALM,
        )
        if form.checked("keep"):
            await call.write(bills.save, call.me, biller_id, given)
    except Fault as fault:

        def again(tx: Tx) -> Page:
            try:
                return _pay_page(call, tx, biller_id, given)
            except Fault:
                return _form(call, tx, biller_id, given)

        return await shown_again(call, again, fault)
    return Redirect(f"/wallet/bills/paid/{receipt.payment.id}", flash=said_of(receipt))


@pages.get("/bills/paid/{payment_id}")
def receipt(call: Call, payment_id: int) -> Page:
    """The receipt, with the biller's reference."""
    found, of = bills.paid(call.tx, call.me, payment_id)
    return page(
        call,
        "bill_receipt",
        paid=found,
        back=bills.parts_back(found, found.refunded),
        biller=of,
        bill_states=STATES,
        month_name=month_name,
        icons=ICONS,
    )


@pages.post("/bills/saved/{saved_id}/drop")
def forget(call: Call, saved_id: int, form: Form) -> Redirect:
    bills.forget(call.tx, call.me, saved_id)
    return Redirect("/wallet/bills", flash="Kept no longer")
