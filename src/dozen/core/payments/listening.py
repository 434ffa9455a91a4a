"""Rooms hear of results in the very transaction that records them: what they do then is done once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from dozen.core import jobs
from dozen.core.jobs import Job
from dozen.core.payments import queries
from dozen.core.payments.rows import lock, save, what_is
from dozen.core.payments.structs import Charge, Payout, Refund, changed
from dozen.db import Broken, Busy, Tx
from dozen.kit.env import Env

log = logging.getLogger("dozen.payments")

Told = TypeVar("Told", Charge, Refund, Payout)
Listener: TypeAlias = Callable[[Tx, Any], None]
TELL = "payments.tell"


class Results:
    """Who listens for what. A purpose belongs to the longest prefix that it begins with."""

    def __init__(self) -> None:
        self._listeners: dict[tuple[str, str], Listener] = {}

    @classmethod
    def build(cls, env: Env) -> Results:
        return cls()

    def add(self, about: str, prefix: str, fn: Listener) -> None:
        if self._listeners.setdefault((about, prefix), fn) != fn:
            raise ValueError(f"somebody listens for the {about}s of {prefix!r} already")

    def find(self, about: str, purpose: str) -> Listener | None:
        prefix = purpose
        while prefix:
            found = self._listeners.get((about, prefix))
            if found is not None:
                return found
            prefix = prefix.rpartition(".")[0]
        return None


def on_result(
    env: Env,
    purpose_prefix: str,
    charge: Callable[[Tx, Charge], None] | None = None,
    *,
    authorised: Callable[[Tx, Charge], None] | None = None,
    refund: Callable[[Tx, Refund], None] | None = None,
    payout: Callable[[Tx, Payout], None] | None = None,
) -> None:
    """Listen for what becomes of charges (refunds, payouts) whose purpose is, or begins with, the prefix
    (``travel`` hears of ``travel.booking``). Call it once in each process, as a room's ``listen`` does.

    ``charge`` is called when a charge is captured, failed or cancelled; ``authorised`` when one that is to
    be captured by hand may be; ``refund`` and ``payout`` when one has succeeded or failed. Each is called
    in the transaction that records it, once. When it raises, its own effects are undone, the state is
    recorded all the same, and a job calls it again until it does not raise.
    """
    results = env.part(Results)
    given = {"charge": charge, "authorised": authorised, "refund": refund, "payout": payout}
    for about, fn in given.items():
        if fn is not None:
            results.add(about, purpose_prefix, fn)


def is_heard(tx: Tx, about: str, purpose: str) -> bool:
    return tx.part(Results).find(about, purpose) is not None


def tell(tx: Tx, row: Told) -> Told:
    """Tell the end of a row whose end was just recorded."""
    if not row.heard or row.told:
        return row
    try:
        with tx.savepoint():
            return _tell_now(tx, row)
    except (Busy, Broken):
        raise
    except Exception:
        log.exception("%s %d: who listens for %s failed; it is told again", what_is(row), row.id, row.purpose)
    jobs.enqueue(tx, TELL, {"what": what_is(row), "id": row.id})
    return row


def _tell_now(tx: Tx, row: Told) -> Told:
    fn = tx.part(Results).find(what_is(row), row.purpose)
    if fn is None:
        raise LookupError(f"nobody in this process listens for {row.purpose}")
    done: Told = save(tx, row, changed(row, told=True))
    fn(tx, done)
    return reread(tx, done)


def reread(tx: Tx, row: Told) -> Told:
    """The row as it is now that somebody has had it: a listener may have asked for a refund."""
    found: Told | None = queries.by_id[what_is(row)].first(tx, id=row.id)
    assert found is not None
    return found


def tell_authorised(tx: Tx, charge: Charge) -> None:
    fn = tx.part(Results).find("authorised", charge.purpose)
    if fn is None:
        return
    try:
        with tx.savepoint():
            fn(tx, charge)
    except (Busy, Broken):
        raise
    except Exception:
        log.exception("charge %d: who listens for %s failed; it is told again", charge.id, charge.purpose)
        jobs.enqueue(tx, TELL, {"what": "authorised", "id": charge.id})


def tell_again(tx: Tx, job: Job) -> None:
    """The job: raises for as long as the listener does."""
    what, row_id = job.payload["what"], int(job.payload["id"])
    if what == "authorised":
        charge = queries.by_id["charge"].first(tx, id=row_id)
        fn = tx.part(Results).find(what, charge.purpose) if charge is not None else None
        if fn is not None and charge is not None and charge.state == "authorised":
            fn(tx, charge)
        return
    row = lock(tx, what, row_id)
    if row is not None and not row.told:
        _tell_now(tx, row)
