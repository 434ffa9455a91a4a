"""Wallets: opening, finding, freezing, closing."""

from __future__ import annotations

import re
from collections.abc import Collection

from dozen.core import accounts, ledger
from dozen.db import Tx
from dozen.kit import money
from dozen.services.wallet.errors import (
    BadState,
    CurrencyDiffers,
    NoWallet,
    PinNeeded,
    Unverified,
    WalletBlocked,
    WalletClosed,
    WalletExists,
    WalletInUse,
)
from dozen.services.wallet.queries import payments, people, requests
from dozen.services.wallet.service import notes, pins, tiers
from dozen.services.wallet.service.movements import Party
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs import Holder, Wallet, WalletState

PURPOSE = "wallet"
"""Of the accounts in the ledger. Any room finds somebody's with ``ledger.find_account(tx, person, "wallet",
currency)``."""
_CURRENCY = re.compile("[A-Z]{3}")
CURRENCIES = tiers.CURRENCIES
"""In which wallets can be opened, besides the installation's own."""
_LEDGER_STATE: dict[WalletState, ledger.State] = {
    "open": "open",
    "frozen": "no_out",
    "blocked": "frozen",
    "closed": "frozen",
}


def home_currency(tx: Tx) -> str:
    return tx.env.settings.wallet_currency


def open_wallet(tx: Tx, me: int, currency: str | None = None) -> Wallet:
    """Open a wallet; one that was closed is open again, with its history. The number must be confirmed.

    Raises Unverified, WalletExists, CurrencyDiffers, and what ``accounts.must_be_active`` raises.
    """
    wanted = home_currency(tx) if currency is None else currency
    if not _CURRENCY.fullmatch(wanted) or wanted not in {*CURRENCIES, home_currency(tx)}:
        raise CurrencyDiffers(fields={"currency": "There are no wallets in this currency"})
    accounts.must_be_active(tx, me)
    holder = people.holder_for_update.first(tx, person=me)
    if holder is None or not holder.verified:
        raise Unverified
    found = people.wallet_for_update.first(tx, owner=me, currency=wanted)
    if found is not None:
        if found.state != "closed":
            raise WalletExists
        return _set(tx, found, "open", "")
    account = ledger.open_account(tx, me, PURPOSE, wanted)
    tx.known.pop(_name(me, wanted), None)
    people.add_wallet(tx, id=tx.next_id(), owner=me, currency=wanted, account_id=account.id, now=tx.now)
    return wallet(tx, me, wanted)


def wallet(tx: Tx, person: int, currency: str | None = None) -> Wallet:
    """Somebody's wallet, whatever its state. Raises NoWallet."""
    found = find(tx, person, currency)
    if found is None:
        raise NoWallet
    return found


def find(tx: Tx, person: int, currency: str | None = None) -> Wallet | None:
    return people.wallet.first(tx, owner=person, currency=home_currency(tx) if currency is None else currency)


def ready(tx: Tx, owners: Collection[int], currency: str) -> list[Wallet]:
    """Read at once what :func:`of_two` will be asked for."""
    found = people.wallets_in.all(tx, owners=owners, currency=currency)
    tx.known.update((_name(owner, currency), None) for owner in owners)
    tx.known.update((_name(each.owner, currency), each) for each in found)
    return found


def _name(owner: int, currency: str) -> tuple[str, int, str]:
    return ("wallet.wallet", owner, currency)


def of_two(tx: Tx, one: int, other: int, currency: str) -> tuple[Wallet | None, Wallet | None]:
    """Two people's wallets."""
    mine, theirs = _name(one, currency), _name(other, currency)
    if mine not in tx.known or theirs not in tx.known:
        ready(tx, (one, other), currency)
    return tx.known[mine], tx.known[theirs]


def wallets_of(tx: Tx, person: int) -> list[Wallet]:
    """All, the oldest first; closed ones, too."""
    return people.wallets_of.all(tx, owner=person)


def holder(tx: Tx, person: int) -> Holder | None:
    return people.holder.first(tx, person=person)


def party(tx: Tx, person: int, currency: str | None = None) -> Party:
    """Somebody's wallet as a side of a movement. Raises NoWallet."""
    found = wallet(tx, person, currency)
    return Party(found.account_id, person, found)


def house_party(tx: Tx, purpose: str, currency: str, kind: ledger.Kind) -> Party:
    """An account of the house's as a side of a movement."""
    return Party(ledger.house(tx, purpose, currency, kind).id)


def balance(tx: Tx, found: Wallet) -> ledger.Balance:
    return ledger.balance(tx, found.account_id)


def freeze(tx: Tx, me: int, currency: str, reason: str = "") -> Wallet:
    """Nothing goes out until :func:`unfreeze`; what others pay still comes in.

    Raises NoWallet, WalletBlocked, WalletClosed.
    """
    found = _locked(tx, me, currency)
    if found.state == "frozen":
        return found
    if found.state == "blocked":
        raise WalletBlocked
    if found.state == "closed":
        raise WalletClosed
    notes.security(tx, me, f"Your wallet in {currency} is frozen")
    return _set(tx, found, "frozen", reason[:200])


def unfreeze(tx: Tx, me: int, currency: str, proof: Proof | None) -> Wallet:
    """Raises PinNeeded, WrongPin, NoWallet, WalletBlocked, WalletClosed."""
    if proof is None:
        raise PinNeeded
    pins.accept(tx, proof, me)
    found = _locked(tx, me, currency)
    if found.state == "open":
        return found
    if found.state == "blocked":
        raise WalletBlocked
    if found.state == "closed":
        raise WalletClosed
    notes.security(tx, me, f"Your wallet in {currency} is no longer frozen")
    return _set(tx, found, "open", "")


def block(tx: Tx, person: int, currency: str, reason: str, *, on: bool = True) -> Wallet:
    """For operators, who are authorised by the caller: nothing moves at all, or again. It comes back frozen:
    whoever has the PIN lets it go, and who had frozen it finds it so. Raises NoWallet, BadState (closed)."""
    found = _locked(tx, person, currency)
    if found.state == "closed":
        raise BadState
    if on == (found.state == "blocked"):
        return found
    if on:
        notes.security(tx, person, f"Your wallet in {currency} is blocked")
    else:
        notes.security(
            tx, person, f"Your wallet in {currency} is no longer blocked; unfreeze it with your PIN"
        )
    return _set(tx, found, "blocked" if on else "frozen", reason[:200])


def close(tx: Tx, me: int, currency: str) -> Wallet:
    """Close an empty wallet. Raises NoWallet, WalletBlocked, WalletInUse."""
    found = _locked(tx, me, currency)
    if found.state == "closed":
        return found
    if found.state == "blocked":
        raise WalletBlocked
    closed = _set(tx, found, "closed", "")  # first, for it locks the account: nothing comes in meanwhile
    kept = ledger.balance(tx, found.account_id)
    if kept.balance or kept.held:
        raise WalletInUse(f"There are {money.text(kept.balance, currency)} in it")
    if any(each.currency == currency for each in payments.under_way_of_payer.all(tx, person=me, limit=50)):
        raise WalletInUse("A payment out of it is still under way")
    if any(each.currency == currency for each in payments.under_way_of_payee.all(tx, person=me, limit=50)):
        raise WalletInUse("A payment into it is still under way")
    notes.security(tx, me, f"Your wallet in {currency} is closed")
    return closed


def forget(tx: Tx, person: int) -> bool:
    """Forget somebody whose account was purged: number, PIN, devices, handles, limits, requests.

    What they paid and got stays in the books, which law and their counterparts need. Money is taken out
    before (:mod:`leaving`).
    """
    for each in wallets_of(tx, person):
        if each.state != "closed":
            _set(tx, _locked(tx, person, each.currency), "closed", "the account is gone")
    people.forget_holder(tx, who=person)
    people.forget_codes(tx, person=person)
    people.forget_devices(tx, person=person)
    people.forget_handles(tx, person=person)
    people.forget_limits(tx, person=person)
    requests.forget_reminders(tx, person=person)
    requests.end_asks_of(tx, person=person, now=tx.now)
    requests.end_asks_to(tx, person=person, now=tx.now)
    return False


def _locked(tx: Tx, person: int, currency: str) -> Wallet:
    tx.must_write()
    found = people.wallet_for_update.first(tx, owner=person, currency=currency)
    if found is None:
        raise NoWallet
    return found


def _set(tx: Tx, found: Wallet, state: WalletState, reason: str) -> Wallet:
    tx.known.pop(_name(found.owner, found.currency), None)
    people.set_state(tx, wallet=found.id, new_state=state, why=reason, now=tx.now)
    ledger.set_state(tx, found.account_id, _LEDGER_STATE[state])
    return wallet(tx, found.owner, found.currency)
