"""The journal as a whole, for those who look into the books: pages of it, what sealed a transfer, under which
key it was made. Nothing here writes."""

from __future__ import annotations

import re

from dozen.core.ledger import browsing_queries as queries
from dozen.core.ledger import proof_queries
from dozen.core.ledger.reading import with_postings
from dozen.core.ledger.structs import Journal, KeyUse, Seal, Transfer
from dozen.core.ledger.tables import MOST_AMOUNT
from dozen.db import Tx
from dozen.kit import clock, ids

_DEPTH = 2_000
"""Transfers that one page looks at in search of those that match."""
_NEAR = 2 * clock.SECOND
_MOST_KEYS = 5_000
MOST_UNSEALED = 10_000


def journal(
    tx: Tx,
    *,
    before: int | None = None,
    start: int | None = None,
    end: int | None = None,
    kind: str | None = None,
    currency: str = "",
    smallest: int = 0,
    largest: int = MOST_AMOUNT,
    limit: int = 50,
) -> Journal:
    """Transfers of all accounts, newest first by id; ``before`` is the ``more`` of the page before.

    ``start`` and ``end`` (ms, the end excluded) go by the time in the id. ``smallest`` and ``largest`` (minor
    units) ask for a side of that size, in ``currency`` if one is given. A page looks at a bounded number of
    transfers, so it may be short, even empty, while ``more`` says where to go on.
    """
    first = 0 if start is None else ids.at(start)
    high = ids.MAX if end is None else ids.at(end)
    high = high if before is None else min(high, before)
    sides = smallest > 0 or largest < MOST_AMOUNT or bool(currency)
    edge = None
    if kind is not None or sides:
        edge = queries.depth.first(tx, before=high, first=first, skip=_DEPTH - 1)
        first = first if edge is None else edge
    given = {"before": high, "first": first, "kind": kind or "", "limit": limit + 1}
    if sides:
        found = queries.journal_by_sides.all(
            tx, **given, currency=currency, smallest=smallest, largest=largest
        )
    else:
        found = queries.journal.all(tx, **given)
    more = found[limit - 1].id if len(found) > limit else edge
    return Journal(tuple(with_postings(tx, found[:limit])), more)


def transfers_of_hold(tx: Tx, hold_id: int, *, limit: int = 100) -> list[Transfer]:
    """What was captured of a hold, oldest first."""
    return with_postings(tx, queries.of_hold.all(tx, hold=hold_id, limit=limit))


def newest_seal(tx: Tx) -> Seal | None:
    return proof_queries.last_seal.first(tx)


def unsealed(tx: Tx) -> int:
    """How many transfers wait to be sealed; counts no further than :data:`MOST_UNSEALED`."""
    last = newest_seal(tx)
    return queries.waiting.first(tx, turn=last.last_turn if last else 0, limit=MOST_UNSEALED) or 0


def seal_of(tx: Tx, transfer_id: int) -> Seal | None:
    """The seal that a transfer is under; None while it waits for one. They have no gaps: found by halving."""
    turn = queries.turn_of.first(tx, id=transfer_id)
    last = newest_seal(tx)
    if turn is None or last is None or last.last_turn < turn:
        return None
    low, high, found = 1, last.number, last
    while low < high:
        middle = (low + high) // 2
        some = proof_queries.seals_after.all(tx, number=middle - 1, limit=1)
        if some and some[0].last_turn >= turn:
            high, found = middle, some[0]
        else:
            low = middle + 1
    return found


def keys_of(tx: Tx, made: Transfer) -> list[KeyUse]:
    """The idempotency keys under which a transfer was made, as long as they are kept: its own, and those of
    verbs whose answer names it."""
    named = re.compile(rb"(?<!\d)%d(?!\d)" % made.id)
    out = []
    for realm, owner, key, at, transfer_id, answer in queries.keys_between.all(
        tx, first=made.at - _NEAR, last=made.at + _NEAR, limit=_MOST_KEYS
    ):
        if transfer_id == made.id or (transfer_id is None and answer and named.search(answer)):
            out.append(KeyUse(realm, owner, key, at))
    return out
