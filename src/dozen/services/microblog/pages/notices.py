"""Notices as pages."""

from __future__ import annotations

from dozen.core import accounts, notifications
from dozen.services.microblog import show
from dozen.services.microblog.pages.door import pages
from dozen.services.microblog.service import notes, posts
from dozen.web import Call, Cursor, Page, Redirect
from dozen.web.paging import next_page


@pages.get("/notifications", writes=False)
def notices(call: Call, cursor: Cursor | None = None) -> Page:
    """What others did."""
    found, onward = notes.page(call.tx, call.me, before=call.cursors.open_id("notes", cursor), limit=30)
    return show.page(
        call,
        "microblog/notifications.html",
        notes=found,
        views=[],
        tab="all",
        feed="notes",
        stream="/microblog/stream",
        # Marking is for all rooms: it is done by itself only where nothing of another room would go with it.
        to_read=cursor is None
        and 0 < notifications.unread(call.tx, call.me) == notes.unread(call.tx, call.me),
        next=next_page(
            "/microblog/notifications", call.cursors.seal("notes", onward) if onward is not None else None
        ),
    )


@pages.post("/notifications/read")
def read_notices(call: Call) -> Redirect:
    notifications.mark_read(call.tx, call.me)
    return Redirect("/microblog/notifications")


@pages.get("/notices/{item_id}")
def open_notice(call: Call, item_id: int) -> Redirect:
    """Go from a notice to what it is about."""
    item = notifications.item(call.tx, call.me, item_id)
    if item.kind == f"{posts.REALM}.follow_request":
        return Redirect("/microblog/requests")
    if item.subject_id is not None:
        return Redirect(f"/microblog/tweets/{item.subject_id}")
    card = accounts.cards(call.tx, [item.actor_id]).get(item.actor_id) if item.actor_id else None
    return Redirect(f"/@{card.username}" if card is not None else "/microblog/notifications")
