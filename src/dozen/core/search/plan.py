"""A query made ready to run: who asks and where is part of it, and it can be tried on one document."""

from __future__ import annotations

from itertools import chain

import msgspec

from dozen.core.search.structs import Candidate, Phrase

TOP_WEIGHT = 60
"""From this weight on, a document carries a token of its own, to be looked at first when many match."""
TOP = "weight=top"


class Plan(msgspec.Struct, frozen=True):
    """Every clause (in each, any of its phrases), nothing excluded, and an id between low and high."""

    clauses: tuple[tuple[Phrase, ...], ...]
    excluded: tuple[Phrase, ...]
    low: int
    high: int
    hidden: frozenset[int] = frozenset()

    def also(self, *clause: Phrase) -> Plan:
        return msgspec.structs.replace(self, clauses=(*self.clauses, clause))

    def accepts(self, document: Candidate) -> bool:
        """Whether a document is found, for those that the index does not have yet."""
        if not self.low <= document.id <= self.high or document.author_id in self.hidden:
            return False
        text = f" {document.title} \n {document.body} \n {document.facets} "
        return all(
            any(f" {' '.join(phrase)} " in text for phrase in clause) for clause in self.clauses
        ) and not any(f" {' '.join(phrase)} " in text for phrase in self.excluded)


def asked_words(plan: Plan) -> tuple[Phrase, ...]:
    """The phrases of text (not facets) that a document may match."""
    return tuple(phrase for phrase in chain.from_iterable(plan.clauses) if "=" not in phrase[0])


# Lengths at which a text counts as of middling length, in characters.
_TITLE, _BODY = 50, 600


def score(phrases: tuple[Phrase, ...], title: str, body: str, weight: int) -> int:
    """How well a document answers, in millionths: BM25's saturation and length rule, titles before bodies.

    There is no inverse document frequency in it: it would cost a scan of every word asked, would
    change between two pages of one list, and would tell what documents exist that one may not see.
    """
    padded_title, padded_body = f" {title} ", f" {body} "
    title_norm = 0.25 + 0.75 * len(title) / _TITLE
    body_norm = 0.25 + 0.75 * len(body) / _BODY
    total = 0.0
    for phrase in phrases:
        needle = f" {' '.join(phrase)} "
        if n := padded_title.count(needle):
            total += 3 * n / (n + title_norm) + (1 if title == needle.strip() else 0)
        if n := padded_body.count(needle):
            total += n / (n + body_norm)
    if len(phrases) > 1:
        whole = f" {' '.join(chain.from_iterable(phrases))} "
        total += 2 * (whole in padded_title) + (whole in padded_body)
    return round(total * (1 + min(max(weight, 0), 100) / 100) * 1_000_000)
