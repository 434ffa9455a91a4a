"""Refunds: giving captured money back to who paid."""

from __future__ import annotations

from dozen.core import ledger
from dozen.core.payments import booking
from dozen.core.payments.asking import LONGEST, add, check, fingerprint, made_before
from dozen.core.payments.errors import BadPayment, NoSuchCharge, NotRefundable
from dozen.core.payments.listening import is_heard
from dozen.core.payments.rows import lock, save
from dozen.core.payments.structs import Charge, Refund, changed
from dozen.db import Busy, Tx
from dozen.kit.text import clean


def refund(
    tx: Tx,
    charge_id: int,
    amount: int | None = None,
    *,
    key: str,
    reason: str = "",
    source: int | None = None,
) -> Refund:
    """Give back ``amount`` of a captured charge, or all that is left of it. The room authorises.

    The money leaves ``source`` (the account that got it, if not said) now, so that nobody spends it, and
    goes to the gateway when that says the refund has succeeded; it comes back if it fails. All refunds
    together never exceed what was captured. The same key with the same request gives the same refund.
    Raises NoSuchCharge, NotRefundable, BadPayment, KeyReused and what ledger transfers raise.
    """
    check(key=key, amount=amount)
    reason = clean(reason)
    if len(reason) > LONGEST:
        raise BadPayment(fields={"reason": f"A reason has at most {LONGEST} characters"})
    charge: Charge | None = lock(tx, "charge", charge_id)
    if charge is None:
        raise NoSuchCharge
    print_ = fingerprint(charge_id, amount, source, reason)
    found = made_before(tx, "refund", charge_id, key, print_)
    if found is not None:
        return found  # type: ignore[no-any-return]
    wanted = charge.refundable if amount is None else amount
    if not charge.paid or not 0 < wanted <= charge.refundable:
        raise NotRefundable(left=charge.refundable if charge.paid else 0)
    taken_from = charge.into if source is None else source
    if ledger.account(tx, taken_from).currency != charge.currency:
        raise BadPayment(fields={"source": "The account is of another currency"})
    made = Refund(
        id=tx.next_id(),
        charge_id=charge.id,
        owner=charge.owner,
        gateway=charge.gateway,
        gateway_ref=None,
        amount=wanted,
        currency=charge.currency,
        state="created",
        purpose=charge.purpose,
        subject=charge.subject,
        reason=reason,
        source=taken_from,
        created_at=tx.now,
        heard=is_heard(tx, "refund", charge.purpose),
        next_at=tx.now,
    )
    made = changed(made, transfer_id=booking.asked_out(tx, made))
    if not add(tx, made, key, print_):  # the charge is locked: nobody else can have
        raise Busy
    save(tx, charge, changed(charge, refunding=charge.refunding + wanted))
    return made
