"""Stock. What changes a unit's rows runs while its row in ``inventory_units`` is locked."""

from typing import Any

from sqlalchemy import (
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    union_all,
    update,
)

from dozen.core.inventory.structs import Change, Drift, Hold, Line, Piece, Place, Slot, Unit
from dozen.core.inventory.tables import changes, holds, lines, pieces, slots, units
from dozen.db import action, member, param, rows, upsert, values

_unit = (units.c.id, units.c.realm, units.c.kind, units.c.state, units.c.start, units.c.end, units.c.made_at)
_piece = (pieces.c.id, pieces.c.unit_id, pieces.c.name, pieces.c.state)
_slot = (slots.c.unit_id, slots.c.slot, slots.c.stock, slots.c.held, slots.c.sold)
_hold = (
    holds.c.id,
    holds.c.realm,
    holds.c.owner,
    holds.c.subject,
    holds.c.state,
    holds.c.expires_at,
    holds.c.changed_at,
)
_line = (
    lines.c.id,
    lines.c.hold_id,
    lines.c.unit_id,
    lines.c.piece_id,
    lines.c.start,
    lines.c.end,
    lines.c.quantity,
    lines.c.state,
    lines.c.expires_at,
)

# Units and pieces

add_unit = action(insert(units))
unit = rows(Unit, select(*_unit).where(units.c.id == param("id")))
units_by_id = rows(Unit, select(*_unit).where(member(units.c.id, "ids")))
lock_units = rows(
    Unit, select(*_unit).where(member(units.c.id, "ids")).order_by(units.c.id).with_for_update()
)
set_unit_state = action(update(units).where(units.c.id == param("unit")).values(state=param("new_state")))
add_piece = action(insert(pieces))
piece = rows(Piece, select(*_piece).where(pieces.c.id == param("id")))
pieces_of = rows(Piece, select(*_piece).where(pieces.c.unit_id == param("unit")).order_by(pieces.c.name))
set_piece_state = action(update(pieces).where(pieces.c.id == param("piece")).values(state=param("new_state")))

# Counted stock

_in_range = (
    slots.c.unit_id == param("unit"),
    slots.c.slot >= param("from_slot"),
    slots.c.slot < param("to_slot"),
)
_n = param("n", slots.c.stock.type)
slots_of = rows(Slot, select(*_slot).where(*_in_range).order_by(slots.c.slot))
open_slot = action(
    lambda dialect: (
        upsert(dialect, slots)
        .values(unit_id=param("unit_id"), slot=param("slot"), stock=0, held=0, sold=0)
        .on_conflict_do_nothing()
    )
)
add_stock = action(
    update(slots).where(*_in_range, slots.c.stock - slots.c.held + _n >= 0).values(stock=slots.c.stock + _n)
)
reserve = action(
    update(slots).where(*_in_range, slots.c.stock - slots.c.held >= _n).values(held=slots.c.held + _n)
)
free = action(update(slots).where(*_in_range).values(held=slots.c.held - _n))
sell = action(
    update(slots)
    .where(*_in_range)
    .values(stock=slots.c.stock - _n, held=slots.c.held - _n, sold=slots.c.sold + _n)
)
unsell = action(update(slots).where(*_in_range).values(stock=slots.c.stock + _n, sold=slots.c.sold - _n))
add_change = action(insert(changes))
changes_of = rows(
    Change,
    select(
        changes.c.id,
        changes.c.unit_id,
        changes.c.start,
        changes.c.end,
        changes.c.by,
        changes.c.reason,
        changes.c.actor,
    )
    .where(changes.c.unit_id == param("unit"), changes.c.id < param("before"))
    .order_by(changes.c.id.desc())
    .limit(param("limit")),
)

# Holds

add_hold = action(insert(holds))
hold = rows(Hold, select(*_hold).where(holds.c.id == param("id")))
hold_for_update = rows(Hold, select(*_hold).where(holds.c.id == param("id")).with_for_update())
set_hold = action(
    update(holds)
    .where(holds.c.id == param("hold"))
    .values(state=param("new_state"), expires_at=param("until"), changed_at=param("now"))
)
overdue = rows(
    Hold,
    select(*_hold)
    .where(holds.c.state == "open", holds.c.expires_at <= param("now"))
    .order_by(holds.c.expires_at, holds.c.id)
    .limit(param("limit"))
    .with_for_update(skip_locked=True),
)
add_line = action(insert(lines))
lines_of = rows(Line, select(*_line).where(lines.c.hold_id == param("hold")).order_by(lines.c.id))
set_lines = action(
    update(lines).where(member(lines.c.id, "ids")).values(state=param("new_state"), expires_at=param("until"))
)
shrink_line = action(
    update(lines)
    .where(lines.c.id == param("line"), lines.c.quantity > param("n", lines.c.quantity.type))
    .values(quantity=lines.c.quantity - param("n", lines.c.quantity.type))
)
lapsed = rows(
    Line,
    select(*_line).where(
        lines.c.state == "held", member(lines.c.unit_id, "units"), lines.c.expires_at <= param("now")
    ),
)
_over = and_(lines.c.start < param("to_slot"), lines.c.end > param("from_slot"))
_live = or_(lines.c.state == "sold", and_(lines.c.state == "held", lines.c.expires_at > param("now")))
_taken = (
    exists()
    .where(lines.c.state.in_(("held", "sold")), lines.c.piece_id != 0, lines.c.piece_id == pieces.c.id)
    .where(_over, _live)
)


def _place(*row: Any) -> Place:
    *piece_, taken = row
    return Place(Piece(*piece_), not taken and piece_[3] == "open")


places = rows(
    _place,
    select(*_piece, case((_taken, 1), else_=0))
    .where(pieces.c.unit_id == param("unit"))
    .order_by(pieces.c.name),
)
free_pieces = values(
    int,
    select(pieces.c.id)
    .where(pieces.c.unit_id == param("unit"), pieces.c.state == "open", ~_taken)
    .order_by(pieces.c.name)
    .limit(param("limit")),
)
is_taken = values(int, select(literal(1)).select_from(pieces).where(pieces.c.id == param("piece"), _taken))
live_of_piece = values(
    int,
    select(lines.c.id)
    .where(lines.c.state.in_(("held", "sold")), lines.c.piece_id != 0, lines.c.piece_id == param("piece"))
    .where(lines.c.end > param("from_slot"), _live)
    .limit(1),
)

# Availability

_lapsed_here = (
    select(func.coalesce(func.sum(lines.c.quantity), 0))
    .where(
        lines.c.state == "held",
        lines.c.unit_id == slots.c.unit_id,
        lines.c.expires_at <= param("now"),
        lines.c.start <= slots.c.slot,
        lines.c.end > slots.c.slot,
    )
    .scalar_subquery()
)
_counted = (
    select(
        slots.c.unit_id,
        case(
            (
                func.count() == param("to_slot", slots.c.slot.type) - param("from_slot", slots.c.slot.type),
                func.min(slots.c.stock - slots.c.held + _lapsed_here),
            ),
            else_=0,
        ),
    )
    .where(
        member(slots.c.unit_id, "units"),
        slots.c.slot >= param("from_slot"),
        slots.c.slot < param("to_slot"),
    )
    .group_by(slots.c.unit_id)
)
_by_piece = (
    select(pieces.c.unit_id, func.count())
    .where(member(pieces.c.unit_id, "units"), pieces.c.state == "open", ~_taken)
    .group_by(pieces.c.unit_id)
)


def _pair(unit_id: int, n: int) -> tuple[int, int]:
    return unit_id, int(n)


availability = rows(_pair, union_all(_counted, _by_piece))
"""Units of whose stock nothing is known are left out."""

# Proof


def _of_lines(state: str) -> Any:
    return (
        select(func.coalesce(func.sum(lines.c.quantity), 0))
        .where(
            lines.c.unit_id == slots.c.unit_id,
            lines.c.state == state,
            lines.c.start <= slots.c.slot,
            lines.c.end > slots.c.slot,
        )
        .scalar_subquery()
    )


_by_journal = (
    select(func.coalesce(func.sum(changes.c.by), 0))
    .where(
        changes.c.unit_id == slots.c.unit_id, changes.c.start <= slots.c.slot, changes.c.end > slots.c.slot
    )
    .scalar_subquery()
)


def _drift(what: str, kept: Any, true: Any) -> Any:
    return select(
        slots.c.unit_id,
        slots.c.slot,
        literal_column(f"'{what}'"),
        kept,
        true,
    ).where(member(slots.c.unit_id, "units"), kept != true)


drifted = rows(
    Drift,
    union_all(
        _drift("held", slots.c.held, _of_lines("held")),
        _drift("sold", slots.c.sold, _of_lines("sold")),
        _drift("stock", slots.c.stock + slots.c.sold, _by_journal),
    ),
)
_other = lines.alias()
doubled = rows(
    Drift,
    select(lines.c.unit_id, lines.c.start, literal_column("'piece'"), func.count(), literal_column("1"))
    .join(
        _other,
        and_(
            _other.c.piece_id == lines.c.piece_id,
            _other.c.id != lines.c.id,
            _other.c.start < lines.c.end,
            _other.c.end > lines.c.start,
            _other.c.state.in_(("held", "sold")),
        ),
    )
    .where(member(lines.c.unit_id, "units"), lines.c.piece_id != 0, lines.c.state.in_(("held", "sold")))
    .group_by(lines.c.unit_id, lines.c.start),
)
unit_ids = values(
    int, select(units.c.id).where(units.c.id > param("after")).order_by(units.c.id).limit(param("limit"))
)
