"""Driving a server with wrk, and reading what it cost: CPU-seconds of its whole process tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Result:
    """``cpu`` is CPU-seconds per 1,000 requests; ``p50`` and ``p99`` are milliseconds."""

    name: str
    per_second: float
    p50: float
    p99: float
    cpu: float
    requests: int
    errors: int


def tree(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split() if (task / "children").exists() else []:
            found += tree(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all below it, so far."""
    total = 0
    for each in tree(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def wait_for(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=1).read()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@contextmanager
def process(command: Sequence[str], url: str, env: dict[str, str]) -> Iterator[int]:
    """A server, from its start to its end; gives its process id."""
    with tempfile.TemporaryFile() as output:
        running = subprocess.Popen(command, env=os.environ | env, stdout=output, stderr=subprocess.STDOUT)
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


def wrk(
    name: str,
    pid: int,
    url: str,
    script: str = "",
    *,
    seconds: int = 8,
    connections: int = 8,
    threads: int = 1,
) -> Result:
    """Load ``url`` for some seconds. ``script`` is wrk's Lua; see its documentation."""
    program = shutil.which("wrk")
    if program is None:
        raise SystemExit("wrk is not installed (Debian: apt install wrk)")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script + _REPORT)
        file.flush()
        before = cpu_seconds(pid)
        done = subprocess.run(
            [program, f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "-s", file.name, url],
            capture_output=True,
            text=True,
            check=True,
        )
        time.sleep(0.5)  # what is done after the answers counts, too
        cpu = cpu_seconds(pid) - before
    found = re.search(r"@@ (\d+) (\d+) (\d+) (\d+) (\d+)", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout + done.stderr)
    requests, micros, p50, p99, errors = map(int, found.groups())
    return Result(
        name,
        requests / (micros / 1e6),
        p50 / 1000,
        p99 / 1000,
        1000 * cpu / max(1, requests),
        requests,
        errors,
    )


_REPORT = """
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("@@ %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.status + e.connect + e.read + e.write + e.timeout))
end
"""


def half_load(name: str, pid: int, url: str, script: str, full: Result, *, seconds: int = 8) -> Result:
    """The same at half the rate that was reached: what people feel on an ordinary day."""
    paced = (
        script
        + f"""
local pause = {1000.0 / (full.per_second / 2)} * 4
function delay() return pause end
"""
    )
    return wrk(name, pid, url, paced, seconds=seconds, connections=4)


def table(results: Sequence[Result], targets: dict[str, float]) -> str:
    lines = [
        f"{'work':44} {'req/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'CPU-s/1k':>9} {'target':>7}  errors",
    ]
    for each in results:
        target = targets.get(each.name)
        lines.append(
            f"{each.name:44} {each.per_second:8.0f} {each.p50:8.2f} {each.p99:8.2f} {each.cpu:9.3f} "
            f"{target if target is not None else '':>7}  {each.errors or ''}"
        )
    return "\n".join(lines)
