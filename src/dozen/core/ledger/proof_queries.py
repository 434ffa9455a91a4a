"""What sealing and proving ask."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, and_, case, exists, func, insert, or_, select, text, tuple_

from dozen.core.ledger.queries import OPEN
from dozen.core.ledger.structs import Seal
from dozen.core.ledger.tables import balances, checkpoints, days, holds, postings, reversals, seals, transfers
from dozen.db import action, member, param, rows, upsert, values

_b, _c, _d, _h, _p = balances.c, checkpoints.c, days.c, holds.c, postings.c
_r, _s, _t = reversals.c, seals.c, transfers.c
_big = BigInteger()


def _row(*row: Any) -> tuple[Any, ...]:
    return row


# Sealing

_seal = (_s.number, _s.after_turn, _s.last_turn, _s.transfers, _s.postings, _s.digest, _s.mac, _s.sealed_at)


def _made_seal(*row: Any) -> Seal:
    return Seal(row[0], row[1], row[2], row[3], row[4], bytes(row[5]), bytes(row[6]), row[7])


last_seal = rows(_made_seal, select(*_seal).order_by(_s.number.desc()).limit(1))
seals_after = rows(
    _made_seal, select(*_seal).where(_s.number > param("number")).order_by(_s.number).limit(param("limit"))
)
add_seal = action(insert(seals).values({column.name: param(column.name) for column in seals.c}))
stretch = rows(
    _row,
    select(
        _t.turn, _t.id, _t.at, _t.kind, _t.actor, _t.subject, _t.memo, _t.data, _t.hold_id, _t.reverses,
        _t.rate, _t.legs,
    )
    .where(_t.turn > param("after"), _t.turn <= param("last"))
    .order_by(_t.turn)
    .limit(param("limit")),
)  # fmt: skip
sides = rows(
    _row,
    select(
        _p.transfer_id, _p.leg, _p.account_id, _p.lane, _p.seq, _p.at, _p.currency, _p.amount,
        _p.balance_after,
    )
    .where(member(_p.transfer_id, "ids"))
    .order_by(_p.transfer_id, _p.leg),
)  # fmt: skip
newest_turn = values(int, select(func.coalesce(func.max(_t.turn), 0)))
unsealed = values(int, select(func.count()).where(_t.turn > param("turn")))
taken_turns = values(int, text("SELECT last_value FROM ledger_transfers_turn_seq").columns(last_value=_big))
"""Turns up to this one have been given out (PostgreSQL)."""
own_transaction = values(int, text("SELECT pg_current_xact_id()::text::bigint AS x").columns(x=_big))
oldest_transaction = values(
    int, text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS x").columns(x=_big)
)


def _add_day(dialect: str) -> Any:
    made = upsert(dialect, days).values({column.name: param(column.name) for column in days.c})
    return made.on_conflict_do_update(
        index_elements=[_d.account_id, _d.day],
        set_={name: _d[name] + made.excluded[name] for name in ("credit", "debit", "count")},
    )


add_day = action(_add_day)

# Proving

zero_sums = rows(
    _row,
    select(_b.currency, func.sum(_b.balance).cast(_big))
    .group_by(_b.currency)
    .having(func.sum(_b.balance) != 0),
)
work = values(int, select(func.coalesce(func.sum(_b.seq), 0).cast(_big)))
work_since = values(
    int,
    select(func.coalesce(func.sum(_b.seq - func.coalesce(_c.seq, 0)), 0).cast(_big)).join_from(
        balances, checkpoints, and_(_c.account_id == _b.account_id, _c.lane == _b.lane), isouter=True
    ),
)

_at_chain = and_(_c.account_id == _b.account_id, _c.lane == _b.lane)
chains = rows(
    _row,
    select(_b.account_id, _b.lane, _b.seq, _b.balance, _c.seq, _c.balance, _c.mac)
    .join_from(balances, checkpoints, _at_chain, isouter=True)
    .where(tuple_(_b.account_id, _b.lane) > tuple_(param("account_id", _big), param("lane", _big)))
    .order_by(_b.account_id, _b.lane)
    .limit(param("limit")),
)
"""The next chains, with what is known of them from before."""

_within = and_(
    tuple_(_b.account_id, _b.lane) >= tuple_(param("account_id", _big), param("lane", _big)),
    tuple_(_b.account_id, _b.lane) <= tuple_(param("last_id", _big), param("last_lane", _big)),
)
_start_seq = case((param("full", _big) == 1, 0), else_=func.coalesce(_c.seq, 0))
_start_balance = case((param("full", _big) == 1, 0), else_=func.coalesce(_c.balance, 0))
_over: dict[str, Any] = {"partition_by": (_p.account_id, _p.lane), "order_by": _p.seq}
_linked = (
    select(
        _p.account_id,
        _p.lane,
        _p.seq,
        _p.amount,
        _p.balance_after,
        _p.currency,
        _b.currency.label("own_currency"),
        func.coalesce(func.lag(_p.seq).over(**_over), _start_seq).label("seq_before"),
        func.coalesce(func.lag(_p.balance_after).over(**_over), _start_balance).label("before"),
    )
    .select_from(balances)
    .join(checkpoints, _at_chain, isouter=True)
    .join(
        postings,
        and_(_p.account_id == _b.account_id, _p.lane == _b.lane, _p.seq > _start_seq),
    )
    .where(_within)
    .subquery()
)
_l = _linked.c
_torn = or_(
    _l.seq != _l.seq_before + 1, _l.balance_after != _l.before + _l.amount, _l.currency != _l.own_currency
)
torn = rows(
    _row,
    select(_l.account_id, _l.lane, _l.seq, _l.balance_after, _l.before + _l.amount, _l.seq_before + 1)
    .where(_torn)
    .order_by(_l.account_id, _l.lane, _l.seq)
    .limit(param("limit")),
)
"""Links that do not follow from the one before, in a range of chains."""
_one = and_(
    _p.account_id == param("account_id"),
    _p.lane == param("lane"),
    _p.seq > param("seq"),
    _p.seq <= param("last"),
)
_over_one: dict[str, Any] = {"order_by": _p.seq}
_link = (
    select(
        _p.seq,
        _p.amount,
        _p.balance_after,
        func.coalesce(func.lag(_p.seq).over(**_over_one), param("seq", _big)).label("seq_before"),
        func.coalesce(func.lag(_p.balance_after).over(**_over_one), param("balance", _big)).label("before"),
    )
    .where(_one)
    .subquery()
)
_k = _link.c
torn_in_one = rows(
    _row,
    select(_k.seq, _k.balance_after, _k.before + _k.amount, _k.seq_before + 1)
    .where(or_(_k.seq != _k.seq_before + 1, _k.balance_after != _k.before + _k.amount))
    .order_by(_k.seq)
    .limit(param("limit")),
)
"""The same in a stretch of one long chain."""
balance_at = values(
    int,
    select(_p.balance_after).where(
        _p.account_id == param("account_id"), _p.lane == param("lane"), _p.seq == param("seq")
    ),
)
_later = postings.alias()
wrong_ends = rows(
    _row,
    select(_b.account_id, _b.lane, _b.seq, _b.balance, _p.balance_after)
    .select_from(balances)
    .join(
        postings,
        and_(_p.account_id == _b.account_id, _p.lane == _b.lane, _p.seq == _b.seq),
        isouter=True,
    )
    .where(
        _within,
        or_(
            _b.balance != func.coalesce(_p.balance_after, 0),
            and_(_b.seq > 0, _p.seq.is_(None)),
            exists(
                select(_later.c.seq).where(
                    _later.c.account_id == _b.account_id, _later.c.lane == _b.lane, _later.c.seq > _b.seq
                )
            ),
        ),
    )
    .limit(param("limit")),
)
_reserved = func.coalesce(func.sum(_h.amount - _h.captured), 0)
wrong_holds = rows(
    _row,
    select(_b.account_id, _b.lane, _b.held, _reserved.cast(_big))
    .select_from(balances)
    .join(holds, and_(_h.account_id == _b.account_id, _b.lane == 0, _h.state == OPEN), isouter=True)
    .where(_within)
    .group_by(_b.account_id, _b.lane, _b.held)
    .having(_b.held != _reserved)
    .limit(param("limit")),
)
posting_page = rows(
    _row,
    select(_p.transfer_id, _p.leg, _t.turn, _b.currency)
    .select_from(postings)
    .join(transfers, _t.id == _p.transfer_id, isouter=True)
    .join(balances, and_(_b.account_id == _p.account_id, _b.lane == _p.lane), isouter=True)
    .where(tuple_(_p.transfer_id, _p.leg) > tuple_(param("transfer_id", _big), param("leg", _big)))
    .order_by(_p.transfer_id, _p.leg)
    .limit(param("limit")),
)
reversal_page = rows(
    _row,
    select(_r.transfer_id, _r.reversed)
    .where(_r.transfer_id > param("after"))
    .order_by(_r.transfer_id)
    .limit(param("limit")),
)
reversal_sums = rows(
    _row,
    select(_t.reverses, func.sum(_p.amount).cast(_big))
    .join_from(transfers, postings, _t.id == _p.transfer_id)
    .where(member(_t.reverses, "ids"), _p.amount > 0, _t.rate.is_(None))
    .group_by(_t.reverses),
)
rated = values(int, select(_t.id).where(member(_t.id, "ids"), _t.rate.is_not(None)))


def _put_checkpoint(dialect: str) -> Any:
    made = upsert(dialect, checkpoints).values({column.name: param(column.name) for column in checkpoints.c})
    return made.on_conflict_do_update(
        index_elements=[_c.account_id, _c.lane],
        set_={name: made.excluded[name] for name in ("seq", "balance", "mac")},
    )


put_checkpoint = action(_put_checkpoint)
checkpoint = rows(
    _row,
    select(_c.seq, _c.balance, _c.mac).where(_c.account_id == param("account_id"), _c.lane == param("lane")),
)
