"""What goes over the wire. Every value is text, as the vendor's libraries expect."""

from __future__ import annotations

from typing import Any

import msgspec


class Head(msgspec.Struct):
    signature: str = ""


class Envelope(msgspec.Struct):
    """``body`` is kept as it came: the signature is over its very bytes."""

    body: msgspec.Raw
    head: Head


class Amount(msgspec.Struct):
    value: str
    currency: str = "INR"


class UserInfo(msgspec.Struct, rename="camel"):
    cust_id: str = ""


class Initiate(msgspec.Struct, rename="camel"):
    mid: str
    order_id: str
    txn_amount: Amount
    callback_url: str = ""
    request_type: str = "Payment"
    website_name: str = ""
    user_info: UserInfo = msgspec.field(default_factory=UserInfo)


class Status(msgspec.Struct, rename="camel"):
    mid: str
    order_id: str


class Refund(msgspec.Struct, rename="camel"):
    mid: str
    order_id: str
    ref_id: str
    txn_id: str
    refund_amount: str
    txn_type: str = "REFUND"


class RefundStatus(msgspec.Struct, rename="camel"):
    mid: str
    order_id: str
    ref_id: str


def answer(head: dict[str, Any], body: bytes) -> bytes:
    """``head`` and ``body`` as one document, the body as it was signed."""
    return b'{"head":' + msgspec.json.encode(head) + b',"body":' + body + b"}"
