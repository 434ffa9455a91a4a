"""The native API's wire structs, and how views become them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec

from dozen.core.accounts import Card
from dozen.core.media import Media
from dozen.kit import clock, ids
from dozen.services.microblog.service.messages import Chat as ChatView
from dozen.services.microblog.service.messages import Line
from dozen.services.microblog.structs import Draft, Entities, PollDraft, PollView, View

Id = Annotated[
    str,
    msgspec.Meta(
        pattern="^[0-9]{1,19}$", description="A snowflake id, as text.", examples=["1574054360520851456"]
    ),
]
Time = Annotated[str, msgspec.Meta(description="RFC 3339, UTC.", examples=["2026-11-22T13:05:24.123Z"])]
_Count = Annotated[int, msgspec.Meta(ge=0)]


class Author(msgspec.Struct, frozen=True):
    id: Id
    username: str
    name: str
    avatar_url: str | None
    verified: bool
    protected: bool


class Picture(msgspec.Struct, frozen=True):
    """A picture or video. ``url`` is a good size for a timeline, ``preview_url`` a small one.

    Addresses of pictures that are not for everybody (of protected accounts, in messages) carry a ticket
    that lapses after a day or two: ask for the post again then.
    """

    id: Id
    kind: str
    state: str
    url: str
    preview_url: str
    width: int
    height: int
    alt: str
    colour: str | None


class Poll(msgspec.Struct, frozen=True):
    options: list[str]
    votes: list[int]
    total: _Count
    ends_at: Time
    over: bool
    multiple: bool
    mine: list[int]


class Numbers(msgspec.Struct, frozen=True):
    likes: _Count
    retweets: _Count
    replies: _Count
    quotes: _Count
    bookmarks: _Count


class Mine(msgspec.Struct, frozen=True):
    """What the caller did with the post."""

    liked: bool
    retweeted: bool
    bookmarked: bool


class Tweet(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    id: Id
    created_at: Time
    text: str
    author: Author
    conversation_id: Id
    counts: Numbers
    viewer: Mine
    url: str
    media: list[Picture] = []
    entities: Entities | None = None
    in_reply_to_id: Id | None = None
    in_reply_to_username: str | None = None
    quote_of: Tweet | None = None
    quote_gone: bool = False
    retweet_of: Tweet | None = None
    poll: Poll | None = None
    tagged: list[Author] = []
    location: str | None = None
    warning: str | None = None
    lang: str | None = None
    edited_at: Time | None = None


class NewPoll(msgspec.Struct, forbid_unknown_fields=True):
    options: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=100)]],
        msgspec.Meta(min_length=2, max_length=4),
    ]
    minutes: Annotated[int, msgspec.Meta(ge=5, le=10080)] = 1440
    multiple: bool = False


class Acting(msgspec.Struct):
    """What clients send that always say for whom they act."""

    user_id: Id | None = None


class NewTweet(msgspec.Struct, forbid_unknown_fields=False):
    """``user_id`` may be sent by clients that always send it; it must then be the caller's own."""

    text: Annotated[str, msgspec.Meta(max_length=25_000)] = ""
    media_ids: Annotated[list[Id], msgspec.Meta(max_length=4)] = []
    location: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    in_reply_to_id: Id | None = None
    quote_id: Id | None = None
    poll: NewPoll | None = None
    warning: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    lang: Annotated[str, msgspec.Meta(pattern="^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})?$")] | None = None
    tagged_user_ids: Annotated[list[Id], msgspec.Meta(max_length=10)] = []
    user_id: Id | None = None

    def draft(self) -> Draft:
        return Draft(
            text=self.text,
            media_ids=tuple(map(number, self.media_ids)),
            reply_to_id=number(self.in_reply_to_id) if self.in_reply_to_id else None,
            quote_of_id=number(self.quote_id) if self.quote_id else None,
            place=self.location,
            warning=self.warning,
            lang=self.lang.strip().lower() if self.lang else None,
            poll=PollDraft(tuple(self.poll.options), self.poll.minutes, self.poll.multiple)
            if self.poll
            else None,
            tagged=tuple(map(number, self.tagged_user_ids)),
        )


class EditTweet(msgspec.Struct):
    text: Annotated[str, msgspec.Meta(max_length=25_000)]
    warning: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    user_id: Id | None = None


class Reply(msgspec.Struct):
    text: Annotated[str, msgspec.Meta(max_length=25_000)] = ""
    media_ids: Annotated[list[Id], msgspec.Meta(max_length=4)] = []
    user_id: Id | None = None


class Vote(msgspec.Struct):
    choices: Annotated[
        list[Annotated[int, msgspec.Meta(ge=0, le=3)]], msgspec.Meta(min_length=1, max_length=4)
    ]
    user_id: Id | None = None


class Version(msgspec.Struct, frozen=True):
    """What the post said until ``until``."""

    text: str
    warning: str | None
    until: Time


class Conversation(msgspec.Struct, frozen=True, omit_defaults=True):
    ancestors: list[Tweet]
    tweet: Tweet
    replies: list[Tweet]
    next_cursor: str | None = None


class Who(msgspec.Struct, frozen=True):
    """Somebody who liked or reposted, and when."""

    user: Author
    at: Time


class Liked(msgspec.Struct, frozen=True):
    liked: bool
    likes: _Count


class Retweeted(msgspec.Struct, frozen=True):
    retweeted: bool
    retweets: _Count


class Bookmarked(msgspec.Struct, frozen=True):
    bookmarked: bool


class Following(msgspec.Struct, frozen=True):
    """``state`` is ``requested`` for a protected account that has not agreed yet."""

    following: bool
    state: Literal["following", "requested", "none"]


class Muted(msgspec.Struct, frozen=True):
    muted: bool


class Blocked(msgspec.Struct, frozen=True):
    blocked: bool


class Trend(msgspec.Struct, frozen=True):
    tag: str
    tweets: _Count
    url: str


class Bar(msgspec.Struct, frozen=True):
    at: Time
    impressions: _Count


class Analytics(msgspec.Struct, frozen=True):
    """``engagement_rate``: likes, reposts, replies, quotes and bookmarks for each impression."""

    impressions: _Count
    reach: _Count
    engagements: _Count
    engagement_rate: float
    counts: Numbers
    series: list[Bar]


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    id: Id
    kind: str
    at: Time
    read: bool
    actors: list[Author]
    total_actors: _Count
    tweet: Tweet | None = None


def number(text: str) -> int:
    """An id from the wire; one that is too large names nothing."""
    value = int(text)
    return value if value <= ids.MAX else 0


def author(card: Card) -> Author:
    return Author(
        str(card.id),
        card.username,
        card.name,
        f"/media/{card.avatar_id}/200.webp" if card.avatar_id is not None else None,
        card.verified,
        card.protected,
    )


def picture(item: Media, ticket: str | None = None) -> Picture:
    query = f"?ticket={ticket}" if ticket else ""
    best = "720.mp4" if item.kind == "video" else "1280.webp"
    return Picture(
        str(item.id),
        item.kind,
        item.state,
        f"/media/{item.id}/{best}{query}",
        f"/media/{item.id}/320.webp{query}",
        item.width or 0,
        item.height or 0,
        item.alt,
        item.colour,
    )


def poll(view: PollView) -> Poll:
    return Poll(
        list(view.options),
        list(view.votes),
        view.total,
        clock.rfc3339(view.ends_at),
        view.over,
        view.many,
        list(view.mine),
    )


def numbers(view: View) -> Numbers:
    counts = view.counts
    return Numbers(counts.likes, counts.reposts, counts.comments, counts.quotes, counts.bookmarks)


_NO_MINE = Mine(liked=False, retweeted=False, bookmarked=False)


def tweet(view: View) -> Tweet:
    post, marks = view.post, view.marks
    entities = post.entities
    return Tweet(
        id=str(post.id),
        created_at=clock.rfc3339(ids.moment(post.id)),
        text=post.text,
        author=author(view.author),
        conversation_id=str(post.root_id),
        counts=numbers(view),
        viewer=Mine("like" in marks, "repost" in marks, "bookmark" in marks) if marks else _NO_MINE,
        url=f"/microblog/tweets/{post.id}",
        media=[picture(item, ticket) for item, ticket in view.pictures],
        entities=entities
        if entities.urls or entities.mentions or entities.hashtags or entities.cashtags
        else None,
        in_reply_to_id=str(post.reply_to_id) if post.reply_to_id else None,
        in_reply_to_username=view.reply_to.username if view.reply_to else None,
        quote_of=tweet(view.quote_of) if view.quote_of else None,
        quote_gone=view.quote_gone,
        retweet_of=tweet(view.repost_of) if view.repost_of else None,
        poll=poll(view.poll) if view.poll else None,
        tagged=[author(card) for card in view.tagged],
        location=post.place,
        warning=post.warning,
        lang=post.lang,
        edited_at=clock.rfc3339(post.edited_at) if post.edited_at else None,
    )


# Direct messages


_MessageText = Annotated[str, msgspec.Meta(max_length=10_000)]
_MessageMedia = Annotated[list[Id], msgspec.Meta(max_length=10)]
_Key = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=64,
        description="The client's own name for the message: sending again under it sends nothing twice.",
    ),
]
_Person = Annotated[str, msgspec.Meta(min_length=1, max_length=50, description="An id or a user name.")]


class DirectMessage(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """``author`` is missing when the account is gone. Addresses of ``media`` carry tickets that lapse."""

    id: Id
    conversation_id: Id
    created_at: Time
    text: str
    mine: bool
    author: Author | None = None
    media: list[Picture] = []
    in_reply_to_id: Id | None = None
    edited_at: Time | None = None


class Chat(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A conversation. ``members`` are the others; ``read_by_all_id``: up to which message they all read."""

    id: Id
    name: str
    group: bool
    members: list[Author]
    unread: _Count
    muted: bool
    url: str
    last_message: DirectMessage | None = None
    owner_id: Id | None = None
    read_by_all_id: Id | None = None


class NewMessage(msgspec.Struct):
    """``to``, or one of ``user_id`` and ``username``. Several people, or a ``title``, make a new group."""

    text: _MessageText = ""
    media_ids: _MessageMedia = []
    to: Annotated[list[_Person], msgspec.Meta(max_length=49)] = []
    user_id: Id | None = None
    username: _Person | None = None
    title: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    key: _Key | None = None

    def names(self) -> list[str]:
        return [*self.to, *(each for each in (self.user_id, self.username) if each is not None)]


class NewLine(msgspec.Struct):
    """A message into a conversation that is there."""

    text: _MessageText = ""
    media_ids: _MessageMedia = []
    in_reply_to_id: Id | None = None
    key: _Key | None = None


class Unread(msgspec.Struct, frozen=True):
    """Unread messages in all conversations that are not muted."""

    unread: _Count


def direct_message(line: Line, ticket: Callable[[int], str]) -> DirectMessage:
    """``ticket`` gives what opens a private picture."""
    message = line.message
    return DirectMessage(
        id=str(message.id),
        conversation_id=str(message.conversation_id),
        created_at=clock.rfc3339(message.at),
        text=message.text,
        mine=line.mine,
        author=author(line.author) if line.author else None,
        media=[picture(item, ticket(item.id)) for item in line.media],
        in_reply_to_id=str(message.reply_to_id) if message.reply_to_id else None,
        edited_at=clock.rfc3339(message.edited_at) if message.edited_at else None,
    )


def chat(found: ChatView, ticket: Callable[[int], str]) -> Chat:
    about = found.conversation
    return Chat(
        id=str(about.id),
        name=found.name,
        group=about.group,
        members=[author(card) for card in found.others],
        unread=about.unread,
        muted=about.muted,
        url=f"/microblog/messages/{about.id}",
        last_message=direct_message(found.last, ticket) if found.last else None,
        owner_id=str(about.owner_id) if about.owner_id else None,
        read_by_all_id=str(found.seen_id) if found.seen_id else None,
    )
