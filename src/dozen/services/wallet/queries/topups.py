"""Money that people add from outside."""

from typing import Any

import msgspec
from sqlalchemy import insert, select, update

from dozen.db import action, param, rows
from dozen.services.wallet.tables.topups import topups


class Topup(msgspec.Struct, frozen=True):
    """A payment from outside into somebody's wallet. ``state``: open, done, failed."""

    id: int
    owner: int
    currency: str
    amount: int
    kind: str
    charge_id: int
    state: str
    failure: str
    payment_id: int | None
    device_id: int | None
    changed_at: int


_columns: tuple[Any, ...] = (
    topups.c.id,
    topups.c.owner,
    topups.c.currency,
    topups.c.amount,
    topups.c.kind,
    topups.c.charge_id,
    topups.c.state,
    topups.c.failure,
    topups.c.payment_id,
    topups.c.device_id,
    topups.c.changed_at,
)
add = action(insert(topups))
by_id = rows(Topup, select(*_columns).where(topups.c.id == param("id")))
by_id_for_update = rows(Topup, select(*_columns).where(topups.c.id == param("id")).with_for_update())
of_owner = rows(
    Topup,
    select(*_columns)
    .where(topups.c.owner == param("owner"), topups.c.id < param("before"))
    .order_by(topups.c.id.desc())
    .limit(param("limit")),
)
finish = action(
    update(topups)
    .where(topups.c.id == param("topup"), topups.c.state == "open")
    .values(
        state=param("new_state"), failure=param("why"), payment_id=param("payment"), changed_at=param("now")
    )
)
