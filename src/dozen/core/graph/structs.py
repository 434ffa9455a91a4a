"""What the graph hands out. Times are milliseconds UTC; every ``id`` of a tie is a snowflake."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from dozen.kit.ids import moment

EdgeKind: TypeAlias = Literal["follow", "block", "mute", "friend"]
RequestKind: TypeAlias = Literal["follow", "friend"]
Replies: TypeAlias = Literal["followed", "list", "none"]
"""Whose replies a list's timeline shows: to anybody followed, to members of the list, or none."""

NOBODY: frozenset[int] = frozenset()


class Edge(msgspec.Struct, frozen=True, gc=False):
    """The other end of a tie; ``id`` is the place in the list (give it as ``before``)."""

    person_id: int
    id: int

    @property
    def at(self) -> int:
        return moment(self.id)


class Batch(msgspec.Struct, frozen=True):
    """Ids for bulk work; give ``after`` to get the next ones, None when these are the last."""

    ids: list[int]
    after: int | None


class Followed(msgspec.Struct, frozen=True):
    """How a wish to follow stands. ``changed``: whether this call changed anything."""

    state: Literal["following", "requested", "already"]
    changed: bool


class Befriended(msgspec.Struct, frozen=True):
    """How a wish to be friends stands. ``changed``: whether this call changed anything."""

    state: Literal["friends", "requested", "already"]
    changed: bool


class Relation(msgspec.Struct, frozen=True):
    """How I stand to somebody, and they to me."""

    following: bool = False
    followed_by: bool = False
    requested: bool = False
    requested_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    friend: bool = False
    friend_requested: bool = False
    friend_requested_by: bool = False
    notify: bool = False
    """I want to hear of their posts."""
    reposts: bool = False
    """I follow (or asked to), and want to see what they repost."""
    mute_notifications: bool = False
    mute_until: int | None = None

    @property
    def blocked(self) -> bool:
        """Either way."""
        return self.blocking or self.blocked_by


class GraphCounts(msgspec.Struct, frozen=True, gc=False):
    followers: int = 0
    following: int = 0
    friends: int = 0


class Hidden(msgspec.Struct, frozen=True):
    """Whom somebody does not see."""

    muted: frozenset[int] = NOBODY
    blocked: frozenset[int] = NOBODY
    """By me, or who blocked me."""
    silenced: frozenset[int] = NOBODY
    """Whose doings cause me no notifications: the blocked, and the muted unless told otherwise."""
    no_reposts: frozenset[int] = NOBODY
    """Whom I follow without what they repost."""
    whole: bool = True
    """False where so many block me that only the newest of them are here; see ``hidden_among``."""
    until: int | None = None
    """When the first mute ends."""

    def __contains__(self, person_id: object) -> bool:
        return person_id in self.blocked or person_id in self.muted


class Suggestion(msgspec.Struct, frozen=True):
    """Somebody whom ``common`` of those I am tied to are tied to as well (of a bounded sample)."""

    person_id: int
    common: int


class PersonList(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    owner_id: int
    title: str
    description: str
    private: bool
    exclusive: bool
    """Members' posts are shown in the list only, and not in its owner's home timeline."""
    replies: Replies
    members: int
    subscribers: int

    @property
    def at(self) -> int:
        return moment(self.id)
