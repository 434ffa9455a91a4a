"""What all verbs that change a conversation do: hold it, look who is in it, and say what happened."""

from __future__ import annotations

import msgspec

from dozen.core import realtime
from dozen.core.messaging import queries
from dozen.core.messaging.errors import NoSuchConversation, NotAGroup, NotGroupOwner
from dozen.db import Tx

TOPIC = "messages"
"""Key: the person. Data: ``realm``, ``conversation``, ``id`` (of the message; None where it is not about
one), ``what`` (new, read, gone, changed), ``author`` and ``unread``, their total in the realm."""


def pair_key(a: int, b: int, about: int) -> str:
    """What names the conversation of two people about something in its realm."""
    return f"{min(a, b)}:{max(a, b)}:{about}"


class Held(msgspec.Struct, frozen=True):
    """A conversation that nobody else changes until the commit."""

    id: int
    realm: str
    about: int
    pair: str | None
    title: str
    owner_id: int
    last_id: int

    def other(self, me: int) -> int:
        """The other one of a pair."""
        low, high = (int(each) for each in (self.pair or "").split(":")[:2])
        return high if low == me else low


class Membership(msgspec.Struct, frozen=True):
    after_id: int
    last_read_id: int
    unread: int
    muted: bool
    last_id: int


def hold(tx: Tx, conversation: int) -> Held | None:
    tx.must_write()
    row = queries.lock.first(tx, conversation=conversation)
    return None if row is None else Held(*row)


def hold_mine(tx: Tx, me: int, conversation: int) -> tuple[Held, Membership]:
    """Raises NoSuchConversation, also to those who are not in it."""
    held = hold(tx, conversation)
    row = queries.membership.first(tx, conversation=conversation, me=me)
    if held is None or row is None:
        raise NoSuchConversation
    return held, Membership(*row)


def hold_group(tx: Tx, me: int, conversation: int) -> Held:
    held, _ = hold_mine(tx, me, conversation)
    if held.pair is not None:
        raise NotAGroup
    return held


def hold_owned(tx: Tx, me: int, conversation: int) -> Held:
    held = hold_group(tx, me, conversation)
    if held.owner_id != me:
        raise NotGroupOwner
    return held


def next_id(tx: Tx, held: Held) -> int:
    """An id after all others of the conversation, also where another node's clock is a little ahead."""
    made = tx.next_id()
    while made <= held.last_id:
        made = tx.next_id()
    return made


def say(
    tx: Tx,
    held: Held,
    people: list[int],
    what: str,
    *,
    message: int | None = None,
    author: int | None = None,
) -> None:
    """Tell these people's browsers, each with their own number of unread messages."""
    totals: dict[int, int] = dict(queries.totals.all(tx, ids=people, realm=held.realm))
    for person in people:
        realtime.publish(
            tx,
            TOPIC,
            person,
            {
                "realm": held.realm,
                "conversation": str(held.id),
                "id": None if message is None else str(message),
                "what": what,
                "author": None if author is None else str(author),
                "unread": int(totals.get(person, 0)),
            },
        )
