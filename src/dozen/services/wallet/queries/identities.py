"""Papers that people showed, and what levels allow."""

from typing import Any

from sqlalchemy import delete, func, insert, select, update

from dozen.db import action, param, rows, values
from dozen.services.wallet.structs import Limits
from dozen.services.wallet.structs.identities import Identity, TierChange
from dozen.services.wallet.tables.identities import identities, tiers

_identity = tuple(getattr(identities.c, name) for name in Identity.__struct_fields__)


def _of_row(*row: Any) -> Identity:
    sealed, digest = (None if each is None else bytes(each) for each in row[4:6])
    whole = (*row[:4], sealed, digest, *row[6:])
    return Identity(*whole)


add = action(insert(identities))
by_id = rows(_of_row, select(*_identity).where(identities.c.id == param("id")))
by_id_for_update = rows(_of_row, select(*_identity).where(identities.c.id == param("id")).with_for_update())
waiting_of = rows(
    _of_row,
    select(*_identity).where(identities.c.person == param("person"), identities.c.state == "waiting"),
)
of_person = rows(
    _of_row,
    select(*_identity)
    .where(identities.c.person == param("person"), identities.c.id < param("before"))
    .order_by(identities.c.id.desc())
    .limit(param("limit")),
)
sealed_of = rows(
    _of_row,
    select(*_identity)
    .where(identities.c.person == param("person"), identities.c.sealed.is_not(None))
    .order_by(identities.c.id)
    .limit(100)
    .with_for_update(),
)
tries_since = values(
    int,
    select(func.count()).where(identities.c.person == param("person"), identities.c.id > param("after")),
)
in_state = rows(
    _of_row,
    select(*_identity)
    .where(identities.c.state == param("state"), identities.c.id < param("before"))
    .order_by(identities.c.id.desc())
    .limit(param("limit")),
)
waiting = rows(
    _of_row,
    select(*_identity)
    .where(identities.c.state == "waiting", identities.c.id > param("after"))
    .order_by(identities.c.id)
    .limit(param("limit")),
)
"""Those that wait longest come first."""
how_many_waiting = values(
    int,
    select(func.count()).select_from(
        select(identities.c.id).where(identities.c.state == "waiting").limit(1_000).subquery()
    ),
)
with_print = values(
    int,
    select(identities.c.person)
    .where(identities.c.print == param("digest"), identities.c.person != param("person"))
    .distinct()
    .limit(10),
)
step = action(
    update(identities)
    .where(identities.c.id == param("identity"))
    .values(
        state=param("new_state"),
        decided_by=param("by"),
        decided_at=param("at"),
        reason=param("why"),
        changed_at=param("now"),
    )
)
erase = action(
    update(identities)
    .where(identities.c.id == param("identity"))
    .values(state="erased", sealed=None, print=None, changed_at=param("now"))
)
forget = action(delete(identities).where(identities.c.person == param("person")))

# What levels allow


def _tier(
    id_: int, tier: int, currency: str, payment: int, day: int, month: int, balance: int, by: int, why: str
) -> TierChange:
    return TierChange(id_, tier, currency, Limits(payment, day, month, balance), by, why)


_tiers = (
    tiers.c.id,
    tiers.c.tier,
    tiers.c.currency,
    tiers.c.payment,
    tiers.c.day,
    tiers.c.month,
    tiers.c.balance,
    tiers.c.changed_by,
    tiers.c.reason,
)
_latest = select(func.max(tiers.c.id)).group_by(tiers.c.currency, tiers.c.tier)
latest_tiers = rows(_tier, select(*_tiers).where(tiers.c.id.in_(_latest)))
tier_history = rows(
    _tier,
    select(*_tiers).where(tiers.c.id < param("before")).order_by(tiers.c.id.desc()).limit(param("limit")),
)
add_tier = action(insert(tiers))
