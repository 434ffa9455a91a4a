"""Holding stock for a while, selling what is held, letting it go, taking it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec

from dozen.core.inventory import queries, units
from dozen.core.inventory.errors import (
    BadWant,
    HoldClosed,
    HoldOver,
    NoSuchHold,
    NoSuchPiece,
    OutOfStock,
    PieceTaken,
    UnitClosed,
)
from dozen.core.inventory.structs import Hold, HoldState, Line, LineState, Unit, Want
from dozen.db import Tx
from dozen.kit import clock

LONGEST_HOLD = 30 * clock.DAY
MOST_LINES = 100
MOST_QUANTITY = 1_000_000


def hold(
    tx: Tx, wants: Sequence[Want], *, realm: str, expires_at: int, owner: int = 0, subject: int = 0
) -> Hold:
    """Set all of it aside until a moment, or nothing.

    Raises BadWant, NoSuchUnit, NoSuchPiece, UnitClosed, OutOfStock, PieceTaken.
    """
    _check(wants)
    if not tx.now < expires_at <= tx.now + LONGEST_HOLD:
        raise BadWant("Stock is held for at most thirty days")
    found = units.locked(tx, {want.unit_id for want in wants})
    made = Hold(tx.next_id(), realm, owner, subject, "open", expires_at, tx.now)
    with tx.savepoint():
        units.free_lapsed(tx, found)
        queries.add_hold(
            tx, id=made.id, realm=realm, owner=owner, subject=subject, state="open",
            expires_at=expires_at, changed_at=tx.now,
        )  # fmt: skip
        lines = [line for want in wants for line in _take(tx, made, found[want.unit_id], want)]
    return msgspec.structs.replace(made, lines=tuple(lines))


def extend(tx: Tx, hold_id: int, expires_at: int) -> Hold:
    """Hold it longer (or shorter). Raises NoSuchHold, HoldOver, HoldClosed, BadWant."""
    if not tx.now < expires_at <= tx.now + LONGEST_HOLD:
        raise BadWant("Stock is held for at most thirty days")
    found = _open(tx, hold_id)
    return _set(tx, found, "open", "held", expires_at)


def confirm(tx: Tx, hold_id: int) -> Hold:
    """What was held is sold. Confirming it again changes nothing. Raises NoSuchHold, HoldOver, HoldClosed."""
    found = _locked(tx, hold_id)
    if found.state == "confirmed":
        return found
    found = _open(tx, hold_id)
    for line in found.lines:
        if not line.piece_id:
            queries.sell(tx, unit=line.unit_id, from_slot=line.start, to_slot=line.end, n=line.quantity)
    return _set(tx, found, "confirmed", "sold")


def release(tx: Tx, hold_id: int) -> Hold:
    """It is free again. What is free already stays so. Raises NoSuchHold, HoldClosed (it is sold)."""
    found = _locked(tx, hold_id)
    if found.state == "confirmed":
        raise HoldClosed(state=found.state)
    return found if found.state != "open" else _end(tx, found, "released")


def take_back(
    tx: Tx,
    hold_id: int,
    parts: Mapping[int, int] | None = None,
    *,
    restock: bool = True,
    reason: str = "returned",
    actor: int = 0,
) -> Hold:
    """Sold goods come back: all that is left of them, or so many of each line (by its id).

    Without ``restock`` they are no longer sold, but not for sale either (broken, used); only for counted
    units. Raises NoSuchHold, HoldClosed (it is not sold), BadWant (more than was sold).
    """
    found = _locked(tx, hold_id)
    if found.state != "confirmed":
        raise HoldClosed(state=found.state)
    units.locked(tx, {line.unit_id for line in found.lines})
    by_id = {line.id: line for line in queries.lines_of.all(tx, hold=hold_id) if line.state == "sold"}
    wanted = {line.id: line.quantity for line in by_id.values()} if parts is None else dict(parts)
    for line_id, quantity in wanted.items():
        if line_id not in by_id or not 0 < quantity <= by_id[line_id].quantity:
            raise BadWant("At most what was sold can come back")
        if by_id[line_id].piece_id and not restock:
            raise BadWant("A piece that comes back is offered again, or withdrawn")
    with tx.savepoint():
        for line_id, quantity in wanted.items():
            _return(tx, by_id[line_id], quantity, restock, reason, actor)
    return one_hold(tx, hold_id)


def one_hold(tx: Tx, hold_id: int) -> Hold:
    """With its lines. A hold that is over is ``expired``, even before the sweep. Raises NoSuchHold."""
    found = queries.hold.first(tx, id=hold_id)
    if found is None:
        raise NoSuchHold
    lines = tuple(queries.lines_of.all(tx, hold=hold_id))
    state = "expired" if found.state == "open" and found.expires_at <= tx.now else found.state
    return msgspec.structs.replace(found, lines=lines, state=state)


def expire(tx: Tx, limit: int = 100) -> bool:
    """Tidy holds that are over, a bounded number at a time; True while there may be more."""
    tx.must_write()
    found = queries.overdue.all(tx, now=tx.now, limit=limit)
    lines = {each.id: tuple(queries.lines_of.all(tx, hold=each.id)) for each in found}
    touched = {line.unit_id for some in lines.values() for line in some}
    if touched:
        units.locked(tx, touched)
    for each in found:
        _end(tx, msgspec.structs.replace(each, lines=lines[each.id]), "expired")
    return len(found) == limit


# Inside


def _check(wants: Sequence[Want]) -> None:
    if not 1 <= len(wants) <= MOST_LINES:
        raise BadWant(f"Hold between one and {MOST_LINES} different things at once")
    for want in wants:
        units.check_range(want.start, want.end)
        if type(want.quantity) is not int or not 0 < want.quantity <= MOST_QUANTITY:
            raise BadWant("A quantity is a whole number above zero")
        if want.piece_id and want.quantity != 1:
            raise BadWant("There is one of each piece")
    chosen = Counter(want.piece_id for want in wants if want.piece_id)
    if chosen and chosen.most_common(1)[0][1] > 1 and _overlap(wants):
        raise BadWant("The same piece is asked for twice")


def _overlap(wants: Sequence[Want]) -> bool:
    taken = sorted((want.piece_id, want.start, want.end) for want in wants if want.piece_id)
    return any(a[0] == b[0] and b[1] < a[2] for a, b in pairwise(taken))


def _take(tx: Tx, made: Hold, unit: Unit, want: Want) -> list[Line]:
    if unit.state != "open":
        raise UnitClosed(unit=str(unit.id))
    if unit.kind == "pieces":
        if want.start < unit.start or want.end > unit.end:
            raise BadWant("It is not offered for all of this range")
        return [_line(tx, made, want, piece, 1) for piece in _pieces(tx, unit, want)]
    if want.piece_id:
        raise NoSuchPiece
    span = {"unit": unit.id, "from_slot": want.start, "to_slot": want.end}
    if queries.reserve(tx, **span, n=want.quantity) != want.end - want.start:
        there = queries.slots_of.all(tx, **span)
        # What was reserved of it a moment ago is undone with the savepoint, and is not free yet.
        left = min((s.stock - s.held for s in there), default=0) if len(there) == want.end - want.start else 0
        raise OutOfStock(unit=str(unit.id), left=left)
    return [_line(tx, made, want, 0, want.quantity)]


def _pieces(tx: Tx, unit: Unit, want: Want) -> list[int]:
    span = {"from_slot": want.start, "to_slot": want.end, "now": tx.now}
    if not want.piece_id:
        free = queries.free_pieces.all(tx, unit=unit.id, limit=want.quantity, **span)
        if len(free) < want.quantity:
            raise OutOfStock(unit=str(unit.id), left=len(free))
        return free
    piece = queries.piece.first(tx, id=want.piece_id)
    if piece is None or piece.unit_id != unit.id:
        raise NoSuchPiece
    if piece.state != "open" or queries.is_taken.first(tx, piece=piece.id, **span) is not None:
        raise PieceTaken(piece=str(piece.id))
    return [piece.id]


def _line(tx: Tx, made: Hold, want: Want, piece: int, quantity: int) -> Line:
    line = Line(
        tx.next_id(), made.id, want.unit_id, piece, want.start, want.end, quantity, "held", made.expires_at
    )
    queries.add_line(tx, **msgspec.structs.asdict(line))
    return line


def _locked(tx: Tx, hold_id: int) -> Hold:
    tx.must_write()
    found = queries.hold_for_update.first(tx, id=hold_id)
    if found is None:
        raise NoSuchHold
    return msgspec.structs.replace(found, lines=tuple(queries.lines_of.all(tx, hold=hold_id)))


def _open(tx: Tx, hold_id: int) -> Hold:
    """An open hold, it and its units locked, that still holds all of it. Raises HoldOver, HoldClosed."""
    found = _locked(tx, hold_id)
    if found.state == "expired":
        raise HoldOver
    if found.state != "open":
        raise HoldClosed(state=found.state)
    units.locked(tx, {line.unit_id for line in found.lines})
    lines = tuple(queries.lines_of.all(tx, hold=hold_id))  # somebody later may have freed them meanwhile
    if found.expires_at <= tx.now or any(line.state != "held" for line in lines):
        raise HoldOver
    return msgspec.structs.replace(found, lines=lines)


def _end(tx: Tx, found: Hold, state: HoldState) -> Hold:
    units.locked(tx, {line.unit_id for line in found.lines})
    lines = [line for line in queries.lines_of.all(tx, hold=found.id) if line.state == "held"]
    for line in lines:
        if not line.piece_id:
            queries.free(tx, unit=line.unit_id, from_slot=line.start, to_slot=line.end, n=line.quantity)
    return _set(tx, msgspec.structs.replace(found, lines=tuple(lines)), state, "freed")


def _set(tx: Tx, found: Hold, state: HoldState, line: LineState, until: int | None = None) -> Hold:
    until = found.expires_at if until is None else until
    queries.set_hold(tx, hold=found.id, new_state=state, until=until, now=tx.now)
    queries.set_lines(tx, ids=[each.id for each in found.lines], new_state=line, until=until)
    lines = tuple(queries.lines_of.all(tx, hold=found.id))
    return msgspec.structs.replace(found, state=state, expires_at=until, changed_at=tx.now, lines=lines)


def _return(tx: Tx, line: Line, quantity: int, restock: bool, reason: str, actor: int) -> None:
    if quantity == line.quantity:
        queries.set_lines(tx, ids=[line.id], new_state="returned", until=line.expires_at)
    else:
        queries.shrink_line(tx, line=line.id, n=quantity)
        back = msgspec.structs.replace(line, id=tx.next_id(), quantity=quantity, state="returned")
        queries.add_line(tx, **msgspec.structs.asdict(back))
    if line.piece_id:
        return
    span = {"unit": line.unit_id, "from_slot": line.start, "to_slot": line.end}
    queries.unsell(tx, **span, n=quantity)
    if not restock:
        queries.add_stock(tx, **span, n=-quantity)
        units.note(tx, line.unit_id, line.start, line.end, -quantity, reason, actor)
