"""Putting jobs into the queue, looking at it, and dealing with those that were given up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from dozen.core.jobs import queries
from dozen.core.jobs.errors import NoSuchJob, PayloadTooLarge
from dozen.core.jobs.structs import DeadJob, KindCounts
from dozen.db import Database, Duplicate, Tx
from dozen.db.engine import SqliteDatabase
from dozen.db.postgres import PostgresDatabase
from dozen.kit import ids
from dozen.kit.env import Env

MOST_PAYLOAD = 1 << 20
"""Bytes of JSON. Payloads should be ids; the room is for mail, which carries its text."""

_encode = msgspec.json.Encoder().encode


class Bell:
    """Wakes this process's runners when one of its transactions has committed jobs."""

    def __init__(self) -> None:
        self.wakers: list[Callable[[], None]] = []

    @classmethod
    def build(cls, env: Env) -> Bell:
        return cls()

    def ring(self) -> None:
        for wake in self.wakers:
            wake()


def database(env: Env) -> Database:
    """The database of this process, for handlers that open their own transactions."""
    kind: Any = SqliteDatabase if env.settings.database.startswith("sqlite:") else PostgresDatabase
    try:
        found: Database = env.part(kind)
    except AttributeError:
        raise LookupError("the process's database was not put in place with env.install(db)") from None
    return found


def enqueue(
    tx: Tx, kind: str, payload: Mapping[str, Any], *, run_at: int | None = None, key: str | None = None
) -> int:
    """A job that runs after this transaction commits, not before ``run_at`` (ms); never if it rolls back.

    Of jobs with the same ``key`` at most one waits: when there is one already, that one stands for both
    and runs at the earlier of the two times (it keeps its payload). Returns its id.
    """
    tx.must_write()
    encoded = _encode(payload)
    if len(encoded) > MOST_PAYLOAD:
        raise PayloadTooLarge
    made = tx.next_id()
    row = {
        "id": made,
        "kind": kind,
        "payload": encoded.decode(),
        "run_at": tx.now if run_at is None else run_at,
        "created": tx.now,
    }
    if key is None:
        queries.add(tx, **row)
    else:
        made = queries.add_keyed.first(tx, **row, key=key) or made
    tx.after_commit(tx.part(Bell).ring)
    return made


def waiting(tx: Tx, kind: str | None = None) -> int:
    """How many jobs wait, of one kind or of all."""
    found = queries.waiting.first(tx) if kind is None else queries.waiting_of_kind.first(tx, kind=kind)
    return found or 0


def overview(tx: Tx) -> list[KindCounts]:
    """What is in the queue, by kind."""
    return queries.overview.all(tx)


def progress(tx: Tx, job_id: int) -> float | None:
    """How far a job is, 0 to 1; None when it is done or was given up."""
    return queries.progress.first(tx, this=job_id)


# The verbs below are for operators: the door that calls them lets nobody else in.


def dead(tx: Tx, *, kind: str | None = None, before: int | None = None, limit: int = 50) -> list[DeadJob]:
    """Jobs that were given up, newest first; ``before`` is the last id of the page before."""
    bound = ids.MAX if before is None else before
    if kind is None:
        return queries.dead.all(tx, before=bound, limit=limit)
    return queries.dead_of_kind.all(tx, before=bound, limit=limit, kind=kind)


def retry(tx: Tx, job_id: int) -> None:
    """Let a dead job try again, with all its attempts. Raises NoSuchJob."""
    try:
        with tx.savepoint():
            found = queries.retry(tx, this=job_id, at=tx.now)
    except Duplicate:  # one with its key waits already and stands for it
        found = queries.discard(tx, this=job_id)
    if not found:
        raise NoSuchJob
    tx.after_commit(tx.part(Bell).ring)


def discard(tx: Tx, job_id: int) -> None:
    """Forget a dead job. Raises NoSuchJob."""
    if not queries.discard(tx, this=job_id):
        raise NoSuchJob
