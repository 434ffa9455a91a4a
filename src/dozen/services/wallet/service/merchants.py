"""Shops: registering them, who acts for them, where their money is.

Whoever acts for a shop holds a :class:`Shop`: from :func:`mine` (its owner, in the browser or with a token)
or from :func:`keys.shop_of` (a program with the shop's key). All other verbs about shops take one.
``live`` is money; otherwise it is a rehearsal, with accounts of its own that no wallet ever meets.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET, UnsetType

from dozen.core import accounts, ledger
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.text import clean
from dozen.services.wallet.errors.merchants import (
    BadMerchant,
    MerchantBlocked,
    MerchantClosed,
    MerchantInUse,
    NoSuchMerchant,
    TooManyMerchants,
)
from dozen.services.wallet.queries import merchants as queries
from dozen.services.wallet.queries import orders as order_queries
from dozen.services.wallet.service import notes, tiers
from dozen.services.wallet.service.movements import Party
from dozen.services.wallet.structs.merchants import Merchant, MerchantState, Settle, Shop

MOST = 20
"""Shops of one person."""
FEE_BPS = 100
"""What the house keeps of payments, unless an operator says otherwise: hundredths of a per cent."""
PURPOSE = "wallet.merchant"
TEST_PURPOSE = "wallet.merchant_test"
TEST_PAYER = "wallet.test_payer"
"""Where the money of rehearsals comes from and goes to: one account for each shop and currency."""
CATEGORIES = {
    "food": "Food and drink",
    "groceries": "Groceries",
    "clothes": "Clothes and shoes",
    "home": "Home and garden",
    "health": "Health and beauty",
    "services": "Services and repairs",
    "transport": "Transport",
    "culture": "Culture and leisure",
    "education": "Education",
    "digital": "Digital goods",
    "giving": "Clubs and donations",
    "other": "Something else",
}
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_EVERY = {"daily": clock.DAY, "weekly": 7 * clock.DAY}


class NewMerchant(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    category: str = "other"
    website: str = ""
    email: str = ""
    about: str = ""
    settle: Settle = "manual"


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is unset stays as it is."""

    name: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    website: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    about: str | UnsetType = UNSET
    settle: Settle | UnsetType = UNSET


def register(tx: Tx, me: int, new: NewMerchant) -> Merchant:
    """Raises BadMerchant, TooManyMerchants, and what ``accounts.must_be_active`` raises."""
    accounts.must_be_active(tx, me)
    if (queries.how_many.first(tx, owner=me) or 0) >= MOST:
        raise TooManyMerchants
    made = Merchant(
        id=tx.next_id(),
        owner=me,
        state="open",
        fee_bps=FEE_BPS,
        settle_at=None,
        made_at=tx.now,
        changed_at=tx.now,
        **msgspec.structs.asdict(new),
    )
    made = _checked(made, tx.now)
    queries.add(tx, **msgspec.structs.asdict(made))
    return made


def edit(tx: Tx, me: int, merchant_id: int, changes: Changes) -> Merchant:
    """Raises NoSuchMerchant, MerchantClosed, BadMerchant."""
    found = _mine_locked(tx, me, merchant_id)
    if found.state == "closed":
        raise MerchantClosed
    given = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET}
    return _put(tx, _checked(msgspec.structs.replace(found, **given), tx.now, before=found))


def close(tx: Tx, me: int, merchant_id: int) -> Merchant:
    """Close a shop for good; its history stays. Raises NoSuchMerchant, MerchantInUse."""
    found = _mine_locked(tx, me, merchant_id)
    if found.state == "closed":
        return found
    if found.state == "blocked":
        raise MerchantBlocked
    for live in (True, False):
        if order_queries.under_way.first(tx, merchant=found.id, live=live) is not None:
            raise MerchantInUse("A payment is still under way", why="payments")
    for each in balances(tx, Shop(found, True, me)):
        if each.balance or each.held:
            raise MerchantInUse("There is money in it; pay it out first", why="balance")
    return _put(tx, msgspec.structs.replace(found, state="closed", settle_at=None))


def abandon(tx: Tx, merchant_id: int) -> Merchant:
    """Its owner is gone: it is closed whatever was under way, and says no more than its name. Raises
    NoSuchMerchant."""
    found = _locked(tx, merchant_id)
    return _put(
        tx, msgspec.structs.replace(found, state="closed", settle_at=None, website="", email="", about="")
    )


def set_fee(tx: Tx, admin: int, merchant_id: int, fee_bps: int) -> Merchant:
    """For administrators. Raises what ``accounts.must_be_admin`` raises, NoSuchMerchant, BadMerchant."""
    accounts.must_be_admin(tx, admin)
    if not 0 <= fee_bps <= 10_000:
        raise BadMerchant(fields={"fee_bps": "Between 0 and 10000 hundredths of a per cent"})
    return _put(tx, msgspec.structs.replace(_locked(tx, merchant_id), fee_bps=fee_bps))


def block(tx: Tx, admin: int, merchant_id: int, *, on: bool = True) -> Merchant:
    """For administrators: the shop can take nothing and pay out nothing, or again. Raises what
    ``accounts.must_be_admin`` raises, NoSuchMerchant, MerchantClosed."""
    accounts.must_be_admin(tx, admin)
    found = _locked(tx, merchant_id)
    if found.state == "closed":
        raise MerchantClosed
    state: MerchantState = "blocked" if on else "open"
    if state == found.state:
        return found
    notes.security(tx, found.owner, f"Your shop {found.name} is {'' if on else 'no longer '}blocked")
    return _put(tx, msgspec.structs.replace(found, state=state))


# Finding


def merchant(tx: Tx, merchant_id: int) -> Merchant:
    """Any shop, whatever its state. Raises NoSuchMerchant."""
    found = queries.by_id.first(tx, id=merchant_id)
    if found is None:
        raise NoSuchMerchant
    return found


def of(tx: Tx, me: int) -> list[Merchant]:
    """My shops that are not closed, the newest first."""
    return queries.of_owner.all(tx, owner=me, limit=MOST)


def mine(tx: Tx, me: int, merchant_id: int, *, live: bool = True) -> Shop:
    """Act for a shop of mine. Raises NoSuchMerchant."""
    found = queries.by_id.first(tx, id=merchant_id)
    if found is None or found.owner != me:
        raise NoSuchMerchant
    return Shop(found, live, me)


def must_be_open(found: Merchant) -> None:
    """Raises MerchantClosed, MerchantBlocked."""
    if found.state == "closed":
        raise MerchantClosed
    if found.state == "blocked":
        raise MerchantBlocked


# Money


def account(tx: Tx, shop: Shop, currency: str) -> int:
    """The shop's account in the ledger, opened at first use."""
    purpose = PURPOSE if shop.live else TEST_PURPOSE
    return ledger.open_account(tx, shop.merchant.owner, purpose, currency, ref=shop.id).id


def party(tx: Tx, shop: Shop, currency: str) -> Party:
    """The shop as a side of a movement."""
    return Party(account(tx, shop, currency), merchant=shop.id)


def test_payer(tx: Tx, shop: Shop, currency: str) -> Party:
    """Where the money of a rehearsal comes from: an account without a limit that is nobody's."""
    found = ledger.open_account(tx, 0, TEST_PAYER, currency, ref=shop.id, kind="asset", least=None)
    return Party(found.id)


def balances(tx: Tx, shop: Shop) -> list[ledger.Balance]:
    """What is in the shop's accounts, by currency."""
    purpose = PURPOSE if shop.live else TEST_PURPOSE
    ids = [
        found.id
        for currency in tiers.currencies(tx)
        if (found := ledger.find_account(tx, shop.merchant.owner, purpose, currency, shop.id)) is not None
    ]
    there = ledger.balances_by_id(tx, ids)
    return [there[each] for each in ids]


def fee_of(shop: Shop, amount: int) -> int:
    """What the house keeps of an amount, rounded to the nearest minor unit. Rehearsals cost nothing."""
    return (amount * shop.merchant.fee_bps + 5_000) // 10_000 if shop.live else 0


def next_settlement(settle: Settle, now: int) -> int | None:
    """The start of the next UTC day, or of the next week (Monday)."""
    period = _EVERY.get(settle)
    if period is None:
        return None
    monday = 4 * clock.DAY if settle == "weekly" else 0  # 1 January 1970 was a Thursday
    return ((now - monday) // period + 1) * period + monday


# Inside


def _mine_locked(tx: Tx, me: int, merchant_id: int) -> Merchant:
    found = _locked(tx, merchant_id)
    if found.owner != me:
        raise NoSuchMerchant
    return found


def _locked(tx: Tx, merchant_id: int) -> Merchant:
    tx.must_write()
    found = queries.by_id_for_update.first(tx, id=merchant_id)
    if found is None:
        raise NoSuchMerchant
    return found


def _put(tx: Tx, after: Merchant) -> Merchant:
    after = msgspec.structs.replace(after, changed_at=tx.now)
    queries.change(
        tx,
        merchant=after.id,
        new_name=after.name,
        new_category=after.category,
        new_website=after.website,
        new_email=after.email,
        new_about=after.about,
        new_state=after.state,
        new_fee=after.fee_bps,
        new_settle=after.settle,
        then=after.settle_at,
        now=tx.now,
    )
    return after


def put_off(tx: Tx, merchant_id: int) -> Merchant:
    """Set when the shop is settled by itself the next time. Raises NoSuchMerchant."""
    found = _locked(tx, merchant_id)
    return _put(tx, msgspec.structs.replace(found, settle_at=next_settlement(found.settle, tx.now)))


def _checked(given: Merchant, now: int, before: Merchant | None = None) -> Merchant:
    wrong: dict[str, str] = {}
    tidy: dict[str, Any] = {
        "name": clean(given.name),
        "about": clean(given.about, lines=True),
        "website": given.website.strip(),
        "email": given.email.strip(),
    }
    if not 1 <= len(tidy["name"]) <= 60:
        wrong["name"] = "A name has 1 to 60 characters"
    if given.category not in CATEGORIES:
        wrong["category"] = "Choose one of the list"
    if len(tidy["about"]) > 500:
        wrong["about"] = "At most 500 characters"
    if tidy["website"] and not is_address(tidy["website"]):
        wrong["website"] = "A web address begins with https:// or http://"
    if tidy["email"] and not _EMAIL.fullmatch(tidy["email"]):
        wrong["email"] = "This is not an e-mail address"
    if given.settle not in ("manual", *_EVERY):
        wrong["settle"] = "Choose one of the list"
    if wrong:
        raise BadMerchant(fields=wrong)
    if before is None or before.settle != given.settle:
        tidy["settle_at"] = next_settlement(given.settle, now)
    return msgspec.structs.replace(given, **tidy)


def is_address(text: str) -> bool:
    """Whether it is a whole http or https address that may be shown as a link and sent in a header."""
    if len(text) > 2_000 or not text.isascii() or not text.isprintable() or set(text) & set(' "<>\\^`{|}'):
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and parts.username is None
        and parts.password is None
        and port != 0
    )
