"""Products, reviews, and how shops sell, on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from dozen.core.accounts import Card
from dozen.core.media import Media
from dozen.kit import clock, money
from dozen.services.wallet.schemas.common import Amount, Person, person
from dozen.services.wallet.service.catalogue import View
from dozen.services.wallet.service.product_reviews import Opinion
from dozen.services.wallet.structs.products import (
    Category,
    Choice,
    Facets,
    ProductState,
    Rate,
    Shown,
)

Name = Annotated[str, Meta(max_length=200)]
Words = Annotated[str, Meta(max_length=8_000)]
Key = Annotated[str, Meta(max_length=20)]
Values = Annotated[list[Name], Meta(max_length=3)]
Price: TypeAlias = Amount
Quantity = Annotated[int, Meta(ge=1, le=20)]


class CategoryShape(msgspec.Struct, frozen=True):
    """`parent` is empty at the top."""

    id: str
    parent: str
    name: str
    icon: str


class NewCategory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, Meta(max_length=40)]
    name: Name
    parent: Annotated[str, Meta(max_length=40)] = ""
    icon: Annotated[str, Meta(max_length=20)] = "grid"
    position: Annotated[int, Meta(ge=0, le=10_000)] = 0


class PictureShape(msgspec.Struct, frozen=True):
    id: str
    url: str
    small_url: str
    alt: str


class ShopShape(msgspec.Struct, frozen=True):
    id: str
    name: str


class ProductShape(msgspec.Struct, frozen=True):
    """`price` is its lowest, with tax; `price_to` its highest."""

    id: str
    title: str
    category: str
    price: str
    price_to: str
    currency: str
    shop: ShopShape
    in_stock: bool
    picture: PictureShape | None
    rating: float | None
    ratings: int
    sold: int
    url: str


class VariantShape(msgspec.Struct, frozen=True):
    """`choice` has one value for each of the product's `options`; `left` is how many can be had now."""

    id: str
    sku: str
    choice: list[str]
    price: str
    compare_at: str | None
    left: int


class RateShape(msgspec.Struct, frozen=True):
    """A way of sending. `free_above`: worth of goods from which it costs nothing."""

    id: str
    name: str
    price: str
    free_above: str | None
    days: int


class ProductPage(msgspec.Struct, frozen=True):
    id: str
    title: str
    words: str
    category: str
    currency: str
    state: ProductState
    shop: ShopShape
    options: list[str]
    variants: list[VariantShape]
    pictures: list[PictureShape]
    rating: float | None
    ratings: int
    sold: int
    delivery: list[RateShape]
    return_days: int
    wished: bool
    url: str


class CategoryCount(msgspec.Struct, frozen=True):
    id: str
    name: str
    products: int


class PriceCount(msgspec.Struct, frozen=True):
    """From `least`, below `below` (null: no end)."""

    least: str
    below: str | None
    products: int


class CurrencyCount(msgspec.Struct, frozen=True):
    currency: str
    products: int


class FacetsShape(msgspec.Struct, frozen=True):
    """`prices` are in `currency`, and count only what is sold in it; `currencies` are all in which something
    is sold, whatever it costs."""

    total: int
    in_stock: int
    categories: list[CategoryCount]
    prices: list[PriceCount]
    currency: str
    currencies: list[CurrencyCount]


class ProductList(msgspec.Struct, omit_defaults=True):
    """`facets` come with the first page."""

    data: list[ProductShape]
    next_cursor: str | None = None
    facets: FacetsShape | None = None


class ReviewShape(msgspec.Struct, frozen=True):
    id: str
    author: Person | None
    rating: int
    text: str
    pictures: list[PictureShape]
    created_at: str
    edited_at: str | None
    answer: str
    answered_at: str | None


class MyReview(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`media_ids`: pictures that were uploaded to `/api/media`; they come behind those that are there."""

    rating: Annotated[int, Meta(ge=1, le=5)]
    text: Words = ""
    media_ids: Annotated[list[Key], Meta(max_length=4)] = []


class ReportShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(max_length=40)]
    text: Annotated[str, Meta(max_length=2_000)] = ""


class AnswerShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An empty text takes the answer back."""

    text: Words


def category(found: Category) -> CategoryShape:
    return CategoryShape(found.id, found.parent, found.name, found.icon)


def picture(found: Media, ticket: str = "") -> PictureShape:
    query = f"?ticket={ticket}" if ticket else ""
    return PictureShape(
        str(found.id), f"/media/{found.id}/1280.webp{query}", f"/media/{found.id}/320.webp{query}", found.alt
    )


def product(found: Shown) -> ProductShape:
    each = found.product
    return ProductShape(
        str(each.id),
        each.title,
        each.category,
        money.plain(each.low, each.currency),
        money.plain(each.high, each.currency),
        each.currency,
        ShopShape(str(found.shop.id), found.shop.name),
        each.stocked,
        picture(found.picture) if found.picture is not None else None,
        round(found.stars, 2) if found.stars is not None else None,
        found.votes,
        each.sold,
        f"/wallet/shop/products/{each.id}",
    )


def variant(found: Choice, currency: str) -> VariantShape:
    each = found.variant
    return VariantShape(
        str(each.id),
        each.sku,
        list(each.choice),
        money.plain(each.price, currency),
        money.plain(each.compare_at, currency) if each.compare_at is not None else None,
        found.left,
    )


def rate(found: Rate, currency: str) -> RateShape:
    free = found.free_above
    return RateShape(
        str(found.id),
        found.name,
        money.plain(found.price, currency),
        money.plain(free, currency) if free is not None else None,
        found.days,
    )


def product_page(found: View) -> ProductPage:
    each, average = found.product, found.rating.average
    return ProductPage(
        str(each.id),
        each.title,
        each.words,
        each.category,
        each.currency,
        each.state,
        ShopShape(str(found.shop.id), found.shop.name),
        list(each.options),
        [variant(choice, each.currency) for choice in found.choices],
        [picture(shown) for shown in found.pictures],
        round(average, 2) if average is not None else None,
        found.rating.count,
        each.sold,
        [rate(way, each.currency) for way in found.rates],
        found.store.return_days,
        found.wished,
        f"/wallet/shop/products/{each.id}",
    )


def facets(found: Facets) -> FacetsShape:
    currency = found.currency
    return FacetsShape(
        found.total,
        found.stocked,
        [CategoryCount(each.id, each.name, n) for each, n in found.categories],
        [
            PriceCount(
                money.plain(least, currency), None if below is None else money.plain(below, currency), n
            )
            for least, below, n in found.prices
        ],
        currency,
        [CurrencyCount(each, n) for each, n in found.currencies],
    )


def review(found: Opinion, cards: Mapping[int, Card]) -> ReviewShape:
    each = found.review
    return ReviewShape(
        str(each.id),
        person(cards.get(each.author_id)),
        each.rating,
        each.text,
        [picture(shown) for shown in found.pictures],
        clock.rfc3339(each.at),
        clock.rfc3339(each.edited_at) if each.edited_at is not None else None,
        each.answer,
        clock.rfc3339(each.answered_at) if each.answered_at is not None else None,
    )


SortName = Literal["relevance", "newest", "price_up", "price_down", "rating", "sold"]
