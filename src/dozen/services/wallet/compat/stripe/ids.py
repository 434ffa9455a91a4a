"""Ids as the protocol wants them: a prefix and our id in base 62, both ways, with nothing stored."""

from __future__ import annotations

from dozen.kit import ids

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUE = {digit: n for n, digit in enumerate(_DIGITS)}
_SIZE = 11
"""Digits of the greatest id."""

INTENT, CHARGE, REFUND, CUSTOMER, METHOD = "pi", "ch", "re", "cus", "pm"
EVENT, WEBHOOK, PAYOUT, TRANSFER, TRANSACTION, ACCOUNT = "evt", "we", "po", "tr", "txn", "acct"


def show(prefix: str, number: int) -> str:
    """``pi_01Z9…``."""
    digits = []
    while number:
        number, digit = divmod(number, 62)
        digits.append(_DIGITS[digit])
    return f"{prefix}_{''.join(reversed(digits)).rjust(_SIZE, '0')}"


def maybe(prefix: str, number: int | None) -> str | None:
    return None if number is None else show(prefix, number)


def read(prefix: str, text: str) -> int | None:
    """The number again; None for what is no such id."""
    head, _, digits = text.partition("_")
    if head != prefix or len(digits) != _SIZE or not set(digits) <= _VALUE.keys():
        return None
    number = 0
    for digit in digits:
        number = number * 62 + _VALUE[digit]
    return number if number <= ids.MAX else None
