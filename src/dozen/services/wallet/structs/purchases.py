"""What was bought from a shop's catalogue, on its way, and on its way back."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from dozen.core.media import Media
from dozen.kit import ids
from dozen.services.wallet.structs.carts import Place
from dozen.services.wallet.structs.merchants import Merchant

PurchaseState: TypeAlias = Literal[
    "review",
    "placed",
    "packed",
    "shipped",
    "out_for_delivery",
    "delivered",
    "cancelled",
    "failed",
]
"""``review``: the payment is being looked at, and the goods are kept meanwhile. ``failed``: it was not let
through."""
STEPS: dict[PurchaseState, frozenset[PurchaseState]] = {
    "review": frozenset(("placed", "cancelled", "failed")),
    "placed": frozenset(("packed", "shipped", "cancelled")),
    "packed": frozenset(("shipped", "cancelled")),
    "shipped": frozenset(("out_for_delivery", "delivered", "cancelled")),
    "out_for_delivery": frozenset(("delivered", "cancelled")),
    "delivered": frozenset(),
    "cancelled": frozenset(),
    "failed": frozenset(),
}
"""From which state a purchase can come into which."""
BOUGHT: frozenset[PurchaseState] = frozenset(("placed", "packed", "shipped", "out_for_delivery", "delivered"))
"""Paid, and neither called off nor refused."""


class Purchase(msgspec.Struct, frozen=True):
    """What one person bought from one shop at once."""

    id: int
    checkout: int
    buyer: int
    merchant: int
    state: PurchaseState
    currency: str
    goods: int
    delivery: int
    total: int
    """What was paid: goods and delivery."""
    by: str
    """The way it is sent."""
    days: int
    """How long that takes at most."""
    place: Place | None
    """Where to; None once it is forgotten with its buyer."""
    note: str
    """What the buyer asks of the shop."""
    intent_id: int
    payment_id: int | None
    hold_id: int
    """In the stock."""
    carrier: str
    tracking: str
    return_days: int
    delivered_at: int | None
    changed_at: int

    @property
    def number(self) -> str:
        """What people call it by."""
        return number_of(self.id)

    @property
    def at(self) -> int:
        return ids.moment(self.id)

    @property
    def return_until(self) -> int | None:
        if self.delivered_at is None or not self.return_days:
            return None
        return self.delivered_at + self.return_days * 86_400_000


class PurchaseLine(msgspec.Struct, frozen=True):
    id: int
    purchase: int
    product: int
    variant: int
    title: str
    choice: str
    sku: str
    price: int
    quantity: int
    back: int
    """How many of them are being returned, or were."""

    @property
    def sum(self) -> int:
        return self.price * self.quantity


class Step(msgspec.Struct, frozen=True):
    """Something that happened to a purchase. Its id says when."""

    id: int
    purchase: int
    state: PurchaseState | Literal["refund", "return"]
    words: str
    actor: int
    """A person; 0: the house."""

    @property
    def at(self) -> int:
        return ids.moment(self.id)


class Bought(msgspec.Struct, frozen=True):
    """A purchase with all that is shown of it."""

    purchase: Purchase
    shop: Merchant
    lines: tuple[PurchaseLine, ...]
    steps: tuple[Step, ...]
    pictures: dict[int, Media]
    """By product."""
    refunded: int
    """What went back, or is on its way back."""


_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def number_of(purchase_id: int) -> str:
    """A purchase's id as people read it out (``1-BCDZ-KTX2-PMVN``): without letters that look alike."""
    out = ""
    while purchase_id:
        purchase_id, rest = divmod(purchase_id, 32)
        out = _DIGITS[rest] + out
    out = out.rjust(12, "0")
    return "-".join(reversed([out[max(0, at - 4) : at] for at in range(len(out), 0, -4)]))
