"""Carts, addresses, and what is held while somebody pays."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from dozen.core.media import Media
from dozen.services.wallet.structs.merchants import Merchant
from dozen.services.wallet.structs.products import Product, Rate, Variant

Trouble: TypeAlias = Literal["", "gone", "sold_out", "fewer", "price"]
"""What keeps a line from being bought as it stands: not for sale any more, sold out, fewer left than are
wanted, another price than when it was last looked at."""


class CartRow(msgspec.Struct, frozen=True):
    person: int
    variant: int
    quantity: int
    seen_price: int
    """What its person last knew it to cost."""
    later: bool
    """Saved for later."""
    added_at: int


class CartLine(msgspec.Struct, frozen=True):
    row: CartRow
    variant: Variant
    product: Product
    picture: Media | None
    left: int
    trouble: Trouble

    @property
    def quantity(self) -> int:
        return self.row.quantity

    @property
    def sum(self) -> int:
        return self.variant.price * self.row.quantity

    @property
    def buyable(self) -> bool:
        return self.trouble in ("", "price")


class CartGroup(msgspec.Struct, frozen=True):
    """What is bought from one shop."""

    shop: Merchant
    currency: str
    lines: tuple[CartLine, ...]
    rates: tuple[Rate, ...]

    @property
    def sum(self) -> int:
        """Of what can be bought."""
        return sum(line.sum for line in self.lines if line.buyable)


class Cart(msgspec.Struct, frozen=True):
    groups: tuple[CartGroup, ...]
    later: tuple[CartLine, ...]
    totals: dict[str, int]
    """By currency, without delivery."""

    @property
    def count(self) -> int:
        return sum(line.quantity for group in self.groups for line in group.lines)

    @property
    def ready(self) -> bool:
        """Whether all of it can be bought."""
        return bool(self.groups) and all(line.buyable for group in self.groups for line in group.lines)


class Want(msgspec.Struct, frozen=True):
    """So many of a variant."""

    variant: int
    quantity: int


class Place(msgspec.Struct, frozen=True):
    """Where to send something."""

    name: str
    lines: str
    city: str
    postcode: str
    country: str
    """ISO 3166-1, two letters."""
    phone: str = ""

    @property
    def text(self) -> str:
        town = " ".join(filter(None, (self.postcode, self.city)))
        return "\n".join(filter(None, (self.name, self.lines, town, self.country, self.phone)))


class Address(msgspec.Struct, frozen=True):
    """A place in somebody's address book."""

    id: int
    person: int
    place: Place
    first: bool
    """The one that is offered."""


class Part(msgspec.Struct, frozen=True):
    """A line of a parcel that is being bought, as it was when it was held."""

    product: int
    variant: int
    title: str
    choice: str
    sku: str
    price: int
    quantity: int

    @property
    def sum(self) -> int:
        return self.price * self.quantity


class Parcel(msgspec.Struct, frozen=True):
    """What one shop sends."""

    merchant: int
    name: str
    currency: str
    hold: int
    rate: Rate
    parts: tuple[Part, ...]

    @property
    def goods(self) -> int:
        return sum(part.sum for part in self.parts)

    @property
    def delivery(self) -> int:
        return self.rate.cost(self.goods)

    @property
    def total(self) -> int:
        return self.goods + self.delivery


class Checkout(msgspec.Struct, frozen=True):
    """Goods that are held for somebody until they pay."""

    id: int
    person: int
    state: Literal["open", "paid", "dropped"]
    parcels: tuple[Parcel, ...]
    place: Place | None
    from_cart: bool
    expires_at: int

    @property
    def totals(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for parcel in self.parcels:
            found[parcel.currency] = found.get(parcel.currency, 0) + parcel.total
        return found
