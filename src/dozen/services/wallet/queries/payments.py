"""Payments."""

from typing import Any

from sqlalchemy import or_, select, union_all, update

from dozen.db import action, member, param, put, rows, values
from dozen.services.wallet.structs import Payment
from dozen.services.wallet.tables.payments import payments

columns = (
    payments.c.id,
    payments.c.kind,
    payments.c.state,
    payments.c.amount,
    payments.c.currency,
    payments.c.payer,
    payments.c.payee,
    payments.c.source,
    payments.c.target,
    payments.c.merchant,
    payments.c.fee,
    payments.c.actor,
    payments.c.subject,
    payments.c.note,
    payments.c.device_id,
    payments.c.transfer_id,
    payments.c.hold_id,
    payments.c.captured,
    payments.c.refunded,
    payments.c.detail,
    payments.c.flags,
    payments.c.authorise_until,
    payments.c.changed_at,
)


def of_row(*row: Any) -> Payment:
    """A payment of a row of :data:`columns`."""
    whole = (*row[:20], tuple(row[20] or ()), *row[21:])
    return Payment(*whole)


add = put(payments)
by_id = rows(of_row, select(*columns).where(payments.c.id == param("id")))
by_id_for_update = rows(of_row, select(*columns).where(payments.c.id == param("id")).with_for_update())
by_ids = rows(of_row, select(*columns).where(member(payments.c.id, "ids")))
by_transfers = rows(
    of_row,
    union_all(
        select(*columns).where(member(payments.c.id, "ids"), payments.c.transfer_id == payments.c.id),
        select(*columns).where(
            member(payments.c.transfer_id, "ids"),
            payments.c.transfer_id.is_not(None),
            payments.c.transfer_id != payments.c.id,
        ),
    ),
)
about = rows(
    of_row,
    select(*columns)
    .where(payments.c.subject != 0, payments.c.subject == param("subject"), payments.c.id < param("before"))
    .order_by(payments.c.id.desc())
    .limit(param("limit")),
)
of_merchant = rows(
    of_row,
    select(*columns)
    .where(
        payments.c.merchant != 0, payments.c.merchant == param("merchant"), payments.c.id < param("before")
    )
    .order_by(payments.c.id.desc())
    .limit(param("limit")),
)
_open = payments.c.state.in_(("review", "authorised", "pending"))
under_way_of_payer = rows(
    of_row,
    select(*columns)
    .where(payments.c.payer == param("person"), _open)
    .order_by(payments.c.id.desc())
    .limit(param("limit")),
)
under_way_of_payee = rows(
    of_row,
    select(*columns)
    .where(payments.c.payee == param("person"), _open)
    .order_by(payments.c.id.desc())
    .limit(param("limit")),
)
in_state = rows(
    of_row,
    select(*columns)
    .where(_open, payments.c.state == param("state"), payments.c.id > param("after"))
    .order_by(payments.c.id)
    .limit(param("limit")),
)
paid_lately = values(
    int,
    select(payments.c.payee)
    .where(payments.c.payer == param("person"), payments.c.payee != 0, payments.c.state == "done")
    .order_by(payments.c.id.desc())
    .limit(param("limit")),
)
between = rows(
    of_row,
    select(*columns)
    .where(
        or_(
            (payments.c.payer == param("me")) & (payments.c.payee == param("other")),
            (payments.c.payer == param("other")) & (payments.c.payee == param("me")),
        ),
        payments.c.id < param("before"),
    )
    .order_by(payments.c.id.desc())
    .limit(param("limit")),
)
change = action(
    update(payments)
    .where(payments.c.id == param("payment"))
    .values(
        state=param("new_state"),
        transfer_id=param("transfer"),
        hold_id=param("hold"),
        captured=param("taken"),
        fee=param("new_fee"),
        changed_at=param("now"),
    )
)
add_refunded = action(
    update(payments)
    .where(
        payments.c.id == param("payment"),
        payments.c.state == "done",
        payments.c.refunded + param("by", payments.c.refunded.type) <= payments.c.captured,
    )
    .values(refunded=payments.c.refunded + param("by", payments.c.refunded.type), changed_at=param("now"))
)
