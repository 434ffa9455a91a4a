"""Search, saved searches and trends as pages."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec

from dozen.core import accounts, graph, search
from dozen.services.microblog import show
from dozen.services.microblog.pages.door import PAGE, pages
from dozen.services.microblog.service import finding, posts, trends
from dozen.services.microblog.structs import View
from dozen.web import Call, Cursor, Form, Page, Redirect
from dozen.web.paging import next_page

Words = Annotated[str, msgspec.Meta(max_length=500)]


@pages.get("/search", access="public")
def find(
    call: Call,
    q: Words = "",
    kind: Literal["latest", "top", "people", "media"] = "top",
    cursor: Cursor | None = None,
) -> Page:
    """Search: posts and people."""
    shown: list[View] = []
    cards: list[accounts.Card] = []
    onward = trouble = None
    if q.strip():
        try:
            if kind == "people":
                cards, onward = finding.people(call.tx, call.viewer, q, position=cursor, limit=30)
            else:
                shown, onward = finding.posts(call.tx, call.viewer, q, kind=kind, position=cursor, limit=PAGE)
        except search.BadQuery as fault:
            trouble = fault.detail
    saved = search.saved(call.tx, call.viewer, posts.REALM) if call.viewer is not None else []
    return show.page(
        call,
        "microblog/search.html",
        q=q,
        kind=kind,
        views=shown,
        cards=cards,
        relations=graph.relations(call.tx, call.viewer, [card.id for card in cards])
        if call.viewer is not None and cards
        else {},
        trouble=trouble,
        saved=saved,
        next=next_page("/microblog/search", onward, q=q, kind=kind),
    )


@pages.post("/searches", keeps=("q",))
def save_search(call: Call, form: Form) -> Redirect:
    words = form.get("q").strip()
    search.save(call.tx, call.me, posts.REALM, name=words[:50], text=words)
    return Redirect(f"/microblog/search?{urlencode({'q': words})}", flash="Search saved")


@pages.post("/searches/{saved_id}/delete")
def forget_search(call: Call, saved_id: int, form: Form) -> Redirect:
    search.delete_saved(call.tx, call.me, saved_id)
    return Redirect("/microblog/search", flash="Search forgotten")


@pages.get("/trends", access="public")
def trending(call: Call, place: Annotated[str, msgspec.Meta(max_length=100)] = "") -> Page:
    return show.page(
        call,
        "microblog/trends.html",
        found=trends.trending(call.tx, place=place, limit=30),
        place=place,
        places=trends.places(call.tx),
    )
