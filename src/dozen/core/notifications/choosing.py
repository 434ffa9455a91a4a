"""Which kinds reach somebody, and how."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dozen.core.cache import Lru
from dozen.core.notifications import queries
from dozen.core.notifications.errors import BadChannel, NoSuchKind
from dozen.core.notifications.kinds import Kind, Kinds
from dozen.core.notifications.structs import CHANNELS, Channel, Choice
from dozen.core.realtime import Hub, publish
from dozen.db import Tx
from dozen.kit.env import Env

Choices = Mapping[tuple[str, Channel], bool]
"""What somebody chose of kinds and channels."""

CHOSEN = "notifications.chosen"
"""Topic: somebody (key) switched a kind on or off."""
_KEPT = 50_000


class Chosen:
    """What a process remembers of people's choices: nearly nobody changes any, and all are told things."""

    def __init__(self, hub: Hub) -> None:
        self.lru: Lru[int, Choices] = Lru(_KEPT)
        hub.listen(CHOSEN, lambda event: self.lru.drop(event.key))
        hub.on_reset(self.lru.clear)

    @classmethod
    def build(cls, env: Env) -> Chosen:
        return cls(env.part(Hub))


def _chosen(tx: Tx, people: Collection[int]) -> dict[int, Choices]:
    lru = tx.part(Chosen).lru
    stamp = lru.stamp
    found: dict[int, Choices] = {}
    missing = lru.many(people, found)
    if missing:
        read: dict[int, dict[tuple[str, Channel], bool]] = {person: {} for person in missing}
        for person, kind, channel, wanted in queries.chosen.all(tx, ids=missing):
            read[person][kind, channel] = wanted
        found |= read

        def keep() -> None:
            for person, choices in read.items():
                lru.put(person, choices, stamp)

        tx.after_commit(keep) if tx.writes else keep()
    return found


def changed(tx: Tx, person: int) -> None:
    """What somebody chose is to be read again."""
    lru = tx.part(Chosen).lru
    lru.drop(person)
    tx.after_commit(lambda: lru.drop(person))
    publish(tx, CHOSEN, person)


def channels_for(tx: Tx, person: int, kind: str) -> frozenset[Channel]:
    """How somebody is told of a kind."""
    return _merged(tx.part(Kinds).get(kind), _chosen(tx, (person,))[person])


def wanted_by(tx: Tx, asked: Collection[tuple[int, str]], channel: Channel) -> set[tuple[int, str]]:
    """Which (person, kind) of those asked about reach their person so."""
    kinds = tx.part(Kinds)
    chosen = _chosen(tx, {person for person, _ in asked})
    return {
        (person, kind)
        for person, kind in asked
        if chosen[person].get((kind, channel), channel in kinds.get(kind).channels)
    }


def _merged(kind: Kind, chosen: Choices) -> frozenset[Channel]:
    return frozenset(
        channel for channel in CHANNELS if chosen.get((kind.name, channel), channel in kind.channels)
    )


def settings(tx: Tx, me: int, realm: str | None = None) -> list[Choice]:
    """All kinds (of one room) and how each reaches me."""
    chosen = {(kind, channel): wanted for _, kind, channel, wanted in queries.chosen.all(tx, ids=[me])}
    out = []
    for kind in tx.part(Kinds).all(realm):
        on = _merged(kind, chosen)
        out.append(Choice(kind.name, kind.title, {channel: channel in on for channel in CHANNELS}))
    return out


def choose(tx: Tx, me: int, kind: str, channel: str, wanted: bool) -> None:
    """Switch one channel of one kind on or off. Raises NoSuchKind, BadChannel."""
    if kind not in tx.part(Kinds):
        raise NoSuchKind
    if channel not in CHANNELS:
        raise BadChannel
    queries.choose(tx, person=me, kind=kind, channel=channel, wanted=wanted)
    changed(tx, me)
