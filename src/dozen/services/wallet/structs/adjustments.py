"""Journal entries that one administrator proposes and another approves."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from dozen.core.ledger import Leg
from dozen.kit.ids import moment

AdjustmentState: TypeAlias = Literal["proposed", "approved", "rejected", "withdrawn", "expired"]


class Adjustment(msgspec.Struct, frozen=True):
    id: int
    currency: str
    reason: str
    legs: tuple[Leg, ...]
    state: AdjustmentState
    proposed_by: int
    expires_at: int
    decided_by: int | None
    """Who approved, rejected or withdrew it."""
    decided_at: int | None
    note: str
    """What was said at that."""
    transfer_id: int | None
    """In the ledger, once it is approved."""

    @property
    def proposed_at(self) -> int:
        return moment(self.id)

    @property
    def volume(self) -> int:
        """How much goes from some accounts to others."""
        return sum(leg.amount for leg in self.legs if leg.amount > 0)

    def open(self, now: int) -> bool:
        return self.state == "proposed" and now < self.expires_at


class Payout(msgspec.Struct, frozen=True):
    """What an adjustment takes of what somebody left who is gone."""

    adjustment: int
    person: int
    amount: int
    """Below zero: it comes back."""


class NewLeg(msgspec.Struct, frozen=True):
    """``account``: an id, ``@username`` for a wallet, or the purpose of an account of the house's own.
    ``amount``: above zero goes in, below zero comes out."""

    account: str
    amount: int
