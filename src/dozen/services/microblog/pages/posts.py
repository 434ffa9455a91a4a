"""One post: reading it and what is round it, writing, changing, deleting it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from dozen.core import graph, media
from dozen.db import Tx
from dozen.kit.errors import Conflict, Fault, Invalid, NotFound
from dozen.services.microblog import errors, show
from dozen.services.microblog.pages.door import PAGE, feed_page, pages, people_page, reading
from dozen.services.microblog.service import marks, numbers, posts, timelines, views
from dozen.services.microblog.structs import Draft, PollDraft, View
from dozen.web import Call, Cursor, Form, Page, Redirect
from dozen.web.paging import next_page

_POST = 512 * 2**20


@pages.get("/tweets/{tweet_id}", access="public")
def thread(call: Call, tweet_id: int, cursor: Cursor | None = None) -> Page:
    """A post with the conversation round it."""
    found = timelines.thread(
        call.tx, call.viewer, tweet_id, before=call.cursors.open_id("thread", cursor), limit=40
    )
    numbers.seen(call.tx, call.viewer, [*found.above, found.focus, *found.replies])
    onward = call.cursors.seal("thread", found.next_before) if found.next_before is not None else None
    return show.page(
        call,
        "microblog/thread.html",
        thread=found,
        next=next_page(f"/microblog/tweets/{tweet_id}", onward),
        own=found.focus.author.id == call.viewer,
        stream=f"/microblog/stream?tweet={found.focus.subject.post.id}" if call.viewer is not None else "",
    )


def _around(call: Call, tweet_id: int, what: str, cursor: str | None) -> Page:
    """Who likes or reposted a post, what quotes it, what it said before, its numbers."""
    view = views.view(call.tx, call.viewer, tweet_id).subject
    post_id = view.post.id
    path = f"/microblog/tweets/{post_id}/{what}"
    if what in ("likes", "retweets"):
        kind = "like" if what == "likes" else "repost"
        before = call.cursors.open_id(kind, cursor)
        found, more = marks.who(call.tx, call.viewer, kind, post_id, before=before, limit=50)
        onward = call.cursors.seal(kind, more) if more is not None else None
        title = "Liked by" if kind == "like" else "Reposted by"
        return people_page(
            call,
            [mark.person_id for mark in found],
            title=title,
            back=show.path(view),
            next=next_page(path, onward),
        )
    if what == "quotes":
        quoting = timelines.quotes(
            call.tx, call.viewer, post_id, before=call.cursors.open_id("quotes", cursor), limit=PAGE
        )
        return feed_page(
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
        return show.page(call, "microblog/versions.html", view=view, versions=versions)
    if what == "analytics":
        own, about = numbers.of_post(call.tx, call.me, post_id)
        return show.page(call, "microblog/analytics.html", view=own, about=about)
    if what in ("edit", "delete"):
        if view.author.id != call.me:
            raise errors.NotYours
        return show.page(
            call,
            f"microblog/{what}.html",
            view=view,
            error="",
            text=view.post.text,
            warning=view.post.warning or "",
        )
    raise NotFound


for _what in ("likes", "retweets", "quotes", "versions", "analytics", "edit", "delete"):
    reading(_around, _what, "tweets/{tweet_id}")


@pages.get("/tweets/{tweet_id}/menu", access="public")
def menu(call: Call, tweet_id: int) -> Page:
    """What else can be done with a post. Scripts get the menu alone."""
    view = views.view(call.tx, call.viewer, tweet_id).subject
    author, viewer = view.author.id, call.viewer
    values: dict[str, Any] = {"view": view}
    if viewer == author:
        values["pinned"] = timelines.profiles(call.tx, [author])[author].pinned_id == view.post.id
    elif viewer is not None:
        values["relation"] = graph.relations(call.tx, viewer, [author])[author]
    if call.enhanced:
        return Page("microblog/menu_items.html", **values)
    return show.page(call, "microblog/menu.html", **values)


# Writing


@pages.get("/compose")
def compose(
    call: Call, reply_to: str = "", quote: str = "", text: Annotated[str, msgspec.Meta(max_length=1000)] = ""
) -> Page:
    """The box to write in, on a page of its own."""
    return _composer(call, _named(call, reply_to), _named(call, quote), text=text)


def _named(call: Call, given: str) -> View | None:
    """The post to answer or quote; None when none is named. Raises NoSuchPost."""
    return views.view(call.tx, call.me, int(given)).subject if given.isdecimal() and len(given) < 20 else None


def _composer(call: Call, target: View | None, quoted: View | None, *, text: str, error: str = "") -> Page:
    return show.page(call, "microblog/compose.html", target=target, quoted=quoted, text=text, error=error)


@pages.post("/tweets", upload=True, max_body=_POST, keeps=("text", "warning"))
async def create(call: Call, form: Form) -> Any:
    """Post, with pictures; a script gets the new entry, a browser goes to it."""
    try:
        draft = await _draft(call, form)
        post = await call.write(posts.write, call.me, draft)
    except Fault as fault:
        if call.enhanced:
            raise
        failed = fault
        return await call.read(lambda tx: _again(call, tx, form, failed))
    if not call.enhanced:
        return Redirect(f"/microblog/tweets/{post.id}", flash="Posted")
    return await call.read(lambda tx: entry(call, tx, post.id))


def _again(call: Call, tx: Tx, form: Form, fault: Fault) -> Page:
    """The box once more, with the words and what was wrong with them. A post that is answered or quoted
    may have gone since."""
    call._tx = tx
    round_it: dict[str, View | None] = {}
    trouble = [fault.detail.rstrip(".")]
    for name in ("reply_to", "quote"):
        try:
            round_it[name] = _named(call, form.get(name))
        except errors.NoSuchPost:
            round_it[name] = None
            trouble.append("Sent again, your text stands by itself")
    if form.files("media"):
        trouble.append("Please choose the pictures again")
    error = ". ".join(trouble)
    page = _composer(call, round_it["reply_to"], round_it["quote"], text=form.get("text"), error=error)
    page.status = fault.status
    return page


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
        tagged=await call.read(posts.named_in, form.get("tagged")) if form.get("tagged").strip() else (),
    )


def entry(call: Call, tx: Tx, post_id: int) -> Page:
    return Page("microblog/entry.html", view=views.view(tx, call.me, post_id), **show.helpers(call))


@pages.post("/tweets/{tweet_id}/edit", keeps=("text", "warning"))
def edit(call: Call, tweet_id: int, form: Form) -> Any:
    try:
        with call.tx.savepoint():
            posts.edit(call.tx, call.me, tweet_id, text=form.get("text"), warning=form.get("warning") or None)
    except (Invalid, Conflict) as fault:
        return _edit_again(call, tweet_id, form, fault)
    return Redirect(f"/microblog/tweets/{tweet_id}", flash="Changed")


def _edit_again(call: Call, tweet_id: int, form: Form, fault: Fault) -> Page:
    view = views.view(call.tx, call.me, tweet_id)
    page = show.page(
        call,
        "microblog/edit.html",
        view=view,
        error=fault.detail,
        text=form.get("text"),
        warning=form.get("warning"),
    )
    page.status = fault.status
    return page


@pages.post("/tweets/{tweet_id}/delete")
def delete(call: Call, tweet_id: int, form: Form) -> Redirect:
    posts.delete(call.tx, call.me, tweet_id)
    return Redirect("/microblog", flash="Deleted")
