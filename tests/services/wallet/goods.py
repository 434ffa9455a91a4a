"""Shops with something on the shelves, for tests."""

from __future__ import annotations

from typing import Any

from dozen.core import inventory
from dozen.db import Tx
from dozen.services.wallet.queries import products as queries
from dozen.services.wallet.service import addresses, carts, checkouts, merchants, products, purchases, stores
from dozen.services.wallet.service.movements import Standing
from dozen.services.wallet.service.products import NewProduct, NewVariant
from dozen.services.wallet.structs.carts import Place, Want
from dozen.services.wallet.structs.merchants import Shop
from dozen.services.wallet.structs.products import Product, Variant
from dozen.services.wallet.structs.purchases import Purchase
from tests.services.wallet.shops import make_shop
from tests.support.town import Town

PLACE = Place("Ada Lane", "12 Hill Road", "Pune", "411001", "IN", "+91 98 1234 5678")
PAID = Standing("import")
"""In place of a PIN."""


def make_product(
    town: Town, shop: Shop, *, price: int = 10_000, stock: int = 5, active: bool = True, **given: Any
) -> Product:
    """One of a single variant, on the shelf."""
    new: dict[str, Any] = {
        "title": "Blue mug", "words": "Holds tea and coffee.", "category": "tableware",
        "variants": (NewVariant(price=price, stock=stock),),
    }  # fmt: skip

    def work(tx: Tx) -> Product:
        made = products.add(tx, shop, NewProduct(**new | given))
        return products.set_state(tx, shop, made.id, "active") if active else made

    return town.write(work)


def variants(town: Town, product: Product) -> list[Variant]:
    return town.read(lambda tx: queries.variants_of.all(tx, products=[product.id]))


def variant(town: Town, product: Product) -> int:
    """The id of its first."""
    return variants(town, product)[0].id


def left(town: Town, variant_id: int) -> int:
    return town.read(lambda tx: inventory.availability(tx, [variant_id])[variant_id])


def stocked_shop(town: Town, **given: Any) -> tuple[Shop, Product, int]:
    shop = make_shop(town)
    product = make_product(town, shop, **given)
    return shop, product, variant(town, product)


def fill(town: Town, me: int, *wants: tuple[int, int]) -> None:
    """Variants and quantities into somebody's cart."""

    def work(tx: Tx) -> None:
        for each, quantity in wants:
            carts.put(tx, me, Want(each, quantity))

    town.write(work)


def with_address(town: Town, me: int) -> int:
    return town.write(addresses.add, me, PLACE).id


def bought(town: Town, me: int, *wants: tuple[int, int], **given: Any) -> list[Purchase]:
    """Held and paid at once."""
    some = [Want(each, quantity) for each, quantity in wants]
    return town.write(checkouts.buy, me, some, PLACE, proof=PAID, **given)


def delivered(town: Town, me: int, shop: Shop, *wants: tuple[int, int]) -> Purchase:
    (made,) = bought(town, me, *wants)
    town.write(purchases.advance, shop, made.id, "shipped", carrier="Town Post", tracking="TP1")
    return town.write(purchases.advance, shop, made.id, "delivered")


def with_rates(town: Town, shop: Shop, **given: Any) -> int:
    new = stores.NewRate(**{"name": "Post", "price": 500, "free_above": 50_000} | given)
    return town.write(stores.add_rate, shop, new).id


def takings(town: Town, shop: Shop) -> int:
    """What is in the shop's account."""
    return sum(each.balance for each in town.read(merchants.balances, shop))
