"""What a merchant sells: products and their variants. What is done with their pictures is in
:mod:`product_pictures`, by hand with their stock in :mod:`product_stock`.

Whoever calls with a :class:`Shop` has shown that they may act for it. A variant's id is its unit in
``core/inventory``; ``products.stocked`` says whether any could be had when the stock last changed, for lists.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import msgspec

from dozen.core import inventory, media, moderation, search
from dozen.core.accounts import Actor
from dozen.core.moderation import Takedown
from dozen.db import Duplicate, Tx
from dozen.kit.text import clean
from dozen.services.wallet.errors.products import (
    BadProduct,
    NoSuchProduct,
    NoSuchVariant,
    NotReady,
    ProductTakenDown,
    SkuTaken,
    TooManyProducts,
)
from dozen.services.wallet.queries import products as queries
from dozen.services.wallet.service import categories, merchants, stores
from dozen.services.wallet.service.moving import MOST_AMOUNT
from dozen.services.wallet.structs.merchants import Shop
from dozen.services.wallet.structs.products import Choice, Product, ProductState, Variant

REALM = "wallet.product"
"""Of products in the stock, among reviews and marks."""
SEARCH, KIND = "wallet", "product"
"""Of products in the search index."""
MODERATED = "wallet"
"""The realm of what moderators see: products, and reviews of them, by their ids."""
MOST = 5_000
"""Products of one merchant."""
MOST_VARIANTS = 50
MOST_OPTIONS = 3
_LONGEST_TITLE, _LONGEST_WORDS, _LONGEST_VALUE = 120, 4_000, 40
_SKU = re.compile(r"[\x21-\x7e]{1,40}")


class NewVariant(msgspec.Struct, frozen=True, kw_only=True):
    id: int | None = None
    """Of one that is there; None: another one."""
    sku: str = ""
    """Empty: made from the ids."""
    choice: tuple[str, ...] = ()
    price: int
    compare_at: int | None = None
    stock: int = 0
    """Of a new one: what there is of it at first."""


class NewProduct(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    words: str = ""
    category: str = "other"
    options: tuple[str, ...] = ()
    variants: tuple[NewVariant, ...] = ()


class Kept(msgspec.Struct, frozen=True):
    """A product as its merchant sees it."""

    product: Product
    choices: tuple[Choice, ...]
    pictures: tuple[media.Media, ...]
    taken_down: Takedown | None = None
    """Since when, and why, moderators keep it from being shown."""


def add(tx: Tx, shop: Shop, new: NewProduct) -> Product:
    """A draft; :func:`set_state` shows it. Raises BadProduct, SkuTaken, TooManyProducts, MerchantClosed,
    MerchantBlocked."""
    tx.must_write()
    merchants.must_be_open(shop.merchant)
    if (queries.how_many.first(tx, merchant=shop.id) or 0) >= MOST:
        raise TooManyProducts
    store = stores.set_up(tx, shop)  # its currency is settled by its first price
    made = Product(
        id=tx.next_id(), merchant=shop.id, title=new.title, words=new.words, category=new.category,
        currency=store.currency, state="draft", options=new.options, low=0, high=0, stocked=False, sold=0,
        score=0, listed_at=0, made_at=tx.now, changed_at=tx.now,
    )  # fmt: skip
    made = _checked(tx, made, new.variants)
    queries.add(tx, **msgspec.structs.asdict(made))
    _put_variants(tx, shop, made, new.variants, {})
    refresh(tx, [made.id])
    return of(tx, shop, made.id)


def edit(tx: Tx, shop: Shop, product_id: int, new: NewProduct) -> Product:
    """All of it anew: variants that are not named are sold no longer. Raises NoSuchProduct, BadProduct,
    NoSuchVariant, SkuTaken, MerchantClosed, MerchantBlocked."""
    merchants.must_be_open(shop.merchant)
    found = locked(tx, shop, product_id)
    known = {each.id: each for each in queries.variants_of.all(tx, products=[found.id])}
    after = msgspec.structs.replace(
        found, title=new.title, words=new.words, category=new.category, options=new.options
    )
    after = _checked(tx, after, new.variants)
    if found.state == "active" and not new.variants:
        raise NotReady
    _put_variants(tx, shop, after, new.variants, known)
    _put(tx, after)
    refresh(tx, [found.id])
    return of(tx, shop, found.id)


def set_state(tx: Tx, shop: Shop, product_id: int, state: ProductState) -> Product:
    """Show it, keep it back, or sell it no longer; what is in people's carts is told there.

    Raises NoSuchProduct, NotReady, BadProduct, ProductTakenDown, MerchantClosed, MerchantBlocked."""
    found = locked(tx, shop, product_id)
    if state not in ("draft", "active", "archived"):
        raise BadProduct(fields={"state": "Choose one of the list"})
    if state == found.state:
        return found
    if state == "active":
        merchants.must_be_open(shop.merchant)
        held = taken_down(tx, [found.id]).get(found.id)
        if held is not None:
            raise ProductTakenDown(reason=held.reason)
        if not queries.variants_of.all(tx, products=[found.id]):
            raise NotReady
    return _put(
        tx,
        msgspec.structs.replace(
            found, state=state, listed_at=found.listed_at or (state == "active") * tx.now
        ),
    )


def take_down(tx: Tx, removal: moderation.Removal) -> None:
    """What moderators decided: only its shop sees it any more, and cannot sell it until they lift that."""
    found = queries.by_id_for_update.first(tx, id=removal.subject_id)
    if found is not None:
        moderation.keep_down(tx, removal)
        state: ProductState = "archived" if found.state == "active" else found.state
        _put(tx, msgspec.structs.replace(found, state=state))


def lift(tx: Tx, actor: Actor, product_id: int, reason: str) -> Product:
    """A moderator lets its shop sell it again, which does so itself.

    Raises NoSuchProduct, NotModerator, ReasonNeeded, NotTakenDown."""
    found = queries.by_id_for_update.first(tx, id=product_id)
    if found is None:
        raise NoSuchProduct
    moderation.restore(tx, actor, realm=MODERATED, subject_id=found.id, reason=reason)
    return _put(tx, found)


def taken_down(tx: Tx, product_ids: Collection[int]) -> dict[int, Takedown]:
    """Which of these moderators keep down."""
    return moderation.taken_down(tx, MODERATED, product_ids)


def pictures(tx: Tx, product_ids: Collection[int]) -> dict[int, list[media.Media]]:
    """Of each product, in their order."""
    return media.attached_to(tx, list(product_ids)) if product_ids else {}


def refresh(tx: Tx, product_ids: Collection[int]) -> None:
    """Note whether products can be had, after their stock has changed."""
    wanted = sorted(set(product_ids))
    if not wanted:
        return
    found = queries.variants_of.all(tx, products=wanted)
    left = inventory.availability(tx, [each.id for each in found])
    there = {each.product for each in found if left[each.id] > 0}
    for product in queries.by_ids.all(tx, ids=wanted):
        if product.stocked != (product.id in there):
            queries.set_stocked(tx, product=product.id, there=product.id in there)


# Reading


def of(tx: Tx, shop: Shop, product_id: int) -> Product:
    """One of the shop's, whatever its state. Raises NoSuchProduct."""
    found = queries.by_id.first(tx, id=product_id)
    if found is None or found.merchant != shop.id:
        raise NoSuchProduct
    return found


def kept(tx: Tx, shop: Shop, found: Sequence[Product]) -> list[Kept]:
    """With variants, stock and pictures."""
    wanted = [each.id for each in found]
    variants = queries.variants_of.all(tx, products=wanted) if wanted else []
    left = inventory.availability(tx, [each.id for each in variants])
    shown, down = pictures(tx, wanted), taken_down(tx, wanted)
    by_product: dict[int, list[Choice]] = {}
    for each in variants:
        by_product.setdefault(each.product, []).append(Choice(each, left[each.id]))
    return [
        Kept(each, tuple(by_product.get(each.id, ())), tuple(shown.get(each.id, ())), down.get(each.id))
        for each in found
    ]


def page(tx: Tx, shop: Shop, state: ProductState, before: int, limit: int) -> list[Product]:
    """The newest first."""
    return queries.of_merchant.all(tx, merchant=shop.id, state=state, before=before, limit=limit)


def by_sku(tx: Tx, shop: Shop, sku: str) -> Variant | None:
    """What is sold under a number."""
    return queries.by_sku.first(tx, merchant=shop.id, sku=sku)


def how_many(tx: Tx, shop: Shop) -> dict[str, int]:
    """By state."""
    return dict(queries.count_by_state.all(tx, merchant=shop.id))


# Inside


def locked(tx: Tx, shop: Shop, product_id: int) -> Product:
    """One of the shop's, to be changed. Raises NoSuchProduct."""
    tx.must_write()
    found = queries.by_id_for_update.first(tx, id=product_id)
    if found is None or found.merchant != shop.id:
        raise NoSuchProduct
    return found


def audience(tx: Tx, product: Product) -> media.Audience:
    """Of its pictures."""
    return "private" if product.state == "draft" or taken_down(tx, [product.id]) else "public"


def _checked(tx: Tx, given: Product, variants: Sequence[NewVariant]) -> Product:
    wrong: dict[str, str] = {}
    title, words = clean(given.title), clean(given.words, lines=True)
    options = tuple(clean(each) for each in given.options)
    if not 1 <= len(title) <= _LONGEST_TITLE:
        wrong["title"] = f"A title has 1 to {_LONGEST_TITLE} characters"
    if len(words) > _LONGEST_WORDS:
        wrong["words"] = f"At most {_LONGEST_WORDS} characters"
    if all(each.id != given.category for each in categories.tree(tx)):
        wrong["category"] = "Choose one of the list"
    if len(options) > MOST_OPTIONS or len(set(options)) != len(options):
        wrong["options"] = f"At most {MOST_OPTIONS} different options"
    elif not all(1 <= len(each) <= _LONGEST_VALUE for each in options):
        wrong["options"] = f"An option's name has 1 to {_LONGEST_VALUE} characters"
    if len(variants) > MOST_VARIANTS:
        wrong["variants"] = f"At most {MOST_VARIANTS} variants"
    choices = [tuple(clean(each) for each in variant.choice) for variant in variants]
    if any(
        len(each) != len(options) or not all(1 <= len(v) <= _LONGEST_VALUE for v in each) for each in choices
    ):
        wrong["variants"] = "Each variant says one value for each option"
    elif len(set(choices)) != len(choices):
        wrong["variants"] = "Each variant differs from the others"
    for variant in variants:
        if type(variant.price) is not int or not 0 < variant.price <= MOST_AMOUNT:
            wrong["variants"] = "Each variant has a price above zero"
        elif variant.compare_at is not None and not variant.price < variant.compare_at <= MOST_AMOUNT:
            wrong["variants"] = "What it cost before is above what it costs now"
        elif variant.sku and not _SKU.fullmatch(variant.sku):
            wrong["variants"] = "A number has at most 40 letters, digits and signs, without spaces"
        elif not 0 <= variant.stock <= 10**6:
            wrong["variants"] = "At most a million pieces"
    if wrong:
        raise BadProduct(fields=wrong)
    prices = [variant.price for variant in variants]
    return msgspec.structs.replace(
        given, title=title, words=words, options=options,
        low=min(prices, default=0), high=max(prices, default=0),
    )  # fmt: skip


def _put(tx: Tx, after: Product) -> Product:
    after = msgspec.structs.replace(after, changed_at=tx.now)
    queries.change(
        tx,
        product=after.id,
        new_title=after.title,
        new_words=after.words,
        new_category=after.category,
        new_state=after.state,
        new_options=after.options,
        new_low=after.low,
        new_high=after.high,
        listed=after.listed_at,
        now=tx.now,
    )
    media.set_audience(tx, after.id, audience(tx, after))
    index(tx, after)
    return after


def index(tx: Tx, product: Product) -> None:
    """Let it be found by its words, or no longer."""
    if product.state != "active":
        search.remove(tx, product.id)
        return
    for document in documents(tx, [product]):
        search.put(tx, document)


def documents(tx: Tx, wanted: Sequence[Product]) -> list[search.Document]:
    """What products that can be bought are found by: their words, categories and choices."""
    tree = categories.tree(tx)
    choices: dict[int, set[str]] = {each.id: set() for each in wanted}
    for variant in queries.variants_of.all(tx, products=list(choices)):
        choices[variant.product].update(variant.choice)
    paths = {each.id: categories.path(tree, each.category) for each in wanted}
    return [
        search.Document(
            id=each.id,
            realm=SEARCH,
            kind=KIND,
            title=each.title,
            body="\n".join((each.words, *(step.name for step in paths[each.id]), *sorted(choices[each.id]))),
            facets=tuple(f"category:{step.id}" for step in paths[each.id]),
        )
        for each in wanted
    ]


def _put_variants(
    tx: Tx, shop: Shop, product: Product, given: Sequence[NewVariant], known: dict[int, Variant]
) -> None:
    named = {each.id for each in given if each.id is not None}
    if len(named) != sum(each.id is not None for each in given) or not named <= set(known):
        raise NoSuchVariant
    for gone in sorted(set(known) - named):
        _change(tx, msgspec.structs.replace(known[gone], state="archived"))
        inventory.set_state(tx, gone, "closed")
    for each in given:  # first away, so that numbers can be exchanged
        if each.id is not None:
            _change(tx, msgspec.structs.replace(known[each.id], sku=f" {each.id}"))
    for position, each in enumerate(given):
        variant_id = each.id if each.id is not None else tx.next_id()
        made = Variant(
            id=variant_id, product=product.id, merchant=shop.id,
            sku=each.sku or (known[each.id].sku if each.id is not None else f"P{variant_id}"),
            choice=tuple(clean(value) for value in each.choice), price=each.price,
            compare_at=each.compare_at, state="active", position=position,
        )  # fmt: skip
        try:
            with tx.savepoint():
                if each.id is not None:
                    _change(tx, made)
                else:
                    queries.add_variant(tx, **msgspec.structs.asdict(made))
        except Duplicate:
            raise SkuTaken(f"The number {made.sku} is taken", sku=made.sku) from None
        if each.id is None:
            inventory.add_unit(tx, REALM, unit_id=made.id)
            inventory.adjust(tx, made.id, each.stock, "first stock", actor=shop.person)


def _change(tx: Tx, after: Variant) -> None:
    queries.change_variant(
        tx,
        variant=after.id,
        new_sku=after.sku,
        new_choice=after.choice,
        new_price=after.price,
        new_compare=after.compare_at,
        new_state=after.state,
        new_position=after.position,
    )
