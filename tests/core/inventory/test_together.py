"""Several processes buy the last of the same things, each in its own order."""

from __future__ import annotations

import time
from pathlib import Path

from dozen.core import inventory
from tests.core.inventory import buyers
from tests.core.inventory.goods import counted, seats, sound
from tests.support.town import Town


def test_nothing_is_sold_twice(town: Town) -> None:
    goods = [counted(town, 12, 0, buyers.LEGS) for _ in range(2)]
    trips = [seats(town, 8, buyers.LEGS)[0] for _ in range(2)]
    running = [buyers.start(town, 900 + n, goods + trips) for n in range(3)]
    folder = Path(town.env.settings.data_dir)
    end = time.monotonic() + 60
    while not all((folder / f"ready-{900 + n}").exists() for n in range(3)):
        assert time.monotonic() < end
        time.sleep(0.02)
    (folder / "go").touch()
    assert [each.wait(120) for each in running] == [0, 0, 0]
    sound(town)
    slots = [slot for unit in goods for slot in town.read(inventory.slots, unit, 0, buyers.LEGS)]
    assert all(slot.stock + slot.sold == 12 and slot.held <= slot.stock for slot in slots)
    assert sum(slot.sold for slot in slots) > 10  # they did buy
