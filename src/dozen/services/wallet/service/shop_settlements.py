"""Paying shops out: to their owner's wallet, on demand or by the calendar, or to another shop of theirs."""

from __future__ import annotations

import logging
from typing import Literal

import msgspec

from dozen.core import ledger
from dozen.db import Tx
from dozen.kit import ids
from dozen.kit.env import Env
from dozen.kit.errors import Fault, Unavailable
from dozen.kit.text import clean, clip
from dozen.services.wallet.errors import NoWallet
from dozen.services.wallet.errors.merchants import BadSettlement, NoSuchSettlement, NothingToSettle
from dozen.services.wallet.queries import merchants as queries
from dozen.services.wallet.queries import people
from dozen.services.wallet.service import merchants, shop_events, shop_metadata, tiers, wallets
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Movement, Party, Standing
from dozen.services.wallet.service.moving import MOST_NOTE, move
from dozen.services.wallet.structs import Payment, PaymentState
from dozen.services.wallet.structs.merchants import Settlement, Shop

log = logging.getLogger("dozen.wallet")
Cause = Literal["hand", "schedule", "api"]
_PAYOUTS, _TRANSFERS = queries.settlements_page(False), queries.settlements_page(True)
_PAYOUTS_UP, _TRANSFERS_UP = queries.settlements_page(False, up=True), queries.settlements_page(True, up=True)


def settle(
    tx: Tx,
    shop: Shop,
    currency: str,
    amount: int | None = None,
    *,
    to_merchant: int = 0,
    cause: Cause = "hand",
    note: str = "",
    metadata: dict[str, str] | None = None,
) -> Settlement:
    """Pay out what there is, or ``amount`` of it. Without an amount, no more than the owner's wallet may
    hold. ``to_merchant``: to another shop of the same owner.

    Raises MerchantBlocked, NothingToSettle, BadSettlement, InsufficientFunds, NoWallet, BalanceCap,
    NoSuchMerchant, BadMetadata, and what ``move`` raises.
    """
    tx.must_write()
    if shop.merchant.state == "blocked":
        merchants.must_be_open(shop.merchant)
    source = merchants.party(tx, shop, currency)
    target = _target(tx, shop, currency, to_merchant)
    if amount is None:
        there = ledger.balance(tx, source.account).available or 0
        amount = min(there, _room(tx, target, there))
        if amount <= 0:
            raise NothingToSettle
    elif type(amount) is not int or amount <= 0:
        raise BadSettlement(fields={"amount": "A whole number of minor units, above zero"})
    made = Settlement(
        id=tx.next_id(),
        merchant=shop.id,
        live=shop.live,
        currency=currency,
        amount=amount,
        to_merchant=to_merchant,
        payment_id=0,
        state="paid",
        cause=cause,
        note=clip(clean(note), MOST_NOTE),
        metadata=shop_metadata.checked(metadata or {}),
        changed_at=tx.now,
    )
    receipt = move(
        tx,
        Movement(
            kind="merchant",
            actor=shop.person,
            payer=source,
            payee=target,
            amount=amount,
            currency=currency,
            note=made.note or f"Payout of {shop.merchant.name}",
            subject=made.id,
            detail={"shop": shop.merchant.name, "settlement": True, "to_shop": bool(to_merchant)},
            proof=Standing("merchant", shop.id),
            quiet=not shop.live,
        ),
    )
    made = msgspec.structs.replace(made, payment_id=receipt.payment.id, state=_state(receipt.payment.state))
    queries.add_settlement(tx, **msgspec.structs.asdict(made))
    if made.state == "paid":
        _say(tx, made)
    return made


def get(tx: Tx, shop: Shop, settlement_id: int, *, transfer: bool | None = None) -> Settlement:
    """Raises NoSuchSettlement. ``transfer``: only one to another shop, or only one that is not."""
    found = queries.settlement.first(tx, merchant=shop.id, live=shop.live, id=settlement_id)
    if found is None or (transfer is not None and bool(found.to_merchant) != transfer):
        raise NoSuchSettlement
    return found


def page(
    tx: Tx,
    shop: Shop,
    *,
    transfers: bool = False,
    before: int = ids.MAX,
    after: int = 0,
    limit: int = 20,
    up: bool = False,
) -> list[Settlement]:
    way = (_TRANSFERS_UP if transfers else _PAYOUTS_UP) if up else (_TRANSFERS if transfers else _PAYOUTS)
    found: list[Settlement] = way.all(
        tx, merchant=shop.id, live=shop.live, before=before, after=after, limit=limit
    )
    return found


def settle_due(tx: Tx, limit: int = 20) -> bool:
    """Pay out the shops whose day it is, a bounded number at a time; True while there are more.

    A currency that cannot be paid out (the owner's wallet is full or closed) waits for the next time.
    """
    found = queries.due.all(tx, now=tx.now, limit=limit)
    for each in found:
        merchant = merchants.put_off(tx, each.id)
        if merchant.state != "open":
            continue
        shop = Shop(merchant, True, merchant.owner)
        for balance in merchants.balances(tx, shop):
            if not (balance.available or 0):
                continue
            try:
                with tx.savepoint():
                    settle(tx, shop, balance.account.currency, cause="schedule")
            except Unavailable:
                raise
            except Fault as fault:
                log.info("shop %s was not paid out: %s", merchant.id, fault.code)
    return len(found) == limit


def _target(tx: Tx, shop: Shop, currency: str, to_merchant: int) -> Party:
    if to_merchant:
        other = merchants.mine(tx, shop.merchant.owner, to_merchant, live=shop.live)
        merchants.must_be_open(other.merchant)
        if other.id == shop.id:
            raise BadSettlement(fields={"destination": "That is the same shop"})
        return merchants.party(tx, other, currency)
    if not shop.live:
        return merchants.test_payer(tx, shop, currency)
    found = wallets.find(tx, shop.merchant.owner, currency)
    if found is None or found.state == "closed":
        raise NoWallet("You have no wallet in this currency to be paid out to")
    return Party(found.account_id, found.owner, found)


def _room(tx: Tx, target: Party, otherwise: int) -> int:
    """What the owner's wallet may still take in."""
    if target.wallet is None:
        return otherwise
    holder = people.holder.first(tx, person=target.person)
    most = tiers.allowed(tx, holder.tier, target.wallet.currency).balance if holder is not None else None
    return otherwise if most is None else most - ledger.balance(tx, target.account).balance


def _state(state: PaymentState) -> Literal["paid", "pending", "failed"]:
    return "paid" if state == "done" else "pending" if state in ("review", "pending") else "failed"


def _say(tx: Tx, made: Settlement) -> None:
    if made.to_merchant and made.state == "paid":
        type_ = "transfer.created"
    else:
        type_ = "settlement.paid" if made.state == "paid" else "settlement.failed"
    shop_events.say(tx, made.merchant, made.live, type_, made.id, settlement=made)


def changed(tx: Tx, payment: Payment, before: PaymentState | None) -> None:
    """Hung on where money moves: what becomes of a payout that was looked at first."""
    if before is None or before == payment.state:
        return
    found = queries.settlement_of_payment.first(tx, payment=payment.id)
    state = _state(payment.state)
    if found is not None and found.state == "pending" and state != "pending":
        queries.finish_settlement(tx, settlement=found.id, new_state=state, now=tx.now)
        _say(tx, msgspec.structs.replace(found, state=state))


def register(env: Env) -> None:
    env.part(Hooks).on_change("merchant", changed)
