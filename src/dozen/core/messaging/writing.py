"""Sending messages, changing them, and taking them back."""

from __future__ import annotations

from collections.abc import Sequence

from dozen.core import graph, media
from dozen.core.messaging import queries
from dozen.core.messaging.errors import (
    BadKey,
    EmptyMessage,
    KeyUsed,
    MessageNotAllowed,
    MessageTooLong,
    NoSuchMessage,
    NotYourMessage,
    TooLate,
    TooManyMedia,
)
from dozen.core.messaging.holding import Held, hold_mine, next_id, say
from dozen.core.messaging.permission import may_write
from dozen.core.messaging.structs import Message
from dozen.db import Duplicate, Tx
from dozen.kit import clock
from dozen.kit.text import clean

MOST_TEXT = 10_000
MOST_MEDIA = 10
MOST_KEY = 64
CHANGEABLE = clock.DAY
"""How long its author can change a message or take it back, in milliseconds."""


def send(
    tx: Tx,
    me: int,
    conversation: int,
    text: str,
    media_ids: Sequence[int] = (),
    key: str | None = None,
    *,
    reply_to: int | None = None,
) -> Message:
    """Say something. It is unread for the others; what came before counts as read by me.

    ``key``: a name that the author's client gave the message. Sending again under the same key gives what
    was sent the first time, so a client that was cut off can simply repeat. ``media_ids``: items of mine;
    hand their tickets only to members. Raises NoSuchConversation, MessageNotAllowed, EmptyMessage,
    MessageTooLong, TooManyMedia, NoSuchMessage (to answer), BadKey, KeyUsed, NoSuchPerson, and what
    ``media.attach`` raises.
    """
    text = _checked(text, bare=not media_ids)
    if len(media_ids) > MOST_MEDIA:
        raise TooManyMedia
    if key is not None and not (1 <= len(key) <= MOST_KEY and key.isprintable()):
        raise BadKey
    held, _ = hold_mine(tx, me, conversation)
    if key is not None and (sent := _sent(tx, me, key, conversation)):
        return sent
    if held.pair is not None:
        _may_send(tx, me, held)
    if reply_to is not None:
        _seen(tx, me, conversation, reply_to)
    made = next_id(tx, held)
    media.attach(tx, me, media_ids, made, audience="private", unfinished=True)
    try:
        with tx.savepoint():
            queries.add(
                tx,
                id=made,
                conversation=conversation,
                author=me,
                text=text,
                media=[str(each) for each in media_ids] or None,
                reply_to=reply_to,
                key=key,
            )
    except Duplicate as error:  # sent into another conversation at this moment
        raise KeyUsed from error
    queries.advance(tx, conversation=conversation, last=made)
    queries.said(tx, conversation=conversation, me=me, last=made)
    queries.told(tx, conversation=conversation, me=me, last=made)
    everybody = queries.member_ids.all(tx, conversation=conversation)
    say(tx, held, everybody, "new", message=made, author=me)
    return _one(tx, made)


def _checked(text: str, *, bare: bool) -> str:
    if len(text) > MOST_TEXT * 2:  # normalising costs time
        raise MessageTooLong
    text = clean(text, lines=True)
    if len(text) > MOST_TEXT:
        raise MessageTooLong
    if bare and not text:
        raise EmptyMessage
    return text


def _sent(tx: Tx, me: int, key: str, conversation: int) -> Message | None:
    sent = queries.by_key.first(tx, me=me, key=key)
    if sent is not None and sent.conversation_id != conversation:
        raise KeyUsed
    return sent


def _may_send(tx: Tx, me: int, held: Held) -> None:
    other = held.other(me)
    if queries.wrote.first(tx, conversation=held.id, person=other) is None:
        may_write(tx, me, [other], strangers=bool(held.about))
    elif graph.is_blocked_either(tx, me, other):
        raise MessageNotAllowed


def _seen(tx: Tx, me: int, conversation: int, message: int) -> Message:
    found = queries.seen_by_id.first(tx, me=me, id=message)
    if found is None or found.conversation_id != conversation:
        raise NoSuchMessage
    return found


def _one(tx: Tx, message: int) -> Message:
    found = queries.by_id.first(tx, id=message)
    assert found is not None
    return found


def _changeable(tx: Tx, me: int, conversation: int, message: int) -> tuple[Held, Message]:
    held, _ = hold_mine(tx, me, conversation)
    found = _seen(tx, me, conversation, message)
    if found.author_id != me:
        raise NotYourMessage
    if tx.now - found.at > CHANGEABLE:
        raise TooLate
    return held, found


def edit(tx: Tx, me: int, conversation: int, message: int, text: str) -> Message:
    """Change the words of a message of mine within a day; it shows that it was changed.

    Raises NoSuchConversation, NoSuchMessage, NotYourMessage, TooLate, EmptyMessage, MessageTooLong.
    """
    held, found = _changeable(tx, me, conversation, message)
    text = _checked(text, bare=not found.media_ids)
    if text != found.text:
        queries.change(tx, message=message, new_text=text, now=tx.now)
        everybody = queries.member_ids.all(tx, conversation=conversation)
        say(tx, held, everybody, "changed", message=message, author=me)
    return _one(tx, message)


def unsend(tx: Tx, me: int, conversation: int, message: int) -> None:
    """Take a message of mine back within a day: it is gone for everybody, with its pictures.

    Raises NoSuchConversation, NoSuchMessage, NotYourMessage, TooLate.
    """
    held, _ = _changeable(tx, me, conversation, message)
    queries.unread_of(tx, conversation=conversation, message=message)
    queries.take_back(tx, message=message, now=tx.now)
    media.delete_of(tx, message)
    everybody = queries.member_ids.all(tx, conversation=conversation)
    say(tx, held, everybody, "gone", message=message, author=me)


def delete_for_me(tx: Tx, me: int, conversation: int, message: int | None = None) -> None:
    """Do not show me a message any more, or all that is in the conversation: then it is listed again when
    the next message comes. Nobody else notices. Raises NoSuchConversation, NoSuchMessage.
    """
    held, _ = hold_mine(tx, me, conversation)
    if message is None:
        queries.clear(tx, conversation=conversation, me=me, after=held.last_id)
    else:
        _seen(tx, me, conversation, message)
        queries.hide(tx, me=me, message=message)
        queries.recount_mine(tx, conversation=conversation, me=me)
    say(tx, held, [me], "gone", message=message)
