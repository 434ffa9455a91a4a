"""What a gateway is to us: calls that block, answers that are snapshots, and two ways to fail.

Every answer and every webhook carries the gateway's whole view of an object at some moment. Absorbing one
is the same whichever way it came, how often and in which order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol, TypeAlias

import msgspec

from dozen.core.payments.structs import Kind, MethodKind

ChargeStatus: TypeAlias = Literal["new", "declined", "waiting", "authorised", "captured", "cancelled"]
"""``new``: it was never confirmed. ``declined``: confirmed, refused, and the gateway waits for another card.
``waiting``: for the person or the bank."""
TransferStatus: TypeAlias = Literal["pending", "succeeded", "failed"]


class GatewayCharge(msgspec.Struct, frozen=True):
    ref: str
    reference: str
    """Ours, as we gave it; empty when it has none."""
    status: ChargeStatus
    amount: int
    currency: str
    captured: int = 0
    next_url: str | None = None
    failure_code: str | None = None
    failure_text: str | None = None
    fee: int | None = None
    """None: not told this time."""
    booked_at: int | None = None
    balance_ref: str | None = None


class GatewayTransfer(msgspec.Struct, frozen=True):
    """A refund or a payout."""

    ref: str
    reference: str
    status: TransferStatus
    amount: int
    currency: str
    failure_code: str | None = None
    fee: int | None = None
    booked_at: int | None = None
    balance_ref: str | None = None


class GatewayMethod(msgspec.Struct, frozen=True):
    """A card or bank account that is being saved."""

    ref: str
    reference: str
    status: Literal["waiting", "active", "failed"]
    next_url: str | None = None
    token: str = ""
    """What stands for the number in charges and payouts; empty until active."""
    brand: str = ""
    last4: str = ""
    exp_month: int | None = None
    exp_year: int | None = None
    failure_code: str | None = None


Snapshot: TypeAlias = GatewayCharge | GatewayTransfer | GatewayMethod


class Event(msgspec.Struct, frozen=True):
    """A webhook whose signature was right."""

    id: str
    type: str
    at: int
    what: Literal["charge", "refund", "payout", "method", ""]
    """Empty: about something that we do not keep."""
    snapshot: Snapshot | None


class ChargeAsk(msgspec.Struct, frozen=True):
    reference: str
    amount: int
    currency: str
    kind: Kind
    manual: bool
    return_url: str
    description: str
    token: str = ""
    """Of a saved card; empty: the person chooses at the gateway's page."""


class TransferAsk(msgspec.Struct, frozen=True):
    reference: str
    amount: int
    currency: str
    charge_ref: str = ""
    """Of the charge that is refunded."""
    token: str = ""
    """Of the bank account that is paid to."""


class Unknown(Exception):
    """No clear answer: whether the gateway acted is not known. Ask again with the same key, or look."""


class Refused(Exception):
    """A clear no. ``snapshot`` is the object as it stands now, where the gateway told."""

    def __init__(self, code: str, text: str = "", snapshot: Snapshot | None = None) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.snapshot = snapshot


class Gateway(Protocol):
    """Every call may raise Unknown or Refused and takes seconds at most; none is made in a transaction.

    ``key`` is an idempotency key: the same key and the same request give the first answer again.
    """

    name: str

    def create_charge(self, ask: ChargeAsk, key: str) -> GatewayCharge:
        """Register it. No money moves before it is confirmed."""
        ...

    def confirm_charge(self, ref: str, ask: ChargeAsk, key: str) -> GatewayCharge:
        """Authorise it now (saved card), or open the page where the person pays."""
        ...

    def capture_charge(self, ref: str, amount: int, key: str) -> GatewayCharge: ...

    def cancel_charge(self, ref: str, key: str) -> GatewayCharge: ...

    def fetch_charge(self, ref: str) -> GatewayCharge: ...

    def create_refund(self, ask: TransferAsk, key: str) -> GatewayTransfer: ...

    def fetch_refund(self, ref: str) -> GatewayTransfer: ...

    def find_refund(self, ask: TransferAsk) -> GatewayTransfer | None:
        """By our reference; None: the gateway never heard of it."""
        ...

    def create_payout(self, ask: TransferAsk, key: str) -> GatewayTransfer: ...

    def fetch_payout(self, ref: str) -> GatewayTransfer: ...

    def find_payout(self, ask: TransferAsk, since: int) -> GatewayTransfer | None: ...

    def create_method(self, reference: str, kind: MethodKind, return_url: str, key: str) -> GatewayMethod: ...

    def fetch_method(self, ref: str) -> GatewayMethod: ...

    def remove_method(self, token: str, key: str) -> None: ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: int) -> Event:
        """Raises BadWebhook. ``headers`` are by lower-case name."""
        ...

    def settlement_file(self, day: int) -> bytes:
        """The CSV of what was booked on the UTC day that begins at ``day`` (ms)."""
        ...
