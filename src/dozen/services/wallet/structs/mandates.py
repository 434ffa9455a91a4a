"""Mandates: payments that recur by themselves."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Every: TypeAlias = Literal["week", "month", "quarter", "year"]
MandateState: TypeAlias = Literal["active", "paused", "canceled", "ended", "stopped"]
"""``ended``: its last period is over. ``stopped``: it failed too often in a row."""
Payee: TypeAlias = Literal["person", "shop", "biller"]


class Mandate(msgspec.Struct, frozen=True):
    id: int
    person: int
    payee_kind: Payee
    payee: int
    """Of a person, a shop or a biller."""
    name: str
    """How the payee was called when it was made."""
    given: dict[str, str]
    """A biller's fields."""
    currency: str
    amount: int
    """What goes out each time; 0: what the biller's bill says."""
    cap: int
    """The most that may go out at once."""
    every: Every
    note: str
    state: MandateState
    start_at: int
    end_at: int | None
    """No debit from then on."""
    period: int
    """The next one: 0, 1, 2, … from ``start_at``."""
    next_at: int
    announced: bool
    """Of the next one."""
    tries: int
    """Of the next one, that failed."""
    failures: int
    """Periods in a row without a payment."""
    made_at: int
    changed_at: int


class Debit(msgspec.Struct, frozen=True):
    """What became of one period: there is one row, or none yet."""

    mandate: int
    period: int
    state: Literal["paid", "failed", "nothing"]
    amount: int
    payment_id: int | None
    why: str
    """The code of what stood against it."""
    at: int
