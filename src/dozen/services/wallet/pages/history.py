"""The history, receipts, statements."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from msgspec import Meta

from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet import finding
from dozen.services.wallet.errors import BadTime
from dozen.services.wallet.pages.door import (
    currencies,
    new_key,
    page,
    pages,
    problem,
    wallet_of,
)
from dozen.services.wallet.service import disputes, history, refunding
from dozen.services.wallet.structs import KINDS, Kind
from dozen.web import Call, Cursor, Page
from dozen.web.paging import next_page

Short = Annotated[str, Meta(max_length=100)]
_PAGE = 30


@pages.get("/history")
def listed(
    call: Call,
    q: Short = "",
    kind: Short = "",
    direction: Short = "",
    start: Short = "",
    end: Short = "",
    smallest: Short = "",
    largest: Short = "",
    currency: Short = "",
    cursor: Cursor | None = None,
) -> Page:
    """All that happened in a wallet, with search and filters."""
    tx = call.tx
    wallet = wallet_of(call, tx, currency)
    given = {
        "q": q,
        "kind": kind if kind in KINDS else "",
        "direction": direction if direction in ("in", "out") else "",
        "start": start,
        "end": end,
        "smallest": smallest,
        "largest": largest,
        "currency": currency,
    }
    told: dict[str, Any] = {}
    try:
        filters = finding.filters_of(
            wallet.currency,
            q,
            cast("Kind", given["kind"]) if given["kind"] else None,
            cast("Literal['in', 'out']", given["direction"]) if given["direction"] else None,
            start,
            end,
            smallest,
            largest,
        )
    except Fault as fault:
        filters, told = history.EVERYTHING, problem(fault)
    scope = f"wallet {wallet.id}"
    found = history.history(tx, wallet, filters, before=call.cursors.open_id(scope, cursor), limit=_PAGE)
    months = history.months(tx, wallet)
    this = months[-1].start
    first = cursor is None and not filters.given
    return page(
        call,
        "history",
        wallet=wallet,
        mine=currencies(call, tx),
        lines=found.lines,
        filtered=filters.given or bool(told),
        given=given,
        months=months,
        by_kind=[each for each in history.by_kind(tx, wallet, this, tx.now) if each.sent] if first else [],
        first=first,
        month=this,
        today=clock.rfc3339(tx.now)[:10],
        since=clock.rfc3339(this)[:10],
        next=next_page(
            "/wallet/history",
            call.cursors.seal(scope, found.more) if found.more is not None else None,
            **given,
        ),
        stream="/wallet/stream",
        **told,
    )


@pages.get("/payments/{payment_id}")
def receipt(call: Call, payment_id: int) -> Page:
    """What one payment was."""
    return receipt_page(call, call.tx, payment_id)


def receipt_page(call: Call, tx: Tx, payment_id: int, **values: Any) -> Page:
    """Raises NoSuchPayment."""
    detail = history.one(tx, call.me, payment_id)
    found = detail.line.payment
    returnable = (
        found is not None
        and found.payee == call.me
        and not found.merchant
        and found.kind in refunding.REFUNDABLE
        and found.refundable > 0
    )
    return page(
        call,
        "receipt",
        line=detail.line,
        payment=found,
        wallet=detail.wallet,
        subject=detail.subject,
        refunds=detail.refunds,
        returnable=returnable,
        disputable=found is not None and disputes.may_dispute(tx, call.me, found),
        dispute=disputes.of_payment(tx, call.me, found.id) if found is not None else None,
        key=new_key(),
        **values,
    )


@pages.get("/statement", limit=(20, 600))
async def statement(
    call: Call, start: Short = "", end: Short = "", kind: Short = "pdf", currency: Short = ""
) -> Any:
    """A statement as a file."""
    wallet = await call.read(lambda tx: wallet_of(call, tx, currency))
    if not start:
        raise BadTime(fields={"start": "Choose the first day"})
    span = finding.stretch(start, end)
    make = finding.csv if kind == "csv" else finding.pdf
    return await make(call, wallet.currency, *span)
