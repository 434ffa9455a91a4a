"""Following, and who follows whom."""

from __future__ import annotations

from collections.abc import Callable

from dozen.core import graph
from dozen.services.microblog import errors, schemas
from dozen.services.microblog.api.door import READ, WRITE, api, as_oneself, who
from dozen.services.microblog.service import people
from dozen.web import Call, Cursor, Limit, Listing

_HIDING = (errors.NoSuchPerson, graph.CannotMuteSelf, graph.CannotBlockSelf, graph.TooManyHidden)


@api.post(
    "/users/{user_id}/follow",
    scope=WRITE,
    status=200,
    raises=[*people.FOLLOW_FAULTS, errors.ActingForAnother],
)
def follow(call: Call, user_id: int, data: schemas.Acting | None = None) -> schemas.Following:
    """Follow somebody; a protected account is asked first."""
    as_oneself(call, data)
    state = people.follow(call.tx, call.me, user_id)
    return schemas.Following(state == "following", state)


@api.delete("/users/{user_id}/follow", scope=WRITE)
def unfollow(call: Call, user_id: int) -> schemas.Following:
    """Follow them no longer, or take the request back."""
    people.unfollow(call.tx, call.me, user_id)
    return schemas.Following(False, "none")


@api.get("/users/{user_id}/followers", scope=READ, access="public", raises=[errors.NoSuchPerson])
def followers(
    call: Call, user_id: int, cursor: Cursor | None = None, limit: Limit = 20
) -> Listing[schemas.Who]:
    """Who follows somebody, latest first."""
    before = call.cursors.open_id("followers", cursor)
    found, onward = people.followers(call.tx, call.viewer, user_id, before=before, limit=limit)
    return who(call, "followers", found, onward)


@api.get("/users/{user_id}/following", scope=READ, access="public", raises=[errors.NoSuchPerson])
def following(
    call: Call, user_id: int, cursor: Cursor | None = None, limit: Limit = 20
) -> Listing[schemas.Who]:
    """Whom somebody follows, latest first."""
    before = call.cursors.open_id("following", cursor)
    found, onward = people.following(call.tx, call.viewer, user_id, before=before, limit=limit)
    return who(call, "following", found, onward)


# Muting and blocking


@api.post("/users/{user_id}/mute", scope=WRITE, status=200, raises=_HIDING)
def mute(call: Call, user_id: int) -> schemas.Muted:
    """See and hear no more of somebody; they are not told."""
    people.change(call.tx, call.me, user_id, "mute")
    return schemas.Muted(True)


@api.delete("/users/{user_id}/mute", scope=WRITE, raises=[errors.NoSuchPerson])
def unmute(call: Call, user_id: int) -> schemas.Muted:
    """See them again."""
    people.change(call.tx, call.me, user_id, "unmute")
    return schemas.Muted(False)


@api.post("/users/{user_id}/block", scope=WRITE, status=200, raises=_HIDING)
def block(call: Call, user_id: int) -> schemas.Blocked:
    """Neither follows nor sees the other any more."""
    people.change(call.tx, call.me, user_id, "block")
    return schemas.Blocked(True)


@api.delete("/users/{user_id}/block", scope=WRITE, raises=[errors.NoSuchPerson])
def unblock(call: Call, user_id: int) -> schemas.Blocked:
    """They may see and follow you again."""
    people.change(call.tx, call.me, user_id, "unblock")
    return schemas.Blocked(False)


@api.get("/mutes", scope=READ)
def mutes(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Listing[schemas.Who]:
    """Whom you have muted, latest first."""
    return _own(call, "mutes", graph.mutes, cursor, limit)


@api.get("/blocks", scope=READ)
def blocks(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Listing[schemas.Who]:
    """Whom you have blocked, latest first."""
    return _own(call, "blocks", graph.blocks, cursor, limit)


# Requests to follow a protected account


@api.get("/requests", scope=READ)
def requests(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Listing[schemas.Who]:
    """Who asks to follow you, latest first."""
    return _own(call, "requests", graph.follow_requests, cursor, limit)


@api.post("/requests/{user_id}", scope=WRITE, status=204, raises=[graph.NoSuchRequest])
def accept(call: Call, user_id: int) -> None:
    """Let somebody who asked follow you."""
    people.change(call.tx, call.me, user_id, "accept")


@api.delete("/requests/{user_id}", scope=WRITE, raises=[graph.NoSuchRequest])
def reject(call: Call, user_id: int) -> None:
    """Do not let them."""
    people.change(call.tx, call.me, user_id, "reject")


def _own(
    call: Call, kind: str, read: Callable[..., list[graph.Edge]], cursor: str | None, limit: int
) -> Listing[schemas.Who]:
    found = read(call.tx, call.me, before=call.cursors.open_id(kind, cursor), limit=limit)
    return who(call, kind, found, found[-1].id if len(found) == limit else None)
