"""Goods that go back to the shop they came from."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from dozen.core.media import Media
from dozen.kit import ids
from dozen.services.wallet.structs.merchants import Merchant
from dozen.services.wallet.structs.purchases import Purchase, PurchaseLine

ReturnState: TypeAlias = Literal["asked", "accepted", "refused", "refunded", "withdrawn"]
STEPS: dict[ReturnState, frozenset[ReturnState]] = {
    "asked": frozenset(("accepted", "refused", "withdrawn")),
    "accepted": frozenset(("refunded", "refused", "withdrawn")),
    "refused": frozenset(),
    "refunded": frozenset(),
    "withdrawn": frozenset(),
}
Reason: TypeAlias = Literal["damaged", "wrong", "unlike", "fit", "late", "mind"]
REASONS: dict[Reason, str] = {
    "damaged": "It is damaged or does not work",
    "wrong": "It is not what I ordered",
    "unlike": "It is not as described",
    "fit": "It does not fit",
    "late": "It came too late",
    "mind": "I have changed my mind",
}


class Return(msgspec.Struct, frozen=True):
    """Goods that a buyer wants to give back."""

    id: int
    purchase: int
    buyer: int
    merchant: int
    state: ReturnState
    currency: str
    reason: Reason
    words: str
    answer: str
    """Of the merchant."""
    worth: int
    """What was paid for the goods in it."""
    refund_id: int | None
    refunded: int
    restocked: bool
    changed_at: int

    @property
    def at(self) -> int:
        return ids.moment(self.id)


class ReturnLine(msgspec.Struct, frozen=True):
    return_id: int
    line: int
    quantity: int


class Returned(msgspec.Struct, frozen=True):
    """A return with all that is shown of it."""

    back: Return
    purchase: Purchase
    shop: Merchant
    lines: tuple[tuple[PurchaseLine, int], ...]
    pictures: tuple[Media, ...]
    left: int
    """What of the payment has not gone back."""
