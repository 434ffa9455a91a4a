"""Likes, retweets, bookmarks, votes, and who gave them."""

from __future__ import annotations

from dozen.services.microblog import errors, schemas
from dozen.services.microblog.api.door import READ, WRITE, api, as_oneself, only_me, who
from dozen.services.microblog.service import marks, polls, views
from dozen.web import Call, Cursor, Limit, Listing

_OTHER = errors.ActingForAnother


@api.post(
    "/tweets/{tweet_id}/like",
    scope=WRITE,
    status=200,
    raises=[errors.NoSuchPost, errors.AlreadyLiked, _OTHER],
)
def like(call: Call, tweet_id: int, data: schemas.Acting | None = None) -> schemas.Liked:
    """Like a tweet, once."""
    as_oneself(call, data)
    if not marks.like(call.tx, call.me, tweet_id):
        raise errors.AlreadyLiked
    return schemas.Liked(True, marks.likes(call.tx, tweet_id))


@api.delete("/tweets/{tweet_id}/like", scope=WRITE, raises=[errors.NoSuchPost])
def unlike(call: Call, tweet_id: int) -> schemas.Liked:
    """Take a like back; when there is none, nothing changes."""
    marks.unlike(call.tx, call.me, tweet_id)
    return schemas.Liked(False, marks.likes(call.tx, tweet_id))


@api.post(
    "/tweets/{tweet_id}/retweet",
    scope=WRITE,
    status=200,
    raises=[errors.NoSuchPost, errors.MayNotRepost, errors.AlreadyReposted, _OTHER],
)
def retweet(call: Call, tweet_id: int, data: schemas.Acting | None = None) -> schemas.Retweeted:
    """Show a tweet to one's followers, once."""
    as_oneself(call, data)
    if not marks.repost(call.tx, call.me, tweet_id)[1]:
        raise errors.AlreadyReposted
    return schemas.Retweeted(True, marks.reposts(call.tx, tweet_id))


@api.delete("/tweets/{tweet_id}/retweet", scope=WRITE, raises=[errors.NoSuchPost])
def unretweet(call: Call, tweet_id: int) -> schemas.Retweeted:
    """Take a retweet back; when there is none, nothing changes."""
    marks.unrepost(call.tx, call.me, tweet_id)
    return schemas.Retweeted(False, marks.reposts(call.tx, tweet_id))


@api.post("/tweets/{tweet_id}/bookmark", scope=WRITE, status=200, raises=[errors.NoSuchPost, _OTHER])
def bookmark(call: Call, tweet_id: int, data: schemas.Acting | None = None) -> schemas.Bookmarked:
    """Keep a tweet for oneself; keeping it again changes nothing."""
    as_oneself(call, data)
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
    raises=[
        errors.NoSuchPost,
        errors.NoSuchPoll,
        errors.PollOver,
        errors.AlreadyVoted,
        errors.BadPoll,
        _OTHER,
    ],
)
def vote(call: Call, tweet_id: int, data: schemas.Vote) -> schemas.Poll:
    """Vote in a tweet's poll, once."""
    only_me(call, data.user_id)
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


def _who(call: Call, kind: str, tweet_id: int, cursor: str | None, limit: int) -> Listing[schemas.Who]:
    before = call.cursors.open_id(kind, cursor)
    return who(call, kind, *marks.who(call.tx, call.viewer, kind, tweet_id, before=before, limit=limit))
