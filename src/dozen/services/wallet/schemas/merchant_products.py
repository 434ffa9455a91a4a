"""What shops keep of what they sell, and how they sell it, on the wire."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from dozen.core.inventory import Change
from dozen.kit import clock, ids
from dozen.services.wallet.schemas import products as shown
from dozen.services.wallet.schemas.common import Amount, Currency, minor, number
from dozen.services.wallet.schemas.products import Key, Name, Values, Words
from dozen.services.wallet.service.products import Kept, NewProduct, NewVariant
from dozen.services.wallet.service.stores import NewRate
from dozen.services.wallet.structs.products import ProductState, Rate, Store


class StoreShape(msgspec.Struct, frozen=True):
    currency: str
    return_days: int
    delivery: list[shown.RateShape]


class StoreChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is. `return_days` 0: nothing comes back."""

    currency: Currency | UnsetType = UNSET
    return_days: Annotated[int, Meta(ge=0, le=365)] | UnsetType = UNSET


class NewRateShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    price: Amount
    free_above: Amount | None = None
    days: Annotated[int, Meta(ge=1, le=90)] = 5


class NewVariantShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`id`: of one that is there. `stock`: of a new one, what there is at first."""

    price: Amount
    id: Key | None = None
    sku: Annotated[str, Meta(max_length=40)] = ""
    choice: Values = []
    compare_at: Amount | None = None
    stock: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class NewProductShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of an edited product, variants that are not named are sold no longer."""

    title: Name
    words: Words = ""
    category: Annotated[str, Meta(max_length=40)] = "other"
    options: Values = []
    variants: Annotated[list[NewVariantShape], Meta(max_length=50)] = []
    media_ids: Annotated[list[Key], Meta(max_length=8)] = []
    state: ProductState | UnsetType = UNSET


class TakenDown(msgspec.Struct, frozen=True):
    """Moderators keep it from being shown; `reason` is theirs. Only they lift it."""

    at: str
    reason: str


class KeptShape(msgspec.Struct, frozen=True):
    """A product as its shop sees it."""

    id: str
    state: ProductState
    title: str
    words: str
    category: str
    currency: str
    options: list[str]
    variants: list[shown.VariantShape]
    pictures: list[shown.PictureShape]
    sold: int
    created_at: str
    taken_down: TakenDown | None


class StockChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    variant_id: Key
    by: Annotated[int, Meta(ge=-1_000_000, le=1_000_000, description="So many more, or fewer.")]
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class StockShape(msgspec.Struct, frozen=True):
    variant_id: str
    left: int


class StockEntry(msgspec.Struct, frozen=True):
    at: str
    by: int
    reason: str


def store(found: Store, rates: tuple[Rate, ...]) -> StoreShape:
    return StoreShape(found.currency, found.return_days, [shown.rate(each, found.currency) for each in rates])


def new_rate(data: NewRateShape, currency: str) -> NewRate:
    free = data.free_above
    price = 0 if data.price == 0 else minor(data.price, currency)
    return NewRate(data.name, price, minor(free, currency) if free is not None else None, data.days)


def new_product(data: NewProductShape, currency: str) -> NewProduct:
    return NewProduct(
        title=data.title,
        words=data.words,
        category=data.category,
        options=tuple(data.options),
        variants=tuple(
            NewVariant(
                id=number(each.id, "id") if each.id is not None else None,
                sku=each.sku,
                choice=tuple(each.choice),
                price=minor(each.price, currency),
                compare_at=minor(each.compare_at, currency) if each.compare_at is not None else None,
                stock=each.stock,
            )
            for each in data.variants
        ),
    )


def kept(found: Kept) -> KeptShape:
    each, down = found.product, found.taken_down
    return KeptShape(
        str(each.id),
        each.state,
        each.title,
        each.words,
        each.category,
        each.currency,
        list(each.options),
        [shown.variant(choice, each.currency) for choice in found.choices],
        [shown.picture(each_) for each_ in found.pictures],
        each.sold,
        clock.rfc3339(each.made_at),
        None if down is None else TakenDown(clock.rfc3339(down.at), down.reason),
    )


def stock_entry(found: Change) -> StockEntry:
    return StockEntry(clock.rfc3339(ids.moment(found.id)), found.by, found.reason)
