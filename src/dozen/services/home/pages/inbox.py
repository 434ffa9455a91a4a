"""What happened in all rooms."""

from __future__ import annotations

from typing import Any

from dozen.core import accounts, notifications
from dozen.db import Tx
from dozen.services.home.pages.door import pages
from dozen.web import Call, Cursor, Form, Page, Redirect

_PAGE = 30


@pages.get("/inbox")
def inbox(call: Call, cursor: Cursor | None = None) -> Page:
    """Notices of every room, latest first, like things together."""
    tx, me = call.tx, call.me
    groups = notifications.list_grouped(tx, me, before=call.cursors.open_id("inbox", cursor), limit=_PAGE)
    more = call.cursors.seal("inbox", groups[-1].id) if len(groups) == _PAGE else ""
    return Page(
        "home/inbox.html",
        lines=lines(tx, groups),
        to_read=cursor is None and notifications.unread(tx, me) > 0,
        next=f"/inbox?cursor={more}" if more else "",
    )


def lines(tx: Tx, groups: list[notifications.Group]) -> list[dict[str, Any]]:
    """What templates say of notices: the group, its people, the sentence, and where it leads."""
    cards = accounts.cards(tx, {actor for group in groups for actor in group.actors})
    kinds = tx.part(notifications.Kinds)
    found = []
    for group in groups:
        if group.newest.kind not in kinds:
            continue
        actors = [cards[actor] for actor in group.actors if actor in cards]
        text = kinds.get(group.newest.kind).line(
            [card.name for card in actors], group.count, group.newest.data
        )
        found.append({"group": group, "actors": actors, "text": text, "href": f"/inbox/{group.id}"})
    return found


@pages.post("/inbox/read")
def read(call: Call, form: Form) -> Redirect:
    notifications.mark_read(call.tx, call.me)
    return Redirect("/inbox")


@pages.get("/inbox/{item_id}")
def open_item(call: Call, item_id: int) -> Redirect:
    """Go to what a notice is about."""
    item = notifications.item(call.tx, call.me, item_id)
    return Redirect(f"/{item.realm}/notices/{item.id}")
