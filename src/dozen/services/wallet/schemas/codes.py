"""QR codes on the wire."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dozen.kit import clock, money
from dozen.services.wallet.schemas.common import Amount, Currency, Note, Pin
from dozen.services.wallet.structs.codes import Code, CodeState, Scanned

Payload = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1_000,
        description="The text of the code: an EMVCo merchant payload, or a `upi://pay` link.",
    ),
]


class Read(msgspec.Struct, frozen=True):
    payload: Payload


class PayCode(msgspec.Struct, frozen=True, kw_only=True):
    payload: Payload
    amount: Amount | None = None
    note: Note = ""
    pin: Pin | None = None


class ScannedShape(msgspec.Struct, frozen=True):
    """What a code asks for. `amount` is null where the payer says how much."""

    kind: Literal["person", "shop"]
    name: str
    currency: str
    amount: str | None
    merchant_id: str | None
    reference: str
    note: str


class NewCodeShape(msgspec.Struct, frozen=True, kw_only=True):
    amount: Amount
    currency: Currency | None = None
    reference: Annotated[str, Meta(max_length=25)] = ""
    description: Annotated[str, Meta(max_length=140)] = ""
    expires_in: Annotated[int, Meta(ge=60, le=604_800, description="Seconds.")] = 900


class CodeShape(msgspec.Struct, frozen=True):
    id: str
    merchant_id: str
    amount: str
    amount_minor: int
    currency: str
    reference: str
    description: str
    state: CodeState
    payload: str
    upi: str
    payment_intent: str | None
    expires_at: str


class StaticCode(msgspec.Struct, frozen=True):
    payload: str
    upi: str


def scanned(found: Scanned) -> ScannedShape:
    return ScannedShape(
        found.kind,
        found.name,
        found.currency,
        money.plain(found.amount, found.currency) if found.amount is not None else None,
        str(found.merchant) if found.merchant else None,
        found.reference,
        found.note,
    )


def code(found: Code, payload: str, link: str) -> CodeShape:
    return CodeShape(
        str(found.id),
        str(found.merchant),
        money.plain(found.amount, found.currency),
        found.amount,
        found.currency,
        found.reference,
        found.description,
        found.state,
        payload,
        link,
        str(found.intent_id) if found.intent_id is not None else None,
        clock.rfc3339(found.expires_at),
    )
