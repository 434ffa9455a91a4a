"""The books as operators see them."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from dozen.core.ledger import Account, Balance, Entry, Hold, KeyUse, Seal, Transfer, TrialLine
from dozen.kit.ids import moment
from dozen.services.wallet.structs.payments import Payment

VerificationState: TypeAlias = Literal["waiting", "running", "right", "wrong", "failed"]


class Wrong(msgspec.Struct, frozen=True):
    """Something in the books that cannot be."""

    check: str
    where: str
    kept: str
    true: str


class Verification(msgspec.Struct, frozen=True):
    """A proof of the books, running or over."""

    id: int
    asked_by: int
    full: bool
    state: VerificationState
    stage: str
    done: int
    """Thousandths."""
    changed_at: int
    ended_at: int | None
    accounts: int
    postings: int
    transfers: int
    seals: int
    unsealed: int
    wrong: tuple[Wrong, ...]

    @property
    def asked_at(self) -> int:
        return moment(self.id)

    @property
    def over(self) -> bool:
        return self.state in ("right", "wrong", "failed")


class TrialOf(msgspec.Struct, frozen=True):
    """The trial balance of one currency."""

    currency: str
    lines: tuple[TrialLine, ...]
    debit: int
    credit: int
    held: int

    @property
    def off(self) -> int:
        """What the sides differ by: 0, or something is wrong."""
        return self.credit - self.debit


class Trial(msgspec.Struct, frozen=True):
    at: int
    currencies: tuple[TrialOf, ...]
    seal: Seal | None
    unsealed: int
    """Transfers since the last seal."""


class Search(msgspec.Struct, frozen=True):
    """What to look for in the journal; nothing given is everything."""

    account: int | None = None
    subject: int | None = None
    kind: str = ""
    currency: str = ""
    start: int | None = None
    end: int | None = None
    """Milliseconds, the end excluded."""
    smallest: int | None = None
    largest: int | None = None
    """Minor units of one side, whatever its sign."""


class JournalPage(msgspec.Struct, frozen=True):
    transfers: tuple[Transfer, ...]
    more: int | None


class AccountPage(msgspec.Struct, frozen=True):
    """An account with a page of its entries."""

    balance: Balance
    entries: tuple[Entry, ...]
    more: int | None

    @property
    def account(self) -> Account:
        return self.balance.account


class EntryWhole(msgspec.Struct, frozen=True):
    """A transfer with all that hangs on it."""

    transfer: Transfer
    accounts: dict[int, Account]
    payment: Payment | None
    """Of this room, where it is of one."""
    keys: tuple[KeyUse, ...]
    hold: Hold | None
    captures: tuple[Transfer, ...]
    """All that was taken of that hold, this one among them."""
    reversed: Transfer | None
    """What it gives back."""
    reversals: tuple[Transfer, ...]
    left: int
    """What could still be given back."""
    seal: Seal | None
