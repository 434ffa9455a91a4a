"""What is reported of what shops sell and of what buyers say of it, and what moderators do about that.

A product that was taken down stays down until a moderator lifts it; a review is deleted.
"""

from __future__ import annotations

from dozen.core import engagement, media, moderation, notifications
from dozen.core.accounts import Actor
from dozen.core.engagement import Review
from dozen.core.moderation import Removal
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.kit.text import clean
from dozen.services.wallet.errors.products import NoSuchProduct, OwnProduct, ProductTakenDown
from dozen.services.wallet.queries import products as product_queries
from dozen.services.wallet.service import catalogue, notes, product_reviews, products
from dozen.services.wallet.structs.products import Product

REALM = products.MODERATED
"""Of what moderators see: reviews and products, by their ids."""
REMOVALS = f"{REALM}.removals"
_TOLD = 300
KINDS = (
    notes.kind(
        "taken_down", "What moderators took down of yours", "The moderators took down {what}: {reason}"
    ),
    notes.kind("product_lifted", "What moderators let you sell again", "You may sell {what} again"),
)
REASONS: dict[moderation.Reason, str] = {
    "spam": "Spam or unwanted advertising",
    "fraud": "Fraud or a scam",
    "misinformation": "It is not true",
    "abuse": "Harassment or insults",
    "hate": "Hatred against a group",
    "sexual": "Sexual content",
    "illegal": "Something illegal",
    "copyright": "A breach of copyright",
    "other": "Something else",
}


def report(tx: Tx, me: int, review_id: int, *, reason: str, text: str = "") -> Review:
    """Tell the moderators of a review. Raises NoSuchReview, BadReport, TooManyReports."""
    found = product_reviews.one(tx, review_id)
    moderation.report(
        tx, me, realm=REALM, subject_id=found.id, owner_id=found.author_id, reason=reason, text=text
    )
    return found


def report_product(tx: Tx, me: int, product_id: int, *, reason: str, text: str = "") -> Product:
    """Tell the moderators of something that is sold. Raises NoSuchProduct, BadReport, TooManyReports."""
    found = catalogue.view(tx, product_id, me)
    moderation.report(
        tx, me, realm=REALM, subject_id=found.product.id, owner_id=found.shop.owner, reason=reason, text=text
    )
    return found.product


def reported(tx: Tx, actor: Actor, subject_id: int) -> tuple[Product, product_reviews.Opinion | None]:
    """What a moderator must judge: a product, or a review of it. Raises NoSuchProduct, NotModerator."""
    moderation.require_moderator(actor)
    product = product_queries.by_id.first(tx, id=subject_id)
    if product is not None:
        return product, None
    try:
        found = product_reviews.one(tx, subject_id)
    except engagement.errors.NoSuchReview:
        raise NoSuchProduct from None
    product = product_queries.by_id.first(tx, id=found.subject_id)
    assert product is not None
    return product, product_reviews.with_pictures(tx, [found])[0]


def carry_out(tx: Tx, removal: Removal) -> None:
    """Take down what moderators decided on: one that is gone already is done."""
    if not moderation.carried_out(tx, REALM, removal.subject_id):
        return
    if product_queries.by_id.first(tx, id=removal.subject_id) is not None:
        products.take_down(tx, removal)
        return
    try:
        found = product_reviews.one(tx, removal.subject_id)
    except engagement.errors.NoSuchReview:
        return
    engagement.delete_review(tx, found.author_id, found.id, as_owner=True)
    media.delete_of(tx, found.id)
    product_reviews.score(tx, found.subject_id)


def take_down(tx: Tx, actor: Actor, subject_id: int, reason: str) -> Product:
    """Take down a product (its shop sees it, and why, and cannot sell it) or a review (it is deleted), at
    once and without a case; whose it was is told. The product that it is or is about.

    Raises NoSuchProduct, OwnProduct, ProductTakenDown, NotModerator, ReasonNeeded.
    """
    product, opinion = reported(tx, actor, subject_id)
    owner = _owner(tx, product)
    if owner == actor.person_id:
        raise OwnProduct
    down = products.taken_down(tx, [product.id]).get(subject_id)
    if down is not None:
        raise ProductTakenDown(reason=down.reason)
    whose = owner if opinion is None else opinion.review.author_id
    moderation.remove(tx, actor, realm=REALM, subject_id=subject_id, owner_id=whose, reason=reason)
    carry_out(tx, Removal(0, REALM, subject_id, whose, actor.person_id, clean(reason, lines=True)))
    what = product.title if opinion is None else f"your review of {product.title}"
    data = {"what": what, "reason": clean(reason, lines=True)[:_TOLD]}
    notifications.notify(tx, whose, "wallet.taken_down", subject=subject_id, data=data)
    found = product_queries.by_id.first(tx, id=product.id)
    assert found is not None
    return found


def lift(tx: Tx, actor: Actor, product_id: int, reason: str) -> Product:
    """Let a shop sell again what moderators took down: it is still kept back, and its shop is told.

    Raises NoSuchProduct, OwnProduct, NotModerator, ReasonNeeded, NotTakenDown.
    """
    moderation.require_moderator(actor)
    found = product_queries.by_id.first(tx, id=product_id)
    if found is None:
        raise NoSuchProduct
    owner = _owner(tx, found)
    if owner == actor.person_id:
        raise OwnProduct
    after = products.lift(tx, actor, product_id, reason)
    data = {"what": after.title}
    notifications.notify(tx, owner, "wallet.product_lifted", subject=after.id, data=data)
    return after


def register(env: Env) -> None:
    env.part(notifications.Kinds).add(*KINDS)


# Inside


def _owner(tx: Tx, product: Product) -> int:
    return product_queries.shops.all(tx, ids=[product.merchant])[0].owner
