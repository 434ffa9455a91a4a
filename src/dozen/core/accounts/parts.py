"""What a process remembers of people and callers, so that most requests ask the database for neither.

Both caches follow the event log (topics ``accounts.card`` and ``accounts.access``), and drop at once
what this process itself has changed. Something read is only kept if nothing was dropped since its
transaction began: else a slow reader could put back what has just been revoked. Entries age out as
well, which bounds what a read replica that lags behind the log can do.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Any

import msgspec

from dozen.core import jobs
from dozen.core.accounts.structs import Actor, AppActor, Card
from dozen.core.cache import Lru
from dozen.core.realtime import Event, Hub, publish
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env

CARD = "accounts.card"
"""Topic: somebody's card or profile changed (key: their id), or they are new, gone, or back."""
CHANGED_JOB = "people.changed"
"""Job: the same (payload: ``id``), for whoever keeps people findable; no block handles it itself."""
ACCESS = "accounts.access"
"""Topic: a session or token of somebody ended, or their standing changed (key: their id; 0: anybody)."""

ACCESS_TTL = clock.MINUTE
_CARD_TTL = 10 * clock.MINUTE
_CARDS = 100_000
_CALLERS = 50_000
_COARSE = 5 * clock.MINUTE
_MOST_OF_ONE = 256


class Cards:
    """Cards by id, and ids by username."""

    def __init__(self) -> None:
        self._cards: Lru[int, tuple[int, Card]] = Lru(_CARDS)
        self._ids: Lru[str, int] = Lru(_CARDS)
        self._floor = -1

    @classmethod
    def build(cls, env: Env) -> Cards:
        made = cls()
        hub = env.part(Hub)
        hub.listen(CARD, lambda event: made.drop(event.key))
        hub.on_reset(made.clear)
        return made

    def get(self, person_id: int, now: int) -> Card | None:
        found = self._cards.get(person_id)
        return found[1] if found is not None and now < found[0] else None

    def many(self, people: Iterable[int], now: int, found: dict[int, Card]) -> list[int]:
        """Put the cards that are kept into ``found``; gives who is missing."""
        kept: dict[int, tuple[int, Card]] = {}
        missing = self._cards.many(people, kept)
        for person_id, (until, card) in kept.items():
            if now < until:
                found[person_id] = card
            else:
                missing.append(person_id)
        return missing

    def id_of(self, key: str) -> int | None:
        """Who had this username when we last looked: check it against their card."""
        return self._ids.get(key)

    def remember(self, tx: Tx, cards: Iterable[Card], keys: Iterable[tuple[str, int]] = ()) -> None:
        cards, keys = list(cards), list(keys)

        def keep() -> None:
            if tx.now > self._floor:
                for card in cards:
                    self._cards.put(card.id, (tx.now + _CARD_TTL, card))
                for key, person_id in keys:
                    self._ids.put(key, person_id)

        tx.after_commit(keep) if tx.writes else keep()

    def drop(self, person_id: int) -> None:
        self._floor = clock.now()
        self._cards.drop(person_id)

    def clear(self) -> None:
        self._floor = clock.now()
        self._cards.clear()
        self._ids.clear()


class Caller(msgspec.Struct):
    """A caller that was let in, and until when that need not be asked again."""

    actor: Actor | AppActor
    until: int
    seen: int
    secrets: tuple[str, str] | None = None
    """OAuth 1.0a: the consumer's secret and the token's."""


class Access:
    """Callers by what they showed, and when they were last seen."""

    def __init__(self) -> None:
        self._owner: Lru[bytes, int] = Lru(_CALLERS)
        self._callers: Lru[int, dict[bytes, Caller]] = Lru(_CALLERS)
        self._floor = -1
        self._lock = Lock()
        self._sessions: dict[int, int] = {}
        self._tokens: dict[int, int] = {}

    @classmethod
    def build(cls, env: Env) -> Access:
        made = cls()
        hub = env.part(Hub)
        hub.listen(ACCESS, lambda event: made.drop(event.key))
        hub.listen(CARD, made._renamed)
        hub.on_reset(made.clear)
        return made

    def get(self, key: bytes, now: int) -> Caller | None:
        owner = self._owner.get(key)
        if owner is None:
            return None
        theirs = self._callers.get(owner)
        found = theirs.get(key) if theirs is not None else None
        return found if found is not None and now < found.until else None

    def remember(self, tx: Tx, key: bytes, caller: Caller) -> None:
        owner = caller.actor.person_id if isinstance(caller.actor, Actor) else -caller.actor.app_id

        def keep() -> None:
            with self._lock:
                if tx.now > self._floor:
                    theirs = self._callers.get(owner)
                    if theirs is None or len(theirs) >= _MOST_OF_ONE:
                        theirs = {}
                        self._callers.put(owner, theirs)
                    theirs[key] = caller
                    self._owner.put(key, owner)

        tx.after_commit(keep) if tx.writes else keep()

    def _renamed(self, event: Event) -> None:
        self.drop(event.key)

    def drop(self, person_id: int) -> None:
        """Forget what somebody (0: anybody) was let in with."""
        with self._lock:
            self._floor = clock.now()
            if person_id:
                self._callers.drop(person_id)
            else:
                self._callers.clear()

    def clear(self) -> None:
        self.drop(0)

    # When people were last seen: written down now and then, never by the request itself.

    def saw(self, caller: Caller, now: int) -> None:
        if now - caller.seen >= _COARSE:
            caller.seen = now
            actor = caller.actor
            if isinstance(actor, Actor) and actor.session_id is not None:
                self._sessions[actor.session_id] = now
            elif actor.token_id is not None:
                self._tokens[actor.token_id] = now

    def seen(self) -> tuple[dict[int, int], dict[int, int]]:
        """Sessions and tokens, and when they were last used, that are not written down yet."""
        return self._sessions.copy(), self._tokens.copy()

    def written(self, sessions: dict[int, int], tokens: dict[int, int]) -> None:
        for kept, done in ((self._sessions, sessions), (self._tokens, tokens)):
            for key, at in done.items():
                if kept.get(key) == at:
                    kept.pop(key, None)


def card_changed(tx: Tx, person_id: int, data: Any = None) -> None:
    """Everything that shows somebody's name, picture or marks is to be read again."""
    publish(tx, CARD, person_id, data)
    # Whoever makes people findable hears of it as a job: it must happen, and once.
    jobs.enqueue(tx, CHANGED_JOB, {"id": str(person_id)}, key=f"{CHANGED_JOB}:{person_id}")
    cards, access = tx.part(Cards), tx.part(Access)

    def drop() -> None:
        cards.drop(person_id)
        access.drop(person_id)

    tx.after_commit(drop)


def access_changed(tx: Tx, person_id: int) -> None:
    """Sessions and tokens of somebody (0: of anybody) are to be looked at again."""
    publish(tx, ACCESS, person_id)
    access = tx.part(Access)
    tx.after_commit(lambda: access.drop(person_id))
