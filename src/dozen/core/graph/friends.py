"""Friendship: asked by one, accepted by the other, and then the same for both."""

from __future__ import annotations

from dozen.core.graph import edge_queries, request_queries
from dozen.core.graph.edges import ask, bond, lock, somebody, tie, unask, untie
from dozen.core.graph.errors import CannotBefriendSelf, FriendNotAllowed, NoSuchRequest
from dozen.core.graph.limits import MOST_FOLLOWS, may_befriend
from dozen.core.graph.structs import Befriended, Edge
from dozen.db import Tx
from dozen.kit.ids import MAX


def befriend(tx: Tx, me: int, other: int) -> Befriended:
    """Ask somebody to be friends; where they have asked already, become friends.

    Raises CannotBefriendSelf, NoSuchPerson, FriendNotAllowed, TooManyFriends.
    """
    if me == other:
        raise CannotBefriendSelf
    somebody(tx, other)
    lock(tx, me, other)
    now = bond(tx, me, other)
    if now.blocked:
        raise FriendNotAllowed
    if now.friend:
        return Befriended("already", False)
    if now.friend_requested:
        return Befriended("requested", False)
    may_befriend(tx, me, other)
    if now.friend_requested_by:
        _accept(tx, other, me)
        return Befriended("friends", True)
    ask(tx, "friend", me, other)
    return Befriended("requested", True)


def accept_friend(tx: Tx, me: int, other: int) -> None:
    """Become friends with somebody who asked. Raises NoSuchRequest, TooManyFriends."""
    lock(tx, me, other)
    may_befriend(tx, me, other)
    _accept(tx, other, me)


def _accept(tx: Tx, from_id: int, to_id: int) -> None:
    if not unask(tx, "friend", from_id, to_id):
        raise NoSuchRequest
    tie(tx, "friend", from_id, to_id)
    tie(tx, "friend", to_id, from_id)


def reject_friend(tx: Tx, me: int, other: int) -> None:
    """Refuse somebody who asked; they are not told. Raises NoSuchRequest."""
    lock(tx, me, other)
    if not unask(tx, "friend", other, me):
        raise NoSuchRequest


def cancel_friend(tx: Tx, me: int, other: int) -> None:
    """Take back my own request. Raises NoSuchRequest."""
    lock(tx, me, other)
    if not unask(tx, "friend", me, other):
        raise NoSuchRequest


def unfriend(tx: Tx, me: int, other: int) -> bool:
    """Be friends no longer. Whether they were."""
    lock(tx, me, other)
    mine, theirs = untie(tx, "friend", me, other), untie(tx, "friend", other, me)
    return mine or theirs


def friends(tx: Tx, person: int, *, before: int | None = None, limit: int = 50) -> list[Edge]:
    """Somebody's friends, newest first."""
    return edge_queries.tied_from.all(tx, person=person, kind="friend", before=before or MAX, limit=limit)


def friend_ids(tx: Tx, person: int) -> list[int]:
    """All of somebody's friends, newest first."""
    return edge_queries.ids_from.all(tx, person=person, kind="friend", limit=MOST_FOLLOWS)


def friend_requests(tx: Tx, me: int, *, before: int | None = None, limit: int = 50) -> list[Edge]:
    """Who asks to be my friend, newest first."""
    return request_queries.asked_of.all(tx, person=me, kind="friend", before=before or MAX, limit=limit)


def sent_friend_requests(tx: Tx, me: int, *, before: int | None = None, limit: int = 50) -> list[Edge]:
    """Whom I asked and who has not answered, newest first."""
    return request_queries.asked_by.all(tx, person=me, kind="friend", before=before or MAX, limit=limit)
