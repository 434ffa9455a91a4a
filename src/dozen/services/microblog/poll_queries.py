from typing import Any

from sqlalchemy import delete, insert, select, update

from dozen.db import action, member, param, rows, upsert, values
from dozen.services.microblog.tables import poll_counts, polls, votes


def _poll(post: int, options: list[str], ends_at: int, many: bool) -> tuple[int, list[str], int, bool]:
    return post, options, ends_at, many


add = action(insert(polls))
add_count = action(insert(poll_counts))
_columns = select(polls.c.post_id, polls.c.options, polls.c.ends_at, polls.c.many)
by_post = rows(_poll, _columns.where(polls.c.post_id == param("post")))
by_posts = rows(_poll, _columns.where(member(polls.c.post_id, "posts")))
counts: Any = rows(
    lambda post, option, n: (post, option, n),
    select(poll_counts.c.post_id, poll_counts.c.option, poll_counts.c.votes).where(
        member(poll_counts.c.post_id, "posts")
    ),
)
lock = values(int, select(polls.c.post_id).where(polls.c.post_id == param("post")).with_for_update())
voted = values(
    int,
    select(votes.c.option)
    .where(votes.c.post_id == param("post"), votes.c.person_id == param("person"))
    .limit(1),
)
votes_of: Any = rows(
    lambda post, option: (post, option),
    select(votes.c.post_id, votes.c.option).where(
        member(votes.c.post_id, "posts"), votes.c.person_id == param("person")
    ),
)
voters = values(
    int, select(votes.c.person_id).where(votes.c.post_id == param("post")).distinct().limit(param("limit"))
)
vote = action(
    lambda dialect: (
        upsert(dialect, votes)
        .values(post_id=param("post_id"), person_id=param("person_id"), option=param("option"))
        .on_conflict_do_nothing()
    )
)
count = action(
    update(poll_counts)
    .where(poll_counts.c.post_id == param("post"), poll_counts.c.option == param("choice"))
    .values(votes=poll_counts.c.votes + 1)
)
forget_votes = action(delete(votes).where(votes.c.post_id == param("post")))
forget_counts = action(delete(poll_counts).where(poll_counts.c.post_id == param("post")))
forget = action(delete(polls).where(polls.c.post_id == param("post")))
told = action(
    update(polls).where(polls.c.post_id == param("post"), polls.c.told == False).values(told=True)  # noqa: E712
)
