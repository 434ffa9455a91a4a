from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from dozen.core.moderation.structs import Case, Entry, Filter, Note, Removal, Report, Takedown, Warned
from dozen.core.moderation.tables import audit, cases, filters, notes, removals, reports, takedowns
from dozen.db import action, member, param, rows, upsert, values

# Cases and reports

_c = cases.c
_case = select(
    _c.id,
    _c.realm,
    _c.subject_id,
    _c.owner_id,
    _c.state,
    _c.reports,
    _c.assigned_to,
    _c.closed_by,
    _c.closed_at,
)
_page = _case.where(_c.id < param("before")).order_by(_c.id.desc()).limit(param("limit"))
open_case = action(
    lambda dialect: upsert(dialect, cases)
    .values(
        id=param("id"), realm=param("realm"), subject_id=param("subject_id"), owner_id=param("owner_id"),
        state="open", reports=0,
    )
    .on_conflict_do_nothing()
)  # fmt: skip
open_case_of = values(
    int,
    select(_c.id).where(_c.realm == param("realm"), _c.subject_id == param("subject_id"), _c.state == "open"),
)
case = rows(Case, _case.where(_c.id == param("id")))
queue = rows(Case, _page.where(_c.state == param("state")))
queue_of = rows(Case, _page.where(_c.state == param("state"), _c.assigned_to == param("assigned_to")))
cases_about = rows(Case, _page.where(_c.owner_id == param("owner_id")))
waiting = values(int, select(func.count()).select_from(cases).where(_c.state == "open"))
count_report = action(update(cases).where(_c.id == param("id")).values(reports=_c.reports + 1))
assign = action(update(cases).where(_c.id == param("id")).values(assigned_to=param("to")))
close = action(
    update(cases)
    .where(_c.id == param("id"), _c.state == "open")
    .values(state=param("state"), closed_by=param("by"), closed_at=param("at"))
)

_r = reports.c
add_report = action(
    lambda dialect: upsert(dialect, reports)
    .values(
        id=param("id"), case_id=param("case_id"), reporter_id=param("reporter_id"), reason=param("reason"),
        text=param("text"),
    )
    .on_conflict_do_nothing()
)  # fmt: skip
reports_of = rows(
    Report,
    select(_r.id, _r.reporter_id, _r.reason, _r.text)
    .where(_r.case_id == param("case_id"), _r.id < param("before"))
    .order_by(_r.id.desc())
    .limit(param("limit")),
)
reported_since = values(
    int,
    select(func.count())
    .select_from(reports)
    .where(_r.reporter_id == param("reporter_id"), _r.id > param("since")),
)

add_note = action(
    insert(notes).values(
        id=param("id"), case_id=param("case_id"), author_id=param("author_id"), text=param("text")
    )
)
notes_of = rows(
    Note,
    select(notes.c.id, notes.c.author_id, notes.c.text)
    .where(notes.c.case_id == param("case_id"))
    .order_by(notes.c.id)
    .limit(param("limit")),
)

# Removals

_x = removals.c
add_removal = action(
    lambda dialect: upsert(dialect, removals)
    .values(
        realm=param("realm"), subject_id=param("subject_id"), id=param("id"), owner_id=param("owner_id"),
        by_id=param("by_id"), reason=param("reason"),
    )
    .on_conflict_do_nothing()
)  # fmt: skip
outstanding = rows(
    Removal,
    select(_x.id, _x.realm, _x.subject_id, _x.owner_id, _x.by_id, _x.reason)
    .where(_x.realm == param("realm"))
    .order_by(_x.subject_id)
    .limit(param("limit")),
)
delete_removal = action(
    delete(removals).where(_x.realm == param("realm"), _x.subject_id == param("subject_id"))
)

_t = takedowns.c
put_takedown = action(
    lambda dialect: upsert(dialect, takedowns)
    .values(
        realm=param("realm"), subject_id=param("subject_id"), at=param("at"), by_id=param("by_id"),
        reason=param("reason"),
    )
    .on_conflict_do_update(
        index_elements=[_t.realm, _t.subject_id],
        set_={"at": param("at"), "by_id": param("by_id"), "reason": param("reason")},
    )
)  # fmt: skip
takedowns_of = rows(
    Takedown,
    select(_t.subject_id, _t.at, _t.by_id, _t.reason).where(
        _t.realm == param("realm"), member(_t.subject_id, "ids")
    ),
)
delete_takedown = action(
    delete(takedowns).where(_t.realm == param("realm"), _t.subject_id == param("subject_id"))
)

# The audit log: it has no statement that changes or deletes.

_a = audit.c
_entry = select(_a.id, _a.at, _a.actor_id, _a.action, _a.realm, _a.subject_id, _a.reason, _a.before, _a.after)
append = action(
    insert(audit).values(
        id=param("id"), at=param("at"), actor_id=param("actor_id"), action=param("action"),
        realm=param("realm"), subject_id=param("subject_id"), reason=param("reason"), before=param("before"),
        after=param("after"),
    )
)  # fmt: skip


def _log(*where: ColumnElement[bool]) -> Any:
    return rows(
        Entry,
        _entry.where(_a.id < param("older_than"), *where).order_by(_a.id.desc()).limit(param("limit")),
    )


log = _log()
log_of_actor = _log(_a.actor_id == param("actor_id"))
log_of_action = _log(_a.action == param("action"))
log_of_subject = _log(_a.realm == param("realm"), _a.subject_id == param("subject_id"))
warnings = rows(
    Warned,
    select(_a.id, _a.at, _a.reason)
    .where(_a.realm == param("realm"), _a.subject_id == param("person_id"), _a.action == "warn")
    .order_by(_a.id.desc())
    .limit(param("limit")),
)

# Filters

_f = filters.c
_filter = select(_f.id, _f.kind, _f.pattern, _f.action, _f.note, _f.created_by)
all_filters = rows(Filter, _filter.order_by(_f.id).limit(param("limit")))
filter_by_id = rows(Filter, _filter.where(_f.id == param("id")))
put_filter = action(
    lambda dialect: upsert(dialect, filters)
    .values(
        id=param("id"), kind=param("kind"), pattern=param("pattern"), action=param("action"),
        note=param("note"), created_by=param("created_by"),
    )
    .on_conflict_do_update(
        index_elements=[_f.kind, _f.pattern], set_={"action": param("action"), "note": param("note")}
    )
)  # fmt: skip
filter_by_pattern = rows(Filter, _filter.where(_f.kind == param("kind"), _f.pattern == param("pattern")))
delete_filter = action(delete(filters).where(_f.id == param("id")))
