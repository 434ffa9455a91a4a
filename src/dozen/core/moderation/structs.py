"""What moderation hands out. Times are milliseconds UTC, ids are snowflakes."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from dozen.kit.ids import moment

Reason: TypeAlias = Literal[
    "spam", "abuse", "hate", "violence", "sexual", "self_harm", "illegal", "fraud", "copyright",
    "misinformation", "impersonation", "other",
]  # fmt: skip
State: TypeAlias = Literal["open", "resolved", "dismissed"]
FilterKind: TypeAlias = Literal["word", "link"]
FilterAction: TypeAlias = Literal["flag", "hold", "reject"]


class Reported(msgspec.Struct, frozen=True):
    case_id: int
    new: bool
    """False: the same person had reported the same already, and it is still open."""


class Case(msgspec.Struct, frozen=True):
    """All reports of one subject, until somebody decides."""

    id: int
    realm: str
    subject_id: int
    owner_id: int
    """Who made the subject, or is it; 0: nobody in particular."""
    state: State
    reports: int
    assigned_to: int | None
    closed_by: int | None
    closed_at: int | None

    @property
    def opened_at(self) -> int:
        return moment(self.id)


class Report(msgspec.Struct, frozen=True):
    id: int
    reporter_id: int
    reason: Reason
    text: str

    @property
    def at(self) -> int:
        return moment(self.id)


class Note(msgspec.Struct, frozen=True):
    """What moderators say to one another about a case."""

    id: int
    author_id: int
    text: str

    @property
    def at(self) -> int:
        return moment(self.id)


class Removal(msgspec.Struct, frozen=True):
    """Content that its room has yet to take down."""

    id: int
    realm: str
    subject_id: int
    owner_id: int
    by_id: int
    reason: str


class Takedown(msgspec.Struct, frozen=True):
    """Content that moderators keep out of sight: its room did not delete it."""

    subject_id: int
    at: int
    by_id: int
    reason: str


class Entry(msgspec.Struct, frozen=True):
    """A line of the audit log."""

    id: int
    at: int
    actor_id: int
    """0: the server itself."""
    action: str
    realm: str
    subject_id: int
    reason: str
    before: Any
    after: Any


class Warned(msgspec.Struct, frozen=True):
    """What somebody was told by the moderators."""

    id: int
    at: int
    reason: str


class Filter(msgspec.Struct, frozen=True):
    id: int
    kind: FilterKind
    pattern: str
    """Folded words, or a host name that stands for its subdomains too."""
    action: FilterAction
    note: str
    created_by: int


class Verdict(msgspec.Struct, frozen=True):
    """What the filters say of a text; the severest action of those that match."""

    action: Literal["allow", "flag", "hold", "reject"]
    matches: tuple[str, ...] = ()
