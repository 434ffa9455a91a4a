"""Taking in what a gateway says. Its word can be late, doubled or out of order: only what leads on counts."""

from __future__ import annotations

import logging

from dozen.core.payments import booking, queries
from dozen.core.payments.gateway import GatewayCharge, GatewayMethod, GatewayTransfer
from dozen.core.payments.listening import reread, tell, tell_authorised
from dozen.core.payments.rows import lock, save
from dozen.core.payments.states import CHARGE, PAID, TRANSFER, UNPAID, ChargeState, may
from dozen.core.payments.structs import Charge, Method, Payout, Refund, changed
from dozen.db import Busy, Tx

log = logging.getLogger("dozen.payments")


class Contradiction(Exception):
    """The gateway says what cannot be: another amount, or money for what it had called off. Somebody must
    look: nothing is moved by it."""


def absorb_charge(tx: Tx, old: Charge, said: GatewayCharge) -> Charge:
    """``old`` is locked. Raises Contradiction."""
    _same(old, said)
    charge: Charge = changed(old, gateway_ref=said.ref, tries=0)
    if said.status == "declined" and old.state in ("created", "requires_action") and old.method_id:
        # Nobody is there to try another card: call it off, so that it cannot be paid later.
        charge = changed(
            charge,
            wish="cancel",
            failure_code=said.failure_code or "declined",
            failure_text=said.failure_text,
            next_at=tx.now,
        )
    target = _target(charge, said)
    if target is not None and may(CHARGE, old.state, target):
        return _moved(tx, old, charge, said, target)
    if target in PAID and old.state in UNPAID:
        raise Contradiction(f"charge {old.id} is {old.state}, and the gateway says it was paid")
    if target in PAID and old.state in PAID and old.balance_ref is None and said.balance_ref is not None:
        charge = _learn_charge(tx, charge, said)
    return save(tx, old, charge)


def _target(charge: Charge, said: GatewayCharge) -> ChargeState | None:
    match said.status:
        case "waiting":
            return "requires_action"
        case "authorised":
            return "authorised"
        case "captured":
            return "captured"
        case "cancelled":
            return "failed" if said.failure_code or charge.failure_code else "cancelled"
    return None


def _moved(tx: Tx, old: Charge, charge: Charge, said: GatewayCharge, target: ChargeState) -> Charge:
    charge = changed(charge, state=target)
    if target == "requires_action":
        return save(tx, old, changed(charge, next_url=said.next_url))
    if target == "authorised":
        done = save(tx, old, charge)
        tell_authorised(tx, done)
        return reread(tx, done)
    if target == "captured":
        if not 0 < said.captured <= old.amount:
            raise Contradiction(f"charge {old.id} of {old.amount} was captured with {said.captured}")
        charge = changed(
            charge,
            captured=said.captured,
            fee=said.fee,
            booked_at=said.booked_at or tx.now,
            balance_ref=said.balance_ref,
            failure_code=None,
            failure_text=None,
            next_at=None if said.balance_ref else tx.now,
        )
        charge = changed(charge, transfer_id=booking.captured(tx, charge))
    else:
        charge = changed(
            charge,
            failure_code=charge.failure_code or said.failure_code,
            failure_text=charge.failure_text or said.failure_text,
            next_at=None,
        )
    return end(tx, old, charge)


def end(tx: Tx, old: Charge, charge: Charge) -> Charge:
    """Record a charge's final state, and tell it."""
    return tell(tx, save(tx, old, changed(charge, wish="", wish_amount=None, final_at=tx.now)))


def _learn_charge(tx: Tx, charge: Charge, said: GatewayCharge) -> Charge:
    """How the gateway booked it, if that was not known."""
    known = charge.fee is not None
    charge = changed(
        charge,
        fee=charge.fee if known else said.fee,
        booked_at=said.booked_at or charge.booked_at,
        balance_ref=said.balance_ref,
        next_at=None,
    )
    return charge if known else changed(charge, fee_transfer_id=booking.fee(tx, charge))


def absorb_refund(tx: Tx, old: Refund, said: GatewayTransfer) -> Refund:
    """``old`` is locked. Raises Contradiction."""
    _same(old, said)
    refund: Refund = changed(old, gateway_ref=said.ref, tries=0)
    if said.status == "pending" or old.state == said.status:
        if old.state == "succeeded" and old.balance_ref is None and said.balance_ref is not None:
            refund = changed(
                refund,
                booked_at=said.booked_at or old.booked_at,
                balance_ref=said.balance_ref,
                next_at=None,
            )
        return save(tx, old, refund)
    if not may(TRANSFER, old.state, said.status):
        raise Contradiction(f"refund {old.id} is {old.state}, and the gateway says {said.status}")
    if said.status == "failed":
        return end_refund(tx, old, changed(refund, failure_code=said.failure_code or "failed"))
    return end_refund(
        tx,
        old,
        changed(
            refund,
            state="succeeded",
            booked_at=said.booked_at or tx.now,
            balance_ref=said.balance_ref,
            next_at=None if said.balance_ref else tx.now,
        ),
    )


def end_refund(tx: Tx, old: Refund, refund: Refund) -> Refund:
    """Record that a refund has succeeded, or (in any other state) failed; its charge follows."""
    charge = lock(tx, "charge", old.charge_id)
    if charge is None:
        raise Busy
    if refund.state == "succeeded":
        refund = changed(refund, done_transfer_id=booking.gone_out(tx, refund))
        back = charge.refunded + refund.amount
        state = "refunded" if back == charge.captured else "partially_refunded"
        save(tx, charge, changed(charge, refunded=back, state=state))
    else:
        refund = changed(refund, state="failed", next_at=None, done_transfer_id=booking.come_back(tx, refund))
        save(tx, charge, changed(charge, refunding=charge.refunding - refund.amount))
    return tell(tx, save(tx, old, changed(refund, final_at=tx.now)))


def absorb_payout(tx: Tx, old: Payout, said: GatewayTransfer) -> Payout:
    """``old`` is locked. Raises Contradiction."""
    _same(old, said)
    payout: Payout = changed(old, gateway_ref=said.ref, tries=0)
    if said.status == "pending" or old.state == said.status:
        if old.state == "succeeded" and old.balance_ref is None and said.balance_ref is not None:
            known = old.fee is not None
            payout = changed(
                payout,
                fee=old.fee if known else said.fee,
                booked_at=said.booked_at or old.booked_at,
                balance_ref=said.balance_ref,
                next_at=None,
            )
            if not known:
                payout = changed(payout, fee_transfer_id=booking.fee(tx, payout))
        return save(tx, old, payout)
    if not may(TRANSFER, old.state, said.status):
        raise Contradiction(f"payout {old.id} is {old.state}, and the gateway says {said.status}")
    if said.status == "failed":
        return end_payout(tx, old, changed(payout, failure_code=said.failure_code or "failed"))
    return end_payout(
        tx,
        old,
        changed(
            payout,
            state="succeeded",
            fee=said.fee,
            booked_at=said.booked_at or tx.now,
            balance_ref=said.balance_ref,
            next_at=None if said.balance_ref else tx.now,
        ),
    )


def end_payout(tx: Tx, old: Payout, payout: Payout) -> Payout:
    """Record that a payout has succeeded, or (in any other state) failed."""
    if payout.state == "succeeded":
        payout = changed(payout, done_transfer_id=booking.gone_out(tx, payout))
    else:
        payout = changed(payout, state="failed", next_at=None, done_transfer_id=booking.come_back(tx, payout))
    return tell(tx, save(tx, old, changed(payout, final_at=tx.now)))


def absorb_method(tx: Tx, old: Method, said: GatewayMethod) -> Method:
    """``old`` is locked."""
    if old.gateway_ref not in (None, said.ref):
        raise Contradiction(f"method {old.id} has another id at the gateway")
    method: Method = changed(old, gateway_ref=said.ref, tries=0)
    if old.final_at is not None:
        return save(tx, old, method)
    if said.status == "waiting":
        if old.state == "created":
            method = changed(method, state="requires_action", next_url=said.next_url)
        return save(tx, old, method)
    method = changed(method, state=said.status, final_at=tx.now, next_at=None)
    if said.status == "failed":
        return save(tx, old, changed(method, failure_code=said.failure_code or "failed"))
    method = changed(
        method,
        brand=said.brand,
        last4=said.last4[-4:],
        exp_month=said.exp_month,
        exp_year=said.exp_year,
    )
    sealed = tx.env.keys.seal("payments.method", said.token.encode(), bound_to=str(old.id).encode())
    fresh = {f"new_{name}": getattr(method, name) for name in queries.CHANGING["method"]}
    if not queries.put_method(tx, this=old.id, was=old.state, sealed=sealed, **fresh):
        raise Busy
    return method


def _same(row: Charge | Refund | Payout, said: GatewayCharge | GatewayTransfer) -> None:
    if row.gateway_ref not in (None, said.ref):
        raise Contradiction(f"{row.id} is {row.gateway_ref} at the gateway, which says {said.ref}")
    if (said.amount, said.currency) != (row.amount, row.currency):
        raise Contradiction(
            f"{row.id} is about {row.amount} {row.currency}; the gateway says {said.amount} {said.currency}"
        )
