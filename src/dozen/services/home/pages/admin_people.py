"""Operators: finding people, and what they are allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from dozen.core import accounts, moderation, search
from dozen.core.accounts import Card, Role
from dozen.kit.errors import Fault, Invalid
from dozen.services.home import moderating
from dozen.services.home.pages.admin import admin_page, staff
from dozen.services.home.pages.door import pages
from dozen.services.home.service import REALM
from dozen.web import Call, Cursor, Form, Page, Redirect

_PAGE = 50
_ROLES: tuple[Role, ...] = ("member", "moderator", "admin")


@pages.get("/admin/people", access="moderator")
def people(
    call: Call, q: Annotated[str, msgspec.Meta(max_length=254)] = "", cursor: Cursor | None = None
) -> Page:
    """Everybody, newest first; or those whose name begins so. Administrators also find by e-mail address."""
    tx = call.tx
    more = ""
    if q.strip():
        cards = _found(call, q.strip())
    else:
        cards = accounts.directory(tx, call.cursors.open_id("admin-people", cursor), limit=_PAGE)
        more = call.cursors.seal("admin-people", cards[-1].id) if len(cards) == _PAGE else ""
    return admin_page(
        call,
        "home/admin_people.html",
        "people",
        q=q,
        people_found=[accounts.profile(tx, card.id) for card in cards],
        next=f"/admin/people?cursor={more}" if more else "",
    )


def _found(call: Call, q: str) -> list[Card]:
    tx = call.tx
    ids: list[int] = []
    exact = accounts.by_username(tx, q.lstrip("@"))
    if exact is not None:
        ids.append(exact.id)
    if staff(call).admin and "@" in q[1:]:
        by_email = accounts.find_by_email(tx, q)
        if by_email is not None:
            ids.append(by_email)
    ids += [each.id for each in search.suggest(tx, REALM, "person", q.lstrip("@"), limit=_PAGE)]
    cards = accounts.cards(tx, dict.fromkeys(ids))
    return [cards[each] for each in dict.fromkeys(ids) if each in cards]


@pages.get("/admin/people/{person_id}", access="moderator")
def person(call: Call, person_id: int) -> Page:
    """One person: who they are, what was reported and decided."""
    return _person(call, person_id)


def _person(call: Call, person_id: int, fault: Fault | None = None) -> Page:
    tx, actor = call.tx, staff(call)
    found = accounts.person(tx, person_id)
    log = moderation.log(tx, actor, subject=(moderation.PERSON, person_id), limit=20)
    page = admin_page(
        call,
        "home/admin_person.html",
        "people",
        person=found,
        suspended=found.suspended(tx.now),
        may=person_id != call.me and moderating.ranks_above(actor.role, found),
        cases=moderation.cases_about(tx, actor, person_id, limit=20),
        entries=log,
        cards=accounts.cards(tx, {entry.actor_id for entry in log}),
        trouble=fault.detail if fault is not None else "",
    )
    page.status = fault.status if fault is not None else 200
    return page


def _act(call: Call, person_id: int, said: str, verb: Callable[..., None], *given: Any, **more: Any) -> Any:
    """Do what a form of theirs asks for and say so; or show them again, with what was wrong."""
    try:
        verb(call.tx, staff(call), person_id, *given, **more)
    except (moderation.errors.ReasonNeeded, accounts.errors.LastAdmin) as fault:
        return _person(call, person_id, fault)
    return Redirect(f"/admin/people/{person_id}", flash=said)


@pages.post("/admin/people/{person_id}/suspend", access="moderator")
def suspend(call: Call, person_id: int, form: Form) -> Any:
    given = {"reason": form.get("reason"), "days": form.number("days")}
    return _act(call, person_id, "They are suspended", moderating.suspend, **given)


@pages.post("/admin/people/{person_id}/unsuspend", access="moderator")
def unsuspend(call: Call, person_id: int, form: Form) -> Any:
    said = "They may act again"
    return _act(call, person_id, said, moderation.unsuspend, reason=form.get("reason"))


@pages.post("/admin/people/{person_id}/warn", access="moderator")
def warn(call: Call, person_id: int, form: Form) -> Any:
    return _act(call, person_id, "They are warned", moderating.warn, reason=form.get("reason"))


@pages.post("/admin/people/{person_id}/role", access="admin")
def role(call: Call, person_id: int, form: Form) -> Any:
    wanted = form.get("role")
    if wanted not in _ROLES:
        raise Invalid(fields={"role": "There is no such role"})
    return _act(call, person_id, "The role is changed", moderating.set_role, wanted)


@pages.post("/admin/people/{person_id}/verify", access="admin")
def verify(call: Call, person_id: int, form: Form) -> Any:
    return _act(call, person_id, "They have the mark", moderating.set_verified, True)


@pages.post("/admin/people/{person_id}/unverify", access="admin")
def unverify(call: Call, person_id: int, form: Form) -> Any:
    return _act(call, person_id, "The mark is taken away", moderating.set_verified, False)
