"""Other processes of the same installation, for tests: in this process, and for real."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dozen.core import jobs
from dozen.core.jobs import queries
from dozen.core.jobs.structs import Claimed
from dozen.db import Tx, open_database
from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings
from tests.support.installed import Town

SECRET = b"a secret for tests only, 32+ bytes"


def neighbour(settings: Settings, node: int) -> Town:
    """What another process has: an Env and connections of its own, on the same database."""
    db = open_database(settings.database, synchronous="NORMAL")
    env = Env(settings, SECRET, Snowflakes(node))
    env.install(db)
    return Town(db, env)


def queued(tx: Tx, kind: str) -> list[Claimed]:
    """The waiting jobs of a kind, whenever they are due."""
    return queries.due.all(tx, now=1 << 60, kinds=[kind], limit=10_000)


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for ``condition``; AssertionError when it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def start_sleeper(settings: Settings, lease_seconds: float, *, in_tx: bool) -> subprocess.Popen[bytes]:
    """A process that takes a job of kind ``sleep`` and sleeps in it; see ``main``."""
    arguments = [settings.database, settings.data_dir, str(lease_seconds), "tx" if in_tx else "plain"]
    path = os.pathsep.join(each for each in sys.path if each)
    return subprocess.Popen(
        [sys.executable, "-m", __name__, *arguments], env={**os.environ, "PYTHONPATH": path}
    )


def main(url: str, folder: str, lease_seconds: str, how: str) -> None:
    town = neighbour(Settings(data_dir=folder, database_url=url), 900)

    def sleep(job: jobs.Job) -> None:
        Path(folder, f"began-{job.id}").touch()
        time.sleep(600)

    made = (
        jobs.tx_handler("sleep", lambda tx, job: sleep(job), lease_seconds=float(lease_seconds))
        if how == "tx"
        else jobs.handler("sleep", lambda env, job: sleep(job), lease_seconds=float(lease_seconds))
    )
    town.env.part(jobs.Registry).add(made)
    jobs.Runner(town.env, town.db).start(1)
    time.sleep(600)


if __name__ == "__main__":
    main(*sys.argv[1:])
