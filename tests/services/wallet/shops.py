"""Shops for tests."""

from __future__ import annotations

from typing import Any

from dozen.db import Tx
from dozen.services.wallet.service import merchants, orders, paying
from dozen.services.wallet.structs.merchants import Intent, Shop
from tests.services.wallet.folk import make_holders, proof
from tests.support.town import Town


def make_shop(town: Town, owner: int | None = None, *, live: bool = True, **given: Any) -> Shop:
    """A shop of somebody (who is made, with a wallet, if need be)."""
    me = owner if owner is not None else make_holders(town, 1)[0]
    made = town.write(merchants.register, me, merchants.NewMerchant(**{"name": "Tea House"} | given))
    return Shop(made, live, me)


def new_intent(tx: Tx, shop: Shop, amount: int = 10_000, **given: Any) -> Intent:
    """One that waits for its payer."""
    made = orders.create(tx, shop, orders.NewIntent(amount=amount, currency="INR", **given))
    return paying.request(tx, shop, made.id)


def approve(tx: Tx, payer: int, intent: Intent, **given: Any) -> Intent:
    return paying.approve(tx, payer, intent.id, proof=proof(tx, payer), **given)


def paid(tx: Tx, shop: Shop, payer: int, amount: int = 10_000, **given: Any) -> Intent:
    return approve(tx, payer, new_intent(tx, shop, amount, **given))
