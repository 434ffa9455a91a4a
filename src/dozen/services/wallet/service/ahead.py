"""Payments between people that are asked for at the same moment: read at once what each of them will need.

Nothing is decided here. What is not there, or was not foreseen, :mod:`sending` and :mod:`moving` find out and
say as ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from dozen.core import graph, ledger
from dozen.db import Together, Tx
from dozen.services.wallet.service import devices, moving, receivers, wallets


class Wish(msgspec.Struct, frozen=True, gc=False):
    """Who wants to pay whom."""

    payer: int
    to: str
    """As they name the receiver."""
    currency: str
    device: bytes
    """Its digest."""
    realm: str
    key: str
    """Of idempotency; empty: none."""


def ready(tx: Tx, wishes: Sequence[Wish]) -> None:
    by_currency: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    seen = devices.ready(tx, [(each.payer, each.device) for each in wishes])
    for each in wishes:
        payee = receivers.named(tx, each.to)
        if payee is not None and payee != each.payer:
            device = seen.get(each.payer)
            by_currency[each.currency].append((each.payer, payee, device.id if device is not None else 0))
    _keys(tx, wishes)
    if not by_currency:
        return
    graph.ready_blocked(tx, [(payer, payee) for pairs in by_currency.values() for payer, payee, _ in pairs])
    moving.lock_payers(tx, [payer for pairs in by_currency.values() for payer, _, _ in pairs])
    for currency, pairs in by_currency.items():
        moving.ready(tx, currency, pairs)
    accounts = [
        wallet.account_id
        for currency, pairs in by_currency.items()
        for wallet in wallets.ready(tx, {person for pair in pairs for person in pair[:2]}, currency)
    ]
    ledger.lock(tx, accounts)


def _keys(tx: Tx, wishes: Sequence[Wish]) -> None:
    by_realm: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for each in wishes:
        if each.key:
            by_realm[each.realm].append((each.payer, each.key))
    for realm, keys in by_realm.items():
        ledger.ready_keys(tx, realm, keys)


SENDING = Together(ready, who=lambda wish: wish.payer)
