"""Mandates and their debits."""

from sqlalchemy import func, insert, select, update

from dozen.db import action, param, rows, values
from dozen.services.wallet.structs.mandates import Debit, Mandate
from dozen.services.wallet.tables.mandates import debits, mandates

_columns = tuple(getattr(mandates.c, name) for name in Mandate.__struct_fields__)
_debit = tuple(getattr(debits.c, name) for name in Debit.__struct_fields__)

add = action(insert(mandates))
by_id = rows(Mandate, select(*_columns).where(mandates.c.id == param("id")))
by_id_for_update = rows(Mandate, select(*_columns).where(mandates.c.id == param("id")).with_for_update())
of_person = rows(
    Mandate,
    select(*_columns)
    .where(mandates.c.person == param("person"))
    .order_by(mandates.c.id.desc())
    .limit(param("limit")),
)
how_many = values(
    int,
    select(func.count())
    .select_from(mandates)
    .where(mandates.c.person == param("person"), mandates.c.state.in_(("active", "paused"))),
)
change = action(
    update(mandates)
    .where(mandates.c.id == param("mandate_"))
    .values(
        state=param("new_state"),
        period=param("new_period"),
        next_at=param("then"),
        announced=param("is_announced", mandates.c.announced.type),
        tries=param("new_tries"),
        failures=param("new_failures"),
        changed_at=param("now"),
    )
)
due = rows(
    Mandate,
    select(*_columns)
    .where(mandates.c.state == "active", mandates.c.next_at <= param("until"))
    .where(mandates.c.announced == param("is_announced", mandates.c.announced.type))
    .order_by(mandates.c.next_at, mandates.c.id)
    .limit(param("limit")),
)
end_of_person = action(
    update(mandates)
    .where(mandates.c.person == param("who"), mandates.c.state.in_(("active", "paused", "stopped")))
    .values(state="canceled", announced=param("no", mandates.c.announced.type), changed_at=param("now"))
)
add_debit = action(insert(debits))
debits_of = rows(
    Debit,
    select(*_debit)
    .where(debits.c.mandate == param("mandate"))
    .order_by(debits.c.period.desc())
    .limit(param("limit")),
)
