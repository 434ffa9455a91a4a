"""KYC tiers: how much may go out of wallets, and stay in them, of people of whom so much is known.

Every tier has its limits in the minor units of each currency: the figures below, which are rupees, times
what a hundred rupees are about in that currency. They are limits, not rates: round, and seldom changed.
"""

from __future__ import annotations

from dozen.kit.money import decimals
from dozen.services.wallet.structs import Limits

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


def of(tier: int, currency: str) -> Limits:
    """What a tier allows, in minor units of a currency."""
    over, under = _A_RUPEE.get(currency, (1, 100))
    unit = 10 ** decimals(currency)

    def scaled(rupees: int | None) -> int | None:
        return None if rupees is None else rupees * over * unit // under

    found = _RUPEES[max(0, min(tier, TOP))]
    return Limits(scaled(found.payment), scaled(found.day), scaled(found.month), scaled(found.balance))
