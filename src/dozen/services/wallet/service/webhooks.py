"""Where shops want to be told: addresses, secrets, and what became of each delivery."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from dozen.core.outbound import NotAllowed, Outbound, Unreachable
from dozen.db import Tx
from dozen.kit import clock, crypto, ids
from dozen.kit.env import Env
from dozen.kit.text import clean
from dozen.services.wallet.errors.merchants import (
    BadWebhook,
    BadWebhookUrl,
    NoSuchDelivery,
    NoSuchEvent,
    NoSuchWebhook,
    TooManyWebhooks,
)
from dozen.services.wallet.queries import webhooks as queries
from dozen.services.wallet.queries.orders import Span
from dozen.services.wallet.service import merchants, shop_events, shop_metadata
from dozen.services.wallet.structs.merchants import Delivery, Event, Shop, Webhook

MOST = 16
"""Webhooks of one shop, in each mode."""
LONGEST_OVERLAP = 7 * clock.DAY
_SEAL = "wallet.webhook"
_ALL = "*"


class NewWebhook(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    events: tuple[str, ...] = (_ALL,)
    shape: str = "dozen"
    description: str = ""
    metadata: dict[str, str] = {}


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is unset stays as it is."""

    url: str | UnsetType = UNSET
    events: tuple[str, ...] | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    description: str | UnsetType = UNSET
    metadata: dict[str, str] | UnsetType = UNSET


def check_url(env: Env, url: str) -> None:
    """That the operator lets this server call it. It asks the resolver: call it in a thread, before the
    transaction. A name that is safe now may not be later, so each delivery looks again. Raises
    BadWebhookUrl."""
    if not merchants.is_address(url):
        raise BadWebhookUrl(fields={"url": "Write a whole address, https://…"})
    try:
        env.part(Outbound).check(url)
    except (NotAllowed, Unreachable) as fault:
        raise BadWebhookUrl(fault.detail, fields={"url": fault.detail}) from fault


def create(tx: Tx, shop: Shop, new: NewWebhook) -> tuple[Webhook, str]:
    """The webhook, and its secret, which is said once. ``check_url`` has looked at the address.

    Raises MerchantClosed, MerchantBlocked, BadWebhook, BadWebhookUrl, TooManyWebhooks, BadMetadata.
    """
    merchants.must_be_open(shop.merchant)
    tx.must_write()
    if (queries.how_many.first(tx, merchant=shop.id, live=shop.live) or 0) >= MOST:
        raise TooManyWebhooks
    made = tx.next_id()
    text = new_secret()
    webhook = _checked(
        tx,
        Webhook(
            id=made,
            merchant=shop.id,
            live=shop.live,
            url=new.url.strip(),
            shape=new.shape,
            events=new.events,
            secret=_sealed(tx.env, made, text),
            old_secret=None,
            old_until=None,
            enabled=True,
            why="",
            failing_since=None,
            description=new.description,
            metadata=new.metadata,
            changed_at=tx.now,
        ),
    )
    queries.add(tx, **_row(webhook))
    return webhook, text


def get(tx: Tx, shop: Shop, webhook_id: int) -> Webhook:
    """Raises NoSuchWebhook."""
    found = queries.webhook.first(tx, merchant=shop.id, live=shop.live, id=webhook_id)
    if found is None:
        raise NoSuchWebhook
    return found


def page(tx: Tx, shop: Shop, *, before: int = ids.MAX, after: int = 0, limit: int = 20) -> list[Webhook]:
    return queries.page.all(tx, merchant=shop.id, live=shop.live, before=before, after=after, limit=limit)


def update(tx: Tx, shop: Shop, webhook_id: int, changes: Changes) -> Webhook:
    """Raises NoSuchWebhook, BadWebhook, BadWebhookUrl, BadMetadata."""
    found = _locked(tx, shop, webhook_id)
    given = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET}
    if "metadata" in given:
        given["metadata"] = shop_metadata.merged(found.metadata, given["metadata"])
    if given.get("enabled"):
        given |= {"why": "", "failing_since": None}
    return put(tx, _checked(tx, msgspec.structs.replace(found, **given)))


def delete(tx: Tx, shop: Shop, webhook_id: int) -> None:
    """With what is known of its deliveries. Raises NoSuchWebhook."""
    found = _locked(tx, shop, webhook_id)
    queries.drop_deliveries(tx, webhook=found.id)
    queries.drop(tx, webhook=found.id)


def rotate(tx: Tx, shop: Shop, webhook_id: int, *, overlap: int = clock.DAY) -> tuple[Webhook, str]:
    """Another secret. For ``overlap`` milliseconds messages are signed with both. Raises NoSuchWebhook."""
    found = _locked(tx, shop, webhook_id)
    text = new_secret()
    keep = max(0, min(overlap, LONGEST_OVERLAP))
    after = msgspec.structs.replace(
        found,
        secret=_sealed(tx.env, found.id, text),
        old_secret=found.secret if keep else None,
        old_until=tx.now + keep if keep else None,
    )
    return put(tx, after), text


# Events and deliveries


def events(
    tx: Tx,
    shop: Shop,
    *,
    types: tuple[str, ...] = (),
    before: int = ids.MAX,
    after: int = 0,
    limit: int = 20,
    up: bool = False,
) -> list[Event]:
    return queries.events_page(tx, shop.id, shop.live, Span(before, after, limit, up), types=types)


def event(tx: Tx, shop: Shop, event_id: int) -> Event:
    """Raises NoSuchEvent."""
    found = queries.event.first(tx, merchant=shop.id, live=shop.live, id=event_id)
    if found is None:
        raise NoSuchEvent
    return found


def waiting(tx: Tx, event_id: int) -> int:
    """How many webhooks have not been told of an event yet."""
    return queries.waiting.first(tx, event=event_id) or 0


def deliveries(
    tx: Tx, shop: Shop, webhook_id: int, *, before: int = ids.MAX, limit: int = 20
) -> list[tuple[Delivery, Event]]:
    """The newest first, with their events. Raises NoSuchWebhook."""
    found = get(tx, shop, webhook_id)
    out = []
    for each in queries.deliveries_of.all(tx, webhook=found.id, before=before, limit=limit):
        about = queries.event_by_id.first(tx, id=each.event_id)
        if about is not None:
            out.append((each, about))
    return out


def resend(tx: Tx, shop: Shop, webhook_id: int, delivery_id: int) -> int:
    """Deliver an event once more, from the beginning; the new delivery's id.

    Raises NoSuchWebhook, NoSuchDelivery, NoSuchEvent (it was forgotten), BadWebhook (it is disabled).
    """
    webhook = get(tx, shop, webhook_id)
    found = queries.delivery.first(tx, id=delivery_id, webhook=webhook.id)
    if found is None:
        raise NoSuchDelivery
    if not webhook.enabled:
        raise BadWebhook("This webhook is disabled; enable it first")
    return shop_events.send(tx, webhook, event(tx, shop, found.event_id))


# Secrets


def new_secret() -> str:
    return "whsec_" + crypto.token(24)


def secrets_of(env: Env, webhook: Webhook, now: int) -> list[str]:
    """Those to sign with now, the newest first."""
    sealed = [webhook.secret]
    if webhook.old_secret is not None and webhook.old_until is not None and now < webhook.old_until:
        sealed.append(webhook.old_secret)
    bound = webhook.id.to_bytes(8)
    return [env.keys.unseal(_SEAL, each, bound_to=bound).decode() for each in sealed]


def signature(secrets: list[str], at: int, body: bytes) -> str:
    """``t=<seconds>,v1=<hex>``: HMAC-SHA256 of ``t.body``, one for each secret."""
    seconds = at // clock.SECOND
    signed = f"{seconds}.".encode() + body
    marks = [hmac.new(each.encode(), signed, hashlib.sha256).hexdigest() for each in secrets]
    return ",".join([f"t={seconds}", *(f"v1={each}" for each in marks)])


def _sealed(env: Env, webhook_id: int, text: str) -> bytes:
    return env.keys.seal(_SEAL, text.encode(), bound_to=webhook_id.to_bytes(8))


# Inside


def _locked(tx: Tx, shop: Shop, webhook_id: int) -> Webhook:
    tx.must_write()
    get(tx, shop, webhook_id)
    found = queries.webhook_for_update.first(tx, id=webhook_id)
    if found is None:
        raise NoSuchWebhook
    return found


def _checked(tx: Tx, given: Webhook) -> Webhook:
    shape = tx.part(shop_events.Words).shapes.get(given.shape)
    wrong = {}
    if not merchants.is_address(given.url):
        raise BadWebhookUrl(fields={"url": "Write a whole address, https://…"})
    if shape is None:
        wrong["shape"] = "Choose one of the list"
    known = {shape.name(each) for each in shop_events.TYPES} if shape is not None else set()
    types = tuple(dict.fromkeys(given.events))
    if not types or len(types) > 100 or any(len(each) > 100 for each in types):
        wrong["events"] = "Choose at least one kind of event"
    elif given.shape == "dozen" and any(each != _ALL and each not in known for each in types):
        wrong["events"] = "There is no event of this kind"
    if len(given.description) > 500:
        wrong["description"] = "At most 500 characters"
    if wrong:
        raise BadWebhook(fields=wrong)
    return msgspec.structs.replace(
        given,
        events=types,
        description=clean(given.description),
        metadata=shop_metadata.checked(given.metadata),
    )


def _row(webhook: Webhook) -> dict[str, Any]:
    return {**msgspec.structs.asdict(webhook), "events": list(webhook.events)}


def put(tx: Tx, after: Webhook) -> Webhook:
    after = msgspec.structs.replace(after, changed_at=tx.now)
    queries.change(
        tx,
        webhook=after.id,
        to=after.url,
        new_shape=after.shape,
        types=list(after.events),
        new_secret=after.secret,
        old=after.old_secret,
        until=after.old_until,
        on=after.enabled,
        reason=after.why,
        since=after.failing_since,
        new_description=after.description,
        new_metadata=after.metadata,
        now=tx.now,
    )
    return after
