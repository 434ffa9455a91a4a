"""Payment methods: a wallet whose person will say so, and the test cards of a rehearsal."""

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
from dozen.services.wallet.service import customers, paying
from dozen.services.wallet.structs.merchants import Shop
from dozen.web import Call, Form, Reply

_CARD, _ANY = "pm_card_", "pm_wallet"
_TOKENS = {
    "tok_visa": "visa",
    "tok_mastercard": "mastercard",
    "tok_chargeDeclined": "chargeDeclined",
    "tok_chargeDeclinedInsufficientFunds": "chargeDeclinedInsufficientFunds",
    "4242424242424242": "visa",
    "5555555555554444": "mastercard",
    "4000002500003155": "authenticationRequired",
    "4000002760003184": "authenticationRequired",
    "4000000000000002": "chargeDeclined",
    "4000000000009995": "chargeDeclinedInsufficientFunds",
    "4000000000009987": "chargeDeclinedLostCard",
    "4000000000009979": "chargeDeclinedStolenCard",
    "4000000000000069": "chargeDeclinedExpiredCard",
}


def named(text: str) -> int:
    return number(names.METHOD, text, "payment_method", "PaymentMethod")


def method_named(tx: Tx, shop: Shop, text: str) -> int:
    """The method that a parameter names: an id, ``pm_wallet`` (whoever approves), or a test card
    (``pm_card_visa``). Raises Missing."""
    if text == _ANY:
        return customers.make_method(tx, shop).id
    if text.startswith(_CARD) and not shop.live and text.removeprefix(_CARD) in paying.TEST_METHODS:
        return customers.make_method(tx, shop, kind="card", behaviour=text.removeprefix(_CARD)).id
    return customers.method(tx, shop, named(text)).id


def method_of_data(tx: Tx, shop: Shop, data: Params) -> int:
    """A method of ``payment_method_data``."""
    return _made(tx, shop, data, data.mapping("metadata") or {})


def _made(tx: Tx, shop: Shop, params: Params, metadata: dict[str, str]) -> int:
    kind = params.need("type", 40)
    if kind == "wallet":
        return customers.make_method(tx, shop, metadata=metadata).id
    if kind != "card" or shop.live:
        raise BadParam("type", "Invalid type: here people pay from their wallet; use wallet")
    card = params.inner("card")
    text = (card.text("token", 100) or card.text("number", 40) or "").replace(" ", "")
    if text not in _TOKENS:
        raise BadParam("card", "Only test cards can be used in a rehearsal")
    return customers.make_method(tx, shop, kind="card", behaviour=_TOKENS[text], metadata=metadata).id


@door.post("/v1/payment_methods", limit=LIMIT)
def create(call: Call, form: Form) -> Reply[Any]:
    shop, params, tx = shop_of(call), form_of(form), call.tx

    def verb() -> dict[str, Any]:
        made = _made(tx, shop, params, params.mapping("metadata") or {})
        return expand(tx, shop, mapping.method(customers.method(tx, shop, made)), params)

    return once(call, tx, shop, params, verb)


@door.get("/v1/payment_methods", limit=LIMIT)
def index(call: Call) -> dict[str, Any]:
    params = query_of(call)
    return _of_customer(
        call, number(names.CUSTOMER, params.need("customer", 100), "customer", "customer"), params
    )


@door.get("/v1/customers/{id}/payment_methods", limit=LIMIT)
def of_customer(call: Call, id: str) -> dict[str, Any]:  # noqa: A002 - the path's word
    return _of_customer(call, number(names.CUSTOMER, id, "customer", "customer"), query_of(call))


def _of_customer(call: Call, customer_id: int, params: Params) -> dict[str, Any]:
    shop, tx = shop_of(call), call.tx
    asked = span(params, names.METHOD)
    if asked.up:
        raise BadParam("ending_before", "Payment methods are listed forwards only")
    found = customers.methods_of(
        tx, shop, customer_id, before=asked.before, after=asked.after, limit=asked.limit + 1
    )
    page = listing("/v1/payment_methods", found, asked, lambda kept: [mapping.method(each) for each in kept])
    return expand(tx, shop, page, params)


@door.get("/v1/payment_methods/{id}", limit=LIMIT)
def retrieve(call: Call, id: str) -> dict[str, Any]:  # noqa: A002
    shop, tx = shop_of(call), call.tx
    with missing("PaymentMethod", id, "payment_method"):
        found = customers.method(tx, shop, named(id))
    return expand(tx, shop, mapping.method(found), query_of(call))


@door.post("/v1/payment_methods/{id}", limit=LIMIT)
def update(call: Call, id: str, form: Form) -> Reply[Any]:  # noqa: A002
    shop, params, tx = shop_of(call), form_of(form), call.tx

    def verb() -> dict[str, Any]:
        after = customers.edit_method(tx, shop, named(id), params.mapping("metadata") or {})
        return expand(tx, shop, mapping.method(after), params)

    return once(call, tx, shop, params, verb)


@door.post("/v1/payment_methods/{id}/attach", limit=LIMIT)
def attach(call: Call, id: str, form: Form) -> Reply[Any]:  # noqa: A002
    shop, params, tx = shop_of(call), form_of(form), call.tx

    def verb() -> dict[str, Any]:
        customer_id = number(names.CUSTOMER, params.need("customer", 100), "customer", "customer")
        after = customers.attach(tx, shop, method_named(tx, shop, id), customer_id)
        return expand(tx, shop, mapping.method(after), params)

    return once(call, tx, shop, params, verb)


@door.post("/v1/payment_methods/{id}/detach", limit=LIMIT)
def detach(call: Call, id: str, form: Form) -> Reply[Any]:  # noqa: A002
    shop, params, tx = shop_of(call), form_of(form), call.tx

    def verb() -> dict[str, Any]:
        return expand(tx, shop, mapping.method(customers.detach(tx, shop, named(id))), params)

    return once(call, tx, shop, params, verb)
