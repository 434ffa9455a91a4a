"""Reporting in the HTML door."""

from __future__ import annotations

from typing import Any

from dozen.core import accounts, moderation
from dozen.services.microblog import errors, show
from dozen.services.microblog.service import reports, views
from dozen.web import Call, Form, Page, Pages

reports_pages = Pages("/microblog")


@reports_pages.get("/tweets/{tweet_id}/report")
def post_form(call: Call, tweet_id: int) -> Page:
    """What is wrong with a post?"""
    return _post_form(call, tweet_id)


@reports_pages.post("/tweets/{tweet_id}/report", keeps=("text",))
def post(call: Call, tweet_id: int, form: Form) -> Page:
    try:
        reports.report_post(call.tx, call.me, tweet_id, reason=form.get("reason"), text=form.get("text"))
    except moderation.errors.BadReport as fault:
        return _post_form(call, tweet_id, fault, form)
    view = views.view(call.tx, call.me, tweet_id).subject
    return show.page(call, "microblog/reported.html", person=view.author, back=show.path(view))


def _post_form(
    call: Call, tweet_id: int, fault: moderation.errors.BadReport | None = None, form: Form | None = None
) -> Page:
    view = views.view(call.tx, call.me, tweet_id).subject
    return _form(call, fault, form, view=view, person=view.author, back=show.path(view), to=show.path(view))


@reports_pages.get("/users/{user_id}/report")
def person_form(call: Call, user_id: int) -> Page:
    """What is wrong with somebody?"""
    return _person_form(call, user_id)


@reports_pages.post("/users/{user_id}/report", keeps=("text",))
def person(call: Call, user_id: int, form: Form) -> Page:
    try:
        reports.report_person(call.tx, call.me, user_id, reason=form.get("reason"), text=form.get("text"))
    except moderation.errors.BadReport as fault:
        return _person_form(call, user_id, fault, form)
    card = accounts.cards(call.tx, [user_id])[user_id]
    return show.page(call, "microblog/reported.html", person=card, back=f"/@{card.username}")


def _person_form(
    call: Call, user_id: int, fault: moderation.errors.BadReport | None = None, form: Form | None = None
) -> Page:
    card = accounts.cards(call.tx, [user_id]).get(user_id)
    if card is None:
        raise errors.NoSuchPerson
    to = f"/microblog/users/{card.id}"
    return _form(call, fault, form, view=None, person=card, back=f"/@{card.username}", to=to)


@reports_pages.get("/subjects/{subject_id}", access="moderator")
def subject(call: Call, subject_id: int) -> Page:
    """A reported post as its author sees it, for moderators only."""
    assert call.actor is not None
    view = reports.reported(call.tx, call.actor, subject_id)
    return show.page(call, "microblog/subject.html", view=view)


def _form(call: Call, fault: moderation.errors.BadReport | None, form: Form | None, **values: Any) -> Page:
    page = show.page(
        call,
        "microblog/report.html",
        reasons=list(reports.REASONS.items()),
        reason=form.get("reason") if form is not None else "",
        text=form.get("text")[:2000] if form is not None else "",
        error=fault.detail if fault is not None else "",
        **values,
    )
    page.status = fault.status if fault is not None else 200
    return page
