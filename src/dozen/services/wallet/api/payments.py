"""Payments to people, their receipts, and the history, by the native JSON door."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from dozen.core import accounts
from dozen.kit import clock, money
from dozen.services.wallet import acting, errors, finding
from dozen.services.wallet.api.door import MOVING, PAY, READ, api, currency_of, shown
from dozen.services.wallet.schemas import payments as shapes
from dozen.services.wallet.schemas.common import Currency, Person, minor, person
from dozen.services.wallet.service import history, receivers, refunding, sending, wallets
from dozen.services.wallet.structs import Kind, Receipt
from dozen.web import Call, Cursor, Limit, Listing, Reply, Stream

Text = Annotated[str, Meta(max_length=100)]
Date = Annotated[str, Meta(max_length=40, description="RFC 3339 date or time.")]
Decimals = Annotated[str, Meta(max_length=40)]


async def _pay(call: Call, data: shapes.NewTransfer) -> shapes.PaymentShape:
    currency = currency_of(call, data.currency)
    amount = minor(data.amount, currency)
    receipt = await acting.carry_out(
        call,
        lambda tx, proof, device: sending.send(
            tx, call.me, data.to, amount, currency, note=data.note, proof=proof, device_id=device
        ),
        result=Receipt,
        pin=data.pin,
        key=acting.key_of(call),
        asked=[data.to, amount, currency, data.note],
        to=(data.to, currency),
    )
    return await call.glance(shown, receipt)


@api.post("/api/transfers", scope=PAY, raises=MOVING)
async def transfer(call: Call, data: shapes.NewTransfer) -> shapes.PaymentShape:
    """Pay somebody by mobile number, username or handle, at once."""
    return await _pay(call, data)


@api.post("/api/payments", scope=PAY, raises=MOVING)
async def pay(call: Call, data: shapes.NewTransfer) -> shapes.PaymentShape:
    """Pay somebody; the same as `/api/transfers`."""
    return await _pay(call, data)


@api.get("/api/payments/{payment_id}", scope=READ, raises=[errors.NoSuchPayment])
def payment(call: Call, payment_id: int) -> shapes.PaymentShape:
    """A payment of yours, and its state."""
    found = history.one(call.tx, call.me, payment_id).line.payment
    if found is None:
        raise errors.NoSuchPayment
    return shapes.payment(found, accounts.cards(call.tx, {found.payer, found.payee} - {0}))


@api.put(
    "/api/payments/{payment_id}",
    scope=PAY,
    raises=[*MOVING, errors.NoSuchPayment, errors.NotAllowed, errors.NotRefundable],
)
async def change(call: Call, payment_id: int, data: shapes.Change) -> shapes.PaymentShape:
    """Give a payment back that you got, wholly or in part. The answer is the refund."""
    found = (await call.read(history.one, call.me, payment_id)).line.payment
    if found is None:
        raise errors.NoSuchPayment
    amount = minor(data.amount, found.currency) if data.amount is not None else None
    receipt = await acting.carry_out(
        call,
        lambda tx, proof, device: refunding.refund(
            tx, call.me, payment_id, amount, note=data.note, proof=proof, device_id=device
        ),
        result=Receipt,
        pin=data.pin,
        key=acting.key_of(call),
        asked=[data.action, amount, data.note],
    )
    return await call.read(shown, receipt)


@api.get("/api/receivers", scope=READ, limit=(60, 600), raises=[errors.NoSuchReceiver])
def receiver(call: Call, to: Annotated[str, Meta(min_length=1, max_length=200)]) -> Person:
    """Who is behind a mobile number, username or handle."""
    found = person(receivers.find(call.tx, call.me, to, currency_of(call, None)).card)
    assert found is not None
    return found


# History


@api.get("/users/{user_id}/transactions", scope=READ, raises=[errors.NoWallet])
def transactions(
    call: Call,
    user_id: int,
    currency: Currency | None = None,
    q: Text = "",
    kind: Kind | None = None,
    direction: Literal["in", "out"] | None = None,
    start: Date = "",
    end: Date = "",
    smallest: Decimals = "",
    largest: Decimals = "",
    cursor: Cursor | None = None,
    limit: Limit = 30,
) -> Listing[shapes.LineShape]:
    """Your history, newest first. A page may be short, even empty, while there is a `next_cursor`."""
    if user_id != call.me:
        raise errors.NoWallet
    wanted = currency_of(call, currency)
    wallet = wallets.wallet(call.tx, call.me, wanted)
    found = history.history(
        call.tx,
        wallet,
        finding.filters_of(wanted, q, kind, direction, start, end, smallest, largest),
        before=call.cursors.open_id(f"wallet {wallet.id}", cursor),
        limit=limit,
    )
    return Listing(
        [shapes.line(each) for each in found.lines],
        call.cursors.seal(f"wallet {wallet.id}", found.more) if found.more is not None else None,
    )


@api.get("/transactions/{transaction_id}", scope=READ, raises=[errors.NoSuchPayment])
def transaction(call: Call, transaction_id: int) -> shapes.LineShape:
    """One entry of your history, by its id or the payment's."""
    return shapes.line(history.one(call.tx, call.me, transaction_id).line)


@api.get("/api/sums", scope=READ, raises=[errors.NoWallet])
def sums(call: Call, currency: Currency | None = None) -> shapes.Sums:
    """What came and went in the last six months, and this month by kind."""
    wanted = currency_of(call, currency)
    wallet = wallets.wallet(call.tx, call.me, wanted)
    months = history.months(call.tx, wallet)
    kinds = history.by_kind(call.tx, wallet, months[-1].start, call.tx.now)

    def decimal(amount: int) -> str:
        return money.plain(amount, wanted)

    return shapes.Sums(
        wanted,
        [
            shapes.MonthShape(clock.rfc3339(each.start)[:7], decimal(each.received), decimal(each.sent))
            for each in months
        ],
        [
            shapes.KindShape(each.kind, each.title, decimal(each.sent), decimal(each.received))
            for each in kinds
        ],
    )


# Statements


@api.get(
    "/api/statements.csv",
    scope=READ,
    limit=(30, 600),
    media="text/csv",
    raises=[errors.BadTime, errors.NoWallet],
)
async def statement_csv(call: Call, start: Date, end: Date = "", currency: Currency | None = None) -> Stream:
    """A statement as CSV, with the opening and the closing balance. At most a year."""
    return await finding.csv(call, currency_of(call, currency), *finding.stretch(start, end))


@api.get(
    "/api/statements.pdf",
    scope=READ,
    limit=(10, 600),
    media="application/pdf",
    raises=[errors.BadTime, errors.NoWallet],
)
async def statement_pdf(
    call: Call, start: Date, end: Date = "", currency: Currency | None = None
) -> Reply[bytes]:
    """A statement as PDF, with the opening and the closing balance. At most a year, and 5,000 entries."""
    return await finding.pdf(call, currency_of(call, currency), *finding.stretch(start, end))
