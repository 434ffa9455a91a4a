"""Timelines as pages."""

from __future__ import annotations

from urllib.parse import quote

from dozen.services.microblog import show
from dozen.services.microblog.pages.door import PAGE, feed_page, pages
from dozen.services.microblog.service import finding, numbers, timelines
from dozen.web import Call, Cursor, Page
from dozen.web.paging import next_page


@pages.get("", access="public")
def home(call: Call, cursor: Cursor | None = None) -> Page:
    """Home for members, everything public for visitors."""
    return _home(call, cursor) if call.viewer is not None else _public(call, cursor)


@pages.get("/timeline/home")
def home_too(call: Call, cursor: Cursor | None = None) -> Page:
    return _home(call, cursor)


def _home(call: Call, cursor: str | None) -> Page:
    found = timelines.home(call.tx, call.me, before=call.cursors.open_id("home", cursor), limit=PAGE)
    return feed_page(call, "home", found, tab="following", path="/microblog", stream="/microblog/stream")


@pages.get("/timeline/for-you")
def for_you(call: Call, cursor: Cursor | None = None) -> Page:
    shown, onward = finding.for_you(call.tx, call.me, position=cursor, limit=PAGE)
    numbers.seen(call.tx, call.viewer, shown)
    return show.page(
        call,
        "microblog/home.html",
        views=shown,
        feed="for-you",
        tab="for-you",
        next=next_page("/microblog/timeline/for-you", onward),
    )


@pages.get("/timeline/public", access="public")
def public(call: Call, cursor: Cursor | None = None) -> Page:
    return _public(call, cursor)


def _public(call: Call, cursor: str | None) -> Page:
    found = timelines.public(call.tx, call.viewer, before=call.cursors.open_id("public", cursor), limit=PAGE)
    return feed_page(call, "public", found, tab="public", path="/microblog/timeline/public")


@pages.get("/timeline/tag/{tag}", access="public")
def by_tag(call: Call, tag: str, cursor: Cursor | None = None) -> Page:
    found = timelines.by_tag(
        call.tx, call.viewer, tag, before=call.cursors.open_id("tag", cursor), limit=PAGE
    )
    return feed_page(
        call,
        "tag",
        found,
        tab="",
        path=f"/microblog/timeline/tag/{quote(tag, safe='')}",
        template="microblog/tag.html",
        tag=tag.lstrip("#"),
    )


@pages.get("/timeline/mentions")
def mentions(call: Call, cursor: Cursor | None = None) -> Page:
    found = timelines.mentions(call.tx, call.me, before=call.cursors.open_id("mentions", cursor), limit=PAGE)
    return feed_page(
        call,
        "mentions",
        found,
        tab="mentions",
        path="/microblog/timeline/mentions",
        template="microblog/notifications.html",
        notes=None,
    )


@pages.get("/bookmarks")
def bookmarks(call: Call, cursor: Cursor | None = None) -> Page:
    found = timelines.bookmarks(
        call.tx, call.me, before=call.cursors.open_id("bookmarks", cursor), limit=PAGE
    )
    return feed_page(
        call, "bookmarks", found, tab="", path="/microblog/bookmarks", template="microblog/bookmarks.html"
    )
