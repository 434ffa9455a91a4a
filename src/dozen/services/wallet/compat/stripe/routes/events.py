"""Events, and webhook endpoints."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from dozen.services.wallet.compat.stripe import ids as names
from dozen.services.wallet.compat.stripe import mapping
from dozen.services.wallet.compat.stripe.door import (
    API_VERSION,
    LIMIT,
    door,
    form_of,
    once,
    query_of,
    shop_of,
)
from dozen.services.wallet.compat.stripe.errors import BadParam, missing
from dozen.services.wallet.compat.stripe.lists import listing, number, span
from dozen.services.wallet.compat.stripe.params import Params
from dozen.services.wallet.service import webhooks
from dozen.services.wallet.structs.merchants import Event
from dozen.web import Call, Form, Reply

_TYPES = {theirs: ours for ours, theirs in mapping.EVENTS.items()}
_URL = "/v1/webhook_endpoints"


@door.get("/v1/events", limit=LIMIT)
def events(call: Call) -> dict[str, Any]:
    shop, params, tx = shop_of(call), query_of(call), call.tx
    asked = span(params, names.EVENT)
    wanted = params.list("types", 20) or params.list("type", 1)
    types = tuple(_TYPES.get(each, "none") for each in wanted)
    found = webhooks.events(
        tx,
        shop,
        types=types,
        before=asked.before,
        after=asked.after,
        limit=asked.limit + 1,
        up=asked.up,
    )
    return listing("/v1/events", found, asked, lambda kept: [_shown(call, each) for each in kept])


@door.get("/v1/events/{id}", limit=LIMIT)
def event(call: Call, id: str) -> dict[str, Any]:  # noqa: A002 - the path's word
    with missing("event", id, "id"):
        return _shown(call, webhooks.event(call.tx, shop_of(call), number(names.EVENT, id, "id", "event")))


def _shown(call: Call, found: Event) -> dict[str, Any]:
    return mapping.event(call.env, found, webhooks.waiting(call.tx, found.id), API_VERSION)


# Webhook endpoints. Those who take an address look at it in a thread, before their transaction.


def _named(text: str) -> int:
    return number(names.WEBHOOK, text, "id", "webhook endpoint")


@door.post(_URL, limit=LIMIT)
async def create(call: Call, form: Form) -> Reply[Any]:
    shop, params = shop_of(call), form_of(form)
    url = params.need("url", 2_000)
    await call.heavy(webhooks.check_url, call.env, url)
    types = _types(params)

    def work(tx: Any) -> Reply[Any]:
        def verb() -> dict[str, Any]:
            made, secret = webhooks.create(
                tx,
                shop,
                webhooks.NewWebhook(
                    url=url,
                    events=types,
                    shape="stripe",
                    description=params.text("description", 500) or "",
                    metadata=params.mapping("metadata") or {},
                ),
            )
            return mapping.webhook(made, secret)

        return once(call, tx, shop, params, verb)

    return await call.write(work)


@door.get(_URL, limit=LIMIT)
def index(call: Call) -> dict[str, Any]:
    shop, params, tx = shop_of(call), query_of(call), call.tx
    asked = span(params, names.WEBHOOK)
    if asked.up:
        raise BadParam("ending_before", "Webhook endpoints are listed forwards only")
    found = webhooks.page(tx, shop, before=asked.before, after=asked.after, limit=asked.limit + 1)
    return listing(_URL, found, asked, lambda kept: [mapping.webhook(each) for each in kept])


@door.get(_URL + "/{id}", limit=LIMIT)
def retrieve(call: Call, id: str) -> dict[str, Any]:  # noqa: A002
    with missing("webhook endpoint", id, "id"):
        return mapping.webhook(webhooks.get(call.tx, shop_of(call), _named(id)))


@door.post(_URL + "/{id}", limit=LIMIT)
async def update(call: Call, id: str, form: Form) -> Reply[Any]:  # noqa: A002
    shop, params = shop_of(call), form_of(form)
    url = params.text("url", 2_000)
    if url:
        await call.heavy(webhooks.check_url, call.env, url)
    off = params.boolean("disabled")
    metadata = params.mapping("metadata")
    changes = webhooks.Changes(
        url=url or UNSET,
        events=_types(params) if "enabled_events" in params else UNSET,
        enabled=UNSET if off is None else not off,
        description=params.text("description", 500) or "" if "description" in params else UNSET,
        metadata=UNSET if metadata is None else metadata,
    )

    def work(tx: Any) -> Reply[Any]:
        def verb() -> dict[str, Any]:
            return mapping.webhook(webhooks.update(tx, shop, _named(id), changes))

        return once(call, tx, shop, params, verb)

    return await call.write(work)


@door.delete(_URL + "/{id}", limit=LIMIT)
def delete(call: Call, id: str) -> dict[str, Any]:  # noqa: A002
    webhooks.delete(call.tx, shop_of(call), _named(id))
    return {"id": id, "object": "webhook_endpoint", "deleted": True}


def _types(params: Params) -> tuple[str, ...]:
    found = params.list("enabled_events")
    if not found:
        raise BadParam("enabled_events", "Missing required param: enabled_events.", "parameter_missing")
    if len(found) > 100 or any(not each or len(each) > 100 for each in found):
        raise BadParam("enabled_events", "Invalid array: enabled_events")
    return tuple(found)
