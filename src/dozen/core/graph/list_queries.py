"""Lists of people, their members and subscribers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, exists, func, insert, literal_column, or_, select, update

from dozen.core.graph.structs import Edge, PersonList
from dozen.core.graph.tables import lists, members, subscribers
from dozen.db import action, member, param, rows, upsert, values

_list = select(
    lists.c.id, lists.c.owner_id, lists.c.title, lists.c.description, lists.c.private,
    lists.c.exclusive, lists.c.replies, lists.c.members, lists.c.subscribers,
)  # fmt: skip


def _person_list(*row: Any) -> PersonList:
    return PersonList(**dict(zip(PersonList.__struct_fields__, row, strict=True)))


list_by_id = rows(_person_list, _list.where(lists.c.id == param("id")))
_owned = (
    _list.where(lists.c.owner_id == param("owner"), lists.c.id < param("before"))
    .order_by(lists.c.id.desc())
    .limit(param("limit"))
)
lists_of = rows(_person_list, _owned)
public_lists_of = rows(_person_list, _owned.where(lists.c.private == literal_column("0")))
how_many_lists = values(int, select(func.count()).where(lists.c.owner_id == param("owner")))
make_list = action(
    insert(lists).values(
        id=param("id"), owner_id=param("owner"), title=param("title"), description=param("description"),
        private=param("private"), exclusive=param("exclusive"), replies=param("replies"),
        members=literal_column("0"), subscribers=literal_column("0"),
    )
)  # fmt: skip
change_list = action(
    update(lists)
    .where(lists.c.id == param("this"))
    .values(
        title=param("title"), description=param("description"), private=param("private"),
        exclusive=param("exclusive"), replies=param("replies"),
    )
)  # fmt: skip
drop_list = action(delete(lists).where(lists.c.id == param("id")))
grow_list = action(
    update(lists)
    .where(lists.c.id == param("this"))
    .values(
        members=lists.c.members + param("members"), subscribers=lists.c.subscribers + param("subscribers")
    )
)


def _join(table: Any) -> Any:
    return lambda dialect: (
        upsert(dialect, table)
        .values(list_id=param("list_id"), person_id=param("person"), id=param("id"))
        .on_conflict_do_nothing()
    )


def _leave(table: Any) -> Any:
    return delete(table).where(table.c.list_id == param("list_id"), table.c.person_id == param("person"))


def _of_list(table: Any) -> Any:
    return (
        select(table.c.person_id, table.c.id)
        .where(table.c.list_id == param("list_id"), table.c.id < param("before"))
        .order_by(table.c.id.desc())
        .limit(param("limit"))
    )


def _lists_with(table: Any) -> Any:
    """A person's lists, newest in them first, with the place: what ``viewer`` may see."""
    return (
        _list.add_columns(table.c.id)
        .join_from(table, lists, lists.c.id == table.c.list_id)
        .where(
            table.c.person_id == param("person"),
            table.c.id < param("before"),
            or_(lists.c.private == literal_column("0"), lists.c.owner_id == param("viewer")),
        )
        .order_by(table.c.id.desc())
        .limit(param("limit"))
    )


def _placed(*row: Any) -> tuple[PersonList, int]:
    return _person_list(*row[:-1]), int(row[-1])


enlist, delist, listed = action(_join(members)), action(_leave(members)), rows(Edge, _of_list(members))
subscribe, unsubscribe = action(_join(subscribers)), action(_leave(subscribers))
subscribed = rows(Edge, _of_list(subscribers))
lists_with_member = rows(_placed, _lists_with(members))
lists_with_subscriber = rows(_placed, _lists_with(subscribers))
which_listed = values(
    int,
    select(members.c.person_id).where(
        members.c.list_id == param("list_id"), member(members.c.person_id, "ids")
    ),
)
is_subscribed = values(
    int,
    select(subscribers.c.id).where(
        subscribers.c.list_id == param("list_id"), subscribers.c.person_id == param("person")
    ),
)


def _lists_by(table: Any) -> Any:
    """Lists of ``owner`` that ``person`` is in."""
    return select(lists.c.id).where(
        lists.c.owner_id == param("owner"),
        exists().where(table.c.list_id == lists.c.id, table.c.person_id == param("person")),
    )


lists_by_with_member = values(int, _lists_by(members))
lists_by_with_subscriber = values(int, _lists_by(subscribers))
kept_apart = values(
    int,
    select(members.c.person_id)
    .distinct()
    .join_from(lists, members, members.c.list_id == lists.c.id)
    .where(lists.c.owner_id == param("owner"), lists.c.exclusive == literal_column("1")),
)
list_ids_with_member = values(
    int, select(members.c.list_id).where(members.c.person_id == param("person")).limit(param("limit"))
)
list_ids_with_subscriber = values(
    int, select(subscribers.c.list_id).where(subscribers.c.person_id == param("person")).limit(param("limit"))
)
drop_members = action(delete(members).where(members.c.list_id == param("list_id")))
drop_subscribers = action(delete(subscribers).where(subscribers.c.list_id == param("list_id")))
