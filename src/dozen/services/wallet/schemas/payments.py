"""Payments, top-ups, withdrawals, history."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dozen.core import payments as outside
from dozen.core.accounts import Card
from dozen.kit import clock, ids, money
from dozen.services.wallet.schemas.common import Amount, Currency, Note, Person, Pin, Who, person
from dozen.services.wallet.service.history import Line
from dozen.services.wallet.service.topups import Topup
from dozen.services.wallet.structs import Payment, Receipt


class NewTransfer(msgspec.Struct, forbid_unknown_fields=True):
    """Pay a person. ``pin`` is asked for whenever money leaves."""

    to: Who
    amount: Amount
    currency: Currency | None = None
    note: Note = ""
    pin: Pin | None = None


class TransferTo(msgspec.Struct, forbid_unknown_fields=True):
    amount: Amount
    currency: Currency | None = None
    note: Note = ""
    pin: Pin | None = None


class NewTopup(msgspec.Struct, forbid_unknown_fields=True):
    """Add money. ``method`` is a saved card; without one, send the person to ``next_action``."""

    amount: Amount
    currency: Currency | None = None
    way: Literal["card", "netbanking"] = "card"
    method: Annotated[str, Meta(max_length=20)] | None = None


class NewWithdrawal(msgspec.Struct, forbid_unknown_fields=True):
    amount: Amount
    method: Annotated[str, Meta(max_length=20)]
    currency: Currency | None = None
    pin: Pin | None = None


class Change(msgspec.Struct, forbid_unknown_fields=True):
    """What to do with a payment: give it back, wholly or in part."""

    action: Literal["refund"] = "refund"
    amount: Amount | None = None
    note: Note = ""
    pin: Pin | None = None


class PaymentShape(msgspec.Struct, omit_defaults=True):
    id: str
    kind: str
    state: str
    amount: str
    amount_minor: int
    currency: str
    created_at: str
    payer: Person | None = None
    payee: Person | None = None
    note: str = ""
    refunded: str = "0"
    refundable: str = "0"
    fee: str = "0"
    balance: str | None = None
    """Of the caller's wallet, after it."""


def payment(found: Payment, cards: dict[int, Card], *, balance: int | None = None) -> PaymentShape:
    def shown(amount: int) -> str:
        return money.plain(amount, found.currency)

    return PaymentShape(
        id=str(found.id),
        kind=found.kind,
        state=found.state,
        amount=shown(found.amount),
        amount_minor=found.amount,
        currency=found.currency,
        created_at=clock.rfc3339(ids.moment(found.id)),
        payer=person(cards.get(found.payer)),
        payee=person(cards.get(found.payee)),
        note=found.note,
        refunded=shown(found.refunded),
        refundable=shown(found.refundable),
        fee=shown(found.fee),
        balance=None if balance is None else shown(balance),
    )


def receipt(found: Receipt, cards: dict[int, Card]) -> PaymentShape:
    return payment(found.payment, cards, balance=found.balance)


class LineShape(msgspec.Struct, omit_defaults=True):
    """One entry of a history. ``amount`` is signed: above zero came in."""

    id: str
    at: str
    kind: str
    direction: str
    amount: str
    amount_minor: int
    currency: str
    balance: str
    name: str
    state: str = "done"
    other: Person | None = None
    note: str = ""
    payment_id: str | None = None


def line(found: Line) -> LineShape:
    return LineShape(
        id=str(found.id),
        at=clock.rfc3339(found.at),
        kind=found.kind,
        direction=found.direction,
        amount=money.plain(found.amount, found.currency),
        amount_minor=found.amount,
        currency=found.currency,
        balance=money.plain(found.balance, found.currency),
        name=found.name,
        state=found.payment.state if found.payment is not None else "done",
        other=person(found.other),
        note=found.note,
        payment_id=str(found.payment.id) if found.payment is not None else None,
    )


class TopupShape(msgspec.Struct, omit_defaults=True):
    id: str
    state: str
    amount: str
    currency: str
    way: str
    next_action: str | None = None
    """Where the person pays; nothing is left to do when it is missing."""
    failure: str = ""
    payment_id: str | None = None


def topup(found: Topup, charge: outside.Charge) -> TopupShape:
    return TopupShape(
        str(found.id),
        found.state,
        money.plain(found.amount, found.currency),
        found.currency,
        found.kind,
        charge.next_action if found.state == "open" else None,
        found.failure,
        str(found.payment_id) if found.payment_id is not None else None,
    )


class MethodShape(msgspec.Struct, omit_defaults=True):
    id: str
    kind: str
    state: str
    brand: str = ""
    last4: str = ""
    expires: str = ""
    next_action: str | None = None


def method(found: outside.Method) -> MethodShape:
    expires = f"{found.exp_month:02}/{found.exp_year}" if found.exp_month and found.exp_year else ""
    return MethodShape(
        str(found.id), found.kind, found.state, found.brand, found.last4, expires, found.next_action
    )


class NewMethod(msgspec.Struct, forbid_unknown_fields=True):
    kind: Literal["card", "bank_account"]


class MonthShape(msgspec.Struct):
    month: str
    received: str
    sent: str


class KindShape(msgspec.Struct):
    kind: str
    title: str
    sent: str
    received: str


class Sums(msgspec.Struct):
    currency: str
    months: list[MonthShape]
    by_kind: list[KindShape]
