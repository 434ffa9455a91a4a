"""Background work of the microblog."""

from __future__ import annotations

from dozen.core import accounts, engagement, feeds, graph, jobs, moderation, notifications
from dozen.core.jobs import Handler, Job, Schedule
from dozen.db import Tx
from dozen.kit import text as kit_text
from dozen.kit.env import Env
from dozen.services.microblog import poll_queries, queries
from dozen.services.microblog.service import reports, trends
from dozen.services.microblog.service.posts import REALM, STREAM, take_down
from dozen.services.microblog.service.views import load

_BATCH = 500
_POSTS = 20
"""Of a purged account, in one transaction: much hangs on a post."""


def sweep(env: Env, job: Job) -> None:
    """After a post was deleted: its reposts, marks and notices, a batch at a time."""
    post_id = int(job.payload["post"])
    db = jobs.database(env)
    while db.run_write(env, lambda tx: _sweep_some(tx, post_id)):
        pass


def _sweep_some(tx: Tx, post_id: int) -> bool:
    reposts = queries.reposts_some.all(tx, post=post_id, limit=_BATCH)
    for repost_id, author in reposts:
        queries.remove(tx, id=repost_id)
        feeds.retract(tx, STREAM, author, repost_id)
    more = len(reposts) == _BATCH
    more |= engagement.forget_subject(tx, post_id)
    more |= notifications.retract_about(tx, REALM, post_id) > 0
    return more


def tell_subscribers(env: Env, job: Job) -> None:
    """Tell those who asked to hear of a person's new posts."""
    post_id = int(job.payload["post"])
    db = jobs.database(env)
    after = 0
    while True:
        step = db.run_write(env, lambda tx, after=after: _tell_some(tx, post_id, after))  # type: ignore[misc]
        if step is None:
            return
        after = step


def _tell_some(tx: Tx, post_id: int, after: int) -> int | None:
    post = load(tx, [post_id]).get(post_id)
    if post is None:
        return None
    batch = graph.follower_ids(tx, post.author_id, notify=True, after=after, limit=_BATCH)
    notifications.notify_many(
        tx,
        batch.ids,
        f"{REALM}.post",
        actor=post.author_id,
        subject=post.id,
        data={"text": kit_text.clip(post.text, 140)},
        hidden=graph.deaf_to(tx, post.author_id, batch.ids),
    )
    return batch.after


def poll_over(tx: Tx, job: Job) -> None:
    """Tell the author and those who voted that a poll has ended."""
    post_id = int(job.payload["post"])
    post = load(tx, [post_id]).get(post_id)
    if post is None or not poll_queries.told(tx, post=post_id):
        return
    voters = poll_queries.voters.all(tx, post=post_id, limit=10_000)
    notifications.notify_many(tx, {*voters, post.author_id}, f"{REALM}.poll", subject=post_id)


def forget(env: Env, job: Job) -> None:
    """Take away what those wrote whose accounts were purged."""
    accounts.forget_purged(env, forget_some)


def forget_some(tx: Tx, person: int) -> bool:
    """Some of somebody's posts, and what names them; whether there may be more."""
    published = feeds.by_author(tx, STREAM, person, limit=_POSTS)
    posts = load(tx, published)
    for post_id in published:
        if post_id in posts:
            take_down(tx, posts[post_id])
        else:
            feeds.retract(tx, STREAM, person, post_id)
    queries.forget_mentions_of(tx, person=person)
    queries.forget_profile(tx, person=person)
    return len(published) == _POSTS


def removals(env: Env, job: Job) -> None:
    """Take down what moderators decided on, one transaction each."""
    db = jobs.database(env)
    while found := db.run_read(env, lambda tx: moderation.outstanding(tx, REALM, limit=50)):
        for each in found:
            db.run_write(env, lambda tx, each=each: reports.carry_out(tx, each))  # type: ignore[misc]


def trim_trends(tx: Tx, job: Job) -> None:
    trends.trim(tx)


WORK: tuple[Handler | Schedule, ...] = (
    jobs.handler("microblog.sweep", sweep),
    jobs.handler("microblog.tell_subscribers", tell_subscribers),
    jobs.tx_handler("microblog.poll_over", poll_over),
    jobs.handler("microblog.forget", forget),
    jobs.every("microblog.forget", "microblog.forget", seconds=3600),
    jobs.handler("microblog.removals", removals),
    jobs.every("microblog.removals", "microblog.removals", seconds=60),
    jobs.tx_handler("microblog.trim_trends", trim_trends),
    jobs.every("microblog.trim_trends", "microblog.trim_trends", daily_at="04:10"),
)
