from typing import Any

from sqlalchemy import Table, delete, func, select, tuple_, union_all

from dozen.core.analytics.structs import Bucket, Top, Visit
from dozen.core.analytics.tables import counts, days, people, people_days
from dozen.db import Action, Rows, action, param, rows, upsert, values

c, d, p, pd = counts.c, days.c, people.c, people_days.c

# In


def _adding(table: Table, moment: str) -> Action:
    def made(dialect: str) -> Any:
        row = {"metric": param("metric"), "subject": param("subject"), moment: param("at"), "n": param("n")}
        new = upsert(dialect, table).values(row)
        return new.on_conflict_do_update(
            index_elements=[table.c.metric, table.c.subject, table.c[moment]],
            set_={"n": table.c.n + new.excluded.n},
        )

    return action(made)


add = _adding(counts, "bucket")
add_day = _adding(days, "bucket")
add_people_day = _adding(people_days, "day")
add_person = action(
    lambda dialect: (
        upsert(dialect, people)
        .values(metric=param("metric"), subject=param("subject"), day=param("day"), person=param("person"))
        .on_conflict_do_nothing()
    )
)

# Out. ``first`` is the hour and ``first_day`` the midnight that the range begins in.

_hours = (c.metric == param("metric"), c.bucket >= param("first"), c.bucket < param("end"))
_days = (d.metric == param("metric"), d.bucket >= param("first_day"), d.bucket < param("end"))
_of_subject = union_all(
    select(c.metric, c.subject, c.bucket, c.n).where(*_hours, c.subject == param("subject")),
    select(d.metric, d.subject, d.bucket, d.n).where(*_days, d.subject == param("subject")),
)
buckets = rows(Bucket, _of_subject)
total = values(int, select(func.coalesce(func.sum(_of_subject.subquery().c.n), 0)))
_of_all = union_all(select(c.subject, c.n).where(*_hours), select(d.subject, d.n).where(*_days)).subquery()
_sum = func.sum(_of_all.c.n)
top = rows(
    lambda subject, n: Top(subject, int(n)),
    select(_of_all.c.subject, _sum)
    .group_by(_of_all.c.subject)
    .order_by(_sum.desc(), _of_all.c.subject.desc())
    .limit(param("limit")),
)
_visits = (
    p.metric == param("metric"),
    p.subject == param("subject"),
    p.day >= param("first_day"),
    p.day < param("end"),
)
distinct = values(int, select(func.count(func.distinct(p.person))).where(*_visits))
distinct_of = values(
    int,
    select(func.count(func.distinct(p.person))).where(
        *_visits, p.person >= param("low"), p.person < param("high")
    ),
)
distinct_by_day = rows(
    lambda at, n: (int(at), int(n)),
    union_all(
        select(p.day, func.count()).where(*_visits).group_by(p.day),
        select(pd.day, pd.n).where(
            pd.metric == param("metric"),
            pd.subject == param("subject"),
            pd.day >= param("first_day"),
            pd.day < param("end"),
        ),
    ),
)

# Rolling up. DELETE … RETURNING, so that what is added meanwhile is neither lost nor counted twice.

next_metric = values(str, select(func.min(c.metric)).where(c.metric > param("after")))
take_hours: Rows[Bucket] = rows(
    Bucket,
    delete(counts)
    .where(
        tuple_(c.metric, c.subject, c.bucket).in_(
            select(c.metric, c.subject, c.bucket)
            .where(c.metric == param("metric"), c.bucket < param("before"))
            .order_by(c.bucket)
            .limit(param("limit"))
        )
    )
    .returning(c.metric, c.subject, c.bucket, c.n),
)
take_visits: Rows[Visit] = rows(
    Visit,
    delete(people)
    .where(
        tuple_(p.metric, p.subject, p.day, p.person).in_(
            select(p.metric, p.subject, p.day, p.person)
            .where(p.day < param("before"))
            .order_by(p.day)
            .limit(param("limit"))
        )
    )
    .returning(p.metric, p.subject, p.day),
)
