"""The door: API keys in, objects and errors of this protocol out, and each POST once.

Paths are at the root (``/v1/…``), as the clients demand.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, cast

import msgspec

from dozen.core import accounts, ledger
from dozen.core.accounts import Actor
from dozen.db import Tx
from dozen.kit import crypto
from dozen.kit.errors import Fault, Unauthenticated
from dozen.services.wallet.compat.stripe import errors
from dozen.services.wallet.compat.stripe.params import Params
from dozen.services.wallet.errors.merchants import BadMerchantKey, KeyNotAllowed
from dozen.services.wallet.service import merchant_keys
from dozen.services.wallet.structs.merchants import ApiKey, Shop
from dozen.web import Call, Dialect, Form, Reply

API_VERSION = "2026-10-28.endive"
"""What we speak; whatever version a client names, it gets this."""
LIMIT = (3_000, 60)
"""Requests and seconds of one shop's owner."""


_PUBLIC = frozenset((("GET", "/v1/payment_intents/{id}"), ("POST", "/v1/payment_intents/{id}/confirm")))
"""What a publishable key may ask, with the payment's own secret."""


class ShopActor(Actor, frozen=True, kw_only=True):
    """Who calls: a shop, by one of its keys."""

    shop: Shop
    key: ApiKey


class Stored(msgspec.Struct, frozen=True):
    """An answer that an idempotency key keeps."""

    status: int
    body: msgspec.Raw


class Declined(Exception):
    """Not raised: :func:`once` is given it in the place of a body, so that the refusal is kept."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__()
        self.body = body


class Door(Dialect):
    def authenticate(self, call: Call, tx: Tx) -> Actor | None:
        call.set_header("request-id", f"req_{crypto.token(10)}")
        call.set_header("stripe-version", API_VERSION)
        text = _credentials(call.header("authorization"))
        if not text:
            raise Unauthenticated(
                "You did not provide an API key. Send it as 'Authorization: Bearer sk_…' (HTTP bearer "
                "authentication), or as the username of HTTP basic authentication."
            )
        shop, key = merchant_keys.shop_of(tx, text)
        if key.kind != "secret" and (call.route.method, call.route.path) not in _PUBLIC:
            raise KeyNotAllowed
        try:
            owner = accounts.must_be_active(tx, shop.person)
        except accounts.errors.NoSuchPerson as error:
            raise BadMerchantKey from error
        return ShopActor(
            person_id=owner.id,
            username=owner.username,
            name=owner.name,
            avatar_id=owner.avatar_id,
            language=owner.language,
            time_zone=owner.time_zone,
            role="member",  # a shop's key is never a member of staff
            suspended=False,
            scopes=frozenset(),
            shop=shop,
            key=key,
        )

    def error(self, call: Call, fault: Fault) -> Reply[Any]:
        status, body = errors.document(fault)
        headers = [errors.retries(status)]
        sent = {name for name, _ in call.headers_out}
        if "request-id" not in sent:
            headers.append(("request-id", f"req_{crypto.token(10)}"))
        if status == 401:
            headers.append(("www-authenticate", 'Bearer realm="Dozen"'))
        if retry := getattr(fault, "retry_after", 0):
            headers.append(("retry-after", str(retry)))
        return Reply(body, status=status, headers=headers)


def _credentials(header: str) -> str:
    scheme, _, given = header.partition(" ")
    given = given.strip()
    if scheme.lower() == "basic" and len(given) <= 400:
        try:
            return base64.b64decode(given, validate=True).decode("ascii").partition(":")[0]
        except ValueError:
            return ""
    return given if scheme.lower() == "bearer" else ""


door = Door("", tag="Stripe")


def actor_of(call: Call) -> ShopActor:
    return cast(ShopActor, call.actor)


def shop_of(call: Call) -> Shop:
    """Who acts, with a secret key. Raises KeyNotAllowed for a publishable one."""
    actor = actor_of(call)
    if actor.key.kind != "secret":
        raise KeyNotAllowed
    return actor.shop


def query_of(call: Call) -> Params:
    return Params.of_query(call.scope["query_string"])


def form_of(form: Form) -> Params:
    return Params(form.fields())


def once(
    call: Call, tx: Tx, shop: Shop, params: Params, verb: Callable[[], dict[str, Any] | Declined]
) -> Reply[Any]:
    """Answer a POST: the same ``Idempotency-Key`` and parameters get the first answer again.

    What is kept is what was decided, payments that were declined included. A request that was refused
    for its form, or for a state that may pass, keeps nothing.
    """

    def work(_: Tx) -> Stored:
        found = verb()
        refused = isinstance(found, Declined)
        body = found.body if isinstance(found, Declined) else found
        return Stored(402 if refused else 200, msgspec.Raw(msgspec.json.encode(body)))

    key = call.header("idempotency-key").strip()
    if not key:
        return _reply(work(tx), [])
    realm = f"wallet.stripe.{'live' if shop.live else 'test'}"
    print_ = ledger.fingerprint(call.scope["method"], call.path, params.pairs)
    answer = ledger.once(tx, ledger.Key(realm, shop.id, key), print_, work, Stored)
    headers = [("idempotency-key", key)]
    if answer.replayed:
        headers.append(("idempotent-replayed", "true"))
    return _reply(answer.get(), headers)


def _reply(stored: Stored, headers: list[tuple[str, str]]) -> Reply[Any]:
    if stored.status != 200:
        headers.append(errors.retries(stored.status))
    return Reply(bytes(stored.body), status=stored.status, headers=headers, media="application/json")
