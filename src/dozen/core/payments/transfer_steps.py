"""What to ask the gateway next about a refund or a payout.

One call makes it, under one key, and it is written down before that it may have been made. No clear answer:
the same call again, with the same key, for as long as gateways remember keys; after that we look for it by
our reference, and only what cannot be found has failed.
"""

from __future__ import annotations

from dozen.core.payments import queries
from dozen.core.payments.absorbing import absorb_payout, absorb_refund, end_payout, end_refund
from dozen.core.payments.gateway import GatewayTransfer, Refused, TransferAsk, Unknown
from dozen.core.payments.parts import Pace
from dozen.core.payments.references import reference
from dozen.core.payments.rows import lock, save
from dozen.core.payments.steps import Outcome, Step, has_token, later, token_of
from dozen.core.payments.structs import Payout, Refund, changed
from dozen.db import Tx
from dozen.kit import clock

_BOOKED_WAIT = 3 * clock.DAY
_LOOK_FROM = 4  # tries after which we also look: some gateways repeat even their own errors under a key


def turn_refund(tx: Tx, refund_id: int, step: Step | None, outcome: Outcome) -> Step | None:
    return _turn(tx, lock(tx, "refund", refund_id), step, outcome)


def turn_payout(tx: Tx, payout_id: int, step: Step | None, outcome: Outcome) -> Step | None:
    return _turn(tx, lock(tx, "payout", payout_id), step, outcome)


def _turn(tx: Tx, row: Refund | Payout | None, step: Step | None, outcome: Outcome) -> Step | None:
    if row is None or row.next_at is None:
        return None
    if step is None:
        if row.next_at > tx.now:
            later(tx, row, row.next_at, keep=True)
            return None
        return _plan(tx, row, None)
    if isinstance(outcome, Unknown):
        return _unknown(tx, row)
    if isinstance(outcome, Refused):
        if step.kind == "create" and not row.final:
            _fail(tx, row, outcome.code)
            return None
        return _unknown(tx, row)
    if outcome is None:  # it was looked for, and is not there
        if tx.now - (row.sent_at or 0) > tx.part(Pace).keys:
            _fail(tx, row, "unknown_to_gateway")
            return None
        return _step(tx, row, "create")
    assert isinstance(outcome, GatewayTransfer)
    row = absorb_refund(tx, row, outcome) if isinstance(row, Refund) else absorb_payout(tx, row, outcome)
    return _plan(tx, row, step.kind)


def _plan(tx: Tx, row: Refund | Payout, after: str | None) -> Step | None:
    if row.next_at is None:
        return None
    if row.state == "created":
        if isinstance(row, Payout) and not has_token(tx, row.method_id):
            _fail(tx, row, "method_removed")
            return None
        row = save(tx, row, changed(row, state="sent", sent_at=tx.now))
        return _step(tx, row, "create")
    if row.gateway_ref is None:
        assert row.sent_at is not None
        forgotten = tx.now - row.sent_at > tx.part(Pace).keys
        gone = isinstance(row, Payout) and not has_token(tx, row.method_id)
        look = forgotten or gone or (row.tries >= _LOOK_FROM and row.tries % 2 == 0)
        return _step(tx, row, "find" if look else "create")
    if after is None:
        return _step(tx, row, "fetch")
    since = row.created_at if row.final_at is None else row.final_at
    if row.final and tx.now - since > _BOOKED_WAIT:
        save(tx, row, changed(row, next_at=None))
        return None
    later(tx, row, tx.now + tx.part(Pace).next_poll(tx.now - since))
    return None


def _step(tx: Tx, row: Refund | Payout, kind: str) -> Step | None:
    ref = row.gateway_ref or ""
    if isinstance(row, Payout):
        if kind == "create" and not has_token(tx, row.method_id):
            return _unknown(tx, row)
        row = save(tx, row, changed(row, next_at=tx.now + tx.part(Pace).lease))
        name = reference(tx.env.keys, "payout", row.id)
        token = token_of(tx, row.method_id) if kind == "create" else ""
        ask = TransferAsk(name, row.amount, row.currency, token=token)
        since = row.created_at
        match kind:
            case "create":
                return Step("payout", row.gateway, kind, lambda g: g.create_payout(ask, f"dozen-{name}"))
            case "find":
                return Step("payout", row.gateway, kind, lambda g: g.find_payout(ask, since))
            case _:
                return Step("payout", row.gateway, kind, lambda g: g.fetch_payout(ref))
    refund: Refund = save(tx, row, changed(row, next_at=tx.now + tx.part(Pace).lease))
    charge = queries.by_id["charge"].first(tx, id=refund.charge_id)
    assert charge is not None
    name = reference(tx.env.keys, "refund", refund.id)
    ask = TransferAsk(name, refund.amount, refund.currency, charge_ref=charge.gateway_ref or "")
    match kind:
        case "create":
            return Step("refund", refund.gateway, kind, lambda g: g.create_refund(ask, f"dozen-{name}"))
        case "find":
            return Step("refund", refund.gateway, kind, lambda g: g.find_refund(ask))
        case _:
            return Step("refund", refund.gateway, kind, lambda g: g.fetch_refund(ref))


def _unknown(tx: Tx, row: Refund | Payout) -> Step | None:
    tries = row.tries + 1
    later(tx, changed(row, tries=tries), tx.now + tx.part(Pace).pause(tries), old=row)
    return None


def _fail(tx: Tx, row: Refund | Payout, code: str) -> None:
    if isinstance(row, Refund):
        end_refund(tx, row, changed(row, failure_code=code))
    else:
        end_payout(tx, row, changed(row, failure_code=code))
