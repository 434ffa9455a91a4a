"""Beginning conversations, and who is in a group."""

from __future__ import annotations

from collections.abc import Collection

from dozen.core import jobs
from dozen.core.messaging import queries
from dozen.core.messaging.errors import BadTitle, CannotMessageSelf, GroupFull
from dozen.core.messaging.holding import Held, hold, hold_group, hold_owned, pair_key, say
from dozen.core.messaging.permission import may_write
from dozen.db import Tx
from dozen.kit.text import clean

MOST_MEMBERS = 50
MOST_TITLE = 100
SWEEP_JOB = "messaging.sweep"


def open_with(
    tx: Tx,
    me: int,
    others: Collection[int],
    realm: str,
    *,
    title: str | None = None,
    about: int | None = None,
) -> int:
    """The conversation with somebody, or a new group with several people; its id.

    Two people have one conversation in a realm, and one more for each thing they talk ``about`` (a ride:
    then who may write to whom is the room's business, blocks excepted). A ``title``, even an empty one,
    makes a group also of two. Who opens a group owns it. A pair's conversation is listed from its first
    message on. Raises CannotMessageSelf, NoSuchPerson, MessageNotAllowed, GroupFull, BadTitle.
    """
    with_whom = sorted(set(others) - {me})
    if not with_whom:
        raise CannotMessageSelf
    if len(with_whom) >= MOST_MEMBERS:
        raise GroupFull
    if title is not None or len(with_whom) > 1:
        return _open_group(tx, me, with_whom, realm, _title(title or ""), about or 0)
    return _open_pair(tx, me, with_whom[0], realm, about or 0)


def _open_pair(tx: Tx, me: int, other: int, realm: str, about: int) -> int:
    pair = pair_key(me, other, about)
    known = queries.by_pair.first(tx, realm=realm, pair=pair)
    if known is not None:
        return known
    may_write(tx, me, [other], strangers=bool(about))
    made = tx.next_id()
    if queries.open_pair(tx, id=made, realm=realm, about=about, pair=pair):
        for person in sorted((me, other)):
            _join(tx, made, realm, person, after=0, place=0)
        return made
    known = queries.by_pair.first(tx, realm=realm, pair=pair)
    assert known is not None  # the other one opened it at this moment
    return known


def _open_group(tx: Tx, me: int, others: list[int], realm: str, title: str, about: int) -> int:
    may_write(tx, me, others, strangers=bool(about))
    made = tx.next_id()
    queries.open_group(tx, id=made, realm=realm, about=about, title=title, owner=me)
    for person in sorted((me, *others)):
        _join(tx, made, realm, person, after=0, place=made)
    held = hold(tx, made)
    assert held is not None
    say(tx, held, [me, *others], "changed")
    return made


def _join(tx: Tx, conversation: int, realm: str, person: int, *, after: int, place: int) -> bool:
    return bool(
        queries.join(
            tx, conversation=conversation, realm=realm, person=person, now=tx.now, after=after, place=place
        )
    )


def _title(given: str) -> str:
    title = clean(given)
    if len(title) > MOST_TITLE:
        raise BadTitle
    return title


def add(tx: Tx, me: int, conversation: int, person: int) -> bool:
    """Bring somebody into my group; they read what comes from now on. Whether they were not in it.

    Raises NoSuchConversation, NotAGroup, NotGroupOwner, NoSuchPerson, MessageNotAllowed, GroupFull.
    """
    held = hold_owned(tx, me, conversation)
    inside = queries.member_ids.all(tx, conversation=conversation)
    if person in inside:
        return False
    if len(inside) >= MOST_MEMBERS:
        raise GroupFull
    may_write(tx, me, [person])
    _join(tx, conversation, held.realm, person, after=held.last_id, place=tx.next_id())
    say(tx, held, [*inside, person], "changed")
    return True


def remove(tx: Tx, me: int, conversation: int, person: int) -> bool:
    """Put somebody out of my group; what they wrote stays. Whether they were in it.

    Raises NoSuchConversation, NotAGroup, NotGroupOwner.
    """
    held = hold_owned(tx, me, conversation)
    return _out(tx, held, person)


def leave(tx: Tx, me: int, conversation: int) -> None:
    """Leave a group. Its owner's place goes to who has been there longest; the last one takes it along.

    Raises NoSuchConversation, NotAGroup.
    """
    _out(tx, hold_group(tx, me, conversation), me)


def _out(tx: Tx, held: Held, person: int) -> bool:
    if not queries.leave(tx, conversation=held.id, person=person, now=tx.now):
        return False
    hand_on(tx, held, person)
    left = queries.member_ids.all(tx, conversation=held.id)
    say(tx, held, [*left, person], "changed")
    return True


def hand_on(tx: Tx, held: Held, person: int) -> None:
    """After somebody went: the group gets another owner, or goes when nobody is left."""
    left = queries.member_ids.all(tx, conversation=held.id)
    if not left:
        jobs.enqueue(tx, SWEEP_JOB, {"conversation": str(held.id)}, key=f"{SWEEP_JOB}:{held.id}")
    elif held.pair is None and held.owner_id == person:
        queries.give(tx, conversation=held.id, owner=left[0])


def rename(tx: Tx, me: int, conversation: int, title: str) -> None:
    """Raises NoSuchConversation, NotAGroup, NotGroupOwner, BadTitle."""
    title = _title(title)
    held = hold_owned(tx, me, conversation)
    if title != held.title:
        queries.rename(tx, conversation=conversation, new_title=title)
        say(tx, held, queries.member_ids.all(tx, conversation=conversation), "changed")
