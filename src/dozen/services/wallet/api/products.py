"""The catalogue in the native JSON door: finding and looking are for everybody; reviews for buyers."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from dozen.core import accounts, engagement, media, moderation, search
from dozen.db import Tx
from dozen.kit.errors import BadCursor
from dozen.services.wallet.api.door import MANAGE, READ, api
from dozen.services.wallet.errors import BadAmount, CurrencyDiffers
from dozen.services.wallet.errors import products as faults
from dozen.services.wallet.schemas import products as shapes
from dozen.services.wallet.schemas.common import Amount, Currency, minor, number
from dozen.services.wallet.service import catalogue, categories, moderating, product_reviews, tiers
from dozen.services.wallet.service.catalogue import Query
from dozen.services.wallet.service.product_reviews import Opinion
from dozen.services.wallet.structs.products import Category
from dozen.web import Call, Cursor, Limit, Listing

Words = Annotated[str, Meta(max_length=200, description="What to look for.")]
Short = Annotated[str, Meta(max_length=40)]
ATTACHING = (media.MediaNotFound, media.AlreadyAttached, media.StillProcessing, faults.TooManyPictures)
_ONE = (faults.NoSuchProduct,)


@api.get("/api/shopping/categories", access="public", scope=READ)
def tree(call: Call) -> Listing[shapes.CategoryShape]:
    """The tree of goods, each behind its parent."""
    return Listing([shapes.category(each) for each in categories.tree(call.tx)])


@api.put("/api/shopping/categories", scope=MANAGE, raises=[faults.BadCategory])
def put_category(call: Call, data: shapes.NewCategory) -> shapes.CategoryShape:
    """Add a category, or change one; for administrators."""
    accounts.must_be_admin(call.tx, call.me)
    new = Category(data.id, data.parent, data.name, data.icon, data.position)
    return shapes.category(categories.put(call.tx, call.me, new))


@api.get(
    "/api/shopping/products",
    access="public",
    scope=READ,
    raises=[search.BadQuery, BadAmount, CurrencyDiffers, faults.NoSuchCategory, BadCursor],
)
def find(
    call: Call,
    q: Words = "",
    category: Short = "",
    least: Amount | None = None,
    below: Amount | None = None,
    in_stock: bool = False,
    currency: Currency | None = None,
    shop: Annotated[str, Meta(max_length=20)] = "",
    sort: shapes.SortName | None = None,
    cursor: Cursor | None = None,
    limit: Limit = 24,
) -> shapes.ProductList:
    """Find what shops sell.

    Prices are compared within one currency: `least`, `below`, and `sort` by price find only what is sold in
    `currency`. Where none is named that is the one of the `shop` that was asked for, else this installation's
    own, else (where you have no wallet in it) that of your oldest wallet; `facets.currency` says which.
    `currency` without any of these finds what is sold in it.
    """
    tx = call.tx
    merchant = number(shop, "shop") if shop else None
    if currency is not None and currency not in tiers.currencies(tx):
        raise CurrencyDiffers(fields={"currency": "Nothing is sold in this currency"})
    prices = catalogue.currency_for(tx, currency or "", merchant=merchant, me=call.viewer)
    if category:
        categories.category(tx, category)
    query = Query(
        words=q,
        category=category,
        least=minor(least, prices) if least is not None and least != 0 else None,
        below=minor(below, prices) if below is not None else None,
        stocked=in_stock,
        currency=prices,
        only=currency is not None,
        merchant=merchant,
        sort=sort,
    )
    kind = cursor_kind(query)
    after = call.cursors.open_pair(kind, cursor)
    found = catalogue.find(tx, query, after=after, limit=limit, facets=after is None)
    return shapes.ProductList(
        [shapes.product(each) for each in found.products],
        call.cursors.seal(kind, *found.position) if found.position is not None else None,
        shapes.facets(found.facets) if found.facets is not None else None,
    )


def cursor_kind(query: Query) -> str:
    return f"products {query!r}"


@api.get("/api/shopping/products/{product_id}", access="public", scope=READ, raises=_ONE)
def show(call: Call, product_id: int) -> shapes.ProductPage:
    """A product with its variants and what is left of them."""
    return shapes.product_page(catalogue.view(call.tx, product_id, call.viewer))


@api.get("/api/shopping/wishes", scope=READ)
def wishes(call: Call, cursor: Cursor | None = None, limit: Limit = 24) -> Listing[shapes.ProductShape]:
    """What you keep in mind, the latest first."""
    before = call.cursors.open_id("wishes", cursor)
    found, more = catalogue.wishes(call.tx, call.me, before, limit)
    return Listing(
        [shapes.product(each) for each in found],
        call.cursors.seal("wishes", more) if more is not None else None,
    )


@api.put("/api/shopping/wishes/{product_id}", scope=MANAGE, raises=_ONE)
def wish(call: Call, product_id: int) -> None:
    """Keep it in mind."""
    catalogue.wish(call.tx, call.me, product_id)


@api.delete("/api/shopping/wishes/{product_id}", scope=MANAGE)
def unwish(call: Call, product_id: int) -> None:
    """Keep it in mind no longer."""
    catalogue.wish(call.tx, call.me, product_id, on=False)


# Reviews


def review_shape(tx: Tx, found: Opinion) -> shapes.ReviewShape:
    return shapes.review(found, accounts.cards(tx, {found.review.author_id} - {0}))


@api.get("/api/shopping/products/{product_id}/reviews", access="public", scope=READ, raises=_ONE)
def reviews(
    call: Call,
    product_id: int,
    stars: Annotated[int, Meta(ge=1, le=5)] | None = None,
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> Listing[shapes.ReviewShape]:
    """What buyers say, the newest first; with ``stars``, only those with so many."""
    tx = call.tx
    catalogue.view(tx, product_id, call.viewer)
    kind = f"product reviews {product_id} {stars}"
    found = product_reviews.page(
        tx, product_id, stars=stars, after=call.cursors.open_pair(kind, cursor), limit=limit + 1
    )
    more = None
    if len(found) > limit:
        more = call.cursors.seal(kind, *found[limit - 1].review.position("newest"))
    cards = accounts.cards(tx, {each.review.author_id for each in found} - {0})
    return Listing([shapes.review(each, cards) for each in found[:limit]], more)


@api.put(
    "/api/shopping/products/{product_id}/review",
    scope=MANAGE,
    limit=(60, 600),
    raises=[
        *_ONE,
        *ATTACHING,
        faults.NotABuyer,
        faults.OwnProduct,
        engagement.errors.BadRating,
        engagement.errors.BadText,
    ],
)
def put_review(call: Call, product_id: int, data: shapes.MyReview) -> shapes.ReviewShape:
    """Your review of what you bought, or what you think of it now."""
    found = product_reviews.put(
        call.tx,
        call.me,
        product_id,
        data.rating,
        data.text,
        media_ids=[number(each, "media_ids") for each in data.media_ids],
    )
    return review_shape(call.tx, found)


@api.delete(
    "/api/shopping/products/{product_id}/review", scope=MANAGE, raises=[engagement.errors.NoSuchReview]
)
def drop_review(call: Call, product_id: int) -> None:
    """Take your review back."""
    product_reviews.drop(call.tx, call.me, product_id)


_REPORTING = (moderation.errors.BadReport, moderation.errors.TooManyReports)


@api.post(
    "/api/shopping/reviews/{review_id}/report",
    scope=MANAGE,
    raises=[engagement.errors.NoSuchReview, *_REPORTING],
)
def report_review(call: Call, review_id: int, data: shapes.ReportShape) -> None:
    """Tell the moderators of a review."""
    moderating.report(call.tx, call.me, review_id, reason=data.reason, text=data.text)


@api.post("/api/shopping/products/{product_id}/report", scope=MANAGE, raises=[*_ONE, *_REPORTING])
def report_product(call: Call, product_id: int, data: shapes.ReportShape) -> None:
    """Tell the moderators of something that is sold."""
    moderating.report_product(call.tx, call.me, product_id, reason=data.reason, text=data.text)
