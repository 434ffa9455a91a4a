"""Lists of people in the native JSON door."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from dozen.core import graph
from dozen.kit import clock
from dozen.services.microblog import schemas
from dozen.services.microblog.api.door import page
from dozen.services.microblog.schemas import Id
from dozen.services.microblog.service import lists
from dozen.web import Api, Call, Cursor, Encoded, Limit, Listing, Reply

lists_api = Api("/microblog", tag="Lists")
READ, WRITE = "microblog:read", "microblog:write"
_GONE = [graph.NoSuchList]
_OWN = [graph.NoSuchList, graph.NotYourList]

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Description = Annotated[str, msgspec.Meta(max_length=500)]
Replies = Annotated[
    Literal["followed", "list", "none"],
    msgspec.Meta(description="Whose answers its timeline has: to people you follow, to its members, none."),
]


Exclusive = Annotated[
    bool, msgspec.Meta(description="Its members are in its timeline only, and not in the owner's home.")
]


class NewList(msgspec.Struct):
    title: Title
    description: Description = ""
    private: bool = False
    exclusive: Exclusive = False
    replies: Replies = "list"


class EditList(msgspec.Struct):
    """What is left out stays as it is. A list that becomes private loses its subscribers."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    private: bool | UnsetType = UNSET
    exclusive: Exclusive | UnsetType = UNSET
    replies: Replies | UnsetType = UNSET


class NewMember(msgspec.Struct):
    user_id: Id


class PeopleList(msgspec.Struct, frozen=True, kw_only=True):
    id: Id
    title: str
    description: str
    private: bool
    replies: Replies
    members: int
    subscribers: int
    owner: schemas.Author
    created_at: schemas.Time
    url: str
    exclusive: Exclusive | UnsetType = UNSET
    """Told to its owner only."""


class Member(msgspec.Struct, frozen=True):
    """Somebody on a list, and since when."""

    user: schemas.Author
    at: schemas.Time


class Membership(msgspec.Struct, frozen=True):
    member: bool


class Subscription(msgspec.Struct, frozen=True):
    subscribed: bool


@lists_api.get("/lists", scope=READ)
def index(
    call: Call,
    kind: Literal["owned", "subscribed", "member"] = "owned",
    user_id: Id | None = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Listing[PeopleList]:
    """Your lists or somebody's public ones: made, subscribed to, or that have them as a member."""
    person = schemas.number(user_id) if user_id else call.me
    before = call.cursors.open_id(f"lists-{kind}", cursor)
    found, onward = lists.lists(call.tx, call.me, person, kind, before=before, limit=limit)
    return Listing(
        [_wire(call, each) for each in found],
        call.cursors.seal(f"lists-{kind}", onward) if onward is not None else None,
    )


@lists_api.post("/lists", scope=WRITE, raises=[graph.BadList, graph.TooManyLists])
def create(call: Call, data: NewList) -> Reply[PeopleList]:
    """Make a list."""
    made = graph.create_list(
        call.tx,
        call.me,
        data.title,
        description=data.description,
        private=data.private,
        exclusive=data.exclusive,
        replies=data.replies,
    )
    wire = _wire(call, lists.show(call.tx, call.me, made.id))
    return Reply(wire, status=201, headers=[("location", wire.url)])


@lists_api.get("/lists/{list_id}", scope=READ, access="public", raises=_GONE)
def show(call: Call, list_id: int) -> PeopleList:
    """One list; a private one only for who made it."""
    return _wire(call, lists.show(call.tx, call.viewer, list_id))


@lists_api.patch("/lists/{list_id}", scope=WRITE, raises=lists.FAULTS)
def edit(call: Call, list_id: int, data: EditList) -> PeopleList:
    """Change a list of your own."""
    changes = graph.ListChanges(
        title=data.title,
        description=data.description,
        private=data.private,
        exclusive=data.exclusive,
        replies=data.replies,
    )
    graph.edit_list(call.tx, call.me, list_id, changes)
    return _wire(call, lists.show(call.tx, call.me, list_id))


@lists_api.delete("/lists/{list_id}", scope=WRITE, raises=_OWN)
def delete(call: Call, list_id: int) -> None:
    """Delete a list of your own. Its people stay who they are."""
    graph.delete_list(call.tx, call.me, list_id)


@lists_api.get("/lists/{list_id}/timeline", scope=READ, access="public", raises=_GONE)
def timeline(
    call: Call, list_id: int, cursor: Cursor | None = None, limit: Limit = 20
) -> Encoded[Listing[schemas.Tweet]]:
    """What a list's people tweet and retweet, newest first."""
    before = call.cursors.open_id("list", cursor)
    return page(call, "list", lists.timeline(call.tx, call.viewer, list_id, before=before, limit=limit))


@lists_api.get("/lists/{list_id}/members", scope=READ, access="public", raises=_GONE)
def members(call: Call, list_id: int, cursor: Cursor | None = None, limit: Limit = 50) -> Listing[Member]:
    """Who is on a list, latest first."""
    before = call.cursors.open_id("list-members", cursor)
    found, onward = lists.members(call.tx, call.viewer, list_id, before=before, limit=limit)
    return Listing(
        [Member(schemas.author(card), clock.rfc3339(at)) for card, at in found],
        call.cursors.seal("list-members", onward) if onward is not None else None,
    )


@lists_api.post(
    "/lists/{list_id}/members",
    scope=WRITE,
    status=200,
    raises=[*_OWN, graph.ListFull, graph.ListNotAllowed],
)
def add(call: Call, list_id: int, data: NewMember) -> Membership:
    """Put somebody on a list of your own; putting them there again changes nothing."""
    graph.add_member(call.tx, call.me, list_id, schemas.number(data.user_id))
    return Membership(True)


@lists_api.delete("/lists/{list_id}/members/{user_id}", scope=WRITE, raises=_OWN)
def remove(call: Call, list_id: int, user_id: int) -> Membership:
    """Take somebody off a list of your own."""
    graph.remove_member(call.tx, call.me, list_id, user_id)
    return Membership(False)


@lists_api.post(
    "/lists/{list_id}/subscription", scope=WRITE, status=200, raises=[graph.NoSuchList, graph.ListNotAllowed]
)
def subscribe(call: Call, list_id: int) -> Subscription:
    """Keep somebody's public list among yours."""
    graph.subscribe_list(call.tx, call.me, list_id)
    return Subscription(True)


@lists_api.delete("/lists/{list_id}/subscription", scope=WRITE)
def unsubscribe(call: Call, list_id: int) -> Subscription:
    """Keep it no longer."""
    graph.unsubscribe_list(call.tx, call.me, list_id)
    return Subscription(False)


def _wire(call: Call, shown: lists.Shown) -> PeopleList:
    of = shown.list
    return PeopleList(
        id=str(of.id),
        title=of.title,
        description=of.description,
        private=of.private,
        replies=of.replies,
        members=of.members,
        subscribers=of.subscribers,
        owner=schemas.author(shown.owner),
        created_at=clock.rfc3339(of.at),
        url=f"/microblog/lists/{of.id}",
        exclusive=of.exclusive if shown.owner.id == call.viewer else UNSET,
    )
