"""Billers, what was paid, saved numbers, and the simulator's books."""

from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update

from dozen.db import action, member, param, rows, upsert, values
from dozen.services.wallet.structs.bills import Biller, Field, Paid, Plan, Saved
from dozen.services.wallet.tables.bills import billers, customers, paid, saved, sim_bills

_biller = tuple(getattr(billers.c, name) for name in Biller.__struct_fields__)
_paid = tuple(getattr(paid.c, name) for name in Paid.__struct_fields__)
_saved = tuple(getattr(saved.c, name) for name in Saved.__struct_fields__)


def _of_row(*row: Any) -> Biller:
    found = Biller(*row)
    return msgspec.structs.replace(
        found,
        fields=tuple(msgspec.convert(each, Field) for each in found.fields),
        plans=tuple(msgspec.convert(each, Plan) for each in found.plans),
    )


add_biller = action(insert(billers))
biller = rows(_of_row, select(*_biller).where(billers.c.id == param("id")))
billers_by_id = rows(_of_row, select(*_biller).where(member(billers.c.id, "ids")))
all_billers = rows(
    _of_row,
    select(*_biller)
    .where(billers.c.open == param("open_"))
    .order_by(billers.c.category, billers.c.name)
    .limit(500),
)
set_open = action(update(billers).where(billers.c.id == param("biller")).values(open=param("on")))

add_paid = action(insert(paid))
paid_by_id = rows(Paid, select(*_paid).where(paid.c.payment_id == param("id")))
paid_of = rows(
    Paid,
    select(*_paid)
    .where(paid.c.person == param("person"), paid.c.payment_id < param("before"))
    .order_by(paid.c.payment_id.desc())
    .limit(param("limit")),
)
set_refunded = action(
    update(paid).where(paid.c.payment_id == param("payment")).values(refunded=param("back"))
)
set_paid = action(update(paid).where(paid.c.payment_id == param("payment")).values(state=param("new_state")))

keep = action(
    lambda dialect: (
        upsert(dialect, saved)
        .values(
            id=param("id"), person=param("person"), biller=param("biller"), number=param("number"),
            given=param("given", saved.c.given.type), name=param("name"),
            remind=param("remind", saved.c.remind.type), told_due=0,
        )
        .on_conflict_do_update(
            index_elements=[saved.c.person, saved.c.biller, saved.c.number],
            set_={
                "name": param("name"),
                "remind": param("remind", saved.c.remind.type),
                "given": param("given", saved.c.given.type),
            },
        )
    )
)  # fmt: skip
saved_of = rows(
    Saved, select(*_saved).where(saved.c.person == param("person")).order_by(saved.c.id).limit(100)
)
how_many_saved = values(int, select(func.count()).select_from(saved).where(saved.c.person == param("person")))
forget_saved = action(delete(saved).where(saved.c.person == param("person")))
drop_saved = action(delete(saved).where(saved.c.id == param("id"), saved.c.person == param("person")))
reminded = rows(
    Saved,
    select(*_saved)
    .where(saved.c.remind == 1, saved.c.id > param("after"))
    .order_by(saved.c.id)
    .limit(param("limit")),
)
told = action(update(saved).where(saved.c.id == param("saved")).values(told_due=param("due")))

# The simulator's books

add_customer = action(
    lambda dialect: (
        upsert(dialect, customers)
        .values(
            id=param("id"), biller=param("biller"), number=param("number"), since=param("since"),
            valid_until=None,
        )
        .on_conflict_do_nothing()
    )
)  # fmt: skip


def _customer(id_: int, since: int, valid_until: int | None) -> tuple[int, int, int | None]:
    return id_, since, valid_until


_one = select(customers.c.id, customers.c.since, customers.c.valid_until).where(
    customers.c.biller == param("biller"), customers.c.number == param("number")
)
customer = rows(_customer, _one)
customer_for_update = rows(_customer, _one.with_for_update())
set_valid = action(
    update(customers).where(customers.c.id == param("customer_")).values(valid_until=param("until"))
)
add_bill = action(
    lambda dialect: (
        upsert(dialect, sim_bills)
        .values(
            customer=param("customer"), month=param("month"), amount=param("amount"), paid=0,
            due_at=param("due_at")
        )
        .on_conflict_do_nothing()
    )
)  # fmt: skip


def _month(month: int, amount: int, paid_: int, due_at: int) -> tuple[int, int, int, int]:
    return month, amount, paid_, due_at


bills_of = rows(
    _month,
    select(sim_bills.c.month, sim_bills.c.amount, sim_bills.c.paid, sim_bills.c.due_at)
    .where(sim_bills.c.customer == param("customer"))
    .order_by(sim_bills.c.month),
)
credit = action(
    update(sim_bills)
    .where(sim_bills.c.customer == param("customer_"), sim_bills.c.month == param("of"))
    .values(paid=sim_bills.c.paid + param("by", sim_bills.c.paid.type))
)
