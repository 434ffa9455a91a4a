"""What goes into the index and what comes out. Ids are snowflakes, and so order by time."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

import msgspec

PUBLIC = "public"
"""The audience of what everybody may find."""

Phrase: TypeAlias = tuple[str, ...]
"""Words that must follow one another; a single one is a word or a facet's token."""


def followers_of(author_id: int) -> str:
    """The audience of what only those may find who are in the author's circle (followers, friends)."""
    return f"followers-of:{author_id}"


def only(person_id: int) -> str:
    """The audience of what only one person may find."""
    return f"only:{person_id}"


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be found. Its id says when it was made."""

    id: int
    realm: str
    """The room's name."""
    kind: str
    """What it is there, such as ``post``."""
    author_id: int = 0
    audience: str = PUBLIC
    title: str = ""
    body: str = ""
    facets: tuple[str, ...] = ()
    """``key:value``, such as ``tag:python``, ``has:media``, ``lang:en``, ``genre:rock``."""
    weight: int = 0
    """0 to 100: how important the room holds it to be. 100 doubles its rank."""


class Query(msgspec.Struct, frozen=True):
    """What somebody asks for: every clause (in each, any of its phrases), and nothing excluded."""

    clauses: tuple[tuple[Phrase, ...], ...] = ()
    excluded: tuple[Phrase, ...] = ()
    since: int | None = None
    """Milliseconds, inclusive."""
    until: int | None = None
    """Milliseconds, exclusive."""

    @property
    def empty(self) -> bool:
        """It asks for nothing in particular."""
        return not self.clauses and self.since is None and self.until is None


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and what the room knows that they may see beside what is public."""

    person_id: int | None = None
    circles: Collection[int] = ()
    """Authors whose documents for followers (or friends) they may find."""
    hidden: Collection[int] = ()
    """Authors of whom they find nothing: blocked, blocking, muted, suspended."""


class Hit(msgspec.Struct, frozen=True, gc=False):
    id: int
    realm: str
    kind: str
    author_id: int
    rank: int = 0
    """Millionths; 0 in lists by time. It depends on the document and the question alone."""


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """A document as it is tried and ranked: its words, not its text."""

    id: int
    realm: str
    kind: str
    author_id: int
    title: str
    body: str
    weight: int
    facets: str = ""


class Name(msgspec.Struct, frozen=True, kw_only=True):
    """What is suggested while somebody types: a person, a hashtag, a station."""

    realm: str
    kind: str
    id: int
    name: str
    also: str = ""
    """Other words it is found by, such as the user name."""
    weight: int = 0
    """How likely it is meant: followers, uses. The higher ones are suggested first."""


class NameWord(msgspec.Struct, frozen=True, gc=False):
    """One word that a name is found by; ``words`` are all of them."""

    id: int
    word: str
    weight: int
    name: str
    words: str


class Suggestion(msgspec.Struct, frozen=True, gc=False):
    id: int
    name: str
    weight: int


class Saved(msgspec.Struct, frozen=True):
    """A search that somebody keeps. ``created_at`` in milliseconds."""

    id: int
    realm: str
    name: str
    text: str
    created_at: int
