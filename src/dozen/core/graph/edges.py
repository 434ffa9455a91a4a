"""Tying and untying: the row, the counters and the event together, so that none goes without the others."""

from __future__ import annotations

from dozen.core import accounts, realtime
from dozen.core.graph import count_queries, edge_queries, request_queries
from dozen.core.graph.hiding import HiddenCache
from dozen.core.graph.structs import Relation
from dozen.db import Tx
from dozen.kit.ids import MAX

TOPIC = "graph"
_MIX = 0x9E3779B97F4A7C15


def somebody(tx: Tx, person_id: int) -> accounts.Card:
    """The card of a person who exists; NoSuchPerson else."""
    card = accounts.cards(tx, [person_id]).get(person_id) if 0 < person_id <= MAX else None
    if card is None:
        raise accounts.errors.NoSuchPerson
    return card


def lock(tx: Tx, a: int, b: int) -> None:
    """Until the commit nobody else changes how these two stand to each other."""
    if tx.dialect == "postgresql":
        tx.must_write()
        edge_queries.lock_pair.first(tx, key=(min(a, b) * _MIX ^ max(a, b)) & (1 << 63) - 1)


def bond(tx: Tx, me: int, other: int) -> Relation:
    """How two people stand, as it is in this transaction."""
    return relations(tx, me, [other])[other]


def relations(tx: Tx, me: int, ids: list[int]) -> dict[int, Relation]:
    """How ``me`` stands to each of ``ids``, in one query; everybody asked for is in the answer."""
    found: dict[int, dict[str, bool | int | None]] = {each: {} for each in ids}
    for which, other, kind, reposts, notify, until in edge_queries.ties.all(tx, me=me, ids=list(found)):
        about = found[other]
        if which == edge_queries.EDGE_OUT:
            if kind == "follow":
                about.update(following=True, reposts=bool(reposts), notify=bool(notify))
            elif kind == "block":
                about["blocking"] = True
            elif kind == "friend":
                about["friend"] = True
            elif until is None or until > tx.now:
                about.update(muting=True, mute_notifications=not notify, mute_until=until)
        elif which == edge_queries.EDGE_IN:
            about["followed_by" if kind == "follow" else "blocked_by"] = True
        elif kind == "friend":
            about["friend_requested" if which == edge_queries.REQUEST_OUT else "friend_requested_by"] = True
        elif which == edge_queries.REQUEST_OUT:
            about.update(requested=True, reposts=bool(reposts), notify=bool(notify))
        else:
            about["requested_by"] = True
    return {other: Relation(**about) if about else _STRANGER for other, about in found.items()}  # type: ignore[arg-type]


_STRANGER = Relation()


def blocked_name(a: int, b: int) -> tuple[str, int, int]:
    """Under which a transaction knows whether one of two blocks the other."""
    return ("graph.blocked", min(a, b), max(a, b))


def tie(
    tx: Tx,
    kind: str,
    from_id: int,
    to_id: int,
    *,
    reposts: bool = True,
    notify: bool = False,
    until: int | None = None,
) -> bool:
    """Make an edge, count it and say so. False when it is there already."""
    if not edge_queries.tie(
        tx,
        from_id=from_id,
        kind=kind,
        to_id=to_id,
        id=tx.next_id(),
        reposts=reposts,
        notify=notify,
        until=until,
    ):
        return False
    tx.known.pop(blocked_name(from_id, to_id), None)
    _count(tx, kind, from_id, to_id, 1)
    say(tx, kind, from_id, to_id, on=True, reposts=reposts)
    return True


def untie(tx: Tx, kind: str, from_id: int, to_id: int) -> bool:
    """Take an edge away, uncount it and say so. False when there is none."""
    tx.must_write()
    reposts = edge_queries.untie.first(tx, from_id=from_id, kind=kind, to_id=to_id)
    if reposts is None:
        return False
    tx.known.pop(blocked_name(from_id, to_id), None)
    _count(tx, kind, from_id, to_id, -1)
    say(tx, kind, from_id, to_id, on=False, reposts=reposts)
    return True


def retie(
    tx: Tx, kind: str, from_id: int, to_id: int, *, reposts: bool, notify: bool, until: int | None = None
) -> None:
    """Give an edge other options."""
    edge_queries.retie(
        tx, from_id=from_id, kind=kind, to_id=to_id, reposts=reposts, notify=notify, until=until
    )
    say(tx, f"{kind}_options", from_id, to_id, on=True, reposts=False)


def ask(tx: Tx, kind: str, from_id: int, to_id: int, *, reposts: bool = True, notify: bool = False) -> bool:
    if not request_queries.ask(
        tx, from_id=from_id, kind=kind, to_id=to_id, id=tx.next_id(), reposts=reposts, notify=notify
    ):
        return False
    say(tx, f"{kind}_request", from_id, to_id, on=True)
    return True


def unask(tx: Tx, kind: str, from_id: int, to_id: int) -> bool:
    if not request_queries.unask(tx, from_id=from_id, kind=kind, to_id=to_id):
        return False
    say(tx, f"{kind}_request", from_id, to_id, on=False)
    return True


def say(tx: Tx, kind: str, from_id: int, to_id: int, *, on: bool, reposts: bool = True) -> None:
    """Publish one change of one edge or request, with its beginning as the key."""
    data: dict[str, bool | int | str] = {"kind": kind, "other": to_id, "on": on}
    if not reposts:
        data["reposts"] = False
    tx.part(HiddenCache).changed(from_id, data)  # this transaction must see what it did
    realtime.publish(tx, TOPIC, from_id, data)


def _count(tx: Tx, kind: str, from_id: int, to_id: int, by: int) -> None:
    if kind == "follow":
        change = {from_id: {"following": by}, to_id: {"followers": by}}
        (low, first), (high, second) = sorted(change.items())  # rows are locked in one order by everybody
    elif kind == "friend":
        # Both directions are tied, each counts at its beginning; touch both rows in one order here too.
        low, high = sorted((from_id, to_id))
        first, second = ({"friends": by}, {}) if low == from_id else ({}, {"friends": by})
    else:
        if "." in kind:
            count_queries.add_thing_count(tx, realm=kind, thing_id=to_id, by=by)
        return
    count_queries.add_counts(
        tx,
        low_person_id=low,
        low_followers=first.get("followers", 0),
        low_following=first.get("following", 0),
        low_friends=first.get("friends", 0),
        high_person_id=high,
        high_followers=second.get("followers", 0),
        high_following=second.get("following", 0),
        high_friends=second.get("friends", 0),
    )
