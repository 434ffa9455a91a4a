"""Following, and who follows whom."""

from __future__ import annotations

from dozen.services.microblog import errors, schemas
from dozen.services.microblog.api.door import READ, WRITE, api, who
from dozen.services.microblog.service import people
from dozen.web import Call, Cursor, Limit, Listing


@api.post("/users/{user_id}/follow", scope=WRITE, status=200, raises=people.FOLLOW_FAULTS)
def follow(call: Call, user_id: int) -> schemas.Following:
    """Follow somebody; a protected account is asked first."""
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
