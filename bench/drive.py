"""Driving a server with wrk, and reading what it cost: CPU-seconds of its whole process tree."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time

from dozen.app.measure import Result, cpu_seconds, process, table, wait_for

__all__ = ["Result", "cpu_seconds", "half_load", "process", "table", "wait_for", "wrk"]


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
