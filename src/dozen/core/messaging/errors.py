"""What can be wrong with conversations and messages. Codes are public and stable."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Forbidden, Invalid, NotFound


class NoSuchConversation(NotFound):
    """Also said to everybody who is not in it."""

    code = "no_such_conversation"
    title = "There is no such conversation"


class NoSuchMessage(NotFound):
    """Also said to everybody who may not read it."""

    code = "no_such_message"
    title = "There is no such message (any more)"


class CannotMessageSelf(Invalid):
    code = "cannot_message_self"
    title = "You cannot write to yourself"


class MessageNotAllowed(Forbidden):
    """There is a block, or they take messages only from people they follow. Which is not said."""

    code = "message_not_allowed"
    title = "You cannot write to this person"


class EmptyMessage(Invalid):
    code = "empty_message"
    title = "Write something, or add a picture"


class MessageTooLong(Invalid):
    code = "message_too_long"
    title = "A message has at most 10,000 characters"


class TooManyMedia(Invalid):
    code = "too_many_media"
    title = "A message has at most ten pictures, videos or files"


class NotAGroup(Conflict):
    code = "not_a_group"
    title = "Only groups have that"


class NotGroupOwner(Forbidden):
    code = "not_group_owner"
    title = "Only who made the group may do that"


class GroupFull(Forbidden):
    code = "group_full"
    title = "A group has at most fifty people"


class BadTitle(Invalid):
    code = "bad_group_title"
    title = "A group's name has at most 100 characters"


class NotYourMessage(Forbidden):
    code = "not_your_message"
    title = "Only who wrote a message may do that"


class TooLate(Conflict):
    code = "message_too_old"
    title = "That can only be done within a day"


class BadKey(Invalid):
    code = "bad_sent_key"
    title = "A message's key has 1 to 64 characters"


class KeyUsed(Conflict):
    code = "sent_key_used"
    title = "This key names another message of yours"
