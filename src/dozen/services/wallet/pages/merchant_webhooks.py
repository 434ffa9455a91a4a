"""Webhooks of shops in the HTML door."""

from __future__ import annotations

from typing import Any

from dozen.db import Tx
from dozen.kit import ids
from dozen.kit.errors import Fault
from dozen.services.wallet.pages.door import pages, problem, shown_again, typed
from dozen.services.wallet.pages.merchants import Mode, base, mine, shop_page
from dozen.services.wallet.service import shop_events, webhooks
from dozen.services.wallet.structs.merchants import Shop
from dozen.web import Call, Cursor, Form, Page, Redirect
from dozen.web.paging import next_page

_PAGE = 30


def _back(shop: Shop, webhook_id: int | None = None) -> str:
    at = f"{base(shop)}/webhooks" + (f"/{webhook_id}" if webhook_id is not None else "")
    return at + ("" if shop.live else "?mode=test")


@pages.get("/merchants/{merchant_id}/webhooks")
def index(call: Call, merchant_id: int, mode: Mode = "live") -> Page:
    return _index(call, call.tx, mine(call, call.tx, merchant_id, mode))


def _index(call: Call, tx: Tx, shop: Shop, **values: Any) -> Page:
    shapes = tx.part(shop_events.Words).shapes
    return shop_page(
        call,
        shop,
        "merchant_webhooks",
        "webhooks",
        found=webhooks.page(tx, shop, limit=50),
        shapes=[(name, "Dozen's own" if name == "dozen" else f"{name.title()}-shaped") for name in shapes],
        **{"given": {"shape": "dozen"}} | values,
    )


@pages.post("/merchants/{merchant_id}/webhooks", limit=(30, 600))
async def create(call: Call, merchant_id: int, form: Form) -> Any:
    """The secret is on the page that follows, and on none again."""
    shop = await call.read(lambda tx: mine(call, tx, merchant_id, form.get("mode")))
    given = typed(form, "url", "shape", "description")
    try:
        url = given["url"].strip()
        await call.heavy(webhooks.check_url, call.env, url)
        new = webhooks.NewWebhook(url=url, shape=given["shape"], description=given["description"])
        made, secret = await call.write(webhooks.create, shop, new)
    except Fault as fault:
        return await shown_again(call, lambda tx: _index(call, tx, shop, given=given), fault)
    return await call.read(lambda tx: _show(call, tx, shop, made.id, secret=secret))


@pages.get("/merchants/{merchant_id}/webhooks/{webhook_id}")
def show(
    call: Call, merchant_id: int, webhook_id: int, mode: Mode = "live", cursor: Cursor | None = None
) -> Page:
    """With what became of each delivery."""
    return _show(call, call.tx, mine(call, call.tx, merchant_id, mode), webhook_id, cursor)


def _show(call: Call, tx: Tx, shop: Shop, webhook_id: int, cursor: str | None = None, **values: Any) -> Page:
    kind = f"deliveries {webhook_id}"
    before = call.cursors.open_id(kind, cursor)
    found = webhooks.deliveries(
        tx, shop, webhook_id, before=ids.MAX if before is None else before, limit=_PAGE + 1
    )
    more = call.cursors.seal(kind, found[_PAGE - 1][0].id) if len(found) > _PAGE else None
    return shop_page(
        call,
        shop,
        "merchant_webhook",
        "webhooks",
        webhook=webhooks.get(tx, shop, webhook_id),
        found=found[:_PAGE],
        next=next_page(_back(shop, webhook_id).partition("?")[0], more, mode="" if shop.live else "test"),
        types=shop_events.TYPES,
        **{"secret": ""} | values,
    )


@pages.post("/merchants/{merchant_id}/webhooks/{webhook_id}/rotate", limit=(30, 600))
def rotate(call: Call, merchant_id: int, webhook_id: int, form: Form) -> Page:
    shop = mine(call, call.tx, merchant_id, form.get("mode"))
    _, secret = webhooks.rotate(call.tx, shop, webhook_id)
    return _show(call, call.tx, shop, webhook_id, secret=secret, rotated=True)


@pages.post("/merchants/{merchant_id}/webhooks/{webhook_id}/enable")
def enable(call: Call, merchant_id: int, webhook_id: int, form: Form) -> Redirect:
    """Or disable."""
    shop = mine(call, call.tx, merchant_id, form.get("mode"))
    on = form.get("on") == "1"
    webhooks.update(call.tx, shop, webhook_id, webhooks.Changes(enabled=on))
    return Redirect(_back(shop, webhook_id), flash="Enabled" if on else "Disabled")


@pages.post("/merchants/{merchant_id}/webhooks/{webhook_id}/delete")
def delete(call: Call, merchant_id: int, webhook_id: int, form: Form) -> Redirect:
    shop = mine(call, call.tx, merchant_id, form.get("mode"))
    webhooks.delete(call.tx, shop, webhook_id)
    return Redirect(_back(shop), flash="Deleted")


@pages.post("/merchants/{merchant_id}/webhooks/{webhook_id}/resend", limit=(60, 600))
def resend(call: Call, merchant_id: int, webhook_id: int, form: Form) -> Any:
    shop = mine(call, call.tx, merchant_id, form.get("mode"))
    try:
        webhooks.resend(call.tx, shop, webhook_id, form.number("delivery") or 0)
    except Fault as fault:
        return _show(call, call.tx, shop, webhook_id, **problem(fault))
    return Redirect(_back(shop, webhook_id), flash="It is on its way again")
