"""How much may go out: a tier's limits, and those that people set themselves. What is held counts.

Days and months are those of UTC. The payer's row is locked while a payment is made, so that two payments
at the same moment cannot both use what is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from dozen.db import Tx
from dozen.kit import clock, money
from dozen.services.wallet.errors import BadLimit, NoWallet, OverLimit, PinNeeded
from dozen.services.wallet.queries import days, people
from dozen.services.wallet.service import notes, pins, tiers
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs import Holder, Limits, Usage

COUNTED = frozenset(days.COUNTED)
"""Kinds of payments that limits count."""
_WORDS = {"payment": "one payment", "day": "a day", "month": "a month"}


class Allowance(msgspec.Struct, frozen=True):
    """What applies to somebody in a currency, and what is used of it."""

    tier: Limits
    own: Limits
    used: Usage

    @property
    def payment(self) -> int | None:
        return _least(self.tier.payment, self.own.payment)

    @property
    def day(self) -> int | None:
        return _least(self.tier.day, self.own.day)

    @property
    def month(self) -> int | None:
        return _least(self.tier.month, self.own.month)

    @property
    def left_today(self) -> int | None:
        """What may still go out today, as far as limits go."""
        left = [
            most - used
            for most, used in ((self.day, self.used.day), (self.month, self.used.month))
            if most is not None
        ]
        return max(0, min(left)) if left else None


def _least(*limits: int | None) -> int | None:
    given = [each for each in limits if each is not None]
    return min(given) if given else None


def day_of(at: int) -> int:
    return at // clock.DAY * clock.DAY


def month_of(at: int) -> int:
    """The first millisecond of the UTC month."""
    return _month_of(day_of(at))


@lru_cache(maxsize=64)
def _month_of(day: int) -> int:
    first = clock.to_datetime(day).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return clock.from_datetime(first)


def allowance(tx: Tx, holder: Holder, currency: str, *, at: int | None = None) -> Allowance:
    """What applies, and what has gone out, or is held to, on the day and in the month of ``at`` (now)."""
    moment = tx.now if at is None else at
    found = days.usage.first(
        tx, person=holder.person, currency=currency, today=day_of(moment), start=month_of(moment)
    )
    assert found is not None
    used, own = found
    return Allowance(tiers.allowed(tx, holder.tier, currency), own, used)


def check(found: Allowance, amount: int, currency: str) -> None:
    """Raises OverLimit. The holder's row must be locked since before the allowance was read."""
    for whose, limits in (("tier", found.tier), ("own", found.own)):
        for what, most, before in (
            ("payment", limits.payment, 0),
            ("day", limits.day, found.used.day),
            ("month", limits.month, found.used.month),
        ):
            if most is not None and before + amount > most:
                left = max(0, most - before)
                rest = "" if what == "payment" else f"; {money.text(left, currency)} are left"
                raise OverLimit(
                    f"{'Your level' if whose == 'tier' else 'You'} allow{'s' if whose == 'tier' else ''} "
                    f"{money.text(most, currency)} for {_WORDS[what]}{rest}",
                    limit=what,
                    whose=whose,
                    most=most,
                    left=left,
                )


def set_own(tx: Tx, me: int, currency: str, given: Mapping[str, int | None], proof: Proof | None) -> Limits:
    """Limit oneself. ``given`` has what is to change of ``payment``, ``day``, ``month``; None takes a limit
    away. To loosen one, the PIN is needed. Raises BadLimit, NoWallet, PinNeeded, WrongPin."""
    holder = people.holder_for_update.first(tx, person=me)
    if holder is None:
        raise NoWallet
    tier = tiers.allowed(tx, holder.tier, currency)
    old = people.own_limits.first(tx, person=me, currency=currency) or Limits()
    wrong, loosens = {}, False
    for name in ("payment", "day", "month"):
        if name not in given:
            continue
        value, most, before = given[name], getattr(tier, name), getattr(old, name)
        if value is not None and not 0 < value <= (most or 0):
            wrong[name] = f"At most {money.text(most or 0, currency)}"
        loosens |= before is not None and (value is None or value > before)
    if wrong:
        raise BadLimit(fields=wrong)
    if proof is not None:
        pins.accept(tx, proof, me)
    elif loosens:
        raise PinNeeded
    new = msgspec.structs.replace(old, **given)
    if new != old:
        people.put_limits(tx, person=me, currency=currency, payment=new.payment, day=new.day, month=new.month)
        notes.security(tx, me, f"Your limits in {currency} were changed")
    return new


def count_all(tx: Tx, currency: str, kind: str, at: int, amounts: Mapping[int, Mapping[str, int]]) -> None:
    """:func:`count` for both sides of a payment: what each ``sent`` or ``received``."""
    for owner, each in amounts.items():
        count(tx, owner, currency, kind, at, **each)


def count(
    tx: Tx, owner: int, currency: str, kind: str, at: int, *, sent: int = 0, received: int = 0, n: int = 1
) -> None:
    """Count a payment into its day; negative amounts take it out again."""
    days.bump.soon(
        tx, owner=owner, currency=currency, day=day_of(at), kind=kind, sent=sent, received=received, count=n
    )
