"""Payouts: money that leaves somebody's account for their bank."""

from __future__ import annotations

from dozen.core import ledger
from dozen.core.payments import booking
from dozen.core.payments.asking import add, check, fingerprint, made_before
from dozen.core.payments.errors import NotYours
from dozen.core.payments.listening import is_heard
from dozen.core.payments.parts import Gateways
from dozen.core.payments.reading import usable_method
from dozen.core.payments.rows import save
from dozen.core.payments.structs import Payout, changed
from dozen.db import Busy, Tx


def payout(
    tx: Tx,
    owner: int,
    from_account: int,
    amount: int,
    *,
    destination: int,
    purpose: str,
    key: str,
    subject: str = "",
) -> Payout:
    """Pay ``amount`` out of somebody's own ledger account to a bank account that they have saved.

    The money leaves the account now, and comes back if the payout fails. The same key with the same
    request gives the same payout. Raises BadPayment, KeyReused, NoSuchMethod, MethodNotReady, NotYours
    and what ledger transfers raise (InsufficientFunds, AccountFrozen, …).
    """
    check(key=key, amount=amount, purpose=purpose, subject=subject)
    print_ = fingerprint(from_account, amount, destination, purpose, subject)
    found = made_before(tx, "payout", owner, key, print_)
    if found is not None:
        return found  # type: ignore[no-any-return]
    account = ledger.account(tx, from_account)
    if account.owner != owner:
        raise NotYours
    saved = usable_method(tx, owner, destination, "bank_account")
    tx.part(Gateways).get(saved.gateway)
    made = Payout(
        id=tx.next_id(),
        owner=owner,
        gateway=saved.gateway,
        gateway_ref=None,
        amount=amount,
        currency=account.currency,
        state="created",
        purpose=purpose,
        subject=subject,
        method_id=destination,
        source=from_account,
        created_at=tx.now,
        heard=is_heard(tx, "payout", purpose),
        next_at=tx.now,
    )
    if not add(tx, made, key, print_):
        again = made_before(tx, "payout", owner, key, print_)
        if again is None:
            raise Busy
        return again  # type: ignore[no-any-return]
    # Only now: who came second with the same key has moved nothing.
    return save(tx, made, changed(made, transfer_id=booking.asked_out(tx, made)))
