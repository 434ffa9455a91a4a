from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    and_,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy import values as values_of
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import Executable

from dozen.core.graph.structs import Edge, PersonList
from dozen.core.graph.tables import (
    counts,
    dismissed,
    edges,
    lists,
    members,
    requests,
    subscribers,
    thing_counts,
)
from dozen.db import Id, action, member, param, rows, upsert, values

Row = tuple[Any, ...]
E_, R_ = edges.c, requests.c


def _row(*row: Any) -> Row:
    return row


# Only one transaction at a time changes how two people stand to each other (PostgreSQL; on SQLite
# writers take turns anyway). So "blocked, therefore no follow" cannot be overtaken.
lock_pair = values(int, select(func.pg_advisory_xact_lock(param("key", BigInteger()))))

# Edges

tie = action(
    lambda dialect: (
        upsert(dialect, edges)
        .values(
            from_id=param("from_id"),
            kind=param("kind"),
            to_id=param("to_id"),
            id=param("id"),
            reposts=param("reposts"),
            notify=param("notify"),
            until=param("until"),
        )
        .on_conflict_do_nothing()
    )
)
untie = values(
    bool,
    delete(edges)
    .where(E_.from_id == param("from_id"), E_.kind == param("kind"), E_.to_id == param("to_id"))
    .returning(E_.reposts),
)
retie = action(
    update(edges)
    .where(E_.from_id == param("from_id"), E_.kind == param("kind"), E_.to_id == param("to_id"))
    .values(reposts=param("reposts"), notify=param("notify"), until=param("until"))
)

notify_of = values(
    bool,
    select(E_.notify).where(
        E_.from_id == param("from_id"), E_.kind == param("kind"), E_.to_id == param("to_id")
    ),
)

# How somebody stands to a page of others: (which, other, kind, reposts, notify, until).
EDGE_OUT, EDGE_IN, REQUEST_OUT, REQUEST_IN = range(4)
_OUT, _IN = ("follow", "block", "mute", "friend"), ("follow", "block")
_ASKED = ("follow", "friend")


def _ties(dialect: str) -> Executable:
    me = param("me", Id)
    no_time: Any = literal_column("CAST(NULL AS BIGINT)")
    always: Any = literal_column("TRUE")

    def plain(which: int, table: Any, mine: Any, other: Any, kinds: tuple[str, ...]) -> Any:
        until = table.c.until if table is edges else no_time
        row: Any = (literal_column(str(which)), other, table.c.kind, table.c.reposts, table.c.notify, until)
        return select(*row).where(mine == me, table.c.kind.in_(kinds), member(other, "ids"))

    def fenced(which: int, table: Any, mine: Any, other: Any, kinds: tuple[str, ...]) -> Any:
        """As plain, but one look by the whole key for each id and kind, whatever the planner thinks: a plan
        made for average people must not walk through all followers of somebody with very many."""
        others = func.unnest(param("ids", ARRAY(BigInteger))).table_valued("id").render_derived(name="o")
        kind = values_of(column("kind", Text()), name="k").data([(each,) for each in kinds])
        until = table.c.until if table is edges else no_time
        one = (
            select(table.c.reposts, table.c.notify, until.label("until"))
            .where(mine == me, table.c.kind == kind.c.kind, other == others.c.id)
            .offset(literal_column("0"))
            .lateral(f"t{which}")
        )
        row: Any = (
            literal_column(str(which)),
            others.c.id,
            kind.c.kind,
            one.c.reposts,
            one.c.notify,
            one.c.until,
        )
        return select(*row).select_from(others.join(kind, always).join(one, always))

    branch = plain if dialect == "sqlite" else fenced
    return union_all(
        branch(EDGE_OUT, edges, E_.from_id, E_.to_id, _OUT),
        branch(EDGE_IN, edges, E_.to_id, E_.from_id, _IN),
        branch(REQUEST_OUT, requests, R_.from_id, R_.to_id, _ASKED),
        branch(REQUEST_IN, requests, R_.to_id, R_.from_id, _ASKED),
    )


ties = rows(_row, _ties)

blocked_either = values(
    int,
    select(literal_column("1"))
    .where(
        E_.kind == "block",
        or_(
            and_(E_.from_id == param("a"), E_.to_id == param("b")),
            and_(E_.from_id == param("b"), E_.to_id == param("a")),
        ),
    )
    .limit(1),
)


def _page(mine: Any, other: Any) -> Executable:
    return (
        select(other, E_.id)
        .where(mine == param("person"), E_.kind == param("kind"), E_.id < param("before"))
        .order_by(E_.id.desc())
        .limit(param("limit"))
    )


tied_to = rows(Edge, _page(E_.to_id, E_.from_id))
tied_from = rows(Edge, _page(E_.from_id, E_.to_id))
ids_from = values(
    int,
    select(E_.to_id)
    .where(E_.from_id == param("person"), E_.kind == param("kind"))
    .order_by(E_.id.desc())
    .limit(param("limit")),
)
which_from = values(
    int,
    select(E_.to_id).where(E_.from_id == param("person"), E_.kind == param("kind"), member(E_.to_id, "ids")),
)
_after = (
    select(E_.from_id, E_.id)
    .where(E_.to_id == param("person"), E_.kind == param("kind"), E_.id > param("after"))
    .order_by(E_.id)
    .limit(param("limit"))
)
after_to = rows(Edge, _after)
after_to_notify = rows(Edge, _after.where(text("notify = 1")))


def _how_many(c: Any) -> Any:
    """Ties or requests since a moment (as an id), counted up to a limit."""
    some = select(c.id).where(c.from_id == param("person"), c.kind == param("kind"), c.id > param("since"))
    return select(func.count()).select_from(some.limit(param("limit")).subquery()).scalar_subquery()


tied_since = values(int, select(_how_many(E_)))
tied_or_asked_since = values(int, select(_how_many(E_) + _how_many(R_)))
mutes = rows(
    Edge,
    select(E_.to_id, E_.id)
    .where(
        E_.from_id == param("person"),
        E_.kind == "mute",
        E_.id < param("before"),
        or_(E_.until.is_(None), E_.until > param("now")),
    )
    .order_by(E_.id.desc())
    .limit(param("limit")),
)
in_common = rows(
    Edge,
    (
        lambda mine, theirs: (
            select(mine.c.to_id, mine.c.id)
            .where(
                mine.c.from_id == param("me"),
                mine.c.kind == param("kind"),
                mine.c.id < param("before"),
                exists().where(
                    theirs.c.from_id == mine.c.to_id,
                    theirs.c.kind == param("kind"),
                    theirs.c.to_id == param("other"),
                ),
            )
            .order_by(mine.c.id.desc())
            .limit(param("limit"))
        )
    )(edges.alias("mine"), edges.alias("theirs")),
)

# Whom somebody does not see: (which, other, notify, until), which: 0 muted, 1 blocked, 2 blocked by,
# 3 followed without reposts.
MUTED, BLOCKED, BLOCKED_BY, NO_REPOSTS = range(4)


def _hidden(which: int, other: Any, *where: Any) -> Any:
    return select(literal_column(str(which)), other, E_.notify, E_.until).where(*where)


_newest_blockers = (
    select(E_.from_id.label("other_id"))
    .where(E_.to_id == param("me"), E_.kind == "block")
    .order_by(E_.id.desc())
    .limit(param("limit"))
    .subquery()
)
hidden = rows(
    _row,
    union_all(
        _hidden(MUTED, E_.to_id, E_.from_id == param("me"), E_.kind == "mute"),
        _hidden(BLOCKED, E_.to_id, E_.from_id == param("me"), E_.kind == "block"),
        _hidden(
            NO_REPOSTS,
            E_.to_id,
            E_.from_id == param("me"),
            text("reposts = 0"),
            E_.kind == "follow",
        ),
        select(
            literal_column(str(BLOCKED_BY)),
            _newest_blockers.c.other_id,
            literal_column("0"),
            literal_column("CAST(NULL AS BIGINT)"),
        ),
    ),
)

# Who of ``ids`` has muted (without wanting notifications) or blocked ``person``, or is blocked by them.
deaf_to = values(
    int,
    union_all(
        select(E_.from_id).where(member(E_.from_id, "ids"), E_.kind == "block", E_.to_id == param("person")),
        select(E_.from_id).where(
            member(E_.from_id, "ids"),
            E_.kind == "mute",
            E_.to_id == param("person"),
            text("notify = 0"),
            or_(E_.until.is_(None), E_.until > param("now")),
        ),
        select(E_.to_id).where(E_.from_id == param("person"), E_.kind == "block", member(E_.to_id, "ids")),
    ),
)
ended_mutes = rows(
    _row,
    select(E_.from_id, E_.to_id)
    .where(E_.until.is_not(None), E_.until <= param("now"), E_.kind == "mute")
    .order_by(E_.until)
    .limit(param("limit")),
)

# Requests

ask = action(
    lambda dialect: (
        upsert(dialect, requests)
        .values(
            from_id=param("from_id"),
            kind=param("kind"),
            to_id=param("to_id"),
            id=param("id"),
            reposts=param("reposts"),
            notify=param("notify"),
        )
        .on_conflict_do_nothing()
    )
)
_this_request = and_(R_.from_id == param("from_id"), R_.kind == param("kind"), R_.to_id == param("to_id"))
unask = action(delete(requests).where(_this_request))
re_ask = action(
    update(requests).where(_this_request).values(reposts=param("reposts"), notify=param("notify"))
)
request = rows(_row, select(R_.reposts, R_.notify).where(_this_request))
asked_people = values(
    int,
    select(R_.to_id)
    .distinct()
    .where(R_.kind == "follow", R_.to_id > param("after"))
    .order_by(R_.to_id)
    .limit(param("limit")),
)


def _asked(mine: Any, other: Any) -> Executable:
    return (
        select(other, R_.id)
        .where(mine == param("person"), R_.kind == param("kind"), R_.id < param("before"))
        .order_by(R_.id.desc())
        .limit(param("limit"))
    )


asked_of = rows(Edge, _asked(R_.to_id, R_.from_id))
asked_by = rows(Edge, _asked(R_.from_id, R_.to_id))
# Counters


def _add(dialect: str) -> Any:
    make = upsert(dialect, counts).values(
        [
            {name: param(f"{side}_{name}") for name in ("person_id", "followers", "following", "friends")}
            for side in ("low", "high")
        ]
    )
    new = make.excluded
    return make.on_conflict_do_update(
        index_elements=[counts.c.person_id],
        set_={name: counts.c[name] + new[name] for name in ("followers", "following", "friends")},
    )


add_counts = action(_add)
add_thing_count = action(
    lambda dialect: (
        lambda make: make.on_conflict_do_update(
            index_elements=[thing_counts.c.realm, thing_counts.c.thing_id],
            set_={"followers": thing_counts.c.followers + make.excluded.followers},
        )
    )(
        upsert(dialect, thing_counts).values(
            realm=param("realm"), thing_id=param("thing_id"), followers=param("by")
        )
    )
)
counts_of = rows(
    _row,
    select(counts.c.person_id, counts.c.followers, counts.c.following, counts.c.friends).where(
        member(counts.c.person_id, "ids")
    ),
)
thing_counts_of = rows(
    _row,
    select(thing_counts.c.thing_id, thing_counts.c.followers).where(
        thing_counts.c.realm == param("realm"), member(thing_counts.c.thing_id, "ids")
    ),
)
drop_counts = action(delete(counts).where(counts.c.person_id == param("person")))
clear_counts = action(delete(counts))
clear_thing_counts = action(delete(thing_counts))
lock_edges = action(text("LOCK TABLE graph_edges IN SHARE MODE"))


def _count_edges() -> Any:
    names = ("followers", "following", "friends")
    zero: Any = literal_column("0")
    n = func.count()

    def per(person: Any, kind: str, *numbers: Any) -> Any:
        labels = [number.label(name) for number, name in zip(numbers, names, strict=True)]
        return select(person.label("person_id"), *labels).where(E_.kind == kind).group_by(person)

    each = union_all(
        per(E_.to_id, "follow", n, zero, zero),
        per(E_.from_id, "follow", zero, n, zero),
        per(E_.from_id, "friend", zero, zero, n),
    ).subquery()
    totals = (func.sum(each.c[name]).cast(Integer) for name in names)
    return insert(counts).from_select(
        ["person_id", *names], select(each.c.person_id, *totals).group_by(each.c.person_id)
    )


count_edges = action(_count_edges())
count_things = action(
    insert(thing_counts).from_select(
        ["realm", "thing_id", "followers"],
        select(E_.kind, E_.to_id, func.count()).where(E_.kind.contains(".")).group_by(E_.kind, E_.to_id),
    )
)

# Many at once

_LOADED = ["from_id", "to_id", "id", "kind", "reposts", "notify"]


def _load(dialect: str) -> Any:
    if dialect == "sqlite":
        return (
            upsert(dialect, edges)
            .values(
                from_id=param("from_id"), to_id=param("to_id"), id=param("id"), kind=param("kind"),
                reposts=literal_column("1"), notify=literal_column("0"),
            )
            .on_conflict_do_nothing()
        )  # fmt: skip
    # Arrays as text: a driver that converts number by number would cost more than the database does.
    arrays = [cast(param(name, Text()), ARRAY(BigInteger)) for name in ("from_ids", "to_ids", "ids")]
    given = func.unnest(*arrays).table_valued("from_id", "to_id", "id").render_derived(name="given")
    return (
        upsert(dialect, edges)
        .from_select(
            _LOADED,
            select(
                given.c.from_id, given.c.to_id, given.c.id, param("kind", E_.kind.type),
                literal_column("1"), literal_column("0"),
            ),
        )
        .on_conflict_do_nothing()
    )  # fmt: skip


load = action(_load)

# Suggestions: the newest ties of my newest ties, counted.


def _near() -> Any:
    mine, theirs, deep = edges.alias("mine"), edges.alias("theirs"), edges.alias("deep")
    oldest = (
        select(deep.c.id)
        .where(deep.c.from_id == mine.c.to_id, deep.c.kind == param("kind"))
        .order_by(deep.c.id.desc())
        .limit(1)
        .offset(param("depth"))
        .scalar_subquery()
    )
    near = (
        select(mine.c.to_id, func.coalesce(oldest, 0).label("floor"))
        .where(mine.c.from_id == param("me"), mine.c.kind == param("kind"))
        .order_by(mine.c.id.desc())
        .limit(param("width"))
        .subquery()
    )
    n = func.count().label("n")
    return (
        select(theirs.c.to_id, n)
        .select_from(
            near.join(
                theirs,
                and_(
                    theirs.c.from_id == near.c.to_id,
                    theirs.c.kind == param("kind"),
                    theirs.c.id >= near.c.floor,
                ),
            )
        )
        .where(theirs.c.to_id != param("me"))
        .group_by(theirs.c.to_id)
        .order_by(n.desc(), theirs.c.to_id.desc())
        .limit(param("limit"))
    )


near = rows(_row, _near())
dismiss = action(
    lambda dialect: (
        upsert(dialect, dismissed)
        .values(person_id=param("person"), other_id=param("other"), at=param("at"))
        .on_conflict_do_nothing()
    )
)
dismissed_of = values(
    int,
    select(dismissed.c.other_id).where(
        dismissed.c.person_id == param("person"), member(dismissed.c.other_id, "ids")
    ),
)

# Lists

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

# Forgetting somebody, a handful at a time


def _some(table: Any, mine: Any, kinds: tuple[str, ...] = ()) -> Executable:
    found = select(table.c.from_id, table.c.kind, table.c.to_id).where(mine == param("person"))
    return (found.where(table.c.kind.in_(kinds)) if kinds else found).limit(param("limit"))


edges_from = rows(_row, _some(edges, E_.from_id))
edges_to = rows(_row, _some(edges, E_.to_id, _OUT))
requests_from = rows(_row, _some(requests, R_.from_id))
requests_to = rows(_row, _some(requests, R_.to_id))
list_ids_with_member = values(
    int, select(members.c.list_id).where(members.c.person_id == param("person")).limit(param("limit"))
)
list_ids_with_subscriber = values(
    int, select(subscribers.c.list_id).where(subscribers.c.person_id == param("person")).limit(param("limit"))
)
forget_dismissals = action(
    delete(dismissed).where(
        or_(dismissed.c.person_id == param("person"), dismissed.c.other_id == param("person"))
    )
)
drop_members = action(delete(members).where(members.c.list_id == param("list_id")))
drop_subscribers = action(delete(subscribers).where(subscribers.c.list_id == param("list_id")))
