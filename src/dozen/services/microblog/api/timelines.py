"""Timelines and bookmarks."""

from __future__ import annotations

from dozen.services.microblog import errors, schemas, wire
from dozen.services.microblog.api.door import READ, api, page
from dozen.services.microblog.service import finding, numbers, timelines
from dozen.web import Call, Cursor, Encoded, Limit, Listing


@api.get("/timeline/home", scope=READ)
def home(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Encoded[Listing[schemas.Tweet]]:
    """What the people you follow post, newest first."""
    before = call.cursors.open_id("home", cursor)
    return page(call, "home", timelines.home(call.tx, call.me, before=before, limit=limit))


@api.get("/timeline/for-you", scope=READ)
def for_you(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Encoded[Listing[schemas.Tweet]]:
    """Ranked by your interests and connections."""
    found, following = finding.for_you(call.tx, call.me, position=cursor, limit=limit)
    numbers.seen(call.tx, call.viewer, found)
    return Encoded(wire.listing(found, following))


@api.get("/timeline/public", scope=READ, access="public")
def public(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Encoded[Listing[schemas.Tweet]]:
    """Everything that is posted here for all to see."""
    before = call.cursors.open_id("public", cursor)
    return page(call, "public", timelines.public(call.tx, call.viewer, before=before, limit=limit))


@api.get("/timeline/mentions", scope=READ)
def mentions(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Encoded[Listing[schemas.Tweet]]:
    """Tweets that name you."""
    before = call.cursors.open_id("mentions", cursor)
    return page(call, "mentions", timelines.mentions(call.tx, call.me, before=before, limit=limit))


@api.get("/timeline/tag/{tag}", scope=READ, access="public")
def by_tag(
    call: Call, tag: str, cursor: Cursor | None = None, limit: Limit = 20
) -> Encoded[Listing[schemas.Tweet]]:
    """Tweets with a hashtag, newest first."""
    before = call.cursors.open_id("tag", cursor)
    return page(call, "tag", timelines.by_tag(call.tx, call.viewer, tag, before=before, limit=limit))


@api.get("/timeline/{username}", scope=READ, access="public", raises=[errors.NoSuchPerson])
def by_person(
    call: Call,
    username: str,
    cursor: Cursor | None = None,
    limit: Limit = 20,
    replies: bool = True,
    media_only: bool = False,
) -> Encoded[Listing[schemas.Tweet]]:
    """A person's tweets and retweets, newest first."""
    person = timelines.person(call.tx, username)
    before = call.cursors.open_id("user", cursor)
    return page(
        call,
        "user",
        timelines.by_person(
            call.tx, call.viewer, person, before=before, limit=limit, replies=replies, media_only=media_only
        ),
    )


@api.get("/bookmarks", scope=READ)
def bookmarks(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Encoded[Listing[schemas.Tweet]]:
    """What you kept, latest first."""
    before = call.cursors.open_id("bookmarks", cursor)
    return page(call, "bookmarks", timelines.bookmarks(call.tx, call.me, before=before, limit=limit))
