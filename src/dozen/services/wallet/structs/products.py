"""Shops' catalogues: what they sell, where it stands, and how it is sent."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from dozen.core.media import Media
from dozen.services.wallet.structs.merchants import Merchant

ProductState: TypeAlias = Literal["draft", "active", "archived"]
"""``draft``: not shown yet. ``archived``: no longer sold; who bought it still sees it."""
Sort: TypeAlias = Literal["relevance", "newest", "price_up", "price_down", "rating", "sold"]
SORTS: dict[Sort, str] = {
    "relevance": "Best match",
    "newest": "Newest",
    "price_up": "Lowest price",
    "price_down": "Highest price",
    "rating": "Best rated",
    "sold": "Best sold",
}


class Store(msgspec.Struct, frozen=True):
    """How a merchant sells: one row, made when first asked for."""

    merchant: int
    currency: str
    """Of all its prices."""
    return_days: int
    """How long after delivery something can be sent back; 0: never."""
    changed_at: int


class Rate(msgspec.Struct, frozen=True):
    """A way in which a merchant sends goods, and what it costs."""

    id: int
    """0: nothing is set, and sending costs nothing."""
    merchant: int
    name: str
    price: int
    free_above: int | None
    """From this worth of goods on it costs nothing; None: never."""
    days: int
    """How long it takes at most."""

    def cost(self, goods: int) -> int:
        """For goods of this worth."""
        return 0 if self.free_above is not None and goods >= self.free_above else self.price


class Category(msgspec.Struct, frozen=True):
    """A node of the tree of goods. Its id is a short word that stays."""

    id: str
    parent: str
    """Empty: at the top."""
    name: str
    icon: str
    position: int


class Variant(msgspec.Struct, frozen=True):
    """What is really bought: a product in one size and colour. Its id is also its unit in the stock."""

    id: int
    product: int
    merchant: int
    sku: str
    """The merchant's own number for it."""
    choice: tuple[str, ...]
    """One value for each option of the product."""
    price: int
    """With tax."""
    compare_at: int | None
    """What it cost before; above the price, or None."""
    state: Literal["active", "archived"]
    position: int

    @property
    def words(self) -> str:
        return " · ".join(self.choice)


class Product(msgspec.Struct, frozen=True):
    id: int
    merchant: int
    title: str
    words: str
    category: str
    currency: str
    state: ProductState
    options: tuple[str, ...]
    """What its variants differ in: ``Size``, ``Colour``."""
    low: int
    """The lowest price among its variants; ``high`` is the highest."""
    high: int
    stocked: bool
    """Whether any variant was to be had when its stock last changed."""
    sold: int
    """Pieces, without those of cancelled purchases."""
    score: int
    """By how well it is rated, weighed with how many said so: thousandths of stars."""
    listed_at: int
    """When it was first shown; 0: never."""
    made_at: int
    changed_at: int


class Shown(msgspec.Struct, frozen=True):
    """A product in a list."""

    product: Product
    shop: Merchant
    picture: Media | None
    votes: int
    stars: float | None


class Choice(msgspec.Struct, frozen=True):
    """A variant as it is offered."""

    variant: Variant
    left: int
    """How many can be had now."""


class Facets(msgspec.Struct, frozen=True):
    """How many products there would be, if it were also asked for this."""

    categories: tuple[tuple[Category, int], ...]
    """Those right below the one that was asked for."""
    stocked: int
    prices: tuple[tuple[int, int | None, int], ...]
    """From, below (None: no end), how many; of what is sold in ``currency``."""
    total: int
    """At most :data:`~dozen.services.wallet.service.catalogue.MOST_COUNTED`."""
    currency: str
    """In which prices are meant."""
    currencies: tuple[tuple[str, int], ...]
    """In which something is sold, whatever its price, and how many; the most first."""


class Found(msgspec.Struct, frozen=True):
    """A page of a search; ``position`` is where the next one goes on, None at the end."""

    products: tuple[Shown, ...]
    position: tuple[int, int] | None
    facets: Facets | None = None
