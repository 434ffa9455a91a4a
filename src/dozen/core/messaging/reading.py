"""Somebody's conversations and what is in them. Only members are shown anything."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from dozen.core.messaging import queries
from dozen.core.messaging.errors import NoSuchConversation, NoSuchMessage
from dozen.core.messaging.holding import hold_mine, pair_key, say
from dozen.core.messaging.structs import Conversation, Member, Message
from dozen.db import Tx
from dozen.kit.ids import MAX


def conversations(
    tx: Tx, me: int, *, realm: str, before: int | None = None, limit: int = 20
) -> list[Conversation]:
    """Where something was said last comes first. ``before``: the ``place`` of the last one that is known."""
    return _whole(tx, queries.page.all(tx, me=me, realm=realm, before=before or MAX, limit=limit))


def conversation(tx: Tx, me: int, conversation_id: int) -> Conversation:
    """Raises NoSuchConversation, also to those who are not in it."""
    found = _whole(tx, queries.one.all(tx, me=me, conversation=conversation_id))
    if not found:
        raise NoSuchConversation
    return found[0]


def between(tx: Tx, me: int, other: int, *, realm: str, about: int | None = None) -> int | None:
    """The conversation of two people, if they have one already."""
    return queries.by_pair.first(tx, realm=realm, pair=pair_key(me, other, about or 0))


def _whole(tx: Tx, listed: list[queries.Row]) -> list[Conversation]:
    if not listed:
        return []
    members: dict[int, list[Member]] = defaultdict(list)
    for conversation_id, person, read, joined in queries.members_of.all(tx, ids=[row[0] for row in listed]):
        members[conversation_id].append(Member(person, read, joined))
    newest = {each.id: each for each in queries.by_ids.all(tx, ids=[row[-1] for row in listed if row[-1]])}
    return [_made(row, tuple(members[row[0]]), newest) for row in listed]


def _made(row: Any, members: tuple[Member, ...], newest: dict[int, Message]) -> Conversation:
    conversation_id, realm, about, pair, title, owner, place, unread, muted, read, last = row
    return Conversation(
        id=conversation_id,
        realm=realm,
        about=about or None,
        group=pair is None,
        title=title,
        owner_id=owner or None,
        place=place,
        unread=unread,
        muted=muted,
        last_read_id=read,
        last=newest.get(last),
        members=members,
    )


def messages(
    tx: Tx,
    me: int,
    conversation_id: int,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Message]:
    """What I can see of a conversation, newest first. ``after`` gives those that come next after an id (also
    newest first). Raises NoSuchConversation, also to those who are not in it.
    """
    if queries.membership.first(tx, conversation=conversation_id, me=me) is None:
        raise NoSuchConversation
    if after is not None and before is None:
        return queries.thread_after.all(tx, conversation=conversation_id, me=me, after=after, limit=limit)[
            ::-1
        ]
    return queries.thread.all(
        tx, conversation=conversation_id, me=me, before=before or MAX, after=after or 0, limit=limit
    )


def message(tx: Tx, me: int, message_id: int) -> Message:
    """Raises NoSuchMessage, also to those who may not read it."""
    found = queries.seen_by_id.first(tx, me=me, id=message_id)
    if found is None:
        raise NoSuchMessage
    return found


def recent(
    tx: Tx, me: int, *, realm: str, since: int, before: int | None = None, limit: int = 50
) -> list[Message]:
    """The messages of all my conversations together that are newer than the id ``since``, newest first."""
    return queries.recent.all(tx, me=me, realm=realm, since=since, before=before or MAX, limit=limit)


def unread(tx: Tx, me: int, realm: str | None = None) -> int:
    """How many messages I have not read, muted conversations left out."""
    if realm is None:
        return int(queries.total.first(tx, me=me) or 0)
    return int(queries.total_in.first(tx, me=me, realm=realm) or 0)


def mark_read(tx: Tx, me: int, conversation_id: int, up_to: int | None = None) -> int:
    """I have read the conversation, up to a message or all of it; how many are unread now.

    What was read stays read. Raises NoSuchConversation.
    """
    held, mine = hold_mine(tx, me, conversation_id)
    read = max(mine.last_read_id, min(up_to if up_to is not None else MAX, held.last_id))
    if read == mine.last_read_id:
        return mine.unread
    queries.set_read(tx, conversation=conversation_id, me=me, read=read)
    queries.recount_mine(tx, conversation=conversation_id, me=me)
    say(tx, held, [me], "read", message=read)
    row = queries.membership.first(tx, conversation=conversation_id, me=me)
    assert row is not None
    return int(row[2])


def mute(tx: Tx, me: int, conversation_id: int, on: bool = True) -> None:
    """Do not count what comes here among my unread messages, or do again. Raises NoSuchConversation."""
    held, mine = hold_mine(tx, me, conversation_id)
    if mine.muted != on:
        queries.mute(tx, conversation=conversation_id, me=me, on=on)
        say(tx, held, [me], "changed")
