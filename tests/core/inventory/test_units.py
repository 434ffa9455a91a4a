from __future__ import annotations

import pytest

from dozen.core import inventory
from dozen.core.inventory import Want, errors
from tests.core.inventory.goods import REALM, counted, hold, later, seats, sound
from tests.support.town import Town


def test_counting_and_the_journal(town: Town) -> None:
    unit = counted(town, 5)
    town.write(inventory.adjust, unit, -2, "broken  ", actor=7)
    assert town.read(inventory.availability, [unit]) == {unit: 3}
    journal = town.read(inventory.journal, unit)
    assert [(each.by, each.reason, each.actor) for each in journal] == [
        (-2, "broken", 7),
        (5, "delivered", 0),
    ]
    sound(town)


def test_less_than_is_held_cannot_be_left(town: Town) -> None:
    unit = counted(town, 5)
    town.write(hold, Want(unit, 3))
    with pytest.raises(errors.StockInUse):
        town.write(inventory.adjust, unit, -3, "lost")
    town.write(inventory.adjust, unit, -2, "lost")
    assert town.read(inventory.availability, [unit]) == {unit: 0}
    # A hold that is over stands in nobody's way.
    town.write(later(10**6, inventory.adjust, unit, -3, "lost"))
    assert town.read(inventory.slots, unit)[0].stock == 0
    sound(town)


@pytest.mark.parametrize(
    ("by", "reason", "start", "end"),
    [(1, "", 0, 1), (1, "x" * 201, 0, 1), (10**9 + 1, "x", 0, 1), (True, "x", 0, 1), (1, "x", 1, 1),
     (1, "x", 0, 1001), (1, "x", 2**31, 2**31 + 1)],
)  # fmt: skip
def test_adjustments_that_cannot_be(town: Town, by: int, reason: str, start: int, end: int) -> None:
    unit = counted(town, 5)
    with pytest.raises(errors.BadWant):
        town.write(inventory.adjust, unit, by, reason, start=start, end=end)
    assert town.read(inventory.availability, [unit]) == {unit: 5}


def test_more_than_can_be_counted(town: Town) -> None:
    unit = counted(town, 10**9)
    with pytest.raises(errors.BadWant):
        town.write(inventory.adjust, unit, 1, "more")
    assert town.read(inventory.availability, [unit]) == {unit: 10**9}


def test_unknown_things(town: Town) -> None:
    with pytest.raises(errors.NoSuchUnit):
        town.write(inventory.adjust, 4, 1, "x")
    with pytest.raises(errors.NoSuchUnit):
        town.read(inventory.unit, 4)
    with pytest.raises(errors.NoSuchPiece):
        town.write(inventory.withdraw, 4)
    with pytest.raises(errors.NoSuchUnit):
        town.write(hold, Want(4))
    assert town.read(inventory.availability, [4]) == {4: 0}
    assert town.read(inventory.availability, []) == {}


def test_a_room_may_give_its_own_id(town: Town) -> None:
    made = town.write(inventory.add_unit, REALM, unit_id=77)
    assert made.id == 77
    assert town.read(inventory.units_by_id, [77, 78]) == {77: made}


def test_off_sale(town: Town) -> None:
    unit = counted(town)
    held = town.write(hold, Want(unit))
    assert town.write(inventory.set_state, unit, "closed").state == "closed"
    with pytest.raises(errors.UnitClosed):
        town.write(hold, Want(unit))
    assert town.write(inventory.confirm, held.id).state == "confirmed"  # what is held was promised
    town.write(inventory.set_state, unit, "open")
    assert town.write(hold, Want(unit)).state == "open"


def test_pieces_have_names_of_their_own(town: Town) -> None:
    unit, pieces = seats(town, 2)
    for names in (["01A"], ["x", "x"], [""], ["x" * 41]):
        with pytest.raises(errors.BadWant):
            town.write(inventory.add_pieces, unit, names)
    with pytest.raises(errors.BadWant):
        town.write(inventory.add_pieces, counted(town), ["x"])
    assert [place.piece.id for place in town.read(inventory.places, unit)] == pieces


def test_withdrawing_a_piece(town: Town) -> None:
    unit, (first, second) = seats(town, 2)
    town.write(hold, Want(unit, piece_id=first, start=0, end=2))
    with pytest.raises(errors.StockInUse):
        town.write(inventory.withdraw, first)
    assert town.write(inventory.withdraw, first, from_slot=2).state == "out"
    town.write(inventory.withdraw, second)
    assert town.read(inventory.availability, [unit]) == {unit: 0}
    with pytest.raises(errors.PieceTaken):
        town.write(hold, Want(unit, piece_id=second))
    town.write(inventory.restore, second)
    assert town.read(inventory.availability, [unit]) == {unit: 1}
