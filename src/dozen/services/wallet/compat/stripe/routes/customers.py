"""Customers."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from dozen.services.wallet.compat.stripe import ids as names
from dozen.services.wallet.compat.stripe import mapping
from dozen.services.wallet.compat.stripe.door import LIMIT, door, form_of, once, query_of, shop_of
from dozen.services.wallet.compat.stripe.errors import missing
from dozen.services.wallet.compat.stripe.expanding import expand
from dozen.services.wallet.compat.stripe.lists import listing, number, span
from dozen.services.wallet.service import customers
from dozen.web import Call, Form, Reply

_FIELDS = ("name", "email", "phone", "description")


def named(text: str) -> int:
    return number(names.CUSTOMER, text, "id", "customer")


@door.post("/v1/customers", limit=LIMIT)
def create(call: Call, form: Form) -> Reply[Any]:
    shop, params, tx = shop_of(call), form_of(form), call.tx

    def verb() -> dict[str, Any]:
        words = {name: params.text(name, 1_000) or "" for name in _FIELDS}
        made = customers.create(
            tx, shop, customers.NewCustomer(**words, metadata=params.mapping("metadata") or {})
        )
        return expand(tx, shop, mapping.customer(made), params)

    return once(call, tx, shop, params, verb)


@door.get("/v1/customers", limit=LIMIT)
def index(call: Call) -> dict[str, Any]:
    shop, params, tx = shop_of(call), query_of(call), call.tx
    asked = span(params, names.CUSTOMER)
    found = customers.page(
        tx,
        shop,
        email=params.text("email", 512),
        before=asked.before,
        after=asked.after,
        limit=asked.limit + 1,
        up=asked.up,
    )
    page = listing("/v1/customers", found, asked, lambda kept: [mapping.customer(each) for each in kept])
    return expand(tx, shop, page, params)


@door.get("/v1/customers/{id}", limit=LIMIT)
def retrieve(call: Call, id: str) -> dict[str, Any]:  # noqa: A002 - the path's word
    shop, tx = shop_of(call), call.tx
    with missing("customer", id, "id"):
        found = customers.get(tx, shop, named(id))
    return expand(tx, shop, mapping.customer(found), query_of(call))


@door.post("/v1/customers/{id}", limit=LIMIT)
def update(call: Call, id: str, form: Form) -> Reply[Any]:  # noqa: A002
    shop, params, tx = shop_of(call), form_of(form), call.tx

    def verb() -> dict[str, Any]:
        customer_id = named(id)
        metadata = params.mapping("metadata")
        if params.wipes("metadata"):
            metadata = dict.fromkeys(customers.get(tx, shop, customer_id).metadata, "")
        words = {name: params.text(name, 1_000) or "" for name in _FIELDS if name in params}
        after = customers.update(
            tx,
            shop,
            customer_id,
            customers.Changes(**words, metadata=UNSET if metadata is None else metadata),
        )
        return expand(tx, shop, mapping.customer(after), params)

    return once(call, tx, shop, params, verb)


@door.delete("/v1/customers/{id}", limit=LIMIT)
def delete(call: Call, id: str) -> dict[str, Any]:  # noqa: A002
    return mapping.customer(customers.delete(call.tx, shop_of(call), named(id)))
