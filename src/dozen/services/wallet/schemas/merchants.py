"""Shops, their keys, payments, refunds, payouts, reports and webhooks."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from dozen.kit import clock, ids, money
from dozen.services.wallet.schemas.common import Amount, Currency, Money, of_minor
from dozen.services.wallet.service.shop_reports import Report
from dozen.services.wallet.structs.merchants import (
    ApiKey,
    Day,
    Delivery,
    Event,
    Intent,
    Merchant,
    NewKey,
    Refund,
    Settlement,
    Webhook,
)

Mode: TypeAlias = Literal["live", "test"]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=2_000)]
Address = Annotated[str, Meta(max_length=2_000)]
Labels = Annotated[
    dict[str, str], Meta(description="At most 50 of your own, names up to 40 and texts up to 500 characters.")
]
Settle = Literal["manual", "daily", "weekly"]


class NewMerchantShape(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    category: Name = "other"
    website: Address = ""
    email: Name = ""
    about: Text = ""
    settle: Settle = "manual"


class MerchantChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    name: Name | UnsetType = UNSET
    category: Name | UnsetType = UNSET
    website: Address | UnsetType = UNSET
    email: Text | UnsetType = UNSET
    about: Text | UnsetType = UNSET
    settle: Settle | UnsetType = UNSET


class MerchantShape(msgspec.Struct, omit_defaults=True):
    """What stands below ``about`` is told to its owner only."""

    id: str
    name: str
    category: str
    website: str
    about: str
    email: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    fee_bps: int | UnsetType = UNSET
    """What the house keeps of payments, in hundredths of a per cent."""
    settle: str | UnsetType = UNSET
    balances: list[Money] | UnsetType = UNSET
    created_at: str | UnsetType = UNSET


def merchant(found: Merchant, balances: list[Money] | None = None) -> MerchantShape:
    """``balances`` None: for others than its owner."""
    shown = MerchantShape(str(found.id), found.name, found.category, found.website, found.about)
    if balances is not None:
        shown.email = found.email
        shown.state = found.state
        shown.fee_bps = found.fee_bps
        shown.settle = found.settle
        shown.balances = balances
        shown.created_at = clock.rfc3339(found.made_at)
    return shown


class HostsShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hosts, each with its port where that is not the scheme's own; a whole address is taken for its host."""

    hosts: Annotated[list[Annotated[str, Meta(max_length=300)]], Meta(max_length=50)]


class NewKeyShape(msgspec.Struct, forbid_unknown_fields=True):
    kind: Literal["secret", "publishable"] = "secret"
    name: Annotated[str, Meta(max_length=200)] = ""


class KeyShape(msgspec.Struct, omit_defaults=True):
    id: str
    kind: str
    mode: Mode
    name: str
    shown: str
    """Enough of it to know it again."""
    created_at: str
    used_at: str | None = None
    expires_at: str | None = None
    revoked_at: str | None = None
    key: str = ""
    """The key itself: said once, when it is made."""


def key(found: ApiKey, text: str = "") -> KeyShape:
    return KeyShape(
        str(found.id),
        found.kind,
        "live" if found.live else "test",
        found.name,
        found.shown,
        clock.rfc3339(found.made_at),
        _time(found.used_at),
        _time(found.expires_at),
        _time(found.revoked_at),
        text,
    )


def new_key(made: NewKey) -> KeyShape:
    return key(made.key, made.text)


class SigningKey(msgspec.Struct):
    """For the protocol whose messages both sides sign. ``key`` is said once."""

    merchant_id: str
    key: str


class NewShopPayment(msgspec.Struct, forbid_unknown_fields=True):
    """Ask to be paid. ``capture`` manual: the amount is only reserved when it is approved."""

    amount: Amount
    currency: Currency | None = None
    reference: Annotated[str, Meta(max_length=200, description="Your order number.")] = ""
    description: Text = ""
    capture: Literal["automatic", "manual"] = "automatic"
    return_url: Address = ""
    metadata: Labels = {}
    minutes: Annotated[int, Meta(ge=5, le=43_200, description="How long it can be paid.")] = 1_440


class CaptureShape(msgspec.Struct, forbid_unknown_fields=True):
    amount: Amount | None = None


class NewRefundShape(msgspec.Struct, forbid_unknown_fields=True):
    """Without an amount: all that is left."""

    amount: Amount | None = None
    reason: Literal["", "duplicate", "fraudulent", "requested_by_customer"] = ""
    metadata: Labels = {}


class ShopPayment(msgspec.Struct, omit_defaults=True):
    """``approve_url`` is where the payer says yes: for them alone."""

    id: str
    state: str
    mode: Mode
    amount: Money
    capturable: str
    received: str
    refunded: str
    fee: str
    reference: str
    description: str
    capture: str
    metadata: dict[str, str]
    created_at: str
    expires_at: str
    approve_url: str | None = None
    return_url: str = ""
    failure: str = ""
    cancel_reason: str = ""


def shop_payment(found: Intent, approve_url: str) -> ShopPayment:
    def plain(amount: int) -> str:
        return money.plain(amount, found.currency)

    return ShopPayment(
        id=str(found.id),
        state=found.state,
        mode="live" if found.live else "test",
        amount=of_minor(found.amount, found.currency),
        capturable=plain(found.capturable),
        received=plain(found.received),
        refunded=plain(found.refunded),
        fee=plain(found.fee),
        reference=found.reference,
        description=found.description,
        capture=found.capture,
        metadata=found.metadata,
        created_at=clock.rfc3339(ids.moment(found.id)),
        expires_at=clock.rfc3339(found.expires_at),
        approve_url=approve_url if found.state == "requires_action" else None,
        return_url=found.return_url,
        failure=found.failure.decline if found.failure is not None else "",
        cancel_reason=found.cancel_reason,
    )


class RefundShape(msgspec.Struct):
    id: str
    payment_id: str
    state: str
    amount: Money
    fee: str
    """What the house gave back of its fee."""
    reason: str
    metadata: dict[str, str]
    created_at: str


def refund(found: Refund) -> RefundShape:
    return RefundShape(
        str(found.id),
        str(found.intent_id),
        found.state,
        of_minor(found.amount, found.currency),
        money.plain(found.fee, found.currency),
        found.reason,
        found.metadata,
        clock.rfc3339(ids.moment(found.id)),
    )


class NewSettlementShape(msgspec.Struct, forbid_unknown_fields=True):
    """Without an amount: all there is, as far as the wallet may hold it."""

    amount: Amount | None = None
    currency: Currency | None = None
    note: Annotated[str, Meta(max_length=500)] = ""


class SettlementShape(msgspec.Struct):
    id: str
    state: str
    amount: Money
    cause: str
    note: str
    created_at: str


def settlement(found: Settlement) -> SettlementShape:
    return SettlementShape(
        str(found.id),
        found.state,
        of_minor(found.amount, found.currency),
        found.cause,
        found.note,
        clock.rfc3339(ids.moment(found.id)),
    )


class DayShape(msgspec.Struct):
    day: str
    payments: int
    gross: str
    fees: str
    refunds: int
    refunded: str
    net: str


class ReportShape(msgspec.Struct):
    currency: str
    days: list[DayShape]
    total: DayShape


def report(found: Report) -> ReportShape:
    def shown(name: str, day: Day) -> DayShape:
        def plain(amount: int) -> str:
            return money.plain(amount, found.currency)

        return DayShape(
            name,
            day.count,
            plain(day.gross),
            plain(day.fees),
            day.refunds,
            plain(day.refunded),
            plain(day.net),
        )

    days = [shown(clock.rfc3339(each.day)[:10], each) for each in found.days]
    return ReportShape(found.currency, days, shown("total", found.total))


class NewWebhookShape(msgspec.Struct, forbid_unknown_fields=True):
    """``shape``: in whose words it is told, ``dozen`` or ``stripe``. ``events``: their types; ``*``: all."""

    url: Address
    events: Annotated[list[Name], Meta(min_length=1, max_length=100)] = msgspec.field(
        default_factory=lambda: ["*"]
    )
    shape: Annotated[str, Meta(max_length=20)] = "dozen"
    description: Annotated[str, Meta(max_length=1_000)] = ""


class WebhookChange(msgspec.Struct, forbid_unknown_fields=True):
    url: Address | UnsetType = UNSET
    events: Annotated[list[Name], Meta(min_length=1, max_length=100)] | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=1_000)] | UnsetType = UNSET


class WebhookShape(msgspec.Struct, omit_defaults=True):
    id: str
    url: str
    events: list[str]
    shape: str
    enabled: bool
    description: str
    why: str = ""
    """Why it is not enabled."""
    failing_since: str | None = None
    secret: str = ""
    """Said once, when it is made or rotated."""


def webhook(found: Webhook, secret: str = "") -> WebhookShape:
    return WebhookShape(
        str(found.id),
        found.url,
        list(found.events),
        found.shape,
        found.enabled,
        found.description,
        found.why,
        _time(found.failing_since),
        secret,
    )


class DeliveryShape(msgspec.Struct, omit_defaults=True):
    id: str
    event_id: str
    type: str
    state: str
    attempts: int
    status: int | None = None
    answer: str = ""
    took_ms: int | None = None
    last_at: str | None = None
    next_at: str | None = None


def delivery(found: Delivery, event: Event) -> DeliveryShape:
    return DeliveryShape(
        str(found.id),
        str(found.event_id),
        event.type,
        found.state,
        found.attempts,
        found.status,
        found.answer,
        found.took,
        _time(found.last_at),
        _time(found.next_at),
    )


class Resent(msgspec.Struct):
    delivery_id: str


def _time(ms: int | None) -> str | None:
    return None if ms is None else clock.rfc3339(ms)
