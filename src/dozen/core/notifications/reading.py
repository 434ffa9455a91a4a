"""Somebody's notifications: as single rows for dialects, in groups for people."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import islice
from typing import Any

from dozen.core.notifications import choosing, queries
from dozen.core.notifications.errors import NoSuchNotification
from dozen.core.notifications.structs import Group, Item, Mark
from dozen.core.notifications.telling import AT_ONCE, KEEP, SLACK, say, take_back
from dozen.db import Tx
from dozen.kit.ids import MAX

_ACTORS = 8
_ALONE = re.compile(r"#[0-9]{1,19}")
_ALL = KEEP + SLACK + 1


def list_plain(
    tx: Tx,
    me: int,
    *,
    kinds: Collection[str] | None = None,
    actor: int | None = None,
    before: int | None = None,
    since: int | None = None,
    after: int | None = None,
    limit: int = 20,
) -> list[Item]:
    """Single items, newest first. ``before`` and ``since`` are bounds; ``after`` gives those that come
    next after an id (also newest first), to read on upwards without a gap."""
    query = queries.newest if after is None else queries.following
    found = query.all(
        tx,
        me=me,
        before=before or MAX,
        since=max(since or 0, after or 0),
        limit=limit,
        **_kinds(kinds),
        any_actors=int(actor is None),
        actors=[] if actor is None else [actor],
    )
    return found if after is None else found[::-1]


def list_grouped(
    tx: Tx,
    me: int,
    *,
    kinds: Collection[str] | None = None,
    before: int | None = None,
    since: int | None = None,
    limit: int = 20,
) -> list[Group]:
    """Groups by their newest item, newest first; what belongs to no group is one of its own."""
    first, last = since or 0, before or MAX
    wanted = (each for each in _drafts(tx, me, kinds).values() if first < each.newest < last)
    return _finished(tx, me, list(islice(wanted, limit)))


class _Draft:
    """A group that is being put together, from its newest item on."""

    __slots__ = ("actors", "count", "key", "newest", "oldest", "unread")

    def __init__(self, key: str, newest: int) -> None:
        self.key = key
        self.newest = self.oldest = newest
        self.count = self.unread = 0
        self.actors: list[int] = []


def _drafts(tx: Tx, me: int, kinds: Collection[str] | None) -> dict[str, _Draft]:
    """All groups by key, newest first."""
    drafts: dict[str, _Draft] = {}
    for item_id, group_key, actor, unread in queries.to_group.all(tx, me=me, **_kinds(kinds)):
        key = group_key or f"#{item_id}"
        draft = drafts.get(key)
        if draft is None:
            draft = drafts[key] = _Draft(key, item_id)
        draft.oldest = item_id
        draft.count += 1
        draft.unread += unread
        if actor and len(draft.actors) < _ACTORS and actor not in draft.actors:
            draft.actors.append(actor)
    return drafts


def _finished(tx: Tx, me: int, drafts: list[_Draft]) -> list[Group]:
    heads = {each.id: each for each in queries.by_ids.all(tx, me=me, ids=[draft.newest for draft in drafts])}
    return [
        Group(draft.key, heads[draft.newest], draft.oldest, draft.count, draft.unread, tuple(draft.actors))
        for draft in drafts
    ]


def item(tx: Tx, me: int, item_id: int) -> Item:
    """One of mine. Raises NoSuchNotification."""
    found = queries.by_id.first(tx, me=me, id=item_id)
    if found is None:
        raise NoSuchNotification
    return found


def group(tx: Tx, me: int, key: str) -> Group:
    """One of my groups. Raises NoSuchNotification."""
    draft = _drafts(tx, me, None).get(key)
    if draft is None:
        raise NoSuchNotification
    return _finished(tx, me, [draft])[0]


def unread(tx: Tx, me: int, *, kinds: Collection[str] | None = None) -> int:
    """How many I have not read, of all kinds or of these."""
    if kinds is not None:
        return queries.unread_of.first(tx, me=me, kinds=list(kinds)) or 0
    return mark(tx, me).unread


def mark(tx: Tx, me: int) -> Mark:
    return queries.mark.first(tx, me=me) or Mark()


def mark_read(tx: Tx, me: int, up_to: int | None = None) -> int:
    """Everything up to an id (or all there is) counts as read; how many are unread then."""
    tx.must_write()
    queries.lock.all(tx, ids=[me])
    newest = queries.newest_id.first(tx, me=me)
    if newest is None:
        return 0
    up_to = newest if up_to is None else min(up_to, newest)
    read = queries.read(tx, me=me, up_to=up_to, at=tx.now)
    left = queries.set_read.first(tx, me=me, read=read, up_to=up_to) or 0
    if read:
        say(tx, me, None, up_to, left)
    return left


def dismiss(tx: Tx, me: int, item_id: int) -> bool:
    """Take one item away. Whether it was there."""
    return take_back(tx, lambda: queries.this_one.all(tx, me=me, id=item_id)) > 0


def dismiss_group(tx: Tx, me: int, key: str) -> int:
    """Take a group away; how many items went."""
    if _ALONE.fullmatch(key):
        return int(dismiss(tx, me, min(int(key[1:]), MAX)))
    return take_back(tx, lambda: queries.of_group.all(tx, me=me, key=key))


def clear(tx: Tx, me: int, *, kinds: Collection[str] | None = None) -> int:
    """Take all (of these kinds) away; how many items went."""
    return take_back(tx, lambda: queries.of_person.all(tx, me=me, limit=_ALL, **_kinds(kinds)))


def forget(tx: Tx, person: int) -> bool:
    """Take some of what somebody was told, chose or caused away. Whether there is more to take.

    For the deletion of an account: call it in one transaction after the other until it says False.
    """
    clear(tx, person)
    queries.forget_mark(tx, me=person)
    queries.forget_choices(tx, me=person)
    choosing.changed(tx, person)
    return take_back(tx, lambda: queries.by_actor.all(tx, actor=person, limit=AT_ONCE)) >= AT_ONCE


def _kinds(kinds: Collection[str] | None) -> dict[str, Any]:
    return {"any_kinds": int(kinds is None), "kinds": list(kinds or ())}
