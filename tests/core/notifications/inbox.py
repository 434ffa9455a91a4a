"""Kinds for tests, and what the database says of somebody's notifications."""

from __future__ import annotations

from typing import Any

import msgspec

from dozen.core import notifications
from dozen.core.notifications import Kind, Kinds
from tests.support.town import Town

LIKE, FOLLOW, NEWS, QUIET = "blog.like", "blog.follow", "news.alert", "news.digest"


def with_kinds(town: Town) -> None:
    town.env.part(Kinds).add(
        Kind(name=LIKE, title="Likes", template="{actors} liked your post", once=True),
        Kind(name=FOLLOW, title="Followers", template="{actors} follows you"),
        Kind(name=NEWS, title="Alerts", template="{headline}", channels=frozenset({"in_app", "push"})),
        Kind(name=QUIET, title="Digests", template="{headline}", channels=frozenset({"email"})),
    )


def rows(town: Town, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in town.read(lambda tx: tx.driver.execute(sql).fetchall())]


def events(town: Town) -> list[tuple[int, dict[str, Any]]]:
    found = rows(town, "SELECT key, data FROM realtime_events WHERE topic = 'notifications' ORDER BY seq")
    return [(key, msgspec.json.decode(data)) for key, data in found]


def counted(town: Town) -> dict[int, tuple[int, int]]:
    """Unread and kept of everybody who has any, by counting rows."""
    unread = "sum(CASE WHEN read_at IS NULL THEN 1 ELSE 0 END)"
    sql = f"SELECT person_id, {unread}, count(*) FROM notifications_items GROUP BY person_id"
    return {row[0]: (int(row[1]), row[2]) for row in rows(town, sql)}


def marked(town: Town) -> dict[int, tuple[int, int]]:
    found = rows(town, "SELECT person_id, unread, kept FROM notifications_marks")
    return {row[0]: (row[1], row[2]) for row in found if row[1] or row[2]}


def like(town: Town, to: int, actor: int, subject: int = 100) -> int | None:
    return town.write(notifications.notify, to, LIKE, actor=actor, subject=subject, group_key=str(subject))
