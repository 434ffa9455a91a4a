"""Shops and what they do: merchants, keys, customers, methods, intents, refunds, settlements.

Amounts are minor units; times are milliseconds; ``live`` says whether it is about money or a rehearsal.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

MerchantState: TypeAlias = Literal["open", "blocked", "closed"]
Settle: TypeAlias = Literal["manual", "daily", "weekly"]
KeyKind: TypeAlias = Literal["secret", "publishable"]


class Merchant(msgspec.Struct, frozen=True):
    """A shop."""

    id: int
    owner: int
    name: str
    category: str
    website: str
    email: str
    about: str
    state: MerchantState
    fee_bps: int
    """What the house keeps of each payment, in hundredths of a per cent."""
    settle: Settle
    """How often what it took goes to its owner's wallet by itself."""
    settle_at: int | None
    """When that is next; None: never by itself."""
    made_at: int
    changed_at: int


class Shop(msgspec.Struct, frozen=True):
    """A shop that acts, with money or in rehearsal: whoever holds one has shown that they may."""

    merchant: Merchant
    live: bool
    person: int
    """In whose name: its owner."""

    @property
    def id(self) -> int:
        return self.merchant.id


class ApiKey(msgspec.Struct, frozen=True):
    """A key as lists show it: never the secret itself."""

    id: int
    merchant: int
    live: bool
    kind: KeyKind
    name: str
    shown: str
    """Enough of it to know it again; a publishable one in full."""
    made_at: int
    used_at: int | None
    """To within an hour."""
    expires_at: int | None
    revoked_at: int | None

    def usable(self, now: int) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class NewKey(msgspec.Struct, frozen=True):
    """``text`` is said once."""

    key: ApiKey
    text: str


class Customer(msgspec.Struct, frozen=True):
    """Somebody as a shop knows them."""

    id: int
    merchant: int
    live: bool
    name: str
    email: str
    phone: str
    description: str
    metadata: dict[str, str]
    deleted_at: int | None
    changed_at: int


MethodState: TypeAlias = Literal["new", "approved", "gone"]


class Method(msgspec.Struct, frozen=True):
    """How something is paid: a wallet whose owner approves each payment, or has approved a cap."""

    id: int
    merchant: int
    live: bool
    kind: str
    """``wallet``; ``card`` for the test methods."""
    behaviour: str
    """Of a test method: what becomes of payments by it. Empty: a real one."""
    customer_id: int | None
    person: int | None
    """Whose wallet it is, once they have approved."""
    currency: str
    cap: int
    """The most that may go out in a calendar month (UTC) without asking."""
    month: int
    used: int
    """Of the cap in ``month``."""
    state: MethodState
    metadata: dict[str, str]
    changed_at: int


IntentState: TypeAlias = Literal[
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "succeeded",
    "canceled",
]
OPEN: tuple[IntentState, ...] = ("requires_payment_method", "requires_confirmation", "requires_action")
"""Nothing has moved or is reserved."""
STEPS: dict[IntentState, frozenset[IntentState]] = {
    "requires_payment_method": frozenset(
        (
            "requires_confirmation",
            "requires_action",
            "processing",
            "requires_capture",
            "succeeded",
            "canceled",
        )
    ),
    "requires_confirmation": frozenset(
        (
            "requires_payment_method",
            "requires_action",
            "processing",
            "requires_capture",
            "succeeded",
            "canceled",
        )
    ),
    "requires_action": frozenset(
        ("requires_payment_method", "processing", "requires_capture", "succeeded", "canceled")
    ),
    "processing": frozenset(("requires_payment_method", "requires_capture", "succeeded", "canceled")),
    "requires_capture": frozenset(("succeeded", "canceled")),
    "succeeded": frozenset(),
    "canceled": frozenset(),
}
"""From which state an intent can come into which."""
Capture: TypeAlias = Literal["automatic", "manual"]


class Failure(msgspec.Struct, frozen=True):
    """Why a payment was not taken, as the shop is told."""

    code: str
    decline: str
    message: str


class Intent(msgspec.Struct, frozen=True):
    """A shop's wish to be paid, and what became of it."""

    id: int
    merchant: int
    live: bool
    state: IntentState
    amount: int
    currency: str
    reference: str
    """The shop's own order number."""
    description: str
    capture: Capture
    customer_id: int | None
    method_id: int | None
    save_method: bool
    """The payer is asked whether the shop may take more later."""
    payer: int
    payment_id: int | None
    """The movement of money, once there is one."""
    capturable: int
    received: int
    refunded: int
    """What went back or is on its way back."""
    fee: int
    hold_until: int | None
    return_url: str
    echo: dict[str, str]
    """What its door wants to see again in the address that the payer is sent back to."""
    metadata: dict[str, str]
    failure: Failure | None
    cancel_reason: str
    canceled_at: int | None
    expires_at: int
    changed_at: int


RefundState: TypeAlias = Literal["pending", "succeeded", "failed", "canceled"]


class Refund(msgspec.Struct, frozen=True):
    id: int
    merchant: int
    live: bool
    intent_id: int
    payment_id: int
    """The movement that it gives back."""
    refund_id: int
    """The movement that gives back."""
    amount: int
    currency: str
    fee: int
    """What the house gave back of its fee."""
    reason: str
    state: RefundState
    metadata: dict[str, str]
    changed_at: int


class Settlement(msgspec.Struct, frozen=True):
    """Money that left a shop's account: to its owner's wallet, or to another shop of theirs."""

    id: int
    merchant: int
    live: bool
    currency: str
    amount: int
    to_merchant: int
    """0: to the owner's wallet."""
    payment_id: int
    state: Literal["paid", "pending", "failed"]
    cause: Literal["hand", "schedule", "api"]
    note: str
    metadata: dict[str, str]
    changed_at: int


class Event(msgspec.Struct, frozen=True):
    """What happened to a shop's things. ``data`` is the thing as it was then: its struct, plain."""

    id: int
    merchant: int
    live: bool
    type: str
    subject: int
    data: dict[str, Any]


class Webhook(msgspec.Struct, frozen=True):
    """Where a shop wants to be told."""

    id: int
    merchant: int
    live: bool
    url: str
    shape: str
    """In whose words: ``dozen``, or a dialect's name."""
    events: tuple[str, ...]
    """Types in those words; ``*``: all."""
    secret: bytes
    """Sealed."""
    old_secret: bytes | None
    old_until: int | None
    """Until when messages are signed with the old secret, too."""
    enabled: bool
    why: str
    """Why it is not enabled."""
    failing_since: int | None
    description: str
    metadata: dict[str, str]
    changed_at: int


class Delivery(msgspec.Struct, frozen=True):
    """One event on its way to one webhook."""

    id: int
    webhook_id: int
    event_id: int
    merchant: int
    state: Literal["waiting", "done", "failed"]
    attempts: int
    next_at: int | None
    status: int | None
    """Of the last answer; None: there was none."""
    answer: str
    took: int | None
    last_at: int | None


class Day(msgspec.Struct, frozen=True):
    """What a shop took on a UTC day."""

    day: int
    count: int
    gross: int
    fees: int
    refunds: int
    refunded: int

    @property
    def net(self) -> int:
        return self.gross - self.fees - self.refunded
