"""Search and trends."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

import msgspec

from dozen.core import search as search_block
from dozen.kit import clock
from dozen.services.microblog import schemas, wire
from dozen.services.microblog.api.door import READ, WRITE, api
from dozen.services.microblog.service import finding, posts, trends
from dozen.web import Call, Cursor, Encoded, Limit, Listing

Kind = Literal["latest", "top", "people", "media"]
Words = Annotated[str, msgspec.Meta(max_length=500)]


class Found(msgspec.Struct, frozen=True):
    """``tweets`` or ``users``, by the kind that was asked for; the other is empty."""

    tweets: list[schemas.Tweet] = []
    users: list[schemas.Author] = []
    next_cursor: str | msgspec.UnsetType = msgspec.UNSET


class NewSearch(msgspec.Struct):
    """``name`` is the query's beginning when it is left out."""

    q: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    name: Annotated[str, msgspec.Meta(max_length=50)] = ""


class SavedSearch(msgspec.Struct, frozen=True):
    id: schemas.Id
    name: str
    q: str
    created_at: schemas.Time


@api.get("/search", scope=READ, access="public")
def search(
    call: Call, q: Words, kind: Kind = "latest", cursor: Cursor | None = None, limit: Limit = 20
) -> Encoded[Found]:
    """Words, "phrases", #tags, from:name, since:/until: dates, has:media, -not; or people by name."""
    if kind == "people":
        found, onward = finding.people(call.tx, call.viewer, q, position=cursor, limit=limit)
        people = Found(users=[schemas.author(card) for card in found], next_cursor=onward or msgspec.UNSET)
        return Encoded(msgspec.json.encode(people))
    hits, onward = finding.posts(call.tx, call.viewer, q, kind=kind, position=cursor, limit=limit)
    return Encoded(wire.found(hits, onward))


@api.get("/searches", scope=READ)
def saved(call: Call) -> Listing[SavedSearch]:
    """Searches that you keep, latest first."""
    return Listing([_saved(each) for each in search_block.saved(call.tx, call.me, posts.REALM)])


@api.post("/searches", scope=WRITE, raises=(search_block.BadQuery, search_block.TooManySavedSearches))
def save(call: Call, data: NewSearch) -> SavedSearch:
    """Keep a search; keeping the same again gives the one that is there."""
    words = data.q.strip()
    name = data.name.strip() or words[:50]
    return _saved(search_block.save(call.tx, call.me, posts.REALM, name=name, text=words))


@api.delete("/searches/{search_id}", scope=WRITE, raises=(search_block.NoSuchSavedSearch,))
def forget(call: Call, search_id: int) -> None:
    """Keep it no longer."""
    search_block.delete_saved(call.tx, call.me, search_id)


def _saved(found: search_block.Saved) -> SavedSearch:
    return SavedSearch(str(found.id), found.name, found.text, clock.rfc3339(found.created_at))


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
