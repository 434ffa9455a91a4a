"""Telling moderators of what shops sell and buyers say, and what moderators do about it, in the HTML door."""

from __future__ import annotations

from typing import Any

from dozen.core import accounts, engagement, media, moderation
from dozen.db import Tx
from dozen.services.wallet.errors.products import OwnProduct, ProductTakenDown
from dozen.services.wallet.pages.door import pages, problem, typed
from dozen.services.wallet.pages.shop import AT, shop_page_of
from dozen.services.wallet.service import catalogue, merchants, moderating, products
from dozen.web import Call, Form, Page, Redirect


def _report_page(call: Call, tx: Tx, title: str, to: str, back: str, **values: Any) -> Page:
    shown = {"given": {}} | values
    return shop_page_of(
        call,
        tx,
        "shop_report",
        title=title,
        to=to,
        back=back,
        reasons=list(moderating.REASONS.items()),
        **shown,
    )


@pages.get("/shop/reviews/{review_id}/report")
def report_review_form(call: Call, review_id: int) -> Page:
    return _report_review(call, review_id)


def _report_review(call: Call, review_id: int, **values: Any) -> Page:
    found = engagement.one_review(call.tx, review_id)
    back = f"{AT}/products/{found.subject_id}/reviews"
    return _report_page(call, call.tx, "Report a review", f"{AT}/reviews/{review_id}/report", back, **values)


@pages.post("/shop/reviews/{review_id}/report", keeps=("text",))
def report_review(call: Call, review_id: int, form: Form) -> Any:
    given = typed(form, "reason", "text")
    try:
        found = moderating.report(call.tx, call.me, review_id, reason=given["reason"], text=given["text"])
    except moderation.errors.BadReport as fault:
        return _report_review(call, review_id, given=given, **problem(fault))
    return Redirect(f"{AT}/products/{found.subject_id}", flash="Thank you; the moderators will look at it")


@pages.get("/shop/products/{product_id}/report")
def report_product_form(call: Call, product_id: int) -> Page:
    return _report_product(call, product_id)


def _report_product(call: Call, product_id: int, **values: Any) -> Page:
    found = catalogue.view(call.tx, product_id, call.me).product
    at = f"{AT}/products/{product_id}"
    return _report_page(call, call.tx, f"Report {found.title}", f"{at}/report", at, **values)


@pages.post("/shop/products/{product_id}/report", keeps=("text",))
def report_product(call: Call, product_id: int, form: Form) -> Any:
    given = typed(form, "reason", "text")
    try:
        moderating.report_product(call.tx, call.me, product_id, reason=given["reason"], text=given["text"])
    except moderation.errors.BadReport as fault:
        return _report_product(call, product_id, given=given, **problem(fault))
    return Redirect(f"{AT}/products/{product_id}", flash="Thank you; the moderators will look at it")


@pages.get("/subjects/{subject_id}", access="moderator")
def subject(call: Call, subject_id: int) -> Page:
    """What was reported, for moderators."""
    return _subject(call, subject_id)


def _subject(call: Call, subject_id: int, **values: Any) -> Page:
    assert call.actor is not None
    tx = call.tx
    product, opinion = moderating.reported(tx, call.actor, subject_id)
    down = products.taken_down(tx, [product.id]).get(product.id) if opinion is None else None
    pictures = products.pictures(tx, [product.id]).get(product.id, []) if opinion is None else []
    people = {opinion.review.author_id} if opinion is not None else set()
    shown = {"given": {}} | values
    return shop_page_of(
        call,
        tx,
        "shop_subject",
        product=product,
        opinion=opinion,
        down=down,
        pictures=pictures,
        tickets={each.id: media.ticket(call.env, each.id, tx.now) for each in pictures},
        own=merchants.merchant(tx, product.merchant).owner == call.me,
        cards=accounts.cards(tx, people | {down.by_id if down is not None else 0} - {0}),
        **shown,
    )


@pages.post("/subjects/{subject_id}/restore", access="moderator", limit=(120, 3600), keeps=("reason",))
def restore(call: Call, subject_id: int, form: Form) -> Any:
    """Let what was taken down be sold again."""
    assert call.actor is not None
    try:
        moderating.lift(call.tx, call.actor, subject_id, form.get("reason"))
    except (moderation.errors.ReasonNeeded, moderation.errors.NotTakenDown, OwnProduct) as fault:
        return _subject(call, subject_id, given=typed(form, "reason"), **problem(fault))
    return Redirect(f"/wallet/subjects/{subject_id}", flash="Its shop may sell it again, and is told")


@pages.post("/subjects/{subject_id}/take-down", access="moderator", limit=(120, 3600), keeps=("reason",))
def take_down(call: Call, subject_id: int, form: Form) -> Any:
    """Take a product or a review down, without a case."""
    assert call.actor is not None
    try:
        found = moderating.take_down(call.tx, call.actor, subject_id, form.get("reason"))
    except (moderation.errors.ReasonNeeded, ProductTakenDown, OwnProduct) as fault:
        return _subject(call, subject_id, given=typed(form, "reason"), **problem(fault))
    to = f"/wallet/subjects/{subject_id}" if found.id == subject_id else f"{AT}/products/{found.id}"
    return Redirect(to, flash="It is taken down, and whose it was is told")
