"""Counters of ties."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, delete, func, insert, literal_column, select, text, union_all

from dozen.core.graph.edge_queries import E_, row
from dozen.core.graph.tables import counts, thing_counts
from dozen.db import action, member, param, rows, upsert


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
    row,
    select(counts.c.person_id, counts.c.followers, counts.c.following, counts.c.friends).where(
        member(counts.c.person_id, "ids")
    ),
)
thing_counts_of = rows(
    row,
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
