"""Billers, bills and recharges."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Category: TypeAlias = Literal["electricity", "water", "broadband", "mobile", "dth"]
CATEGORIES: dict[Category, str] = {
    "electricity": "Electricity",
    "water": "Water",
    "broadband": "Broadband",
    "mobile": "Mobile recharge",
    "dth": "DTH",
}
Asks: TypeAlias = Literal["bill", "plan", "any"]
"""How much: what the bill says, one of the plans (or any amount between the bounds), any amount."""


class Field(msgspec.Struct, frozen=True):
    """What a biller asks for to know its customer."""

    name: str
    label: str
    pattern: str
    """The whole text must match it."""
    help: str = ""


class Plan(msgspec.Struct, frozen=True):
    id: str
    name: str
    amount: int
    days: int
    about: str = ""


class Biller(msgspec.Struct, frozen=True):
    id: int
    name: str
    category: Category
    currency: str
    source: str
    """Who knows its bills: ``simulator``."""
    asks: Asks
    fields: tuple[Field, ...]
    plans: tuple[Plan, ...]
    part: bool
    """A bill may be paid in parts."""
    least: int
    most: int
    open: bool
    made_at: int


class Bill(msgspec.Struct, frozen=True):
    """What a customer owes a biller now. ``amount`` 0: nothing."""

    customer: str
    """A name, mostly hidden: whoever knows the number may look."""
    number: str
    amount: int
    currency: str
    due_at: int | None
    months: tuple[str, ...] = ()
    """What is not paid: ``2026-10``."""
    valid_until: int | None = None
    """Of what was recharged before."""


PaidState: TypeAlias = Literal["paid", "held", "undone", "refunded", "part_refunded"]


class Paid(msgspec.Struct, frozen=True):
    """A bill or recharge that was paid."""

    payment_id: int
    person: int
    biller: int
    number: str
    amount: int
    currency: str
    reference: str
    """What the biller knows the payment by."""
    plan: str
    state: Literal["paid", "held", "undone"]
    parts: dict[str, int]
    """What of it went to which month's bill."""
    paid_at: int
    refunded: int = 0
    """How much of it was given back. The biller is owed that much less, and knows: so much of the bill is
    open again, or so many days of a recharge are taken back."""

    @property
    def shown(self) -> PaidState:
        """What became of it, for people."""
        if self.state != "paid" or not self.refunded:
            return self.state
        return "refunded" if self.refunded == self.amount else "part_refunded"


class Saved(msgspec.Struct, frozen=True):
    """A customer number that somebody keeps."""

    id: int
    person: int
    biller: int
    number: str
    given: dict[str, str]
    name: str
    remind: bool
    told_due: int
    """The due time that was last reminded of; 0: none."""
