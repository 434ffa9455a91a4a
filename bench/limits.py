"""Limits to hold beside the figures: a bare ASGI application with the same bytes, raw sqlite3, and nginx,
which tells how fast the machine is just now."""

from __future__ import annotations

import resource
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.drive import process, wrk

NGINX_THEN = 0.0105
"""CPU-seconds of nginx for 1,000 files of 2 KB, on the machine and the day that the targets were set."""

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


def slowness(port: int, seconds: int = 3) -> float | None:
    """How many times as much CPU as then nginx takes now for 1,000 files of 2 KB. None without nginx."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        return None
    with tempfile.TemporaryDirectory(prefix="dozen-bench-") as folder:
        (Path(folder) / "file").write_bytes(b"x" * 2048)
        Path(folder).chmod(0o755)
        conf = Path(folder) / "nginx.conf"
        conf.write_text(
            f"daemon off; worker_processes 1; pid {folder}/pid; error_log stderr crit; events {{}}\n"
            f"http {{ access_log off; keepalive_requests 1000000; server {{ listen 127.0.0.1:{port};"
            f" root {folder}; }} }}\n"
        )
        base = f"http://127.0.0.1:{port}/file"
        with process([program, "-c", str(conf), "-p", folder], base, {}) as pid:
            return wrk("nginx", pid, base, seconds=seconds).cpu / NGINX_THEN


def said(*measured: float | None) -> str:
    """What measurements of :func:`slowness` mean, in a line."""
    slow = [each for each in measured if each is not None]
    if not slow:
        return "nginx is not installed, so how fast this machine is just now is not known"
    return (
        f"nginx takes {min(slow):.2f} to {max(slow):.2f} times the CPU it took where the targets were set"
        f" ({NGINX_THEN} CPU-s per 1,000 files of 2 KB)"
    )


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
