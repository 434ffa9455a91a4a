"""Lists of people in the HTML door."""

from __future__ import annotations

from typing import Any, Literal

from dozen.core import accounts, graph
from dozen.kit.errors import Invalid
from dozen.services.microblog import errors, show
from dozen.services.microblog.service import lists, numbers, timelines
from dozen.web import Call, Cursor, Form, Page, Pages, Redirect, Undo
from dozen.web.paging import next_page

lists_pages = Pages("/microblog")
_PAGE = 20
_MANY = 50
_REPLIES: tuple[Literal["followed", "list", "none"], ...] = ("list", "followed", "none")


@lists_pages.get("/lists")
def index(
    call: Call, tab: Literal["owned", "subscribed", "member"] = "owned", cursor: Cursor | None = None
) -> Page:
    """My lists, those I subscribe to, and those that others have put me on."""
    before = call.cursors.open_id(f"lists-{tab}", cursor)
    found, onward = lists.lists(call.tx, call.me, call.me, tab, before=before, limit=_MANY)
    more = call.cursors.seal(f"lists-{tab}", onward) if onward is not None else None
    return show.page(
        call,
        "microblog/lists.html",
        found=found,
        tab=tab,
        next=next_page(f"/microblog/lists?tab={tab}", more),
    )


@lists_pages.get("/lists/new")
def new(call: Call) -> Page:
    """A form for a new list."""
    return _form(call, None, {"replies": "list"})


@lists_pages.post("/lists", keeps=("title", "description"))
def create(call: Call, form: Form) -> Any:
    given = _given(form)
    try:
        made = graph.create_list(
            call.tx,
            call.me,
            given["title"],
            description=given["description"],
            private=bool(given["private"]),
            exclusive=bool(given["exclusive"]),
            replies=_replies(given["replies"]),
        )
    except graph.BadList as fault:
        return _form(call, None, given, fault)
    return Redirect(f"/microblog/lists/{made.id}", flash="The list is made; add people from their pages")


@lists_pages.get("/lists/{list_id}", access="public")
def timeline(call: Call, list_id: int, cursor: Cursor | None = None) -> Page:
    """What the people on a list post."""
    shown = lists.show(call.tx, call.viewer, list_id)
    before = call.cursors.open_id("list", cursor)
    found = lists.timeline(call.tx, call.viewer, list_id, before=before, limit=_PAGE)
    numbers.seen(call.tx, call.viewer, found.views)
    onward = call.cursors.seal("list", found.next_before) if found.next_before is not None else None
    return _list(
        call, shown, "timeline", views=found.views, next=next_page(f"/microblog/lists/{list_id}", onward)
    )


@lists_pages.get("/lists/{list_id}/members", access="public")
def members(call: Call, list_id: int, cursor: Cursor | None = None) -> Page:
    """Who is on a list."""
    shown = lists.show(call.tx, call.viewer, list_id)
    before = call.cursors.open_id("list-members", cursor)
    found, onward = lists.members(call.tx, call.viewer, list_id, before=before, limit=_MANY)
    more = call.cursors.seal("list-members", onward) if onward is not None else None
    return _list(
        call,
        shown,
        "members",
        cards=[card for card, _ in found],
        next=next_page(f"/microblog/lists/{list_id}/members", more),
    )


@lists_pages.post("/lists/{list_id}/members", keeps=("username",))
def add(call: Call, list_id: int, form: Form) -> Any:
    """Put somebody on the list: by ``user_id``, or by the ``username`` that was typed."""
    person = form.number("user_id") or timelines.person(call.tx, form.get("username").strip()[:100])
    graph.add_member(call.tx, call.me, list_id, person)
    return _back(call, list_id, person, form, "Added to the list")


@lists_pages.post("/lists/{list_id}/members/{user_id}/remove")
def remove(call: Call, list_id: int, user_id: int, form: Form) -> Any:
    graph.remove_member(call.tx, call.me, list_id, user_id)
    undo = Undo(f"/microblog/lists/{list_id}/members", fields={"user_id": str(user_id)})
    return _back(call, list_id, user_id, form, "Taken off the list", undo)


@lists_pages.get("/lists/{list_id}/edit")
def edit_form(call: Call, list_id: int) -> Page:
    shown = _own(call, list_id)
    of = shown.list
    given = {
        "title": of.title,
        "description": of.description,
        "private": "1" if of.private else "",
        "exclusive": "1" if of.exclusive else "",
        "replies": of.replies,
    }
    return _form(call, shown, given)


@lists_pages.post("/lists/{list_id}/edit", keeps=("title", "description"))
def edit(call: Call, list_id: int, form: Form) -> Any:
    given = _given(form)
    changes = graph.ListChanges(
        title=given["title"],
        description=given["description"],
        private=bool(given["private"]),
        exclusive=bool(given["exclusive"]),
        replies=_replies(given["replies"]),
    )
    try:
        graph.edit_list(call.tx, call.me, list_id, changes)
    except graph.BadList as fault:
        return _form(call, _own(call, list_id), given, fault)
    return Redirect(f"/microblog/lists/{list_id}", flash="Changed")


@lists_pages.get("/lists/{list_id}/delete")
def delete_form(call: Call, list_id: int) -> Page:
    """Asks once."""
    return show.page(call, "microblog/list_delete.html", shown=_own(call, list_id))


@lists_pages.post("/lists/{list_id}/delete")
def delete(call: Call, list_id: int, form: Form) -> Redirect:
    graph.delete_list(call.tx, call.me, list_id)
    return Redirect("/microblog/lists", flash="The list is deleted")


@lists_pages.post("/lists/{list_id}/subscribe")
def subscribe(call: Call, list_id: int, form: Form) -> Any:
    graph.subscribe_list(call.tx, call.me, list_id)
    return None if call.enhanced else Redirect(f"/microblog/lists/{list_id}")


@lists_pages.post("/lists/{list_id}/unsubscribe")
def unsubscribe(call: Call, list_id: int, form: Form) -> Any:
    graph.unsubscribe_list(call.tx, call.me, list_id)
    undo = Undo(f"/microblog/lists/{list_id}/subscribe")
    return Redirect(f"/microblog/lists/{list_id}", flash="No longer subscribed", undo=undo)


@lists_pages.get("/users/{user_id}/lists")
def about_person(call: Call, user_id: int) -> Page:
    """Put somebody on my lists or take them off."""
    card = accounts.cards(call.tx, [user_id]).get(user_id)
    if card is None or graph.is_blocked_either(call.tx, call.me, user_id):
        raise errors.NoSuchPerson
    mine, _ = lists.lists(call.tx, call.me, call.me, "owned", limit=200)
    return show.page(
        call,
        "microblog/list_person.html",
        person=card,
        found=mine,
        on=frozenset(graph.lists_with(call.tx, call.me, user_id)),
    )


def _own(call: Call, list_id: int) -> lists.Shown:
    shown = lists.show(call.tx, call.me, list_id)
    if shown.owner.id != call.me:
        raise graph.NotYourList
    return shown


def _list(call: Call, shown: lists.Shown, tab: str, **values: Any) -> Page:
    own = shown.owner.id == call.viewer
    return show.page(
        call,
        "microblog/list_page.html",
        shown=shown,
        tab=tab,
        own=own,
        subscribed=call.viewer is not None
        and not own
        and graph.is_subscribed(call.tx, call.me, shown.list.id),
        **values,
    )


def _form(call: Call, shown: lists.Shown | None, given: dict[str, str], fault: Invalid | None = None) -> Page:
    page = show.page(
        call,
        "microblog/list_form.html",
        shown=shown,
        given={"title": "", "description": "", "private": "", "exclusive": "", **given},
        wrong=fault.fields if fault is not None else {},
    )
    page.status = fault.status if fault is not None else 200
    return page


def _given(form: Form) -> dict[str, str]:
    return {name: form.get(name) for name in ("title", "description", "private", "exclusive", "replies")}


def _replies(given: str) -> Literal["followed", "list", "none"]:
    return next((each for each in _REPLIES if each == given), "list")


def _back(call: Call, list_id: int, person: int, form: Form, said: str, undo: Undo | None = None) -> Any:
    """To where the button was: the person's page of lists, or the list."""
    if call.enhanced:
        return None
    to = (
        f"/microblog/users/{person}/lists"
        if form.checked("person")
        else f"/microblog/lists/{list_id}/members"
    )
    return Redirect(to, flash=said, undo=undo)
