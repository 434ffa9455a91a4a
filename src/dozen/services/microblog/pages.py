"""The HTML door. Every page works without scripts; with them, forms send themselves and get fragments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import msgspec

from dozen.core import accounts, graph, media, notifications, search
from dozen.kit.errors import Fault, NotFound
from dozen.services.microblog import errors, show
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
from dozen.services.microblog.structs import Draft, PollDraft, View
from dozen.web import Call, Cursor, Form, Page, Pages, Redirect

pages = Pages("/microblog")
profiles = Pages("")
_page, _next = show.page, show.following
_POST = 512 * 2**20
_PAGE = 20


# Reading


@pages.get("", access="public")
def home(call: Call, cursor: Cursor | None = None) -> Page:
    """Home for members, everything public for visitors."""
    return _home(call, cursor) if call.viewer is not None else _public(call, cursor)


@pages.get("/timeline/home")
def home_too(call: Call, cursor: Cursor | None = None) -> Page:
    return _home(call, cursor)


def _home(call: Call, cursor: str | None) -> Page:
    found = timelines.home(call.tx, call.me, before=call.cursors.open_id("home", cursor), limit=_PAGE)
    return _feed(call, "home", found, tab="following", path="/microblog", stream="/microblog/stream")


@pages.get("/timeline/for-you")
def for_you(call: Call, cursor: Cursor | None = None) -> Page:
    shown, onward = finding.for_you(call.tx, call.me, position=cursor, limit=_PAGE)
    numbers.seen(call.tx, call.viewer, shown)
    return _page(
        call,
        "microblog/home.html",
        views=shown,
        feed="for-you",
        tab="for-you",
        next=_next("/microblog/timeline/for-you", onward),
    )


@pages.get("/timeline/public", access="public")
def public(call: Call, cursor: Cursor | None = None) -> Page:
    return _public(call, cursor)


def _public(call: Call, cursor: str | None) -> Page:
    found = timelines.public(call.tx, call.viewer, before=call.cursors.open_id("public", cursor), limit=_PAGE)
    return _feed(call, "public", found, tab="public", path="/microblog/timeline/public")


@pages.get("/timeline/tag/{tag}", access="public")
def by_tag(call: Call, tag: str, cursor: Cursor | None = None) -> Page:
    found = timelines.by_tag(
        call.tx, call.viewer, tag, before=call.cursors.open_id("tag", cursor), limit=_PAGE
    )
    return _feed(
        call,
        "tag",
        found,
        tab="",
        path=f"/microblog/timeline/tag/{tag}",
        template="microblog/tag.html",
        tag=tag.lstrip("#"),
    )


@pages.get("/timeline/mentions")
def mentions(call: Call, cursor: Cursor | None = None) -> Page:
    found = timelines.mentions(call.tx, call.me, before=call.cursors.open_id("mentions", cursor), limit=_PAGE)
    return _feed(
        call,
        "mentions",
        found,
        tab="mentions",
        path="/microblog/timeline/mentions",
        template="microblog/notifications.html",
        notes=None,
    )


@pages.get("/bookmarks")
def bookmarks(call: Call, cursor: Cursor | None = None) -> Page:
    found = timelines.bookmarks(
        call.tx, call.me, before=call.cursors.open_id("bookmarks", cursor), limit=_PAGE
    )
    return _feed(
        call, "bookmarks", found, tab="", path="/microblog/bookmarks", template="microblog/bookmarks.html"
    )


@pages.get("/tweets/{tweet_id}", access="public")
def thread(call: Call, tweet_id: int, cursor: Cursor | None = None) -> Page:
    """A post with the conversation round it."""
    found = timelines.thread(
        call.tx, call.viewer, tweet_id, before=call.cursors.open_id("thread", cursor), limit=40
    )
    numbers.seen(call.tx, call.viewer, [*found.above, found.focus, *found.replies])
    onward = call.cursors.seal("thread", found.next_before) if found.next_before is not None else None
    return _page(
        call,
        "microblog/thread.html",
        thread=found,
        next=_next(f"/microblog/tweets/{tweet_id}", onward),
        own=found.focus.author.id == call.viewer,
    )


def _around(call: Call, tweet_id: int, what: str, cursor: str | None) -> Page:
    """Who likes or reposted a post, what quotes it, what it said before, its numbers."""
    view = views.view(call.tx, call.viewer, tweet_id).subject
    post_id = view.post.id
    path = f"/microblog/tweets/{post_id}/{what}"
    if what in ("likes", "retweets"):
        from dozen.core import engagement

        kind = "like" if what == "likes" else "repost"
        found = engagement.who(call.tx, kind, post_id, before=call.cursors.open_id(kind, cursor), limit=50)
        onward = call.cursors.seal(kind, found[-1].id) if len(found) == 50 else None
        title = "Liked by" if kind == "like" else "Reposted by"
        return _people(
            call,
            [mark.person_id for mark in found],
            title=title,
            back=show.path(view),
            next=_next(path, onward),
        )
    if what == "quotes":
        quoting = timelines.quotes(
            call.tx, call.viewer, post_id, before=call.cursors.open_id("quotes", cursor), limit=_PAGE
        )
        return _feed(
            call,
            "quotes",
            quoting,
            tab="",
            path=path,
            template="microblog/list.html",
            title="Quotes",
            back=show.path(view),
        )
    if what == "versions":
        versions = posts.versions(call.tx, call.viewer, post_id)
        return _page(call, "microblog/versions.html", view=view, versions=versions)
    if what == "analytics":
        own, about = numbers.of_post(call.tx, call.me, post_id)
        return _page(call, "microblog/analytics.html", view=own, about=about)
    if what in ("edit", "delete"):
        if view.author.id != call.me:
            raise errors.NotYours
        return _page(call, f"microblog/{what}.html", view=view, error="", text=view.post.text)
    raise NotFound


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
        found = timelines.likes_of(tx, viewer, person_id, before=before, limit=_PAGE)
    else:
        found = timelines.by_person(
            tx,
            viewer,
            person_id,
            before=before,
            limit=_PAGE,
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
    return _page(
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
        next=_next(f"/@{person.username}?tab={tab}", onward),
        common=list(accounts.cards(tx, [edge.person_id for edge in common]).values()),
    )


def _ties(call: Call, user_id: int, what: str, cursor: str | None) -> Page:
    """Who follows somebody, and whom they follow."""
    verb = people.followers if what == "followers" else people.following
    edges = verb(call.tx, call.viewer, user_id, before=call.cursors.open_id(what, cursor), limit=50)
    card = accounts.cards(call.tx, [user_id])[user_id]
    onward = call.cursors.seal(what, edges[-1].id) if len(edges) == 50 else None
    return _people(
        call,
        [edge.person_id for edge in edges],
        title=card.name,
        back=f"/@{card.username}",
        next=_next(f"/microblog/users/{user_id}/{what}", onward),
        tabs=[
            ("Followers", f"/microblog/users/{user_id}/followers", what == "followers"),
            ("Following", f"/microblog/users/{user_id}/following", what == "following"),
        ],
    )


Words = Annotated[str, msgspec.Meta(max_length=500)]


@pages.get("/search", access="public")
def find(
    call: Call,
    q: Words = "",
    kind: Literal["latest", "top", "people", "media"] = "top",
    cursor: Cursor | None = None,
) -> Page:
    """Search: posts and people."""
    shown: list[View] = []
    cards: list[accounts.Card] = []
    onward = trouble = None
    if q.strip():
        try:
            if kind == "people":
                cards, onward = finding.people(call.tx, call.viewer, q, position=cursor, limit=30)
            else:
                shown, onward = finding.posts(
                    call.tx, call.viewer, q, kind=kind, position=cursor, limit=_PAGE
                )
        except search.BadQuery as fault:
            trouble = fault.detail
    saved = search.saved(call.tx, call.viewer, posts.REALM) if call.viewer is not None else []
    return _page(
        call,
        "microblog/search.html",
        q=q,
        kind=kind,
        views=shown,
        cards=cards,
        relations=graph.relations(call.tx, call.viewer, [card.id for card in cards])
        if call.viewer is not None and cards
        else {},
        trouble=trouble,
        saved=saved,
        next=_next("/microblog/search", onward, q=q, kind=kind),
    )


@pages.get("/trends", access="public")
def trending(call: Call, place: Annotated[str, msgspec.Meta(max_length=100)] = "") -> Page:
    return _page(
        call,
        "microblog/trends.html",
        found=trends.trending(call.tx, place=place, limit=30),
        place=place,
        places=trends.places(call.tx),
    )


@pages.get("/notifications", writes=False)
def notices(call: Call, cursor: Cursor | None = None) -> Page:
    """What others did."""
    found, onward = notes.page(call.tx, call.me, before=call.cursors.open_id("notes", cursor), limit=30)
    return _page(
        call,
        "microblog/notifications.html",
        notes=found,
        views=[],
        tab="all",
        feed="notes",
        stream="/microblog/stream",
        next=_next(
            "/microblog/notifications", call.cursors.seal("notes", onward) if onward is not None else None
        ),
    )


@pages.post("/notifications/read")
def read_notices(call: Call) -> Redirect:
    notifications.mark_read(call.tx, call.me)
    return Redirect("/microblog/notifications")


@pages.get("/requests")
def requests(call: Call) -> Page:
    """People who ask to follow."""
    edges = graph.follow_requests(call.tx, call.me, limit=50)
    cards = accounts.cards(call.tx, [edge.person_id for edge in edges])
    return _page(
        call, "microblog/requests.html", cards=[cards[e.person_id] for e in edges if e.person_id in cards]
    )


# Writing


@pages.get("/compose")
def compose(
    call: Call, reply_to: str = "", quote: str = "", text: Annotated[str, msgspec.Meta(max_length=1000)] = ""
) -> Page:
    """The box to write in, on a page of its own."""
    return _composer(call, reply_to=reply_to, quote=quote, text=text)


def _composer(
    call: Call, *, reply_to: str = "", quote: str = "", text: str = "", error: str = "", status: int = 200
) -> Page:
    target = (
        views.view(call.tx, call.me, int(reply_to)).subject
        if reply_to.isdecimal() and len(reply_to) < 20
        else None
    )
    quoted = (
        views.view(call.tx, call.me, int(quote)).subject if quote.isdecimal() and len(quote) < 20 else None
    )
    page = _page(call, "microblog/compose.html", target=target, quoted=quoted, text=text, error=error)
    page.status = status
    return page


@pages.post("/tweets", upload=True, max_body=_POST)
async def create(call: Call, form: Form) -> Any:
    """Post, with pictures; a script gets the new entry, a browser goes to it."""
    try:
        draft = await _draft(call, form)
        post = await call.write(posts.write, call.me, draft)
    except Fault as fault:
        if call.enhanced:
            raise
        trouble, given, status = fault.detail, form.get("text"), fault.status
        return await call.read(lambda tx: _again(call, tx, form, given, trouble, status))
    if not call.enhanced:
        return Redirect(f"/microblog/tweets/{post.id}", flash="Posted")
    return await call.read(lambda tx: _entry(call, tx, post.id))


def _again(call: Call, tx: Any, form: Form, text: str, trouble: str, status: int) -> Page:
    call._tx = tx
    return _composer(
        call, reply_to=form.get("reply_to"), quote=form.get("quote"), text=text, error=trouble, status=status
    )


async def _draft(call: Call, form: Form) -> Draft:
    alts = form.all("alt")
    items = []
    for index, sent in enumerate(form.files("media")[:4]):
        alt = alts[index] if index < len(alts) else ""
        made = await call.heavy(
            media.receive,
            call.env,
            call.me,
            sent.path,
            claimed=sent.content_type,
            filename=sent.filename,
            alt=alt,
        )
        items.append(made.id)
    options = tuple(option for option in form.all("option") if option.strip())
    poll = PollDraft(options, form.number("minutes") or 1440, form.checked("many")) if options else None
    return Draft(
        text=form.get("text"),
        media_ids=tuple(items),
        reply_to_id=form.number("reply_to"),
        quote_of_id=form.number("quote"),
        place=form.get("place") or None,
        warning=form.get("warning") or None,
        poll=poll,
    )


def _entry(call: Call, tx: Any, post_id: int) -> Page:
    return Page("microblog/entry.html", view=views.view(tx, call.me, post_id), **show.helpers(call))


@pages.post("/tweets/{tweet_id}/edit")
def edit(call: Call, tweet_id: int, form: Form) -> Any:
    try:
        posts.edit(call.tx, call.me, tweet_id, text=form.get("text"), warning=form.get("warning") or None)
    except errors.Empty as fault:
        return _edit_again(call, tweet_id, form, fault)
    except errors.TooLong as fault:
        return _edit_again(call, tweet_id, form, fault)
    return Redirect(f"/microblog/tweets/{tweet_id}", flash="Changed")


def _edit_again(call: Call, tweet_id: int, form: Form, fault: Fault) -> Page:
    view = views.view(call.tx, call.me, tweet_id)
    page = _page(call, "microblog/edit.html", view=view, error=fault.detail, text=form.get("text"))
    page.status = fault.status
    return page


@pages.post("/tweets/{tweet_id}/delete")
def delete(call: Call, tweet_id: int, form: Form) -> Redirect:
    posts.delete(call.tx, call.me, tweet_id)
    return Redirect("/microblog", flash="Deleted")


@pages.post("/tweets/{tweet_id}/vote")
def vote(call: Call, tweet_id: int, form: Form) -> Any:
    post = views.must_see(call.tx, call.me, tweet_id)
    chosen = [int(choice) for choice in form.all("choice") if choice.isdecimal() and len(choice) == 1]
    polls.vote(call.tx, call.me, post.id, chosen)
    if call.enhanced:
        return _entry(call, call.tx, post.id)
    return Redirect(f"/microblog/tweets/{post.id}")


_MARKS = {
    "like": marks.like,
    "unlike": marks.unlike,
    "retweet": marks.repost,
    "unretweet": marks.unrepost,
    "bookmark": marks.bookmark,
    "unbookmark": marks.unbookmark,
}


def _mark(call: Call, tweet_id: int, what: str) -> Any:
    """Like, repost, bookmark, pin, and taking each back."""
    if what in _MARKS:
        _MARKS[what](call.tx, call.me, tweet_id)
    else:
        marks.pin(call.tx, call.me, tweet_id if what == "pin" else None)
    return _done(call, f"/microblog/tweets/{tweet_id}")


def _tie(call: Call, user_id: int, what: str) -> Any:
    """Follow, mute, block, let in, and taking each back."""
    card = accounts.cards(call.tx, [user_id]).get(user_id)
    if card is None:
        raise errors.NoSuchPerson
    people.change(call.tx, call.me, user_id, what)
    return _done(call, f"/@{card.username}")


@pages.post("/searches")
def save_search(call: Call, form: Form) -> Redirect:
    words = form.get("q").strip()
    search.save(call.tx, call.me, posts.REALM, name=words[:50], text=words)
    return Redirect(f"/microblog/search?{urlencode({'q': words})}", flash="Search saved")


@pages.post("/searches/{saved_id}/delete")
def forget_search(call: Call, saved_id: int, form: Form) -> Redirect:
    search.delete_saved(call.tx, call.me, saved_id)
    return Redirect("/microblog/search", flash="Search forgotten")


# One address a word: the API has some of the same ones, and would hide a parameter in their place.


def _reading(verb: Callable[[Call, int, str, str | None], Page], what: str, subject: str) -> None:
    def of_post(call: Call, tweet_id: int, cursor: Cursor | None = None) -> Page:
        return verb(call, tweet_id, what, cursor)

    def of_person(call: Call, user_id: int, cursor: Cursor | None = None) -> Page:
        return verb(call, user_id, what, cursor)

    fn = of_post if subject == "tweets/{tweet_id}" else of_person
    fn.__doc__ = verb.__doc__
    pages.get(f"/{subject}/{what}", access="public")(fn)


def _writing(verb: Callable[[Call, int, str], Any], what: str, subject: str) -> None:
    def of_post(call: Call, tweet_id: int, form: Form) -> Any:
        return verb(call, tweet_id, what)

    def of_person(call: Call, user_id: int, form: Form) -> Any:
        return verb(call, user_id, what)

    fn = of_post if subject == "tweets/{tweet_id}" else of_person
    fn.__doc__ = verb.__doc__
    pages.post(f"/{subject}/{what}")(fn)


for _what in ("likes", "retweets", "quotes", "versions", "analytics", "edit", "delete"):
    _reading(_around, _what, "tweets/{tweet_id}")
for _what in ("followers", "following"):
    _reading(_ties, _what, "users/{user_id}")
for _what in (*_MARKS, "pin", "unpin"):
    _writing(_mark, _what, "tweets/{tweet_id}")
for _what in people.CHANGES:
    _writing(_tie, _what, "users/{user_id}")


# What the handlers share


def _done(call: Call, to: str) -> Any:
    """Scripts need no body; a browser goes back to where the button was."""
    if call.enhanced:
        return None
    back = call.header("referer")
    own = call.origin + "/"
    return Redirect("/" + back.removeprefix(own) if back.startswith(own) else to)


def _feed(
    call: Call,
    feed: str,
    found: Slice,
    *,
    tab: str,
    path: str,
    template: str = "microblog/home.html",
    **values: Any,
) -> Page:
    numbers.seen(call.tx, call.viewer, found.views)
    onward = call.cursors.seal(feed, found.next_before) if found.next_before is not None else None
    return _page(call, template, views=found.views, feed=feed, tab=tab, next=_next(path, onward), **values)


def _people(call: Call, ids: list[int], **values: Any) -> Page:
    cards = accounts.cards(call.tx, ids)
    relations = graph.relations(call.tx, call.viewer, list(cards)) if call.viewer is not None else {}
    values.setdefault("tabs", [])
    return _page(
        call,
        "microblog/people.html",
        cards=[cards[i] for i in ids if i in cards],
        relations=relations,
        **values,
    )


@pages.get("/notices/{item_id}")
def open_notice(call: Call, item_id: int) -> Redirect:
    """Go from a notice to what it is about."""
    item = notifications.item(call.tx, call.me, item_id)
    if item.kind == f"{posts.REALM}.follow_request":
        return Redirect("/microblog/requests")
    if item.subject_id is not None:
        return Redirect(f"/microblog/tweets/{item.subject_id}")
    card = accounts.cards(call.tx, [item.actor_id]).get(item.actor_id) if item.actor_id else None
    return Redirect(f"/@{card.username}" if card is not None else "/microblog/notifications")
