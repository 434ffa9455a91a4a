"""What all shapes share: amounts as exact decimal text, people, ids as text."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from dozen.core.accounts import Card
from dozen.kit import ids, money
from dozen.kit.errors import Invalid
from dozen.services.wallet.errors import BadAmount, CurrencyDiffers

Amount = Annotated[
    Decimal,
    Meta(
        description="An exact amount in the currency's own unit, with no more decimals than it has.",
        examples=["12.50"],
    ),
]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217.", examples=["INR"])]
Note = Annotated[str, Meta(max_length=500, description="One line, at most 140 characters.")]
Pin = Annotated[str, Meta(max_length=12, description="The wallet's PIN.")]
Who = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        description="A mobile number (`+919876543210`), a username (`@ada`) or a handle (`ada.home@dozen`).",
    ),
]


def minor(amount: Decimal, currency: str) -> int:
    """Minor units of a decimal amount. Raises BadAmount for zero, below it, too precise or enormous."""
    try:
        found = money.parse(str(amount), currency)
    except ValueError as error:
        raise BadAmount(fields={"amount": BadAmount.title}) from error
    if found <= 0:
        raise BadAmount(fields={"amount": BadAmount.title})
    return found


def number(text: str, name: str) -> int:
    """An id that came as text in the field ``name``. Raises Invalid."""
    if not text.isascii() or not text.isdigit() or len(text) > 19 or int(text) > ids.MAX:
        raise Invalid(fields={name: "This is not an id"})
    return int(text)


def checked_currency(given: str | None, otherwise: str) -> str:
    currency = given or otherwise
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        raise CurrencyDiffers(fields={"currency": CurrencyDiffers.title})
    return currency


class Money(msgspec.Struct, frozen=True):
    """``amount`` is exact decimal text, ``minor`` the same in minor units."""

    amount: str
    minor: int
    currency: str


def of_minor(amount: int, currency: str) -> Money:
    return Money(money.plain(amount, currency), amount, currency)


class Person(msgspec.Struct, frozen=True):
    id: str
    username: str
    name: str


def person(card: Card | None) -> Person | None:
    return None if card is None else Person(str(card.id), card.username, card.name)
