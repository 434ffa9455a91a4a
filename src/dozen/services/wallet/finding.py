"""What both doors share when they look into a history: filters, stretches of time, statements."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from dozen.db import Tx
from dozen.kit import clock, money
from dozen.kit.errors import Invalid
from dozen.services.wallet.errors import BadTime
from dozen.services.wallet.service import statements, wallets
from dozen.services.wallet.service.history import Direction, Filters
from dozen.services.wallet.service.statements import Statement
from dozen.services.wallet.structs import Kind, Wallet
from dozen.web import Call, Reply, Stream


class Typed:
    """Fields as they were typed, and what is wrong with them."""

    def __init__(self) -> None:
        self.wrong: dict[str, str] = {}

    def moment(self, name: str, given: str, *, last: bool = False) -> int | None:
        try:
            return moment_of(given, last=last) if given else None
        except ValueError:
            self.wrong[name] = "This is not a date"
            return None

    def amount(self, name: str, given: str, currency: str) -> int | None:
        try:
            return abs(money.parse(given, currency)) if given.strip() else None
        except ValueError:
            self.wrong[name] = "This is not an amount"
            return None

    def must_be_right(self) -> None:
        """Raises Invalid."""
        if self.wrong:
            raise Invalid(fields=self.wrong)


def filters_of(
    currency: str,
    text: str = "",
    kind: Kind | None = None,
    direction: Direction | None = None,
    start: str = "",
    end: str = "",
    smallest: str = "",
    largest: str = "",
) -> Filters:
    """Filters of what was typed: dates are whole days, amounts decimals. Raises Invalid."""
    typed = Typed()
    found = Filters(
        text=text.strip(),
        kind=kind,
        direction=direction,
        start=typed.moment("start", start),
        end=typed.moment("end", end, last=True),
        smallest=typed.amount("smallest", smallest, currency),
        largest=typed.amount("largest", largest, currency),
    )
    typed.must_be_right()
    return found


def moment_of(text: str, *, last: bool = False) -> int:
    """Milliseconds of an RFC 3339 date or time; with ``last``, a bare date means its end. ValueError."""
    at = clock.parse_rfc3339(text)
    if not 0 <= at < 4 * 10**12:
        raise ValueError("too far away")
    return at + clock.DAY if last and len(text) == 10 else at


def stretch(start: str, end: str) -> tuple[int, int]:
    """From and to of a statement; ``end`` empty is now. Raises BadTime."""
    try:
        return moment_of(start), moment_of(end, last=True) if end else clock.now()
    except ValueError as error:
        raise BadTime(fields={"start": "This is not a date"}) from error


def csv_reply(text: str, name: str) -> Reply[bytes]:
    headers = [("content-disposition", f'attachment; filename="{name}.csv"')]
    return Reply(text.encode(), media="text/csv; charset=utf-8", headers=headers)


async def csv(call: Call, currency: str, start: int, end: int) -> Stream:
    """A statement, streamed a page at a time. Raises NoWallet, BadTime."""

    def begin(tx: Tx) -> tuple[Wallet, int, int, int]:
        wallet = wallets.wallet(tx, call.me, currency)
        first, last = statements.span(tx, start, end)
        return wallet, first, last, statements.balance_at(tx, wallet, first)

    wallet, first, last, opening = await call.read(begin)

    async def chunks() -> AsyncIterator[bytes]:
        yield statements.csv_head(opening, currency, first).encode()
        closing, after = opening, 0
        while True:
            lines, more = await call.read(statements.page, wallet, first, last, after)
            if lines:
                closing = lines[-1].balance
                yield statements.csv_lines(lines).encode()
            if more is None:
                break
            after = more
        yield statements.csv_foot(closing, currency, last).encode()

    headers = [_named(currency, first, "csv")]
    return Stream(chunks(), media="text/csv; charset=utf-8", headers=headers)


async def pdf(call: Call, currency: str, start: int, end: int) -> Reply[bytes]:
    """A statement as PDF, drawn in a thread. Raises NoWallet, BadTime."""
    found = await call.read(statements.statement, call.me, currency, start, end)
    made = await call.heavy(_drawn, found, call.env.settings.data / "fonts")
    return Reply(made, media="application/pdf", headers=[_named(currency, found.start, "pdf")])


def _drawn(found: Statement, fonts: Path) -> bytes:
    from dozen.services.wallet.service import papers  # its PDF library takes long to import

    return papers.pdf(found, fonts)


def _named(currency: str, start: int, kind: str) -> tuple[str, str]:
    name = f"statement-{currency}-{clock.rfc3339(start)[:10]}.{kind}"
    return "content-disposition", f'attachment; filename="{name}"'
