"""Accounts: opening, finding, freezing, limiting and closing them."""

from __future__ import annotations

import re
from collections.abc import Collection

from dozen.core.cache import Lru
from dozen.core.ledger import queries
from dozen.core.ledger.applying import forget_standings
from dozen.core.ledger.errors import (
    AccountClosed,
    AccountDiffers,
    AccountInUse,
    BadAccount,
    BelowLimit,
    NoSuchAccount,
)
from dozen.core.ledger.structs import STATES, Account, Kind, State
from dozen.core.ledger.tables import MOST_BALANCE
from dozen.db import Tx
from dozen.kit.env import Env

_KNOWN = 200_000
_CLOSED = STATES.index("closed")
_CURRENCY = re.compile("[A-Z]{3}")
_PURPOSE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_MOST_LANES = 64
_HOUSE_LANES = 16

Name = tuple[int, str, str, int]


class Known:
    """Accounts that this process has seen: what they are never changes, so none is ever dropped."""

    def __init__(self) -> None:
        self.by_id: Lru[int, Account] = Lru(_KNOWN)
        self.by_name: Lru[Name, Account] = Lru(_KNOWN)

    @classmethod
    def build(cls, env: Env) -> Known:
        return cls()

    def remember(self, tx: Tx, account: Account) -> None:
        """From now on; in a write transaction after its commit, for it may have been opened in it."""
        if tx.writes:
            tx.after_commit(lambda: self._keep(account))
        else:
            self._keep(account)

    def _keep(self, account: Account) -> None:
        self.by_id.put(account.id, account)
        self.by_name.put(_name(account), account)


def _name(account: Account) -> Name:
    return account.owner, account.purpose, account.currency, account.ref


def open_account(
    tx: Tx,
    owner: int,
    purpose: str,
    currency: str,
    *,
    ref: int = 0,
    kind: Kind = "liability",
    least: int | None = 0,
    lanes: int = 0,
) -> Account:
    """The account of this owner, purpose, currency and ref; opened now unless it exists.

    ``least``: its balance less what is held never falls below this (0 for wallets, negative for credit,
    None for no limit). ``lanes``: many can post to it at once; only without a limit, and nothing can be
    reserved on it. ``owner`` 0 is the house. Raises AccountDiffers when it exists as another kind or with
    other lanes (its limit is as :func:`set_least` has it), BadAccount.
    """
    found = find_account(tx, owner, purpose, currency, ref)
    if found is None:
        _check(owner, purpose, currency, kind, least, lanes)
        made = Account(tx.next_id(), owner, purpose, ref, currency, kind, lanes, tx.now)
        if queries.add_account(
            tx, id=made.id, owner=owner, purpose=purpose, ref=ref, currency=currency, kind=kind,
            lanes=lanes, opened_at=tx.now,
        ):  # fmt: skip
            for lane in range(1, lanes + 1) if lanes else (0,):
                queries.add_balance(tx, account_id=made.id, lane=lane, currency=currency, least=least)
            tx.part(Known).remember(tx, made)
            return made
        found = find_account(tx, owner, purpose, currency, ref)
        assert found is not None
    if found.kind != kind or found.lanes != lanes:
        raise AccountDiffers
    return found


def _check(owner: int, purpose: str, currency: str, kind: str, least: int | None, lanes: int) -> None:
    fields = {}
    if owner < 0:
        fields["owner"] = "An owner is a person's id, or 0"
    if len(purpose) > 60 or not _PURPOSE.fullmatch(purpose):
        fields["purpose"] = "A purpose is words of a-z, 0-9 and _, with dots between them"
    if not _CURRENCY.fullmatch(currency):
        fields["currency"] = "A currency is a code of three letters (ISO 4217)"
    if kind not in ("asset", "liability", "income", "expense"):
        fields["kind"] = "A kind is asset, liability, income or expense"
    if least is not None and not -MOST_BALANCE <= least <= 0:
        fields["least"] = "A new account's limit is not above zero"
    if not 0 <= lanes <= _MOST_LANES or (lanes and least is not None):
        fields["lanes"] = f"At most {_MOST_LANES} lanes, and only without a limit"
    if fields:
        raise BadAccount(fields=fields)


def house(tx: Tx, purpose: str, currency: str, kind: Kind, *, ref: int = 0) -> Account:
    """An account of the house's own that everybody posts to (a gateway, fees): no limit, and lanes."""
    return open_account(tx, 0, purpose, currency, ref=ref, kind=kind, least=None, lanes=_HOUSE_LANES)


def account(tx: Tx, account_id: int) -> Account:
    """Raises NoSuchAccount."""
    known = tx.part(Known)
    found = known.by_id.get(account_id)
    if found is None:
        found = queries.account_by_id.first(tx, id=account_id)
        if found is None:
            raise NoSuchAccount(account=account_id)
        known.remember(tx, found)
    return found


def accounts_by_id(tx: Tx, ids: Collection[int]) -> dict[int, Account]:
    """Those that exist."""
    known = tx.part(Known)
    out = {each: found for each in ids if (found := known.by_id.get(each)) is not None}
    missing = [each for each in ids if each not in out]
    if missing:
        for found in queries.accounts_by_id.all(tx, ids=missing):
            known.remember(tx, found)
            out[found.id] = found
    return out


def find_account(tx: Tx, owner: int, purpose: str, currency: str, ref: int = 0) -> Account | None:
    known = tx.part(Known)
    found = known.by_name.get((owner, purpose, currency, ref))
    if found is None:
        found = queries.account_by_name.first(tx, owner=owner, purpose=purpose, currency=currency, ref=ref)
        if found is not None:
            known.remember(tx, found)
    return found


def accounts_of(tx: Tx, owner: int, *, limit: int = 500) -> list[Account]:
    """By purpose and currency."""
    return queries.accounts_of.all(tx, owner=owner, limit=limit)


def set_state(tx: Tx, account_id: int, state: State) -> bool:
    """Freeze an account or let it go again; whether that changed anything.

    ``no_out``: nothing goes out but what was reserved before. ``frozen``: nothing moves at all, though
    what is reserved can be released. To close it, use :func:`close_account`. Raises NoSuchAccount,
    AccountClosed.
    """
    if state not in STATES or state == "closed":
        raise ValueError("state is open, no_out or frozen")
    rows = _locked(tx, account_id)
    if rows[0][3] == _CLOSED:
        raise AccountClosed(account=account_id)
    if rows[0][3] == STATES.index(state):
        return False
    queries.set_state(tx, id=account_id, state=STATES.index(state), closed_at=None)
    return True


def close_account(tx: Tx, account_id: int) -> bool:
    """Close an empty account for good; whether it was open. Raises NoSuchAccount, AccountInUse."""
    rows = _locked(tx, account_id)
    if rows[0][3] == _CLOSED:
        return False
    if any(balance or held for _, balance, held, _ in rows):
        raise AccountInUse(account=account_id)
    queries.set_state(tx, id=account_id, state=_CLOSED, closed_at=tx.now)
    return True


def set_least(tx: Tx, account_id: int, least: int | None) -> None:
    """Change what the balance less what is held may not fall below. Raises NoSuchAccount, BelowLimit
    (it is below that now), BadAccount (out of bounds, or the account has lanes)."""
    if account(tx, account_id).lanes or (least is not None and abs(least) > MOST_BALANCE):
        raise BadAccount(fields={"least": "This limit cannot be set on this account"})
    ((_, balance, held, _),) = _locked(tx, account_id)
    if least is not None and balance - held < least:
        raise BelowLimit(account=account_id)
    queries.set_least(tx, id=account_id, least=least)


def _locked(tx: Tx, account_id: int) -> list[tuple[int, int, int, int]]:
    tx.must_write()
    rows = queries.lanes_for_update.all(tx, id=account_id)
    if not rows:
        raise NoSuchAccount(account=account_id)
    forget_standings(tx, account_id, len(rows))
    return rows
