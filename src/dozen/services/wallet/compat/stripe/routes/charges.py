"""Charges, the balance and its transactions, the account."""

from __future__ import annotations

from typing import Any

from dozen.services.wallet.compat.stripe import ids as names
from dozen.services.wallet.compat.stripe import mapping, money
from dozen.services.wallet.compat.stripe.door import LIMIT, door, query_of, shop_of
from dozen.services.wallet.compat.stripe.errors import BadParam, missing
from dozen.services.wallet.compat.stripe.expanding import expand
from dozen.services.wallet.compat.stripe.lists import listing, number, span
from dozen.services.wallet.queries.orders import Condition
from dozen.services.wallet.service import merchants, orders
from dozen.services.wallet.structs.merchants import Intent
from dozen.web import Call


@door.get("/v1/charges", limit=LIMIT)
def charges(call: Call) -> dict[str, Any]:
    shop, params, tx = shop_of(call), query_of(call), call.tx
    asked = span(params, names.CHARGE)
    conditions = []
    if text := params.text("payment_intent", 100):
        conditions.append(
            Condition("id", "=", number(names.INTENT, text, "payment_intent", "payment_intent"))
        )
    if text := params.text("customer", 100):
        conditions.append(Condition("customer_id", "=", number(names.CUSTOMER, text, "customer", "customer")))
    found = orders.page(
        tx,
        shop,
        before=asked.before,
        after=asked.after,
        limit=asked.limit + 1,
        up=asked.up,
        conditions=tuple(conditions),
        charged=True,
    )

    def shown(kept: list[Intent]) -> list[Any]:
        payments = orders.payments_of(tx, kept)
        return [mapping.charge(each, payments[each.payment_id]) for each in kept if each.payment_id]

    return expand(tx, shop, listing("/v1/charges", found, asked, shown), params)


@door.get("/v1/charges/{id}", limit=LIMIT)
def charge(call: Call, id: str) -> dict[str, Any]:  # noqa: A002 - the path's word
    shop, tx = shop_of(call), call.tx
    with missing("charge", id, "id"):
        found = orders.of_payment(tx, shop, number(names.CHARGE, id, "charge", "charge"))
    return expand(tx, shop, mapping.charge(*found), query_of(call))


@door.get("/v1/balance", limit=LIMIT)
def balance(call: Call) -> dict[str, Any]:
    shop = shop_of(call)
    return mapping.balance(shop.live, merchants.balances(call.tx, shop))


@door.get("/v1/balance_transactions", limit=LIMIT)
def transactions(call: Call) -> dict[str, Any]:
    shop, params, tx = shop_of(call), query_of(call), call.tx
    limit = params.integer("limit") or 10
    if not 1 <= limit <= 100 or "ending_before" in params:
        raise BadParam("limit", "Balance transactions are listed forwards, 1 to 100 at a time")
    after = None
    if text := params.text("starting_after", 100):
        after = _line(call, text, "starting_after")
    found = money.lines(tx, shop, (params.text("currency", 3) or "").upper(), after, limit + 1)
    page = {
        "object": "list",
        "url": "/v1/balance_transactions",
        "has_more": len(found) > limit,
        "data": money.shown(tx, found[:limit]),
    }
    return expand(tx, shop, page, params)


@door.get("/v1/balance_transactions/{id}", limit=LIMIT)
def transaction(call: Call, id: str) -> dict[str, Any]:  # noqa: A002
    found = money.shown(call.tx, [_line(call, id, "id")])[0]
    return expand(call.tx, shop_of(call), found, query_of(call))


def _line(call: Call, text: str, param: str) -> money.Line:
    with missing("balance transaction", text, param):
        return money.line_of(call.tx, shop_of(call), number(names.TRANSACTION, text, param))


@door.get("/v1/account", limit=LIMIT)
def account(call: Call) -> dict[str, Any]:
    shop = shop_of(call)
    return mapping.account(shop.merchant, shop.live, call.env.settings.wallet_currency)
