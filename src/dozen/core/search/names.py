"""What is suggested while somebody types: people, hashtags, stations, songs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

from dozen.core.search import queries
from dozen.core.search.structs import Name, NameWord, Suggestion
from dozen.core.search.tokens import words
from dozen.db import Tx
from dozen.kit.text import clean

_MOST_WORDS = 12
_FEW = 500
"""Up to so many names that begin alike are all looked at; of more, the weightiest."""
_BULK = 1_000


def put_name(tx: Tx, name: Name) -> None:
    """Suggest a name from now on, or what has become of it."""
    queries.delete_name(tx, realm=name.realm, kind=name.kind, id=name.id)
    queries.add_name.many(tx, _rows(name))


def put_names(tx: Tx, names: Iterable[Name]) -> None:
    """Many at once, which must not be there yet; each id at most once."""
    rest = iter(names)
    while batch := list(islice(rest, _BULK)):
        queries.add_name.many(tx, [row for name in batch for row in _rows(name)])


def remove_name(tx: Tx, realm: str, kind: str, ref_id: int) -> bool:
    """Whether it was there."""
    return queries.delete_name(tx, realm=realm, kind=kind, id=ref_id) > 0


def _rows(name: Name) -> list[dict[str, object]]:
    found = words(f"{name.name} {name.also}", _MOST_WORDS)
    # The whole as one word too, so that "bobsm" finds Bob Smith.
    whole = "".join(words(name.name, _MOST_WORDS))[:40]
    return [
        {
            "realm": name.realm, "kind": name.kind, "id": name.id, "word": word, "head1": word[:1],
            "head2": word[:2], "weight": name.weight, "name": clean(name.name)[:200],
            "words": " ".join([*found, whole]),
        }
        for word in dict.fromkeys([*found, whole])
        if word
    ]  # fmt: skip


def suggest(
    tx: Tx, realm: str, kind: str, text: str, *, limit: int = 10, hidden: Collection[int] = ()
) -> list[Suggestion]:
    """Names with words that begin as those typed; exact ones first, then by weight."""
    typed = words(text[:200], 5)
    if not typed:
        return []
    limit = max(1, min(limit, 50))
    enough = _FEW if len(typed) > 1 else min(_FEW, 4 * limit + len(hidden))
    found = _beginning(tx, realm, kind, typed, enough)
    fitting = {each.id: each for each in found if each.id not in hidden and _begins(each.words, typed)}
    exact = f" {' '.join(typed)} "
    ranked = sorted(
        fitting.values(),
        key=lambda each: (exact not in f" {each.words} ", -each.weight, each.name, each.id),
    )
    return [Suggestion(each.id, each.name, each.weight) for each in ranked[:limit]]


def _beginning(tx: Tx, realm: str, kind: str, typed: list[str], enough: int) -> list[NameWord]:
    """All names that one of the words typed begins, if they are few; else the weightiest for the longest."""
    for word in sorted(typed, key=len):
        given = {"realm": realm, "kind": kind, "start": word}
        found = queries.names_by_word.all(tx, **given, limit=_FEW + 1)
        if len(found) <= _FEW:
            return found
    head = word[:2]
    return found + queries.names_by_weight[len(head)].all(tx, **given, head=head, limit=enough)


def _begins(all_words: str, typed: list[str]) -> bool:
    padded = f" {all_words}"
    return all(f" {word}" in padded for word in typed)
