"""What becomes of payments that did not move at once: held for review, authorised, on their way outside.

The payment's row is locked first, then the ledger's accounts. None of these authorises: the verb that an
operator, a shop or a gateway's answer calls does, and calls one of these.
"""

from __future__ import annotations

import msgspec

from dozen.core import ledger
from dozen.db import Tx
from dozen.kit import ids
from dozen.services.wallet.errors import BadAmount, BadState, NoSuchPayment
from dozen.services.wallet.queries import payments
from dozen.services.wallet.service import limits, moving, notes
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.structs import HELD, Payment, PaymentState

UNDONE: tuple[PaymentState, ...] = ("declined", "voided", "expired", "failed")


def locked(tx: Tx, payment_id: int) -> Payment:
    """Raises NoSuchPayment."""
    tx.must_write()
    found = payments.by_id_for_update.first(tx, id=payment_id)
    if found is None:
        raise NoSuchPayment
    return found


def release(tx: Tx, payment_id: int) -> Payment:
    """A payment that was held for review may go on: it moves, or waits for its shop to capture it.

    Raises BadState (it is not held for review), HoldExpired, and what the ledger raises.
    """
    payment = _in(tx, payment_id, "review")
    if payment.authorise_until is not None and payment.authorise_until > tx.now:
        return changed(tx, payment, state="authorised")
    if payment.kind == "refund" or payment.kind in tx.part(Hooks).carriers:
        _let_go(tx, payment)
        # What a refund gives back is counted with the payment that it is of, and its fee goes back as well.
        first = locked(tx, payment.subject) if payment.kind == "refund" else None
        done = moving.carry(tx, payment, refunds=first)
        if payment.payee:
            _received(tx, payment, payment.amount)
        return changed(
            tx, payment, state=done.state, transfer_id=done.transfer_id, captured=done.captured, hold_id=None
        )
    return _capture(tx, payment, payment.amount, payment.fee)


def capture(tx: Tx, payment_id: int, amount: int | None = None, *, fee: int | None = None) -> Payment:
    """Take what was authorised, or a part of it (the rest is the payer's again). ``fee``: what the house
    keeps of it, unless it is as said when it was authorised.

    Raises BadState (it is not authorised), BadAmount, HoldExpired, and what the ledger raises.
    """
    payment = _in(tx, payment_id, "authorised")
    taken = payment.amount if amount is None else amount
    kept = payment.fee if fee is None else fee
    if not 0 < taken <= payment.amount or not 0 <= kept <= taken:
        raise BadAmount("At most what was authorised can be captured")
    return _capture(tx, payment, taken, kept)


def drop(tx: Tx, payment_id: int, state: PaymentState) -> Payment:
    """A payment that is held does not take place: the money is the payer's again.

    ``state``: ``declined`` (by an operator), ``voided`` (by the shop), ``expired``. Raises BadState.
    """
    if state not in UNDONE:
        raise ValueError("a payment is dropped as declined, voided, expired or failed")
    payment = locked(tx, payment_id)
    if not payment.held:
        raise BadState(state=payment.state)
    _let_go(tx, payment)
    _uncount(tx, payment, payment.amount)
    return changed(tx, payment, state=state)


def arrived(tx: Tx, payment_id: int, transfer_id: int | None = None) -> Payment:
    """What was on its way outside has got there. Raises BadState."""
    payment = _in(tx, payment_id, "pending")
    return changed(
        tx, payment, state="done", captured=payment.amount, transfer_id=transfer_id or payment.transfer_id
    )


def came_back(tx: Tx, payment_id: int) -> Payment:
    """What was on its way outside did not get there; the ledger has it again. Raises BadState."""
    payment = _in(tx, payment_id, "pending")
    _uncount(tx, payment, payment.amount)
    return changed(tx, payment, state="failed")


def expire(tx: Tx, after: int = 0, limit: int = 50) -> int | None:
    """End payments whose hold is over without a decision; looks at some, and gives the id to go on after
    (None: that was all)."""
    found = [
        each for state in HELD for each in payments.in_state.all(tx, state=state, after=after, limit=limit)
    ]
    found = sorted(found, key=lambda each: each.id)[:limit]
    for each in found:
        if each.hold_id is not None and ledger.one_hold(tx, each.hold_id).state == "expired":
            drop(tx, each.id, "expired")
    return found[-1].id if len(found) == limit else None


def _in(tx: Tx, payment_id: int, state: PaymentState) -> Payment:
    payment = locked(tx, payment_id)
    if payment.state != state:
        raise BadState(f"This payment is not in the state for that, but {payment.state}", state=payment.state)
    return payment


def _capture(tx: Tx, payment: Payment, amount: int, fee: int) -> Payment:
    assert payment.hold_id is not None
    made = ledger.capture(
        tx,
        payment.hold_id,
        moving.legs_in(tx, payment, amount, fee),
        actor=payment.actor,
        memo=payment.note,
    ).transfer
    moving.check_cap(tx, payment, made)
    if amount < payment.amount:
        _uncount(tx, payment, payment.amount - amount)
    if payment.payee:
        _received(tx, payment, amount)
    return changed(tx, payment, state="done", transfer_id=made.id, captured=amount, fee=fee)


def _received(tx: Tx, payment: Payment, amount: int) -> None:
    at = ids.moment(payment.id)
    limits.count(tx, payment.payee, payment.currency, payment.kind, at, received=amount)


def _let_go(tx: Tx, payment: Payment) -> None:
    if payment.hold_id is not None:
        ledger.void(tx, payment.hold_id)


def _uncount(tx: Tx, payment: Payment, amount: int) -> None:
    if payment.payer:
        whole = amount == payment.amount
        limits.count(
            tx, payment.payer, payment.currency, payment.kind, ids.moment(payment.id), sent=-amount,
            n=-1 if whole else 0,
        )  # fmt: skip


def changed(tx: Tx, payment: Payment, **fields: object) -> Payment:
    """Write what changed of a payment, and tell it."""
    after = msgspec.structs.replace(payment, **fields, changed_at=tx.now)
    payments.change(
        tx,
        payment=after.id,
        new_state=after.state,
        transfer=after.transfer_id,
        hold=after.hold_id,
        taken=after.captured,
        new_fee=after.fee,
        now=tx.now,
    )
    tx.part(Hooks).tell(tx, after, payment.state)
    notes.moved(tx, after, payment.state)
    return after
