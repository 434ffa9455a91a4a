"""Which kinds reach somebody, and how."""

from __future__ import annotations

from collections.abc import Collection

from dozen.core.notifications import queries
from dozen.core.notifications.errors import BadChannel, NoSuchKind
from dozen.core.notifications.kinds import Kind, Kinds
from dozen.core.notifications.structs import CHANNELS, Channel, Choice
from dozen.db import Tx


def channels_for(tx: Tx, person: int, kind: str) -> frozenset[Channel]:
    """How somebody is told of a kind."""
    return _merged(tx.part(Kinds).get(kind), dict(queries.choices_for.all(tx, person=person, kind=kind)))


def wanted_by(tx: Tx, asked: Collection[tuple[int, str]], channel: Channel) -> set[tuple[int, str]]:
    """Which (person, kind) of those asked about reach their person so."""
    kinds = {name: tx.part(Kinds).get(name) for _, name in asked}
    chosen = {
        (person, kind): wanted
        for person, kind, wanted in queries.chosen.all(
            tx, ids=list({person for person, _ in asked}), kinds=list(kinds), channel=channel
        )
    }
    return {each for each in asked if chosen.get(each, channel in kinds[each[1]].channels)}


def _merged(kind: Kind, chosen: dict[Channel, bool]) -> frozenset[Channel]:
    return frozenset(channel for channel in CHANNELS if chosen.get(channel, channel in kind.channels))


def settings(tx: Tx, me: int, realm: str | None = None) -> list[Choice]:
    """All kinds (of one room) and how each reaches me."""
    chosen: dict[str, dict[Channel, bool]] = {}
    for name, channel, wanted in queries.choices_of.all(tx, person=me):
        chosen.setdefault(name, {})[channel] = wanted
    out = []
    for kind in tx.part(Kinds).all(realm):
        on = _merged(kind, chosen.get(kind.name, {}))
        out.append(Choice(kind.name, kind.title, {channel: channel in on for channel in CHANNELS}))
    return out


def choose(tx: Tx, me: int, kind: str, channel: str, wanted: bool) -> None:
    """Switch one channel of one kind on or off. Raises NoSuchKind, BadChannel."""
    if kind not in tx.part(Kinds):
        raise NoSuchKind
    if channel not in CHANNELS:
        raise BadChannel
    queries.choose(tx, person=me, kind=kind, channel=channel, wanted=wanted)
