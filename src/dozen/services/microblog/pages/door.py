"""The doors that the modules beside this put their handlers on, and what they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dozen.core import accounts, graph
from dozen.services.microblog import show
from dozen.services.microblog.service import numbers
from dozen.services.microblog.service.timelines import Slice
from dozen.web import Call, Cursor, Form, Page, Pages, Redirect, Undo
from dozen.web.paging import next_page

pages = Pages("/microblog")
profiles = Pages("")
PAGE = 20


def done(call: Call, to: str, *, said: str | None = None, undo: Undo | None = None) -> Any:
    """Scripts need no body, unless there is something to say; a browser goes back to where the button was."""
    if call.enhanced and said is None:
        return None
    back = call.header("referer")
    own = call.origin + "/"
    to = "/" + back.removeprefix(own) if back.startswith(own) else to
    return Redirect(to, flash=said, undo=undo)


def feed_page(
    call: Call,
    feed: str,
    found: Slice,
    *,
    tab: str,
    path: str,
    template: str = "microblog/home.html",
    **values: Any,
) -> Page:
    """A page of posts, and the way to the next."""
    numbers.seen(call.tx, call.viewer, found.views)
    onward = call.cursors.seal(feed, found.next_before) if found.next_before is not None else None
    return show.page(
        call, template, views=found.views, feed=feed, tab=tab, next=next_page(path, onward), **values
    )


def people_page(call: Call, ids: list[int], **values: Any) -> Page:
    """A page of people, in the given order."""
    cards = accounts.cards(call.tx, ids)
    relations = graph.relations(call.tx, call.viewer, list(cards)) if call.viewer is not None else {}
    values.setdefault("tabs", [])
    return show.page(
        call,
        "microblog/people.html",
        cards=[cards[i] for i in ids if i in cards],
        relations=relations,
        **values,
    )


# One address a word: the API has some of the same ones, and would hide a parameter in their place.


def reading(verb: Callable[[Call, int, str, str | None], Page], what: str, subject: str) -> None:
    """``GET /{subject}/{what}``, where subject is ``tweets/{tweet_id}`` or ``users/{user_id}``."""

    def of_post(call: Call, tweet_id: int, cursor: Cursor | None = None) -> Page:
        return verb(call, tweet_id, what, cursor)

    def of_person(call: Call, user_id: int, cursor: Cursor | None = None) -> Page:
        return verb(call, user_id, what, cursor)

    fn = of_post if subject == "tweets/{tweet_id}" else of_person
    fn.__doc__ = verb.__doc__
    pages.get(f"/{subject}/{what}", access="public")(fn)


def writing(verb: Callable[[Call, int, str], Any], what: str, subject: str) -> None:
    """``POST /{subject}/{what}``; see :func:`reading`."""

    def of_post(call: Call, tweet_id: int, form: Form) -> Any:
        return verb(call, tweet_id, what)

    def of_person(call: Call, user_id: int, form: Form) -> Any:
        return verb(call, user_id, what)

    fn = of_post if subject == "tweets/{tweet_id}" else of_person
    fn.__doc__ = verb.__doc__
    pages.post(f"/{subject}/{what}")(fn)
