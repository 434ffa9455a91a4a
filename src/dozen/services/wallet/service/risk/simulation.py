"""A town's payments over some months, with known frauds and with honest oddities among them, put before the
rules: how much of the fraud they find, and how many honest payments they hold.

The same seed gives the same town. Everything goes through the functions that real payments go through
(:mod:`features`, :mod:`rules`, :func:`checking.judge`); only the database is left out. What is held and
honest is taken to be approved, as an operator would.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from dozen.kit import clock
from dozen.services.wallet.service import tiers
from dozen.services.wallet.service.risk import features
from dozen.services.wallet.service.risk.checking import judge
from dozen.services.wallet.service.risk.rules import Rulebook
from dozen.services.wallet.structs.risk import Event, Features

BEGIN = 1_767_225_600_000
"""2026-01-01, a Thursday."""
UNIT = 100
"""Minor units of one."""
FRAUDS = ("takeover", "testing", "ring")
ODDITIES = ("everyday", "travel", "payday", "holiday", "new phone", "shared tablet", "kiosk", "new wallet")


class Town(msgspec.Struct, frozen=True, kw_only=True):
    """How large it is, and what happens in it."""

    seed: int = 1
    people: int = 300
    days: int = 90
    takeovers: int = 40
    """A stranger's device empties a wallet at an hour at which its owner sleeps."""
    testings: int = 30
    """Many small payments to many shops within minutes, to see what works."""
    rings: int = 12
    """Six to ten fresh accounts on one device that pass on what they get."""


class Act(msgspec.Struct, frozen=True):
    """One payment that somebody tries to make."""

    at: int
    person: int
    account: int
    amount: int
    available: int
    device: int
    sort: str
    """One of :data:`ODDITIES` or :data:`FRAUDS`."""
    incident: int = 0
    """Which fraud it belongs to; 0: none."""


class Tally(msgspec.Struct):
    """What became of the payments of one sort. Amounts in minor units."""

    payments: int = 0
    flagged: int = 0
    amount: int = 0
    stopped: int = 0
    incidents: int = 0
    found: int = 0
    """Incidents of which at least one payment was flagged."""

    @property
    def rate(self) -> float:
        return self.flagged / self.payments if self.payments else 0.0

    @property
    def detection(self) -> float:
        return self.found / self.incidents if self.incidents else 0.0

    @property
    def saved(self) -> float:
        """The share of the money that did not go out."""
        return self.stopped / self.amount if self.amount else 0.0


class Outcome(msgspec.Struct):
    sorts: dict[str, Tally]
    rules: dict[str, tuple[int, int]]
    """By code: how many flagged payments it spoke up at that were fraud, and that were honest."""

    @property
    def honest(self) -> Tally:
        """All that is no fraud."""
        found = [each for sort, each in self.sorts.items() if sort not in FRAUDS]
        return Tally(sum(each.payments for each in found), sum(each.flagged for each in found))


class Person:
    """Somebody honest, and what they usually do."""

    def __init__(self, n: int, dice: random.Random) -> None:
        self.n = n
        self.rate = dice.choice((0.4, 0.8, 1.2, 2.0))
        self.hours = dice.choice(((8, 13, 19), (7, 12, 18), (10, 15, 21), (20, 23, 2)))
        self.payees = [dice.randrange(1, 400) for _ in range(dice.randrange(5, 16))]
        self.middle = dice.choice((60, 120, 250, 400))
        self.device = 10_000 + n
        self.balance = dice.randrange(3_000, 25_000) * UNIT
        self.since = dice.randrange(30, 60) if n % 10 == 0 else 0
        """The day on which their wallet was opened."""

    def amount(self, dice: random.Random) -> int:
        return max(UNIT, int(dice.lognormvariate(0, 0.7) * self.middle * UNIT))

    def hour(self, dice: random.Random) -> int:
        return (dice.choice(self.hours) + dice.choice((-1, 0, 0, 0, 1))) % 24


def run(town: Town, book: Rulebook | None = None) -> Outcome:
    """Put a town's months before the rules."""
    book = Rulebook.of() if book is None else book
    habits: dict[int, Features] = defaultdict(Features)
    users: dict[int, set[int]] = defaultdict(set)
    outcome = Outcome({sort: Tally() for sort in (*ODDITIES, *FRAUDS)}, {})
    incidents: dict[tuple[str, int], bool] = {}
    limit = tiers.of(2, "INR").payment or 0
    for act in sorted(acts(town), key=lambda each: each.at):
        on_device = users[act.device]
        others = min(features.MOST_OTHERS, len(on_device - {act.person}))
        event = Event(act.at, act.account, act.amount, "INR", act.device, others, limit)
        mine = habits[act.person]
        score = judge(book, mine, event, lambda act=act: act.available)  # type: ignore[misc]
        flagged = score.say != "pass"
        on_device.add(act.person)
        features.observe(mine, event, learn=not flagged)
        if flagged and not act.incident:
            features.learn_from(mine, event, trust_device=True)
        _tell(outcome.sorts[act.sort], act, flagged)
        if act.incident:
            key = act.sort, act.incident
            incidents[key] = incidents.get(key, False) or flagged
        if flagged:
            for reason in score.reasons:
                fraud, honest = outcome.rules.get(reason.code, (0, 0))
                outcome.rules[reason.code] = fraud + bool(act.incident), honest + (not act.incident)
    for (sort, _), found in incidents.items():
        outcome.sorts[sort].incidents += 1
        outcome.sorts[sort].found += found
    return outcome


def _tell(tally: Tally, act: Act, flagged: bool) -> None:
    tally.payments += 1
    tally.amount += act.amount
    if flagged:
        tally.flagged += 1
        tally.stopped += act.amount


def acts(town: Town) -> Iterator[Act]:
    """All payments of a town, person by person."""
    dice = random.Random(f"{town.seed}:risk town")  # noqa: S311 - repeatable is the point
    people = [Person(n, dice) for n in range(1, town.people + 1)]
    for n, person in enumerate(people):  # families share a tablet; a library has one for all
        if n % 20 == 3:
            person.device = 50_000 + n // 60
        elif n % 25 == 7:
            person.device = 60_000
    for person in people:
        yield from _honest(person, town, dice)
    for n in range(1, town.takeovers + 1):
        yield from _takeover(n, dice.choice(people), town, dice)
    for n in range(1, town.testings + 1):
        yield from _testing(n, dice.choice(people), town, dice)
    for n in range(1, town.rings + 1):
        yield from _ring(n, town, dice)


def _honest(person: Person, town: Town, dice: random.Random) -> Iterator[Act]:
    away = dice.randrange(20, town.days) if dice.random() < 0.3 else town.days + 1
    new_phone = dice.randrange(15, town.days) if dice.random() < 0.25 else town.days + 1
    party = dice.randrange(10, town.days) if dice.random() < 0.4 else town.days + 1
    device = person.device
    usual = "shared tablet" if 50_000 <= device < 60_000 else "kiosk" if device == 60_000 else "everyday"

    def act(day: int, minute: int, account: int, amount: int, sort: str) -> Act:
        at = BEGIN + day * clock.DAY + minute * clock.MINUTE + dice.randrange(clock.MINUTE)
        kept = dice.randrange(1, 4) * person.balance // 3
        return Act(at, person.n, account, amount, amount + kept, device, sort)

    for day in range(person.since, town.days):
        travels = away <= day < away + 8
        sort = usual
        if day == new_phone:
            device += 20_000
        if new_phone <= day < new_phone + 2:
            sort = "new phone"
        if travels:
            sort = "travel"
        if person.since and day < person.since + 5:
            sort = "new wallet"
        for _ in range(_how_many(person.rate, dice)):
            hour = (person.hour(dice) + (7 if travels else 0)) % 24
            stranger = dice.random() < (0.6 if travels else 0.06)
            account = dice.randrange(1_000, 9_000) if stranger else dice.choice(person.payees)
            yield act(day, hour * 60 + dice.randrange(60), account, person.amount(dice), sort)
        if day % 30 == 1 and day > person.since:  # the rent, on payday, to the same landlord
            rent = (4_000 + 500 * (person.n % 20)) * UNIT
            yield act(day, 9 * 60 + dice.randrange(120), 20_000 + person.n, rent, "payday")
        if day == party:  # gifts for many, one evening
            start = 18 * 60 + dice.randrange(60)
            for gift in range(dice.randrange(4, 9)):
                account = dice.choice((*person.payees, *(dice.randrange(1_000, 9_000) for _ in range(8))))
                minute = start + gift * dice.randrange(3, 15)
                yield act(day, minute, account, dice.choice((251, 501, 1_001)) * UNIT, "holiday")


def _how_many(rate: float, dice: random.Random) -> int:
    return sum(dice.random() < rate / 4 for _ in range(4))


def _takeover(n: int, victim: Person, town: Town, dice: random.Random) -> Iterator[Act]:
    day = dice.randrange(min(max(30, victim.since + 20), town.days - 1), town.days)
    hour = (max(victim.hours, key=lambda each: -abs(each - 12)) + 9) % 24
    at = BEGIN + day * clock.DAY + hour * clock.HOUR + dice.randrange(clock.HOUR)
    left = victim.balance
    for _ in range(dice.randrange(1, 5)):
        amount = max(UNIT, left * dice.randrange(60, 96) // 100)
        yield Act(at, victim.n, 900_000 + n, amount, left, 700_000 + n, "takeover", n)
        left -= amount
        at += dice.randrange(1, 6) * clock.MINUTE


def _testing(n: int, victim: Person, town: Town, dice: random.Random) -> Iterator[Act]:
    day = dice.randrange(min(max(20, victim.since + 10), town.days - 1), town.days)
    at = BEGIN + day * clock.DAY + dice.randrange(clock.DAY)
    device = 710_000 + n if dice.random() < 0.5 else victim.device
    for _ in range(dice.randrange(12, 31)):
        amount = dice.randrange(1, 30) * UNIT
        yield Act(at, victim.n, dice.randrange(1_000, 9_000), amount, victim.balance, device, "testing", n)
        at += dice.randrange(10, 50) * clock.SECOND


def _ring(n: int, town: Town, dice: random.Random) -> Iterator[Act]:
    day = dice.randrange(10, max(11, town.days - 10))
    for mule in range(dice.randrange(6, 11)):
        person = 800_000 + n * 100 + mule
        for turn in range(dice.randrange(2, 4)):
            at = BEGIN + (day + mule // 2 + turn * 2) * clock.DAY + dice.randrange(8, 23) * clock.HOUR
            there = dice.randrange(2_000, 40_000) * UNIT
            amount = there * dice.randrange(88, 101) // 100
            account = dice.choice((950_000 + n, 800_000 + n * 100 + dice.randrange(10)))
            yield Act(at, person, account, amount, there, 720_000 + n, "ring", n)
