"""Balances, statements, transfers and sums. Nothing here writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from dozen.core.ledger import queries
from dozen.core.ledger import reading_queries as lines
from dozen.core.ledger.applying import standing_name
from dozen.core.ledger.errors import NoSuchAccount, NoSuchTransfer
from dozen.core.ledger.opening import account
from dozen.core.ledger.queries import Standing
from dozen.core.ledger.structs import (
    Account,
    Balance,
    Counter,
    DayTotal,
    Entry,
    Posting,
    Statement,
    Transfer,
    TrialLine,
)
from dozen.core.ledger.tables import MOST_AMOUNT
from dozen.db import Tx
from dozen.kit.clock import DAY
from dozen.kit.ids import MAX, at

_DEPTH = 5_000
"""Postings that one page looks at in search of those that match."""


def balance(tx: Tx, account_id: int) -> Balance:
    """Raises NoSuchAccount."""
    found = queries.balance_of.first(tx, id=account_id)
    if found is None:
        raise NoSuchAccount(account=account_id)
    return found


def balance_now(tx: Tx, account_id: int) -> int:
    """The balance alone; nothing is read where this very transaction has moved it. Raises NoSuchAccount."""
    standing: Standing | None = tx.known.get(standing_name(account_id))
    return balance(tx, account_id).balance if standing is None else standing.balance


def available_now(tx: Tx, account_id: int) -> int | None:
    """What may go out of it, as :attr:`Balance.available` has it; see :func:`balance_now`."""
    standing: Standing | None = tx.known.get(standing_name(account_id))
    if standing is None:
        return balance(tx, account_id).available
    return None if standing.least is None else standing.balance - standing.held - standing.least


def balances(tx: Tx, owner: int) -> list[Balance]:
    """Of all accounts of somebody, by purpose and currency."""
    return queries.balances_of_owner.all(tx, owner=owner)


def balances_by_id(tx: Tx, account_ids: Collection[int]) -> dict[int, Balance]:
    """Of any accounts; those that do not exist are missing."""
    return {found.account.id: found for found in queries.balances_of.all(tx, ids=account_ids)}


def one_transfer(tx: Tx, transfer_id: int) -> Transfer:
    """Raises NoSuchTransfer."""
    found = queries.transfer_by_id.first(tx, id=transfer_id)
    if found is None:
        raise NoSuchTransfer
    return msgspec.structs.replace(found, postings=tuple(queries.postings_of.all(tx, id=transfer_id)))


def transfers_about(tx: Tx, subject: int, *, before: int | None = None, limit: int = 50) -> list[Transfer]:
    """What was moved for an order, a booking, …, newest first; ``before`` is a transfer's id."""
    return with_postings(
        tx, queries.transfers_about.all(tx, subject=subject, before=before or MAX, limit=limit)
    )


def with_postings(tx: Tx, found: Collection[Transfer]) -> list[Transfer]:
    if not found:
        return []
    sides = _sides(tx, (each.id for each in found))
    return [msgspec.structs.replace(each, postings=tuple(sides.get(each.id, ()))) for each in found]


def _sides(tx: Tx, ids: Iterable[int]) -> dict[int, list[Posting]]:
    out: dict[int, list[Posting]] = {}
    for transfer_id, posting in queries.postings_of_many.all(tx, ids=list(ids)):
        out.setdefault(transfer_id, []).append(posting)
    return out


def statement(
    tx: Tx,
    account_id: int,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
    kind: str | None = None,
    start: int | None = None,
    end: int | None = None,
    smallest: int = 0,
    largest: int = MOST_AMOUNT,
) -> Statement:
    """Entries of an account, newest first: the newest, those ``before`` a position or the next ``after`` it.

    ``kind`` of transfer, ``start`` and ``end`` (ms, the end excluded), ``smallest`` and ``largest`` (minor
    units, whatever the sign) leave others out. A page looks at a bounded number of entries, so it may be
    short, even empty, while ``more`` says where to go on. Raises NoSuchAccount.
    """
    where = account(tx, account_id)
    low, high = _bounds(tx, where, start, end)
    way = lines.LANED if where.lanes else lines.ORDINARY
    up = after is not None
    if up:
        assert after is not None
        low = max(low, after)
    elif before is not None:
        high = min(high, before)
    given = {"account_id": account_id, "low": low, "high": high}
    looks = kind is not None or smallest > 0 or largest < MOST_AMOUNT
    edge = None
    if looks:
        edge = (way.depth_up if up else way.depth_down).first(tx, **given, skip=_DEPTH)
        if edge is not None:
            given["high" if up else "low"] = edge
    found = (way.up if up else way.down).all(
        tx, **given, kind=kind or "", smallest=smallest, largest=largest, limit=limit + 1
    )
    if len(found) > limit:
        del found[limit:]
        more: int | None = found[-1].position
    else:
        more = None if edge is None else edge - 1 if up else edge + 1
    sides = _sides(tx, (each.transfer_id for each in found))
    entries = tuple(_with_others(each, sides[each.transfer_id], account_id) for each in found)
    return Statement(entries[::-1] if up else entries, more)


def _with_others(entry: Entry, sides: Iterable[Posting], account_id: int) -> Entry:
    others = tuple(Counter(p.account_id, p.amount) for p in sides if p.account_id != account_id)
    return msgspec.structs.replace(entry, others=others)


def _bounds(tx: Tx, where: Account, start: int | None, end: int | None) -> tuple[int, int]:
    """The positions just outside of a time, which ``at``, rising with ``seq``, finds by halving."""
    if where.lanes:
        return (0 if start is None else at(start) - 1), (MAX if end is None else at(end))
    if start is None and end is None:
        return 0, MAX
    newest = lines.newest_seq.first(tx, account_id=where.id) or 0
    low = 0 if start is None else _first_at(tx, where.id, newest, start) - 1
    return low, MAX if end is None else _first_at(tx, where.id, newest, end)


def _first_at(tx: Tx, account_id: int, newest: int, moment: int) -> int:
    """The first seq whose time is not before ``moment``; one past the newest if there is none."""
    low, high = 1, newest + 1
    while low < high:
        middle = (low + high) // 2
        if (lines.at_seq.first(tx, account_id=account_id, seq=middle) or 0) < moment:
            low = middle + 1
        else:
            high = middle
    return low


def daily_totals(tx: Tx, account_id: int, *, start: int, end: int) -> list[DayTotal]:
    """Sums of the UTC days from ``start`` to ``end`` (ms; whole days), those without entries left out.

    Accounts with lanes are summed up when the journal is sealed; what is not sealed yet is added.
    """
    where = account(tx, account_id)
    first, last = start // DAY * DAY, -(-end // DAY) * DAY
    if not where.lanes:
        low, high = _bounds(tx, where, first, last)
        return lines.days_of_ordinary.all(tx, account_id=account_id, low=low, high=high)
    given = {"account_id": account_id, "first": first, "last": last}
    found = {each.day: each for each in lines.days_of_lanes.all(tx, **given)}
    for each in lines.days_unsealed.all(tx, **given, turn=lines.last_sealed.first(tx)):
        old = found.get(each.day, DayTotal(each.day, 0, 0, 0))
        found[each.day] = DayTotal(
            each.day, old.credit + each.credit, old.debit + each.debit, old.count + each.count
        )
    return [found[day] for day in sorted(found)]


def trial_balance(tx: Tx) -> list[TrialLine]:
    """All that is in the books, by currency, kind and purpose. Debits equal credits in each currency."""
    return queries.trial_balance.all(tx)
