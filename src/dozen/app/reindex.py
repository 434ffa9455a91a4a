"""``dozen reindex``: puts what the rooms keep into the search index anew, while the server runs.

Needed when a release says that older things lack something in the index. In batches, each in a transaction of
its own; how far it is stands in a file, so that it goes on where it was interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dozen.app.system import System
from dozen.db import Tx
from dozen.kit.settings import Settings
from dozen.web import Refill

console = Console()
BATCH = 200
PAUSE_SECONDS = 0.01
"""Between two batches, for others who want to write."""


class Mark(msgspec.Struct):
    """How far one refill is."""

    after: int = 0
    seen: int = 0
    changed: int = 0
    done: bool = False


def file_of(settings: Settings) -> Path:
    """Where it stands how far a reindexing is that has not come to its end."""
    return settings.data / "reindex.json"


def run(settings: Settings, *, again: bool) -> int:
    """Go on with what was interrupted, or begin; ``again``: begin in any case. 130 when interrupted now."""
    path = file_of(settings)
    marks: dict[str, Mark] = {}
    if path.exists() and not again:
        marks = msgspec.json.decode(path.read_bytes(), type=dict[str, Mark])
        console.print("Going on where it was interrupted (--again begins anew).")
    system = System(settings)
    try:
        with Progress(
            TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=console,
        ) as bar:  # fmt: skip
            for room in system.rooms:
                for refill in room.refills:
                    mark = marks.setdefault(f"{room.name}.{refill.what}", Mark())
                    _fill(system, refill, mark, bar, lambda: _keep(path, marks))
    except KeyboardInterrupt:
        console.print("Interrupted. `dozen reindex` goes on from here.")
        return 130
    finally:
        system.close()
    path.unlink(missing_ok=True)
    seen, changed = (sum(getattr(mark, of) for mark in marks.values()) for of in ("seen", "changed"))
    put_right = (
        f"{changed:,} of them were missing or out of date, and are put right" if changed else "all is well"
    )
    console.print(f"Looked at {seen:,}: {put_right}.")
    return 0


def _fill(system: System, refill: Refill, mark: Mark, bar: Progress, keep: Callable[[], None]) -> None:
    total = system.db.run_read(system.env, refill.count)
    task = bar.add_task(refill.what, total=max(total, mark.seen), completed=mark.seen)
    while not mark.done:

        def batch(tx: Tx) -> tuple[int, int | None]:
            return refill.some(tx, mark.after, BATCH)

        changed, after = system.db.run_write(system.env, batch)
        mark.changed += changed
        mark.done = after is None
        mark.after = after or mark.after
        mark.seen = max(total, mark.seen) if mark.done else min(mark.seen + BATCH, total)
        keep()
        bar.update(task, completed=mark.seen)
        time.sleep(PAUSE_SECONDS)


def _keep(path: Path, marks: dict[str, Mark]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(marks))
    fresh.replace(path)
