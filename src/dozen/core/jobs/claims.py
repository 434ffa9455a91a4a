"""How workers take jobs and settle them.

A claim leases a row to a worker: state ``running``, ``lease_until`` in the future, ``attempt`` one
higher. Worker and attempt together are the fence: whoever settles a job must name both, so a worker
that lost its lease changes nothing. On PostgreSQL claimers skip each other's locked rows; on SQLite
the write transaction (``BEGIN IMMEDIATE``) lets one claim at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from dozen.core.jobs import queries
from dozen.core.jobs.handlers import Handler
from dozen.core.jobs.structs import Claimed
from dozen.db import Duplicate, Tx

DIED = "The worker stopped while it ran the job: it was killed, or lost the database for too long."


def claim(
    tx: Tx,
    worker: str,
    handlers: Mapping[str, Handler],
    limit: int,
    *,
    held: Collection[int] = (),
    now: int | None = None,
) -> tuple[list[Claimed], list[Claimed]]:
    """Lease up to ``limit`` jobs that are due at ``now``, those first whose worker has died.

    ``held`` are jobs that this worker still runs: they are never taken again. The second list are jobs that
    took the last of their attempts down with their worker; they are dead letters now.
    """
    kinds = list(handlers)
    moment = tx.now if now is None else now
    lost = queries.expired.all(tx, now=tx.now, kinds=kinds, limit=limit + len(held))
    buried: list[Claimed] = []
    found: list[Claimed] = []
    for row in lost:
        if row.id in held:
            continue
        if row.attempt >= handlers[row.kind].attempts:
            queries.bury_expired(tx, this=row.id, at=tx.now, error=DIED)
            buried.append(row)
        else:
            found.append(row)
    del found[limit:]
    if len(found) < limit:
        found += queries.due.all(tx, now=moment, kinds=kinds, limit=limit - len(found))
    queries.take.many(
        tx, ({"this": row.id, "by": worker, "until": tx.now + handlers[row.kind].lease} for row in found)
    )
    return [Claimed(r.id, r.kind, r.payload, r.key, r.attempt + 1, r.created) for r in found], buried


def beat(tx: Tx, worker: str, ids_by_lease: Mapping[int, list[int]]) -> int:
    """Renew leases; the key is their length in milliseconds. Returns how many are still ours."""
    return sum(
        queries.beat(tx, ids=ids, by=worker, until=tx.now + lease) for lease, ids in ids_by_lease.items()
    )


def report(tx: Tx, worker: str, fractions: Iterable[tuple[Claimed, float]]) -> None:
    """Store how far jobs are."""
    for row, fraction in fractions:
        queries.report(tx, this=row.id, by=worker, nth=row.attempt, thousandths=round(fraction * 1000))


def finish(tx: Tx, worker: str, row: Claimed) -> bool:
    """Remove a job that is done; False when the lease was lost."""
    return bool(queries.finish(tx, this=row.id, by=worker, nth=row.attempt))


def fail(tx: Tx, worker: str, row: Claimed, handler: Handler, error: str, *, last: bool) -> str:
    """Note a failed try: ``again`` (it waits with back-off), ``dead``, or ``lost`` (another has it)."""
    if last or row.attempt >= handler.attempts:
        gone = queries.bury(tx, this=row.id, by=worker, nth=row.attempt, at=tx.now, error=error)
        return "dead" if gone else "lost"
    try:
        with tx.savepoint():
            at = tx.now + handler.delay(row.attempt)
            kept = queries.wait(tx, this=row.id, by=worker, nth=row.attempt, at=at, error=error)
    except Duplicate:  # another with its key waits already and stands for it
        kept = finish(tx, worker, row)
    return "again" if kept else "lost"


def hand_back(tx: Tx, worker: str, taken: Iterable[Claimed]) -> None:
    """Let others have jobs that were claimed and not begun."""
    for row in taken:
        try:
            with tx.savepoint():
                queries.hand_back(tx, this=row.id, by=worker, nth=row.attempt)
        except Duplicate:
            finish(tx, worker, row)
