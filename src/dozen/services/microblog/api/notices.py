"""Notices, and what happens while one looks."""

from __future__ import annotations

from typing import Any

from dozen.core import messaging, notifications
from dozen.core.realtime import Event
from dozen.kit import clock
from dozen.services.microblog import errors, schemas
from dozen.services.microblog.api.door import READ, WRITE, api
from dozen.services.microblog.service import notes, posts, timelines, views
from dozen.services.microblog.show import answer, bubble, figures
from dozen.web import Call, Cursor, Limit, Listing, Stream
from dozen.web.sse import Frame, Frames, stream


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
async def live(call: Call, conversation: int | None = None, tweet: int | None = None) -> Stream:
    """Server-sent events: ``new`` (a tweet came into your timeline, or a notice; ``feed`` says which),
    ``count`` (an unread number, by name and value) and ``html``, as a page shows it: with a
    ``conversation`` a message of somebody else's that came into it, with a ``tweet`` its numbers and answers.
    """
    await call.read(lambda tx: timelines.warm(tx, call.me))
    me = call.me
    channels = [("timeline:microblog", me), ("notifications", me), ("messages", me)]
    if tweet is not None:
        shown = await call.read(views.must_see, me, tweet)
        channels.append((posts.COUNTS, shown.id))

    async def shape(event: Event) -> Frames:
        data = event.data
        if event.topic == "notifications":
            return _notice_frames(data)
        if event.topic == "messages":
            return await _message_frames(call, event, conversation)
        if event.topic == posts.COUNTS:
            return await _tweet_frames(call, event)
        if data["author"] == str(me):
            return []
        return [("new", {"feed": "home", "id": data["item"]})]

    return stream(call, channels, shape)


def _count(name: str, value: int) -> Frame:
    return "count", {"name": name, "value": value}


def _notice_frames(data: Any) -> Frames:
    frames: Frames = [_count("notifications", data["unread"])]
    if data["on"] and (data["kind"] or "").startswith(f"{posts.REALM}."):
        frames.append(("new", {"feed": "notes", "id": data["id"]}))
    return frames


async def _tweet_frames(call: Call, event: Event) -> Frames:
    """The numbers of the tweet that the page is about, and an answer that has come to it."""
    try:
        view, html = await call.read(lambda tx: figures(call, tx, event.key))
        counts = view.counts
        frames = [
            ("html", {"target": "article.focus .entry-figures", "mode": "replace", "html": html}),
            _count(f"replies-{view.post.id}", counts.comments),
            _count(f"reposts-{view.post.id}", counts.reposts),
            _count(f"likes-{view.post.id}", counts.likes),
            _count(f"quotes-{view.post.id}", counts.quotes),
        ]
        if event.data and event.data["author"] != str(call.me):
            html = await call.read(lambda tx: answer(call, tx, int(event.data["reply"])))
            # Answers stand oldest first: where there are more to load, this one comes with the last of them.
            place = '[data-feed="thread"]:not(:has(a[rel="next"]))'
            frames.append(("html", {"target": place, "mode": "append", "html": html}))
    except errors.NoSuchPost:  # gone meanwhile, or not for this reader
        return []
    return frames


async def _message_frames(call: Call, event: Event, conversation: int | None) -> Frames:
    data = event.data
    if data["realm"] != "microblog":
        return []
    frames = [_count("messages", data["unread"])]
    is_new = data["what"] == "new" and data["author"] != str(call.me)
    if is_new and data["conversation"] == str(conversation):
        try:
            html = await call.read(lambda tx: bubble(call, tx, int(data["id"])))
        except messaging.NoSuchMessage:  # taken back already
            return frames
        frames.append(("html", {"target": "#chat", "mode": "append", "html": html}))
    return frames
