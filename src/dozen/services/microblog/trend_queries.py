from typing import Any

from sqlalchemy import delete, func, select

from dozen.db import action, member, param, rows, upsert, values
from dozen.services.microblog.tables import tag_hours as t

used = action(
    lambda dialect: (
        upsert(dialect, t)
        .values(hour=param("hour"), tag=param("tag"), place=param("place"), shown=param("shown"), posts=1)
        .on_conflict_do_update(index_elements=[t.c.hour, t.c.tag, t.c.place], set_={"posts": t.c.posts + 1})
    )
)
used_many = action(
    lambda dialect: (
        upsert(dialect, t)
        .values(
            hour=param("hour"), tag=param("tag"), place=param("place"), shown=param("shown"), posts=param("n")
        )
        .on_conflict_do_update(
            index_elements=[t.c.hour, t.c.tag, t.c.place], set_={"posts": t.c.posts + param("n")}
        )
    )
)
_sum = func.sum(t.c.posts)
_during = (t.c.hour >= param("since"), t.c.hour <= param("until"), t.c.place == param("place"))


def _row(tag: str, shown: str, posts: Any) -> tuple[str, str, int]:
    return tag, shown, int(posts)


_by_tag = select(t.c.tag, func.min(t.c.shown), _sum).group_by(t.c.tag)
between = rows(
    _row, _by_tag.where(*_during).having(_sum >= param("least")).order_by(_sum.desc()).limit(param("limit"))
)
of_tags = rows(_row, _by_tag.where(*_during, member(t.c.tag, "tags")))
places = values(
    str,
    select(t.c.place)
    .where(t.c.hour >= param("since"), t.c.place != "")
    .group_by(t.c.place)
    .order_by(_sum.desc())
    .limit(param("limit")),
)
trim = action(delete(t).where(t.c.hour < param("before")))
