"""microblog: short public posts, timelines, direct messages."""

from __future__ import annotations

from pathlib import Path

from dozen.core import notifications
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.services.microblog import api, pages, show
from dozen.services.microblog.indexing import POSTS
from dozen.services.microblog.jobs import WORK
from dozen.services.microblog.service import messages, notes, posts
from dozen.web import Place, Progress, Room


def _counts(tx: Tx, me: int) -> dict[str, int]:
    return {"notifications": notifications.unread(tx, me), "messages": messages.unread(tx, me)}


def _demo(env: Env, *, size: str, seed: int, progress: Progress) -> None:
    from dozen.services.microblog.demo import load  # it brings pictures and words that a server never needs

    load(env, size=size, seed=seed, progress=progress)


ROOM = Room(
    name="microblog",
    title="Microblog",
    summary="Short posts, timelines, and people to follow.",
    icon="microblog",
    key="m",
    folder=Path(__file__).parent,
    doors=(*api.DOORS, *pages.DOORS),
    places=(
        Place(title="Home", path="/microblog", icon="home", key="h", member=False),
        Place(title="Search", path="/microblog/search", icon="search", key="s", member=False),
        Place(
            title="Notifications",
            path="/microblog/notifications",
            icon="bell",
            key="n",
            badge="notifications",
        ),
        Place(title="Messages", path="/microblog/messages", icon="mail", key="e", badge="messages"),
        Place(title="Bookmarks", path="/microblog/bookmarks", icon="bookmark", key="b"),
        Place(title="Lists", path="/microblog/lists", icon="list", key="l"),
        Place(title="Trending", path="/microblog/trends", icon="trending", key="t", member=False),
    ),
    scopes={
        "microblog:read": "Read your timelines, notifications and messages",
        "microblog:write": "Post, like, follow and send messages for you",
    },
    figures={posts.POSTS: "Posts", posts.ENGAGEMENTS: "Likes, reposts, answers"},
    work=WORK,
    listen=notes.register,
    refills=(POSTS,),
    demo=_demo,
    counts=_counts,
    helpers=show.HELPERS,
)
