"""``dozen work`` and ``dozen jobs``: background work apart from the server."""

from __future__ import annotations

import signal
import threading

from rich.console import Console
from rich.table import Table

from dozen.app import logs
from dozen.app.gateway.launch import with_simulator
from dozen.app.system import System
from dozen.core import jobs
from dozen.kit import clock
from dozen.kit.settings import Settings

console = Console()


def run(settings: Settings, *, threads: int) -> int:
    logs.configure(settings)
    if (settings.data / "demo-logins.txt").exists():  # the server beside it has started a gateway to try
        settings = with_simulator(settings)
    system = System(settings)
    system.lease_ids()
    system.follow()
    system.start_work(threads)
    done = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: done.set())
    console.print(f"Working with {threads} threads. Ctrl-C ends it.")
    done.wait()
    system.close()
    return 0


def letters(settings: Settings, action: str, job_id: int | None) -> int:
    """List dead jobs, run one (or all) again, or discard one."""
    system = System(settings)
    try:
        if action == "list":
            found = system.db.run_read(system.env, jobs.dead)
            table = Table("Job", "Kind", "Tries", "When", "Error")
            for job in found:
                table.add_row(
                    str(job.id),
                    job.kind,
                    str(job.attempt),
                    clock.rfc3339(job.died),
                    job.error,
                )
            console.print(table if found else "No job has given up.")
            return 0
        verb = jobs.retry if action == "retry" else jobs.discard
        wanted = [job_id] if job_id else [job.id for job in system.db.run_read(system.env, jobs.dead)]
        for each in wanted:
            system.db.run_write(system.env, lambda tx, each=each: verb(tx, each))  # type: ignore[misc]
        console.print(f"{len(wanted)} {'run again' if action == 'retry' else 'discarded'}.")
        return 0
    finally:
        system.close()
