"""What can go wrong in the microblog."""

from dozen.kit.errors import Conflict, Forbidden, Invalid, NotFound


class NoSuchPost(NotFound):
    code = "no_such_post"
    title = "There is no such post, or it is not for you"


class Empty(Invalid):
    code = "empty_post"
    title = "Write something, or add a picture"


class TooLong(Invalid):
    code = "too_long"
    title = "A post has at most 280 characters"


class BadText(Invalid):
    code = "bad_text"
    title = "This text cannot be taken as it is"


class Repeated(Conflict):
    code = "duplicate_post"
    title = "You have just posted exactly this"


class NoSuchTarget(NotFound):
    code = "no_such_target"
    title = "The post you answer or quote is gone, or not for you"


class MayNotReply(Forbidden):
    code = "may_not_reply"
    title = "You cannot answer this person"


class MayNotRepost(Forbidden):
    code = "may_not_repost"
    title = "Posts of protected accounts cannot be reposted or quoted"


class NotYours(Forbidden):
    code = "not_your_post"
    title = "Only its author can do that"


class BadMedia(Invalid):
    code = "bad_media"
    title = "A post has up to four pictures, or one video"


class BadPoll(Invalid):
    code = "bad_poll"
    title = "A poll has two to four different answers of up to 25 characters, and ends within seven days"


class NoSuchPoll(NotFound):
    code = "no_such_poll"
    title = "This post has no such poll"


class PollOver(Conflict):
    code = "poll_over"
    title = "This poll has ended"


class AlreadyVoted(Conflict):
    code = "already_voted"
    title = "You have voted already"


class AlreadyLiked(Conflict):
    code = "already_liked"
    title = "You have liked this already"


class AlreadyReposted(Conflict):
    code = "already_retweeted"
    title = "You have reposted this already"


class TooManyEdits(Conflict):
    code = "too_many_edits"
    title = "A post can be edited at most twenty times"


class ActingForAnother(Forbidden):
    code = "acting_for_another"
    title = "You can only act for your own account"


class NoSuchPerson(NotFound):
    code = "no_such_person"
    title = "There is no such person"
