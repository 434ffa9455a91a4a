"""Servers that the suite stands on: found by their ``DOZEN_TEST_*`` address, or started for the run."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

from dozen.app.measure import free_port


def free_row(many: int) -> int:
    """The first of so many free ports in a row, below those that systems give to outgoing calls."""
    for first in range(21_000, 30_000, many):
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + many):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise RuntimeError("no ports are free")


def _postgres_bin() -> Path | None:
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places += [Path(found).resolve().parent] if found else []
    return next(
        (place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None
    )


class Postgres:
    """A private cluster in a temporary folder, gone with the run."""

    def __init__(self, bin_dir: Path) -> None:
        self.bin = bin_dir
        self.port = free_port()
        self.root = Path(tempfile.mkdtemp(prefix="dozen-pg-"))
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.root, self.user)
        self._run(
            "initdb",
            "-D",
            str(self.root / "data"),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        self.start()
        atexit.register(self.remove)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _run(self, program: str, *args: str) -> None:
        command = [str(self.bin / program), *args]
        if self.user:
            command = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=self.root)

    def start(self) -> None:
        options = (
            f"-p {self.port} -k {self.root} -c listen_addresses=127.0.0.1 -c max_connections=200 "
            "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        )
        self._run(
            "pg_ctl",
            "-D",
            str(self.root / "data"),
            "-o",
            options,
            "-l",
            str(self.root / "log"),
            "-w",
            "start",
        )

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.root / "data"), "-m", mode, "-w", "stop")

    def remove(self) -> None:
        atexit.unregister(self.remove)
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop("immediate")
        shutil.rmtree(self.root, ignore_errors=True)


@cache
def postgres_url() -> str | None:
    """A PostgreSQL server to test on, or None where there is none."""
    if url := os.environ.get("DOZEN_TEST_DATABASE_URL"):
        return url
    bin_dir = _postgres_bin()
    return Postgres(bin_dir).url if bin_dir else None


@cache
def redis_url() -> str | None:
    """A Redis or Valkey server to test on, or None where there is none."""
    if url := os.environ.get("DOZEN_TEST_REDIS_URL"):
        return url
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        return None
    port = free_port()
    root = tempfile.mkdtemp(prefix="dozen-redis-")
    server = subprocess.Popen(
        [
            program,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            root,
            "--save",
            "",
            "--appendonly",
            "no",
        ],
        stdout=subprocess.DEVNULL,
    )
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    atexit.register(server.terminate)
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return f"redis://127.0.0.1:{port}/0"
        time.sleep(0.05)
    return None
