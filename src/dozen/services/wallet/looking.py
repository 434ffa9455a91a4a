"""What both doors of the operators' desk share: reads that take long, and what was typed to search by."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dozen.core import jobs
from dozen.core.accounts import Actor
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.kit.errors import NotFound
from dozen.services.wallet import finding
from dozen.services.wallet.errors import BadTime
from dozen.services.wallet.service import figures, wallets
from dozen.services.wallet.structs.books import Search
from dozen.services.wallet.structs.figures import Span
from dozen.web import Call, Reply

T = TypeVar("T")


def operator(call: Call) -> Actor:
    """The caller, whom the route's ``access`` has let in."""
    assert call.actor is not None
    return call.actor


async def aside(call: Call, verb: Callable[[Tx], T]) -> T:
    """A read in a thread, on SQLite as well, where everybody else would wait for it in the event loop."""
    db = jobs.database(call.env)
    return await call.heavy(lambda: db.run_read(call.env, verb))


def id_of(text: str) -> int | None:
    """An id that was typed; None for anything else."""
    text = text.strip()
    found = int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else -1
    return found if 0 < found <= ids.MAX else None


def search_of(
    home: str,
    *,
    account: str = "",
    subject: str = "",
    kind: str = "",
    currency: str = "",
    start: str = "",
    end: str = "",
    smallest: str = "",
    largest: str = "",
) -> Search:
    """A search of what was typed: dates are whole days, amounts decimals of ``currency`` (or of ``home``).
    Raises Invalid."""
    typed = finding.Typed()
    currency = currency.strip().upper()
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        typed.wrong["currency"] = "A currency is three letters"
        currency = ""

    def number(name: str, given: str) -> int | None:
        if given.strip() and id_of(given) is None:
            typed.wrong[name] = "This is not an id"
        return id_of(given)

    unit = currency or home
    low = typed.amount("smallest", smallest.replace(",", ""), unit)
    high = typed.amount("largest", largest.replace(",", ""), unit)
    if (low is not None or high is not None) and not currency:
        currency = home
    found = Search(
        account=number("account", account),
        subject=number("subject", subject),
        kind=kind.strip(),
        currency=currency,
        start=typed.moment("start", start),
        end=typed.moment("end", end, last=True),
        smallest=low,
        largest=high,
    )
    typed.must_be_right()
    return found


def span_of(tx: Tx, start: str, end: str) -> Span:
    """The days of a report, of what was typed; a date as the end is the last day. Raises BadTime."""
    try:
        first = finding.moment_of(start) if start else None
        last = finding.moment_of(end, last=True) if end else None
    except ValueError as error:
        raise BadTime(fields={"start": "This is not a date"}) from error
    return figures.span(tx, first, last)


async def figures_csv(call: Call, name: str, start: str, end: str, currency: str) -> Reply[bytes]:
    """A report as a file. Raises BadTime, NotFound."""
    if name not in figures.TABLES:
        raise NotFound
    actor = operator(call)

    def build(tx: Tx) -> tuple[str, str]:
        of = span_of(tx, start, end)
        text = figures.as_csv(tx, actor, name, currency or wallets.home_currency(tx), of)
        return text, f"{name}-{clock.rfc3339(of.start)[:10]}-{clock.rfc3339(of.end - clock.DAY)[:10]}"

    return finding.csv_reply(*await aside(call, build))
