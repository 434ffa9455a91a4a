"""Getting an installation ready: schema and sample data, with progress for people."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from dozen.app.system import System
from dozen.db import open_database
from dozen.db.migrate import current, newest, upgrade
from dozen.kit.settings import Settings

console = Console(stderr=True)


def missing(settings: Settings) -> str:
    """The newest revision when the database does not have it; empty when it has."""
    db = open_database(settings.database)
    try:
        return "" if current(db) == newest() else newest()
    finally:
        db.close()


def migrate(settings: Settings) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    db = open_database(settings.database)
    try:
        if current(db) != newest():
            with console.status("Preparing the database…"):
                upgrade(db)
    finally:
        db.close()


def demo(settings: Settings, *, size: str, seed: int = 12) -> int:
    """Load every room's sample data, once. Gives the number of rooms that loaded some."""
    from dozen.services.home.service import is_empty

    system = System(settings)
    system.lease_ids()
    try:
        if not system.db.run_read(system.env, is_empty):
            console.print("There are people here already; sample data is for an empty installation.")
            return 1
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            console=console,
        ) as bar:
            for room in system.rooms:
                if room.demo is None:
                    continue
                tasks: dict[str, TaskID] = {}

                def tell(done: int, total: int, what: str, tasks: dict[str, TaskID] = tasks) -> None:
                    if what not in tasks:
                        tasks[what] = bar.add_task(what, total=total)
                    bar.update(tasks[what], completed=done, total=total)

                room.demo(system.env, size=size, seed=seed, progress=tell)
        return 0
    finally:
        system.close()
