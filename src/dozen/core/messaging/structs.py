"""What messaging hands out. Times are milliseconds UTC; ids are snowflakes."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from dozen.kit.ids import moment

Writers: TypeAlias = Literal["everyone", "followed"]


class Settings(msgspec.Struct, frozen=True):
    """Who may write to me first: ``followed`` are those I follow and my friends. None is ``followed`` for a
    protected account and ``everyone`` else. Whom I have written to may always answer."""

    writers: Writers | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    conversation_id: int
    author_id: int
    text: str
    media_ids: tuple[int, ...]
    reply_to_id: int | None
    edited_at: int | None
    deleted: bool

    @property
    def at(self) -> int:
        return moment(self.id)

    @classmethod
    def of_row(
        cls,
        id: int,  # noqa: A002
        conversation_id: int,
        author_id: int,
        text: str,
        media: list[str] | None,
        reply_to_id: int | None,
        edited_at: int | None,
        deleted_at: int | None,
    ) -> Message:
        return cls(
            id=id,
            conversation_id=conversation_id,
            author_id=author_id,
            text=text,
            media_ids=tuple(map(int, media)) if media else (),
            reply_to_id=reply_to_id,
            edited_at=edited_at,
            deleted=deleted_at is not None,
        )


class Member(msgspec.Struct, frozen=True):
    """Somebody in a conversation; they have read it up to ``last_read_id``."""

    person_id: int
    last_read_id: int
    joined_at: int


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as one of its members has it. ``members`` are all who are in it, also the reader.

    ``place``: its place in the list, newest highest (give it as ``before``); 0 while it is not listed.
    ``last``: the newest message that the reader can see. ``owner_id``: of a group.
    """

    id: int
    realm: str
    about: int | None
    group: bool
    title: str
    owner_id: int | None
    place: int
    unread: int
    muted: bool
    last_read_id: int
    last: Message | None
    members: tuple[Member, ...]
