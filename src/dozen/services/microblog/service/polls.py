"""Polls: two to four answers, one or several choices, an end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from dozen.core import jobs
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit import text as kit_text
from dozen.services.microblog import poll_queries as queries
from dozen.services.microblog.errors import AlreadyVoted, BadPoll, NoSuchPoll, PollOver
from dozen.services.microblog.structs import PollDraft, PollView

_LONGEST = 7 * 24 * 60
_SHORTEST = 5
_OPTION = 25


def open_poll(tx: Tx, post_id: int, draft: PollDraft) -> None:
    """Attach a poll to a new post. Raises BadPoll."""
    options = tuple(kit_text.clean(option) for option in draft.options)
    if not 2 <= len(options) <= 4 or len({kit_text.fold(o) for o in options}) != len(options):
        raise BadPoll
    if (
        any(not 1 <= len(option) <= _OPTION for option in options)
        or not _SHORTEST <= draft.minutes <= _LONGEST
    ):
        raise BadPoll
    ends_at = tx.now + draft.minutes * clock.MINUTE
    queries.add(tx, post_id=post_id, options=options, ends_at=ends_at, many=draft.many, told=False)
    for index in range(len(options)):
        queries.add_count(tx, post_id=post_id, option=index, votes=0)
    jobs.enqueue(tx, "microblog.poll_over", {"post": str(post_id)}, run_at=ends_at)


def vote(tx: Tx, me: int, post_id: int, chosen: Sequence[int]) -> PollView:
    """Vote once. Raises NoSuchPoll, PollOver, AlreadyVoted, BadPoll. Whether the post may be seen is
    the caller's to ask first."""
    poll = queries.by_post.first(tx, post=post_id)
    if poll is None:
        raise NoSuchPoll
    options = poll[1]
    picked = sorted(set(chosen))
    if not picked or picked[0] < 0 or picked[-1] >= len(options) or (len(picked) > 1 and not poll[3]):
        raise BadPoll("Choose one of the answers" if not poll[3] else "Choose among the answers")
    if tx.now >= poll[2]:
        raise PollOver
    queries.lock.first(tx, post=post_id)  # or two votes at once would both be the first
    if queries.voted.first(tx, post=post_id, person=me) is not None:
        raise AlreadyVoted
    for option in picked:
        if not queries.vote(tx, post_id=post_id, person_id=me, option=option):
            raise AlreadyVoted
        queries.count(tx, post=post_id, choice=option)
    return views(tx, me, [post_id])[post_id]


def views(tx: Tx, viewer: int | None, posts: Sequence[int]) -> dict[int, PollView]:
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    for post, option, votes in queries.counts.all(tx, posts=posts):
        counts[post][option] = votes
    mine: dict[int, list[int]] = defaultdict(list)
    if viewer is not None:
        for post, option in queries.votes_of.all(tx, posts=posts, person=viewer):
            mine[post].append(option)
    found = {}
    for post, options, ends_at, many in queries.by_posts.all(tx, posts=posts):
        votes = tuple(counts[post].get(index, 0) for index in range(len(options)))
        found[post] = PollView(
            options=tuple(options),
            votes=votes,
            total=sum(votes),
            ends_at=ends_at,
            over=tx.now >= ends_at,
            many=many,
            mine=tuple(sorted(mine[post])),
        )
    return found


def forget(tx: Tx, post_id: int) -> None:
    queries.forget_votes(tx, post=post_id)
    queries.forget_counts(tx, post=post_id)
    queries.forget(tx, post=post_id)
