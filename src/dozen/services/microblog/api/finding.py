"""Search and trends."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

import msgspec

from dozen.services.microblog import schemas
from dozen.services.microblog.api.door import READ, api
from dozen.services.microblog.service import finding, trends
from dozen.web import Call, Cursor, Limit, Listing

Kind = Literal["latest", "top", "people", "media"]
Words = Annotated[str, msgspec.Meta(max_length=500)]


class Found(msgspec.Struct, omit_defaults=True):
    """``tweets`` or ``users``, by the kind that was asked for."""

    tweets: list[schemas.Tweet] = []
    users: list[schemas.Author] = []
    next_cursor: str | None = None


@api.get("/search", scope=READ, access="public")
def search(
    call: Call, q: Words, kind: Kind = "latest", cursor: Cursor | None = None, limit: Limit = 20
) -> Found:
    """Words, "phrases", #tags, from:name, since:/until: dates, has:media, -not; or people by name."""
    if kind == "people":
        found, onward = finding.people(call.tx, call.viewer, q, position=cursor, limit=limit)
        return Found(users=[schemas.author(card) for card in found], next_cursor=onward)
    hits, onward = finding.posts(call.tx, call.viewer, q, kind=kind, position=cursor, limit=limit)
    return Found(tweets=[schemas.tweet(each) for each in hits], next_cursor=onward)


@api.get("/trends", scope=READ, access="public")
def trending(
    call: Call, place: Annotated[str, msgspec.Meta(max_length=100)] = "", limit: Limit = 10
) -> Listing[schemas.Trend]:
    """What is talked about more than usual, everywhere or in a place."""
    found = trends.trending(call.tx, place=place, limit=limit)
    return Listing(
        [
            schemas.Trend(each.tag, each.posts, f"/microblog/timeline/tag/{quote(each.tag, safe='')}")
            for each in found
        ]
    )
