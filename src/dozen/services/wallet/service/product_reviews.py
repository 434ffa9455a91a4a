"""What buyers say of products: one review by each, with stars, words and pictures; the shop may answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from dozen.core import engagement, media, notifications
from dozen.core.engagement import Review, ReviewOrder
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.services.wallet.errors.products import NoSuchProduct, NotABuyer, OwnProduct, TooManyPictures
from dozen.services.wallet.queries import products as product_queries
from dozen.services.wallet.queries import purchases as purchase_queries
from dozen.services.wallet.service import catalogue, notes, products
from dozen.services.wallet.structs.merchants import Shop
from dozen.services.wallet.structs.products import Product

MOST_PICTURES = 4
_TYPICAL, _WEIGHT = 3, 5
"""Scores begin as if so many people had given so many stars."""
KINDS = (
    notes.kind("review_new", "Reviews of what you sell", "{what} has a new review: {stars}"),
    notes.kind("review_answered", "Answers to your reviews", "{shop} answered your review of {what}"),
)


class Opinion(msgspec.Struct, frozen=True):
    """A review with its pictures."""

    review: Review
    pictures: tuple[media.Media, ...]


def may_review(tx: Tx, me: int, product_id: int) -> bool:
    """Whether I have bought it: paid, and neither called off nor refused."""
    return bool(purchase_queries.has_bought.first(tx, buyer=me, product=product_id))


def put(
    tx: Tx, me: int, product_id: int, rating: int, text: str = "", *, media_ids: Sequence[int] = ()
) -> Opinion:
    """My review, or what I think of it now; new pictures come behind those that are there.

    Raises NoSuchProduct, OwnProduct, NotABuyer, BadRating, BadText, TooManyPictures, and what
    ``media.attach`` raises.
    """
    found = _sold(tx, product_id, me)
    if not may_review(tx, me, product_id):
        raise NotABuyer
    before = engagement.my_review(tx, me, product_id)
    if before is None:
        made = engagement.review(tx, me, product_id, products.REALM, rating, text)
    else:
        made = engagement.edit_review(tx, me, before.id, rating, text)
    if media_ids:
        there = [each.id for each in media.attached_to(tx, [made.id]).get(made.id, ())]
        if len(there) + len(media_ids) > MOST_PICTURES:
            raise TooManyPictures
        media.attach(tx, me, [*there, *media_ids], made.id, audience="public")
    score(tx, product_id)
    if before is None:
        owner = catalogue.view(tx, product_id, me).shop.owner
        data = {"what": found.title, "stars": "★" * rating}
        notifications.notify(tx, owner, "wallet.review_new", subject=product_id, data=data)
    return with_pictures(tx, [made])[0]


def drop_picture(tx: Tx, me: int, product_id: int, media_id: int) -> None:
    """Raises NoSuchReview."""
    found = engagement.my_review(tx, me, product_id)
    if found is None:
        raise engagement.errors.NoSuchReview
    media.detach(tx, found.id, [media_id])


def drop(tx: Tx, me: int, product_id: int) -> Review:
    """Take mine back; what it was. Raises NoSuchReview."""
    found = engagement.my_review(tx, me, product_id)
    if found is None:
        raise engagement.errors.NoSuchReview
    gone = engagement.delete_review(tx, me, found.id)
    media.detach(tx, gone.id)
    score(tx, product_id)
    return gone


def answer(tx: Tx, shop: Shop, review_id: int, text: str) -> Review:
    """The shop's answer, or another one; an empty text takes it back. Raises NoSuchReview, BadText."""
    found = one(tx, review_id)
    product = product_queries.by_id.first(tx, id=found.subject_id)
    if product is None or product.merchant != shop.id:
        raise engagement.errors.NoSuchReview
    after = engagement.answer_review(tx, shop.person, review_id, text)
    if after.answer and not found.answer:
        data = {"what": product.title, "shop": shop.merchant.name}
        notifications.notify(tx, found.author_id, "wallet.review_answered", subject=product.id, data=data)
    return after


# Reading


def page(
    tx: Tx,
    product_id: int,
    *,
    order: ReviewOrder = "newest",
    stars: int | None = None,
    after: tuple[int, int] | None = None,
    limit: int = 10,
) -> list[Opinion]:
    found = engagement.reviews(tx, product_id, order=order, rating=stars, after=after, limit=limit)
    return with_pictures(tx, found)


def mine(tx: Tx, me: int, product_id: int) -> Opinion | None:
    found = engagement.my_review(tx, me, product_id)
    return with_pictures(tx, [found])[0] if found is not None else None


def with_pictures(tx: Tx, found: Sequence[Review]) -> list[Opinion]:
    shown = media.attached_to(tx, [each.id for each in found])
    return [Opinion(each, tuple(shown.get(each.id, ()))) for each in found]


def histogram(tx: Tx, product_id: int) -> dict[int, int]:
    """How many gave five stars, four, … one."""
    return engagement.distribution(tx, product_id)


def reviewed(tx: Tx, me: int, product_ids: Collection[int]) -> dict[int, int]:
    """Which of these I have reviewed, and with how many stars."""
    found = {each: engagement.my_review(tx, me, each) for each in dict.fromkeys(product_ids)}
    return {each: review.rating for each, review in found.items() if review is not None}


# Inside


def one(tx: Tx, review_id: int) -> Review:
    """Raises NoSuchReview."""
    found = engagement.one_review(tx, review_id)
    if found.realm != products.REALM:
        raise engagement.errors.NoSuchReview
    return found


def _sold(tx: Tx, product_id: int, me: int) -> Product:
    """What was sold can be reviewed also when it no longer is. Raises NoSuchProduct, OwnProduct."""
    found = product_queries.by_id.first(tx, id=product_id)
    if found is None or found.state == "draft":
        raise NoSuchProduct
    if product_queries.shops.all(tx, ids=[found.merchant])[0].owner == me:
        raise OwnProduct
    return found


def score(tx: Tx, product_id: int) -> None:
    """Count again what its reviews come to."""
    rating = engagement.rating(tx, [product_id]).get(product_id) or engagement.Rating()
    points = 1_000 * (_TYPICAL * _WEIGHT + rating.sum) // (_WEIGHT + rating.count) if rating.count else 0
    product_queries.set_score(tx, product=product_id, new_score=points)


def rescore(tx: Tx, product_ids: Collection[int]) -> None:
    """After reviews were put in all at once."""
    for each in product_ids:
        score(tx, each)


def register(env: Env) -> None:
    env.part(notifications.Kinds).add(*KINDS)
