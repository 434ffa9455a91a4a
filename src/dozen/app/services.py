"""The only list of the rooms."""

from __future__ import annotations

from dozen.services.home import ROOM as HOME
from dozen.services.microblog import ROOM as MICROBLOG
from dozen.services.wallet import ROOM as WALLET
from dozen.web import Room

ROOMS: tuple[Room, ...] = (HOME, MICROBLOG, WALLET)


def chosen(only: frozenset[str]) -> tuple[Room, ...]:
    """The rooms to run; ``home`` is always there. ValueError for a name that is no room."""
    names = {room.name for room in ROOMS}
    if unknown := sorted(only - names):
        raise ValueError(f"there is no room {unknown[0]!r}; there are {', '.join(sorted(names - {'home'}))}")
    return tuple(room for room in ROOMS if not only or room.name in only or room.name == "home")
