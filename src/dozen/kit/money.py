"""Money as whole minor units with an ISO 4217 code. Never a float."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Context, Decimal

import msgspec

# ISO 4217: every currency has two decimals but these.
_DECIMALS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
_SYMBOLS = {
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "INR": "₹",
    "JPY": "¥",
    "KRW": "₩",
    "BRL": "R$",
    "ILS": "₪",
    "NGN": "₦",
    "UAH": "₴",
    "VND": "₫",
    "TRY": "₺",
    "PHP": "₱",
}


_AMOUNT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")  # JSON may write 1000 as 1E+3
_EXACT = Context(prec=64)  # more digits than an amount may have: nothing is rounded on the way


class Money(msgspec.Struct, frozen=True, order=True):
    """``amount`` minor units of ``currency``: ``Money(1250, "EUR")`` is 12.50 €."""

    amount: int
    currency: str


def decimals(currency: str) -> int:
    """How many decimals the currency's minor unit has."""
    return _DECIMALS.get(currency, 2)


def parse(text: str, currency: str) -> int:
    """Minor units of a decimal text such as ``12.5``; ValueError when it is no exact amount."""
    text = text.strip()
    if len(text) > 40:
        raise ValueError("too long for an amount")
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"{text!r} is not an amount")
    scaled = Decimal(text).scaleb(decimals(currency), _EXACT)
    if scaled != scaled.to_integral_value(context=_EXACT):
        raise ValueError(f"{currency} has {decimals(currency)} decimals")
    if abs(scaled) > 10**18:
        raise ValueError("too large for an amount")
    return int(scaled)


def plain(amount: int, currency: str) -> str:
    """Decimal text with all the currency's decimals and nothing else: ``-12.50``."""
    places = _DECIMALS.get(currency, 2)
    if not places:
        return str(amount)
    digits = f"{abs(amount):0{places + 1}}"
    return f"{'-' if amount < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def text(amount: int, currency: str) -> str:
    """For people: ``€1,234.50``, ``−€3.00``, ``CHF 12.00``."""
    whole, _, fraction = plain(abs(amount), currency).partition(".")
    number = f"{int(whole):,}" + (f".{fraction}" if fraction else "")
    sign = "−" if amount < 0 else ""
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{currency} {number}"


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Share ``total`` by ``weights`` so that the shares add up exactly.

    Largest remainder; equal remainders go to the earlier share, so the result is stable. A
    negative total is shared like its opposite.
    """
    if not weights or any(weight < 0 for weight in weights) or not sum(weights):
        raise ValueError("weights must be non-negative and not all zero")
    if total < 0:
        return [-share for share in allocate(-total, weights)]
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in remainders[: total - sum(shares)]:
        shares[i] += 1
    return shares
