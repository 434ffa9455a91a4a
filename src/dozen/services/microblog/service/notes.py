"""Notices of the microblog, ready to show: like things together, with the people and the post."""

from __future__ import annotations

import msgspec

from dozen.core import accounts, notifications
from dozen.core.accounts import Card
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.services.microblog.service.posts import REALM
from dozen.services.microblog.service.views import views
from dozen.services.microblog.structs import View


def _kind(name: str, title: str, line: str) -> notifications.Kind:
    return notifications.Kind(name=name, title=title, template=line)


KINDS = (
    _kind("microblog.like", "Likes of your posts", "{actors} liked your post"),
    _kind("microblog.repost", "Reposts of your posts", "{actors} reposted your post"),
    _kind("microblog.reply", "Answers to your posts", "{actors} answered you"),
    _kind("microblog.quote", "Quotes of your posts", "{actors} quoted you"),
    _kind("microblog.mention", "Posts that name you", "{actors} named you"),
    _kind("microblog.follow", "New followers", "{actors} followed you"),
    _kind("microblog.follow_request", "People who ask to follow you", "{actors} would like to follow you"),
    _kind("microblog.accepted", "People who let you follow them", "{actors} let you follow them"),
    _kind("microblog.post", "New posts of people you asked to hear about", "{actors} posted"),
    _kind("microblog.poll", "Polls that have ended", "A poll has ended"),
)
_ABOUT_POSTS = frozenset(
    f"{REALM}.{what}" for what in ("like", "repost", "reply", "quote", "mention", "post", "poll")
)


class Note(msgspec.Struct, frozen=True):
    """``kind`` is without the room's name; ``total`` counts all the people, ``actors`` are the latest."""

    id: int
    kind: str
    at: int
    read: bool
    actors: tuple[Card, ...]
    total: int
    view: View | None


def register(env: Env) -> None:
    env.part(notifications.Kinds).add(*KINDS)


def unread(tx: Tx, me: int) -> int:
    """How many of the microblog's notices are unread."""
    return notifications.unread(tx, me, kinds=[kind.name for kind in KINDS])


def page(tx: Tx, me: int, *, before: int | None = None, limit: int = 20) -> tuple[list[Note], int | None]:
    """Notices, latest first, and the id to go on before. Those about posts that are gone are left out."""
    groups = notifications.list_grouped(
        tx, me, kinds=[kind.name for kind in KINDS], before=before, limit=limit
    )
    cards = accounts.cards(tx, {actor for group in groups for actor in group.actors})
    subjects = {g.newest.subject_id for g in groups if g.newest.kind in _ABOUT_POSTS and g.newest.subject_id}
    shown = {each.post.id: each for each in views(tx, me, sorted(subjects))}
    found = []
    for group in groups:
        newest = group.newest
        actors = tuple(cards[actor] for actor in group.actors if actor in cards)
        about = shown.get(newest.subject_id or 0)
        if newest.kind in _ABOUT_POSTS and about is None:
            continue
        if not actors and newest.kind != f"{REALM}.poll":
            continue
        kind = newest.kind.removeprefix(f"{REALM}.")
        found.append(
            Note(group.id, kind, newest.at, group.unread == 0, actors, max(group.count, len(actors)), about)
        )
    return found, groups[-1].id if len(groups) == limit else None
