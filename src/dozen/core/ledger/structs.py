"""What the ledger takes and gives. Amounts are whole minor units, signed: **positive is credit**.

So a wallet (a liability: what the house owes somebody) with 5.00 in it stands at +500, the gateway account
that the money came through (an asset) at -500, and the sum of all balances of a currency is always 0.
"""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeAlias, TypeVar

import msgspec

from dozen.core.ledger.errors import Remembered

T = TypeVar("T")

Kind: TypeAlias = Literal["asset", "liability", "income", "expense"]
State: TypeAlias = Literal["open", "no_out", "frozen", "closed"]
HoldState: TypeAlias = Literal["open", "captured", "voided", "expired"]

STATES: tuple[State, ...] = ("open", "no_out", "frozen", "closed")
"""As they are numbered in the database."""
DEBIT_KINDS = frozenset(("asset", "expense"))
"""Kinds whose normal balance is negative here."""


class Account(msgspec.Struct, frozen=True, gc=False):
    """What never changes about an account."""

    id: int
    owner: int
    """A person's id; 0 is the house."""
    purpose: str
    """``wallet``, ``gateway.card``, ``fees``, ``rides.earnings``, …"""
    ref: int
    """Tells several accounts of one owner and purpose apart; mostly 0."""
    currency: str
    kind: Kind
    lanes: int
    """0: an ordinary account. Else its balance is kept in so many rows, so that many can post at once."""
    opened_at: int


class Balance(msgspec.Struct, frozen=True):
    """An account and what is in it now."""

    account: Account
    balance: int
    """Positive is credit."""
    held: int
    """What is reserved of it."""
    least: int | None
    """The balance less what is held never falls below this; None: no limit."""
    state: State
    closed_at: int | None = None

    @property
    def available(self) -> int | None:
        """What may still go out; None: no limit."""
        return None if self.least is None else self.balance - self.held - self.least

    @property
    def normal(self) -> int:
        """The balance as reports show it: positive on the account's normal side."""
        return -self.balance if self.account.kind in DEBIT_KINDS else self.balance


class Leg(msgspec.Struct, frozen=True, gc=False):
    """One side of a transfer: what to add to an account's balance (negative: to take from it)."""

    account_id: int
    amount: int


class Key(msgspec.Struct, frozen=True):
    """An idempotency key. ``realm`` says whose keys these are (``wallet.api``), ``owner`` who sent it."""

    realm: str
    owner: int
    key: str


class Posting(msgspec.Struct, frozen=True, gc=False):
    """One side of a transfer, as the journal has it."""

    account_id: int
    lane: int
    seq: int
    """1, 2, 3, … within the account (and lane), without gaps."""
    at: int
    """Never earlier than the posting before it in the account (and lane)."""
    currency: str
    amount: int
    balance_after: int
    """Of the account; of the lane where there are lanes."""


class Transfer(msgspec.Struct, frozen=True):
    """A movement in the journal."""

    id: int
    at: int
    kind: str
    actor: int
    subject: int
    memo: str
    data: Any
    hold_id: int | None
    reverses: int | None
    rate: str | None
    postings: tuple[Posting, ...]
    replayed: bool = False
    """It was made before, under the same idempotency key."""

    @property
    def volume(self) -> int:
        """How much moved, by the currency of its first leg."""
        first = self.postings[0].currency
        return sum(p.amount for p in self.postings if p.amount > 0 and p.currency == first)

    def after(self, account_id: int) -> int:
        """The balance of one of its accounts after it. KeyError for any other."""
        for each in self.postings:
            if each.account_id == account_id:
                return each.balance_after
        raise KeyError(account_id)


class Hold(msgspec.Struct, frozen=True):
    """Money that is reserved on an account."""

    id: int
    account_id: int
    amount: int
    captured: int
    state: HoldState
    kind: str
    actor: int
    subject: int
    memo: str
    data: Any
    at: int
    expires_at: int
    closed_at: int | None

    @property
    def rest(self) -> int:
        """What is still reserved."""
        return self.amount - self.captured if self.state == "open" else 0


class Captured(msgspec.Struct, frozen=True):
    hold: Hold
    transfer: Transfer


class Answer(msgspec.Struct, Generic[T], frozen=True):
    """What :func:`once` gives: the verb's result or the refusal that is remembered in its place."""

    value: T | None
    refusal: Refusal | None = None
    replayed: bool = False

    def get(self) -> T:
        """The result; raises the remembered refusal. Call it after the commit, or that is forgotten."""
        if self.refusal is not None:
            raise self.refusal.fault()
        return self.value  # type: ignore[return-value]


class Refusal(msgspec.Struct, frozen=True):
    """A Fault as it is stored."""

    code: str
    status: int
    title: str
    detail: str
    extra: dict[str, Any]

    def fault(self) -> Remembered:
        return Remembered(self.code, self.status, self.title, self.detail, self.extra)


class Counter(msgspec.Struct, frozen=True, gc=False):
    """The other side of an entry."""

    account_id: int
    amount: int


class Entry(msgspec.Struct, frozen=True):
    """A line of an account's statement."""

    transfer_id: int
    at: int
    kind: str
    actor: int
    subject: int
    memo: str
    data: Any
    hold_id: int | None
    reverses: int | None
    rate: str | None
    currency: str
    amount: int
    balance_after: int
    lane: int
    position: int
    """Where the next page goes on: give it as ``before`` or ``after``."""
    others: tuple[Counter, ...]


class Statement(msgspec.Struct, frozen=True):
    """A page of an account's entries, newest first."""

    entries: tuple[Entry, ...]
    more: int | None
    """Where the next page goes on, as ``before`` (or ``after``, if that was given); None: that was all."""


class Journal(msgspec.Struct, frozen=True):
    """A page of the journal, newest first."""

    transfers: tuple[Transfer, ...]
    more: int | None
    """Where the next page goes on, as ``before``; None: that was all."""


class KeyUse(msgspec.Struct, frozen=True):
    """An idempotency key under which a transfer was made."""

    realm: str
    owner: int
    key: str
    at: int


class DayTotal(msgspec.Struct, frozen=True, gc=False):
    """What came into and went out of an account on one UTC day; ``day`` is its first millisecond."""

    day: int
    credit: int
    debit: int
    """Positive as well."""
    count: int


class TrialLine(msgspec.Struct, frozen=True):
    """All accounts of one purpose, kind and currency together. ``debit`` and ``credit`` are both positive."""

    currency: str
    kind: Kind
    purpose: str
    accounts: int
    debit: int
    credit: int
    held: int


class Seal(msgspec.Struct, frozen=True):
    """A sealed stretch of the journal: turns above ``after_turn`` up to ``last_turn``."""

    number: int
    after_turn: int
    last_turn: int
    transfers: int
    postings: int
    digest: bytes
    """SHA-256 over the digest before and the canonical form of each transfer."""
    mac: bytes
    """The digest under this installation's key: who can only write to the database cannot make one."""
    sealed_at: int


class Wrong(msgspec.Struct, frozen=True):
    """Something in the books that cannot be: ``check`` is a stable name, ``where`` says which row."""

    check: str
    where: str
    kept: str
    true: str


class Report(msgspec.Struct, frozen=True):
    """What a proof of the books found."""

    wrong: tuple[Wrong, ...]
    """The first of them, at most :data:`MOST_WRONG`; empty: the books are right."""
    accounts: int
    postings: int
    transfers: int
    seals: int
    unsealed: int
    full: bool

    @property
    def ok(self) -> bool:
        return not self.wrong
