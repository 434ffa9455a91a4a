"""The door: messages signed with the shop's key in, signed answers out."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from dozen.core.accounts import Actor
from dozen.db import Tx
from dozen.kit import clock, crypto
from dozen.kit.env import Env
from dozen.kit.errors import Fault
from dozen.services.wallet.compat.paytm import checksum, errors, mapping, wire
from dozen.services.wallet.compat.paytm.errors import Refused
from dozen.services.wallet.queries import paytm as queries
from dozen.services.wallet.queries.paytm import PaytmOrder
from dozen.services.wallet.service import merchant_keys, orders
from dozen.services.wallet.structs.merchants import Intent, Shop
from dozen.web import Call, Dialect, Reply

T = TypeVar("T")
LIMIT = (600, 60)
BEGIN = "/theia/api/v1/initiateTransaction"


class Door(Dialect):
    """Callers are known by the signature in what they send, so each handler looks at that itself."""

    def authenticate(self, call: Call, tx: Tx) -> Actor | None:
        return None

    def error(self, call: Call, fault: Fault) -> Reply[Any]:
        code, message = errors.result_of(fault)
        status = "F" if call.route.path == BEGIN else "TXN_FAILURE"
        body = msgspec.json.encode({"resultInfo": mapping.result(status, code, message)})
        return Reply(wire.answer(_head(""), body), status=200, media="application/json")


door = Door("", tag="Paytm")


def read(tx: Tx, sent: wire.Envelope, kind: type[T], *, begins: bool = False) -> tuple[T, Shop, str]:
    """What was sent, whose it is, and the key to answer with. Raises Refused.

    The signature is looked at before the content, over the very bytes that came.
    """
    try:
        mid = msgspec.json.decode(sent.body, type=_Mid).mid
    except msgspec.MsgspecError as error:
        raise Refused(*errors.BAD_REQUEST) from error
    known = merchant_keys.signing_key(tx, mid) if len(mid) <= 50 else None
    if known is None:
        raise Refused(*(errors.BAD_CHECKSUM if begins else errors.NO_SHOP))
    shop, key = known
    if not checksum.verify(bytes(sent.body), key, sent.head.signature):
        raise Refused(*(errors.BAD_CHECKSUM if begins else errors.MISMATCH))
    try:
        return msgspec.json.decode(sent.body, type=kind), shop, key
    except msgspec.MsgspecError as error:
        raise Refused(*errors.BAD_REQUEST) from error


class _Mid(msgspec.Struct):
    mid: str


def signed(body: dict[str, Any], key: str) -> Reply[Any]:
    """An answer, signed over its body as it is sent."""
    text = msgspec.json.encode(body)
    head = _head(checksum.sign(text.decode(), key))
    return Reply(wire.answer(head, text), status=200, media="application/json")


def _head(signature: str) -> dict[str, Any]:
    head = {"responseTimestamp": str(clock.now()), "version": "v1"}
    return head | {"signature": signature} if signature else head


def order_of(tx: Tx, shop: Shop, mid: str, order_id: str) -> tuple[PaytmOrder, Intent]:
    """Raises Refused."""
    found = queries.order.first(tx, mid=mid, order=order_id)
    if found is None:
        raise Refused(*errors.NO_ORDER)
    return found, orders.get(tx, shop, found.intent_id)


def token(env: Env, order: PaytmOrder) -> str:
    """What lets a browser pay an order: only the shop, and whom it gives it to, can know it."""
    text = f"{order.mid}|{order.order_id}|{order.intent_id}"
    return crypto.b64(env.keys.sign("paytm.token", text.encode(), size=24))
