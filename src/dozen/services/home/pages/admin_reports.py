"""Operators: the queue of reports, and what is decided. And what the moderators told oneself."""

from __future__ import annotations

from typing import Any, Literal

from dozen.core import accounts, moderation, notifications
from dozen.kit.errors import Fault
from dozen.services.home import moderating
from dozen.services.home.errors import UnknownVerdict
from dozen.services.home.pages.admin import admin_page, staff
from dozen.services.home.pages.door import pages
from dozen.web import Call, Cursor, Form, Page, Redirect

_PAGE = 50
_SHOWN = (
    moderation.errors.ReasonNeeded,
    moderation.errors.CaseClosed,
    UnknownVerdict,
    accounts.errors.NotAllowed,
)


@pages.get("/admin/reports", access="moderator")
def queue(
    call: Call,
    state: Literal["open", "resolved", "dismissed"] = "open",
    mine: bool = False,
    cursor: Cursor | None = None,
) -> Page:
    """Cases, latest first."""
    cases = moderation.queue(
        call.tx,
        staff(call),
        state,
        assigned_to=call.me if mine else None,
        before=call.cursors.open_id("cases", cursor),
        limit=_PAGE,
    )
    more = call.cursors.seal("cases", cases[-1].id) if len(cases) == _PAGE else ""
    people = {case.owner_id for case in cases} | {case.assigned_to for case in cases if case.assigned_to}
    return admin_page(
        call,
        "home/admin_reports.html",
        "reports",
        cases=cases,
        state=state,
        mine=mine,
        person=moderation.PERSON,
        cards=accounts.cards(call.tx, people),
        next=f"/admin/reports?state={state}{'&mine=1' if mine else ''}&cursor={more}" if more else "",
    )


@pages.get("/admin/reports/{case_id}", access="moderator")
def case(call: Call, case_id: int) -> Page:
    """One case: what was reported, by whom, and the decision."""
    return _case(call, case_id)


def _case(call: Call, case_id: int, fault: Fault | None = None, form: Form | None = None) -> Page:
    tx, actor = call.tx, staff(call)
    found = moderation.case(tx, actor, case_id)
    reports = moderation.reports_of(tx, actor, case_id)
    notes = moderation.notes_of(tx, actor, case_id)
    people = {found.owner_id, found.assigned_to or 0, found.closed_by or 0}
    people |= {each.reporter_id for each in reports} | {each.author_id for each in notes}
    page = admin_page(
        call,
        "home/admin_case.html",
        "reports",
        case=found,
        person=moderation.PERSON,
        reports=reports,
        notes=notes,
        log=moderation.log(tx, actor, subject=(found.realm, found.subject_id), limit=20),
        cards=accounts.cards(tx, people),
        trouble=fault.detail if fault is not None else "",
        decision=form.get("decision") if form is not None else "",
        reason=form.get("reason")[:2000] if form is not None else "",
    )
    page.status = fault.status if fault is not None else 200
    return page


@pages.post("/admin/reports/{case_id}/decide", access="moderator")
def decide(call: Call, case_id: int, form: Form) -> Any:
    """Remove, warn, suspend or dismiss."""
    try:
        moderating.decide(
            call.tx,
            staff(call),
            case_id,
            form.get("decision"),
            reason=form.get("reason"),
            days=form.number("days"),
        )
    except _SHOWN as fault:
        return _case(call, case_id, fault, form)
    return Redirect("/admin/reports", flash="Decided")


@pages.post("/admin/reports/{case_id}/note", access="moderator")
def note(call: Call, case_id: int, form: Form) -> Any:
    try:
        moderation.note(call.tx, staff(call), case_id, form.get("text"))
    except moderation.errors.ReasonNeeded as fault:
        return _case(call, case_id, fault)
    return Redirect(f"/admin/reports/{case_id}", flash="Noted")


@pages.post("/admin/reports/{case_id}/assign", access="moderator")
def assign(call: Call, case_id: int, form: Form) -> Redirect:
    """Take the case on, or give it back."""
    moderation.assign(call.tx, staff(call), case_id, call.me if form.checked("mine") else None)
    return Redirect(f"/admin/reports/{case_id}")


# What one was told


@pages.get("/settings/warnings")
def warnings(call: Call) -> Page:
    """What the moderators told me."""
    taken = notifications.list_grouped(call.tx, call.me, kinds=[moderating.REMOVED], limit=_PAGE)
    return Page(
        "home/warnings.html",
        warnings=moderation.warnings(call.tx, call.me),
        removed=[(group.newest.at, group.newest.data["reason"]) for group in taken],
    )


@pages.get("/home/notices/{item_id}")
def open_notice(call: Call, item_id: int) -> Redirect:
    """Where a notice of the moderators leads: those of warnings, and of what was removed."""
    return Redirect("/settings/warnings")
