"""Units, their pieces, and how much there is of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dozen.core.inventory import queries
from dozen.core.inventory.errors import BadWant, NoSuchPiece, NoSuchUnit, StockInUse
from dozen.core.inventory.structs import Piece, Unit, UnitKind, UnitState
from dozen.db import Duplicate, Tx
from dozen.kit.text import clean

MOST = 10**9
"""Of a unit in one slot."""
MOST_SLOTS = 1_000
"""In one range."""
MOST_PIECES = 2_000
"""Added at once."""
_LONGEST_REASON = 200


def add_unit(
    tx: Tx,
    realm: str,
    kind: UnitKind = "counted",
    *,
    unit_id: int | None = None,
    start: int = 0,
    end: int = 1,
) -> Unit:
    """Begin to keep stock of something: nothing of it yet. ``unit_id``: of the room's own row, if it likes.

    ``start..end``: the slots that pieces are offered for; counted units have those that stock was added to.
    Raises BadWant.
    """
    check_range(start, end)
    made = Unit(tx.next_id() if unit_id is None else unit_id, realm, kind, "open", start, end, tx.now)
    queries.add_unit(
        tx, id=made.id, realm=realm, kind=kind, state="open", start=start, end=end, made_at=tx.now
    )
    return made


def unit(tx: Tx, unit_id: int) -> Unit:
    """Raises NoSuchUnit."""
    found = queries.unit.first(tx, id=unit_id)
    if found is None:
        raise NoSuchUnit
    return found


def set_state(tx: Tx, unit_id: int, state: UnitState) -> Unit:
    """Take it off sale, or put it on again. Raises NoSuchUnit."""
    locked(tx, [unit_id])
    queries.set_unit_state(tx, unit=unit_id, new_state=state)
    return unit(tx, unit_id)


def add_pieces(tx: Tx, unit_id: int, names: Sequence[str]) -> list[Piece]:
    """Pieces of a unit, by names that are different. Raises NoSuchUnit, BadWant."""
    found = locked(tx, [unit_id])[unit_id]
    tidy = [clean(name) for name in names]
    if found.kind != "pieces" or len(tidy) > MOST_PIECES or not all(1 <= len(name) <= 40 for name in tidy):
        raise BadWant
    made = [Piece(tx.next_id(), unit_id, name, "open") for name in tidy]
    try:
        with tx.savepoint():
            queries.add_piece.many(
                tx, [{"id": p.id, "unit_id": unit_id, "name": p.name, "state": "open"} for p in made]
            )
    except Duplicate:
        raise BadWant("There are pieces with the same name") from None
    return made


def withdraw(tx: Tx, piece_id: int, *, from_slot: int = 0) -> Piece:
    """Offer a piece no more. Raises NoSuchPiece, StockInUse (it is held or sold from that slot on)."""
    found = _locked_piece(tx, piece_id)
    taken = queries.live_of_piece.first(tx, piece=piece_id, from_slot=from_slot, now=tx.now)
    if taken is not None:
        raise StockInUse
    queries.set_piece_state(tx, piece=piece_id, new_state="out")
    return Piece(found.id, found.unit_id, found.name, "out")


def restore(tx: Tx, piece_id: int) -> Piece:
    """Offer it again. Raises NoSuchPiece."""
    found = _locked_piece(tx, piece_id)
    queries.set_piece_state(tx, piece=piece_id, new_state="open")
    return Piece(found.id, found.unit_id, found.name, "open")


def adjust(
    tx: Tx, unit_id: int, by: int, reason: str, *, actor: int = 0, start: int = 0, end: int = 1
) -> None:
    """So many more (or fewer) of a counted unit in each slot of a range, with a reason for the journal.

    Raises NoSuchUnit, BadWant, StockInUse (less than is held would be left).
    """
    found = locked(tx, [unit_id])[unit_id]
    reason = clean(reason)
    check_range(start, end)
    if found.kind != "counted" or type(by) is not int or abs(by) > MOST:
        raise BadWant
    if not 1 <= len(reason) <= _LONGEST_REASON:
        raise BadWant("Say why, in at most 200 characters", fields={"reason": "Say why"})
    if not by:
        return
    with tx.savepoint():
        queries.open_slot.many(tx, [{"unit_id": unit_id, "slot": slot} for slot in range(start, end)])
        free_lapsed(tx, [unit_id])
        changed = queries.add_stock(tx, unit=unit_id, from_slot=start, to_slot=end, n=by)
        if changed != end - start:
            raise StockInUse
        if by > 0 and any(
            slot.stock > MOST for slot in queries.slots_of.all(tx, unit=unit_id, from_slot=start, to_slot=end)
        ):
            raise BadWant("That is more than can be counted here")
        note(tx, unit_id, start, end, by, reason, actor)


# Inside


def locked(tx: Tx, unit_ids: Collection[int]) -> dict[int, Unit]:
    """The units, locked in one order until the transaction ends. Raises NoSuchUnit."""
    tx.must_write()
    found = {each.id: each for each in queries.lock_units.all(tx, ids=sorted(set(unit_ids)))}
    if len(found) != len(set(unit_ids)):
        raise NoSuchUnit
    return found


def free_lapsed(tx: Tx, unit_ids: Collection[int]) -> None:
    """Free what is held of locked units for longer than it was to be."""
    found = queries.lapsed.all(tx, units=list(unit_ids), now=tx.now)
    if not found:
        return
    for line in found:
        if not line.piece_id:
            queries.free(tx, unit=line.unit_id, from_slot=line.start, to_slot=line.end, n=line.quantity)
    queries.set_lines(tx, ids=[line.id for line in found], new_state="freed", until=tx.now)


def note(tx: Tx, unit_id: int, start: int, end: int, by: int, reason: str, actor: int) -> None:
    queries.add_change(
        tx, id=tx.next_id(), unit_id=unit_id, start=start, end=end, by=by, reason=reason, actor=actor
    )


def check_range(start: int, end: int) -> None:
    """Raises BadWant."""
    if not -(2**31) < start < end < 2**31 or end - start > MOST_SLOTS:
        raise BadWant("A range begins before it ends, and has at most a thousand slots")


def _locked_piece(tx: Tx, piece_id: int) -> Piece:
    found = queries.piece.first(tx, id=piece_id)
    if found is None:
        raise NoSuchPiece
    locked(tx, [found.unit_id])
    return found
