"""Who knows bills: an interface, and the built-in simulator, which keeps books of its own.

The simulator's customers are whoever is asked for. From the month before the first question on, each month
that is over has a bill, of an amount that the customer's number and the month decide; it is due on the 15th
of the month after. Numbers that end in 0000 are nobody's, so that this can be tried.
"""

from __future__ import annotations

import calendar
from datetime import UTC, datetime
from typing import Protocol

from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.services.wallet.errors.bills import NoSuchBillCustomer
from dozen.services.wallet.queries import bills as queries
from dozen.services.wallet.structs.bills import Bill, Biller, Plan

_NOBODY = "0000"
_DUE_DAY = 15
_NAMES = ("Asha", "Bilal", "Chitra", "Dev", "Esha", "Farid", "Gauri", "Harsh", "Ila", "Jai")


class Source(Protocol):
    """All of it runs in the caller's transaction, so that a bill is paid exactly when the money moves."""

    def fetch(self, tx: Tx, biller: Biller, number: str) -> Bill:
        """What is owed now; writes nothing. Raises NoSuchBillCustomer."""

    def lock(self, tx: Tx, biller: Biller, number: str) -> Bill:
        """The same, and nobody else pays it until the transaction ends."""

    def pay(self, tx: Tx, biller: Biller, number: str, amount: int) -> dict[str, int]:
        """Credit a locked customer, the oldest bill first; what went to which month."""

    def recharge(self, tx: Tx, biller: Biller, number: str, amount: int, plan: Plan | None) -> dict[str, int]:
        """Extend what a locked customer may use; an empty answer."""

    def undo(self, tx: Tx, biller: Biller, number: str, parts: dict[str, int]) -> None:
        """The money did not move in the end, or went back: these parts of what was paid are not any more."""


class Sources:
    """By name, in this process."""

    def __init__(self) -> None:
        self.by_name: dict[str, Source] = {"simulator": Simulator()}

    @classmethod
    def build(cls, env: Env) -> Sources:
        return cls()


class Simulator:
    def fetch(self, tx: Tx, biller: Biller, number: str) -> Bill:
        _must_exist(number)
        found = queries.customer.first(tx, biller=biller.id, number=number)
        return _bill(tx, biller, number, found)

    def lock(self, tx: Tx, biller: Biller, number: str) -> Bill:
        _must_exist(number)
        queries.add_customer(
            tx, id=tx.next_id(), biller=biller.id, number=number, since=_month_of(tx.now) - 1
        )
        found = queries.customer_for_update.first(tx, biller=biller.id, number=number)
        assert found is not None
        for month, amount, due_at in _accrued(tx, biller, number, found[1]):
            queries.add_bill(tx, customer=found[0], month=month, amount=amount, due_at=due_at)
        return _bill(tx, biller, number, found)

    def pay(self, tx: Tx, biller: Biller, number: str, amount: int) -> dict[str, int]:
        found = queries.customer_for_update.first(tx, biller=biller.id, number=number)
        assert found is not None
        parts: dict[str, int] = {}
        for month, billed, paid, _ in queries.bills_of.all(tx, customer=found[0]):
            part = min(amount, billed - paid)
            if part:
                queries.credit(tx, customer_=found[0], of=month, by=part)
                parts[_word(month)] = part
                amount -= part
        assert not amount  # the caller has compared it with the locked bill
        return parts

    def recharge(self, tx: Tx, biller: Biller, number: str, amount: int, plan: Plan | None) -> dict[str, int]:
        found = queries.customer_for_update.first(tx, biller=biller.id, number=number)
        assert found is not None
        days = plan.days if plan is not None else 30
        start = max(found[2] or tx.now, tx.now)
        queries.set_valid(tx, customer_=found[0], until=start + days * clock.DAY)
        return {"days": days}

    def undo(self, tx: Tx, biller: Biller, number: str, parts: dict[str, int]) -> None:
        found = queries.customer_for_update.first(tx, biller=biller.id, number=number)
        assert found is not None
        for word, part in parts.items():
            if word == "days":
                queries.set_valid(tx, customer_=found[0], until=(found[2] or tx.now) - part * clock.DAY)
            else:
                queries.credit(tx, customer_=found[0], of=_month(word), by=-part)


def _must_exist(number: str) -> None:
    if number.endswith(_NOBODY):
        raise NoSuchBillCustomer


def _bill(tx: Tx, biller: Biller, number: str, found: tuple[int, int, int | None] | None) -> Bill:
    since = found[1] if found is not None else _month_of(tx.now) - 1
    known = (
        {row[0]: row[2] for row in queries.bills_of.all(tx, customer=found[0])} if found is not None else {}
    )
    open_ = [
        (month, amount - known.get(month, 0), due_at)
        for month, amount, due_at in _accrued(tx, biller, number, since)
        if amount > known.get(month, 0)
    ]
    name = _NAMES[_draw(tx, biller, number, 0) % len(_NAMES)]
    return Bill(
        customer=f"{name[0]}{'•' * (len(name) - 1)}",
        number=number,
        amount=sum(each[1] for each in open_),
        currency=biller.currency,
        due_at=open_[0][2] if open_ else None,
        months=tuple(_word(each[0]) for each in open_),
        valid_until=found[2] if found is not None else None,
    )


def _accrued(tx: Tx, biller: Biller, number: str, since: int) -> list[tuple[int, int, int]]:
    """Month, amount and due time of each bill there is by now; those who recharge have none."""
    if biller.asks != "bill":
        return []
    made = []
    for month in range(since, _month_of(tx.now)):
        amount = biller.least + _draw(tx, biller, number, month) % (biller.most - biller.least + 1)
        year, index = divmod(month + 1, 12)
        made.append((month, amount, clock.from_datetime(datetime(year, index + 1, _DUE_DAY, tzinfo=UTC))))
    return made


def _draw(tx: Tx, biller: Biller, number: str, month: int) -> int:
    drawn = tx.env.keys.sign("wallet.simulator", f"{biller.id} {number} {month}".encode(), size=8)
    return int.from_bytes(drawn[:6])


def _month_of(at: int) -> int:
    """Whole months since the year 0."""
    moment = clock.to_datetime(at)
    return moment.year * 12 + moment.month - 1


def _word(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}"


def _month(word: str) -> int:
    year, _, month = word.partition("-")
    return int(year) * 12 + int(month) - 1


def month_name(word: str) -> str:
    """``October 2026``."""
    year, _, month = word.partition("-")
    return f"{calendar.month_name[int(month)]} {year}"
