"""Stock of products, seats and room-nights: counted or by the piece, held for a while, sold once.

The stock does not know who may do what: the room that calls it authorises.
"""

from dozen.core.inventory import errors
from dozen.core.inventory.holding import (
    LONGEST_HOLD,
    confirm,
    expire,
    extend,
    hold,
    one_hold,
    release,
    take_back,
)
from dozen.core.inventory.jobs import JOBS
from dozen.core.inventory.reading import availability, journal, places, slots, units_by_id, verify
from dozen.core.inventory.structs import Change, Drift, Hold, Line, Piece, Place, Slot, Unit, Want
from dozen.core.inventory.units import add_pieces, add_unit, adjust, restore, set_state, unit, withdraw

__all__ = [
    "JOBS",
    "LONGEST_HOLD",
    "Change",
    "Drift",
    "Hold",
    "Line",
    "Piece",
    "Place",
    "Slot",
    "Unit",
    "Want",
    "add_pieces",
    "add_unit",
    "adjust",
    "availability",
    "confirm",
    "errors",
    "expire",
    "extend",
    "hold",
    "journal",
    "one_hold",
    "places",
    "release",
    "restore",
    "set_state",
    "slots",
    "take_back",
    "unit",
    "units_by_id",
    "verify",
    "withdraw",
]
