"""Mandates on the wire."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dozen.kit import clock, money
from dozen.services.wallet.schemas.bills import Given
from dozen.services.wallet.schemas.common import Amount, Note, Pin
from dozen.services.wallet.structs.mandates import Debit, Every, Mandate, MandateState, Payee

Date = Annotated[str, Meta(max_length=40, description="RFC 3339 date or time.")]


class NewMandateShape(msgspec.Struct, frozen=True, kw_only=True):
    """`to` for a person; `payee_id` for a shop or a biller, and `fields` for a biller. Without `amount` a
    biller's bill says how much, up to `cap`."""

    payee: Payee
    to: Annotated[str, Meta(max_length=200)] = ""
    payee_id: Annotated[str, Meta(max_length=20)] = ""
    fields: Given = {}
    amount: Amount | None = None
    cap: Amount
    every: Every
    start: Date
    end: Date | None = None
    note: Note = ""
    pin: Pin | None = None


class Proof(msgspec.Struct, frozen=True):
    pin: Pin | None = None


class MandateShape(msgspec.Struct, frozen=True):
    id: str
    payee: Payee
    payee_id: str
    name: str
    currency: str
    amount: str | None
    cap: str
    every: Every
    note: str
    state: MandateState
    start: str
    end: str | None
    next: str | None


class DebitShape(msgspec.Struct, frozen=True):
    period: int
    state: Literal["paid", "failed", "nothing"]
    amount: str
    payment_id: str | None
    why: str
    at: str


class MandateWhole(msgspec.Struct, frozen=True):
    mandate: MandateShape
    debits: list[DebitShape]


class Mandates(msgspec.Struct, frozen=True):
    data: list[MandateShape]


def mandate(found: Mandate) -> MandateShape:
    return MandateShape(
        str(found.id),
        found.payee_kind,
        str(found.payee),
        found.name,
        found.currency,
        money.plain(found.amount, found.currency) if found.amount else None,
        money.plain(found.cap, found.currency),
        found.every,
        found.note,
        found.state,
        clock.rfc3339(found.start_at),
        clock.rfc3339(found.end_at) if found.end_at is not None else None,
        clock.rfc3339(found.next_at) if found.state == "active" else None,
    )


def debit(found: Debit, currency: str) -> DebitShape:
    return DebitShape(
        found.period,
        found.state,
        money.plain(found.amount, currency),
        str(found.payment_id) if found.payment_id is not None else None,
        found.why,
        clock.rfc3339(found.at),
    )
