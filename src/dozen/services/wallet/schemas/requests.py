"""Requests, splits, reminders."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dozen.kit import clock, ids, money
from dozen.services.wallet.schemas.common import Amount, Currency, Note, Person, Pin, Who, person
from dozen.services.wallet.service.requests import Shown
from dozen.services.wallet.structs import Reminder, Split


class NewRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Ask somebody for money."""

    to: Who
    amount: Amount
    currency: Currency | None = None
    note: Note = ""


class NewSplit(msgspec.Struct, forbid_unknown_fields=True):
    """Share an amount among people; ``weights`` (yours first, if you share) say how, evenly without."""

    people: Annotated[list[Who], Meta(min_length=1, max_length=20)]
    amount: Amount
    currency: Currency | None = None
    note: Note = ""
    include_me: bool = True
    weights: Annotated[list[Annotated[int, Meta(ge=0, le=10**6)]], Meta(max_length=21)] | None = None


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """What to do with a request: its payer pays or declines, its asker cancels or reminds."""

    action: Literal["pay", "decline", "cancel", "remind"]
    pin: Pin | None = None


class RequestShape(msgspec.Struct, omit_defaults=True):
    id: str
    state: str
    mine: bool
    amount: str
    currency: str
    created_at: str
    expires_at: str
    other: Person | None
    note: str = ""
    split_id: str | None = None
    payment_id: str | None = None
    reminders: int = 0


def request(found: Shown) -> RequestShape:
    ask = found.ask
    return RequestShape(
        id=str(ask.id),
        state=ask.state,
        mine=found.mine,
        amount=money.plain(ask.amount, ask.currency),
        currency=ask.currency,
        created_at=clock.rfc3339(ids.moment(ask.id)),
        expires_at=clock.rfc3339(ask.expires_at),
        other=person(found.other),
        note=ask.note,
        split_id=str(ask.split_id) if ask.split_id is not None else None,
        payment_id=str(ask.payment_id) if ask.payment_id is not None else None,
        reminders=ask.reminders,
    )


class SplitShape(msgspec.Struct):
    id: str
    total: str
    own: str
    currency: str
    people: int
    note: str
    requests: list[RequestShape]


def split(found: Split, asks: list[Shown]) -> SplitShape:
    return SplitShape(
        str(found.id),
        money.plain(found.total, found.currency),
        money.plain(found.own, found.currency),
        found.currency,
        found.people,
        found.note,
        [request(each) for each in asks],
    )


class NewReminder(msgspec.Struct, forbid_unknown_fields=True):
    to: Who
    amount: Amount
    at: Annotated[str, Meta(max_length=40, description="RFC 3339.")]
    currency: Currency | None = None
    every: Literal["once", "week", "month"] = "once"
    note: Note = ""


class ReminderShape(msgspec.Struct, omit_defaults=True):
    id: str
    amount: str
    currency: str
    every: str
    note: str
    payee: Person | None = None
    next_at: str | None = None


def reminder(found: Reminder, payee: Person | None) -> ReminderShape:
    return ReminderShape(
        str(found.id),
        money.plain(found.amount, found.currency),
        found.currency,
        found.every,
        found.note,
        payee,
        clock.rfc3339(found.next_at) if found.next_at is not None else None,
    )
