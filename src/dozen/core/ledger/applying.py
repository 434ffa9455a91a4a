"""Applying one movement to the books: the rule of what an account allows, and the writing down.

The accounts' rows are locked (on PostgreSQL) and read in one order by everybody: ordinary accounts by id,
then lanes by account. A transaction knows them from then on as they are after each movement, and what it has
moved is written when the database is asked again or at its end: many movements in a few statements.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from itertools import count

import msgspec

from dozen.core.ledger import queries
from dozen.core.ledger.errors import (
    AccountClosed,
    AccountFrozen,
    BalanceLimit,
    InsufficientFunds,
    NoSuchAccount,
)
from dozen.core.ledger.keys import came_first, keep_key, key_row
from dozen.core.ledger.queries import Standing
from dozen.core.ledger.structs import Account, Key, Posting
from dozen.core.ledger.tables import MOST_BALANCE
from dozen.core.realtime import publish
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.kit.errors import Fault

TOPIC = "ledger.account"
"""Events of changed balances; key: the person who owns the account."""
NO_OUT, FROZEN, CLOSED = 1, 2, 3


class Change(msgspec.Struct, frozen=True, gc=False):
    """What a movement does to one account: ``held`` is added to what is reserved."""

    account: Account
    amount: int
    held: int = 0


class Movement(msgspec.Struct, frozen=True):
    """``changes`` all move money, or all only what is reserved."""

    id: int
    at: int
    kind: str
    changes: tuple[Change, ...]
    actor: int = 0
    subject: int = 0
    memo: str = ""
    data: str | None = None
    hold_id: int | None = None
    reverses: int | None = None
    rate: str | None = None
    forced: bool = False
    key: Key | None = None
    print: str = ""


class Applied(msgspec.Struct, frozen=True, gc=False):
    """A change that was made, and how the account (or lane) stands after it."""

    account: Account
    lane: int
    amount: int
    balance: int
    held: int
    seq: int
    at: int

    def posting(self) -> Posting:
        return Posting(
            self.account.id, self.lane, self.seq, self.at, self.account.currency, self.amount, self.balance
        )


class KeyKnown(Exception):
    """The movement's key is in the books already."""


class Lanes:
    """Which lane of an account a thread posts to: its own, so that threads rarely meet in one."""

    def __init__(self, node: int) -> None:
        self._numbers = count(node * 7)
        self._local = threading.local()

    @classmethod
    def build(cls, env: Env) -> Lanes:
        return cls(env.ids.node)

    def lane(self, account: Account) -> int:
        try:
            number: int = self._local.number
        except AttributeError:
            number = self._local.number = next(self._numbers)
        return 1 + number % account.lanes


def lane_of(tx: Tx, account: Account) -> int:
    if not account.lanes:
        return 0
    return 1 if tx.dialect == "sqlite" else tx.part(Lanes).lane(account)


def refusal(row: Standing, amount: int, held: int, forced: bool) -> type[Fault] | None:
    """Why an account does not allow a change; None when it does.

    Money that was reserved goes out of an account with state ``no_out`` as well, for it was promised
    before. What is reserved can always be released. ``forced`` overrides what was frozen, never funds.
    """
    if amount or held > 0:
        if row.state == CLOSED:
            return AccountClosed
        goes_out = held > 0 or (amount < 0 and held >= 0)
        if not forced and (row.state == FROZEN or (row.state == NO_OUT and goes_out)):
            return AccountFrozen
    less = held - amount
    if row.least is not None and less > 0 and row.balance - row.held - less < row.least:
        return InsufficientFunds
    if not -MOST_BALANCE <= row.balance + amount <= MOST_BALANCE:
        return BalanceLimit
    return None


def apply(tx: Tx, movement: Movement) -> tuple[Applied, ...] | Fault:
    """Do all of it, or nothing and give the reason. Raises KeyKnown."""
    tx.must_write()
    m, key = movement, movement.key
    placed = [(change, lane_of(tx, change.account)) for change in m.changes]
    placed.sort(key=lambda each: locking_order(each[0].account, each[1]))
    if key is not None and key_row(tx, key) is not None:
        raise KeyKnown
    rows = standings(tx, [(change.account, lane) for change, lane in placed])
    fault = _why(rows, placed, m.forced)
    if fault is not None:
        if key is not None and came_first(tx, key):
            raise KeyKnown
        return fault
    done: list[Applied] = []
    for (change, lane), row in zip(placed, rows, strict=True):
        after = Standing(
            row.account_id, lane, row.balance + change.amount, row.held + change.held, row.least, row.state,
            row.seq + (change.amount != 0), max(row.at, m.at), row.currency,
        )  # fmt: skip
        tx.known[standing_name(change.account.id, lane)] = after
        tx.soon(queries.put_balance, msgspec.structs.asdict(after))
        done.append(
            Applied(change.account, lane, change.amount, after.balance, after.held, after.seq, after.at)
        )
    if key is not None:
        keep_key(tx, key, m.print, transfer_id=m.id)
    if m.changes[0].amount:
        _write(tx, m, done)
    _tell(tx, done, m)
    return tuple(done)


def _write(tx: Tx, m: Movement, done: Sequence[Applied]) -> None:
    """The journal's rows. On SQLite the legs come first, on PostgreSQL the transfer: so each can see in the
    end that it is whole."""
    transfer = {
        "id": m.id,
        "at": m.at,
        "kind": m.kind,
        "actor": m.actor,
        "subject": m.subject,
        "memo": m.memo,
        "data": m.data,
        "hold_id": m.hold_id,
        "reverses": m.reverses,
        "rate": m.rate,
        "legs": len(done),
    }
    if tx.dialect == "postgresql":
        tx.soon(queries.add_transfer, transfer)
    for leg, each in enumerate(done, 1):
        tx.soon(
            queries.add_posting,
            {
                "transfer_id": m.id,
                "leg": leg,
                "account_id": each.account.id,
                "lane": each.lane,
                "seq": each.seq,
                "at": each.at,
                "currency": each.account.currency,
                "amount": each.amount,
                "balance_after": each.balance,
            },
        )
    if tx.dialect == "sqlite":
        tx.soon(queries.add_transfer, transfer)


def _tell(tx: Tx, done: Iterable[Applied], movement: Movement) -> None:
    """One event for each person's account that changed."""
    for each in done:
        if each.account.owner and not each.lane:
            publish(
                tx,
                TOPIC,
                each.account.owner,
                {
                    "account": each.account.id,
                    "currency": each.account.currency,
                    "balance": each.balance,
                    "held": each.held,
                    "transfer": movement.id if each.amount else None,
                    "amount": each.amount,
                    "kind": movement.kind,
                },
            )


# The rows of balances, as this transaction has them


def standing_name(account_id: int, lane: int = 0) -> tuple[str, int, int]:
    """Under which a transaction knows a balance's row: it is locked since."""
    return ("ledger.standing", account_id, lane)


def standings(tx: Tx, places: Sequence[tuple[Account, int]]) -> list[Standing]:
    """Rows of balances (account and lane, in the order of locking), locked until the transaction ends. Raises
    NoSuchAccount."""
    known = tx.known
    names = [standing_name(account.id, lane) for account, lane in places]
    missing = [name for name in names if name not in known]
    if missing:
        found = queries.standings.all(
            tx, accounts=[account for _, account, _ in missing], lanes=[lane for _, _, lane in missing]
        )
        known.update((standing_name(each.account_id, each.lane), each) for each in found)
    try:
        return [known[name] for name in names]
    except KeyError as error:
        raise NoSuchAccount(account=error.args[0][1]) from None


def forget_standings(tx: Tx, account_id: int, lanes: int) -> None:
    """Whoever changes the rows of an account otherwise says so."""
    for lane in range(lanes + 1):
        tx.known.pop(standing_name(account_id, lane), None)


def locking_order(account: Account, lane: int) -> tuple[bool, int]:
    return lane > 0, account.id


def _why(rows: Sequence[Standing], placed: Sequence[tuple[Change, int]], forced: bool) -> Fault | None:
    for row, (change, _) in zip(rows, placed, strict=True):
        kind = refusal(row, change.amount, change.held, forced)
        if kind is InsufficientFunds:
            assert row.least is not None
            return kind(account=change.account.id, available=row.balance - row.held - row.least)
        if kind is not None:
            return kind(account=change.account.id)
    return None
