"""Shops in the HTML door: registering, the overview, keys, payouts, reports."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta

from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.kit.errors import Fault
from dozen.services.wallet import acting, finding
from dozen.services.wallet.errors import BadTime
from dozen.services.wallet.pages.door import amount_of, new_key, page, pages, problem, typed
from dozen.services.wallet.queries import paytm
from dozen.services.wallet.service import (
    merchant_hosts,
    merchant_keys,
    merchants,
    orders,
    shop_reports,
    shop_settlements,
    wallets,
)
from dozen.services.wallet.service.limits import day_of
from dozen.services.wallet.structs.merchants import Merchant, Settle, Settlement, Shop
from dozen.web import Call, Cursor, Form, Page, Redirect, Reply
from dozen.web.paging import next_page

Mode: TypeAlias = Literal["live", "test"]
Date = Annotated[str, Meta(max_length=40)]
INTENT_STATES = {
    "requires_payment_method": ("Not paid", ""),
    "requires_confirmation": ("Not paid", ""),
    "requires_action": ("Waits for the payer", "info"),
    "processing": ("Being looked at", "warning"),
    "requires_capture": ("Reserved", "info"),
    "succeeded": ("Paid", "success"),
    "canceled": ("Called off", ""),
}
SETTLES: dict[Settle, str] = {
    "manual": "When I say so",
    "daily": "Every day",
    "weekly": "Every Monday",
}
_FIELDS = ("name", "category", "website", "email", "about", "settle")
_DAYS = 30
_PAGE = 30


def base(shop: Shop) -> str:
    return f"/wallet/merchants/{shop.id}"


def shop_page(call: Call, shop: Shop, template: str, tab: str, *, status: int = 200, **values: Any) -> Page:
    """A page of a shop, with its tabs."""
    mode = "" if shop.live else "?mode=test"
    at = base(shop)
    tabs = [
        ("Overview", f"{at}{mode}", tab == "overview"),
        ("Products", f"{at}/products", tab == "products"),
        ("Purchases", f"{at}/purchases", tab == "purchases"),
        ("Returns", f"{at}/returns", tab == "returns"),
        ("Payments", f"{at}/payments{mode}", tab == "payments"),
        ("Payouts", f"{at}/settlements{mode}", tab == "settlements"),
        ("Codes", f"{at}/codes", tab == "codes"),
        ("Report", f"{at}/report{mode}", tab == "report"),
        ("Keys", f"{at}/keys{mode}", tab == "keys"),
        ("Webhooks", f"{at}/webhooks{mode}", tab == "webhooks"),
    ]
    return page(
        call,
        template,
        status=status,
        shop=shop.merchant,
        live=shop.live,
        mode=mode,
        tabs=tabs,
        at=at,
        intent_states=INTENT_STATES,
        **values,
    )


def mine(call: Call, tx: Tx, merchant_id: int, mode: str) -> Shop:
    return merchants.mine(tx, call.me, merchant_id, live=mode != "test")


@pages.get("/merchants")
def index(call: Call) -> Page:
    """My shops."""
    found = merchants.of(call.tx, call.me)
    sums = {each.id: merchants.balances(call.tx, Shop(each, True, call.me)) for each in found}
    return page(call, "merchant_list", shops=found, sums=sums, categories=merchants.CATEGORIES)


@pages.get("/merchants/new")
def new(call: Call) -> Page:
    """A form for a shop."""
    return _form(call, None, {"settle": "manual", "category": "food"})


@pages.post("/merchants", keeps=("name", "about"))
def register(call: Call, form: Form) -> Any:
    given = typed(form, *_FIELDS)
    try:
        made = merchants.register(call.tx, call.me, merchants.NewMerchant(**given))  # type: ignore[arg-type]
    except Fault as fault:
        return _form(call, None, given, fault)
    return Redirect(f"/wallet/merchants/{made.id}", flash="Your shop is open")


def _form(call: Call, found: Merchant | None, given: dict[str, str], fault: Fault | None = None) -> Page:
    told = problem(fault) if fault is not None else {}
    return page(
        call,
        "merchant_form",
        shop=found,
        given=given,
        categories=list(merchants.CATEGORIES.items()),
        settles=list(SETTLES.items()),
        **told,
    )


@pages.get("/merchants/{merchant_id}/edit")
def edit_form(call: Call, merchant_id: int) -> Page:
    shop = mine(call, call.tx, merchant_id, "live")
    return _form(call, shop.merchant, {name: getattr(shop.merchant, name) for name in _FIELDS})


@pages.post("/merchants/{merchant_id}/edit", keeps=("name", "about"))
def edit(call: Call, merchant_id: int, form: Form) -> Any:
    given = typed(form, *_FIELDS)
    shop = mine(call, call.tx, merchant_id, "live")
    try:
        merchants.edit(call.tx, call.me, merchant_id, merchants.Changes(**given))  # type: ignore[arg-type]
    except Fault as fault:
        return _form(call, shop.merchant, given, fault)
    return Redirect(base(shop), flash="Saved")


@pages.post("/merchants/{merchant_id}/close")
def close(call: Call, merchant_id: int, form: Form) -> Any:
    shop = mine(call, call.tx, merchant_id, "live")
    try:
        merchants.close(call.tx, call.me, merchant_id)
    except Fault as fault:
        return Redirect(f"{base(shop)}/edit", flash=fault.detail, kind="danger")
    return Redirect("/wallet/merchants", flash="The shop is closed; its history stays")


@pages.get("/merchants/{merchant_id}")
def overview(call: Call, merchant_id: int, mode: Mode = "live") -> Page:
    """What came in lately, and what there is."""
    tx, shop = call.tx, mine(call, call.tx, merchant_id, mode)
    currency = _currency(tx, shop)
    end = day_of(tx.now) + clock.DAY
    found = shop_reports.report(tx, shop, currency, end - _DAYS * clock.DAY, end)
    return shop_page(
        call,
        shop,
        "merchant_overview",
        "overview",
        balances=merchants.balances(tx, shop),
        report=found,
        labels=day_names(found),
        latest=orders.page(tx, shop, limit=6),
        settles=SETTLES,
        account_url=call.env.settings.url,
    )


def day_names(found: shop_reports.Report) -> list[str]:
    return [clock.to_datetime(each.day).strftime("%-d %b") for each in found.days]


def _currency(tx: Tx, shop: Shop) -> str:
    used = shop_reports.currencies(tx, shop)
    home = wallets.home_currency(tx)
    return home if home in used or not used else used[0]


# Keys


@pages.get("/merchants/{merchant_id}/keys")
def keys(call: Call, merchant_id: int, mode: Mode = "live") -> Page:
    return _keys(call, mine(call, call.tx, merchant_id, mode))


def _keys(call: Call, shop: Shop, **values: Any) -> Page:
    tx = call.tx
    found = [each for each in merchant_keys.keys(tx, shop) if each.live == shop.live]
    known = paytm.shop_of.first(tx, merchant=shop.id, live=shop.live)
    return shop_page(
        call,
        shop,
        "merchant_keys",
        "keys",
        keys=[each for each in found if each.usable(tx.now)],
        past=[each for each in found if not each.usable(tx.now)][:10],
        paytm=known,
        hosts=merchant_hosts.listed(tx, shop),
        own_host=merchant_hosts.host_of(shop.merchant.website),
        api_url=call.env.settings.url,
        **values,
    )


@pages.post("/merchants/{merchant_id}/keys", limit=(30, 600))
def make_key(call: Call, merchant_id: int, form: Form) -> Page:
    """The key is on this page, and on none again."""
    shop = mine(call, call.tx, merchant_id, form.get("mode"))
    try:
        kind: Any = "publishable" if form.get("kind") == "publishable" else "secret"
        made = merchant_keys.make(call.tx, shop, kind, form.get("name"))
    except Fault as fault:
        return _keys(call, shop, **problem(fault), given=typed(form, "name"))
    return _keys(call, shop, made=made)


@pages.post("/merchants/{merchant_id}/keys/{key_id}/rotate", limit=(30, 600))
def rotate_key(call: Call, merchant_id: int, key_id: int, form: Form) -> Page:
    shop = mine(call, call.tx, merchant_id, form.get("mode"))
    return _keys(call, shop, made=merchant_keys.rotate(call.tx, shop, key_id), rotated=True)


@pages.post("/merchants/{merchant_id}/keys/{key_id}/revoke")
def revoke_key(call: Call, merchant_id: int, key_id: int, form: Form) -> Redirect:
    shop = mine(call, call.tx, merchant_id, form.get("mode"))
    merchant_keys.revoke(call.tx, shop, key_id)
    back = f"{base(shop)}/keys{'' if shop.live else '?mode=test'}"
    return Redirect(back, flash="The key works no more")


@pages.post("/merchants/{merchant_id}/paytm", limit=(30, 600))
def make_paytm(call: Call, merchant_id: int, form: Form) -> Page:
    """A merchant id and key for the Paytm-shaped protocol; the key is on this page, and on none again."""
    shop = mine(call, call.tx, merchant_id, form.get("mode"))
    mid, key = merchant_keys.make_signing_key(call.tx, shop)
    return _keys(call, shop, signing=(mid, key))


@pages.post("/merchants/{merchant_id}/callback-hosts", limit=(60, 600), keeps=("hosts",))
def list_hosts(call: Call, merchant_id: int, form: Form) -> Any:
    """Where payers may be sent back to, one host a line."""
    shop = mine(call, call.tx, merchant_id, form.get("mode"))
    try:
        merchant_hosts.put(call.tx, shop, form.get("hosts")[:8_000].split())
    except Fault as fault:
        return _keys(call, shop, **problem(fault), given=typed(form, "hosts"))
    return Redirect(f"{base(shop)}/keys{'' if shop.live else '?mode=test'}", flash="Saved")


# Payouts


@pages.get("/merchants/{merchant_id}/settlements")
def settlements(call: Call, merchant_id: int, mode: Mode = "live", cursor: Cursor | None = None) -> Page:
    return _settlements(call, mine(call, call.tx, merchant_id, mode), cursor)


def _settlements(call: Call, shop: Shop, cursor: str | None = None, **values: Any) -> Page:
    tx = call.tx
    kind = f"settlements {shop.id} {shop.live}"
    before = call.cursors.open_id(kind, cursor)
    found = shop_settlements.page(tx, shop, before=ids.MAX if before is None else before, limit=_PAGE + 1)
    more = call.cursors.seal(kind, found[_PAGE - 1].id) if len(found) > _PAGE else None
    return shop_page(
        call,
        shop,
        "merchant_settlements",
        "settlements",
        balances=merchants.balances(tx, shop),
        found=found[:_PAGE],
        next=next_page(f"{base(shop)}/settlements", more, mode="" if shop.live else "test"),
        settles=SETTLES,
        key=new_key(),
        **values,
    )


@pages.post("/merchants/{merchant_id}/settlements", limit=(30, 600))
def settle(call: Call, merchant_id: int, form: Form) -> Any:
    """Pay out what there is, or what was typed."""
    shop = mine(call, call.tx, merchant_id, form.get("mode"))
    currency = form.get("currency")[:3]
    try:
        with call.tx.savepoint():
            amount = amount_of(form, currency) if form.get("amount").strip() else None
            made = acting.keyed(
                call,
                form.get("key"),
                [shop.live, currency, amount],
                Settlement,
                lambda tx: shop_settlements.settle(tx, shop, currency, amount),
                realm="wallet.shop_page",
            )
    except Fault as fault:
        return _settlements(call, shop, **problem(fault), given=typed(form, "amount", "currency"))
    back = f"{base(shop)}/settlements{'' if shop.live else '?mode=test'}"
    words = "Paid out to your wallet" if made.state == "paid" else "The payout is being looked at first"
    return Redirect(back, flash=words)


# Reports


@pages.get("/merchants/{merchant_id}/report")
def report(
    call: Call, merchant_id: int, mode: Mode = "live", start: Date = "", end: Date = "", currency: Date = ""
) -> Page:
    """By day, as a picture and as a table."""
    shop = mine(call, call.tx, merchant_id, mode)
    wrong: dict[str, Any] = {}
    try:
        found = _report(call, shop, start, end, currency)
    except BadTime as fault:
        wrong = problem(fault)
        found = _report(call, shop, "", "", currency)
    return shop_page(
        call,
        shop,
        "merchant_report",
        "report",
        report=found,
        labels=day_names(found),
        currencies=shop_reports.currencies(call.tx, shop) or [found.currency],
        first=clock.rfc3339(found.start)[:10],
        last=clock.rfc3339(found.end - 1)[:10],
        query=f"start={clock.rfc3339(found.start)[:10]}&end={clock.rfc3339(found.end - 1)[:10]}"
        f"&currency={found.currency}{'' if shop.live else '&mode=test'}",
        **wrong,
    )


@pages.get("/merchants/{merchant_id}/report.csv")
def report_csv(
    call: Call, merchant_id: int, mode: Mode = "live", start: Date = "", end: Date = "", currency: Date = ""
) -> Reply[bytes]:
    shop = mine(call, call.tx, merchant_id, mode)
    found = _report(call, shop, start, end, currency)
    name = f"report-{found.currency}-{clock.rfc3339(found.start)[:10]}"
    return finding.csv_reply(shop_reports.as_csv(found), name)


def _report(call: Call, shop: Shop, start: str, end: str, currency: str) -> shop_reports.Report:
    tx = call.tx
    wanted = currency if len(currency) == 3 and currency.isalpha() else _currency(tx, shop)
    if not start:
        last = day_of(tx.now) + clock.DAY
        return shop_reports.report(tx, shop, wanted.upper(), last - _DAYS * clock.DAY, last)
    return shop_reports.report(tx, shop, wanted.upper(), *finding.stretch(start, end))
