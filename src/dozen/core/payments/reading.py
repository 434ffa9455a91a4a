"""Looking things up. Lists are newest first; ``before`` is the last id of the page before."""

from __future__ import annotations

from dozen.core.payments import queries
from dozen.core.payments.errors import (
    MethodNotReady,
    NoSuchCharge,
    NoSuchMethod,
    NoSuchPayout,
    NoSuchRefund,
)
from dozen.core.payments.structs import Charge, Method, MethodKind, Payout, Refund
from dozen.db import Tx
from dozen.kit.ids import MAX

_MOST = 200


def charge_by_id(tx: Tx, owner: int, charge_id: int) -> Charge:
    """One of somebody's own. Raises NoSuchCharge."""
    found: Charge | None = queries.by_id["charge"].first(tx, id=charge_id)
    if found is None or found.owner != owner:
        raise NoSuchCharge
    return found


def charge_of(tx: Tx, purpose: str, subject: str) -> Charge | None:
    """The newest charge for a room's own subject; the room authorises."""
    return queries.charges_of_subject.first(tx, purpose=purpose, subject=subject, limit=1)


def charges(tx: Tx, owner: int, before: int | None = None, limit: int = 50) -> list[Charge]:
    return queries.of_owner["charge"].all(tx, owner=owner, before=before or MAX, limit=min(limit, _MOST))


def refund_by_id(tx: Tx, owner: int, refund_id: int) -> Refund:
    """Raises NoSuchRefund."""
    found: Refund | None = queries.by_id["refund"].first(tx, id=refund_id)
    if found is None or found.owner != owner:
        raise NoSuchRefund
    return found


def refunds_of(tx: Tx, charge_id: int) -> list[Refund]:
    """Oldest first; the room authorises."""
    return queries.refunds_of.all(tx, charge_id=charge_id)


def payout_by_id(tx: Tx, owner: int, payout_id: int) -> Payout:
    """Raises NoSuchPayout."""
    found: Payout | None = queries.by_id["payout"].first(tx, id=payout_id)
    if found is None or found.owner != owner:
        raise NoSuchPayout
    return found


def payouts(tx: Tx, owner: int, before: int | None = None, limit: int = 50) -> list[Payout]:
    return queries.of_owner["payout"].all(tx, owner=owner, before=before or MAX, limit=min(limit, _MOST))


def method_by_id(tx: Tx, owner: int, method_id: int) -> Method:
    """In whatever state. Raises NoSuchMethod."""
    found: Method | None = queries.by_id["method"].first(tx, id=method_id)
    if found is None or found.owner != owner:
        raise NoSuchMethod
    return found


def methods(tx: Tx, owner: int) -> list[Method]:
    """Those that can be used."""
    return queries.methods_of.all(tx, owner=owner, limit=_MOST)


def usable_method(tx: Tx, owner: int, method_id: int, kind: MethodKind) -> Method:
    """Raises NoSuchMethod, MethodNotReady."""
    found = method_by_id(tx, owner, method_id)
    if found.state != "active" or found.kind != kind:
        raise MethodNotReady
    return found
