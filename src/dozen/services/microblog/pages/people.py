"""Somebody's page, their followers, and what buttons beside a person do."""

from __future__ import annotations

from typing import Any, Literal

from dozen.core import accounts, graph
from dozen.kit.errors import NotFound
from dozen.services.microblog import errors, show
from dozen.services.microblog.pages.door import PAGE, done, pages, people_page, profiles, reading, writing
from dozen.services.microblog.service import numbers, people, timelines, views
from dozen.services.microblog.service.timelines import Slice
from dozen.web import Call, Cursor, Page, Undo
from dozen.web.paging import next_page


@profiles.get("/{handle}", access="public")
def profile(
    call: Call,
    handle: str,
    tab: Literal["posts", "replies", "media", "likes"] = "posts",
    cursor: Cursor | None = None,
) -> Page:
    """Somebody's page: ``/@name``."""
    if not handle.startswith("@"):
        raise NotFound
    return _profile(call, handle[1:], tab, cursor)


@pages.get("/timeline/{username}", access="public")
def profile_too(
    call: Call,
    username: str,
    tab: Literal["posts", "replies", "media", "likes"] = "posts",
    cursor: Cursor | None = None,
) -> Page:
    return _profile(call, username, tab, cursor)


def _profile(call: Call, name: str, tab: str, cursor: str | None) -> Page:
    tx, viewer = call.tx, call.viewer
    person_id = timelines.person(tx, name)
    person = accounts.profile(tx, person_id)
    relation = graph.relations(tx, viewer, [person_id])[person_id] if viewer is not None else graph.Relation()
    visible = person_id in graph.can_see(tx, viewer, [person_id])
    if not visible and relation.blocked_by:
        raise errors.NoSuchPerson
    before = call.cursors.open_id(f"user-{tab}", cursor)
    if not visible:
        found = Slice(([], None))
    elif tab == "likes":
        found = timelines.likes_of(tx, viewer, person_id, before=before, limit=PAGE)
    else:
        found = timelines.by_person(
            tx,
            viewer,
            person_id,
            before=before,
            limit=PAGE,
            replies=tab == "replies",
            media_only=tab == "media",
        )
    stats = timelines.profiles(tx, [person_id])[person_id]
    pinned = (
        views.views(tx, viewer, [stats.pinned_id])
        if stats.pinned_id and tab == "posts" and not cursor and visible
        else []
    )
    common = (
        graph.mutual(tx, viewer, person_id, limit=4) if viewer is not None and viewer != person_id else []
    )
    numbers.seen(tx, viewer, found.views)
    onward = call.cursors.seal(f"user-{tab}", found.next_before) if found.next_before is not None else None
    return show.page(
        call,
        "microblog/profile.html",
        person=person,
        relation=relation,
        visible=visible,
        graph_counts=graph.counts(tx, [person_id])[person_id],
        stats=stats,
        pinned=pinned,
        views=found.views,
        tab=tab,
        feed=f"user-{tab}",
        next=next_page(f"/@{person.username}?tab={tab}", onward),
        common=list(accounts.cards(tx, [edge.person_id for edge in common]).values()),
    )


def _ties(call: Call, user_id: int, what: str, cursor: str | None) -> Page:
    """Who follows somebody, and whom they follow."""
    verb = people.followers if what == "followers" else people.following
    edges, more = verb(call.tx, call.viewer, user_id, before=call.cursors.open_id(what, cursor), limit=50)
    card = accounts.cards(call.tx, [user_id])[user_id]
    onward = call.cursors.seal(what, more) if more is not None else None
    return people_page(
        call,
        [edge.person_id for edge in edges],
        title=card.name,
        back=f"/@{card.username}",
        next=next_page(f"/microblog/users/{user_id}/{what}", onward),
        tabs=[
            ("Followers", f"/microblog/users/{user_id}/followers", what == "followers"),
            ("Following", f"/microblog/users/{user_id}/following", what == "following"),
        ],
    )


@pages.get("/requests")
def requests(call: Call) -> Page:
    """People who ask to follow."""
    edges = graph.follow_requests(call.tx, call.me, limit=50)
    cards = accounts.cards(call.tx, [edge.person_id for edge in edges])
    return show.page(
        call, "microblog/requests.html", cards=[cards[e.person_id] for e in edges if e.person_id in cards]
    )


def _hidden(call: Call, what: str, cursor: str | None) -> Page:
    """Whom one has muted or blocked, to take it back."""
    read = graph.mutes if what == "muted" else graph.blocks
    edges = read(call.tx, call.me, before=call.cursors.open_id(what, cursor), limit=50)
    cards = accounts.cards(call.tx, [edge.person_id for edge in edges])
    onward = call.cursors.seal(what, edges[-1].id) if len(edges) == 50 else None
    return show.page(
        call,
        "microblog/hidden.html",
        what=what,
        cards=[cards[edge.person_id] for edge in edges if edge.person_id in cards],
        next=next_page(f"/microblog/{what}", onward),
    )


@pages.get("/muted")
def muted(call: Call, cursor: Cursor | None = None) -> Page:
    return _hidden(call, "muted", cursor)


@pages.get("/blocked")
def blocked(call: Call, cursor: Cursor | None = None) -> Page:
    return _hidden(call, "blocked", cursor)


def _tie(call: Call, user_id: int, what: str) -> Any:
    """Follow, mute, block, let in, and taking each back."""
    card = accounts.cards(call.tx, [user_id]).get(user_id)
    if card is None:
        raise errors.NoSuchPerson
    people.change(call.tx, call.me, user_id, what)
    said, undo = _undo(card, what)
    return done(call, f"/@{card.username}", said=said, undo=undo)


def _undo(card: accounts.Card, what: str) -> tuple[str | None, Undo | None]:
    """What is said of something that can be taken back, and how. A block ends follows, which stay ended,
    and a protected account has to be asked again: the words do not promise more."""
    at, name = f"/microblog/users/{card.id}", f"@{card.username}"
    if what == "unfollow":
        label = "Ask again" if card.protected else "Undo"
        return f"Unfollowed {name}", Undo(f"{at}/follow", label)
    if what == "mute":
        return f"You have muted {name}", Undo(f"{at}/unmute")
    if what == "block":
        return f"You have blocked {name}", Undo(f"{at}/unblock", "Unblock")
    return None, None


for _what in ("followers", "following"):
    reading(_ties, _what, "users/{user_id}")
for _what in people.CHANGES:
    writing(_tie, _what, "users/{user_id}")
