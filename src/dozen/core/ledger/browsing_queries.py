"""What those who look into the books ask."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, Text, func, literal, or_, select

from dozen.core.ledger.queries import made_transfer, transfer_columns
from dozen.core.ledger.tables import keys, postings, transfers
from dozen.db import param, rows, values

_k, _p, _t = keys.c, postings.c, transfers.c
_within = (_t.id < param("before"), _t.id >= param("first"))
_size = func.abs(_p.amount)
_has_a_side = (
    select(literal(1))
    .where(
        _p.transfer_id == _t.id,
        _size >= param("smallest", BigInteger()),
        _size <= param("largest", BigInteger()),
        or_(param("currency", Text()) == "", _p.currency == param("currency", Text())),
    )
    .exists()
)
_kind = or_(param("kind", Text()) == "", _t.kind == param("kind", Text()))
_latest = select(*transfer_columns).order_by(_t.id.desc()).limit(param("limit"))
journal = rows(made_transfer, _latest.where(*_within, _kind))
journal_by_sides = rows(made_transfer, _latest.where(*_within, _kind, _has_a_side))
depth = values(
    int, select(_t.id).where(*_within).order_by(_t.id.desc()).offset(param("skip", Integer())).limit(1)
)
of_hold = rows(
    made_transfer,
    select(*transfer_columns)
    .where(_t.hold_id.is_not(None), _t.hold_id == param("hold"))
    .order_by(_t.id)
    .limit(param("limit")),
)
turn_of = values(int, select(_t.turn).where(_t.id == param("id")))
waiting = values(
    int,
    select(func.count()).select_from(
        select(_t.turn).where(_t.turn > param("turn")).limit(param("limit")).subquery()
    ),
)
"""How many transfers are not sealed; counts no further than ``limit``."""
keys_between = rows(
    lambda realm, owner, key, at, transfer, answer: (
        realm, int(owner), key, int(at), transfer, None if answer is None else bytes(answer)
    ),
    select(_k.realm, _k.owner, _k.key, _k.at, _k.transfer_id, _k.answer)
    .where(_k.at >= param("first"), _k.at <= param("last"))
    .order_by(_k.at)
    .limit(param("limit")),
)  # fmt: skip
