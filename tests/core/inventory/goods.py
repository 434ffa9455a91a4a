"""Stock for tests, and moving the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from dozen.core import inventory
from dozen.core.inventory import Hold, Want
from dozen.db import Tx
from dozen.kit import clock
from tests.support.installed import Town

T = TypeVar("T")
REALM = "tests"
LASTS = 10 * clock.MINUTE


def counted(town: Town, n: int = 5, start: int = 0, end: int = 1) -> int:
    """A counted unit with ``n`` in each slot."""

    def verb(tx: Tx) -> int:
        made = inventory.add_unit(tx, REALM)
        inventory.adjust(tx, made.id, n, "delivered", start=start, end=end)
        return made.id

    return town.write(verb)


def seats(town: Town, n: int = 4, end: int = 5) -> tuple[int, list[int]]:
    """A unit of ``n`` pieces on so many legs, and the pieces' ids."""

    def verb(tx: Tx) -> tuple[int, list[int]]:
        made = inventory.add_unit(tx, REALM, "pieces", end=end)
        pieces = inventory.add_pieces(tx, made.id, [f"{row:02}A" for row in range(1, n + 1)])
        return made.id, [piece.id for piece in pieces]

    return town.write(verb)


def hold(tx: Tx, *wants: Want, lasts: int = LASTS) -> Hold:
    return inventory.hold(tx, wants, realm=REALM, expires_at=tx.now + lasts)


def later(by: int, verb: Callable[..., T], *args: Any) -> Callable[[Tx], T]:
    """The verb, so many milliseconds from now."""

    def moved(tx: Tx) -> T:
        tx.now += by
        return verb(tx, *args)

    return moved


def sound(town: Town, since: int = 0) -> None:
    """All numbers are what the rows say, of units from the one ``since`` on."""
    assert town.read(inventory.verify, since - 1) == ([], None)
