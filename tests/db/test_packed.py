"""Packed statements give exactly what plain ones give, in the same order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, Text, insert, literal, select

from dozen.db import Id, Json, Truth, Tx, action, param, rows, values
from tests.support.town import Town

_t = Table(
    "packed_things",
    MetaData(),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("words", Text),
    Column("on", Truth),
    Column("data", Json),
)
_put = action(
    insert(_t).values(
        id=param("id"), words=param("words"), on=param("on"), data=param("data", _t.c.data.type)
    )
)
_some = (
    select(_t.c.id, _t.c.words, _t.c.on, _t.c.data).where(_t.c.id > param("after")).order_by(_t.c.id.desc())
)
_row: Any = lambda *row: row  # noqa: E731
plain = rows(_row, _some.limit(param("limit")))
packed = rows(_row, _some.limit(param("limit")), packed=True)
words = values(str, _some.with_only_columns(_t.c.words))
packed_words = values(str, _some.with_only_columns(_t.c.words), packed=True)
expressions = rows(_row, _some.with_only_columns(_t.c.id + literal(1), literal("x")), packed=True)

_value = (
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)
_thing = st.tuples(
    st.integers(0, 2**63 - 1),
    st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.booleans(),
    st.none() | st.lists(_value, max_size=3),
)


@pytest.fixture
def things(town: Town) -> Town:
    def make(tx: Tx) -> None:
        tx.driver.execute(
            "CREATE TEMPORARY TABLE packed_things "
            '(id BIGINT PRIMARY KEY, words TEXT, "on" INTEGER, data TEXT)'
        )

    town.db.run_write(town.env, make)
    return town


@settings(max_examples=25)
@given(rows_=st.lists(_thing, unique_by=lambda each: each[0], max_size=12), limit=st.integers(0, 13))
def test_the_same_rows_in_the_same_order(things: Town, rows_: list[Any], limit: int) -> None:
    def check(tx: Tx) -> None:
        tx.driver.execute("DELETE FROM packed_things")
        for each in rows_:
            _put(tx, id=each[0], words=each[1], on=each[2], data=each[3])
        expected = plain.all(tx, after=-1, limit=limit)
        assert packed.all(tx, after=-1, limit=limit) == expected
        assert packed.first(tx, after=-1, limit=limit) == (expected[0] if expected else None)
        assert packed_words.all(tx, after=-1) == words.all(tx, after=-1)
        assert packed_words.first(tx, after=2**63 - 1) is None
        low = [each for each in rows_ if each[0] < 2**63 - 1]
        if len(low) == len(rows_):
            assert expressions.all(tx, after=-1) == [
                (row[0] + 1, "x") for row in plain.all(tx, after=-1, limit=99)
            ]

    things.write(check)
