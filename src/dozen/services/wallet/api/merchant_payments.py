"""Payments and webhooks of shops in the native JSON door."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.services.wallet import errors
from dozen.services.wallet.api.door import KEYED, api, currency_of
from dozen.services.wallet.api.merchants import OPEN, OWN, SHOP, keyed, mine
from dozen.services.wallet.errors import merchants as faults
from dozen.services.wallet.queries.orders import Condition
from dozen.services.wallet.schemas import merchants as shapes
from dozen.services.wallet.schemas.common import minor
from dozen.services.wallet.schemas.merchants import Mode
from dozen.services.wallet.service import merchants, order_links, order_refunds, orders, paying, webhooks
from dozen.services.wallet.structs.merchants import Intent, IntentState, Refund, Shop
from dozen.web import Call, Cursor, Limit, Listing

_BASE = "/api/merchants/{merchant_id}"
_ONE = (*OWN, faults.NoSuchIntent)
_HOOK = (*OWN, faults.NoSuchWebhook)


def _shape(call: Call, found: Intent) -> shapes.ShopPayment:
    return shapes.shop_payment(found, call.env.settings.url + order_links.link(call.env, found.id))


@api.post(
    _BASE + "/payments",
    scope=SHOP,
    limit=(600, 60),
    raises=[*OPEN, *KEYED, errors.BadAmount, faults.BadIntent, faults.BadMetadata, faults.BadReturnUrl],
)
def ask(call: Call, merchant_id: int, data: shapes.NewShopPayment, mode: Mode = "live") -> shapes.ShopPayment:
    """Ask to be paid; send the payer to `approve_url`."""
    shop = mine(call, merchant_id, mode)
    currency = currency_of(call, data.currency)
    new = orders.NewIntent(
        amount=minor(data.amount, currency),
        currency=currency,
        reference=data.reference,
        description=data.description,
        capture=data.capture,
        return_url=data.return_url,
        metadata=data.metadata,
        lasts=data.minutes * clock.MINUTE,
    )

    def verb(tx: Tx) -> Intent:
        return paying.request(tx, shop, orders.create(tx, shop, new).id)

    return _shape(call, keyed(call, [mode, new], Intent, verb))


@api.get(_BASE + "/payments", scope=SHOP, raises=OWN)
def index(
    call: Call,
    merchant_id: int,
    mode: Mode = "live",
    state: IntentState | None = None,
    reference: str = "",
    cursor: Cursor | None = None,
    limit: Limit = 30,
) -> Listing[shapes.ShopPayment]:
    """The newest first."""
    shop = mine(call, merchant_id, mode)
    conditions = [Condition("state", "=", state)] if state else []
    if reference:
        conditions.append(Condition("reference", "=", reference))
    kind = f"intents {shop.id} {shop.live} {state or ''} {reference}"
    before = call.cursors.open_id(kind, cursor)
    found = orders.page(
        call.tx,
        shop,
        before=ids.MAX if before is None else before,
        limit=limit + 1,
        conditions=tuple(conditions),
    )
    onward = call.cursors.seal(kind, found[limit - 1].id) if len(found) > limit else None
    return Listing([_shape(call, each) for each in found[:limit]], onward)


@api.get(_BASE + "/payments/{payment_id}", scope=SHOP, raises=_ONE)
def show(call: Call, merchant_id: int, payment_id: int, mode: Mode = "live") -> shapes.ShopPayment:
    """One payment to the shop."""
    return _shape(call, orders.get(call.tx, mine(call, merchant_id, mode), payment_id))


@api.post(
    _BASE + "/payments/{payment_id}/capture",
    scope=SHOP,
    status=200,
    raises=[*_ONE, *KEYED, faults.WrongState, faults.CaptureTooLarge, faults.CaptureExpired],
)
def capture(
    call: Call, merchant_id: int, payment_id: int, data: shapes.CaptureShape, mode: Mode = "live"
) -> shapes.ShopPayment:
    """Take what was reserved, or a part of it; the rest is the payer's again."""
    shop = mine(call, merchant_id, mode)
    amount = _amount(call, shop, payment_id, data.amount)
    made = keyed(call, [mode, amount], Intent, lambda tx: orders.capture(tx, shop, payment_id, amount))
    return _shape(call, made)


@api.post(
    _BASE + "/payments/{payment_id}/cancel", scope=SHOP, status=200, raises=[*_ONE, *KEYED, faults.WrongState]
)
def cancel(call: Call, merchant_id: int, payment_id: int, mode: Mode = "live") -> shapes.ShopPayment:
    """It will not take place; what was reserved is the payer's again."""
    shop = mine(call, merchant_id, mode)
    return _shape(call, keyed(call, [mode], Intent, lambda tx: orders.cancel(tx, shop, payment_id)))


@api.get(_BASE + "/payments/{payment_id}/refunds", scope=SHOP, raises=_ONE)
def refunds(
    call: Call, merchant_id: int, payment_id: int, mode: Mode = "live"
) -> Listing[shapes.RefundShape]:
    """What was given back of a payment, newest first."""
    shop = mine(call, merchant_id, mode)
    orders.get(call.tx, shop, payment_id)
    found = order_refunds.page(call.tx, shop, intent_id=payment_id, limit=200)
    return Listing([shapes.refund(each) for each in found])


@api.post(
    _BASE + "/payments/{payment_id}/refunds",
    scope=SHOP,
    raises=[*_ONE, *KEYED, faults.WrongState, faults.RefundTooLarge, errors.InsufficientFunds],
)
def refund(
    call: Call, merchant_id: int, payment_id: int, data: shapes.NewRefundShape, mode: Mode = "live"
) -> shapes.RefundShape:
    """Give back, in part or whole."""
    shop = mine(call, merchant_id, mode)
    amount = _amount(call, shop, payment_id, data.amount)
    made = keyed(
        call,
        [mode, amount, data.reason, data.metadata],
        Refund,
        lambda tx: order_refunds.create(
            tx, shop, payment_id, amount, reason=data.reason, metadata=data.metadata
        ),
    )
    return shapes.refund(made)


def _amount(call: Call, shop: Shop, payment_id: int, given: Any) -> int | None:
    currency = orders.get(call.tx, shop, payment_id).currency
    return None if given is None else minor(given, currency)


# Webhooks


async def _mine(call: Call, merchant_id: int, mode: Mode) -> Shop:
    return await call.read(lambda tx: merchants.mine(tx, call.me, merchant_id, live=mode == "live"))


@api.get(_BASE + "/webhooks", scope=SHOP, raises=OWN)
def hooks(call: Call, merchant_id: int, mode: Mode = "live") -> Listing[shapes.WebhookShape]:
    """Where the shop is told of events."""
    found = webhooks.page(call.tx, mine(call, merchant_id, mode), limit=webhooks.MOST)
    return Listing([shapes.webhook(each) for each in found])


@api.post(
    _BASE + "/webhooks",
    scope=SHOP,
    limit=(30, 600),
    raises=[*OPEN, faults.BadWebhook, faults.BadWebhookUrl, faults.TooManyWebhooks],
)
async def add_hook(
    call: Call, merchant_id: int, data: shapes.NewWebhookShape, mode: Mode = "live"
) -> shapes.WebhookShape:
    """Be told of events. The secret is said in this answer and never again."""
    shop = await _mine(call, merchant_id, mode)
    await call.heavy(webhooks.check_url, call.env, data.url)
    new = webhooks.NewWebhook(
        url=data.url, events=tuple(data.events), shape=data.shape, description=data.description
    )
    return shapes.webhook(*await call.write(webhooks.create, shop, new))


@api.get(_BASE + "/webhooks/{webhook_id}", scope=SHOP, raises=_HOOK)
def hook(call: Call, merchant_id: int, webhook_id: int, mode: Mode = "live") -> shapes.WebhookShape:
    """One place where the shop is told of events."""
    return shapes.webhook(webhooks.get(call.tx, mine(call, merchant_id, mode), webhook_id))


@api.put(
    _BASE + "/webhooks/{webhook_id}",
    scope=SHOP,
    limit=(30, 600),
    raises=[*_HOOK, faults.BadWebhook, faults.BadWebhookUrl],
)
async def edit_hook(
    call: Call, merchant_id: int, webhook_id: int, data: shapes.WebhookChange, mode: Mode = "live"
) -> shapes.WebhookShape:
    """Change its address, what it is told of, or switch it off or on again."""
    shop = await _mine(call, merchant_id, mode)
    if data.url is not UNSET:
        await call.heavy(webhooks.check_url, call.env, data.url)
    changes = webhooks.Changes(
        url=data.url,
        events=UNSET if data.events is UNSET else tuple(data.events),
        enabled=data.enabled,
        description=data.description,
    )
    return shapes.webhook(await call.write(webhooks.update, shop, webhook_id, changes))


@api.delete(_BASE + "/webhooks/{webhook_id}", scope=SHOP, raises=_HOOK)
def drop_hook(call: Call, merchant_id: int, webhook_id: int, mode: Mode = "live") -> None:
    """Be told there no more."""
    webhooks.delete(call.tx, mine(call, merchant_id, mode), webhook_id)


@api.post(_BASE + "/webhooks/{webhook_id}/rotate", scope=SHOP, status=200, limit=(30, 600), raises=_HOOK)
def rotate_hook(call: Call, merchant_id: int, webhook_id: int, mode: Mode = "live") -> shapes.WebhookShape:
    """Another secret. For a day messages are signed with both."""
    return shapes.webhook(*webhooks.rotate(call.tx, mine(call, merchant_id, mode), webhook_id))


@api.get(_BASE + "/webhooks/{webhook_id}/deliveries", scope=SHOP, raises=_HOOK)
def deliveries(
    call: Call,
    merchant_id: int,
    webhook_id: int,
    mode: Mode = "live",
    cursor: Cursor | None = None,
    limit: Limit = 30,
) -> Listing[shapes.DeliveryShape]:
    """What was sent, and what came back, the newest first."""
    shop = mine(call, merchant_id, mode)
    kind = f"deliveries {webhook_id}"
    before = call.cursors.open_id(kind, cursor)
    found = webhooks.deliveries(
        call.tx, shop, webhook_id, before=ids.MAX if before is None else before, limit=limit + 1
    )
    onward = call.cursors.seal(kind, found[limit - 1][0].id) if len(found) > limit else None
    return Listing([shapes.delivery(*each) for each in found[:limit]], onward)


@api.post(
    _BASE + "/webhooks/{webhook_id}/deliveries/{delivery_id}/resend",
    scope=SHOP,
    limit=(60, 600),
    raises=[*_HOOK, faults.NoSuchDelivery, faults.NoSuchEvent, faults.BadWebhook],
)
def resend(
    call: Call, merchant_id: int, webhook_id: int, delivery_id: int, mode: Mode = "live"
) -> shapes.Resent:
    """Send it once more."""
    made = webhooks.resend(call.tx, mine(call, merchant_id, mode), webhook_id, delivery_id)
    return shapes.Resent(str(made))
