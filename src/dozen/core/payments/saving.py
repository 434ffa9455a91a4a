"""Saved cards and bank accounts. They are entered at the gateway's page; we keep a token, sealed."""

from __future__ import annotations

from dozen.core.payments import queries
from dozen.core.payments.asking import add, check, fingerprint, made_before
from dozen.core.payments.errors import BadPayment, TooManyMethods
from dozen.core.payments.parts import DEFAULT, Gateways, Pace
from dozen.core.payments.reading import method_by_id
from dozen.core.payments.rows import lock, save, schedule
from dozen.core.payments.structs import Method, MethodKind, changed
from dozen.db import Busy, Tx

MOST_METHODS = 20


def add_method(
    tx: Tx, owner: int, *, kind: MethodKind, return_url: str, key: str, gateway: str = DEFAULT
) -> Method:
    """Begin to save a card or a bank account. Call :func:`advance_method` after the commit and send the
    person to its ``next_action``, where they enter it.

    Raises BadPayment, TooManyMethods, KeyReused, NoGateway.
    """
    check(key=key, return_url=return_url)
    if kind not in ("card", "bank_account"):
        raise BadPayment(fields={"kind": "A card or a bank account can be saved"})
    tx.part(Gateways).get(gateway)
    print_ = fingerprint(kind, gateway)
    found = made_before(tx, "method", owner, key, print_)
    if found is not None:
        return found  # type: ignore[no-any-return]
    if len(queries.kept_methods.all(tx, owner=owner, now=tx.now, limit=MOST_METHODS)) >= MOST_METHODS:
        raise TooManyMethods
    made = Method(
        id=tx.next_id(),
        owner=owner,
        gateway=gateway,
        gateway_ref=None,
        kind=kind,
        state="created",
        return_url=return_url,
        created_at=tx.now,
        expires_at=tx.now + tx.part(Pace).action,
        next_at=tx.now,
    )
    if not add(tx, made, key, print_, token=None):
        again = made_before(tx, "method", owner, key, print_)
        if again is None:
            raise Busy
        return again  # type: ignore[no-any-return]
    return made


def remove_method(tx: Tx, owner: int, method_id: int) -> bool:
    """Forget a saved method, here now and at the gateway soon; whether it was still there.

    Charges that were confirmed with it go on. Raises NoSuchMethod.
    """
    method_by_id(tx, owner, method_id)
    found: Method = lock(tx, "method", method_id)
    if found.state == "removed":
        return False
    save(tx, found, changed(found, state="removed", next_url=None, final_at=tx.now, next_at=tx.now))
    schedule(tx, "method", found.id, tx.now)
    return True
