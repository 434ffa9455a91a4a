"""Direct messages by the native JSON door. Only members of a conversation learn that it is there."""

from __future__ import annotations

from collections.abc import Callable

from dozen.core import media, messaging
from dozen.kit import clock
from dozen.kit.errors import Invalid
from dozen.services.microblog import errors, schemas
from dozen.services.microblog.service import messages
from dozen.web import Api, Call, Cursor, Limit, Listing, Reply

messages_api = Api("/microblog", tag="Messages")
READ, WRITE = "microblog:read", "microblog:write"
_SENDING = (
    messaging.MessageNotAllowed,
    messaging.EmptyMessage,
    messaging.MessageTooLong,
    messaging.TooManyMedia,
    messaging.KeyUsed,
    media.MediaNotFound,
    media.AlreadyAttached,
)


@messages_api.get("/messages", scope=READ)
def conversations(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Listing[schemas.Chat]:
    """Your conversations, the latest first, each with its newest message and how many are unread."""
    before = call.cursors.open_id("chats", cursor)
    found, onward = messages.chats(call.tx, call.me, before=before, limit=limit)
    tickets = _tickets(call)
    return Listing(
        [schemas.chat(each, tickets) for each in found],
        call.cursors.seal("chats", onward) if onward is not None else None,
    )


@messages_api.post(
    "/messages",
    scope=WRITE,
    raises=[*_SENDING, messaging.CannotMessageSelf, messaging.GroupFull, errors.NoSuchPerson],
)
def write(call: Call, data: schemas.NewMessage) -> Reply[schemas.DirectMessage]:
    """Write to somebody, or to several people in a new group."""
    names = data.names()
    if not names:
        raise Invalid(fields={"to": "Say whom to write to"})
    sent = messages.start(
        call.tx,
        call.me,
        messages.people(call.tx, names),
        data.text,
        [schemas.number(each) for each in data.media_ids],
        title=data.title,
        key=data.key,
    )
    return _sent(call, sent)


@messages_api.get("/messages/{conversation}", scope=READ, raises=[messaging.NoSuchConversation])
def thread(
    call: Call, conversation: int, cursor: Cursor | None = None, limit: Limit = 50
) -> Listing[schemas.DirectMessage]:
    """What was said in a conversation, newest first."""
    before = call.cursors.open_id("chat", cursor)
    found, onward = messages.thread(call.tx, call.me, conversation, before=before, limit=limit)
    tickets = _tickets(call)
    return Listing(
        [schemas.direct_message(each, tickets) for each in found],
        call.cursors.seal("chat", onward) if onward is not None else None,
    )


@messages_api.post(
    "/messages/{conversation}",
    scope=WRITE,
    raises=[*_SENDING, messaging.NoSuchConversation, messaging.NoSuchMessage],
)
def answer(call: Call, conversation: int, data: schemas.NewLine) -> Reply[schemas.DirectMessage]:
    """Write into a conversation."""
    sent = messages.send(
        call.tx,
        call.me,
        conversation,
        data.text,
        [schemas.number(each) for each in data.media_ids],
        key=data.key,
        reply_to=schemas.number(data.in_reply_to_id) if data.in_reply_to_id else None,
    )
    return _sent(call, sent)


@messages_api.post(
    "/messages/{conversation}/read", scope=WRITE, status=200, raises=[messaging.NoSuchConversation]
)
def read(call: Call, conversation: int) -> schemas.Unread:
    """Mark a conversation as read; how many messages are unread elsewhere."""
    return schemas.Unread(messages.mark_read(call.tx, call.me, conversation))


@messages_api.delete(
    "/messages/{conversation}/{message_id}",
    scope=WRITE,
    raises=[
        messaging.NoSuchConversation,
        messaging.NoSuchMessage,
        messaging.NotYourMessage,
        messaging.TooLate,
    ],
)
def delete(call: Call, conversation: int, message_id: int, everyone: bool = False) -> None:
    """Delete a message for yourself; with `everyone`, take one of your own back within a day."""
    messages.delete(call.tx, call.me, conversation, message_id, everyone=everyone)


def _sent(call: Call, line: messages.Line) -> Reply[schemas.DirectMessage]:
    made = schemas.direct_message(line, _tickets(call))
    to = f"/microblog/messages/{made.conversation_id}"
    return Reply(made, status=201, headers=[("location", to)])


def _tickets(call: Call) -> Callable[[int], str]:
    now = clock.now()
    return lambda item: media.ticket(call.env, item, now)
