"""Whom to pay: by mobile number, username or handle. And the handles themselves."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from dozen.core import accounts, graph
from dozen.core.accounts import Card
from dozen.db import Tx
from dozen.services.wallet.errors import (
    BadHandle,
    BadNumber,
    HandleTaken,
    NoSuchReceiver,
    NoWallet,
    TooManyHandles,
)
from dozen.services.wallet.queries import payments, people
from dozen.services.wallet.service import numbers
from dozen.services.wallet.structs import Handle, Wallet

SUFFIX = "@dozen"
"""Written behind a handle, so that it is told apart from a username."""
MOST_HANDLES = 5
_HANDLE = re.compile(r"[a-z][a-z0-9._-]{2,29}")
_PHONE = re.compile(r"\+?[0-9()\s./-]{6,}")


class Receiver(msgspec.Struct, frozen=True):
    """Who is meant, and how they were named."""

    person: int
    card: Card
    how: Literal["number", "username", "handle"]
    wallet: Wallet | None
    """Theirs in the currency that was asked for, if they have it and it is not closed."""
    merchant: int = 0
    """The shop's id, where a handle is a shop's."""


def find(tx: Tx, me: int, text: str, currency: str) -> Receiver:
    """Somebody as :func:`who` finds them, and their wallet. Raises NoSuchReceiver."""
    found = who(tx, me, text)
    wallet = people.wallet.first(tx, owner=found.person, currency=currency)
    if wallet is not None and wallet.state == "closed":
        wallet = None
    return msgspec.structs.replace(found, wallet=wallet)


def who(tx: Tx, me: int, text: str) -> Receiver:
    """Somebody by ``+91 98765 43210``, ``@ada`` or ``ada``, ``ada.home@dozen``, without their wallet. Raises
    NoSuchReceiver.

    Who blocked the caller, is suspended or is gone is not found, either.
    """
    named = text.strip()[:200]
    person, how, merchant = _who(tx, named)
    card = accounts.cards(tx, [person]).get(person) if person is not None else None
    if person is None or card is None or (person != me and graph.is_blocked_either(tx, me, person)):
        raise NoSuchReceiver(fields={"to": NoSuchReceiver.title})
    return Receiver(person, card, how, None, merchant)


def named(tx: Tx, text: str) -> int | None:
    """The person that :func:`who` will look for, whether or not it will find them."""
    return _who(tx, text.strip()[:200])[0]


def _who(tx: Tx, named: str) -> tuple[int | None, Literal["number", "username", "handle"], int]:
    if named.lower().endswith(SUFFIX):
        found = people.handle.first(tx, handle=named.lower().removesuffix(SUFFIX).lstrip("@"))
        return (found.person, "handle", found.merchant) if found is not None else (None, "handle", 0)
    if _PHONE.fullmatch(named):
        try:
            phone = numbers.e164(named, numbers.region_of(tx.env.settings.wallet_currency))
        except BadNumber:
            phone = ""
        if phone:
            return people.by_phone.first(tx, phone=phone), "number", 0
    card = accounts.by_username(tx, named.lstrip("@")) if named else None
    return (card.id if card is not None else None), "username", 0


def lately(tx: Tx, me: int, limit: int = 8) -> list[Card]:
    """Whom I have paid, the latest first."""
    ids = list(dict.fromkeys(payments.paid_lately.all(tx, person=me, limit=100)))[:limit]
    cards = accounts.cards(tx, ids)
    return [cards[each] for each in ids if each in cards]


# Handles


def checked_handle(text: str) -> str:
    """Raises BadHandle."""
    handle = text.strip().lower().removesuffix(SUFFIX)
    if not _HANDLE.fullmatch(handle):
        raise BadHandle(fields={"handle": BadHandle.title})
    return handle


def take_handle(tx: Tx, me: int, text: str, *, merchant: int = 0) -> Handle:
    """Make a handle one's own, or a shop's (the caller has checked that it is theirs).

    Raises BadHandle, HandleTaken, TooManyHandles, NoWallet.
    """
    handle = checked_handle(text)
    if people.holder_for_update.first(tx, person=me) is None:
        raise NoWallet
    have = people.handles_of.all(tx, person=me, merchant=merchant)
    if any(each.handle == handle for each in have):
        raise HandleTaken(fields={"handle": "This handle is yours already"})
    if len(have) >= MOST_HANDLES:
        raise TooManyHandles
    if not people.add_handle(tx, handle=handle, person=me, merchant=merchant, now=tx.now):
        raise HandleTaken(fields={"handle": HandleTaken.title})
    return Handle(handle, me, merchant, tx.now)


def drop_handle(tx: Tx, me: int, handle: str, *, merchant: int = 0) -> None:
    people.drop_handle(tx, handle=handle.lower().removesuffix(SUFFIX), person=me, merchant=merchant)


def handles(tx: Tx, me: int, *, merchant: int = 0) -> list[Handle]:
    return people.handles_of.all(tx, person=me, merchant=merchant)
