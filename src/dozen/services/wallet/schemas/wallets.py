"""Wallets, PIN, limits, devices, handles."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from dozen.core.ledger import Balance
from dozen.kit import clock, money
from dozen.services.wallet.schemas.common import Amount, Currency, Money, Pin, of_minor
from dozen.services.wallet.service.limits import Allowance
from dozen.services.wallet.structs import Device, Holder, Wallet, WalletState


class NewWallet(msgspec.Struct, forbid_unknown_fields=True):
    """Tie a mobile number; ``pin`` only to change it."""

    mobile_number: Annotated[str, Meta(min_length=1, max_length=40)]
    pin: Pin | None = None


class OpenWallet(msgspec.Struct, forbid_unknown_fields=True):
    currency: Currency | None = None


class CodeSent(msgspec.Struct):
    mobile_number: str
    state: str = "code_sent"


class Confirm(msgspec.Struct, forbid_unknown_fields=True):
    code: Annotated[str, Meta(max_length=20)]
    pin: Pin | None = None
    """Chosen at once, if there is none yet."""


class WalletShape(msgspec.Struct, omit_defaults=True):
    id: str
    user_id: str
    currency: str
    balance: str
    balance_minor: int
    held: str
    available: str
    state: WalletState
    opened_at: str
    mobile_number: str | None = None
    tier: int = 0
    has_pin: bool = False


def wallet(found: Wallet, balance: Balance, holder: Holder | None) -> WalletShape:
    return WalletShape(
        id=str(found.id),
        user_id=str(found.owner),
        currency=found.currency,
        balance=money.plain(balance.balance, found.currency),
        balance_minor=balance.balance,
        held=money.plain(balance.held, found.currency),
        available=money.plain(balance.available or 0, found.currency),
        state=found.state,
        opened_at=clock.rfc3339(found.opened_at),
        mobile_number=holder.phone if holder is not None else None,
        tier=holder.tier if holder is not None else 0,
        has_pin=holder is not None and holder.pin_set_at is not None,
    )


class SetPin(msgspec.Struct, forbid_unknown_fields=True):
    """``pin`` alone for the first one; with ``old``, or with ``password`` and ``code``, to change it."""

    pin: Pin
    old: Pin | None = None
    password: Annotated[str, Meta(max_length=256)] | None = None
    code: Annotated[str, Meta(max_length=20)] | None = None


class PinPassAsk(msgspec.Struct, forbid_unknown_fields=True):
    pin: Pin


class PinPassShape(msgspec.Struct, rename={"word": "pass"}):
    word: str
    expires_at: str


class WithPin(msgspec.Struct, forbid_unknown_fields=True):
    pin: Pin | None = None
    currency: Currency | None = None


class FreezeAsk(msgspec.Struct, forbid_unknown_fields=True):
    currency: Currency | None = None
    reason: Annotated[str, Meta(max_length=200)] = ""


class SetLimits(msgspec.Struct, forbid_unknown_fields=True):
    """What is not given stays; null takes a limit away."""

    currency: Currency | None = None
    payment: Amount | UnsetType | None = UNSET
    day: Amount | UnsetType | None = UNSET
    month: Amount | UnsetType | None = UNSET
    pin: Pin | None = None


class LimitsShape(msgspec.Struct):
    currency: str
    tier: int
    payment: Money | None
    day: Money | None
    month: Money | None
    balance: Money | None
    own_payment: Money | None
    own_day: Money | None
    own_month: Money | None
    used_today: Money
    used_this_month: Money


def limits(allowed: Allowance, currency: str, tier: int) -> LimitsShape:
    def shown(amount: int | None) -> Money | None:
        return None if amount is None else of_minor(amount, currency)

    return LimitsShape(
        currency=currency,
        tier=tier,
        payment=shown(allowed.payment),
        day=shown(allowed.day),
        month=shown(allowed.month),
        balance=shown(allowed.tier.balance),
        own_payment=shown(allowed.own.payment),
        own_day=shown(allowed.own.day),
        own_month=shown(allowed.own.month),
        used_today=of_minor(allowed.used.day, currency),
        used_this_month=of_minor(allowed.used.month, currency),
    )


class DeviceShape(msgspec.Struct):
    id: str
    kind: str
    name: str
    first_seen: str
    last_seen: str
    revoked: bool


def device(found: Device) -> DeviceShape:
    return DeviceShape(
        str(found.id),
        found.kind,
        found.name,
        clock.rfc3339(found.first_at),
        clock.rfc3339(found.seen_at),
        found.revoked_at is not None,
    )


class EditDevice(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    revoked: bool | UnsetType = UNSET


class HandleShape(msgspec.Struct):
    handle: str


class NewHandle(msgspec.Struct, forbid_unknown_fields=True):
    handle: Annotated[str, Meta(max_length=60)]
