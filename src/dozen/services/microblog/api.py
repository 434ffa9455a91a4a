"""The native JSON door. The acting person is always the one the token names."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from dozen.core import accounts, engagement, graph, messaging, notifications
from dozen.core.realtime import Event
from dozen.kit import clock
from dozen.services.microblog import errors, schemas, wire
from dozen.services.microblog.schemas import Id
from dozen.services.microblog.service import (
    finding,
    marks,
    notes,
    numbers,
    people,
    polls,
    posts,
    timelines,
    trends,
    views,
)
from dozen.services.microblog.service.timelines import Slice
from dozen.services.microblog.show import bubble
from dozen.web import Api, Call, Cursor, Encoded, Limit, Listing, Reply, Stream
from dozen.web.sse import Frames, stream

api = Api("/microblog", tag="Microblog")
READ, WRITE = "microblog:read", "microblog:write"
_TARGETS = (errors.NoSuchTarget, errors.MayNotReply, errors.MayNotRepost, errors.NoSuchPost)
_WRITING = (
    errors.Empty,
    errors.TooLong,
    errors.BadText,
    errors.Repeated,
    errors.BadMedia,
    errors.BadPoll,
    *_TARGETS,
)


# Tweets


@api.post("/tweets", scope=WRITE, raises=_WRITING)
def create(call: Call, data: schemas.NewTweet) -> Reply[schemas.Tweet]:
    """Post a tweet: text, up to four pictures or one video, a poll, a place; an answer or a quote."""
    _only_me(call, data.user_id)
    post = posts.write(call.tx, call.me, data.draft())
    return _created(call, post.id)


@api.get("/tweets/{tweet_id}", scope=READ, access="public", raises=[errors.NoSuchPost])
def show(call: Call, tweet_id: int) -> Encoded[schemas.Tweet]:
    """One tweet."""
    found = views.view(call.tx, call.viewer, tweet_id)
    numbers.seen(call.tx, call.viewer, [found])
    return Encoded(wire.tweet(found))


@api.patch("/tweets/{tweet_id}", scope=WRITE, raises=[*_WRITING, errors.NotYours, errors.TooManyEdits])
def edit(call: Call, tweet_id: int, data: schemas.EditTweet) -> schemas.Tweet:
    """Change a tweet's text; earlier versions stay visible."""
    _only_me(call, data.user_id)
    posts.edit(call.tx, call.me, tweet_id, text=data.text, warning=data.warning)
    return schemas.tweet(views.view(call.tx, call.me, tweet_id))


@api.delete("/tweets/{tweet_id}", scope=WRITE, raises=[errors.NoSuchPost, errors.NotYours])
def delete(call: Call, tweet_id: int) -> None:
    """Delete a tweet of one's own."""
    posts.delete(call.tx, call.me, tweet_id)


@api.get("/tweets/{tweet_id}/versions", scope=READ, access="public", raises=[errors.NoSuchPost])
def versions(call: Call, tweet_id: int) -> Listing[schemas.Version]:
    """What a tweet said before it was edited, oldest first."""
    found = posts.versions(call.tx, call.viewer, tweet_id)
    return Listing([schemas.Version(each.text, each.warning, clock.rfc3339(each.at)) for each in found])


@api.post("/tweets/{tweet_id}/reply", scope=WRITE, raises=_WRITING)
def reply(call: Call, tweet_id: int, data: schemas.Reply) -> Reply[schemas.Tweet]:
    """Answer a tweet."""
    _only_me(call, data.user_id)
    draft = schemas.NewTweet(text=data.text, media_ids=data.media_ids, in_reply_to_id=str(tweet_id)).draft()
    return _created(call, posts.write(call.tx, call.me, draft).id)


@api.get("/tweets/{tweet_id}/thread", scope=READ, access="public", raises=[errors.NoSuchPost])
def thread(
    call: Call, tweet_id: int, cursor: Cursor | None = None, limit: Limit = 40
) -> schemas.Conversation:
    """The conversation round a tweet: what it answers, and the answers to it, oldest first."""
    found = timelines.thread(
        call.tx, call.viewer, tweet_id, before=call.cursors.open_id("thread", cursor), limit=limit
    )
    return schemas.Conversation(
        [schemas.tweet(each) for each in found.above],
        schemas.tweet(found.focus),
        [schemas.tweet(each) for each in found.replies],
        call.cursors.seal("thread", found.next_before) if found.next_before is not None else None,
    )


@api.get("/tweets/{tweet_id}/quotes", scope=READ, access="public", raises=[errors.NoSuchPost])
def quotes(
    call: Call, tweet_id: int, cursor: Cursor | None = None, limit: Limit = 20
) -> Encoded[Listing[schemas.Tweet]]:
    """Tweets that quote this one, newest first."""
    before = call.cursors.open_id("quotes", cursor)
    return _page(call, "quotes", timelines.quotes(call.tx, call.viewer, tweet_id, before=before, limit=limit))


# Likes, retweets, bookmarks, votes


@api.post("/tweets/{tweet_id}/like", scope=WRITE, status=200, raises=[errors.NoSuchPost])
def like(call: Call, tweet_id: int) -> schemas.Liked:
    """Like a tweet; liking it again changes nothing."""
    marks.like(call.tx, call.me, tweet_id)
    return schemas.Liked(True, _counts(call, tweet_id).likes)


@api.delete("/tweets/{tweet_id}/like", scope=WRITE, raises=[errors.NoSuchPost])
def unlike(call: Call, tweet_id: int) -> schemas.Liked:
    """Take a like back."""
    marks.unlike(call.tx, call.me, tweet_id)
    return schemas.Liked(False, _counts(call, tweet_id).likes)


@api.post(
    "/tweets/{tweet_id}/retweet", scope=WRITE, status=200, raises=[errors.NoSuchPost, errors.MayNotRepost]
)
def retweet(call: Call, tweet_id: int) -> schemas.Retweeted:
    """Show a tweet to one's followers."""
    marks.repost(call.tx, call.me, tweet_id)
    return schemas.Retweeted(True, _counts(call, tweet_id).reposts)


@api.delete("/tweets/{tweet_id}/retweet", scope=WRITE, raises=[errors.NoSuchPost])
def unretweet(call: Call, tweet_id: int) -> schemas.Retweeted:
    """Take a retweet back."""
    marks.unrepost(call.tx, call.me, tweet_id)
    return schemas.Retweeted(False, _counts(call, tweet_id).reposts)


@api.post("/tweets/{tweet_id}/bookmark", scope=WRITE, status=200, raises=[errors.NoSuchPost])
def bookmark(call: Call, tweet_id: int) -> schemas.Bookmarked:
    """Keep a tweet for oneself."""
    marks.bookmark(call.tx, call.me, tweet_id)
    return schemas.Bookmarked(True)


@api.delete("/tweets/{tweet_id}/bookmark", scope=WRITE)
def unbookmark(call: Call, tweet_id: int) -> schemas.Bookmarked:
    """Keep it no longer."""
    marks.unbookmark(call.tx, call.me, tweet_id)
    return schemas.Bookmarked(False)


@api.post(
    "/tweets/{tweet_id}/vote",
    scope=WRITE,
    status=200,
    raises=[errors.NoSuchPost, errors.NoSuchPoll, errors.PollOver, errors.AlreadyVoted, errors.BadPoll],
)
def vote(call: Call, tweet_id: int, data: schemas.Vote) -> schemas.Poll:
    """Vote in a tweet's poll, once."""
    post = views.must_see(call.tx, call.me, tweet_id)
    return schemas.poll(polls.vote(call.tx, call.me, post.id, data.choices))


@api.get("/tweets/{tweet_id}/likes", scope=READ, access="public", raises=[errors.NoSuchPost])
def likes(call: Call, tweet_id: int, cursor: Cursor | None = None, limit: Limit = 20) -> Listing[schemas.Who]:
    """Who likes a tweet, latest first."""
    return _who(call, "like", tweet_id, cursor, limit)


@api.get("/tweets/{tweet_id}/retweets", scope=READ, access="public", raises=[errors.NoSuchPost])
def retweets(
    call: Call, tweet_id: int, cursor: Cursor | None = None, limit: Limit = 20
) -> Listing[schemas.Who]:
    """Who retweeted a tweet, latest first."""
    return _who(call, "repost", tweet_id, cursor, limit)


@api.get("/tweets/{tweet_id}/analytics", scope=READ, raises=[errors.NoSuchPost, errors.NotYours])
def analytics(call: Call, tweet_id: int) -> schemas.Analytics:
    """How often one's own tweet was seen, by how many, and what they did with it."""
    found, about = numbers.of_post(call.tx, call.me, tweet_id)
    return schemas.Analytics(
        about.impressions,
        about.reach,
        about.engagements,
        about.rate,
        schemas.numbers(found),
        [schemas.Bar(clock.rfc3339(point.at), point.n) for point in about.series],
    )


# Timelines


@api.get("/timeline/home", scope=READ)
def home(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Encoded[Listing[schemas.Tweet]]:
    """What the people you follow post, newest first."""
    before = call.cursors.open_id("home", cursor)
    return _page(call, "home", timelines.home(call.tx, call.me, before=before, limit=limit))


@api.get("/timeline/for-you", scope=READ)
def for_you(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Listing[schemas.Tweet]:
    """Ranked by your interests and connections."""
    found, following = finding.for_you(call.tx, call.me, position=cursor, limit=limit)
    numbers.seen(call.tx, call.viewer, found)
    return Listing([schemas.tweet(each) for each in found], following)


@api.get("/timeline/public", scope=READ, access="public")
def public(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Encoded[Listing[schemas.Tweet]]:
    """Everything that is posted here for all to see."""
    before = call.cursors.open_id("public", cursor)
    return _page(call, "public", timelines.public(call.tx, call.viewer, before=before, limit=limit))


@api.get("/timeline/mentions", scope=READ)
def mentions(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Encoded[Listing[schemas.Tweet]]:
    """Tweets that name you."""
    before = call.cursors.open_id("mentions", cursor)
    return _page(call, "mentions", timelines.mentions(call.tx, call.me, before=before, limit=limit))


@api.get("/timeline/tag/{tag}", scope=READ, access="public")
def by_tag(
    call: Call, tag: str, cursor: Cursor | None = None, limit: Limit = 20
) -> Encoded[Listing[schemas.Tweet]]:
    """Tweets with a hashtag, newest first."""
    before = call.cursors.open_id("tag", cursor)
    return _page(call, "tag", timelines.by_tag(call.tx, call.viewer, tag, before=before, limit=limit))


@api.get("/timeline/{username}", scope=READ, access="public", raises=[errors.NoSuchPerson])
def by_person(
    call: Call,
    username: str,
    cursor: Cursor | None = None,
    limit: Limit = 20,
    replies: bool = True,
    media_only: bool = False,
) -> Encoded[Listing[schemas.Tweet]]:
    """A person's tweets and retweets, newest first."""
    person = timelines.person(call.tx, username)
    before = call.cursors.open_id("user", cursor)
    return _page(
        call,
        "user",
        timelines.by_person(
            call.tx, call.viewer, person, before=before, limit=limit, replies=replies, media_only=media_only
        ),
    )


@api.get("/bookmarks", scope=READ)
def bookmarks(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Encoded[Listing[schemas.Tweet]]:
    """What you kept, latest first."""
    before = call.cursors.open_id("bookmarks", cursor)
    return _page(call, "bookmarks", timelines.bookmarks(call.tx, call.me, before=before, limit=limit))


# People


@api.post("/users/{user_id}/follow", scope=WRITE, status=200, raises=people.FOLLOW_FAULTS)
def follow(call: Call, user_id: int) -> schemas.Following:
    """Follow somebody; a protected account is asked first."""
    state = people.follow(call.tx, call.me, user_id)
    return schemas.Following(state == "following", state)


@api.delete("/users/{user_id}/follow", scope=WRITE)
def unfollow(call: Call, user_id: int) -> schemas.Following:
    """Follow them no longer, or take the request back."""
    people.unfollow(call.tx, call.me, user_id)
    return schemas.Following(False, "none")


@api.get("/users/{user_id}/followers", scope=READ, access="public", raises=[errors.NoSuchPerson])
def followers(
    call: Call, user_id: int, cursor: Cursor | None = None, limit: Limit = 20
) -> Listing[schemas.Who]:
    """Who follows somebody, latest first."""
    edges = people.followers(
        call.tx, call.viewer, user_id, before=call.cursors.open_id("followers", cursor), limit=limit
    )
    return _people(call, "followers", edges, limit)


@api.get("/users/{user_id}/following", scope=READ, access="public", raises=[errors.NoSuchPerson])
def following(
    call: Call, user_id: int, cursor: Cursor | None = None, limit: Limit = 20
) -> Listing[schemas.Who]:
    """Whom somebody follows, latest first."""
    edges = people.following(
        call.tx, call.viewer, user_id, before=call.cursors.open_id("following", cursor), limit=limit
    )
    return _people(call, "following", edges, limit)


# Finding, trends, notifications, live


Kind = Literal["latest", "top", "people", "media"]
Words = Annotated[str, msgspec.Meta(max_length=500)]


class Found(msgspec.Struct, omit_defaults=True):
    """``tweets`` or ``users``, by the kind that was asked for."""

    tweets: list[schemas.Tweet] = []
    users: list[schemas.Author] = []
    next_cursor: str | None = None


@api.get("/search", scope=READ, access="public")
def search(
    call: Call, q: Words, kind: Kind = "latest", cursor: Cursor | None = None, limit: Limit = 20
) -> Found:
    """Words, "phrases", #tags, from:name, since:/until: dates, has:media, -not; or people by name."""
    if kind == "people":
        found, onward = finding.people(call.tx, call.viewer, q, position=cursor, limit=limit)
        return Found(users=[schemas.author(card) for card in found], next_cursor=onward)
    hits, onward = finding.posts(call.tx, call.viewer, q, kind=kind, position=cursor, limit=limit)
    return Found(tweets=[schemas.tweet(each) for each in hits], next_cursor=onward)


@api.get("/trends", scope=READ, access="public")
def trending(
    call: Call, place: Annotated[str, msgspec.Meta(max_length=100)] = "", limit: Limit = 10
) -> Listing[schemas.Trend]:
    """What is talked about more than usual, everywhere or in a place."""
    found = trends.trending(call.tx, place=place, limit=limit)
    return Listing(
        [schemas.Trend(each.tag, each.posts, f"/microblog/timeline/tag/{each.tag}") for each in found]
    )


@api.get("/notifications", scope=READ)
def notices(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Listing[schemas.Note]:
    """What others did: follows, likes, retweets, replies, quotes, mentions. Like things stand together."""
    before = call.cursors.open_id("notes", cursor)
    found, onward = notes.page(call.tx, call.me, before=before, limit=limit)
    return Listing(
        [
            schemas.Note(
                str(each.id),
                each.kind,
                clock.rfc3339(each.at),
                each.read,
                [schemas.author(card) for card in each.actors],
                each.total,
                schemas.tweet(each.view) if each.view else None,
            )
            for each in found
        ],
        call.cursors.seal("notes", onward) if onward is not None else None,
    )


@api.post("/notifications/read", scope=WRITE)
def read_notices(call: Call) -> None:
    """Mark everything as read."""
    notifications.mark_read(call.tx, call.me)


@api.get("/stream", scope=READ, streams=True)
async def live(call: Call, conversation: int | None = None) -> Stream:
    """Server-sent events: ``new`` (a tweet came into your timeline), ``count`` (unread numbers by name) and,
    with a ``conversation``, ``html`` (a message of somebody else's came into it, as a page shows it).
    """
    await call.read(lambda tx: timelines.warm(tx, call.me))
    me = call.me

    async def shape(event: Event) -> Frames:
        data = event.data
        if event.topic == "notifications":
            return [("count", {"notifications": data["unread"]})]
        if event.topic == "messages":
            return await _message_frames(call, event, conversation)
        if data["author"] == str(me):
            return []
        return [("new", {"feed": "home", "id": data["item"]})]

    return stream(call, [("timeline:microblog", me), ("notifications", me), ("messages", me)], shape)


async def _message_frames(call: Call, event: Event, conversation: int | None) -> Frames:
    data = event.data
    if data["realm"] != "microblog":
        return []
    frames: Frames = [("count", {"messages": data["unread"]})]
    is_new = data["what"] == "new" and data["author"] != str(call.me)
    if is_new and data["conversation"] == str(conversation):
        try:
            html = await call.read(lambda tx: bubble(call, tx, int(data["id"])))
        except messaging.NoSuchMessage:  # taken back already
            return frames
        frames.append(("html", {"target": "#chat", "mode": "append", "html": html}))
    return frames


# What the handlers share


def _only_me(call: Call, user_id: Id | None) -> None:
    if user_id is not None and user_id != str(call.me):
        raise errors.ActingForAnother


def _created(call: Call, post_id: int) -> Reply[schemas.Tweet]:
    made = schemas.tweet(views.view(call.tx, call.me, post_id))
    return Reply(made, status=201, headers=[("location", made.url)])


def _page(call: Call, kind: str, found: Slice) -> Encoded[Listing[schemas.Tweet]]:
    numbers.seen(call.tx, call.viewer, found.views)
    onward = found.next_before
    cursor = call.cursors.seal(kind, onward) if onward is not None else None
    return Encoded(wire.listing(found.views, cursor))


def _counts(call: Call, post_id: int) -> engagement.Counts:
    post = views.must_see(call.tx, call.me, post_id)
    return engagement.counts(call.tx, [post.id]).get(post.id) or engagement.Counts()


def _who(call: Call, kind: str, tweet_id: int, cursor: str | None, limit: int) -> Listing[schemas.Who]:
    post = views.must_see(call.tx, call.viewer, tweet_id)
    found = engagement.who(call.tx, kind, post.id, before=call.cursors.open_id(kind, cursor), limit=limit)
    cards = accounts.cards(call.tx, [mark.person_id for mark in found])
    data = [
        schemas.Who(schemas.author(cards[m.person_id]), clock.rfc3339(m.at))
        for m in found
        if m.person_id in cards
    ]
    return Listing(data, call.cursors.seal(kind, found[-1].id) if len(found) == limit else None)


def _people(call: Call, kind: str, edges: list[graph.Edge], limit: int) -> Listing[schemas.Who]:
    cards = accounts.cards(call.tx, [edge.person_id for edge in edges])
    data = [
        schemas.Who(schemas.author(cards[e.person_id]), clock.rfc3339(e.at))
        for e in edges
        if e.person_id in cards
    ]
    return Listing(data, call.cursors.seal(kind, edges[-1].id) if len(edges) == limit else None)
