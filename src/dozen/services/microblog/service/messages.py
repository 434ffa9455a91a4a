"""Direct messages of the microblog, ready to show: with their people and pictures."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from dozen.core import accounts, media, messaging
from dozen.core.accounts import Card
from dozen.core.media import Media
from dozen.core.messaging import Conversation, Message
from dozen.db import Tx
from dozen.kit.ids import MAX
from dozen.services.microblog.errors import NoSuchPerson
from dozen.services.microblog.service.posts import REALM


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A message with who wrote it (None: an account that is gone) and its pictures."""

    message: Message
    author: Card | None
    media: tuple[Media, ...] = ()
    mine: bool = False


class Chat(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation with its people, the reader left out of ``others``. ``seen_id``: up to which message
    all the others have read."""

    conversation: Conversation
    others: tuple[Card, ...]
    last: Line | None
    seen_id: int

    @property
    def name(self) -> str:
        given = self.conversation.title or ", ".join(card.name for card in self.others)
        return given or ("Nobody else" if self.conversation.group else "Somebody who is gone")


def people(tx: Tx, names: Sequence[str]) -> list[int]:
    """Ids of people named by id or by user name, with or without an at sign. Raises NoSuchPerson."""
    found: list[int] = []
    for each in names:
        name = each.strip().removeprefix("@")
        card = accounts.by_username(tx, name)
        if card is None and name.isascii() and name.isdigit() and len(name) < 20 and int(name) <= MAX:
            card = accounts.cards(tx, [int(name)]).get(int(name))
        if card is None:
            raise NoSuchPerson(f"There is nobody named {name[:50]!r}")
        found.append(card.id)
    return found


def start(
    tx: Tx,
    me: int,
    to: Collection[int],
    text: str,
    media_ids: Sequence[int] = (),
    *,
    title: str | None = None,
    key: str | None = None,
) -> Line:
    """Write to somebody, or to several in a new group. Raises what opening and sending raise."""
    conversation = messaging.open_with(tx, me, to, REALM, title=title)
    return send(tx, me, conversation, text, media_ids, key=key)


def send(
    tx: Tx,
    me: int,
    conversation: int,
    text: str,
    media_ids: Sequence[int] = (),
    *,
    key: str | None = None,
    reply_to: int | None = None,
) -> Line:
    """Write into a conversation. Raises what ``messaging.send`` raises."""
    must_be_here(tx, me, conversation)
    sent = messaging.send(tx, me, conversation, text, media_ids, key, reply_to=reply_to)
    return _lines(tx, me, [sent])[0]


def must_be_here(tx: Tx, me: int, conversation: int) -> Conversation:
    """A conversation of mine in this room. Raises NoSuchConversation, for those of other rooms too."""
    found = messaging.conversation(tx, me, conversation)
    if found.realm != REALM:
        raise messaging.NoSuchConversation
    return found


def chats(tx: Tx, me: int, *, before: int | None = None, limit: int = 20) -> tuple[list[Chat], int | None]:
    """My conversations, latest first, and where to go on."""
    found = messaging.conversations(tx, me, realm=REALM, before=before, limit=limit)
    return _chats(tx, me, found), found[-1].place if len(found) == limit else None


def chat(tx: Tx, me: int, conversation: int) -> Chat:
    return _chats(tx, me, [must_be_here(tx, me, conversation)])[0]


def _chats(tx: Tx, me: int, found: list[Conversation]) -> list[Chat]:
    cards = accounts.cards(tx, {member.person_id for each in found for member in each.members})
    last = {line.message.id: line for line in _lines(tx, me, [each.last for each in found if each.last])}
    out = []
    for each in found:
        others = [member for member in each.members if member.person_id != me]
        out.append(
            Chat(
                conversation=each,
                others=tuple(cards[one.person_id] for one in others if one.person_id in cards),
                last=last.get(each.last.id) if each.last else None,
                seen_id=min((one.last_read_id for one in others), default=0),
            )
        )
    return out


def thread(
    tx: Tx, me: int, conversation: int, *, before: int | None = None, limit: int = 50
) -> tuple[list[Line], int | None]:
    """Messages, newest first, and the id to go on before."""
    must_be_here(tx, me, conversation)
    found = messaging.messages(tx, me, conversation, before=before, limit=limit)
    return _lines(tx, me, found), found[-1].id if len(found) == limit else None


def line(tx: Tx, me: int, message: int) -> Line:
    """One message. Raises NoSuchMessage."""
    return _lines(tx, me, [messaging.message(tx, me, message)])[0]


def _lines(tx: Tx, me: int, found: Sequence[Message]) -> list[Line]:
    cards = accounts.cards(tx, {each.author_id for each in found})
    items = media.views(tx, {item for each in found for item in each.media_ids})
    return [
        Line(
            message=each,
            author=cards.get(each.author_id),
            media=tuple(items[item] for item in each.media_ids if item in items),
            mine=each.author_id == me,
        )
        for each in found
    ]


def unread(tx: Tx, me: int) -> int:
    return messaging.unread(tx, me, REALM)


def mark_read(tx: Tx, me: int, conversation: int) -> int:
    """All of a conversation is read; how many messages are unread in all others."""
    must_be_here(tx, me, conversation)
    messaging.mark_read(tx, me, conversation)
    return unread(tx, me)


def delete(tx: Tx, me: int, conversation: int, message: int, *, everyone: bool) -> None:
    """Take a message of mine back, or hide any message from myself."""
    must_be_here(tx, me, conversation)
    if everyone:
        messaging.unsend(tx, me, conversation, message)
    else:
        messaging.delete_for_me(tx, me, conversation, message)
