"""A table of these tests' own, in no migration, and statements on it."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Float, MetaData, Table, func, insert, select

from dozen.db import Id, Json, Truth, Tx, Word, action, param, values

things = Table(
    "test_things",
    MetaData(),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", Word, unique=True),
    Column("ok", Truth),
    Column("doc", Json),
    Column("score", Float),
    Column("n", BigInteger),
    CheckConstraint("n >= 0", name="n"),
)

add = action(insert(things).values(id=param("id"), name=param("name")))
put = action(insert(things))
count = values(int, select(func.count()).select_from(things))
ids = values(int, select(things.c.id).order_by(things.c.id))


def add_some(tx: Tx, *some: int) -> None:
    for n in some:
        add(tx, id=n, name=f"thing {n}")
