"""What a shop took, by the day: kept with each payment, so that no report reads a history."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from dozen.db import Tx
from dozen.kit import clock, money
from dozen.services.wallet.errors import BadTime
from dozen.services.wallet.queries import merchants as queries
from dozen.services.wallet.service import sheets
from dozen.services.wallet.service.limits import day_of
from dozen.services.wallet.structs.merchants import Day, Shop

LONGEST = 400
"""Days of one report."""


class Report(msgspec.Struct, frozen=True):
    currency: str
    start: int
    end: int
    """Excluded."""
    days: tuple[Day, ...]
    """Every day from start to end, empty ones too."""

    @property
    def total(self) -> Day:
        return Day(
            self.start,
            *(
                sum(getattr(each, name) for each in self.days)
                for name in ("count", "gross", "fees", "refunds", "refunded")
            ),
        )


def report(tx: Tx, shop: Shop, currency: str, start: int, end: int) -> Report:
    """Whole UTC days from ``start`` to ``end`` (ms). Raises BadTime."""
    first, last = day_of(start), -(-end // clock.DAY) * clock.DAY
    if not 0 < (last - first) // clock.DAY <= LONGEST:
        raise BadTime(fields={"start": f"A report is of 1 to {LONGEST} days"})
    found = {
        each.day: each
        for each in queries.days_between.all(
            tx, merchant=shop.id, live=shop.live, currency=currency, start=first, end=last
        )
    }
    days = tuple(found.get(day) or Day(day, 0, 0, 0, 0, 0) for day in range(first, last, clock.DAY))
    return Report(currency, first, last, days)


def currencies(tx: Tx, shop: Shop) -> list[str]:
    """In which the shop has taken anything."""
    return queries.currencies.all(tx, merchant=shop.id, live=shop.live)


def as_csv(found: Report) -> str:
    """A line a day, amounts as exact decimals, and the sums."""

    def line(name: str, day: Day) -> Sequence[object]:
        amounts = (money.plain(each, found.currency) for each in (day.gross, day.fees, day.refunded, day.net))
        gross, fees, refunded, net = amounts
        return name, found.currency, day.count, gross, fees, day.refunds, refunded, net

    head = ("day", "currency", "payments", "gross", "fees", "refunds", "refunded", "net")
    days = [line(clock.rfc3339(each.day)[:10], each) for each in found.days]
    return sheets.as_csv([head, *days, line("total", found.total)])
