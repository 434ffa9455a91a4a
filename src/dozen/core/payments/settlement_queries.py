"""Statements for comparing our books with a gateway's file."""

from typing import Any

from sqlalchemy import BigInteger, Text, and_, func, literal_column, null, select, tuple_, update
from sqlalchemy import Table as AnyTable

from dozen.core.payments.structs import Charge, Difference, Payout, Refund, Settlement
from dozen.core.payments.tables import charges, differences, payouts, refunds, settlements
from dozen.db import Rows, action, member, param, rows, upsert, values

_MOVED = {
    "charge": ("captured", "partially_refunded", "refunded"),
    "refund": ("succeeded",),
    "payout": ("succeeded",),
}
_ROWS: dict[str, tuple[AnyTable, Any]] = {
    "charge": (charges, Charge),
    "refund": (refunds, Refund),
    "payout": (payouts, Payout),
}


def _columns(table: AnyTable, struct: Any) -> list[Any]:
    return [table.c[name] for name in struct.__struct_fields__]


def _by_refs(table: AnyTable, struct: Any) -> Rows[Any]:
    t = table.c
    return rows(
        struct,
        select(*_columns(table, struct)).where(t.gateway == param("gateway"), member(t.gateway_ref, "refs")),
    )


def _booked(what: str, table: AnyTable, struct: Any) -> Rows[Any]:
    """What moved within a stretch of time, as we know it; in order, after a place."""
    t = table.c
    place = tuple_(param("after_at", BigInteger()), param("after_id", BigInteger()))
    return rows(
        struct,
        select(*_columns(table, struct))
        .where(
            t.gateway == param("gateway"),
            t.booked_at >= param("start"),
            t.booked_at < param("end"),
            tuple_(t.booked_at, t.id) > place,
            t.state.in_(_MOVED[what]),
        )
        .order_by(t.booked_at, t.id)
        .limit(param("limit")),
    )


by_refs = {what: _by_refs(*each) for what, each in _ROWS.items()}
booked = {what: _booked(what, *each) for what, each in _ROWS.items()}

_s = settlements.c
_settlement = [_s[name] for name in Settlement.__struct_fields__]
put_settlement = action(
    lambda dialect: (
        upsert(dialect, settlements)
        .values({c.name: param(c.name) for c in settlements.columns})
        .on_conflict_do_update(
            index_elements=[_s.gateway, _s.day],
            set_={
                name: param(f"new_{name}")
                for name in ("lines", "matched", "differences", "digest", "compared_at")
            },
        )
    )
)
settlement_of = rows(
    Settlement,
    select(*_settlement).where(_s.gateway == param("gateway"), _s.day == param("day")).with_for_update(),
)
settlement_by_id = rows(Settlement, select(*_settlement).where(_s.id == param("id")))
settlements_before = rows(
    Settlement,
    select(*_settlement)
    .where(_s.gateway == param("gateway"), _s.day < param("before"))
    .order_by(_s.day.desc())
    .limit(param("limit")),
)
unclean_days = values(
    int,
    select(_s.day)
    .where(_s.gateway == param("gateway"), _s.day >= param("since"), _s.differences > 0)
    .order_by(_s.day),
)

_d = differences.c
_difference = [_s[name] if name in ("gateway", "day") else _d[name] for name in Difference.__struct_fields__]
_joined = differences.join(settlements, _s.id == _d.settlement_id)
differences_of = rows(
    Difference,
    select(*_difference)
    .select_from(_joined)
    .where(_d.settlement_id == param("settlement_id"))
    .order_by(_d.id),
)
open_differences = rows(
    Difference,
    select(*_difference)
    .select_from(_joined)
    .where(_d.state == "open", _d.id < param("before"))
    .order_by(_d.id.desc())
    .limit(param("limit")),
)
unresolved = values(int, select(func.count()).where(_d.state == literal_column("'open'", Text())))
difference = rows(Difference, select(*_difference).select_from(_joined).where(_d.id == param("id")))
add_difference = action(
    lambda dialect: upsert(dialect, differences).values({c.name: param(c.name) for c in differences.columns})
)
change_difference = action(
    update(differences)
    .where(_d.id == param("this"))
    .values(
        state=param("now_state"),
        subject_id=param("about"),
        ours=param("new_ours"),
        theirs=param("new_theirs"),
        resolved_by=null(),
        resolved_at=null(),
    )
)
resolve_difference = action(
    update(differences)
    .where(and_(_d.id == param("this"), _d.state == "open"))
    .values(
        state="resolved",
        resolved_by=param("by"),
        resolved_at=param("at"),
        reason=param("why"),
        transfer_id=param("entry"),
    )
)
count_resolved = action(
    update(settlements).where(_s.id == param("this")).values(differences=_s.differences - 1)
)
