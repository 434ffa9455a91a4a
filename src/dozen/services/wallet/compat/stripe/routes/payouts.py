"""Payouts to the owner's wallet, transfers to other shops of theirs."""

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
from dozen.services.wallet.service import merchants, shop_settlements
from dozen.services.wallet.structs.merchants import Settlement, Shop
from dozen.web import Call, Form, Reply


def _create(call: Call, params: Params, *, transfer: bool) -> Reply[Any]:
    shop, tx = shop_of(call), call.tx

    def verb() -> dict[str, Any]:
        amount = params.integer("amount")
        if amount is None or amount <= 0:
            raise BadParam("amount", "Missing required param: amount.", "parameter_missing")
        to = _destination(tx, shop, params) if transfer else 0
        made = shop_settlements.settle(
            tx,
            shop,
            params.need("currency", 3).upper(),
            amount,
            to_merchant=to,
            cause="api",
            note=params.text("description", 500) or "",
            metadata=params.mapping("metadata") or {},
        )
        return expand(tx, shop, _shown(made), params)

    return once(call, tx, shop, params, verb)


def _destination(tx: Tx, shop: Shop, params: Params) -> int:
    text = params.need("destination", 100)
    found = number(names.ACCOUNT, text, "destination", "destination")
    with missing("destination", text, "destination"):
        return merchants.mine(tx, shop.person, found, live=shop.live).id


def _index(call: Call, prefix: str, url: str, *, transfers: bool) -> dict[str, Any]:
    shop, params, tx = shop_of(call), query_of(call), call.tx
    asked = span(params, prefix)
    found = shop_settlements.page(
        tx,
        shop,
        transfers=transfers,
        before=asked.before,
        after=asked.after,
        limit=asked.limit + 1,
        up=asked.up,
    )
    page = listing(url, found, asked, lambda kept: [_shown(each) for each in kept])
    return expand(tx, shop, page, params)


def _retrieve(call: Call, text: str, prefix: str, what: str) -> dict[str, Any]:
    shop, tx = shop_of(call), call.tx
    with missing(what, text, "id"):
        found = shop_settlements.get(
            tx, shop, number(prefix, text, "id", what), transfer=prefix == names.TRANSFER
        )
    return expand(tx, shop, _shown(found), query_of(call))


def _shown(found: Settlement) -> dict[str, Any]:
    return mapping.transfer(found) if found.to_merchant else mapping.payout(found)


@door.post("/v1/payouts", limit=LIMIT)
def create_payout(call: Call, form: Form) -> Reply[Any]:
    return _create(call, form_of(form), transfer=False)


@door.get("/v1/payouts", limit=LIMIT)
def payouts(call: Call) -> dict[str, Any]:
    return _index(call, names.PAYOUT, "/v1/payouts", transfers=False)


@door.get("/v1/payouts/{id}", limit=LIMIT)
def payout(call: Call, id: str) -> dict[str, Any]:  # noqa: A002 - the path's word
    return _retrieve(call, id, names.PAYOUT, "payout")


@door.post("/v1/transfers", limit=LIMIT)
def create_transfer(call: Call, form: Form) -> Reply[Any]:
    return _create(call, form_of(form), transfer=True)


@door.get("/v1/transfers", limit=LIMIT)
def transfers(call: Call) -> dict[str, Any]:
    return _index(call, names.TRANSFER, "/v1/transfers", transfers=True)


@door.get("/v1/transfers/{id}", limit=LIMIT)
def transfer(call: Call, id: str) -> dict[str, Any]:  # noqa: A002
    return _retrieve(call, id, names.TRANSFER, "transfer")
