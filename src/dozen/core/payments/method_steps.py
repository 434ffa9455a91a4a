"""What to ask the gateway next about a card or bank account that is being saved or was removed."""

from __future__ import annotations

from dozen.core.payments import queries
from dozen.core.payments.absorbing import absorb_method
from dozen.core.payments.gateway import GatewayMethod, Refused, Unknown
from dozen.core.payments.parts import Pace
from dozen.core.payments.references import reference
from dozen.core.payments.rows import lock, save
from dozen.core.payments.steps import Outcome, Step, later
from dozen.core.payments.structs import Method, changed
from dozen.db import Tx

_MOST_TRIES = 12


def turn(tx: Tx, method_id: int, step: Step | None, outcome: Outcome) -> Step | None:
    method: Method | None = lock(tx, "method", method_id)
    if method is None or method.next_at is None:
        return None
    if step is None:
        if method.next_at > tx.now:
            later(tx, method, method.next_at, keep=True)
            return None
        return _plan(tx, method, None)
    if method.state == "removed":
        if step.kind == "remove" and (not isinstance(outcome, Unknown) or method.tries >= _MOST_TRIES):
            queries.drop_token(tx, this=method.id)
            return None
        return _unknown(tx, method) if step.kind == "remove" else _plan(tx, method, step.kind)
    if isinstance(outcome, Unknown):
        return _unknown(tx, method)
    if isinstance(outcome, Refused):
        if step.kind == "fetch":
            return _unknown(tx, method)
        failed = changed(method, state="failed", failure_code=outcome.code, final_at=tx.now, next_at=None)
        save(tx, method, failed)
        return None
    assert isinstance(outcome, GatewayMethod)
    return _plan(tx, absorb_method(tx, method, outcome), step.kind)


def _plan(tx: Tx, method: Method, after: str | None) -> Step | None:
    if method.next_at is None:
        return None
    pace = tx.part(Pace)
    if method.state == "removed":
        return _remove(tx, method)
    if method.expires_at <= tx.now and after is not None:
        given_up = changed(method, state="failed", failure_code="expired", final_at=tx.now, next_at=None)
        save(tx, method, given_up)
        return None
    if after is not None and method.gateway_ref is not None:
        later(tx, method, tx.now + pace.next_poll(tx.now - method.created_at))
        return None
    method = save(tx, method, changed(method, next_at=tx.now + pace.lease))
    if method.gateway_ref is not None:
        ref = method.gateway_ref
        return Step("method", method.gateway, "fetch", lambda g: g.fetch_method(ref))
    name = reference(tx.env.keys, "method", method.id)
    kind, url = method.kind, method.return_url
    return Step(
        "method", method.gateway, "create", lambda g: g.create_method(name, kind, url, f"dozen-{name}")
    )


def _remove(tx: Tx, method: Method) -> Step | None:
    sealed = queries.token_of_removed.first(tx, id=method.id)
    if sealed is None:
        queries.drop_token(tx, this=method.id)
        return None
    save(tx, method, changed(method, next_at=tx.now + tx.part(Pace).lease))
    bound = str(method.id).encode()
    token = tx.env.keys.unseal("payments.method", bytes(sealed), bound_to=bound).decode()
    key = f"dozen-{reference(tx.env.keys, 'method', method.id)}-remove"

    def call(gateway: object) -> None:
        gateway.remove_method(token, key)  # type: ignore[attr-defined]

    return Step("method", method.gateway, "remove", call)


def _unknown(tx: Tx, method: Method) -> Step | None:
    tries = method.tries + 1
    later(tx, changed(method, tries=tries), tx.now + tx.part(Pace).pause(tries), old=method)
    return None
