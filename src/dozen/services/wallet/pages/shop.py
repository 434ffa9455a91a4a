"""The catalogue in the HTML door: finding, looking, wishes. Everybody may look."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from msgspec import Meta

from dozen.core import accounts, search
from dozen.db import Tx
from dozen.kit import money
from dozen.services.wallet.pages.door import page, pages
from dozen.services.wallet.pages.overview import QUICK
from dozen.services.wallet.service import carts, catalogue, categories, product_reviews, tiers
from dozen.services.wallet.service.catalogue import Query
from dozen.services.wallet.structs.products import SORTS, Category
from dozen.web import Call, Cookie, Cursor, Form, Page, Redirect
from dozen.web.paging import next_page

QUICK.append(("Shop", "/wallet/shop", "cart"))
AT = "/wallet/shop"
Words = Annotated[str, Meta(max_length=200)]
Short = Annotated[str, Meta(max_length=40)]
_SEEN = "dozen_seen"
"""The cookie with the products that this browser has looked at: nobody else is told."""
_MOST_SEEN = 12
_SEEN_LASTS = 90 * 86_400
_PAGE = 24
TROUBLES = {
    "gone": "Not for sale any more",
    "sold_out": "Sold out",
    "fewer": "Fewer are left",
    "price": "The price has changed",
}


def shop_page_of(call: Call, tx: Tx, template: str, *, status: int = 200, **values: Any) -> Page:
    """A page of the catalogue, with what stands on top of all of them."""
    me = call.viewer
    shown = {"q": "", "category": "", "troubles": TROUBLES} | values
    return page(
        call, template, status=status, cart_count=carts.pieces(tx, me) if me is not None else 0, **shown
    )


class Asked:
    """What the address asks for, as it was typed."""

    def __init__(self, tx: Tx, given: dict[str, str], me: int | None) -> None:
        self.given = {name: value for name, value in given.items() if value}
        if given["currency"] not in tiers.currencies(tx):
            self.given.pop("currency", None)
        chosen = self.given.get("currency", "")
        shop = given["shop"]
        sort = given["sort"]
        merchant = int(shop) if shop.isascii() and shop.isdigit() and len(shop) < 20 else None
        self.currency = catalogue.currency_for(tx, chosen, merchant=merchant, me=me)
        self.query = Query(
            words=given["q"],
            category=given["category"],
            least=self._price("least"),
            below=self._price("below"),
            currency=self.currency,
            only=bool(chosen),
            stocked=bool(given["stocked"]),
            merchant=merchant,
            sort=sort if sort in SORTS else None,
        )

    def _price(self, name: str) -> int | None:
        try:
            found = money.parse(self.given.get(name, ""), self.currency)
        except ValueError:
            return None
        return found if 0 < found < 10**15 else None

    def address(self, **changes: str) -> str:
        """The same with some of it otherwise; an empty text takes it away."""
        found = {name: value for name, value in {**self.given, **changes}.items() if value}
        return f"{AT}?{urlencode(found)}" if found else AT

    @property
    def asks(self) -> bool:
        return bool(self.given)

    @property
    def filtered(self) -> int:
        return sum(name in self.given for name in ("least", "below", "stocked", "currency"))


@pages.get("/shop", access="public")
def index(
    call: Call,
    q: Words = "",
    category: Short = "",
    least: Short = "",
    below: Short = "",
    stocked: Short = "",
    currency: Short = "",
    shop: Short = "",
    sort: Short = "",
    cursor: Cursor | None = None,
) -> Page:
    """What is sold: by words, category, price; without any of them, where to begin."""
    tx = call.tx
    tree = categories.tree(tx)
    if all(each.id != category for each in tree):
        category = ""
    asked = Asked(
        tx,
        {
            "q": q.strip(),
            "category": category,
            "least": least,
            "below": below,
            "stocked": stocked,
            "currency": currency,
            "shop": shop,
            "sort": sort,
        },
        call.viewer,
    )
    trouble = ""
    kind = f"shop {asked.query!r}"
    after = call.cursors.open_pair(kind, cursor)
    try:
        found = catalogue.find(tx, asked.query, after=after, limit=_PAGE, facets=after is None)
    except search.BadQuery as fault:
        trouble = fault.detail
        found = catalogue.find(tx, Query(), limit=_PAGE, facets=True)
    more = call.cursors.seal(kind, *found.position) if found.position is not None else None
    return shop_page_of(
        call,
        tx,
        "shop",
        q=q,
        category=category,
        asked=asked,
        found=found,
        trail=categories.path(tree, category),
        tops=[] if asked.asks else _tops(tree, found.facets),
        seen=[] if asked.asks or after else catalogue.by_ids(tx, seen(call)),
        sorts=[(name, words) for name, words in SORTS.items() if asked.query.words or name != "relevance"],
        bands=_bands(asked, found.facets),
        monies=_currencies(asked, found.facets),
        from_shop=_shop_name(found, asked.query.merchant),
        trouble=trouble,
        next=next_page(asked.address(), more),
    )


def _tops(tree: list[Category], facets: Any) -> list[tuple[Category, int]]:
    counts = {each.id: n for each, n in facets.categories} if facets is not None else {}
    return [(each, counts[each.id]) for each in tree if not each.parent and each.id in counts]


def _bands(asked: Asked, facets: Any) -> list[tuple[str, str, bool]]:
    """Words, address, whether it is chosen."""
    out = []
    for least, below, n in facets.prices if facets is not None else ():
        low, high = (money.text(each or 0, asked.currency).removesuffix(".00") for each in (least, below))
        words = f"{low} and more" if below is None else f"Under {high}" if not least else f"{low} to {high}"
        asks = asked.query.least is not None or asked.query.below is not None
        chosen = asks and (asked.query.least or 0, asked.query.below) == (least, below)
        plain_least = money.plain(least, asked.currency) if least else ""
        plain_below = money.plain(below, asked.currency) if below is not None else ""
        to = (
            asked.address(least="", below="")
            if chosen
            else asked.address(least=plain_least, below=plain_below)
        )
        out.append((f"{words} ({n})", to, chosen))
    return out


def _currencies(asked: Asked, facets: Any) -> list[tuple[str, str, bool]]:
    """Words, address, whether it is chosen; nothing where all is sold in one. Amounts that were typed are of
    the currency before, and go."""
    found = facets.currencies if facets is not None else ()
    if len(found) < 2 and not asked.query.only:
        return []
    out = []
    for each, n in found:
        chosen = asked.query.only and each == asked.currency
        to = asked.address(currency="" if chosen else each, least="", below="")
        out.append((f"{each} ({n})", to, chosen))
    return out


def _shop_name(found: Any, merchant: int | None) -> str:
    return next((each.shop.name for each in found.products), "this shop") if merchant is not None else ""


def seen(call: Call) -> list[int]:
    """What this browser has looked at, the latest first."""
    found = call.cookie(_SEEN)[:400].split(".")
    return [int(each) for each in found if each.isascii() and each.isdigit() and len(each) < 20][:_MOST_SEEN]


def note_seen(call: Call, product_id: int) -> None:
    order = [product_id, *(each for each in seen(call) if each != product_id)][:_MOST_SEEN]
    value = ".".join(map(str, order))
    call.headers_out.append(Cookie.set(_SEEN, value, secure=call.secure, max_age=_SEEN_LASTS))


@pages.get("/shop/products/{product_id}", access="public")
def product(call: Call, product_id: int, variant: int = 0, quantity: int = 1, kept: int = 0) -> Page:
    """Pictures, what it costs in which size, reviews, what else the shop has."""
    tx, me = call.tx, call.viewer
    found = catalogue.view(tx, product_id, me)
    shown = product_reviews.page(tx, product_id, limit=4)
    cards = accounts.cards(tx, {each.review.author_id for each in shown} - {0})
    before = [each for each in catalogue.by_ids(tx, seen(call)) if each.product.id != product_id]
    if found.product.state == "active":
        note_seen(call, product_id)
    chosen = next((each for each in found.choices if each.variant.id == variant), None)
    if chosen is None:
        chosen = next((each for each in found.choices if each.left), next(iter(found.choices), None))
    return shop_page_of(
        call,
        tx,
        "shop_product",
        view=found,
        product=found.product,
        chosen=chosen,
        quantity=max(1, min(quantity, carts.MOST_QUANTITY)),
        most=carts.MOST_QUANTITY,
        kept_choice=bool(kept),
        trail=categories.path(categories.tree(tx), found.product.category),
        reviews=shown,
        cards=cards,
        histogram=_bars(product_reviews.histogram(tx, product_id)),
        may_review=me is not None and product_reviews.may_review(tx, me, product_id),
        mine=product_reviews.mine(tx, me, product_id) if me is not None else None,
        own=me is not None and found.shop.owner == me,
        also=catalogue.also(tx, found.product),
        seen=before[:4],
    )


def _bars(found: dict[int, int]) -> list[dict[str, Any]]:
    return [{"label": f"{stars} ★", "value": n} for stars, n in found.items()]


@pages.get("/shop/products/{product_id}/reviews", access="public")
def reviews(call: Call, product_id: int, stars: int = 0, cursor: Cursor | None = None) -> Page:
    """All of them, or those with so many stars."""
    tx = call.tx
    found = catalogue.view(tx, product_id, call.viewer)
    chosen = stars if 1 <= stars <= 5 else None
    kind = f"product reviews {product_id} {chosen}"
    shown = product_reviews.page(
        tx, product_id, stars=chosen, after=call.cursors.open_pair(kind, cursor), limit=_PAGE + 1
    )
    more = None
    if len(shown) > _PAGE:
        more = call.cursors.seal(kind, *shown[_PAGE - 1].review.position("newest"))
    at = f"{AT}/products/{product_id}/reviews"
    return shop_page_of(
        call,
        tx,
        "shop_reviews",
        view=found,
        product=found.product,
        reviews=shown[:_PAGE],
        cards=accounts.cards(tx, {each.review.author_id for each in shown} - {0}),
        chips=[
            ("All", at, chosen is None),
            *((f"{n} ★", f"{at}?stars={n}", chosen == n) for n in range(5, 0, -1)),
        ],
        own=call.viewer == found.shop.owner,
        next=next_page(at, more, stars=str(chosen or "")),
    )


# Wishes


@pages.get("/shop/wishes")
def wishes(call: Call, cursor: Cursor | None = None) -> Page:
    """What I keep in mind."""
    before = call.cursors.open_id("wishes page", cursor)
    found, more = catalogue.wishes(call.tx, call.me, before, _PAGE)
    sealed = call.cursors.seal("wishes page", more) if more is not None else None
    return shop_page_of(call, call.tx, "shop_wishes", found=found, next=next_page(f"{AT}/wishes", sealed))


@pages.post("/shop/products/{product_id}/wish")
def wish(call: Call, product_id: int, form: Form) -> Redirect:
    catalogue.wish(call.tx, call.me, product_id)
    return Redirect(f"{AT}/products/{product_id}", flash="It is on your wish list")


@pages.post("/shop/products/{product_id}/unwish")
def unwish(call: Call, product_id: int, form: Form) -> Redirect:
    catalogue.wish(call.tx, call.me, product_id, on=False)
    return Redirect(f"{AT}/products/{product_id}", flash="It is no longer on your wish list")
