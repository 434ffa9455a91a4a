"""Requests for money, splits, reminders."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

AskState: TypeAlias = Literal["open", "paid", "declined", "cancelled", "expired"]


class Ask(msgspec.Struct, frozen=True):
    """A request: ``asker`` would like to get money from ``payer``."""

    id: int
    asker: int
    payer: int
    amount: int
    currency: str
    note: str
    state: AskState
    split_id: int | None
    payment_id: int | None
    expires_at: int
    reminded_at: int | None
    reminders: int
    changed_at: int


class Split(msgspec.Struct, frozen=True):
    """What several people share: each other one got a request for their part."""

    id: int
    asker: int
    total: int
    currency: str
    note: str
    own: int
    """The asker's own share, for which nobody is asked."""
    people: int
    """How many share, the asker included."""


class Reminder(msgspec.Struct, frozen=True):
    """A note to oneself to pay somebody, at a time and perhaps again."""

    id: int
    person: int
    payee: int
    amount: int
    currency: str
    note: str
    every: Literal["once", "week", "month"]
    first_at: int
    next_at: int | None
    """None: it has been told for the last time."""
    made_at: int
