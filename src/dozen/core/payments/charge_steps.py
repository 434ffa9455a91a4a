"""What to ask the gateway next about a charge, and what its answer means.

A charge is registered at the gateway first, which moves no money, and confirmed after that was written
down. So whatever is lost on the way, there is never money that we have no row and no id for.
"""

from __future__ import annotations

from dozen.core.payments.absorbing import absorb_charge, end
from dozen.core.payments.gateway import ChargeAsk, Refused, Unknown
from dozen.core.payments.parts import Pace
from dozen.core.payments.references import reference
from dozen.core.payments.rows import lock, save
from dozen.core.payments.steps import Outcome, Step, has_token, later, token_of
from dozen.core.payments.structs import Charge, changed
from dozen.db import Tx
from dozen.kit import clock

_FEE_WAIT = 3 * clock.DAY
_GONE_AFTER = clock.DAY


def turn(tx: Tx, charge_id: int, step: Step | None, outcome: Outcome) -> Step | None:
    """Record what came of ``step`` and say what is next; None when there is nothing to ask now."""
    charge: Charge | None = lock(tx, "charge", charge_id)
    if charge is None:
        return None
    after = None if step is None else step.kind
    if step is None:
        if charge.next_at is None:
            return None
        if charge.next_at > tx.now:
            later(tx, charge, charge.next_at, keep=True)
            return None
    elif after == "tidy":
        return None
    elif isinstance(outcome, Unknown):
        return _unknown(tx, charge)
    elif isinstance(outcome, Refused):
        charge = _refused(tx, charge, step.kind, outcome)
        if charge.final:
            return None
        if not (outcome.snapshot or step.kind == "confirm"):
            if step.kind == "fetch":
                return _missing(tx, charge)
            return _step(tx, charge, "fetch")
    else:
        charge = absorb_charge(tx, charge, outcome)  # type: ignore[arg-type]
        if step.kind == "create" and charge.state == "cancelled":
            return _step(tx, charge, "tidy")
    return _plan(tx, charge, after)


def settle_alone(tx: Tx, charge: Charge) -> Charge:
    """Cancel what is to be cancelled and was never confirmed: no gateway needs to be asked for that."""
    if charge.state == "created" and charge.sent_at is None and _unwanted(tx, charge):
        return end(tx, charge, changed(charge, state="cancelled", next_at=None))
    return charge


def _unwanted(tx: Tx, charge: Charge) -> bool:
    waits = charge.state in ("created", "requires_action")
    return charge.wish == "cancel" or (waits and charge.expires_at <= tx.now)


def _plan(tx: Tx, charge: Charge, after: str | None) -> Step | None:
    charge = settle_alone(tx, charge)
    if charge.final:
        return _plan_final(tx, charge, after)
    if charge.state == "created" and charge.method_id and not has_token(tx, charge.method_id):
        charge = _method_gone(tx, charge)
        if charge.final:
            return None
    if charge.gateway_ref is None:
        return _step(tx, charge, "create") if after != "create" else _unknown(tx, charge)
    if charge.state == "created" and charge.sent_at is None:
        charge = save(tx, charge, changed(charge, sent_at=tx.now))
        return _step(tx, charge, "confirm")
    if _unwanted(tx, charge):
        wanted = "cancel"
    elif charge.state == "created":
        wanted = "confirm"
    elif charge.state == "authorised" and charge.wish == "capture":
        wanted = "capture"
    else:
        wanted = "fetch"
    if wanted == after or (wanted == "fetch" and after is not None):
        later(tx, charge, tx.now + tx.part(Pace).next_poll(tx.now - charge.created_at))
        return None
    return _step(tx, charge, wanted)


def _method_gone(tx: Tx, charge: Charge) -> Charge:
    """The saved card was removed meanwhile."""
    charge = changed(charge, failure_code="method_removed")
    if charge.sent_at is not None:
        return changed(charge, wish="cancel")
    old = changed(charge, failure_code=None)
    return end(tx, old, changed(charge, state="failed", next_at=None))


def _plan_final(tx: Tx, charge: Charge, after: str | None) -> Step | None:
    """Over, but for how the gateway has booked it."""
    if charge.next_at is None or not charge.paid:
        return None
    assert charge.final_at is not None
    age = tx.now - charge.final_at
    if after == "fetch":
        if age < _FEE_WAIT:
            later(tx, charge, tx.now + tx.part(Pace).next_poll(age))
        else:  # the settlement file will tell
            save(tx, charge, changed(charge, next_at=None))
        return None
    return _step(tx, charge, "fetch")


def _step(tx: Tx, charge: Charge, kind: str) -> Step:
    """A call about to be made: nobody else makes one before it is over."""
    pace = tx.part(Pace)
    if charge.next_at is not None:
        save(tx, charge, changed(charge, next_at=tx.now + pace.lease))
    ref = charge.gateway_ref or ""
    key = f"dozen-{reference(tx.env.keys, 'charge', charge.id)}-{kind}"
    match kind:
        case "create":
            ask = _ask(tx, charge)
            return Step("charge", charge.gateway, kind, lambda g: g.create_charge(ask, key))
        case "confirm":
            ask = _ask(tx, charge)
            return Step("charge", charge.gateway, kind, lambda g: g.confirm_charge(ref, ask, key))
        case "capture":
            amount = charge.wish_amount or charge.amount
            key = f"{key}-{amount}"
            return Step("charge", charge.gateway, kind, lambda g: g.capture_charge(ref, amount, key))
        case "cancel" | "tidy":
            return Step("charge", charge.gateway, kind, lambda g: g.cancel_charge(ref, key))
        case _:
            return Step("charge", charge.gateway, kind, lambda g: g.fetch_charge(ref))


def _ask(tx: Tx, charge: Charge) -> ChargeAsk:
    token = "" if charge.method_id is None else token_of(tx, charge.method_id)
    return ChargeAsk(
        reference(tx.env.keys, "charge", charge.id),
        charge.amount,
        charge.currency,
        charge.kind,
        charge.manual,
        charge.return_url,
        charge.purpose,
        token,
    )


def _unknown(tx: Tx, charge: Charge) -> Step | None:
    tries = charge.tries + 1
    if charge.next_at is not None:
        later(tx, changed(charge, tries=tries), tx.now + tx.part(Pace).pause(tries), old=charge)
    return None


def _refused(tx: Tx, charge: Charge, kind: str, said: Refused) -> Charge:
    if said.snapshot is not None:
        return absorb_charge(tx, charge, said.snapshot)  # type: ignore[arg-type]
    if kind == "create" and charge.sent_at is None and not charge.final:
        failed = changed(charge, state="failed", failure_code=said.code, failure_text=said.text, next_at=None)
        return end(tx, charge, failed)
    if kind == "confirm" and charge.state == "created":
        called_off = changed(charge, wish="cancel", failure_code=said.code, failure_text=said.text)
        return save(tx, charge, called_off)
    return charge


def _missing(tx: Tx, charge: Charge) -> Step | None:
    """The gateway does not know an id that it gave us. That may be its trouble, or a wrong key of ours; it
    is believed after a day."""
    if charge.final or tx.now - charge.created_at < _GONE_AFTER:
        return _unknown(tx, charge)
    gone = changed(charge, state="failed", failure_code="unknown_to_gateway", next_at=None)
    end(tx, charge, gone)
    return None
