"""Not wanting to see somebody (mute), and not being seen by them either (block)."""

from __future__ import annotations

from collections.abc import Collection

from dozen.core.graph import edge_queries, hiding_queries
from dozen.core.graph.edges import blocked_name, bond, lock, retie, somebody, tie, unask, untie
from dozen.core.graph.errors import BadMute, CannotBlockSelf, CannotMuteSelf
from dozen.core.graph.limits import may_hide
from dozen.core.graph.lists import part_from_lists
from dozen.core.graph.structs import Edge
from dozen.db import Tx
from dozen.kit.ids import MAX


def block(tx: Tx, me: int, other: int) -> bool:
    """Block somebody: follows, friendship, requests and places in each other's lists end, both ways.

    Whether they were not blocked before. Raises CannotBlockSelf, NoSuchPerson, TooManyHidden.
    """
    if me == other:
        raise CannotBlockSelf
    somebody(tx, other)
    lock(tx, me, other)
    now = bond(tx, me, other)
    if now.blocking:
        return False
    may_hide(tx, me, "block")
    for from_id, to_id in ((me, other), (other, me)):
        untie(tx, "follow", from_id, to_id)
        unask(tx, "follow", from_id, to_id)
        unask(tx, "friend", from_id, to_id)
        if now.friend:
            untie(tx, "friend", from_id, to_id)
        part_from_lists(tx, from_id, to_id)
    return tie(tx, "block", me, other)


def unblock(tx: Tx, me: int, other: int) -> bool:
    """Whether they were blocked. What the block ended does not come back."""
    lock(tx, me, other)
    return untie(tx, "block", me, other)


def mute(tx: Tx, me: int, other: int, *, until: int | None = None, notifications: bool = False) -> bool:
    """Do not show me what somebody does; they do not learn of it. Whether anything changed.

    ``until``: milliseconds, when it ends by itself. ``notifications``: tell me nevertheless when they
    do something to me. Raises CannotMuteSelf, NoSuchPerson, BadMute, TooManyHidden.
    """
    if me == other:
        raise CannotMuteSelf
    if until is not None and until <= tx.now:
        raise BadMute
    somebody(tx, other)
    lock(tx, me, other)
    now = bond(tx, me, other)
    if now.muting:
        if (now.mute_until, now.mute_notifications) == (until, not notifications):
            return False
        retie(tx, "mute", me, other, reposts=True, notify=notifications, until=until)
        return True
    untie(tx, "mute", me, other)  # one that has ended, and was not cleared away yet
    may_hide(tx, me, "mute")
    return tie(tx, "mute", me, other, notify=notifications, until=until)


def unmute(tx: Tx, me: int, other: int) -> bool:
    """Whether they were muted."""
    lock(tx, me, other)
    return untie(tx, "mute", me, other)


def end_mutes(tx: Tx, limit: int = 500) -> int:
    """Clear mutes away whose time has come; how many. They had no effect since that time."""
    ended = hiding_queries.ended_mutes.all(tx, now=tx.now, limit=limit)
    for from_id, to_id in ended:
        untie(tx, "mute", from_id, to_id)
    return len(ended)


def blocks(tx: Tx, me: int, *, before: int | None = None, limit: int = 50) -> list[Edge]:
    """Whom I block, newest first."""
    return edge_queries.tied_from.all(tx, person=me, kind="block", before=before or MAX, limit=limit)


def mutes(tx: Tx, me: int, *, before: int | None = None, limit: int = 50) -> list[Edge]:
    """Whom I mute, newest first; see ``relations`` for until when."""
    return hiding_queries.mutes.all(tx, person=me, now=tx.now, before=before or MAX, limit=limit)


def ready_blocked(tx: Tx, pairs: Collection[tuple[int, int]]) -> None:
    """Read at once which of these pairs :func:`is_blocked_either` will be asked about block each other."""
    found = set(
        edge_queries.blocked_pairs.all(
            tx, ones=[one for one, _ in pairs], others=[other for _, other in pairs]
        )
    )
    tx.known.update((blocked_name(*pair), pair in found) for pair in pairs)


def is_blocked_either(tx: Tx, a: int, b: int) -> bool:
    name = blocked_name(a, b)
    if name not in tx.known:
        tx.known[name] = edge_queries.blocked_either.first(tx, a=a, b=b) is not None
    return bool(tx.known[name])
