"""KYC tiers: how much may go out of wallets, and stay in them, of people of whom so much is known.

Every tier has its limits in the minor units of each currency: the figures below, which are rupees, times
what a hundred rupees are about in that currency. They are limits, not rates: round, and seldom changed.
Where an administrator sets others (:func:`change`), those are rows, with who and why; the latest counts.
"""

from __future__ import annotations

from functools import lru_cache

from dozen.core import realtime
from dozen.core.accounts import Actor
from dozen.db import Tx
from dozen.kit import ids
from dozen.kit.money import decimals
from dozen.services.wallet.errors import BadLimit, CurrencyDiffers
from dozen.services.wallet.queries import identities as queries
from dozen.services.wallet.service import desk
from dozen.services.wallet.service.remembering import Remembered
from dozen.services.wallet.structs import Limits
from dozen.services.wallet.structs.identities import TierChange

TOPIC = "wallet.tiers"

TOP = 3
NAMES = ("Number not confirmed", "Number confirmed", "Papers checked", "Fully known")

_RUPEES: tuple[Limits, ...] = (
    Limits(payment=0, day=0, month=0, balance=0),
    Limits(payment=10_000, day=25_000, month=100_000, balance=100_000),
    Limits(payment=100_000, day=200_000, month=1_000_000, balance=200_000),
    Limits(payment=500_000, day=1_000_000, month=5_000_000, balance=5_000_000),
)
_A_RUPEE = {  # numerator, denominator
    "INR": (1, 1),
    "EUR": (1, 100),
    "USD": (1, 100),
    "GBP": (1, 100),
    "CHF": (1, 100),
    "JPY": (2, 1),
    "KRW": (15, 1),
    "VND": (250, 1),
    "IDR": (200, 1),
    "NGN": (15, 1),
    "BRL": (1, 20),
    "CNY": (1, 10),
    "KES": (3, 2),
    "PHP": (1, 2),
    "TRY": (1, 2),
}
CURRENCIES = tuple(_A_RUPEE)
_MOST = 10**15


class Tiers(Remembered[dict[tuple[int, str], Limits]]):
    """What administrators have set."""

    topic = TOPIC

    def read(self, tx: Tx) -> dict[tuple[int, str], Limits]:
        return {(each.tier, each.currency): each.limits for each in queries.latest_tiers.all(tx)}


def allowed(tx: Tx, tier: int, currency: str) -> Limits:
    """What a tier allows, in minor units of a currency: as it was set, or as it is installed."""
    level = max(0, min(tier, TOP))
    return tx.part(Tiers).get(tx).get((level, currency)) or of(level, currency)


def change(tx: Tx, actor: Actor, tier: int, currency: str, limits: Limits, reason: str) -> Limits:
    """Set what a tier allows; for administrators, and for those whose number is confirmed at least.

    Raises NotOperator, CurrencyDiffers, BadLimit, ReasonNeeded.
    """
    tx.must_write()
    desk.must_be_admin(actor)
    why = desk.reason(reason)
    if currency not in {*CURRENCIES, tx.env.settings.wallet_currency} or not 1 <= tier <= TOP:
        raise CurrencyDiffers
    given = {"payment": limits.payment, "day": limits.day, "month": limits.month, "balance": limits.balance}
    wrong = {
        name: "An amount above zero"
        for name, value in given.items()
        if value is None or not 0 < value <= _MOST
    }
    if not wrong:
        payment, day, month = limits.payment or 0, limits.day or 0, limits.month or 0
        if payment > day:
            wrong["payment"] = "Not more than in a day"
        if day > month:
            wrong["day"] = "Not more than in a month"
    if wrong:
        raise BadLimit(fields=wrong)
    before = allowed(tx, tier, currency)
    if before == limits:
        return limits
    queries.add_tier(
        tx, id=tx.next_id(), tier=tier, currency=currency, **given, changed_by=actor.person_id, reason=why
    )
    desk.record(tx, actor.person_id, "tier.set", tier, why, before=before, after=limits)
    realtime.publish(tx, TOPIC, 0)
    tx.after_commit(tx.part(Tiers).reset)
    return limits


def history(tx: Tx, actor: Actor, *, before: int = ids.MAX, limit: int = 20) -> list[TierChange]:
    """What was changed, latest first. Raises NotOperator."""
    desk.must_be_staff(actor)
    return queries.tier_history.all(tx, before=before, limit=limit)


def currencies(tx: Tx) -> tuple[str, ...]:
    """In which this installation keeps money: its own, then the others."""
    home = tx.env.settings.wallet_currency
    return (home, *(each for each in sorted(CURRENCIES) if each != home))


@lru_cache(maxsize=256)
def of(tier: int, currency: str) -> Limits:
    """What a tier allows as it is installed, in minor units of a currency."""
    over, under = _A_RUPEE.get(currency, (1, 100))
    unit = 10 ** decimals(currency)

    def scaled(rupees: int | None) -> int | None:
        return None if rupees is None else rupees * over * unit // under

    found = _RUPEES[max(0, min(tier, TOP))]
    return Limits(scaled(found.payment), scaled(found.day), scaled(found.month), scaled(found.balance))
