"""What shops ask for and get, in the HTML door: the list, one payment, asking for one, giving back."""

from __future__ import annotations

from typing import Any

from dozen.core import accounts
from dozen.db import Tx
from dozen.kit import ids, money
from dozen.kit.errors import Fault
from dozen.services.wallet import acting
from dozen.services.wallet.pages.door import amount_of, new_key, pages, problem, typed
from dozen.services.wallet.pages.merchants import Mode, base, mine, shop_page
from dozen.services.wallet.queries.orders import Condition
from dozen.services.wallet.service import customers, order_links, order_refunds, orders, paying, wallets
from dozen.services.wallet.structs.merchants import STEPS, Intent, Refund, Shop
from dozen.web import Call, Cursor, Form, Page, Redirect
from dozen.web.paging import next_page

_PAGE = 30
_ASKED = ("amount", "reference", "description", "capture", "currency")
_TABS = (("", "All"), ("succeeded", "Paid"), ("requires_capture", "Reserved"), ("requires_action", "Waiting"))


@pages.get("/merchants/{merchant_id}/payments")
def index(
    call: Call, merchant_id: int, mode: Mode = "live", state: str = "", cursor: Cursor | None = None
) -> Page:
    """The newest first."""
    tx, shop = call.tx, mine(call, call.tx, merchant_id, mode)
    wanted = state if state in STEPS else ""
    kind = f"intents {shop.id} {shop.live} {wanted}"
    before = call.cursors.open_id(kind, cursor)
    found = orders.page(
        tx,
        shop,
        before=ids.MAX if before is None else before,
        limit=_PAGE + 1,
        conditions=(Condition("state", "=", wanted),) if wanted else (),
    )
    more = call.cursors.seal(kind, found[_PAGE - 1].id) if len(found) > _PAGE else None
    at = f"{base(shop)}/payments"
    chosen = "" if shop.live else "test"
    return shop_page(
        call,
        shop,
        "merchant_payments",
        "payments",
        found=found[:_PAGE],
        chips=[(word, onward_state(at, name, chosen), name == wanted) for name, word in _TABS],
        next=next_page(at, more, mode=chosen, state=wanted),
    )


def onward_state(at: str, state: str, mode: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in (("state", state), ("mode", mode)) if value)
    return f"{at}?{query}" if query else at


@pages.get("/merchants/{merchant_id}/payments/new")
def ask_form(call: Call, merchant_id: int, mode: Mode = "live") -> Page:
    shop = mine(call, call.tx, merchant_id, mode)
    return _ask_form(call, shop, {"capture": "automatic"})


def _ask_form(call: Call, shop: Shop, given: dict[str, str], fault: Fault | None = None) -> Page:
    told = problem(fault) if fault is not None else {}
    home = wallets.home_currency(call.tx)
    return shop_page(call, shop, "merchant_ask", "payments", given=given, currency=home, **told)


@pages.post("/merchants/{merchant_id}/payments", keeps=("description",))
def ask(call: Call, merchant_id: int, form: Form) -> Any:
    """Ask for a payment; its page has the link to send."""
    shop = mine(call, call.tx, merchant_id, form.get("mode"))
    given = typed(form, *_ASKED)
    try:
        currency = form.get("currency")[:3] or wallets.home_currency(call.tx)
        made = orders.create(
            call.tx,
            shop,
            orders.NewIntent(
                amount=amount_of(form, currency),
                currency=currency,
                reference=given["reference"],
                description=given["description"],
                capture="manual" if given["capture"] == "manual" else "automatic",
            ),
        )
    except Fault as fault:
        return _ask_form(call, shop, given, fault)
    paying.request(call.tx, shop, made.id)
    return Redirect(_at(shop, made.id), flash="Send the link to who is to pay")


def _at(shop: Shop, intent_id: int) -> str:
    return f"{base(shop)}/payments/{intent_id}{'' if shop.live else '?mode=test'}"


@pages.get("/merchants/{merchant_id}/payments/{intent_id}")
def show(call: Call, merchant_id: int, intent_id: int, mode: Mode = "live") -> Page:
    shop = mine(call, call.tx, merchant_id, mode)
    return _show(call, call.tx, shop, intent_id)


def _show(call: Call, tx: Tx, shop: Shop, intent_id: int, fault: Fault | None = None, **values: Any) -> Page:
    found = orders.get(tx, shop, intent_id)
    told = problem(fault) if fault is not None else {}
    customer = customers.get(tx, shop, found.customer_id) if found.customer_id is not None else None
    payer = accounts.cards(tx, [found.payer]).get(found.payer) if found.payer else None
    return shop_page(
        call,
        shop,
        "merchant_payment",
        "payments",
        intent=found,
        payer=payer,
        customer=customer,
        refunds=order_refunds.page(tx, shop, intent_id=found.id, limit=100),
        link=call.env.settings.url + order_links.link(call.env, found.id),
        left=found.received - found.refunded,
        plain=_plain(found),
        key=new_key(),
        reasons=[(each, each.replace("_", " ").capitalize()) for each in order_refunds.REASONS],
        **told,
        **values,
    )


def _plain(found: Intent) -> dict[str, str]:
    return {
        "capture": money.plain(found.capturable, found.currency),
        "refund": money.plain(found.received - found.refunded, found.currency),
    }


def _do(call: Call, merchant_id: int, intent_id: int, form: Form, verb: Any, said: str) -> Any:
    shop = mine(call, call.tx, merchant_id, form.get("mode"))
    found = orders.get(call.tx, shop, intent_id)
    try:
        with call.tx.savepoint():
            amount = amount_of(form, found.currency) if form.get("amount").strip() else None
            verb(shop, amount)
    except Fault as fault:
        return _show(call, call.tx, shop, intent_id, fault, given=typed(form, "amount", "reason"))
    return Redirect(_at(shop, intent_id), flash=said)


@pages.post("/merchants/{merchant_id}/payments/{intent_id}/capture", limit=(60, 600))
def capture(call: Call, merchant_id: int, intent_id: int, form: Form) -> Any:
    return _do(
        call,
        merchant_id,
        intent_id,
        form,
        lambda shop, amount: orders.capture(call.tx, shop, intent_id, amount),
        "Captured",
    )


@pages.post("/merchants/{merchant_id}/payments/{intent_id}/cancel", limit=(60, 600))
def cancel(call: Call, merchant_id: int, intent_id: int, form: Form) -> Any:
    return _do(
        call,
        merchant_id,
        intent_id,
        form,
        lambda shop, amount: orders.cancel(call.tx, shop, intent_id),
        "Called off",
    )


@pages.post("/merchants/{merchant_id}/payments/{intent_id}/refund", limit=(60, 600))
def refund(call: Call, merchant_id: int, intent_id: int, form: Form) -> Any:
    return _do(
        call,
        merchant_id,
        intent_id,
        form,
        lambda shop, amount: acting.keyed(
            call,
            form.get("key"),
            [shop.live, amount, form.get("reason")],
            Refund,
            lambda tx: order_refunds.create(tx, shop, intent_id, amount, reason=form.get("reason")[:40]),
            realm="wallet.shop_page",
        ),
        "Given back",
    )
