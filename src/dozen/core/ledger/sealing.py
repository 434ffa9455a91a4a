"""Sealing the journal: a hash chain over batches of finished transfers. Writers never wait for it.

Transfers are sealed in the order of their turns. On SQLite, where writers take turns, that is the order of
commits and all that can be seen is finished. On PostgreSQL a turn comes from a sequence and its transaction
may commit later than one with a higher turn, or never. A turn is taken by a transaction that has changed
balances before, so that it has a transaction id: if we read the last turn T that was given out, then take a
transaction id X ourselves, every transaction that holds a turn up to T has an id below X. Once the oldest
running transaction is not older than X, all of those have ended, and turns up to T are final.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from dozen.core.ledger import proof_queries as queries
from dozen.core.ledger.structs import Seal
from dozen.db import Database, Duplicate, Tx
from dozen.kit.clock import DAY
from dozen.kit.env import Env
from dozen.kit.ids import MAX

MOST_IN_ONE = 1_000
_PATIENCE = 5.0
_LOOK_AGAIN = 0.02
_canonical = msgspec.json.Encoder().encode

Row = Sequence[Any]


def canonical(transfer: Row, sides: Sequence[Row]) -> bytes:
    """What is hashed of a transfer: a JSON array of its columns in the order of the table (``turn`` first,
    ``data`` as text) and an array of its postings' columns, by leg."""
    return _canonical([list(transfer), [list(side) for side in sides]]) + b"\n"


def gather(tx: Tx, after: int, last: int, limit: int) -> list[tuple[Row, list[Row]]]:
    """Transfers with their postings, by turn."""
    found = queries.stretch.all(tx, after=after, last=last, limit=limit)
    sides: dict[int, list[Row]] = {row[1]: [] for row in found}
    for side in queries.sides.all(tx, ids=list(sides)):
        sides[side[0]].append(side)
    return [(row, sides[row[1]]) for row in found]


def digest_of(before: bytes, gathered: Sequence[tuple[Row, Sequence[Row]]]) -> bytes:
    made = sha256(before)
    for transfer, sides in gathered:
        made.update(canonical(transfer, sides))
    return made.digest()


def mac_of(env: Env, digest: bytes) -> bytes:
    return env.keys.sign("ledger.seal", digest)


def seal(tx: Tx, final: int | None = None) -> Seal | None:
    """Seal the next batch of transfers with turns up to ``final``; None when there is none.

    Without ``final`` it must be certain that no other transaction is writing, as on SQLite.
    """
    tx.must_write()
    if final is None and tx.dialect != "sqlite":
        raise ValueError("say up to which turn the journal is final")
    last = queries.last_seal.first(tx)
    after = last.last_turn if last else 0
    gathered = gather(tx, after, MAX if final is None else final, MOST_IN_ONE)
    if not gathered:
        return None
    digest = digest_of(last.digest if last else b"", gathered)
    made = Seal(
        (last.number if last else 0) + 1,
        after,
        gathered[-1][0][0],
        len(gathered),
        sum(len(sides) for _, sides in gathered),
        digest,
        mac_of(tx.env, digest),
        tx.now,
    )
    queries.add_seal(tx, **msgspec.structs.asdict(made))
    _count_days(tx, gathered)
    return made


def _count_days(tx: Tx, gathered: Sequence[tuple[Row, Sequence[Row]]]) -> None:
    """Add up what was posted to accounts with lanes, whose days are too full to be summed at reading."""
    sums: dict[tuple[int, int], list[int]] = {}
    for _, sides in gathered:
        for _, _, account_id, lane, _, at, _, amount, _ in sides:
            if lane:
                found = sums.setdefault((account_id, at // DAY * DAY), [0, 0, 0])
                found[amount < 0] += abs(amount)
                found[2] += 1
    queries.add_day.many(
        tx,
        [
            {"account_id": account_id, "day": day, "credit": credit, "debit": debit, "count": n}
            for (account_id, day), (credit, debit, n) in sorted(sums.items())
        ],
    )


def seal_all(env: Env, db: Database, *, patience: float = _PATIENCE) -> int:
    """Seal all that is final now, in transactions of its own; how many transfers."""
    final = _final_turn(env, db, patience)
    if not final:
        return 0
    done = 0
    while True:
        try:
            made = db.run_write(env, lambda tx: seal(tx, final))
        except Duplicate:  # another process seals
            return done
        if made is None:
            return done
        done += made.transfers
        if made.transfers < MOST_IN_ONE:
            return done


def _final_turn(env: Env, db: Database, patience: float) -> int | None:
    if db.dialect == "sqlite":
        return MAX
    turn, own = db.run_write(env, _taken)
    end = time.monotonic() + patience
    look: Callable[[Tx], int | None] = queries.oldest_transaction.first
    while (db.run_read(env, look) or 0) < own:
        if time.monotonic() > end:  # somebody's transaction takes long: the next run will do
            return None
        time.sleep(_LOOK_AGAIN)
    return turn


def _taken(tx: Tx) -> tuple[int, int]:
    """In this order: see above."""
    turn = queries.taken_turns.first(tx)
    own = queries.own_transaction.first(tx)
    assert turn is not None
    assert own is not None
    return turn, own
