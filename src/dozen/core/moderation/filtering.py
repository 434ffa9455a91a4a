"""Words and links that are not wanted, tried on each text before it is published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

from dozen.core.accounts import Actor
from dozen.core.moderation import queries
from dozen.core.moderation.access import require_moderator
from dozen.core.moderation.auditing import record
from dozen.core.moderation.errors import BadFilter, NoSuchFilter
from dozen.core.moderation.structs import Filter, FilterAction, FilterKind, Verdict
from dozen.core.realtime import Hub, publish
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.kit.text import clean, clip, fold

TOPIC = "moderation.filters"
FILTER = "moderation.filter"
"""The realm of filters in the audit log."""
MOST_FILTERS = 5_000
_KEEP = clock.MINUTE
_SEVERITY: dict[str, int] = {action: i for i, action in enumerate(get_args(FilterAction))}

_WORD = re.compile(r"\w+")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")


class Screen:
    """All filters, ready to be tried on a text."""

    def __init__(self, filters: list[Filter]) -> None:
        words = [each for each in filters if each.kind == "word"]
        self._words = {each.pattern: each for each in words if " " not in each.pattern}
        self._phrases = [each for each in words if " " in each.pattern]
        self._hosts = {each.pattern: each for each in filters if each.kind == "link"}

    def matches(self, text: str) -> Iterator[Filter]:
        folded = fold(text)
        if self._words or self._phrases:
            words = _WORD.findall(folded)
            for word in self._words.keys() & set(words):
                yield self._words[word]
            if self._phrases:
                running = f" {' '.join(words)} "
                yield from (each for each in self._phrases if f" {each.pattern} " in running)
        if self._hosts:
            for host in {name for found in _HOST.findall(folded) for name in _and_above(found)}:
                if host in self._hosts:
                    yield self._hosts[host]


def _and_above(host: str) -> Iterator[str]:
    """``a.b.c``, ``b.c``."""
    parts = host.split(".")[-8:]
    return (".".join(parts[i:]) for i in range(len(parts) - 1))


class Screens:
    """The process's compiled filters; made anew when they change, and each minute to be safe."""

    def __init__(self) -> None:
        self._kept: tuple[int, Screen] | None = None

    @classmethod
    def build(cls, env: Env) -> Screens:
        made = cls()
        hub = env.part(Hub)
        hub.listen(TOPIC, lambda event: made.reset())
        hub.on_reset(made.reset)
        return made

    def reset(self) -> None:
        self._kept = None

    def get(self, tx: Tx) -> Screen:
        kept = self._kept
        if kept is None or not 0 <= tx.now - kept[0] < _KEEP:
            kept = self._kept = tx.now, Screen(queries.all_filters.all(tx, limit=MOST_FILTERS))
        return kept[1]


def screen(tx: Tx, text: str) -> Verdict:
    """What the filters say of a text: reject it, hold it for a moderator, flag it, or allow it."""
    found = sorted(
        tx.part(Screens).get(tx).matches(text), key=lambda each: (-_SEVERITY[each.action], each.pattern)
    )
    if not found:
        return Verdict("allow")
    return Verdict(found[0].action, tuple(each.pattern for each in found))


def filters(tx: Tx, actor: Actor) -> list[Filter]:
    """All of them. Raises NotModerator."""
    require_moderator(actor)
    return queries.all_filters.all(tx, limit=MOST_FILTERS)


def put_filter(
    tx: Tx, actor: Actor, kind: FilterKind, pattern: str, action: FilterAction, note: str = ""
) -> Filter:
    """Add a filter, or change what the one with this pattern does. Raises BadFilter, NotModerator."""
    require_moderator(actor)
    pattern = _checked(kind, pattern)
    if action not in _SEVERITY:
        raise BadFilter(f"The action is one of {', '.join(_SEVERITY)}")
    old = queries.filter_by_pattern.first(tx, kind=kind, pattern=pattern)
    if old is None and len(queries.all_filters.all(tx, limit=MOST_FILTERS)) >= MOST_FILTERS:
        raise BadFilter(f"There are {MOST_FILTERS} filters already")
    queries.put_filter(
        tx,
        id=tx.next_id(),
        kind=kind,
        pattern=pattern,
        action=action,
        note=clip(clean(note), 200),
        created_by=actor.person_id,
    )
    made = queries.filter_by_pattern.first(tx, kind=kind, pattern=pattern)
    assert made is not None
    _changed(tx, actor, "put_filter", made.id, old, made)
    return made


def delete_filter(tx: Tx, actor: Actor, filter_id: int) -> None:
    """Raises NoSuchFilter, NotModerator."""
    require_moderator(actor)
    old = queries.filter_by_id.first(tx, id=filter_id)
    if old is None:
        raise NoSuchFilter
    queries.delete_filter(tx, id=filter_id)
    _changed(tx, actor, "delete_filter", filter_id, old, None)


def _changed(
    tx: Tx, actor: Actor, action: str, filter_id: int, old: Filter | None, new: Filter | None
) -> None:
    record(tx, actor.person_id, action, realm=FILTER, subject_id=filter_id, before=old, after=new)
    publish(tx, TOPIC, filter_id)
    tx.after_commit(tx.part(Screens).reset)


def _checked(kind: str, pattern: str) -> str:
    folded = fold(pattern[:200])
    if kind == "word":
        found = " ".join(_WORD.findall(folded))
    elif kind == "link":
        host = folded.split("://")[-1].split("/")[0].strip().removeprefix("www.")
        found = host if _HOST.fullmatch(host) else ""
    else:
        raise BadFilter("A filter is for a word or a link")
    if not found:
        raise BadFilter
    return found
