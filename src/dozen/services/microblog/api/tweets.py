"""Tweets: writing, reading, changing, deleting them, and the conversation round them."""

from __future__ import annotations

from dozen.kit import clock
from dozen.services.microblog import errors, schemas, wire
from dozen.services.microblog.api.door import READ, WRITE, api, only_me, page
from dozen.services.microblog.service import numbers, posts, timelines, views
from dozen.services.microblog.structs import Post
from dozen.web import Call, Cursor, Encoded, Limit, Listing, Reply

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


@api.post("/tweets", scope=WRITE, raises=_WRITING)
def create(call: Call, data: schemas.NewTweet) -> Reply[schemas.Tweet]:
    """Post a tweet: text, up to four pictures or one video, a poll, a place; an answer or a quote."""
    only_me(call, data.user_id)
    post = posts.write(call.tx, call.me, data.draft())
    return _created(call, post)


@api.get("/tweets/{tweet_id}", scope=READ, access="public", raises=[errors.NoSuchPost])
def show(call: Call, tweet_id: int) -> Encoded[schemas.Tweet]:
    """One tweet."""
    found = views.view(call.tx, call.viewer, tweet_id)
    numbers.seen(call.tx, call.viewer, [found])
    return Encoded(wire.tweet(found))


@api.patch("/tweets/{tweet_id}", scope=WRITE, raises=[*_WRITING, errors.NotYours, errors.TooManyEdits])
def edit(call: Call, tweet_id: int, data: schemas.EditTweet) -> schemas.Tweet:
    """Change a tweet's text; earlier versions stay visible."""
    only_me(call, data.user_id)
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
    only_me(call, data.user_id)
    draft = schemas.NewTweet(text=data.text, media_ids=data.media_ids, in_reply_to_id=str(tweet_id)).draft()
    return _created(call, posts.write(call.tx, call.me, draft))


@api.get("/tweets/{tweet_id}/thread", scope=READ, access="public", raises=[errors.NoSuchPost])
def thread(
    call: Call, tweet_id: int, cursor: Cursor | None = None, limit: Limit = 40
) -> Encoded[schemas.Conversation]:
    """The conversation round a tweet: what it answers, and the answers to it, oldest first."""
    found = timelines.thread(
        call.tx, call.viewer, tweet_id, before=call.cursors.open_id("thread", cursor), limit=limit
    )
    onward = found.next_before
    cursor = call.cursors.seal("thread", onward) if onward is not None else None
    return Encoded(wire.conversation(found, cursor))


@api.get("/tweets/{tweet_id}/quotes", scope=READ, access="public", raises=[errors.NoSuchPost])
def quotes(
    call: Call, tweet_id: int, cursor: Cursor | None = None, limit: Limit = 20
) -> Encoded[Listing[schemas.Tweet]]:
    """Tweets that quote this one, newest first."""
    before = call.cursors.open_id("quotes", cursor)
    return page(call, "quotes", timelines.quotes(call.tx, call.viewer, tweet_id, before=before, limit=limit))


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


def _created(call: Call, post: Post) -> Reply[schemas.Tweet]:
    made = schemas.tweet(views.written(call.tx, post))
    return Reply(made, status=201, headers=[("location", made.url)])
