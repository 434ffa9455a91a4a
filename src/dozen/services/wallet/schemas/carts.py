"""Carts, addresses, buying, on the wire."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from dozen.kit import clock, money
from dozen.kit.errors import Invalid
from dozen.services.wallet.errors.carts import AddressNeeded
from dozen.services.wallet.schemas.common import Amount, Pin, minor, number
from dozen.services.wallet.schemas.products import Key, PictureShape, Quantity, ShopShape, picture
from dozen.services.wallet.structs.carts import Address, Cart, CartLine, Place, Trouble, Want

Line = Annotated[str, Meta(max_length=400)]


class AddressShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`lines`: street and number, up to four lines. `country`: ISO 3166-1, two letters."""

    name: Line
    lines: Line
    city: Line
    country: Annotated[str, Meta(max_length=2)]
    postcode: Annotated[str, Meta(max_length=40)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""


class NewAddress(AddressShape, frozen=True):
    """`default`: the one that is offered from now on."""

    default: bool = False


class SavedAddress(msgspec.Struct, frozen=True):
    id: str
    default: bool
    address: AddressShape


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the two: a product that comes in one variant only will do."""

    variant_id: Key | None = None
    product_id: Key | None = None
    quantity: Quantity = 1


Items = Annotated[list[Item], Meta(min_length=1, max_length=50)]


class CartItems(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    items: Annotated[list[Item], Meta(max_length=50)]


class CartLineShape(msgspec.Struct, frozen=True):
    """`trouble`: `gone` (not for sale), `sold_out`, `fewer` (than wanted are left), `price` (another one than
    when you last looked: `last_price`); else empty."""

    variant_id: str
    product_id: str
    title: str
    choice: str
    quantity: int
    price: str
    last_price: str
    sum: str
    left: int
    trouble: Trouble
    picture: PictureShape | None


class CartShop(msgspec.Struct, frozen=True):
    shop: ShopShape
    currency: str
    sum: str
    lines: list[CartLineShape]


class CartShape(msgspec.Struct, frozen=True):
    """`totals`: amounts by currency, without delivery, of what can be bought."""

    shops: list[CartShop]
    later: list[CartLineShape]
    totals: dict[str, str]


class Buy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without `items`: what is in the cart. `address` or `address_id`; else the default one. `delivery`: for
    shops (by id) the way of sending, else each shop's first. `totals`: what you expect it to cost, by
    currency, with delivery; if it costs anything else, nothing is bought."""

    items: Items | None = None
    address: AddressShape | None = None
    address_id: Key | None = None
    delivery: dict[Key, Key] = {}
    totals: dict[Annotated[str, Meta(max_length=3)], Amount] | None = None
    note: Annotated[str, Meta(max_length=300)] = ""
    pin: Pin | None = None


def place(data: AddressShape) -> Place:
    return Place(data.name, data.lines, data.city, data.postcode, data.country, data.phone)


def address_of(found: Place) -> AddressShape:
    return AddressShape(
        name=found.name, lines=found.lines, city=found.city, country=found.country, postcode=found.postcode,
        phone=found.phone,
    )  # fmt: skip


def saved(found: Address) -> SavedAddress:
    return SavedAddress(str(found.id), found.first, address_of(found.place))


def line(found: CartLine) -> CartLineShape:
    currency = found.product.currency
    return CartLineShape(
        str(found.variant.id),
        str(found.product.id),
        found.product.title,
        found.variant.words,
        found.quantity,
        money.plain(found.variant.price, currency),
        money.plain(found.row.seen_price, currency),
        money.plain(found.sum, currency),
        found.left,
        found.trouble,
        picture(found.picture) if found.picture is not None else None,
    )


def cart(found: Cart) -> CartShape:
    return CartShape(
        [
            CartShop(
                ShopShape(str(group.shop.id), group.shop.name),
                group.currency,
                money.plain(group.sum, group.currency),
                [line(each) for each in group.lines],
            )
            for group in found.groups
        ],
        [line(each) for each in found.later],
        {currency: money.plain(amount, currency) for currency, amount in found.totals.items()},
    )


def wants(items: list[Item], only_variant: dict[int, int]) -> list[Want]:
    """``only_variant``: of products that were named. Raises Invalid."""
    out = []
    for each in items:
        if (each.variant_id is None) == (each.product_id is None):
            raise Invalid(fields={"items": "Each item names a variant or a product"})
        if each.variant_id is not None:
            out.append(Want(number(each.variant_id, "variant_id"), each.quantity))
            continue
        assert each.product_id is not None
        found = only_variant.get(number(each.product_id, "product_id"))
        if found is None:
            raise Invalid(fields={"items": "Say which variant: this product comes in several"})
        out.append(Want(found, each.quantity))
    return out


def totals(given: dict[str, Amount] | None) -> dict[str, int] | None:
    return None if given is None else {currency: minor(each, currency) for currency, each in given.items()}


def place_of(data: Buy, known: Address | None) -> Place | None:
    """``known``: the one that was named by id."""
    if data.address is not None and data.address_id is not None:
        raise AddressNeeded("Name one address, not two")
    return place(data.address) if data.address is not None else known.place if known is not None else None


def time(ms: int | None) -> str | None:
    return None if ms is None else clock.rfc3339(ms)
