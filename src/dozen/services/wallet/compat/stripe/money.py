"""Balance transactions: the lines of a shop's ledger accounts in this protocol's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from dozen.core import ledger
from dozen.db import Tx
from dozen.kit.errors import NotFound
from dozen.services.wallet.compat.stripe import ids as names
from dozen.services.wallet.compat.stripe import mapping
from dozen.services.wallet.compat.stripe.ids import show
from dozen.services.wallet.queries import orders as order_queries
from dozen.services.wallet.queries import payments as payment_queries
from dozen.services.wallet.service import merchants
from dozen.services.wallet.structs import Payment
from dozen.services.wallet.structs.merchants import Shop


class Line(msgspec.Struct, frozen=True):
    """``net`` is signed: what it did to the shop's balance."""

    transfer_id: int
    at: int
    currency: str
    net: int
    others: tuple[tuple[int, int], ...]
    note: str


def transaction(tx: Tx, shop: Shop, transfer_id: int) -> dict[str, Any]:
    """Raises NotFound."""
    line = line_of(tx, shop, transfer_id)
    return shown(tx, [line])[0]


def line_of(tx: Tx, shop: Shop, transfer_id: int) -> Line:
    """Raises NotFound for what did not move the shop's money."""
    mine = {each.account.id for each in merchants.balances(tx, shop)}
    found = ledger.one_transfer(tx, transfer_id)
    for side in found.postings:
        if side.account_id in mine:
            others = tuple((p.account_id, p.amount) for p in found.postings if p is not side)
            return Line(found.id, side.at, side.currency, side.amount, others, found.memo)
    raise NotFound


def lines(tx: Tx, shop: Shop, currency: str, after: Line | None, limit: int) -> list[Line]:
    """The newest movements, or those before one; of all currencies where none is named."""
    out: list[Line] = []
    for balance in merchants.balances(tx, shop):
        if currency and balance.account.currency != currency:
            continue
        page = ledger.statement(
            tx, balance.account.id, limit=limit + 50, end=None if after is None else after.at + 1
        )
        out += (
            Line(
                each.transfer_id,
                each.at,
                each.currency,
                each.amount,
                tuple((other.account_id, other.amount) for other in each.others),
                each.memo,
            )
            for each in page.entries
        )
    out.sort(key=_order, reverse=True)
    if after is not None:
        out = [each for each in out if _order(each) < _order(after)]
    return out[:limit]


def _order(line: Line) -> tuple[int, int]:
    return line.at, line.transfer_id


def shown(tx: Tx, found: Iterable[Line]) -> list[dict[str, Any]]:
    found = list(found)
    about = {
        each.transfer_id: each
        for each in payment_queries.by_transfers.all(tx, ids=[each.transfer_id for each in found])
    }
    return [_shown(tx, each, about.get(each.transfer_id)) for each in found]


def _shown(tx: Tx, line: Line, payment: Payment | None) -> dict[str, Any]:
    fees = _fees(tx, line.currency)
    fee = sum(amount for account, amount in line.others if account == fees)
    kind, source = _what(tx, line, payment)
    return mapping.transaction(
        line.transfer_id, line.at, line.currency, line.net, fee, kind, source, line.note
    )


def _fees(tx: Tx, currency: str) -> int:
    """The account of ``moving.fees``, which may not be there yet."""
    found = ledger.find_account(tx, 0, "wallet.fees", currency)
    return 0 if found is None else found.id


def _what(tx: Tx, line: Line, payment: Payment | None) -> tuple[str, str | None]:
    if payment is None:
        return "adjustment", None
    if payment.kind == "refund":
        found = order_queries.refund_by_payment.first(tx, payment=payment.id)
        return "refund", None if found is None else show(names.REFUND, found.id)
    if payment.kind != "merchant":
        return "adjustment", None
    detail = payment.detail if isinstance(payment.detail, dict) else {}
    if not detail.get("settlement"):
        return "charge", show(names.CHARGE, payment.id)
    if not detail.get("to_shop"):
        return "payout", show(names.PAYOUT, payment.subject)
    return "transfer", show(names.TRANSFER, payment.subject) if line.net < 0 else None
