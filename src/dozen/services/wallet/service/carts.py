"""Carts: one a person, over all shops. What changed since the last look is told, and hinders nothing but
buying it unseen."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from dozen.core import inventory
from dozen.db import Tx
from dozen.services.wallet.errors.carts import (
    BadQuantity,
    CartFull,
    NotForSale,
    NotInCart,
    OwnShop,
    SoldOut,
)
from dozen.services.wallet.errors.products import NoSuchVariant
from dozen.services.wallet.queries import carts as queries
from dozen.services.wallet.queries import products as product_queries
from dozen.services.wallet.service import products, stores
from dozen.services.wallet.structs.carts import Cart, CartGroup, CartLine, CartRow, Trouble, Want
from dozen.services.wallet.structs.merchants import Merchant
from dozen.services.wallet.structs.products import Product, Variant

MOST_LINES = 50
MOST_QUANTITY = 20


class Goods(msgspec.Struct, frozen=True):
    """Variants with all that decides whether they can be bought."""

    variants: dict[int, Variant]
    products: dict[int, Product]
    shops: dict[int, Merchant]
    left: dict[int, int]

    def on_sale(self, variant_id: int) -> bool:
        variant = self.variants[variant_id]
        product = self.products[variant.product]
        return (
            variant.state == "active"
            and product.state == "active"
            and self.shops[product.merchant].state == "open"
        )


def goods(tx: Tx, me: int, variant_ids: Sequence[int]) -> Goods:
    """What is held for ``me`` at the moment counts as left for them."""
    found = {each.id: each for each in product_queries.variants_by_id.all(tx, ids=list(variant_ids))}
    of = {each.id: each for each in product_queries.by_ids.all(tx, ids=[v.product for v in found.values()])}
    shops = {each.id: each for each in product_queries.shops.all(tx, ids=[p.merchant for p in of.values()])}
    left = inventory.availability(tx, list(found))
    held = queries.open_of.first(tx, person=me)
    if held is not None and held.expires_at > tx.now:
        for parcel in held.parcels:
            for part in parcel.parts:
                if part.variant in left:
                    left[part.variant] += part.quantity
    return Goods(found, of, shops, left)


def look(tx: Tx, me: int) -> Cart:
    """All of it, by shop, with what has changed."""
    rows = queries.of.all(tx, person=me)
    known = goods(tx, me, [row.variant for row in rows])
    pictures = products.pictures(tx, list(known.products))
    lines = []
    for row in rows:
        if row.variant not in known.variants:
            continue
        variant = known.variants[row.variant]
        own = pictures.get(variant.product)
        lines.append(
            CartLine(
                row,
                variant,
                known.products[variant.product],
                own[0] if own else None,
                known.left[row.variant],
                _trouble(known, row),
            )
        )
    groups: dict[int, list[CartLine]] = {}
    for line in lines:
        if not line.row.later:
            groups.setdefault(line.product.merchant, []).append(line)
    rates = stores.rates(tx, list(groups))
    made = tuple(
        CartGroup(known.shops[merchant], some[0].product.currency, tuple(some), rates[merchant])
        for merchant, some in groups.items()
    )
    totals: dict[str, int] = {}
    for group in made:
        totals[group.currency] = totals.get(group.currency, 0) + group.sum
    return Cart(made, tuple(line for line in lines if line.row.later), totals)


def _trouble(known: Goods, row: CartRow) -> Trouble:
    left = known.left[row.variant]
    if not known.on_sale(row.variant):
        return "gone"
    if not left:
        return "sold_out"
    if left < row.quantity:
        return "fewer"
    return "price" if known.variants[row.variant].price != row.seen_price else ""


def pieces(tx: Tx, me: int) -> int:
    """How many things are in it, for the badge."""
    return queries.pieces.first(tx, person=me) or 0


def check(known: Goods, me: int, want: Want) -> Variant:
    """That so many of it can be bought. Raises BadQuantity, NoSuchVariant, NotForSale, OwnShop, SoldOut."""
    if type(want.quantity) is not int or not 1 <= want.quantity <= MOST_QUANTITY:
        raise BadQuantity(fields={"quantity": BadQuantity.title})
    variant = known.variants.get(want.variant)
    if variant is None:
        raise NoSuchVariant
    if not known.on_sale(variant.id):
        raise NotForSale(variant=str(variant.id))
    product = known.products[variant.product]
    if known.shops[product.merchant].owner == me:
        raise OwnShop
    left = known.left[variant.id]
    if left < want.quantity:
        name = f"{product.title}, {variant.words}" if variant.words else product.title
        words = f"Only {left} left of {name}" if left else f"{name} is sold out"
        raise SoldOut(words, variant=str(variant.id), left=left)
    return variant


def put(tx: Tx, me: int, want: Want, *, later: bool = False) -> None:
    """Have so many of it in the cart, or saved for later. Raises what :func:`check` raises, CartFull."""
    tx.must_write()
    variant = check(goods(tx, me, [want.variant]), me, want)
    if queries.one.first(tx, person=me, variant=variant.id) is None:
        _make_room(tx, me)
    queries.put(
        tx,
        person=me,
        variant=variant.id,
        quantity=want.quantity,
        price=variant.price,
        later=later,
        now=tx.now,
    )


def add(tx: Tx, me: int, want: Want) -> int:
    """So many more of it; how many there are then. Raises what :func:`put` raises."""
    found = queries.one.first(tx, person=me, variant=want.variant)
    there = found.quantity if found is not None and not found.later else 0
    check(goods(tx, me, [want.variant]), me, want)
    quantity = min(there + want.quantity, MOST_QUANTITY)
    put(tx, me, Want(want.variant, quantity))
    return quantity


def set_later(tx: Tx, me: int, variant_id: int, *, later: bool) -> None:
    """Save it for later, or take it into the cart again: whatever has become of it. Raises NotInCart."""
    found = queries.one.first(tx, person=me, variant=variant_id)
    if found is None:
        raise NotInCart
    queries.put(
        tx, person=me, variant=variant_id, quantity=found.quantity, price=found.seen_price, later=later,
        now=tx.now,
    )  # fmt: skip


def drop(tx: Tx, me: int, variant_id: int) -> CartRow:
    """As it was, for :func:`restore`. Raises NotInCart."""
    found = queries.one.first(tx, person=me, variant=variant_id)
    if found is None or not queries.drop(tx, person=me, variant=variant_id):
        raise NotInCart
    return found


def restore(tx: Tx, me: int, want: Want, *, later: bool = False) -> None:
    """Put back what was dropped a moment ago, whatever has become of it. Raises BadQuantity, NoSuchVariant,
    CartFull."""
    tx.must_write()
    if not 1 <= want.quantity <= MOST_QUANTITY:
        raise BadQuantity(fields={"quantity": BadQuantity.title})
    found = product_queries.variants_by_id.all(tx, ids=[want.variant])
    if not found:
        raise NoSuchVariant
    _make_room(tx, me)
    queries.put(
        tx, person=me, variant=want.variant, quantity=want.quantity, price=found[0].price, later=later,
        now=tx.now,
    )  # fmt: skip


def replace(tx: Tx, me: int, wants: Sequence[Want]) -> None:
    """Have just this in the cart; what is saved for later stays. Raises what :func:`put` raises."""
    tx.must_write()
    with tx.savepoint():
        queries.clear(tx, person=me)
        for want in wants:
            put(tx, me, want)


def clear(tx: Tx, me: int) -> None:
    """Take all out but what is saved for later."""
    tx.must_write()
    queries.clear(tx, person=me)


def seen(tx: Tx, me: int, cart: Cart) -> None:
    """Their person has agreed to the prices as they are now."""
    for group in cart.groups:
        for line in group.lines:
            if line.row.seen_price != line.variant.price:
                queries.put(
                    tx, person=me, variant=line.variant.id, quantity=line.quantity, price=line.variant.price,
                    later=False, now=tx.now,
                )  # fmt: skip


def _make_room(tx: Tx, me: int) -> None:
    if len(queries.of.all(tx, person=me)) >= MOST_LINES:
        raise CartFull
