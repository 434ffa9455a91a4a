"""People follow people; whoever is protected is asked first."""

from __future__ import annotations

from dozen.core import jobs
from dozen.core.graph import request_queries
from dozen.core.graph.edges import ask, bond, lock, retie, say, somebody, tie, unask, untie
from dozen.core.graph.errors import AlreadyRequested, CannotFollowSelf, FollowNotAllowed, NoSuchRequest
from dozen.core.graph.limits import may_follow
from dozen.core.graph.structs import Edge, Followed, Relation
from dozen.db import Tx
from dozen.kit.ids import MAX

ACCEPT_JOB = "graph.accept_waiting"
_ACCEPTED_AT_ONCE = 200


def follow(
    tx: Tx,
    me: int,
    other: int,
    *,
    reposts: bool | None = None,
    notify: bool | None = None,
    strict: bool = False,
) -> Followed:
    """Follow somebody, or ask to when they are protected; or change how one follows.

    ``reposts``: show what they repost (at first yes). ``notify``: tell me of their posts (at first no).
    Left out, what was chosen before stays. ``strict``: a request that still waits is an
    AlreadyRequested, for dialects that demand one; otherwise it is a result that changed nothing.

    Raises CannotFollowSelf, NoSuchPerson, FollowNotAllowed, TooManyFollows, TooManyFollowsToday.
    """
    if me == other:
        raise CannotFollowSelf
    card = somebody(tx, other)
    lock(tx, me, other)
    now = bond(tx, me, other)
    if now.blocked:
        raise FollowNotAllowed
    if now.following:
        return Followed("already", _choose(tx, me, other, now, reposts, notify))
    if now.requested:
        if not card.protected:  # they have opened their account since
            _choose(tx, me, other, now, reposts, notify)
            _accept(tx, me, other)
            return Followed("following", True)
        if strict:
            raise AlreadyRequested
        return Followed("requested", _choose(tx, me, other, now, reposts, notify))
    may_follow(tx, me)
    chosen = {"reposts": reposts is not False, "notify": notify is True}
    if card.protected:
        ask(tx, "follow", me, other, **chosen)
        return Followed("requested", True)
    tie(tx, "follow", me, other, **chosen)
    return Followed("following", True)


def _choose(tx: Tx, me: int, other: int, now: Relation, reposts: bool | None, notify: bool | None) -> bool:
    """Change the options of a follow, or of a request for one. Whether they are different now."""
    chosen = {
        "reposts": now.reposts if reposts is None else reposts,
        "notify": now.notify if notify is None else notify,
    }
    if chosen == {"reposts": now.reposts, "notify": now.notify}:
        return False
    if now.following:
        retie(tx, "follow", me, other, **chosen)
    else:
        request_queries.re_ask(tx, from_id=me, kind="follow", to_id=other, **chosen)
        say(tx, "follow_request_options", me, other, on=True)
    return True


def unfollow(tx: Tx, me: int, other: int) -> bool:
    """Stop following, or take back the request. Whether there was anything."""
    lock(tx, me, other)
    followed, asked = untie(tx, "follow", me, other), unask(tx, "follow", me, other)
    return followed or asked


def remove_follower(tx: Tx, me: int, other: int) -> bool:
    """Make somebody no longer follow me (they may do so again). Whether they did."""
    lock(tx, me, other)
    return untie(tx, "follow", other, me)


# Requests


def accept_follow(tx: Tx, me: int, other: int) -> None:
    """Let somebody who asked follow me. Raises NoSuchRequest."""
    lock(tx, me, other)
    _accept(tx, other, me)


def _accept(tx: Tx, from_id: int, to_id: int) -> None:
    chosen = request_queries.request.first(tx, from_id=from_id, kind="follow", to_id=to_id)
    if chosen is None or not unask(tx, "follow", from_id, to_id):
        raise NoSuchRequest
    tie(tx, "follow", from_id, to_id, reposts=chosen[0], notify=chosen[1])


def reject_follow(tx: Tx, me: int, other: int) -> None:
    """Refuse somebody who asked to follow me; they are not told. Raises NoSuchRequest."""
    lock(tx, me, other)
    if not unask(tx, "follow", other, me):
        raise NoSuchRequest


def cancel_follow(tx: Tx, me: int, other: int) -> None:
    """Take back my own request. Raises NoSuchRequest."""
    lock(tx, me, other)
    if not unask(tx, "follow", me, other):
        raise NoSuchRequest


def accept_waiting(tx: Tx, me: int) -> int:
    """Accept everybody who asked: what happens when somebody is no longer protected.

    Does the first few hundred at once, the rest in jobs. Returns how many it accepted itself.
    """
    found = request_queries.asked_of.all(tx, person=me, kind="follow", before=MAX, limit=_ACCEPTED_AT_ONCE)
    for each in sorted(found, key=lambda edge: edge.person_id):
        lock(tx, me, each.person_id)
        if request_queries.request.first(tx, from_id=each.person_id, kind="follow", to_id=me):
            _accept(tx, each.person_id, me)
    if len(found) == _ACCEPTED_AT_ONCE:
        jobs.enqueue(tx, ACCEPT_JOB, {"person": me}, key=f"{ACCEPT_JOB}:{me}")
    return len(found)


def follow_requests(tx: Tx, me: int, *, before: int | None = None, limit: int = 50) -> list[Edge]:
    """Who asks to follow me, newest first."""
    return request_queries.asked_of.all(tx, person=me, kind="follow", before=before or MAX, limit=limit)


def sent_follow_requests(tx: Tx, me: int, *, before: int | None = None, limit: int = 50) -> list[Edge]:
    """Whom I asked to follow and who has not answered, newest first."""
    return request_queries.asked_by.all(tx, person=me, kind="follow", before=before or MAX, limit=limit)
