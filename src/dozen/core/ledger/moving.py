"""Transfers: what must be true of their legs, and making them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from dozen.core.ledger.applying import (
    Applied,
    Change,
    KeyKnown,
    Movement,
    apply,
    lane_of,
    locking_order,
    standings,
)
from dozen.core.ledger.errors import (
    BadAmount,
    BadTransfer,
    CurrencyMismatch,
    InsufficientFunds,
    NoSuchAccount,
    SameAccount,
    Unbalanced,
)
from dozen.core.ledger.expiring import release_expired_on
from dozen.core.ledger.keys import check_key, fingerprint, known_transfer
from dozen.core.ledger.opening import accounts_by_id
from dozen.core.ledger.structs import Account, Key, Leg, Transfer
from dozen.core.ledger.tables import MOST_AMOUNT
from dozen.db import Tx
from dozen.kit.errors import Fault
from dozen.kit.ids import moment
from dozen.kit.text import clean

MOST_LEGS = 100
_LONGEST_MEMO = 500
_MOST_DATA = 8_192
_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_encode = msgspec.json.Encoder(order="deterministic").encode


def transfer(
    tx: Tx,
    legs: Sequence[Leg],
    *,
    kind: str,
    actor: int = 0,
    subject: int = 0,
    memo: str = "",
    data: Any = None,
    key: Key | None = None,
    even_frozen: bool = False,
    id: int | None = None,  # noqa: A002 - it is the transfer's
) -> Transfer:
    """Move money between two or more accounts of one currency, all of it or nothing.

    ``kind`` says why (``wallet.payment``); ``actor`` who caused it (0: the house); ``subject`` the id of
    what it is about (an order, a booking), by which :func:`transfers_about` finds it; ``memo`` is for
    people, ``data`` (JSON, small) for programs. ``key``: the same key and the same request give the
    transfer that was made the first time, and move nothing. ``even_frozen`` is for operators. ``id``, a
    snowflake of when it happened, is for imports and sample data.

    Raises InsufficientFunds, AccountFrozen, AccountClosed, BalanceLimit, NoSuchAccount, BadAmount,
    SameAccount, Unbalanced, CurrencyMismatch, BadTransfer, KeyReused, BadKey.
    """
    accounts = _checked(tx, legs)
    print_ = ""
    if key is not None:
        check_key(key)
        sides = sorted((leg.account_id, leg.amount) for leg in legs)
        print_ = fingerprint("transfer", sides, kind, actor, subject, memo, data)
    made_id = tx.next_id() if id is None else id
    return write(
        tx,
        Movement(
            made_id,
            tx.now if id is None else min(tx.now, moment(id)),
            kind,
            tuple(Change(accounts[leg.account_id], leg.amount) for leg in legs),
            actor=actor,
            subject=subject,
            memo=memo,
            data=encode_data(data),
            forced=even_frozen,
            key=key,
            print=print_,
        ),
    )


def pay(
    tx: Tx,
    source: int,
    target: int,
    amount: int,
    *,
    kind: str,
    actor: int = 0,
    subject: int = 0,
    memo: str = "",
    data: Any = None,
    key: Key | None = None,
    even_frozen: bool = False,
    id: int | None = None,  # noqa: A002 - it is the transfer's
) -> Transfer:
    """:func:`transfer` of an amount above zero from one account to another."""
    check_amount(amount)
    if source == target:
        raise SameAccount
    legs = (Leg(source, -amount), Leg(target, amount))
    return transfer(
        tx, legs, kind=kind, actor=actor, subject=subject, memo=memo, data=data, key=key,
        even_frozen=even_frozen, id=id,
    )  # fmt: skip


def lock(tx: Tx, account_ids: Collection[int]) -> None:
    """Take the locks of several accounts at once, in the ledger's order, and read how they stand.

    A transaction that makes more than one movement calls this first with all the accounts of all of them,
    so that it cannot deadlock with another (were it to, the transaction would be tried again), and asks
    the database once.
    """
    tx.must_write()
    found = accounts_by_id(tx, set(account_ids)).values()
    placed = [(each, lane_of(tx, each)) for each in found]
    standings(tx, sorted(placed, key=lambda each: locking_order(*each)))


def check_amount(amount: int) -> None:
    if type(amount) is not int or not 0 < amount <= MOST_AMOUNT:
        raise BadAmount


def encode_data(data: Any) -> str | None:
    """As JSON text, the same for the same data. Raises BadTransfer for what JSON cannot say."""
    if data is None:
        return None
    try:
        return _encode(data).decode()
    except (TypeError, ValueError) as error:
        raise BadTransfer("A transfer's data must be JSON") from error


def _checked(tx: Tx, legs: Sequence[Leg]) -> dict[int, Account]:
    if not 2 <= len(legs) <= MOST_LEGS:
        raise BadTransfer(f"A transfer has 2 to {MOST_LEGS} legs")
    total = 0
    for leg in legs:
        amount = leg.amount
        if type(amount) is not int or not amount or not -MOST_AMOUNT <= amount <= MOST_AMOUNT:
            raise BadAmount
        total += amount
    if total:
        raise Unbalanced
    accounts = find_all(tx, [leg.account_id for leg in legs])
    currency = accounts[legs[0].account_id].currency
    if any(each.currency != currency for each in accounts.values()):
        raise CurrencyMismatch
    return accounts


def find_all(tx: Tx, ids: Sequence[int]) -> dict[int, Account]:
    """Accounts that must all exist and differ. Raises SameAccount, NoSuchAccount."""
    accounts = accounts_by_id(tx, ids)
    if len(accounts) < len(ids):
        if len(set(ids)) < len(ids):
            raise SameAccount
        raise NoSuchAccount(account=next(each for each in ids if each not in accounts))
    return accounts


def write(tx: Tx, movement: Movement) -> Transfer:
    """Make a movement that becomes a transfer."""
    done = make(tx, movement)
    if isinstance(done, Transfer):
        return done
    m = movement
    return Transfer(
        m.id, m.at, m.kind, m.actor, m.subject, m.memo,
        None if m.data is None else msgspec.json.decode(m.data),
        m.hold_id, m.reverses, m.rate,
        tuple([each.posting() for each in done if each.amount]),
    )  # fmt: skip


def make(tx: Tx, movement: Movement) -> tuple[Applied, ...] | Transfer:
    """Apply a movement; a Transfer when its key was known. Raises what forbids it."""
    _check_words(movement)
    try:
        done = apply(tx, movement)
        if isinstance(done, InsufficientFunds) and release_expired_on(tx, done.extra["account"]):
            done = apply(tx, movement)
    except KeyKnown:
        assert movement.key is not None
        return known_transfer(tx, movement.key, movement.print)
    if isinstance(done, Fault):
        raise done
    return done


def _check_words(m: Movement) -> None:
    if len(m.kind) > 60 or not _KIND.fullmatch(m.kind):
        raise BadTransfer("A kind is words of a-z, 0-9 and _, with dots between them")
    if len(m.memo) > _LONGEST_MEMO or (m.memo and clean(m.memo) != m.memo):
        raise BadTransfer(f"A memo is one clean line of at most {_LONGEST_MEMO} characters")
    if m.data is not None and len(m.data) > _MOST_DATA:
        raise BadTransfer(f"A transfer's data is at most {_MOST_DATA} characters of JSON")
