"""Bills and recharges on the wire."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from dozen.kit import clock, money
from dozen.services.wallet.schemas.common import Amount, Currency, Pin
from dozen.services.wallet.structs.bills import Asks, Bill, Biller, Category, Paid, PaidState, Saved

Given = Annotated[
    dict[Annotated[str, Meta(max_length=20)], Annotated[str, Meta(max_length=40)]],
    Meta(max_length=4, description="What the biller's `fields` ask for, by name."),
]


class FieldShape(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(max_length=20)]
    label: Annotated[str, Meta(max_length=60)]
    pattern: Annotated[str, Meta(max_length=80)]
    help: Annotated[str, Meta(max_length=120)] = ""


class PlanShape(msgspec.Struct, frozen=True):
    id: str
    name: str
    amount: str
    days: int
    about: str


class BillerShape(msgspec.Struct, frozen=True):
    """`asks`: `bill` (fetch it first), `plan` (one of the plans), `any` (a plan, or an amount)."""

    id: str
    name: str
    category: Category
    currency: str
    asks: Asks
    fields: list[FieldShape]
    plans: list[PlanShape]
    part: bool
    least: str
    most: str


class Billers(msgspec.Struct, frozen=True):
    data: list[BillerShape]


class NewBillerShape(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(max_length=60)]
    category: Category
    asks: Asks
    fields: Annotated[list[FieldShape], Meta(max_length=4)]
    part: bool = False
    least: Amount
    most: Amount
    currency: Currency | None = None


class Which(msgspec.Struct, frozen=True, kw_only=True):
    biller_id: Annotated[str, Meta(max_length=20)]
    fields: Given


class PayBill(msgspec.Struct, frozen=True, kw_only=True):
    biller_id: Annotated[str, Meta(max_length=20)]
    fields: Given
    amount: Amount | None = None
    plan: Annotated[str, Meta(max_length=40)] = ""
    pin: Pin | None = None


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    biller_id: Annotated[str, Meta(max_length=20)]
    fields: Given
    name: Annotated[str, Meta(max_length=60)] = ""
    remind: bool = True


class BillShape(msgspec.Struct, frozen=True):
    customer: str
    number: str
    amount: str
    currency: str
    due_at: str | None
    months: list[str]
    valid_until: str | None


class PaidShape(msgspec.Struct, frozen=True):
    """`refunded`: what was given back of it; by so much the bill is open again at the biller, or days of the
    recharge are taken back. `state` is `refunded` where that is all of it, else `part_refunded`."""

    payment_id: str
    biller_id: str
    biller: str
    number: str
    amount: str
    currency: str
    reference: str
    plan: str
    state: PaidState
    refunded: str
    paid_at: str
    balance: str | None = None


class SavedShape(msgspec.Struct, frozen=True):
    id: str
    biller_id: str
    biller: str
    number: str
    fields: dict[str, str]
    name: str
    remind: bool


class SavedList(msgspec.Struct, frozen=True):
    data: list[SavedShape]


def biller(found: Biller) -> BillerShape:
    return BillerShape(
        str(found.id),
        found.name,
        found.category,
        found.currency,
        found.asks,
        [FieldShape(each.name, each.label, each.pattern, each.help) for each in found.fields],
        [
            PlanShape(each.id, each.name, money.plain(each.amount, found.currency), each.days, each.about)
            for each in found.plans
        ],
        found.part,
        money.plain(found.least, found.currency),
        money.plain(found.most, found.currency),
    )


def bill(found: Bill) -> BillShape:
    return BillShape(
        found.customer,
        found.number,
        money.plain(found.amount, found.currency),
        found.currency,
        clock.rfc3339(found.due_at) if found.due_at is not None else None,
        list(found.months),
        clock.rfc3339(found.valid_until) if found.valid_until is not None else None,
    )


def paid(found: Paid, of: Biller, balance: int | None = None) -> PaidShape:
    return PaidShape(
        str(found.payment_id),
        str(found.biller),
        of.name,
        found.number,
        money.plain(found.amount, found.currency),
        found.currency,
        found.reference,
        found.plan,
        found.shown,
        money.plain(found.refunded, found.currency),
        clock.rfc3339(found.paid_at),
        money.plain(balance, found.currency) if balance is not None else None,
    )


def saved(found: Saved, of: Biller) -> SavedShape:
    return SavedShape(
        str(found.id), str(found.biller), of.name, found.number, found.given, found.name, found.remind
    )
