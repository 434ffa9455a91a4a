"""Following what is not a person: a topic, a team, an artist, a bus operator.

A ``realm`` says what kind of thing an id means: the room's name, a dot, and the thing's
(``news.topic``). There are no requests and no blocks here; whether the thing exists, and may be
followed, is for the room to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from dozen.core.graph import count_queries, edge_queries
from dozen.core.graph.edges import retie, tie, untie
from dozen.core.graph.limits import THINGS, may_follow_thing
from dozen.core.graph.structs import Edge
from dozen.db import Tx
from dozen.kit.ids import MAX

_REALM = re.compile(r"[a-z]+\.[a-z_]+")


def _checked(realm: str) -> str:
    if not _REALM.fullmatch(realm):
        raise ValueError(f"a realm is written room.thing, not {realm!r}")
    return realm


def follow_thing(tx: Tx, me: int, realm: str, thing_id: int, *, notify: bool | None = None) -> bool:
    """Whether anything changed. ``notify``: tell me what is new there. Raises TooManyFollows."""
    told = edge_queries.notify_of.first(tx, from_id=me, kind=_checked(realm), to_id=thing_id)
    if told is None:
        may_follow_thing(tx, me, realm)
        return tie(tx, realm, me, thing_id, notify=notify is True)
    if notify is None or notify == told:
        return False
    retie(tx, realm, me, thing_id, reposts=True, notify=notify)
    return True


def unfollow_thing(tx: Tx, me: int, realm: str, thing_id: int) -> bool:
    """Whether it was followed."""
    return untie(tx, _checked(realm), me, thing_id)


def things(tx: Tx, person: int, realm: str, *, before: int | None = None, limit: int = 50) -> list[Edge]:
    """Things of a realm that somebody follows, newest first; ``person_id`` is the thing's id."""
    return edge_queries.tied_from.all(
        tx, person=person, kind=_checked(realm), before=before or MAX, limit=limit
    )


def thing_ids(tx: Tx, person: int, realm: str) -> list[int]:
    """All things of a realm that somebody follows, newest first."""
    return edge_queries.ids_from.all(tx, person=person, kind=_checked(realm), limit=THINGS)


def followed_things(tx: Tx, me: int, realm: str, thing_ids: Collection[int]) -> frozenset[int]:
    """Which of these things I follow."""
    return frozenset(edge_queries.which_from.all(tx, person=me, kind=_checked(realm), ids=list(thing_ids)))


def thing_followers(
    tx: Tx, realm: str, thing_id: int, *, before: int | None = None, limit: int = 50
) -> list[Edge]:
    """Who follows a thing, newest first."""
    return edge_queries.tied_to.all(
        tx, person=thing_id, kind=_checked(realm), before=before or MAX, limit=limit
    )


def thing_counts(tx: Tx, realm: str, thing_ids: Collection[int]) -> dict[int, int]:
    """How many follow each of these things."""
    found: dict[int, int] = dict(
        count_queries.thing_counts_of.all(tx, realm=_checked(realm), ids=list(thing_ids))
    )
    return {each: found.get(each, 0) for each in thing_ids}
