"""Applying one movement to the books: the rule of what an account allows, and the writing down.

On SQLite, where statements are cheap and writers take turns, it is done step by step here. On PostgreSQL
``ledger_move`` (see ``ddl.py``) does the same in one call. Rows are locked in one order by everybody:
ordinary accounts by id, then lanes by account.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

import msgspec

from dozen.core.ledger import queries
from dozen.core.ledger.errors import (
    AccountClosed,
    AccountFrozen,
    BalanceLimit,
    InsufficientFunds,
    NoSuchAccount,
)
from dozen.core.ledger.queries import Standing
from dozen.core.ledger.structs import Account, Key, Posting
from dozen.core.ledger.tables import MOST_BALANCE
from dozen.core.realtime import Hub, publish
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.kit.errors import Fault

TOPIC = "ledger.account"
"""Events of changed balances; key: the person who owns the account."""
NO_OUT, FROZEN, CLOSED = 1, 2, 3
_MOVED, _KNOWN = 0, 1


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
    placed = [(change, lane_of(tx, change.account)) for change in movement.changes]
    placed.sort(key=lambda each: (each[1] > 0, each[0].account.id))
    step = _apply_at_once if tx.dialect == "postgresql" else _apply_in_steps
    done = step(tx, movement, placed)
    if not isinstance(done, Fault):
        for each in done:
            if not each.lane:
                tx.known[balance_name(each.account.id)] = each.balance
    return done


def balance_name(account_id: int) -> tuple[str, int]:
    """Under which a transaction knows the balance of an account without lanes that it has moved money of:
    its row is locked since."""
    return ("ledger.balance", account_id)


_Placed = Sequence[tuple[Change, int]]


def _apply_in_steps(tx: Tx, movement: Movement, placed: _Placed) -> tuple[Applied, ...] | Fault:
    key = movement.key
    if key is not None and not queries.claim_key(
        tx,
        realm=key.realm,
        owner=key.owner,
        key=key.key,
        fingerprint=movement.print,
        at=tx.now,
        transfer_id=movement.id,
    ):
        raise KeyKnown
    rows = [_row(tx, change, lane) for change, lane in placed]
    fault = _why(rows, placed, movement.forced)
    if fault is not None:
        if key is not None:
            queries.drop_key(tx, realm=key.realm, owner=key.owner, key=key.key)
        return fault
    done: list[Applied] = []
    put: list[dict[str, Any]] = []
    added: list[dict[str, Any]] = []
    for (change, lane), row in zip(placed, rows, strict=True):
        balance, held = row.balance + change.amount, row.held + change.held
        seq, at = row.seq + (change.amount != 0), max(row.at, movement.at)
        put.append(
            {
                "account_id": change.account.id,
                "in_lane": lane,
                "now": balance,
                "reserved": held,
                "number": seq,
                "moment": at,
            }
        )
        done.append(Applied(change.account, lane, change.amount, balance, held, seq, at))
        if change.amount:
            added.append(
                {
                    "transfer_id": movement.id,
                    "leg": len(added) + 1,
                    "account_id": change.account.id,
                    "lane": lane,
                    "seq": seq,
                    "at": at,
                    "currency": row.currency,
                    "amount": change.amount,
                    "balance_after": balance,
                }
            )
    queries.put_balance.many(tx, put)
    queries.add_posting.many(tx, added)
    _tell(tx, done, movement)
    if added:
        queries.add_transfer(
            tx,
            id=movement.id,
            at=movement.at,
            kind=movement.kind,
            actor=movement.actor,
            subject=movement.subject,
            memo=movement.memo,
            data=movement.data,
            hold_id=movement.hold_id,
            reverses=movement.reverses,
            rate=movement.rate,
            legs=len(added),
        )
    return tuple(done)


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


def _apply_at_once(tx: Tx, movement: Movement, placed: _Placed) -> tuple[Applied, ...] | Fault:
    m, key = movement, movement.key
    tx.must_write()
    owners = [0 if lane else c.account.owner for c, lane in placed]
    found = queries.move.first(
        tx,
        head=f"{{{m.id},{m.at},{m.actor},{m.subject},{m.hold_id or 0},{m.reverses or 0},"
        f"{int(m.forced)},{key.owner if key else 0},{tx.now if any(owners) else 0}}}",
        kind=m.kind,
        memo=m.memo,
        data=m.data or "",
        rate=m.rate or "",
        accounts=_list(c.account.id for c, _ in placed),
        lanes=_list(lane for _, lane in placed),
        amounts=_list(c.amount for c, _ in placed),
        helds=_list(c.held for c, _ in placed),
        owners=_list(owners),
        realm=key.realm if key else "",
        key=key.key if key else "",
        print=m.print,
    )
    assert found is not None
    outcome, *after = found
    if outcome == _KNOWN:
        raise KeyKnown
    if outcome == _MOVED:
        if any(owners):
            tx.after_commit(tx.part(Hub).wake)
        return tuple(
            [
                Applied(change.account, lane, change.amount, *numbers)
                for (change, lane), *numbers in zip(placed, *after, strict=True)
            ]
        )
    fault = _why([_row(tx, change, lane) for change, lane in placed], placed, m.forced)
    if fault is None:
        raise RuntimeError(f"the database refused movement {m.id}, and no rule says why")
    return fault


def _list(numbers: Iterable[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


def _row(tx: Tx, change: Change, lane: int) -> Standing:
    found = queries.standing.first(tx, account_id=change.account.id, lane=lane)
    if found is None:
        raise NoSuchAccount(account=change.account.id)
    return found


def _why(rows: Sequence[Standing], placed: _Placed, forced: bool) -> Fault | None:
    for row, (change, _) in zip(rows, placed, strict=True):
        kind = refusal(row, change.amount, change.held, forced)
        if kind is InsufficientFunds:
            assert row.least is not None
            return kind(account=change.account.id, available=row.balance - row.held - row.least)
        if kind is not None:
            return kind(account=change.account.id)
    return None
