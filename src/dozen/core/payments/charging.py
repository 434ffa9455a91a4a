"""Charges: asking somebody for money, taking what was authorised, calling it off."""

from __future__ import annotations

from dozen.core import ledger
from dozen.core.payments.asking import add, check, fingerprint, made_before
from dozen.core.payments.charge_steps import settle_alone
from dozen.core.payments.errors import (
    BadPayment,
    MethodNotReady,
    NoSuchCharge,
    NotCancellable,
    NotCapturable,
)
from dozen.core.payments.listening import is_heard
from dozen.core.payments.parts import DEFAULT, Gateways, Pace
from dozen.core.payments.reading import usable_method
from dozen.core.payments.rows import lock, save, schedule
from dozen.core.payments.structs import Charge, Kind, changed
from dozen.db import Busy, Tx
from dozen.kit import clock

_LONGEST_WAIT = 7 * clock.DAY


def charge(
    tx: Tx,
    owner: int,
    amount: int,
    currency: str,
    *,
    purpose: str,
    subject: str,
    key: str,
    into: int,
    return_url: str,
    method: int | None = None,
    kind: Kind = "card",
    manual: bool = False,
    expires_in: int | None = None,
    gateway: str = DEFAULT,
) -> Charge:
    """Ask ``owner`` for money that goes ``into`` a ledger account once it is captured.

    Nothing is sent yet: call :func:`advance` with its id after the commit (a job does it otherwise, a
    moment later) and send the person to its ``next_action``. They come back to ``return_url``, which
    must be our own, and may be back before we know the result. ``method``: a saved card; then there is
    mostly nothing for the person to do. ``manual``: authorise only, for :func:`capture`. ``expires_in``
    (ms): what is not paid by then is cancelled; half an hour.

    The same key with the same request gives the same charge. Raises BadPayment, KeyReused, NoGateway,
    NoSuchMethod, MethodNotReady, ledger.errors.NoSuchAccount.
    """
    check(key=key, amount=amount, purpose=purpose, subject=subject, return_url=return_url)
    wait = tx.part(Pace).action if expires_in is None else expires_in
    if kind not in ("card", "netbanking") or (method is not None and kind != "card"):
        raise BadPayment(fields={"kind": "Cards can be saved, other ways to pay cannot"})
    if not 0 < wait <= _LONGEST_WAIT:
        raise BadPayment(fields={"expires_in": "A payment waits for a week at most"})
    tx.part(Gateways).get(gateway)
    print_ = fingerprint(amount, currency, purpose, subject, into, method, kind, manual, gateway)
    found = made_before(tx, "charge", owner, key, print_)
    if found is not None:
        return found  # type: ignore[no-any-return]
    if ledger.account(tx, into).currency != currency:
        raise BadPayment(fields={"currency": "The account is of another currency"})
    if method is not None:
        saved = usable_method(tx, owner, method, "card")
        if saved.gateway != gateway:
            raise MethodNotReady
    made = Charge(
        id=tx.next_id(),
        owner=owner,
        gateway=gateway,
        gateway_ref=None,
        amount=amount,
        currency=currency,
        state="created",
        purpose=purpose,
        subject=subject,
        kind=kind,
        method_id=method,
        into=into,
        manual=manual,
        return_url=return_url,
        created_at=tx.now,
        expires_at=tx.now + wait,
        heard=is_heard(tx, "charge", purpose),
        next_at=tx.now,
    )
    if not add(tx, made, key, print_):
        again = made_before(tx, "charge", owner, key, print_)
        if again is None:
            raise Busy
        return again  # type: ignore[no-any-return]
    return made


def capture(tx: Tx, charge_id: int, amount: int | None = None) -> Charge:
    """Have an authorised charge captured, in whole or in part (the rest is let go). The room authorises.

    Listeners hear when it is done. Asking again for the same changes nothing. Raises NoSuchCharge,
    NotCapturable.
    """
    found = _locked(tx, charge_id)
    wanted = found.amount if amount is None else amount
    if found.wish == "capture" and found.wish_amount == wanted:
        return found
    if found.state != "authorised" or found.wish or not 0 < wanted <= found.amount:
        raise NotCapturable
    return _wish(tx, found, changed(found, wish="capture", wish_amount=wanted))


def cancel(tx: Tx, charge_id: int) -> Charge:
    """Call a charge off. The room authorises.

    If the gateway was never told to go on, it is cancelled at once. Else only the gateway knows, and it
    may turn out that the person has just paid: listeners hear. Raises NoSuchCharge, NotCancellable.
    """
    found = _locked(tx, charge_id)
    if found.state in ("cancelled", "failed") or found.wish == "cancel":
        return found
    if found.final or found.wish == "capture":
        raise NotCancellable
    return _wish(tx, found, changed(found, wish="cancel", wish_amount=None))


def _locked(tx: Tx, charge_id: int) -> Charge:
    found: Charge | None = lock(tx, "charge", charge_id)
    if found is None:
        raise NoSuchCharge
    return found


def _wish(tx: Tx, old: Charge, new: Charge) -> Charge:
    done: Charge = save(tx, old, changed(new, next_at=tx.now))
    done = settle_alone(tx, done)
    schedule(tx, "charge", done.id, tx.now)
    return done
