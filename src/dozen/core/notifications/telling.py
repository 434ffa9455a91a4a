"""Telling people what happened, and taking it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from typing import Any

import msgspec

from dozen.core import realtime
from dozen.core.notifications import queries
from dozen.core.notifications.choosing import channels_for, wanted_by
from dozen.core.notifications.kinds import Kind, Kinds
from dozen.db import Tx
from dozen.kit import clock

TOPIC = "notifications"
KEEP = 1_000
"""The newest so many are kept of one person's …"""
SLACK = 100
"""… and so many more before the oldest are taken away."""
MOST_DATA = 4_096
"""Bytes of an item's data as JSON."""
AT_ONCE = 1_000

_encode = msgspec.json.Encoder().encode


def notify(
    tx: Tx,
    to: int,
    kind: str,
    *,
    actor: int | None = None,
    subject: int | None = None,
    data: dict[str, Any] | None = None,
    group_key: str | None = None,
    hidden: Container[int] = (),
) -> int | None:
    """Tell somebody; the item's id, or None when they are not told.

    Nobody is told of their own doings, of what somebody in ``hidden`` does (whom ``to`` muted or
    blocked, or who blocked them), of a kind they switched off, or twice where the kind says ``once``.
    ``group_key``: items of a kind with the same key on the same day (UTC) are one row for readers.
    Kinds that no room has registered are a LookupError, data beyond MOST_DATA a ValueError.
    """
    known = _known(tx, kind, data)
    if actor is not None and (actor == to or actor in hidden):
        return None
    if "in_app" not in channels_for(tx, to, kind):
        return None
    if known.once and _told(tx, [to], kind, actor, subject):
        return None
    tx.must_write()
    _, unread, kept = queries.bump.all(tx, people=[to])[0]
    item_id = tx.next_id()  # after the mark is held: somebody's ids rise in the order of commits
    queries.add(tx, **_row(tx, to, item_id, kind, actor, subject, data, group_key))
    if kept > KEEP + SLACK:
        unread = _trim(tx, to, unread)
    say(tx, to, kind, item_id, unread)
    return item_id


class Notice(msgspec.Struct, frozen=True):
    """What one person is to be told; see :func:`notify`."""

    to: int
    kind: str
    subject: int | None = None
    data: dict[str, Any] | None = None
    actor: int | None = None
    group_key: str | None = None


def notify_each(tx: Tx, notices: Collection[Notice]) -> None:
    """:func:`notify` of several people at once, each of something else, as when money goes from one to
    another; all that a transaction says so is written at its end. Not for kinds that are told ``once``."""
    for each in notices:
        if _known(tx, each.kind, each.data).once:
            raise ValueError(f"{each.kind} is told once")
    wanted = wanted_by(tx, {(each.to, each.kind) for each in notices}, "in_app")
    told = [each for each in notices if (each.to, each.kind) in wanted and each.actor != each.to]
    for each in told:
        tx.at_end(_write, each)


def _write(tx: Tx, told: Sequence[Notice]) -> None:
    """Count, keep and publish what people are told. Marks are held in the order of people."""
    bumped = queries.bump.all(tx, people=[each.to for each in told])
    given = [(tx.next_id(), each) for each in told]
    for at, n in given:
        queries.add.soon(tx, **_row(tx, n.to, at, n.kind, n.actor, n.subject, n.data, n.group_key))
    unread = {person: _trim(tx, person, new) if kept > KEEP + SLACK else new for person, new, kept in bumped}
    for item_id, each in given:
        say(tx, each.to, each.kind, item_id, unread[each.to])


def notify_many(
    tx: Tx,
    to: Iterable[int],
    kind: str,
    *,
    actor: int | None = None,
    subject: int | None = None,
    data: dict[str, Any] | None = None,
    group_key: str | None = None,
    hidden: Container[int] = (),
) -> int:
    """Tell many people the same; how many were told. ``hidden``: those of ``to`` who are not to be told
    (see ``graph.deaf_to``). Callers give a batch of followers at a time, each in its own transaction.
    """
    known = _known(tx, kind, data)
    people = sorted({person for person in to if person != actor and person not in hidden})
    told = 0
    for start in range(0, len(people), AT_ONCE):
        told += _tell(tx, people[start : start + AT_ONCE], known, actor, subject, data, group_key)
    return told


def _tell(
    tx: Tx,
    people: list[int],
    kind: Kind,
    actor: int | None,
    subject: int | None,
    data: dict[str, Any] | None,
    group_key: str | None,
) -> int:
    wanted = wanted_by(tx, {(person, kind.name) for person in people}, "in_app")
    people = [person for person in people if (person, kind.name) in wanted]
    if kind.once:
        told = _told(tx, people, kind.name, actor, subject)
        people = [person for person in people if person not in told]
    if not people:
        return 0
    _write(tx, [Notice(person, kind.name, subject, data, actor, group_key) for person in people])
    return len(people)


def _known(tx: Tx, kind: str, data: dict[str, Any] | None) -> Kind:
    if data is not None and len(_encode(data)) > MOST_DATA:
        raise ValueError(f"{kind}: a notification's data has at most {MOST_DATA} bytes")
    return tx.part(Kinds).get(kind)


def _told(tx: Tx, people: list[int], kind: str, actor: int | None, subject: int | None) -> set[int]:
    if not actor:
        return set(queries.told_by_house.all(tx, ids=people, kind=kind, subject=subject or 0))
    return set(queries.told_before.all(tx, ids=people, kind=kind, actor=actor, subject=subject or 0))


def _row(
    tx: Tx,
    to: int,
    item_id: int,
    kind: str,
    actor: int | None,
    subject: int | None,
    data: dict[str, Any] | None,
    group_key: str | None,
) -> dict[str, Any]:
    return {
        "id": item_id,
        "person": to,
        "kind": kind,
        "actor": actor or 0,
        "subject": subject or 0,
        "group_key": None if group_key is None else f"{kind}:{group_key}:{tx.now // clock.DAY}",
        "data": data,
    }


def _trim(tx: Tx, person: int, unread: int) -> int:
    """Take away what is beyond KEEP of somebody whose mark is held; how many are unread then."""
    found = queries.too_many.all(tx, me=person, limit=AT_ONCE, keep=KEEP)
    left = _drop(tx, found).get(person)
    return unread if left is None else left


def say(tx: Tx, person: int, kind: str | None, item_id: int | None, unread: int, *, on: bool = True) -> None:
    """Publish that somebody's notifications changed; ``kind`` and ``id`` are None where many did."""
    realtime.publish(tx, TOPIC, person, {"kind": kind, "id": item_id, "unread": unread, "on": on})


# Taking back


def retract(
    tx: Tx, kind: str, *, actor: int, subject: int | None = None, to: int | None = None, limit: int = AT_ONCE
) -> int:
    """Take back what was told of ``actor`` doing this to ``subject``; how many items went.

    Without ``to``, whoever was told: at most ``limit`` of them, so call it again when as many went.
    What has no subject can only be taken back from somebody.
    """
    if subject is None and to is None:
        raise ValueError("say what, or from whom, to take back")
    return take_back(
        tx,
        lambda: queries.caused.all(
            tx, actor=actor, kind=kind, subject=subject or 0, anybody=int(to is None), to=to or 0, limit=limit
        ),
    )


def retract_about(tx: Tx, realm: str, subject: int, *, limit: int = AT_ONCE) -> int:
    """Take back all that a room told about something that is gone; call again when ``limit`` went."""
    return take_back(tx, lambda: queries.about.all(tx, subject=subject, realm=f"{realm}.", limit=limit))


def retract_from(tx: Tx, me: int, actor: int) -> int:
    """Take away all that I was told of somebody, such as when I block them; how many items went."""
    return take_back(tx, lambda: queries.from_actor.all(tx, me=me, actor=actor, limit=KEEP + SLACK + 1))


def take_back(tx: Tx, find: Callable[[], list[queries.Row]]) -> int:
    """Take away what ``find`` finds, and say so; how many items went."""
    tx.must_write()
    people = {row[0] for row in find()}
    if not people:
        return 0
    queries.lock.all(tx, ids=sorted(people))
    found = [row for row in find() if row[0] in people]  # as it is now that nobody else changes it
    gone = defaultdict(list)
    for row in found:
        gone[row[0]].append(row)
    for person, unread in _drop(tx, found).items():
        _, item_id, kind, _ = gone[person][0] if len(gone[person]) == 1 else (None, None, None, None)
        say(tx, person, kind, item_id, unread, on=False)
    return len(found)


def _drop(tx: Tx, found: list[queries.Row]) -> dict[int, int]:
    """Delete rows whose people's marks are held; how many are unread for each of them then."""
    queries.drop.many(tx, ({"person": person, "id": item_id} for person, item_id, _, _ in found))
    gone: dict[int, list[int]] = defaultdict(list)
    for person, _, _, unread in found:
        gone[person].append(unread)
    return {
        person: queries.adjust.first(tx, person=person, unread=sum(each), gone=len(each)) or 0
        for person, each in gone.items()
    }


def trim_old(tx: Tx, people: list[int], before: int, limit: int = AT_ONCE) -> int:
    """Take away what these people were told before an id; how many items went."""
    queries.lock.all(tx, ids=people)
    found = queries.too_old.all(tx, people=people, before=before, limit=limit)
    _drop(tx, found)
    return len(found)
