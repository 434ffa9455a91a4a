"""Refunds."""

from __future__ import annotations

from typing import Any

from dozen.db import Tx
from dozen.services.wallet.compat.stripe import ids as names
from dozen.services.wallet.compat.stripe import mapping
from dozen.services.wallet.compat.stripe.door import LIMIT, door, form_of, once, query_of, shop_of
from dozen.services.wallet.compat.stripe.errors import BadParam, missing
from dozen.services.wallet.compat.stripe.expanding import expand
from dozen.services.wallet.compat.stripe.lists import listing, number, span
from dozen.services.wallet.compat.stripe.params import Params
from dozen.services.wallet.service import order_refunds, orders
from dozen.services.wallet.structs.merchants import Shop
from dozen.web import Call, Form, Reply


def named(text: str) -> int:
    return number(names.REFUND, text, "id", "refund")


def _intent(tx: Tx, shop: Shop, params: Params) -> int | None:
    """Of ``payment_intent`` or ``charge``."""
    intent, charge = params.text("payment_intent", 100), params.text("charge", 100)
    if intent:
        return number(names.INTENT, intent, "payment_intent", "payment_intent")
    if charge:
        payment_id = number(names.CHARGE, charge, "charge", "charge")
        with missing("charge", charge, "charge"):
            return orders.of_payment(tx, shop, payment_id)[0].id
    return None


@door.post("/v1/refunds", limit=LIMIT)
def create(call: Call, form: Form) -> Reply[Any]:
    shop, params, tx = shop_of(call), form_of(form), call.tx

    def verb() -> dict[str, Any]:
        intent_id = _intent(tx, shop, params)
        if intent_id is None:
            raise BadParam(
                "payment_intent",
                "One of the following params should be provided for this request: payment_intent or charge.",
                "parameter_missing",
            )
        made = order_refunds.create(
            tx,
            shop,
            intent_id,
            params.integer("amount"),
            reason=params.choice("reason", order_refunds.REASONS) or "",
            metadata=params.mapping("metadata") or {},
        )
        return expand(tx, shop, mapping.refunds(tx, [made])[0], params)

    return once(call, tx, shop, params, verb)


@door.get("/v1/refunds", limit=LIMIT)
def index(call: Call) -> dict[str, Any]:
    shop, params, tx = shop_of(call), query_of(call), call.tx
    asked = span(params, names.REFUND)
    found = order_refunds.page(
        tx,
        shop,
        intent_id=_intent(tx, shop, params),
        before=asked.before,
        after=asked.after,
        limit=asked.limit + 1,
        up=asked.up,
    )
    page = listing("/v1/refunds", found, asked, lambda kept: mapping.refunds(tx, kept))
    return expand(tx, shop, page, params)


@door.get("/v1/refunds/{id}", limit=LIMIT)
def retrieve(call: Call, id: str) -> dict[str, Any]:  # noqa: A002 - the path's word
    shop, tx = shop_of(call), call.tx
    with missing("refund", id, "id"):
        found = order_refunds.get(tx, shop, named(id))
    return expand(tx, shop, mapping.refunds(tx, [found])[0], query_of(call))


@door.post("/v1/refunds/{id}", limit=LIMIT)
def update(call: Call, id: str, form: Form) -> Reply[Any]:  # noqa: A002
    shop, params, tx = shop_of(call), form_of(form), call.tx

    def verb() -> dict[str, Any]:
        after = order_refunds.update(tx, shop, named(id), params.mapping("metadata") or {})
        return expand(tx, shop, mapping.refunds(tx, [after])[0], params)

    return once(call, tx, shop, params, verb)


@door.post("/v1/refunds/{id}/cancel", limit=LIMIT)
def cancel(call: Call, id: str, form: Form) -> Reply[Any]:  # noqa: A002
    shop, params, tx = shop_of(call), form_of(form), call.tx

    def verb() -> dict[str, Any]:
        after = order_refunds.cancel(tx, shop, named(id))
        return expand(tx, shop, mapping.refunds(tx, [after])[0], params)

    return once(call, tx, shop, params, verb)
