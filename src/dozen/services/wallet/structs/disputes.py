"""Payments that their payer disputes."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

DisputeReason: TypeAlias = Literal[
    "not_received", "not_as_described", "wrong_amount", "paid_twice", "not_me", "other"
]
REASONS: dict[DisputeReason, str] = {
    "not_received": "What I paid for has not come",
    "not_as_described": "It is not as it was described",
    "wrong_amount": "The amount is wrong",
    "paid_twice": "I paid twice",
    "not_me": "I did not make this payment",
    "other": "Something else",
}
DisputeState: TypeAlias = Literal["open", "deciding", "refunded", "rejected", "accepted", "withdrawn"]
"""``open``: the other side is to answer. ``deciding``: an operator is to decide. ``refunded``: they gave the
payer the money back, or a part. ``accepted``: the other side gave it back by itself."""
STEPS: dict[DisputeState, frozenset[DisputeState]] = {
    "open": frozenset(("deciding", "accepted", "withdrawn")),
    "deciding": frozenset(("refunded", "rejected", "accepted", "withdrawn")),
    "refunded": frozenset(),
    "rejected": frozenset(),
    "accepted": frozenset(),
    "withdrawn": frozenset(),
}
STANDING: frozenset[DisputeState] = frozenset(("open", "deciding"))


class Dispute(msgspec.Struct, frozen=True):
    """A payment that its payer disputes, and what became of it."""

    id: int
    payment_id: int
    payer: int
    respondent: int
    """Who was paid, or the owner of the shop that was; 0: nobody who could answer."""
    merchant: int
    amount: int
    """What the payer wants back."""
    currency: str
    reason: DisputeReason
    words: str
    state: DisputeState
    due_at: int | None
    """Until when the other side may answer before an operator decides; None: that is over."""
    answer: str
    answered_at: int | None
    refund_id: int | None
    """The payment that gave it back."""
    refunded: int
    decided_by: int
    decided_at: int | None
    decision: str
    """The operator's words, for both sides."""
    changed_at: int

    @property
    def standing(self) -> bool:
        return self.state in STANDING


class Proposal(msgspec.Struct, frozen=True):
    """That the house gives back what somebody got who is gone; the adjustment waits for its approval."""

    adjustment: int
    dispute: int
    person: int
    """Who was paid and is gone."""
    amount: int
    """What the payer gets back."""
    left_behind: int
    """How much of it comes out of what that person left; the rest is the house's loss."""
    words: str
