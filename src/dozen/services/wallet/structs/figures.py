"""What reports are made of. Amounts are minor units, days their first millisecond (UTC)."""

from __future__ import annotations

import msgspec


class Span(msgspec.Struct, frozen=True):
    """Whole UTC days; the end is excluded."""

    start: int
    end: int


class VolumeDay(msgspec.Struct, frozen=True):
    day: int
    count: int
    amount: int
    """What moved by payments, refunds left out."""
    refunded: int
    fees: int
    """What the house kept, less what it gave back of that."""
    costs: int
    """What gateways kept."""


class KindSum(msgspec.Struct, frozen=True):
    kind: str
    title: str
    count: int
    amount: int


class Volume(msgspec.Struct, frozen=True):
    currency: str
    days: tuple[VolumeDay, ...]
    """Every day, empty ones too."""
    kinds: tuple[KindSum, ...]
    """The most money first."""

    def total(self, name: str) -> int:
        return sum(getattr(each, name) for each in self.days)


class ActiveDay(msgspec.Struct, frozen=True):
    day: int
    payers: int
    active: int


class Funnel(msgspec.Struct, frozen=True):
    """Of the people who began to open a wallet in a stretch of time, how many came how far by now."""

    opened: int
    verified: int
    funded: int
    paid: int

    def steps(self) -> tuple[tuple[str, str, int], ...]:
        return (
            ("opened", "Began to open a wallet", self.opened),
            ("verified", "Confirmed their number", self.verified),
            ("funded", "Had money in it", self.funded),
            ("paid", "Paid with it", self.paid),
        )


class Refused(msgspec.Struct, frozen=True):
    code: str
    title: str
    count: int


class Refusals(msgspec.Struct, frozen=True):
    days: tuple[tuple[int, int], ...]
    """Day and how many, all codes together."""
    codes: tuple[Refused, ...]
    """The most frequent first."""


class ShopSum(msgspec.Struct, frozen=True):
    merchant: int
    name: str
    owner: int
    count: int
    gross: int
    fees: int
    refunded: int
