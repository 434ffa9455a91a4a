"""A streaming standby of a test cluster, to be held back, killed and promoted."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

import psycopg

from dozen.app.measure import free_port
from tests.support.services import Postgres


class Standby(Postgres):
    """Made by ``pg_basebackup``, and following from then on."""

    def __init__(self, primary: Postgres) -> None:
        self.bin = primary.bin
        self.user = primary.user
        self.port = free_port()
        self.root = Path(tempfile.mkdtemp(prefix="dozen-standby-"))
        if self.user:
            shutil.chown(self.root, self.user)
        self._run(
            "pg_basebackup", "-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres",
            "-D", str(self.root / "data"), "-R", "-X", "stream", "-c", "fast",
        )  # fmt: skip
        self.start()
        atexit.register(self.remove)

    def ask(self, statement: str) -> str:
        with psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute(statement).fetchone()
        return str(found[0]) if found else ""

    def hold(self) -> None:
        """Receive, and replay no more."""
        self.ask("SELECT pg_wal_replay_pause()")
        while self.ask("SELECT pg_get_wal_replay_pause_state()") != "paused":
            pass

    def let_go(self) -> None:
        self.ask("SELECT pg_wal_replay_resume()")
