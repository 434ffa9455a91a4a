"""The rules: small pure functions of habits and a payment, each with what it must reach and what it weighs.

A rule measures something; where the measure reaches the rule's threshold, its weight is added to the score.
Where the score reaches ``review`` the payment is held, at ``refuse`` it is not made. Codes are stable:
operators, reports and the books of findings know rules by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isqrt
from typing import TypeAlias

import msgspec

from dozen.kit import clock
from dozen.services.wallet.service.risk.features import TRUST_AFTER, UNIT, known_device, lately, size_of
from dozen.services.wallet.structs.risk import Event, Features, Reason, Rule, Score

Measure: TypeAlias = Callable[[Features, Event], int]
REVIEW, REFUSE = "review", "refuse"
LEVELS: dict[str, Rule] = {REVIEW: Rule(REVIEW, 0, 60), REFUSE: Rule(REFUSE, 0, 120)}
"""Scores from which on a payment is held, and is refused. They can be tuned as rules are."""
SUSPICIOUS = 20
"""From this score on it is worth looking at the balance."""
_FEW = 8
"""Amounts before which nothing is usual or unusual."""
_HOURS_KNOWN = 20
_LEAST_SPREAD = UNIT * 6 // 10
"""Who always pays the same is not unusual at half as much again."""


class Kind(msgspec.Struct, frozen=True):
    """A rule as it is installed, and the words for it."""

    code: str
    measure: Measure
    weight: int
    threshold: int
    title: str
    """What it looks for."""
    says: str
    """Of a payment; may name ``{value}`` and ``{threshold}``."""
    unit: str
    """What measure and threshold count."""
    most: int
    """The highest threshold that makes sense."""


def new_device(habits: Features, event: Event) -> int:
    """Payments that were made from other devices, when this one is new."""
    if event.device_id is None:
        return 0
    found = known_device(habits, event.device_id)
    if found is not None and event.at - found.first_at >= TRUST_AFTER:
        return 0
    return sum(each.payments for each in habits.devices if each.id != event.device_id)


def unusual_amount(habits: Features, event: Event) -> int:
    """How far above the usual, in tenths of the usual spread."""
    usual = habits.amounts.get(event.currency)
    if usual is None or usual.n < _FEW:
        return 0
    mean = usual.sum // usual.n
    variance = max(0, (usual.squares * usual.n - usual.sum * usual.sum) // (usual.n * usual.n))
    return max(0, 10 * (size_of(event.amount) - mean) // max(isqrt(variance), _LEAST_SPREAD))


def large_for_new(habits: Features, event: Event) -> int:
    """Per cent of what the level allows at once, of somebody whom we do not know yet."""
    if habits.count >= _FEW or not event.limit:
        return 0
    return 100 * event.amount // event.limit


def unusual_hour(habits: Features, event: Event) -> int:
    """Per cent of their payments that were made at other hours than this one and its neighbours."""
    known = sum(habits.hours)
    if known < _HOURS_KNOWN:
        return 0
    hour = event.at // clock.HOUR % 24
    near = habits.hours[hour - 1] + habits.hours[hour] + habits.hours[(hour + 1) % 24]
    return 100 * (known - near) // known


def velocity(habits: Features, event: Event) -> int:
    """Payments within ten minutes, this one among them."""
    return lately(habits.ten, event.at, 10 * clock.MINUTE) + 1


def velocity_hour(habits: Features, event: Event) -> int:
    """Payments within an hour, this one among them."""
    return lately(habits.hour, event.at, clock.HOUR) + 1


def new_payee(habits: Features, event: Event) -> int:
    """1 when they never paid this one lately, though they pay others."""
    return int(habits.count >= 5 and event.account not in habits.payees)


def new_payees(habits: Features, event: Event) -> int:
    """People and shops that were paid for the first time within an hour."""
    first = int(event.account not in habits.payees)
    return (lately(habits.fresh, event.at, clock.HOUR) + 1) * first


def shared_device(habits: Features, event: Event) -> int:
    """Other people who pay from the same device."""
    return event.others


def draining(habits: Features, event: Event) -> int:
    """Per cent of what is in the wallet; looked at only where something else is unusual."""
    return 100 * event.amount // event.available if event.available else 0


KINDS: tuple[Kind, ...] = (
    Kind("new_device", new_device, 35, 5, "A new device",
         "From a device that was first seen within a day, after {value} payments from others",
         "payments from other devices", 100),
    Kind("unusual_amount", unusual_amount, 25, 25, "An unusual amount",
         "The amount is {tenths} spreads above what is usual for them", "tenths of a spread", 100),
    Kind("large_for_new", large_for_new, 20, 60, "A large amount of somebody new",
         "{value} % of what their level allows, among their first payments", "per cent of the limit", 100),
    Kind("unusual_hour", unusual_hour, 15, 97, "An unusual hour",
         "{value} % of their payments are made at other hours", "per cent at other hours", 100),
    Kind("velocity", velocity, 35, 8, "Many payments in ten minutes",
         "Number {value} within ten minutes", "payments", 200),
    Kind("velocity_hour", velocity_hour, 20, 20, "Many payments in an hour",
         "Number {value} within an hour", "payments", 500),
    Kind("new_payee", new_payee, 10, 1, "Somebody they never paid",
         "They have not paid this one before", "", 1),
    Kind("new_payees", new_payees, 30, 5, "Many new payees in an hour",
         "Number {value} of those whom they paid for the first time within an hour", "payees", 100),
    Kind("shared_device", shared_device, 45, 4, "A device that many people use",
         "{value} other people pay from the same device", "other people", 20),
    Kind("draining", draining, 20, 85, "Nearly all that is there",
         "{value} % of what was in the wallet", "per cent of the balance", 100),
)  # fmt: skip
BY_CODE = {each.code: each for each in KINDS}
INSTALLED: Mapping[str, Rule] = {
    **{each.code: Rule(each.code, each.weight, each.threshold) for each in KINDS},
    **LEVELS,
}


class Rulebook(msgspec.Struct, frozen=True):
    """All rules as they apply now."""

    rules: tuple[tuple[Measure, Rule], ...]
    review: int
    refuse: int

    @classmethod
    def of(cls, changed: Iterable[Rule] = ()) -> Rulebook:
        """Those that are installed, with what operators have changed; unknown codes are left out."""
        found = dict(INSTALLED) | {each.code: each for each in changed if each.code in INSTALLED}
        return cls(
            tuple((each.measure, found[each.code]) for each in KINDS if found[each.code].on),
            found[REVIEW].threshold,
            found[REFUSE].threshold,
        )


def weigh(book: Rulebook, habits: Features, event: Event) -> Score:
    """What the rules say of a payment. Where the score is :data:`SUSPICIOUS`, ask again with what is
    available."""
    points, reasons = 0, []
    for measure, rule in book.rules:
        value = measure(habits, event)
        if value >= rule.threshold:
            points += rule.weight
            reasons.append(Reason(rule.code, value, rule.threshold, rule.weight))
    if points < book.review:
        return Score("pass", points, tuple(reasons))
    reasons.sort(key=lambda each: -each.weight)
    return Score("refuse" if points >= book.refuse else "review", points, tuple(reasons))


def words(reason: Reason) -> str:
    """A reason in words, for operators."""
    kind = BY_CODE.get(reason.code)
    if kind is None:
        return reason.code
    return kind.says.format(value=reason.value, threshold=reason.threshold, tenths=f"{reason.value / 10:.1f}")
