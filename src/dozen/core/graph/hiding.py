"""Whom somebody does not see, kept in the process and forgotten when it changes."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

import msgspec

from dozen.core.cache import Lru
from dozen.core.graph import hiding_queries
from dozen.core.graph.structs import Hidden
from dozen.core.realtime import Event, Hub
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env

MOST_BLOCKERS = 10_000
"""Of those who block somebody, how many (the newest) are kept in the process."""

_KEPT = 20_000
_LONGEST = 5 * clock.MINUTE
"""Kept answers age out, which bounds what a read replica that lags behind the log can do."""


class _Forgotten(msgspec.Struct, frozen=True):
    at: int


class _Kept(msgspec.Struct, frozen=True):
    hidden: Hidden
    until: int


class HiddenCache:
    """A reader may have begun before a change and come with its answer after it. So a change leaves a
    mark with its time, and only what was read in a transaction that began later is kept."""

    def __init__(self) -> None:
        self._kept: Lru[int, _Kept | _Forgotten] = Lru(_KEPT)
        self._cleared_at = 0
        self._lock = Lock()

    @classmethod
    def build(cls, env: Env) -> HiddenCache:
        made = cls()
        hub = env.part(Hub)
        hub.listen("graph", made._heard)
        hub.on_reset(made.clear)
        return made

    def get(self, person: int, now: int) -> Hidden | None:
        found = self._kept.get(person)
        return found.hidden if isinstance(found, _Kept) and now < found.until else None

    def put(self, person: int, hidden: Hidden, began: int) -> None:
        """Keep what a transaction that began at ``began`` has read."""
        until = min(began + _LONGEST, hidden.until or began + _LONGEST)
        with self._lock:
            found = self._kept.get(person)
            if began > self._cleared_at and not (isinstance(found, _Forgotten) and began <= found.at):
                self._kept.put(person, _Kept(hidden, until))

    def changed(self, person: int, data: Mapping[str, Any]) -> None:
        kind = data["kind"]
        if kind in ("block", "mute", "mute_options") or data.get("reposts") is False:
            with self._lock:
                mark = _Forgotten(clock.now())
                self._kept.put(person, mark)
                if kind == "block":
                    self._kept.put(data["other"], mark)

    def clear(self) -> None:
        with self._lock:
            self._cleared_at = clock.now()
            self._kept.clear()

    def _heard(self, event: Event) -> None:
        self.changed(event.key, event.data)


def hidden_from(tx: Tx, me: int) -> Hidden:
    """Whom ``me`` muted or blocked, and who blocked ``me``; costs nothing when asked again."""
    cache = tx.part(HiddenCache)
    found = cache.get(me, tx.now)
    if found is None:
        found = _read(tx, me)
        cache.put(me, found, tx.now)
    return found


def _read(tx: Tx, me: int) -> Hidden:
    muted, blocked, silenced, no_reposts = set(), set(), set(), set()
    blockers, until = 0, None
    for which, other, notify, ends in hiding_queries.hidden.all(tx, me=me, limit=MOST_BLOCKERS):
        if which == hiding_queries.MUTED:
            if ends is not None:
                if ends <= tx.now:
                    continue
                until = ends if until is None else min(until, ends)
            muted.add(other)
            if not notify:
                silenced.add(other)
        elif which == hiding_queries.NO_REPOSTS:
            no_reposts.add(other)
        else:
            blockers += which == hiding_queries.BLOCKED_BY
            blocked.add(other)
    return Hidden(
        muted=frozenset(muted),
        blocked=frozenset(blocked),
        silenced=frozenset(silenced | blocked),
        no_reposts=frozenset(no_reposts),
        whole=blockers < MOST_BLOCKERS,
        until=until,
    )
