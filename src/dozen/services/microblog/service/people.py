"""Following and the like, with what the microblog adds: notices, and who may look at lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from dozen.core import graph, notifications
from dozen.db import Tx
from dozen.kit.errors import NotFound
from dozen.services.microblog.errors import NoSuchPerson
from dozen.services.microblog.service.posts import REALM
from dozen.services.microblog.service.views import blocked_among

FOLLOW_FAULTS = (
    graph.CannotFollowSelf,
    graph.FollowNotAllowed,
    graph.TooManyFollows,
    graph.TooManyFollowsToday,
    NoSuchPerson,
)

State = Literal["following", "requested", "none"]


def follow(tx: Tx, me: int, other: int) -> State:
    """Follow somebody, or ask a protected account. Following twice is following once."""
    done = graph.follow(tx, me, other)
    if done.changed:
        what = "follow_request" if done.state == "requested" else "follow"
        notifications.notify(
            tx,
            other,
            f"{REALM}.{what}",
            actor=me,
            group_key=what,
            hidden=graph.hidden_from(tx, other).silenced,
        )
    return "requested" if done.state == "requested" else "following"


def unfollow(tx: Tx, me: int, other: int) -> None:
    """Follow no longer, or take a request back."""
    if graph.unfollow(tx, me, other):
        for what in ("follow", "follow_request"):
            notifications.retract(tx, f"{REALM}.{what}", actor=me, to=other)


def accept(tx: Tx, me: int, other: int) -> None:
    """Let somebody who asked follow me."""
    graph.accept_follow(tx, me, other)
    notifications.retract(tx, f"{REALM}.follow_request", actor=other, to=me)
    notifications.notify(tx, other, f"{REALM}.accepted", actor=me)


def reject(tx: Tx, me: int, other: int) -> None:
    graph.reject_follow(tx, me, other)
    notifications.retract(tx, f"{REALM}.follow_request", actor=other, to=me)


def followers(
    tx: Tx, viewer: int | None, person: int, *, before: int | None, limit: int
) -> tuple[list[graph.Edge], int | None]:
    """Who follows somebody, latest first, and the id to go on before, without those who block the viewer or
    are blocked by them. A protected account's are for itself and its followers. Raises NoSuchPerson."""
    return _ties(tx, viewer, person, graph.followers, before, limit)


def following(
    tx: Tx, viewer: int | None, person: int, *, before: int | None, limit: int
) -> tuple[list[graph.Edge], int | None]:
    """Whom somebody follows; see :func:`followers`."""
    return _ties(tx, viewer, person, graph.following, before, limit)


def _ties(
    tx: Tx,
    viewer: int | None,
    person: int,
    read: Callable[..., list[graph.Edge]],
    before: int | None,
    limit: int,
) -> tuple[list[graph.Edge], int | None]:
    if person not in graph.can_see(tx, viewer, [person]):
        raise NoSuchPerson
    found = read(tx, person, before=before, limit=limit)
    hidden = blocked_among(tx, viewer, [each.person_id for each in found])
    onward = found[-1].id if len(found) == limit else None
    return [each for each in found if each.person_id not in hidden], onward


def change(tx: Tx, me: int, other: int, what: str) -> None:
    """One of :data:`CHANGES`. Raises NotFound for others."""
    if what not in CHANGES:
        raise NotFound
    CHANGES[what](tx, me, other)


def block(tx: Tx, me: int, other: int) -> None:
    """Block somebody: nobody follows or sees the other any more, and their notices go."""
    graph.block(tx, me, other)
    notifications.retract_from(tx, me, other)


CHANGES: dict[str, Callable[[Tx, int, int], object]] = {
    "follow": follow,
    "unfollow": unfollow,
    "mute": graph.mute,
    "unmute": graph.unmute,
    "block": block,
    "unblock": graph.unblock,
    "accept": accept,
    "reject": reject,
    "remove": graph.remove_follower,
    "notify": lambda tx, me, other: graph.follow(tx, me, other, notify=True),
    "unnotify": lambda tx, me, other: graph.follow(tx, me, other, notify=False),
    "dismiss": graph.dismiss_suggestion,
}
"""What a button does to somebody, by its word."""
