"""Loading a server over HTTP and reading what it cost: CPU-seconds of its whole process tree.

What ``dozen bench`` and the developers' ``bench/`` share. CPU time is read from ``/proc`` (Linux).
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

TICK = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
_ANSWER_SECONDS = 30.0


class Result(msgspec.Struct, frozen=True):
    """``cpu`` is CPU-seconds per 1,000 requests; ``p50`` and ``p99`` are milliseconds."""

    name: str
    per_second: float
    p50: float
    p99: float
    cpu: float
    requests: int
    errors: int


def tree(pid: int) -> list[int]:
    """A process and all below it, but those that end while we look."""
    found = [pid]
    for task in (_PROC / str(pid) / "task").iterdir():
        with suppress(OSError):
            for child in (task / "children").read_text().split():
                found += tree(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all below it, so far."""
    return own_cpu_seconds(tree(pid))


def own_cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes, of those that run on this machine."""
    total = 0
    for each in pids:
        with suppress(OSError):
            total += _ticks(each)
    return total / TICK


def _ticks(pid: int) -> int:
    fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, seconds: float = 60) -> None:
    """Return when something answers at ``url``. Raises OSError when nothing has."""
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=1).read()  # noqa: S310 - our own address
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@contextmanager
def process(command: Sequence[str], url: str, env: dict[str, str]) -> Iterator[int]:
    """A server, from its start to its end; gives its process id."""
    with tempfile.TemporaryFile() as output:
        running = subprocess.Popen(command, env=os.environ | env, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603
        try:
            wait_for(url)
            yield running.pid
        except BaseException:
            output.seek(0)
            sys.stderr.write(output.read().decode(errors="replace")[-4000:])
            raise
        finally:
            running.terminate()
            try:
                running.wait(20)
            except subprocess.TimeoutExpired:
                running.kill()


def load(
    name: str,
    port: int,
    requests: Iterator[bytes],
    cpu: Callable[[], float],
    *,
    seconds: float,
    connections: int = 8,
    also: int = 0,
) -> Result:
    """Send whole HTTP/1.1 ``requests`` to this machine's ``port``, one after the other on each connection;
    ``cpu`` tells the server's time so far. Answers other than 2xx, 3xx and ``also`` are errors."""
    import uvloop

    before, began = cpu(), time.monotonic()
    taken, errors = uvloop.run(_load(port, requests, began + seconds, connections, also))
    lasted = time.monotonic() - began
    time.sleep(0.3)  # what is done after the answers counts, too
    spent = cpu() - before
    taken.sort()
    n = len(taken)
    return Result(
        name,
        n / lasted,
        1000 * taken[n // 2] if n else 0.0,
        1000 * taken[min(n - 1, n * 99 // 100)] if n else 0.0,
        1000 * spent / max(1, n),
        n,
        errors,
    )


async def _load(
    port: int, requests: Iterator[bytes], end: float, connections: int, also: int
) -> tuple[list[float], int]:
    taken: list[float] = []
    errors = 0

    async def caller() -> None:
        nonlocal errors
        while time.monotonic() < end:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                while (began := time.monotonic()) < end:
                    writer.write(next(requests))
                    async with asyncio.timeout(_ANSWER_SECONDS):
                        status, keep = await _answer(reader)
                    taken.append(time.monotonic() - began)
                    errors += status >= 400 and status != also
                    if not keep:
                        break
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                errors += 1
            finally:
                writer.close()

    await asyncio.gather(*(caller() for _ in range(connections)))
    return taken, errors


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Read one answer to its end: its status, and whether the connection goes on."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head[9:12])
    length = head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    if length:
        await reader.readexactly(int(length))
    elif b"\r\ntransfer-encoding: chunked" in head:
        while size := int((await reader.readline()).split(b";")[0], 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return status, b"\r\nconnection: close" not in head


def table(results: Sequence[Result], targets: dict[str, float] | None = None) -> str:
    """Results as lines; with ``targets`` (CPU-seconds by name) beside them."""
    last = f" {'target':>7}" if targets else ""
    lines = [f"{'work':44} {'req/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'CPU-s/1k':>9}{last}  errors"]
    for each in results:
        target = f" {targets.get(each.name, ''):>7}" if targets else ""
        lines.append(
            f"{each.name:44} {each.per_second:8.0f} {each.p50:8.2f} {each.p99:8.2f} {each.cpu:9.3f}{target}"
            f"  {each.errors or ''}".rstrip()
        )
    return "\n".join(lines)
