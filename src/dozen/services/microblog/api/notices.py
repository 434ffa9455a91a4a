"""Notices, and what happens while one looks."""

from __future__ import annotations

from dozen.core import messaging, notifications
from dozen.core.realtime import Event
from dozen.kit import clock
from dozen.services.microblog import schemas
from dozen.services.microblog.api.door import READ, WRITE, api
from dozen.services.microblog.service import notes, timelines
from dozen.services.microblog.show import bubble
from dozen.web import Call, Cursor, Limit, Listing, Stream
from dozen.web.sse import Frames, stream


@api.get("/notifications", scope=READ)
def notices(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Listing[schemas.Note]:
    """What others did: follows, likes, retweets, replies, quotes, mentions. Like things stand together."""
    before = call.cursors.open_id("notes", cursor)
    found, onward = notes.page(call.tx, call.me, before=before, limit=limit)
    return Listing(
        [
            schemas.Note(
                str(each.id),
                each.kind,
                clock.rfc3339(each.at),
                each.read,
                [schemas.author(card) for card in each.actors],
                each.total,
                schemas.tweet(each.view) if each.view else None,
            )
            for each in found
        ],
        call.cursors.seal("notes", onward) if onward is not None else None,
    )


@api.post("/notifications/read", scope=WRITE)
def read_notices(call: Call) -> None:
    """Mark everything as read."""
    notifications.mark_read(call.tx, call.me)


@api.get("/stream", scope=READ, streams=True)
async def live(call: Call, conversation: int | None = None) -> Stream:
    """Server-sent events: ``new`` (a tweet came into your timeline), ``count`` (unread numbers by name) and,
    with a ``conversation``, ``html`` (a message of somebody else's came into it, as a page shows it).
    """
    await call.read(lambda tx: timelines.warm(tx, call.me))
    me = call.me

    async def shape(event: Event) -> Frames:
        data = event.data
        if event.topic == "notifications":
            return [("count", {"notifications": data["unread"]})]
        if event.topic == "messages":
            return await _message_frames(call, event, conversation)
        if data["author"] == str(me):
            return []
        return [("new", {"feed": "home", "id": data["item"]})]

    return stream(call, [("timeline:microblog", me), ("notifications", me), ("messages", me)], shape)


async def _message_frames(call: Call, event: Event, conversation: int | None) -> Frames:
    data = event.data
    if data["realm"] != "microblog":
        return []
    frames: Frames = [("count", {"messages": data["unread"]})]
    is_new = data["what"] == "new" and data["author"] != str(call.me)
    if is_new and data["conversation"] == str(conversation):
        try:
            html = await call.read(lambda tx: bubble(call, tx, int(data["id"])))
        except messaging.NoSuchMessage:  # taken back already
            return frames
        frames.append(("html", {"target": "#chat", "mode": "append", "html": html}))
    return frames
