"""Payments: every movement that this room makes has one row."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal[
    "person", "merchant", "bill", "topup", "withdraw", "request", "refund", "order", "fee", "adjustment"
]
KINDS: dict[Kind, str] = {
    "person": "Sent to people",
    "request": "Requests paid",
    "merchant": "Shops",
    "order": "Orders",
    "bill": "Bills and recharges",
    "topup": "Money added",
    "withdraw": "Withdrawn",
    "refund": "Refunds",
    "fee": "Fees",
    "adjustment": "Adjustments",
}
"""Why money moves, and the words for it."""

PaymentState: TypeAlias = Literal[
    "done", "review", "authorised", "pending", "declined", "voided", "expired", "failed"
]
"""``done``: moved. ``review``: held until an operator decides. ``authorised``: held until it is captured.
``pending``: on its way outside. The others are ends at which nothing has moved, or all is back."""
DONE: frozenset[PaymentState] = frozenset(("done",))
HELD: frozenset[PaymentState] = frozenset(("review", "authorised"))
UNDER_WAY: frozenset[PaymentState] = frozenset(("review", "authorised", "pending"))


class Payment(msgspec.Struct, frozen=True):
    """One movement of money, or what became of the wish for one."""

    id: int
    kind: Kind
    state: PaymentState
    amount: int
    currency: str
    payer: int
    """A person's id; 0: not a person."""
    payee: int
    """A person's id; 0: not a person."""
    source: int
    """The ledger account that it goes out of."""
    target: int
    """The ledger account that it goes into."""
    merchant: int
    """The shop's id, where one is paid or gives back; else 0."""
    fee: int
    """What the house keeps of what the target gets."""
    actor: int
    """Who caused it; 0: the house."""
    subject: int
    """The id of what it is about (a request, an order, the refunded payment); 0: nothing."""
    note: str
    device_id: int | None
    transfer_id: int | None
    """In the ledger, once it has moved; the payment's own id where it moved at once."""
    hold_id: int | None
    captured: int
    """What has moved; less than ``amount`` when only a part of a hold was captured."""
    refunded: int
    detail: Any
    """What its kind needs to remember: small JSON."""
    flags: tuple[str, ...]
    """Why it was held for review; for operators."""
    authorise_until: int | None
    """Captured by hand, at the latest then; None: moves as soon as it may."""
    changed_at: int

    @property
    def refundable(self) -> int:
        return self.captured - self.refunded if self.state == "done" else 0

    @property
    def held(self) -> bool:
        return self.state in HELD


class Receipt(msgspec.Struct, frozen=True):
    """What a movement came to."""

    payment: Payment
    balance: int | None
    """Of the payer's wallet after it; None when not the payer's to know."""
    available: int | None = None
    replayed: bool = False
