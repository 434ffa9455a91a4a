"""Statements of accounts and sums by the day."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Text, case, func, literal_column, or_, select

from dozen.core.ledger.queries import document, transfer_columns
from dozen.core.ledger.structs import DayTotal, Entry
from dozen.core.ledger.tables import days, postings, seals, transfers
from dozen.db import Rows, Values, param, rows, values
from dozen.kit.clock import DAY

_p, _t, _d = postings.c, transfers.c, days.c
_big = BigInteger()
_mine = _p.account_id == param("account_id")


class Way:
    """How an account's postings are gone through: by ``seq``, or by transfer where there are lanes."""

    def __init__(self, key: ColumnElement[int], lanes: ColumnElement[bool]) -> None:
        self._key = key
        self._lanes = lanes
        self.down = self._entries(key.desc())
        self.up = self._entries(key.asc())
        self.depth_down: Values[int] = self._depth(key.desc())
        self.depth_up: Values[int] = self._depth(key.asc())

    def _entries(self, order: ColumnElement[Any]) -> Rows[Entry]:
        size = func.abs(_p.amount)
        return rows(
            _entry,
            select(
                _t.id, _p.at, *transfer_columns[2:], _p.currency, _p.amount, _p.balance_after, _p.lane,
                self._key,
            )
            .join_from(postings, transfers, _t.id == _p.transfer_id)
            .where(
                _mine, self._lanes, self._key > param("low"), self._key < param("high"),
                size >= param("smallest"), size <= param("largest"),
                or_(param("kind", Text()) == "", _t.kind == param("kind", Text())),
            )
            .order_by(order)
            .limit(param("limit")),
        )  # fmt: skip

    def _depth(self, order: ColumnElement[Any]) -> Values[int]:
        return values(
            int,
            select(self._key)
            .where(_mine, self._lanes, self._key > param("low"), self._key < param("high"))
            .order_by(order)
            .offset(param("skip", Integer()))
            .limit(1),
        )


def _entry(*row: Any) -> Entry:
    return Entry(*[*row[:6], document(row[6]), *row[7:], ()])


ORDINARY = Way(_p.seq, _p.lane == 0)
LANED = Way(_p.transfer_id, _p.lane > 0)

newest_seq = values(int, select(func.max(_p.seq)).where(_mine, _p.lane == 0))
at_seq = values(int, select(_p.at).where(_mine, _p.lane == 0, _p.seq == param("seq")))


def _total(day: Any, credit: Any, debit: Any, count: Any) -> DayTotal:
    return DayTotal(int(day) * DAY, int(credit), int(debit), int(count))


_credit = func.sum(case((_p.amount > 0, _p.amount), else_=0)).cast(_big)
_debit = func.sum(case((_p.amount < 0, -_p.amount), else_=0)).cast(_big)
_day = _p.at.op("/")(literal_column(str(DAY)))
days_of_ordinary = rows(
    _total,
    select(_day, _credit, _debit, func.count())
    .where(_mine, _p.lane == 0, _p.seq > param("low"), _p.seq < param("high"))
    .group_by(_day)
    .order_by(_day),
)
days_of_lanes = rows(
    lambda day, credit, debit, count: DayTotal(int(day), int(credit), int(debit), int(count)),
    select(_d.day, _d.credit, _d.debit, _d.count)
    .where(_d.account_id == param("account_id"), _d.day >= param("first"), _d.day < param("last"))
    .order_by(_d.day),
)
last_sealed = values(int, select(func.coalesce(func.max(seals.c.last_turn), 0)))
days_unsealed = rows(
    _total,
    select(_day, _credit, _debit, func.count())
    .join_from(transfers, postings, _t.id == _p.transfer_id)
    .where(_t.turn > param("turn"), _mine, _p.at >= param("first"), _p.at < param("last"))
    .group_by(_day)
    .order_by(_day),
)
