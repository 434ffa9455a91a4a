"""Finding and looking at what shops sell; for everybody, signed in or not.

Prices are compared within one currency only: to ask for prices, or to order by them, finds what is sold in
that currency and nothing else (:func:`currency_for` says which). There are no rates here, none are guessed.

Words go through ``core/search``, which ranks at most a few thousand hits; categories, prices, stock and order
are columns. Lists say whether something is in stock by what was noted when its stock last changed; a
product's own page asks the stock itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from dozen.core import engagement, inventory, media, search
from dozen.db import Tx
from dozen.kit.money import decimals
from dozen.services.wallet.errors.products import NoSuchProduct
from dozen.services.wallet.queries import merchants as merchant_queries
from dozen.services.wallet.queries import products as queries
from dozen.services.wallet.service import categories, products, stores, wallets
from dozen.services.wallet.structs.merchants import Merchant
from dozen.services.wallet.structs.products import (
    SORTS,
    Choice,
    Facets,
    Found,
    Product,
    Rate,
    Shown,
    Sort,
    Store,
)

MOST_COUNTED = 10_000
"""Products that facets count; beyond it they say "at least"."""
WISH = "wish"
"""The kind of mark by which people keep what they would like."""
_PRICES = (500, 1_000, 2_500, 5_000, 10_000)
"""Where price bands begin, in the main unit."""


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody looks for. Prices are minor units of ``currency``; ``below`` is exclusive."""

    words: str = ""
    category: str = ""
    least: int | None = None
    below: int | None = None
    currency: str = ""
    """In which prices are meant; empty: the installation's own."""
    only: bool = False
    """What is sold in that currency, even where nothing is asked of prices."""
    stocked: bool = False
    merchant: int | None = None
    sort: Sort | None = None
    """None: the best match where there are words, else what is sold best."""

    @property
    def order(self) -> Sort:
        chosen = self.sort if self.sort in SORTS else None
        if self.words.strip():
            return chosen or "relevance"
        return chosen if chosen and chosen != "relevance" else "sold"

    @property
    def priced(self) -> bool:
        """Whether prices are compared."""
        return self.least is not None or self.below is not None or self.order in ("price_up", "price_down")


class View(msgspec.Struct, frozen=True):
    """A product's page."""

    product: Product
    shop: Merchant
    store: Store
    rates: tuple[Rate, ...]
    choices: tuple[Choice, ...]
    pictures: tuple[media.Media, ...]
    rating: engagement.Rating
    wished: bool

    @property
    def left(self) -> int:
        return sum(choice.left for choice in self.choices)


def find(
    tx: Tx,
    query: Query,
    *,
    after: tuple[int, int] | None = None,
    limit: int = 24,
    facets: bool = False,
) -> Found:
    """A page of what answers; ``after`` is the position that the page before gave. Raises ``BadQuery``."""
    currency = query.currency or wallets.home_currency(tx)
    tree = categories.tree(tx)
    given: dict[str, Any] = {}
    ranks: dict[int, int] | None = None
    if query.words.strip():
        ranks = _ranks(tx, query)
        given["ids"] = list(ranks)
    if query.category:
        given["categories"] = categories.below(tree, query.category)
    if query.only or query.priced:
        given["currency"] = currency
    if query.least is not None:
        given["least"] = query.least
    if query.below is not None:
        given["below"] = query.below
    if query.stocked:
        given["stocked"] = True
    if query.merchant is not None:
        given["merchant"] = query.merchant
    if ranks is not None and not ranks:
        return Found((), None, Facets((), 0, (), 0, currency, ()) if facets else None)
    page, position = _page(tx, query.order, given, ranks, after, limit)
    counted = _facets(tx, tree, query, given, currency) if facets else None
    return Found(tuple(shown(tx, page)), position, counted)


def _ranks(tx: Tx, query: Query) -> dict[int, int]:
    hits = search.ranked(
        tx,
        search.parse(query.words),
        viewer=search.Viewer(),
        realm=products.SEARCH,
        kinds=(products.KIND,),
        facets=(f"category:{query.category}",) if query.category else (),
    )
    return {hit.id: hit.rank for hit in hits}


def _page(
    tx: Tx,
    order: Sort,
    given: dict[str, Any],
    ranks: dict[int, int] | None,
    after: tuple[int, int] | None,
    limit: int,
) -> tuple[list[Product], tuple[int, int] | None]:
    names = frozenset(given)
    found: list[Product]
    if order == "relevance":
        assert ranks is not None
        # All hits that pass the filters (there are a few thousand at most), in the search's order.
        every: list[Product] = queries.found("newest", names, False).all(
            tx, **_params(given), limit=len(ranks)
        )
        every.sort(key=lambda each: (ranks[each.id], each.id), reverse=True)
        if after is not None:
            every = [each for each in every if (ranks[each.id], each.id) < after]
        found = every[: limit + 1]
    else:
        onward = {} if after is None else {"key": after[0], "last": after[1]}
        found = queries.found(order, names, after is not None).all(
            tx, **_params(given), **onward, limit=limit + 1
        )
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    key = ranks[last.id] if ranks is not None and order == "relevance" else queries.key_of(order, last)
    return found[:limit], (key, last.id)


def _params(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "stocked"}


def currency_for(tx: Tx, chosen: str = "", *, merchant: int | None = None, me: int | None = None) -> str:
    """In which prices are compared: as chosen; in one shop, as it sells; else as who looks can pay: this
    installation's own currency, or that of their oldest wallet where they have none in it."""
    if chosen:
        return chosen
    if merchant is not None:
        return stores.store(tx, merchant).currency
    home = wallets.home_currency(tx)
    mine = [each.currency for each in wallets.wallets_of(tx, me) if each.state != "closed"] if me else []
    return home if home in mine or not mine else mine[0]


def _facets(tx: Tx, tree: list[Any], query: Query, given: dict[str, Any], currency: str) -> Facets:
    """Each facet is counted as if it alone were left open; one statement for all of them."""
    wider = {
        name: value for name, value in given.items() if name not in ("least", "below", "stocked", "currency")
    }
    rows = queries.counted(frozenset(wider)).all(tx, **_params(wider), most=MOST_COUNTED)

    def priced(low: int, sold_in: str) -> bool:
        if "currency" not in given:
            return True
        if sold_in != currency:
            return False
        return (query.least is None or low >= query.least) and (query.below is None or low < query.below)

    home = {
        leaf: child
        for child in categories.children(tree, query.category)
        for leaf in categories.below(tree, child.id)
    }
    by_category: dict[str, int] = {}
    bands, by_currency = _bands(currency), dict[str, int]()
    by_band = [0] * len(bands)
    stocked = total = 0
    for category, low, there, sold_in, n in rows:
        in_stock, in_price = not query.stocked or there, priced(low, sold_in)
        if in_stock and in_price:
            total += n
            if category in home:
                by_category[home[category].id] = by_category.get(home[category].id, 0) + n
        if in_price and there:
            stocked += n
        if in_stock:
            by_currency[sold_in] = by_currency.get(sold_in, 0) + n
        if in_stock and sold_in == currency:
            at = next(
                i for i, (least, below) in enumerate(bands) if low >= least and (below is None or low < below)
            )
            by_band[at] += n
    return Facets(
        tuple(
            (child, by_category[child.id])
            for child in categories.children(tree, query.category)
            if child.id in by_category
        ),
        stocked,
        tuple((least, below, n) for (least, below), n in zip(bands, by_band, strict=True) if n),
        total,
        currency,
        tuple(sorted(by_currency.items(), key=lambda each: (-each[1], each[0]))),
    )


def _bands(currency: str) -> list[tuple[int, int | None]]:
    unit = 10 ** decimals(currency)
    edges = [0, *(each * unit for each in _PRICES)]
    return list(zip(edges, [*edges[1:], None], strict=True))


def shown(tx: Tx, found: Sequence[Product]) -> list[Shown]:
    """As lists show them: with shop, picture and stars. What is of closed shops is left out."""
    wanted = [each.id for each in found]
    shops = {each.id: each for each in queries.shops.all(tx, ids=sorted({p.merchant for p in found}))}
    pictures = products.pictures(tx, wanted)
    ratings = engagement.rating(tx, wanted) if wanted else {}
    out = []
    for each in found:
        shop = shops.get(each.merchant)
        if shop is None or shop.state != "open":
            continue
        rating = ratings.get(each.id) or engagement.Rating()
        own = pictures.get(each.id)
        out.append(Shown(each, shop, own[0] if own else None, rating.count, rating.average))
    return out


def by_ids(tx: Tx, product_ids: Collection[int]) -> list[Shown]:
    """Those that are still sold, in this order."""
    order = list(dict.fromkeys(product_ids))
    found = {each.id: each for each in queries.by_ids.all(tx, ids=order)} if order else {}
    return shown(tx, [found[each] for each in order if each in found and found[each].state == "active"])


def view(tx: Tx, product_id: int, me: int | None = None) -> View:
    """What everybody may see of a product; its merchant sees a draft, too. Raises NoSuchProduct."""
    found = queries.by_id.first(tx, id=product_id)
    if found is None:
        raise NoSuchProduct
    shop = merchant_queries.by_id.first(tx, id=found.merchant)
    assert shop is not None
    mine = me is not None and shop.owner == me
    if not mine and (found.state == "draft" or shop.state != "open"):
        raise NoSuchProduct
    if not mine and found.state != "active" and products.taken_down(tx, [found.id]):
        raise NoSuchProduct
    variants = queries.variants_of.all(tx, products=[found.id])
    left = inventory.availability(tx, [each.id for each in variants])
    on_sale = found.state == "active" and shop.state == "open"
    return View(
        found,
        shop,
        stores.store(tx, shop.id),
        stores.rates(tx, [shop.id])[shop.id],
        tuple(Choice(each, left[each.id] if on_sale else 0) for each in variants),
        tuple(products.pictures(tx, [found.id]).get(found.id, ())),
        engagement.rating(tx, [found.id]).get(found.id) or engagement.Rating(),
        me is not None and WISH in engagement.marks_of(tx, me, [found.id]).get(found.id, ()),
    )


def also(tx: Tx, product: Product, limit: int = 4) -> list[Shown]:
    """What else the shop sells best."""
    return shown(tx, queries.also_of.all(tx, merchant=product.merchant, but=product.id, limit=limit))


# Wishes


def wish(tx: Tx, me: int, product_id: int, *, on: bool = True) -> bool:
    """Keep it in mind, or no longer; whether that changed anything. Raises NoSuchProduct."""
    if not on:
        return engagement.unmark(tx, me, WISH, product_id)
    found = view(tx, product_id, me).product
    return engagement.mark(tx, me, WISH, found.id, products.REALM)


def wishes(tx: Tx, me: int, before: int | None = None, limit: int = 24) -> tuple[list[Shown], int | None]:
    """What I keep in mind, the latest first, and where the next page goes on. What is no longer sold is left
    out."""
    marks = engagement.marked_by(tx, me, WISH, products.REALM, before=before, limit=limit + 1)
    more = marks[limit - 1].id if len(marks) > limit else None
    return by_ids(tx, [each.subject_id for each in marks[:limit]]), more
