"""Payment intents."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from dozen.db import Tx
from dozen.kit import crypto, ids
from dozen.services.wallet.compat.stripe import ids as names
from dozen.services.wallet.compat.stripe import mapping, search
from dozen.services.wallet.compat.stripe.door import (
    LIMIT,
    Declined,
    actor_of,
    door,
    form_of,
    once,
    query_of,
    shop_of,
)
from dozen.services.wallet.compat.stripe.errors import BadParam, declined, missing
from dozen.services.wallet.compat.stripe.expanding import expand
from dozen.services.wallet.compat.stripe.lists import listing, number, span
from dozen.services.wallet.compat.stripe.params import Params
from dozen.services.wallet.compat.stripe.routes.methods import method_named, method_of_data
from dozen.services.wallet.errors.merchants import KeyNotAllowed
from dozen.services.wallet.queries.orders import Condition
from dozen.services.wallet.service import orders, paying
from dozen.services.wallet.structs.merchants import Intent, Shop
from dozen.web import Call, Form, Reply

REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
_CAPTURES = {"automatic": "automatic", "automatic_async": "automatic", "manual": "manual"}
_URL = "/v1/payment_intents"


@door.post("/v1/payment_intents", limit=LIMIT)
def create(call: Call, form: Form) -> Reply[Any]:
    """Ask to be paid."""
    shop, params, tx = shop_of(call), form_of(form), call.tx

    def verb() -> dict[str, Any] | Declined:
        amount = params.integer("amount")
        if amount is None:
            raise BadParam("amount", "Missing required param: amount.", "parameter_missing")
        if amount <= 0:
            raise BadParam(
                "amount", "This value must be greater than or equal to 1.", "parameter_invalid_integer"
            )
        metadata = params.mapping("metadata") or {}
        capture = params.choice("capture_method", _CAPTURES) or "automatic"
        made = orders.create(
            tx,
            shop,
            orders.NewIntent(
                amount=amount,
                currency=params.need("currency", 3).upper(),
                reference=metadata.get("order_id", "")[:100],
                description=params.text("description", 500) or "",
                capture="manual" if capture == "manual" else "automatic",
                customer_id=_customer(params),
                save_method=params.choice("setup_future_usage", ("off_session", "on_session"))
                == "off_session",
                metadata=metadata,
                lasts=orders.LONGEST,
            ),
        )
        used = _method(tx, shop, params)
        if params.boolean("confirm"):
            return _confirmed(tx, shop, made, used, params)
        if params.text("return_url"):
            raise BadParam("return_url", "return_url can only be sent when confirm is true")
        if used is not None:
            made = orders.update(tx, shop, made.id, orders.Changes(method_id=used))
        return expand(tx, shop, mapping.intent(tx.env, made), params)

    return once(call, tx, shop, params, verb)


@door.get("/v1/payment_intents", limit=LIMIT)
def index(call: Call) -> dict[str, Any]:
    shop, params, tx = shop_of(call), query_of(call), call.tx
    asked = span(params, names.INTENT)
    customer = _customer(params)
    conditions = (Condition("customer_id", "=", customer),) if customer is not None else ()
    found = orders.page(
        tx,
        shop,
        before=asked.before,
        after=asked.after,
        limit=asked.limit + 1,
        up=asked.up,
        conditions=conditions,
    )
    page = listing(_URL, found, asked, lambda kept: [mapping.intent(tx.env, each) for each in kept])
    return expand(tx, shop, page, params)


@door.get("/v1/payment_intents/search", limit=LIMIT)
def find(call: Call) -> dict[str, Any]:
    shop, params, tx = shop_of(call), query_of(call), call.tx
    conditions, either = search.parse(params.need("query", 2_000))
    limit = params.integer("limit") or 10
    if not 1 <= limit <= 100:
        raise BadParam("limit", "Invalid limit: must be between 1 and 100")
    kind = f"stripe.search {shop.id} {shop.live}"
    before = call.cursors.open_id(kind, params.text("page", 512))
    found = orders.page(
        tx,
        shop,
        before=ids.MAX if before is None else before,
        limit=limit + 1,
        conditions=conditions,
        either=either,
    )
    more, found = len(found) > limit, found[:limit]
    page = {
        "object": "search_result",
        "url": f"{_URL}/search",
        "has_more": more,
        "next_page": call.cursors.seal(kind, found[-1].id) if more else None,
        "data": [mapping.intent(tx.env, each) for each in found],
    }
    return expand(tx, shop, page, params)


@door.get("/v1/payment_intents/{id}", limit=LIMIT)
def retrieve(call: Call, id: str) -> dict[str, Any]:  # noqa: A002 - the path's word
    params = query_of(call)
    shop, found = _seen(call, id, params)
    return expand(call.tx, shop, mapping.intent(call.env, found), params)


@door.post("/v1/payment_intents/{id}", limit=LIMIT)
def update(call: Call, id: str, form: Form) -> Reply[Any]:  # noqa: A002
    shop, params, tx = shop_of(call), form_of(form), call.tx

    def verb() -> dict[str, Any]:
        intent_id = named(id)
        metadata = params.mapping("metadata")
        if metadata is not None and params.wipes("metadata"):
            metadata = dict.fromkeys(orders.get(tx, shop, intent_id).metadata, "")
        amount = params.integer("amount")
        after = orders.update(
            tx,
            shop,
            intent_id,
            orders.Changes(
                amount=UNSET if amount is None else amount,
                reference=(metadata or {}).get("order_id", UNSET),
                description=params.text("description", 500) or "" if "description" in params else UNSET,
                customer_id=_customer(params) if "customer" in params else UNSET,
                method_id=_method(tx, shop, params) if "payment_method" in params else UNSET,
                save_method=params.text("setup_future_usage") == "off_session"
                if "setup_future_usage" in params
                else UNSET,
                metadata=UNSET if metadata is None else metadata,
            ),
        )
        return expand(tx, shop, mapping.intent(tx.env, after), params)

    return once(call, tx, shop, params, verb)


@door.post("/v1/payment_intents/{id}/confirm", limit=LIMIT)
def confirm(call: Call, id: str, form: Form) -> Reply[Any]:  # noqa: A002
    params, tx = form_of(form), call.tx
    shop, found = _seen(call, id, params)
    return once(
        call, tx, shop, params, lambda: _confirmed(tx, shop, found, _method(tx, shop, params), params)
    )


@door.post("/v1/payment_intents/{id}/capture", limit=LIMIT)
def capture(call: Call, id: str, form: Form) -> Reply[Any]:  # noqa: A002
    shop, params, tx = shop_of(call), form_of(form), call.tx

    def verb() -> dict[str, Any]:
        after = orders.capture(tx, shop, named(id), params.integer("amount_to_capture"))
        return expand(tx, shop, mapping.intent(tx.env, after), params)

    return once(call, tx, shop, params, verb)


@door.post("/v1/payment_intents/{id}/cancel", limit=LIMIT)
def cancel(call: Call, id: str, form: Form) -> Reply[Any]:  # noqa: A002
    shop, params, tx = shop_of(call), form_of(form), call.tx

    def verb() -> dict[str, Any]:
        reason = params.choice("cancellation_reason", REASONS) or ""
        after = orders.cancel(tx, shop, named(id), reason)
        return expand(tx, shop, mapping.intent(tx.env, after), params)

    return once(call, tx, shop, params, verb)


def named(text: str) -> int:
    return number(names.INTENT, text, "intent", "payment_intent")


def _seen(call: Call, text: str, params: Params) -> tuple[Shop, Intent]:
    """With a secret key any of the shop's; with a publishable one, that whose secret is given."""
    actor = actor_of(call)
    intent_id = named(text)
    if actor.key.kind != "secret":
        given = params.text("client_secret", 200) or ""
        if not crypto.same(given, mapping.client_secret(call.env, intent_id)):
            raise KeyNotAllowed("With a publishable key, send the payment's client_secret")
    with missing("payment_intent", text, "intent"):
        return actor.shop, orders.get(call.tx, actor.shop, intent_id)


def _confirmed(
    tx: Tx, shop: Shop, found: Intent, used: int | None, params: Params
) -> dict[str, Any] | Declined:
    shown = names.show(names.INTENT, found.id)
    after = paying.confirm(
        tx,
        shop,
        found.id,
        used,
        return_url=params.text("return_url", 2_000) or "",
        echo={
            "payment_intent": shown,
            "payment_intent_client_secret": mapping.client_secret(tx.env, found.id),
        },
        off_session=bool(params.boolean("off_session")),
    )
    body = expand(tx, shop, mapping.intent(tx.env, after), params)
    if after.failure is not None and after.state == "requires_payment_method":
        return Declined(declined(after.failure, body))
    return body


def _customer(params: Params) -> int | None:
    text = params.text("customer", 100)
    return number(names.CUSTOMER, text, "customer", "customer") if text else None


def _method(tx: Tx, shop: Shop, params: Params) -> int | None:
    text = params.text("payment_method", 100)
    if text:
        return method_named(tx, shop, text)
    if "payment_method_data" in params:
        return method_of_data(tx, shop, params.inner("payment_method_data"))
    return None
