"""How a merchant sells: currency, how long things may come back, ways of sending.

Whoever calls with a :class:`Shop` has shown that they may act for it."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from dozen.db import Tx
from dozen.kit.text import clean
from dozen.services.wallet.errors.products import BadRate, BadStore, NoSuchRate
from dozen.services.wallet.queries import products as queries
from dozen.services.wallet.service import merchants, wallets
from dozen.services.wallet.service.moving import MOST_AMOUNT
from dozen.services.wallet.structs.merchants import Shop
from dozen.services.wallet.structs.products import Rate, Store

RETURN_DAYS = 14
"""Unless the merchant says otherwise."""
MOST_RETURN_DAYS = 365
MOST_RATES = 10
_PLAIN = "Delivery"
_PLAIN_DAYS = 7


class NewRate(msgspec.Struct, frozen=True):
    name: str
    price: int
    free_above: int | None = None
    days: int = 5


def store(tx: Tx, merchant: int) -> Store:
    """As it is set, or as it is where nothing was."""
    found = queries.store.first(tx, merchant=merchant)
    return found or Store(merchant, wallets.home_currency(tx), RETURN_DAYS, 0)


def stores(tx: Tx, found: Collection[int]) -> dict[int, Store]:
    known = {each.merchant: each for each in queries.stores_of.all(tx, merchants=list(found))}
    home = wallets.home_currency(tx)
    return {each: known.get(each) or Store(each, home, RETURN_DAYS, 0) for each in found}


def set_up(tx: Tx, shop: Shop, *, currency: str | None = None, return_days: int | None = None) -> Store:
    """Raises BadStore, MerchantClosed, MerchantBlocked."""
    tx.must_write()
    merchants.must_be_open(shop.merchant)
    before = store(tx, shop.id)
    after = msgspec.structs.replace(
        before,
        currency=before.currency if currency is None else currency,
        return_days=before.return_days if return_days is None else return_days,
        changed_at=tx.now,
    )
    wrong = {}
    if after.currency not in {*wallets.CURRENCIES, wallets.home_currency(tx)}:
        wrong["currency"] = "There are no wallets in this currency"
    elif after.currency != before.currency and queries.how_many.first(tx, merchant=shop.id):
        wrong["currency"] = "There are products with prices in the other currency"
    if type(after.return_days) is not int or not 0 <= after.return_days <= MOST_RETURN_DAYS:
        wrong["return_days"] = f"Between 0 (never) and {MOST_RETURN_DAYS} days"
    if wrong:
        raise BadStore(fields=wrong)
    queries.put_store(tx, merchant=shop.id, currency=after.currency, days=after.return_days, now=tx.now)
    return after


# Ways of sending


def rates(tx: Tx, found: Collection[int]) -> dict[int, tuple[Rate, ...]]:
    """Of each merchant; where none is set, sending costs nothing."""
    known: dict[int, list[Rate]] = {}
    for each in queries.rates_of.all(tx, merchants=list(found)):
        known.setdefault(each.merchant, []).append(each)
    return {
        merchant: tuple(known.get(merchant) or [Rate(0, merchant, _PLAIN, 0, None, _PLAIN_DAYS)])
        for merchant in found
    }


def add_rate(tx: Tx, shop: Shop, new: NewRate) -> Rate:
    """Raises BadRate, MerchantClosed, MerchantBlocked."""
    merchants.must_be_open(shop.merchant)
    if len([each for each in rates(tx, [shop.id])[shop.id] if each.id]) >= MOST_RATES:
        raise BadRate(f"A shop has at most {MOST_RATES} ways of sending")
    made = _checked(Rate(tx.next_id(), shop.id, new.name, new.price, new.free_above, new.days))
    queries.add_rate(tx, **msgspec.structs.asdict(made))
    return made


def change_rate(tx: Tx, shop: Shop, rate_id: int, new: NewRate) -> Rate:
    """Raises NoSuchRate, BadRate."""
    if queries.rate.first(tx, id=rate_id, merchant=shop.id) is None:
        raise NoSuchRate
    after = _checked(Rate(rate_id, shop.id, new.name, new.price, new.free_above, new.days))
    queries.change_rate(
        tx,
        rate=rate_id,
        of=shop.id,
        new_name=after.name,
        new_price=after.price,
        new_free=after.free_above,
        new_days=after.days,
    )
    return after


def drop_rate(tx: Tx, shop: Shop, rate_id: int) -> Rate:
    """The rate as it was, to be put back. Raises NoSuchRate."""
    found = queries.rate.first(tx, id=rate_id, merchant=shop.id)
    if found is None or not queries.drop_rate(tx, id=rate_id, merchant=shop.id):
        raise NoSuchRate
    return found


def _checked(given: Rate) -> Rate:
    name = clean(given.name)
    wrong = {}
    if not 1 <= len(name) <= 60:
        wrong["name"] = "A name has 1 to 60 characters"
    if type(given.price) is not int or not 0 <= given.price <= MOST_AMOUNT:
        wrong["price"] = "A price is zero or more"
    if given.free_above is not None and not 0 < given.free_above <= MOST_AMOUNT:
        wrong["free_above"] = "An amount above zero, or nothing"
    if type(given.days) is not int or not 1 <= given.days <= 90:
        wrong["days"] = "Between 1 and 90 days"
    if wrong:
        raise BadRate(fields=wrong)
    return msgspec.structs.replace(given, name=name)
