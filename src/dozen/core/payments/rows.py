"""Locking, changing and scheduling rows. States are written here and nowhere else."""

from __future__ import annotations

from typing import Any, TypeVar

from dozen.core import jobs
from dozen.core.payments import queries
from dozen.core.payments.states import CHARGE, METHOD, TRANSFER, check
from dozen.core.payments.structs import Charge, Method, Payout, Refund, What
from dozen.db import Busy, Tx

Row = TypeVar("Row", bound=Charge | Refund | Payout | Method)

DRIVE = "payments.drive"
MOVES = {"charge": CHARGE, "refund": TRANSFER, "payout": TRANSFER, "method": METHOD}


def what_is(row: Charge | Refund | Payout | Method) -> What:
    return type(row).__name__.lower()  # type: ignore[return-value]


def lock(tx: Tx, what: What, row_id: int) -> Any:
    """The row, which nobody else changes until the commit; None when there is none."""
    tx.must_write()
    return queries.locked[what].first(tx, id=row_id)


def save(tx: Tx, old: Row, new: Row) -> Row:
    """Write what has changed. Raises ImpossibleMove, and Busy when the row is not what it was."""
    if old == new:
        return new
    what = what_is(old)
    check(MOVES[what], old.state, new.state)
    fresh = {f"new_{name}": getattr(new, name) for name in queries.CHANGING[what]}
    if not queries.put[what](tx, this=old.id, was=old.state, **fresh):
        raise Busy
    return new


def schedule(tx: Tx, what: What, row_id: int, at: int) -> None:
    """Have a job go on with it. Several at once become one."""
    jobs.enqueue(tx, DRIVE, {"what": what, "id": row_id}, run_at=at, key=f"payments:{what}:{row_id}")
