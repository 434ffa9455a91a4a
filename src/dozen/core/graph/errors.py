"""What can be wrong with follows, blocks, friendships and lists. Codes are public and stable."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany


class CannotFollowSelf(Invalid):
    code = "cannot_follow_self"
    title = "You cannot follow yourself"


class CannotBefriendSelf(Invalid):
    code = "cannot_befriend_self"
    title = "You cannot be your own friend"


class CannotBlockSelf(Invalid):
    code = "cannot_block_self"
    title = "You cannot block yourself"


class CannotMuteSelf(Invalid):
    code = "cannot_mute_self"
    title = "You cannot mute yourself"


class FollowNotAllowed(Forbidden):
    """There is a block. Which of the two blocked the other is not said."""

    code = "follow_not_allowed"
    title = "You cannot follow this account"


class FriendNotAllowed(Forbidden):
    """There is a block. Which of the two blocked the other is not said."""

    code = "friend_not_allowed"
    title = "You cannot be friends with this account"


class AlreadyRequested(Conflict):
    code = "already_requested"
    title = "You have already asked, and the answer is still to come"


class NoSuchRequest(NotFound):
    code = "no_such_request"
    title = "There is no such request (any more)"


class TooManyFollows(Forbidden):
    code = "too_many_follows"
    title = "You follow as many accounts as one may; unfollow some first"


class TooManyFollowsToday(TooMany):
    """``retry_after`` is in seconds."""

    code = "too_many_follows_today"
    title = "You have followed very many accounts today; please go on tomorrow"


class TooManyFriends(Forbidden):
    code = "too_many_friends"
    title = "There are as many friends as one may have"


class TooManyHidden(Forbidden):
    code = "too_many_hidden"
    title = "You mute or block as many accounts as one may; take some back first"


class BadMute(Invalid):
    code = "bad_mute"
    title = "A mute must end in the future"


class NoSuchList(NotFound):
    """Also said of a private list to everybody but its owner."""

    code = "no_such_list"
    title = "There is no such list"


class BadList(Invalid):
    code = "bad_list"


class NotYourList(Forbidden):
    code = "not_your_list"
    title = "Only a list's owner may change it"


class TooManyLists(Forbidden):
    code = "too_many_lists"
    title = "You have as many lists as one may; delete some first"


class ListFull(Forbidden):
    code = "list_full"
    title = "This list has as many members as it may"


class ListNotAllowed(Forbidden):
    """There is a block between the two."""

    code = "list_not_allowed"
    title = "You cannot do that with this list and this account"
