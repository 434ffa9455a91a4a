"""What operators see: the numbers of the place, background work, the audit log."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from dozen.core import accounts, jobs, moderation
from dozen.core.accounts import Actor
from dozen.kit import clock
from dozen.services.home import moderating
from dozen.services.home.pages.door import pages
from dozen.web import Call, Cursor, Form, Page, Redirect
from dozen.web.auth import ACTIVE

_PAGE = 50
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def staff(call: Call) -> Actor:
    """The caller, whom ``access`` has let in."""
    assert call.actor is not None
    return call.actor


def admin_page(call: Call, template: str, tab: str, **values: Any) -> Page:
    """A page of the operators', with their tabs."""
    actor = staff(call)
    tabs = [
        ("Overview", "/admin", tab == "overview"),
        ("Reports", "/admin/reports", tab == "reports", moderation.waiting(call.tx, actor)),
        ("People", "/admin/people", tab == "people"),
        ("Audit log", "/admin/log", tab == "log"),
    ]
    if actor.admin:
        tabs.append(("Jobs", "/admin/jobs", tab == "jobs"))
    return Page(template, tabs=tabs, admin=actor.admin, **values)


@pages.get("/admin", access="moderator")
def overview(call: Call) -> Page:
    """How many people are here and what they do."""
    tx = call.tx
    days = moderating.active_by_day(tx, ACTIVE)
    charts = [
        (title, moderating.counted_by_day(tx, metric))
        for room in call.server.frame.rooms
        for metric, title in room.figures.items()
    ]
    numbers = moderating.numbers(tx, ACTIVE)
    rates = [
        (room.title, rate)
        for room in call.server.frame.rooms
        if (rate := moderating.engagement(tx, room.name)) is not None
    ]
    return admin_page(
        call,
        "home/admin.html",
        "overview",
        numbers=numbers,
        rates=rates,
        storage=size(numbers.bytes),
        labels=[clock.to_datetime(point.at).strftime("%-d %b") for point in days],
        active=[point.n for point in days],
        charts_shown=[(title, [point.n for point in points]) for title, points in charts],
        kinds=jobs.overview(tx) if staff(call).admin else [],
    )


def size(number: int) -> str:
    """Bytes for people: ``1.5 GB``."""
    value, unit = float(number), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit and value < 100 else f"{value:.0f} {_UNITS[unit]}"


@pages.get("/admin/jobs", access="admin")
def work(call: Call, cursor: Cursor | None = None) -> Page:
    """Background work, and what has given up."""
    before = call.cursors.open_id("dead", cursor)
    dead = jobs.dead(call.tx, before=before, limit=_PAGE)
    more = call.cursors.seal("dead", dead[-1].id) if len(dead) == _PAGE else ""
    return admin_page(
        call,
        "home/admin_jobs.html",
        "jobs",
        kinds=jobs.overview(call.tx),
        dead=dead,
        next=f"/admin/jobs?cursor={more}" if more else "",
    )


@pages.post("/admin/jobs/{job_id}/retry", access="admin")
def retry(call: Call, job_id: int, form: Form) -> Redirect:
    jobs.retry(call.tx, job_id)
    moderation.record(call.tx, call.me, "job.retry", realm="jobs", subject_id=job_id)
    return Redirect("/admin/jobs", flash="It runs again")


@pages.post("/admin/jobs/{job_id}/discard", access="admin")
def discard(call: Call, job_id: int, form: Form) -> Redirect:
    jobs.discard(call.tx, job_id)
    moderation.record(call.tx, call.me, "job.discard", realm="jobs", subject_id=job_id)
    return Redirect("/admin/jobs", flash="It is forgotten")


_Short = Annotated[str, msgspec.Meta(max_length=100)]


@pages.get("/admin/log", access="moderator")
def log(call: Call, by: _Short = "", action: _Short = "", cursor: Cursor | None = None) -> Page:
    """Who did what to what, and why; all of it, one person's acts, or one kind of act."""
    tx = call.tx
    who = accounts.by_username(tx, by.lstrip("@")) if by else None
    found = (
        []
        if by and who is None
        else moderation.log(
            tx,
            staff(call),
            by=who.id if who is not None else None,
            action=action or None,
            before=call.cursors.open_id("log", cursor),
            limit=_PAGE,
        )
    )
    more = call.cursors.seal("log", found[-1].id) if len(found) == _PAGE else ""
    people = {entry.actor_id for entry in found}
    people |= {entry.subject_id for entry in found if entry.realm == moderation.PERSON}
    return admin_page(
        call,
        "home/admin_log.html",
        "log",
        entries=found,
        cards=accounts.cards(tx, people),
        person=moderation.PERSON,
        case=moderation.CASE,
        by=by,
        action=action,
        next=f"/admin/log?by={by}&action={action}&cursor={more}" if more else "",
    )
