"""Adjustments."""

from typing import Any

from sqlalchemy import Text, func, insert, literal_column, select, update

from dozen.core.ledger import Leg
from dozen.db import action, param, rows, values
from dozen.services.wallet.structs.adjustments import Adjustment, Payout
from dozen.services.wallet.tables.adjustments import adjustments, payouts

_a = adjustments.c
_columns = [_a[name] for name in Adjustment.__struct_fields__]
_proposed = _a.state == literal_column("'proposed'", Text())


def _of_row(*row: Any) -> Adjustment:
    whole = (*row[:3], tuple(Leg(*each) for each in row[3]), *row[4:])
    return Adjustment(*whole)


add = action(insert(adjustments))
one = rows(_of_row, select(*_columns).where(_a.id == param("id")))
for_update = rows(_of_row, select(*_columns).where(_a.id == param("id")).with_for_update())
latest = rows(
    _of_row,
    select(*_columns).where(_a.id < param("before")).order_by(_a.id.desc()).limit(param("limit")),
)
proposed = rows(
    _of_row,
    select(*_columns)
    .where(_proposed, _a.expires_at > param("now"), _a.id < param("before"))
    .order_by(_a.id.desc())
    .limit(param("limit")),
)
waiting = values(int, select(func.count()).where(_proposed, _a.expires_at > param("now")))
over = values(
    int,
    select(_a.id).where(_proposed, _a.expires_at <= param("now")).order_by(_a.id).limit(param("limit")),
)
decide = action(
    update(adjustments)
    .where(_a.id == param("this"), _proposed)
    .values(
        state=param("outcome"),
        decided_by=param("by"),
        decided_at=param("now"),
        note=param("said"),
        transfer_id=param("entry"),
    )
)

add_payout = action(insert(payouts))
payout = rows(
    Payout,
    select(*(payouts.c[name] for name in Payout.__struct_fields__)).where(
        payouts.c.adjustment == param("adjustment")
    ),
)
paid_out = values(
    int,
    select(func.coalesce(func.sum(payouts.c.amount), 0))
    .select_from(payouts.join(adjustments, _a.id == payouts.c.adjustment))
    .where(
        payouts.c.person == param("person"),
        _a.currency == param("currency"),
        _a.state == literal_column("'approved'", Text()),
    ),
)
"""Of what somebody left, how much adjustments that were posted took."""
