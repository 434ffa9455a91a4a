"""What the stock takes and gives. Ranges of slots are half open; times are milliseconds."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

UnitKind: TypeAlias = Literal["counted", "pieces"]
UnitState: TypeAlias = Literal["open", "closed"]
PieceState: TypeAlias = Literal["open", "out"]
HoldState: TypeAlias = Literal["open", "confirmed", "released", "expired"]
LineState: TypeAlias = Literal["held", "sold", "freed", "returned"]
"""``freed``: held once, and free again. ``returned``: sold once, and taken back."""


class Unit(msgspec.Struct, frozen=True, gc=False):
    """Something that stock is kept of."""

    id: int
    realm: str
    """Whose it is: ``wallet.product``, ``buses.trip``."""
    kind: UnitKind
    state: UnitState
    """``closed``: nothing new is held; what is held can still be confirmed."""
    start: int
    """The first slot of pieces; counted units have rows for theirs."""
    end: int
    made_at: int


class Piece(msgspec.Struct, frozen=True, gc=False):
    """One of a kind: seat 12A, room 301."""

    id: int
    unit_id: int
    name: str
    state: PieceState
    """``out``: not offered."""


class Place(msgspec.Struct, frozen=True, gc=False):
    """A piece, and whether it is free for a whole range: a line of a seat map."""

    piece: Piece
    free: bool


class Slot(msgspec.Struct, frozen=True, gc=False):
    """What is there of a counted unit in one slot; ``held`` is a part of ``stock``, ``sold`` is not."""

    unit_id: int
    slot: int
    stock: int
    held: int
    sold: int


class Want(msgspec.Struct, frozen=True):
    """What to hold: ``quantity`` of a unit over a range, or one piece by its id. Pieces without an id are
    chosen: the first free ones by name."""

    unit_id: int
    quantity: int = 1
    start: int = 0
    end: int = 1
    piece_id: int = 0


class Line(msgspec.Struct, frozen=True, gc=False):
    """A part of a hold: so many of a unit (a piece: one) over a range."""

    id: int
    hold_id: int
    unit_id: int
    piece_id: int
    """0: counted."""
    start: int
    end: int
    quantity: int
    state: LineState
    expires_at: int


class Hold(msgspec.Struct, frozen=True):
    """What is set aside for somebody, all of it until one moment."""

    id: int
    realm: str
    owner: int
    """A person's id; 0: nobody's."""
    subject: int
    """The id of what it is for: a cart, a booking."""
    state: HoldState
    expires_at: int
    changed_at: int
    lines: tuple[Line, ...] = ()


class Change(msgspec.Struct, frozen=True, gc=False):
    """A line of a unit's journal: the sum of a slot's is its stock and what is sold together."""

    id: int
    unit_id: int
    start: int
    end: int
    by: int
    reason: str
    actor: int


class Drift(msgspec.Struct, frozen=True, gc=False):
    """A number that is not what the rows say. There is none unless something is broken."""

    unit_id: int
    slot: int
    what: str
    kept: int
    true: int
