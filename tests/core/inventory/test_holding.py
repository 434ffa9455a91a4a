from __future__ import annotations

from functools import partial

import pytest

from dozen.core import inventory, jobs
from dozen.core.inventory import Want, errors
from dozen.core.jobs import Registry, Runner
from dozen.db import Tx
from dozen.kit import clock
from tests.core.inventory.goods import LASTS, REALM, counted, hold, later, seats, sound
from tests.support.town import Town


def free(town: Town, unit: int, start: int = 0, end: int = 1, *, by: int = 0) -> int:
    return town.read(later(by, inventory.availability, [unit], start, end))[unit]


def test_hold_confirm_and_take_back(town: Town) -> None:
    unit = counted(town, 5)
    held = town.write(hold, Want(unit, 3))
    assert free(town, unit) == 2
    sold = town.write(inventory.confirm, held.id)
    assert (sold.state, sold.lines[0].state) == ("confirmed", "sold")
    assert town.write(inventory.confirm, held.id) == sold  # again: nothing more
    slot = town.read(inventory.slots, unit)[0]
    assert (slot.stock, slot.held, slot.sold) == (2, 0, 3)
    back = town.write(inventory.take_back, held.id, {sold.lines[0].id: 1})
    assert sorted((line.state, line.quantity) for line in back.lines) == [("returned", 1), ("sold", 2)]
    assert free(town, unit) == 3
    town.write(inventory.take_back, held.id, restock=False, reason="used")
    assert free(town, unit) == 3
    assert town.read(inventory.journal, unit)[0].by == -2
    with pytest.raises(errors.BadWant):
        town.write(inventory.take_back, held.id, {sold.lines[0].id: 1})
    sound(town)


def test_all_or_nothing(town: Town) -> None:
    one, two = counted(town, 5), counted(town, 1)
    with pytest.raises(errors.OutOfStock) as raised:
        town.write(hold, Want(one, 2), Want(two, 2))
    assert raised.value.extra == {"unit": str(two), "left": 1}
    assert (free(town, one), free(town, two)) == (5, 1)

    def caught(tx: Tx) -> None:  # also where the caller goes on
        with pytest.raises(errors.OutOfStock):
            hold(tx, Want(one, 2), Want(two, 2))

    town.write(caught)
    assert (free(town, one), free(town, two)) == (5, 1)
    with pytest.raises(errors.OutOfStock):
        town.write(hold, Want(two), Want(two))
    sound(town)


def test_letting_go(town: Town) -> None:
    unit = counted(town, 2)
    held = town.write(hold, Want(unit, 2))
    assert town.write(inventory.release, held.id).state == "released"
    assert town.write(inventory.release, held.id).state == "released"
    assert free(town, unit) == 2
    with pytest.raises(errors.HoldClosed):
        town.write(inventory.confirm, held.id)
    sold = town.write(hold, Want(unit))
    town.write(inventory.confirm, sold.id)
    with pytest.raises(errors.HoldClosed):
        town.write(inventory.release, sold.id)
    with pytest.raises(errors.HoldClosed):
        town.write(inventory.take_back, held.id)
    with pytest.raises(errors.NoSuchHold):
        town.write(inventory.confirm, 5)
    sound(town)


def test_time_is_over_at_once(town: Town) -> None:
    unit = counted(town, 2)
    old = town.write(hold, Want(unit, 2))
    with pytest.raises(errors.OutOfStock):
        town.write(later(LASTS - 1_000, hold, Want(unit)))
    assert free(town, unit, by=LASTS + 5_000) == 2  # nobody has swept
    assert town.read(later(LASTS + 5_000, inventory.one_hold, old.id)).state == "expired"
    new = town.write(later(LASTS + 5_000, hold, Want(unit, 1)))
    assert new.lines[0].state == "held"
    for verb in (inventory.confirm, inventory.confirm):
        with pytest.raises(errors.HoldOver):
            town.write(verb, old.id)  # its lines went to somebody else
    with pytest.raises(errors.HoldOver):
        town.write(inventory.extend, old.id, clock.now() + 60_000)
    assert town.write(inventory.release, old.id).state == "released"
    assert free(town, unit) == 1
    sound(town)


def test_confirming_too_late(town: Town) -> None:
    unit = counted(town, 1)
    held = town.write(hold, Want(unit))
    with pytest.raises(errors.HoldOver):
        town.write(later(LASTS, inventory.confirm, held.id))
    assert town.read(inventory.slots, unit)[0].sold == 0


def test_holding_longer(town: Town) -> None:
    unit = counted(town, 1)
    held = town.write(hold, Want(unit))
    town.write(inventory.extend, held.id, clock.now() + clock.HOUR)
    with pytest.raises(errors.OutOfStock):
        town.write(later(30 * clock.MINUTE, hold, Want(unit)))
    assert town.write(later(30 * clock.MINUTE, inventory.confirm, held.id)).state == "confirmed"


def test_the_sweep(town: Town) -> None:
    unit, _ = seats(town, 2)
    goods = counted(town, 3)
    gone = [town.write(hold, Want(goods), Want(unit), lasts=1_000) for _ in range(2)]
    kept = town.write(hold, Want(goods))

    def age(tx: Tx) -> bool:
        tx.now += 2_000
        return inventory.expire(tx, 1)

    assert town.write(age)
    assert town.write(age)
    assert not town.write(age)
    assert {town.read(inventory.one_hold, each.id).state for each in gone} == {"expired"}
    assert town.read(inventory.one_hold, kept.id).state == "open"
    assert (free(town, goods), free(town, unit)) == (2, 2)
    sound(town)


def test_the_job(town: Town) -> None:
    unit = counted(town, 1)
    held = town.write(lambda tx: inventory.hold(tx, [Want(unit)], realm=REALM, expires_at=tx.now + 1))
    town.env.part(Registry).add(*inventory.JOBS)
    town.write(jobs.enqueue, "inventory.expire", {})
    while clock.now() <= held.expires_at:
        pass
    Runner(town.env, town.db).drain()
    assert town.read(inventory.slots, unit)[0].held == 0


def test_nights(town: Town) -> None:
    """Two rooms; a night in the middle is full, so no stay over it, but before and behind."""
    unit = counted(town, 2, 100, 107)
    town.write(hold, Want(unit, 2, 103, 104))
    town.write(hold, Want(unit, 1, 100, 102))
    assert [free(town, unit, *span) for span in ((100, 107), (100, 103), (102, 103), (104, 107))] == [
        0,
        1,
        2,
        2,
    ]
    with pytest.raises(errors.OutOfStock):
        town.write(hold, Want(unit, 1, 102, 105))
    with pytest.raises(errors.OutOfStock) as raised:
        town.write(hold, Want(unit, 1, 106, 108))  # nothing is offered on the 107th
    assert raised.value.extra["left"] == 0
    assert free(town, unit, 106, 108) == 0
    town.write(hold, Want(unit, 2, 104, 107))
    sound(town)


def test_a_seat_on_legs_that_do_not_overlap(town: Town) -> None:
    unit, (seat, _) = seats(town, 2, end=5)
    town.write(hold, Want(unit, piece_id=seat, start=0, end=2))
    town.write(hold, Want(unit, piece_id=seat, start=2, end=5))
    for start, end in ((0, 1), (1, 3), (4, 5), (0, 5)):
        with pytest.raises(errors.PieceTaken):
            town.write(hold, Want(unit, piece_id=seat, start=start, end=end))
    assert [place.free for place in town.read(inventory.places, unit, 1, 3)] == [False, True]
    assert free(town, unit, 0, 5) == 1
    with pytest.raises(errors.BadWant):
        town.write(hold, Want(unit, start=4, end=6))
    sound(town)


def test_any_seats(town: Town) -> None:
    unit, pieces = seats(town, 3)
    held = town.write(hold, Want(unit, 2, 0, 3))
    assert [line.piece_id for line in held.lines] == pieces[:2]
    with pytest.raises(errors.OutOfStock):
        town.write(hold, Want(unit, 2, 2, 4))
    more = town.write(hold, Want(unit, 3, 3, 5))
    assert len(more.lines) == 3
    sold = town.write(inventory.confirm, held.id)
    town.write(inventory.take_back, held.id, {sold.lines[0].id: 1})
    assert free(town, unit, 0, 3) == 2
    with pytest.raises(errors.BadWant):
        town.write(inventory.take_back, held.id, restock=False)
    sound(town)


def test_requests_that_cannot_be(town: Town) -> None:
    goods = counted(town, 3)
    unit, (seat, _) = seats(town, 2)
    _, (other, _) = seats(town, 2)
    for wants in (
        [],
        [Want(goods)] * 101,
        [Want(goods, 0)],
        [Want(goods, -1)],
        [Want(goods, True)],
        [Want(goods, start=1, end=1)],
        [Want(unit, 2, piece_id=seat)],
        [Want(unit, piece_id=seat), Want(unit, piece_id=seat)],
    ):
        with pytest.raises(errors.BadWant):
            town.write(hold, *wants)
    for lasts in (0, -1, inventory.LONGEST_HOLD + 1):
        with pytest.raises(errors.BadWant):
            town.write(partial(hold, lasts=lasts), Want(goods))
    for want in (Want(unit, piece_id=other), Want(goods, piece_id=seat)):
        with pytest.raises(errors.NoSuchPiece):
            town.write(hold, want)
    twice = [Want(unit, piece_id=seat, start=0, end=1), Want(unit, piece_id=seat, start=1, end=2)]
    assert len(town.write(hold, *twice).lines) == 2
    sound(town)


def test_many_units_in_one_query(town: Town) -> None:
    goods = [counted(town, n + 1) for n in range(5)]
    unit, _ = seats(town, 3)
    town.write(hold, Want(goods[4], 2), Want(unit))
    asked = []

    def verb(tx: Tx) -> dict[int, int]:
        class Watched:
            def execute(self, *args: object) -> object:
                asked.append(args)
                return driver.execute(*args)

        driver = tx.driver
        tx._driver = Watched()
        return inventory.availability(tx, [*goods, unit, 9])

    assert town.read(verb) == {**{u: n + 1 for n, u in enumerate(goods[:4])}, goods[4]: 3, unit: 2, 9: 0}
    assert len(asked) == 1
