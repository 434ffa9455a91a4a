"""Customers, methods, intents and refunds of shops."""

from typing import Any

import msgspec
from sqlalchemy import and_, delete, exists, insert, not_, or_, select, update

from dozen.db import Tx, action, param, rows
from dozen.services.wallet.structs.merchants import Customer, Failure, Intent, Method, Refund
from dozen.services.wallet.tables.orders import customers, intents, labels, methods, refunds

# Customers

_customer = tuple(customers.c[name] for name in Customer.__struct_fields__)
add_customer = action(insert(customers))
customer = rows(
    Customer,
    select(*_customer).where(
        customers.c.merchant == param("merchant"),
        customers.c.live == param("live"),
        customers.c.id == param("id"),
    ),
)
change_customer = action(
    update(customers)
    .where(customers.c.id == param("customer"))
    .values(
        name=param("new_name"),
        email=param("new_email"),
        phone=param("new_phone"),
        description=param("new_description"),
        metadata=param("new_metadata", customers.c.metadata.type),
        deleted_at=param("gone"),
        changed_at=param("now"),
    )
)

# Methods

_method = tuple(methods.c[name] for name in Method.__struct_fields__)
add_method = action(insert(methods))
_method_of = select(*_method).where(
    methods.c.merchant == param("merchant"), methods.c.live == param("live"), methods.c.id == param("id")
)
method = rows(Method, _method_of)
method_for_update = rows(Method, _method_of.with_for_update())
method_by_id_for_update = rows(Method, select(*_method).where(methods.c.id == param("id")).with_for_update())
methods_of_customer = rows(
    Method,
    select(*_method)
    .where(
        methods.c.customer_id == param("customer"),
        methods.c.state != "gone",
        methods.c.id < param("before"),
        methods.c.id > param("after"),
    )
    .order_by(methods.c.id.desc())
    .limit(param("limit")),
)
methods_of_person = rows(
    Method,
    select(*_method)
    .where(methods.c.person == param("person"), methods.c.state == "approved")
    .order_by(methods.c.id.desc())
    .limit(param("limit")),
)
change_method = action(
    update(methods)
    .where(methods.c.id == param("method"))
    .values(
        customer_id=param("customer"),
        person=param("who"),
        currency=param("new_currency"),
        cap=param("new_cap"),
        month=param("new_month"),
        used=param("new_used"),
        state=param("new_state"),
        metadata=param("new_metadata", methods.c.metadata.type),
        changed_at=param("now"),
    )
)

# Intents

_intent = tuple(intents.c[name] for name in Intent.__struct_fields__)
_FAILURE = Intent.__struct_fields__.index("failure")


def _of_row(*row: Any) -> Intent:
    failure = row[_FAILURE]
    if failure is None:
        return Intent(*row)
    fields = list(row)
    fields[_FAILURE] = msgspec.convert(failure, Failure)
    return Intent(*fields)


add_intent = action(insert(intents))
_intent_of = select(*_intent).where(
    intents.c.merchant == param("merchant"), intents.c.live == param("live"), intents.c.id == param("id")
)
intent = rows(_of_row, _intent_of)
intent_for_update = rows(_of_row, _intent_of.with_for_update())
intent_by_id = rows(_of_row, select(*_intent).where(intents.c.id == param("id")))
intent_by_id_for_update = rows(_of_row, select(*_intent).where(intents.c.id == param("id")).with_for_update())
by_payment = rows(
    _of_row,
    select(*_intent).where(
        intents.c.merchant == param("merchant"),
        intents.c.live == param("live"),
        intents.c.payment_id == param("payment"),
    ),
)
by_reference = rows(
    _of_row,
    select(*_intent)
    .where(
        intents.c.merchant == param("merchant"),
        intents.c.live == param("live"),
        intents.c.reference == param("reference"),
    )
    .order_by(intents.c.id.desc())
    .limit(param("limit")),
)
overdue = rows(
    _of_row,
    select(*_intent)
    .where(
        intents.c.state.in_(("requires_payment_method", "requires_confirmation", "requires_action")),
        intents.c.expires_at <= param("now"),
    )
    .order_by(intents.c.expires_at)
    .limit(param("limit")),
)
_under_way = intents.c.state.in_(("processing", "requires_capture"))
under_way = rows(
    _of_row,
    select(*_intent)
    .where(intents.c.merchant == param("merchant"), intents.c.live == param("live"), _under_way)
    .limit(1),
)
change_intent = action(
    update(intents)
    .where(intents.c.id == param("intent"))
    .values(
        state=param("new_state"),
        amount=param("new_amount"),
        reference=param("new_reference"),
        description=param("new_description"),
        customer_id=param("customer"),
        method_id=param("method"),
        save_method=param("saves"),
        payer=param("who"),
        payment_id=param("payment"),
        capturable=param("to_capture"),
        received=param("got"),
        refunded=param("back"),
        fee=param("new_fee"),
        hold_until=param("until"),
        return_url=param("to"),
        echo=param("new_echo", intents.c.echo.type),
        metadata=param("new_metadata", intents.c.metadata.type),
        failure=param("why", intents.c.failure.type),
        cancel_reason=param("reason"),
        canceled_at=param("canceled"),
        changed_at=param("now"),
    )
)
add_label = action(insert(labels))
drop_labels = action(delete(labels).where(labels.c.intent_id == param("intent")))

# Refunds

_refund = tuple(refunds.c[name] for name in Refund.__struct_fields__)
add_refund = action(insert(refunds))
_refund_of = select(*_refund).where(
    refunds.c.merchant == param("merchant"), refunds.c.live == param("live"), refunds.c.id == param("id")
)
refund = rows(Refund, _refund_of)
refund_by_payment_for_update = rows(
    Refund, select(*_refund).where(refunds.c.refund_id == param("payment")).with_for_update()
)
refund_by_payment = rows(Refund, select(*_refund).where(refunds.c.refund_id == param("payment")))
refunds_of_intent = rows(
    Refund,
    select(*_refund).where(refunds.c.intent_id == param("intent")).order_by(refunds.c.id.desc()).limit(100),
)
change_refund = action(
    update(refunds)
    .where(refunds.c.id == param("refund"))
    .values(
        state=param("new_state"),
        fee=param("new_fee"),
        metadata=param("new_metadata", refunds.c.metadata.type),
        changed_at=param("now"),
    )
)

# Pages: what a shop lists, between two ids, with filters that are given at run time


class Span(msgspec.Struct, frozen=True):
    """A page: ids above ``after`` and below ``before``; ``up``: oldest first."""

    before: int
    after: int
    limit: int
    up: bool = False


def span_of(tx: Tx, statement: Any, key: Any, span: Span) -> list[tuple[Any, ...]]:
    """Rows of a statement within a span of its key."""
    return tx.run(
        statement.where(key < span.before, key > span.after)
        .order_by(key if span.up else key.desc())
        .limit(span.limit)
    )


def customers_page(tx: Tx, merchant: int, live: bool, span: Span, *, email: str | None) -> list[Customer]:
    c = customers.c
    found = select(*_customer).where(c.merchant == merchant, c.live == live, c.deleted_at.is_(None))
    if email is not None:
        found = found.where(c.email == email)
    return [Customer(*row) for row in span_of(tx, found, c.id, span)]


def refunds_page(tx: Tx, merchant: int, live: bool, span: Span, *, intent_id: int | None) -> list[Refund]:
    c = refunds.c
    found = select(*_refund).where(c.merchant == merchant, c.live == live)
    if intent_id is not None:
        found = found.where(c.intent_id == intent_id)
    return [Refund(*row) for row in span_of(tx, found, c.id, span)]


class Condition(msgspec.Struct, frozen=True):
    """``field`` (id, state, amount, currency, customer_id, reference, label) ``op`` (=, <, <=, >, >=)
    ``value``; a label's ``name``; ``no``: the opposite."""

    field: str
    op: str
    value: Any
    name: str = ""
    no: bool = False


def intents_page(
    tx: Tx,
    merchant: int,
    live: bool,
    span: Span,
    *,
    conditions: tuple[Condition, ...] = (),
    either: bool = False,
    charged: bool = False,
) -> list[Intent]:
    """``either``: one of the conditions is enough. ``charged``: only those with a payment, by its id."""
    c = intents.c
    found = select(*_intent).where(c.merchant == merchant, c.live == live)
    tests = [_test(merchant, live, each) for each in conditions]
    if tests:
        found = found.where(or_(*tests) if either else and_(*tests))
    if charged:
        found = found.where(c.payment_id.is_not(None))
    return [_of_row(*row) for row in span_of(tx, found, c.payment_id if charged else c.id, span)]


def _test(merchant: int, live: bool, condition: Condition) -> Any:
    if condition.field == "label":
        c = labels.c
        test: Any = exists().where(
            c.merchant == merchant, c.live == live, c.name == condition.name, c.intent_id == intents.c.id
        )
        if condition.value is not None:
            test = test.where(c.text == condition.value)
    else:
        column = intents.c[condition.field]
        if condition.value is None:
            test = column.is_(None)
        else:
            test = {
                "=": column == condition.value,
                "<": column < condition.value,
                "<=": column <= condition.value,
                ">": column > condition.value,
                ">=": column >= condition.value,
            }[condition.op]
            if condition.field == "customer_id" and condition.no:
                test = test & column.is_not(None)
    return not_(test) if condition.no else test
