"""What there is, and whether the numbers are right."""

from __future__ import annotations

from collections.abc import Collection

from dozen.core.inventory import queries
from dozen.core.inventory.structs import Change, Drift, Place, Slot, Unit
from dozen.db import Tx
from dozen.kit import ids


def availability(tx: Tx, unit_ids: Collection[int], start: int = 0, end: int = 1) -> dict[int, int]:
    """How many of each unit could be held now, over the whole of a range, in one query. Whether the unit is
    on sale is not asked. Units without any stock there are at 0."""
    wanted = list(dict.fromkeys(unit_ids))
    if not wanted:
        return {}
    found = dict.fromkeys(wanted, 0)
    found.update(queries.availability.all(tx, units=wanted, from_slot=start, to_slot=end, now=tx.now))
    return found


def units_by_id(tx: Tx, unit_ids: Collection[int]) -> dict[int, Unit]:
    return {each.id: each for each in queries.units_by_id.all(tx, ids=list(unit_ids))} if unit_ids else {}


def places(tx: Tx, unit_id: int, start: int = 0, end: int = 1) -> list[Place]:
    """All pieces of a unit by name, and which of them are free over the whole of a range."""
    return queries.places.all(tx, unit=unit_id, from_slot=start, to_slot=end, now=tx.now)


def slots(tx: Tx, unit_id: int, start: int = 0, end: int = 1) -> list[Slot]:
    """What is there of a counted unit. ``held`` may count holds that are over and not tidied yet."""
    return queries.slots_of.all(tx, unit=unit_id, from_slot=start, to_slot=end)


def journal(tx: Tx, unit_id: int, before: int = ids.MAX, limit: int = 50) -> list[Change]:
    """How stock was changed by hand, newest first."""
    return queries.changes_of.all(tx, unit=unit_id, before=before, limit=limit)


def verify(tx: Tx, after: int = 0, limit: int = 500) -> tuple[list[Drift], int | None]:
    """Count some units again: what is wrong, and the id to go on after (None: those were the last)."""
    found = queries.unit_ids.all(tx, after=after, limit=limit)
    if not found:
        return [], None
    wrong = queries.drifted.all(tx, units=found) + queries.doubled.all(tx, units=found)
    return wrong, found[-1] if len(found) == limit else None
