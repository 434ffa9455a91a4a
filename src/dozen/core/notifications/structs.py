"""What notifications hand out. Times are milliseconds UTC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from dozen.kit.ids import moment

Channel: TypeAlias = Literal["in_app", "email", "push"]
CHANNELS: tuple[Channel, ...] = ("in_app", "email", "push")


class Item(msgspec.Struct, frozen=True):
    """One thing that one person was told."""

    id: int
    person_id: int
    kind: str
    actor_id: int | None
    """Who did it; None: the server itself."""
    subject_id: int | None
    """What it is about; the kind says what that is."""
    group_key: str | None
    data: Any
    read_at: int | None

    @property
    def at(self) -> int:
        return moment(self.id)

    @property
    def realm(self) -> str:
        """The room it comes from."""
        return self.kind.partition(".")[0]

    @property
    def group(self) -> str:
        """Name of the group it is shown in."""
        return self.group_key or f"#{self.id}"


class Group(msgspec.Struct, frozen=True):
    """What many did to one thing within a day, as one row."""

    key: str
    newest: Item
    oldest_id: int
    count: int
    unread: int
    actors: tuple[int, ...]
    """The newest few, newest first, each once."""

    @property
    def id(self) -> int:
        """The place in the list (give it as ``before``)."""
        return self.newest.id


class Mark(msgspec.Struct, frozen=True):
    """How far somebody has read."""

    unread: int = 0
    last_read_id: int = 0


class Choice(msgspec.Struct, frozen=True):
    """How one kind reaches somebody."""

    kind: str
    title: str
    channels: Mapping[Channel, bool]
