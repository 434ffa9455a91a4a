"""Statements: a stretch of a wallet's history with its opening and closing balance, as CSV and PDF."""

from __future__ import annotations

import msgspec

from dozen.core import accounts, ledger
from dozen.db import Tx
from dozen.kit import clock, money
from dozen.services.wallet.errors import BadTime
from dozen.services.wallet.service import history, numbers, sheets, wallets
from dozen.services.wallet.service.history import Line
from dozen.services.wallet.structs import Wallet

LONGEST = 400 * clock.DAY
MOST_LINES = 5_000
"""In a PDF; a CSV is streamed and has all."""
_CHUNK = 200
HEAD = ("date", "id", "kind", "name", "note", "amount", "balance", "currency")


class Statement(msgspec.Struct, frozen=True):
    """``end`` is excluded; ``lines`` are oldest first."""

    name: str
    phone: str
    currency: str
    start: int
    end: int
    opening: int
    closing: int
    received: int
    sent: int
    lines: tuple[Line, ...]
    cut: bool
    """There were more lines than a PDF takes."""


def span(tx: Tx, start: int, end: int) -> tuple[int, int]:
    """Raises BadTime."""
    end = min(end, tx.now)
    if not 0 < start < end or end - start > LONGEST:
        raise BadTime("A statement is of at most a year that has begun", fields={"from": BadTime.title})
    return start, end


def balance_at(tx: Tx, wallet: Wallet, at: int) -> int:
    """What was in it just before a moment."""
    found = ledger.statement(tx, wallet.account_id, end=at, limit=1).entries
    return found[0].balance_after if found else 0


def page(tx: Tx, wallet: Wallet, start: int, end: int, after: int) -> tuple[list[Line], int | None]:
    """Some lines, oldest first, and where to go on."""
    found = ledger.statement(tx, wallet.account_id, after=after, start=start, end=end, limit=_CHUNK)
    return history.lines_of(tx, wallet, found.entries[::-1]), found.more


def statement(tx: Tx, me: int, currency: str, start: int, end: int) -> Statement:
    """Raises NoWallet, BadTime."""
    wallet = wallets.wallet(tx, me, currency)
    start, end = span(tx, start, end)
    opening = balance_at(tx, wallet, start)
    lines: list[Line] = []
    after: int | None = 0
    while after is not None and len(lines) < MOST_LINES:
        some, after = page(tx, wallet, start, end, after)
        lines += some
    person = accounts.person(tx, me)
    holder = wallets.holder(tx, me)
    return Statement(
        name=person.name or person.username,
        phone=numbers.shown(holder.phone) if holder is not None and holder.phone else "",
        currency=currency,
        start=start,
        end=end,
        opening=opening,
        closing=lines[-1].balance if lines else opening,
        received=sum(each.amount for each in lines if each.amount > 0),
        sent=-sum(each.amount for each in lines if each.amount < 0),
        lines=tuple(lines),
        cut=after is not None,
    )


# CSV


def csv_head(opening: int, currency: str, start: int) -> str:
    """The first lines: names of the columns, and the opening balance."""
    row = (clock.rfc3339(start), "", "opening", "", "", "", money.plain(opening, currency), currency)
    return sheets.as_csv([HEAD, row])


def csv_lines(lines: list[Line]) -> str:
    return sheets.as_csv(_row(each) for each in lines)


def csv_foot(closing: int, currency: str, end: int) -> str:
    row = (clock.rfc3339(end), "", "closing", "", "", "", money.plain(closing, currency), currency)
    return sheets.as_csv([row])


def _row(line: Line) -> tuple[str, ...]:
    return (
        clock.rfc3339(line.at),
        str(line.id),
        line.kind,
        sheets.harmless(line.name),
        sheets.harmless(line.note),
        money.plain(line.amount, line.currency),
        money.plain(line.balance, line.currency),
        line.currency,
    )
