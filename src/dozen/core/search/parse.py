"""The search box's language.

``word``; ``"a phrase"``; ``-not``; ``a OR b`` (binds closer than standing side by side, so
``a OR b c`` wants c and one of the two); ``#tag``; ``from:name``, ``to:name``; ``has:media``,
``is:reply``, ``lang:en``; ``since:2026-01-31`` (that day and later) and ``until:2026-02-28`` (before
that day, UTC).
Anything else is text: quotes that do not close, operators nobody knows and parentheses do no harm.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from dozen.core.search.errors import BadQuery
from dozen.core.search.structs import Phrase, Query
from dozen.core.search.tokens import tag, token, words
from dozen.kit import clock
from dozen.kit.text import clean

LONGEST = 500
"""Characters in a query."""
MOST_TERMS = 32
OPERATORS = {"has": "has", "filter": "has", "is": "is", "lang": "lang"}
"""What may stand before a colon, and the facet that it asks for."""
FROM, TO = "from=", "to=@"
"""Begin the token of a user name that ``find`` has yet to look up."""

_ITEM = re.compile(r'(-?)(?:([a-zA-Z]+):)?"([^"]*)"?|(\S+)')
_OPERATOR = re.compile(r"([a-zA-Z]+):(.+)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def parse(text: str) -> Query:
    """The query that a text asks. Raises BadQuery when it is too long or a date is none."""
    if len(text) > LONGEST:
        raise BadQuery(f"A search has at most {LONGEST} characters")
    clauses: list[tuple[Phrase, ...]] = []
    excluded: list[Phrase] = []
    dates: dict[str, int] = {}
    joins = False
    for item in _ITEM.finditer(clean(text)):
        if item[4] == "OR":
            joins = bool(clauses)
            continue
        negative, key, value = _parts(item)
        if key in ("since", "until"):
            dates[key] = _day(key, value)
        elif phrase := _phrase(key, value):
            if negative:
                excluded.append(phrase)
            elif joins:
                clauses[-1] = (*clauses[-1], phrase)
            else:
                clauses.append((phrase,))
        else:
            continue
        joins = False
    if sum(map(len, clauses)) + len(excluded) > MOST_TERMS:
        raise BadQuery(f"A search has at most {MOST_TERMS} words")
    return Query(tuple(clauses), tuple(excluded), dates.get("since"), dates.get("until"))


def _parts(item: re.Match[str]) -> tuple[bool, str, str]:
    """Whether it is excluded, its operator (or ``#``, or nothing), and what it is about."""
    bare = item[4]
    if bare is None:
        return bool(item[1]), (item[2] or "").lower(), item[3]
    negative = len(bare) > 1 and bare.startswith("-")
    if negative:
        bare = bare[1:]
    if bare.startswith(("#", "＃")):
        return negative, "#", bare[1:]
    if found := _OPERATOR.fullmatch(bare):
        return negative, found[1].lower(), found[2]
    return negative, "", bare


def _phrase(key: str, value: str) -> Phrase:
    if key == "#":
        found = tag(value)
        return (found,) if found else ()
    if key in ("from", "to"):
        name = value.strip().removeprefix("@")
        return ((FROM if key == "from" else TO) + name.lower(),) if name else ()
    if key in OPERATORS:
        return (token(OPERATORS[key], value),) if value.strip() else ()
    return tuple(words(f"{key} {value}"))


def _day(key: str, value: str) -> int:
    try:
        if not _DATE.fullmatch(value):
            raise ValueError
        return clock.from_datetime(datetime.fromisoformat(value).replace(tzinfo=UTC))
    except ValueError:
        raise BadQuery(f"After “{key}:” comes a date such as 2026-01-31") from None
