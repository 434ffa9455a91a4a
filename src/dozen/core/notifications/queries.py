from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, and_, case, delete, func, literal_column, or_, select, update

from dozen.core.notifications.structs import Item, Mark
from dozen.core.notifications.tables import choices, items, marks
from dozen.db import Id, action, each_of, member, param, prefix, put, rows, upsert, values

Row = tuple[Any, ...]
I_, M_ = items.c, marks.c


def _row(*row: Any) -> Row:
    return row


def _item(item_id: int, person: int, kind: str, actor: int, subject: int, *rest: Any) -> Item:
    return Item(item_id, person, kind, actor or None, subject or None, *rest)


_columns = (I_.id, I_.person_id, I_.kind, I_.actor_id, I_.subject_id, I_.group_key, I_.data, I_.read_at)
_mine = I_.person_id == param("me", Id)


def _one_of(column: Any, name: str) -> Any:
    """``column`` is one of the list ``name``, or ``any_<name>`` is 1 and it may be anything."""
    return or_(param(f"any_{name}", Integer()) == 1, member(column, name))


# Reading

_filtered = and_(_mine, I_.id < param("before"), _one_of(I_.kind, "kinds"), _one_of(I_.actor_id, "actors"))
newest = rows(
    _item,
    select(*_columns).where(_filtered, I_.id > param("since")).order_by(I_.id.desc()).limit(param("limit")),
)
following = rows(
    _item,
    select(*_columns).where(_filtered, I_.id > param("since")).order_by(I_.id).limit(param("limit")),
)
by_id = rows(_item, select(*_columns).where(_mine, I_.id == param("id")))
by_ids = rows(_item, select(*_columns).where(_mine, member(I_.id, "ids")))
# A person has about a thousand rows at most: grouping them is one short scan.
to_group = rows(
    _row,
    select(I_.id, I_.group_key, I_.actor_id, case((I_.read_at.is_(None), 1), else_=0))
    .where(_mine, _one_of(I_.kind, "kinds"))
    .order_by(I_.id.desc()),
)
mark = rows(Mark, select(M_.unread, M_.last_read_id).where(M_.person_id == param("me")))
unread_of = values(int, select(func.count()).where(_mine, I_.read_at.is_(None), member(I_.kind, "kinds")))

# Writing: whoever changes somebody's items holds their mark first.

lock = values(
    int, select(M_.person_id).where(member(M_.person_id, "ids")).order_by(M_.person_id).with_for_update()
)


def _bump(dialect: str) -> Any:
    people = each_of(dialect, "people")
    made = upsert(dialect, marks).from_select(
        ("person_id", "unread", "kept", "last_read_id"),
        select(people.c.value, func.count(), func.count(), literal_column("0"))
        .group_by(people.c.value)
        .order_by(people.c.value),
    )
    return made.on_conflict_do_update(
        index_elements=[M_.person_id],
        set_={"unread": M_.unread + made.excluded.unread, "kept": M_.kept + made.excluded.kept},
    ).returning(M_.person_id, M_.unread, M_.kept)


bump = rows(_row, _bump)
"""Count one more for each of ``people``, whose marks are held then."""
adjust = values(
    int,
    update(marks)
    .where(M_.person_id == param("person"))
    .values(unread=M_.unread - param("unread"), kept=M_.kept - param("gone"))
    .returning(M_.unread),
)
add = put(items, person_id="person", actor_id="actor", subject_id="subject", but=("read_at",))
_theirs = and_(I_.actor_id == param("actor"), I_.actor_id != literal_column("0"))
"""What somebody did; what nobody did is in no index of doers."""
told_before = values(
    int,
    select(I_.person_id).where(
        _theirs,
        I_.kind == param("kind"),
        I_.subject_id == param("subject"),
        member(I_.person_id, "ids"),
    ),
)
told_by_house = values(
    int,
    select(I_.person_id).where(
        I_.actor_id == 0,
        I_.kind == param("kind"),
        I_.subject_id == param("subject"),
        member(I_.person_id, "ids"),
    ),
)
read = action(
    update(items).where(_mine, I_.id <= param("up_to"), I_.read_at.is_(None)).values(read_at=param("at"))
)
newest_id = values(int, select(func.max(I_.id)).where(_mine))
set_read = values(
    int,
    update(marks)
    .where(M_.person_id == param("me"))
    .values(
        unread=M_.unread - param("read"),
        last_read_id=case((M_.last_read_id < param("up_to"), param("up_to")), else_=M_.last_read_id),
    )
    .returning(M_.unread),
)

# Finding what is to go: (person, id, kind, whether it was unread)
_found = select(I_.person_id, I_.id, I_.kind, case((I_.read_at.is_(None), 1), else_=0))
_some = param("limit")
caused = rows(
    _row,
    _found.where(
        _theirs,
        I_.kind == param("kind"),
        I_.subject_id == param("subject"),
        or_(param("anybody", Integer()) == 1, I_.person_id == param("to", Id)),
    ).limit(_some),
)
about = rows(_row, _found.where(I_.subject_id == param("subject"), prefix(I_.kind, "realm")).limit(_some))
by_actor = rows(_row, _found.where(_theirs).limit(_some))
from_actor = rows(_row, _found.where(_theirs, _mine).limit(_some))
this_one = rows(_row, _found.where(_mine, I_.id == param("id")))
of_group = rows(_row, _found.where(_mine, I_.group_key == param("key")))
of_person = rows(_row, _found.where(_mine, _one_of(I_.kind, "kinds")).limit(_some))
too_many = rows(_row, _found.where(_mine).order_by(I_.id.desc()).limit(_some).offset(param("keep")))
too_old = rows(_row, _found.where(member(I_.person_id, "people"), I_.id < param("before")).limit(_some))
drop = action(delete(items).where(I_.person_id == param("person"), I_.id == param("id")))
people_after = values(
    int, select(M_.person_id).where(M_.person_id > param("after")).order_by(M_.person_id).limit(_some)
)
forget_mark = action(delete(marks).where(M_.person_id == param("me")))

# Choices


def _choose(dialect: str) -> Any:
    made = upsert(dialect, choices).values(
        person_id=param("person"), kind=param("kind"), channel=param("channel"), wanted=param("wanted")
    )
    return made.on_conflict_do_update(
        index_elements=[choices.c.person_id, choices.c.kind, choices.c.channel],
        set_={"wanted": made.excluded.wanted},
    )


choose = action(_choose)
chosen = rows(
    _row,
    select(choices.c.person_id, choices.c.kind, choices.c.channel, choices.c.wanted).where(
        member(choices.c.person_id, "ids")
    ),
)
forget_choices = action(delete(choices).where(choices.c.person_id == param("me")))
