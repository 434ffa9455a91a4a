"""A buyer in a process of its own: ``python -m tests.core.inventory.buyers URL FOLDER NODE UNIT…``."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from dozen.core import inventory
from dozen.core.inventory import Want
from dozen.db import Tx
from dozen.kit.errors import Fault
from dozen.kit.settings import Settings
from tests.core.inventory.goods import hold
from tests.core.jobs.others import neighbour
from tests.support.installed import Town

LEGS = 4


def start(town: Town, node: int, units: list[int]) -> subprocess.Popen[bytes]:
    settings = town.env.settings
    arguments = [settings.database, settings.data_dir, str(node), *map(str, units)]
    path = os.pathsep.join(each for each in sys.path if each)
    return subprocess.Popen(
        [sys.executable, "-m", __name__, *arguments], env={**os.environ, "PYTHONPATH": path}
    )


def main(url: str, folder: str, node: str, *given: str) -> None:
    town = neighbour(Settings(data_dir=folder, database_url=url), int(node))
    dice, units = random.Random(node), [int(each) for each in given]
    Path(folder, f"ready-{node}").touch()
    while not Path(folder, "go").exists():
        time.sleep(0.01)
    for _ in range(40):

        def wants() -> list[Want]:
            made = []
            for unit in dice.sample(units, 2):
                begin = dice.randrange(LEGS)
                made.append(Want(unit, dice.choice((1, 1, 2)), begin, dice.randint(begin + 1, LEGS)))
            return made

        some, does = wants(), dice.random()

        def take(tx: Tx, some: list[Want] = some, does: float = does) -> int:
            return hold(tx, *some, lasts=dice.choice((30, 600_000))).id

        try:
            held = town.write(take)
            if does < 0.5:
                town.write(inventory.confirm, held)
                if does < 0.1:
                    town.write(inventory.take_back, held)
            elif does < 0.7:
                town.write(inventory.release, held)
        except Fault:
            continue
    town.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
