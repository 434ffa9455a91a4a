"""Two limits to hold beside the figures: a bare ASGI application with the same bytes, and raw sqlite3."""

from __future__ import annotations

import resource
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

BARE = """
import asyncio, sys
from pathlib import Path
import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server

body = Path(sys.argv[2]).read_bytes()
head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})

async def main():
    await Server(app, address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI).serve()

uvloop.run(main())
"""


def bare_command(port: int, body: Path) -> list[str]:
    """A server that answers everything with the bytes of ``body``."""
    return [sys.executable, "-c", BARE, str(port), str(body)]


def sqlite_cpu(path: Path, work: Callable[[sqlite3.Connection, int], object], times: int) -> float:
    """CPU-seconds per 1,000 runs of ``work`` on a kept connection."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA mmap_size=1073741824")
    for n in range(50):
        work(connection, n)
    before = resource.getrusage(resource.RUSAGE_SELF)
    for n in range(times):
        work(connection, n)
    after = resource.getrusage(resource.RUSAGE_SELF)
    connection.close()
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 1000 * used / times
