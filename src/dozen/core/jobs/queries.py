from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, delete, exists, func, insert, or_, select, update

from dozen.core.jobs.structs import Claimed, DeadJob, KindCounts
from dozen.core.jobs.tables import DEAD, RUNNING, WAITING, queue, schedules
from dozen.db import action, member, param, rows, upsert, values

q = queue.c

# In

_new = {
    "id": param("id"),
    "kind": param("kind"),
    "payload": param("payload"),
    "state": WAITING,
    "run_at": param("run_at"),
    "attempt": 0,
    "created": param("created"),
}
add = action(insert(queue).values(_new))


def _add_keyed(dialect: str) -> Any:
    made = upsert(dialect, queue).values({**_new, "key": param("key")})
    sooner = case((q.run_at <= made.excluded.run_at, q.run_at), else_=made.excluded.run_at)
    return made.on_conflict_do_update(
        index_elements=[q.key], index_where=q.state == WAITING, set_={"run_at": sooner}
    ).returning(q.id)


add_keyed = values(int, _add_keyed)
"""The id of the new job, or of the waiting one with this key. That one's row stays locked until the
commit, so no worker takes it before it can see what this transaction wrote."""

# Claiming

_claim = (q.id, q.kind, q.payload, q.key, q.attempt, q.created)
_mine = and_(q.id == param("this"), q.worker == param("by"), q.attempt == param("nth"))
_due = and_(q.state == WAITING, q.run_at <= param("now"), member(q.kind, "kinds"))
_expired = and_(q.state == RUNNING, q.lease_until < param("now"), member(q.kind, "kinds"))

due = rows(
    Claimed,
    select(*_claim)
    .where(_due)
    .order_by(q.run_at, q.id)
    .limit(param("limit"))
    .with_for_update(skip_locked=True),
)
expired = rows(
    Claimed,
    select(*_claim)
    .where(_expired)
    .order_by(q.lease_until)
    .limit(param("limit"))
    .with_for_update(skip_locked=True),
)
any_due = values(bool, select(or_(exists().where(_due), exists().where(_expired))))
take = action(
    update(queue)
    .where(q.id == param("this"))
    .values(
        state=RUNNING, worker=param("by"), lease_until=param("until"), attempt=q.attempt + 1, progress=None
    )
)
# Skipping locked rows: a job that is being settled right now must not hold up the others' leases.
beat = action(
    update(queue)
    .where(
        q.id.in_(
            select(q.id).where(member(q.id, "ids"), q.worker == param("by")).with_for_update(skip_locked=True)
        )
    )
    .values(lease_until=param("until"))
)
report = action(update(queue).where(_mine).values(progress=param("thousandths")))

# Settling

finish = action(delete(queue).where(_mine))
_free = {"lease_until": None, "worker": None, "progress": None}
wait = action(
    update(queue).where(_mine).values(state=WAITING, run_at=param("at"), last_error=param("error"), **_free)
)
hand_back = action(update(queue).where(_mine).values(state=WAITING, attempt=q.attempt - 1, **_free))
bury = action(
    update(queue).where(_mine).values(state=DEAD, run_at=param("at"), last_error=param("error"), **_free)
)
bury_expired = action(
    update(queue)
    .where(q.id == param("this"))
    .values(state=DEAD, run_at=param("at"), last_error=param("error"), **_free)
)

# For operators

_dead = select(q.id, q.kind, q.payload, q.attempt, q.last_error, q.created, q.run_at).where(
    q.state == DEAD, q.id < param("before")
)
dead = rows(DeadJob.of_row, _dead.order_by(q.id.desc()).limit(param("limit")))
dead_of_kind = rows(
    DeadJob.of_row, _dead.where(q.kind == param("kind")).order_by(q.id.desc()).limit(param("limit"))
)
retry = action(
    update(queue)
    .where(q.id == param("this"), q.state == DEAD)
    .values(state=WAITING, run_at=param("at"), attempt=0, **_free)
)
discard = action(delete(queue).where(q.id == param("this"), q.state == DEAD))
waiting = values(int, select(func.count()).where(q.state == WAITING))
waiting_of_kind = values(int, select(func.count()).where(q.state == WAITING, q.kind == param("kind", Text())))
progress = rows(
    lambda thousandths: (thousandths or 0) / 1000,
    select(q.progress).where(q.id == param("this"), q.state != DEAD),
)


def _counted(state: ColumnElement[str]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((q.state == state, 1), else_=0)), 0)


overview = rows(
    lambda kind, waiting, running, dead, oldest: KindCounts(
        kind, int(waiting), int(running), int(dead), oldest
    ),
    select(
        q.kind,
        _counted(WAITING),
        _counted(RUNNING),
        _counted(DEAD),
        func.min(case((q.state == WAITING, q.run_at))),
    )
    .group_by(q.kind)
    .order_by(q.kind),
)

# Schedules

s = schedules.c
put_schedule = action(
    lambda dialect: (
        upsert(dialect, schedules)
        .values(name=param("name"), rule=param("rule"), next_at=param("next_at"))
        .on_conflict_do_nothing()
    )
)
change_schedule = action(
    update(schedules)
    .where(s.name == param("this"), s.rule != param("now_rule"))
    .values(rule=param("now_rule"), next_at=param("at"))
)
schedules_due = rows(
    lambda name, at: (str(name), int(at)),
    select(s.name, s.next_at).where(s.next_at <= param("now"), member(s.name, "names")).order_by(s.next_at),
)
move_schedule = action(
    update(schedules).where(s.name == param("this"), s.next_at == param("old")).values(next_at=param("at"))
)
