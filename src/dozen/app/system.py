"""Opening an installation: database, keys, ids, parts. What the server, the worker and commands share."""

from __future__ import annotations

import logging
import os
import socket
import threading

from dozen.app import secret
from dozen.app.blocks import WORK
from dozen.app.services import chosen
from dozen.core import accounts
from dozen.core.analytics import Flusher
from dozen.core.jobs import Registry, Runner
from dozen.core.realtime import Hub
from dozen.db import Database, nodes, open_database
from dozen.db.postgres import PostgresDatabase
from dozen.db.replica import Replica
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings
from dozen.web import Room

log = logging.getLogger("dozen")
_CHORES_SECONDS = 60.0


class System:
    """An open installation. ``close`` gives everything back."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.rooms: tuple[Room, ...] = chosen(settings.rooms)
        settings.data.mkdir(parents=True, exist_ok=True)
        self.db: Database = open_database(
            settings.database, synchronous=settings.sqlite_synchronous, max_pages=settings.sqlite_max_pages
        )
        self.replica = (
            Replica(settings.replica_url, self.db)
            if settings.replica_url and isinstance(self.db, PostgresDatabase)
            else None
        )
        self.env = Env(settings, secret.load(settings), Snowflakes(0))
        self.env.install(self.db)
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        self._stop = threading.Event()
        self._renewer: threading.Thread | None = None
        self._runner: Runner | None = None
        self._flusher: Flusher | None = None
        registry = self.env.part(Registry)
        registry.add(*WORK)
        for room in self.rooms:
            registry.add(*room.work)
            if room.listen is not None:
                room.listen(self.env)

    def lease_ids(self) -> None:
        """Take a snowflake node, and keep it."""
        nodes.bare_env(self.env, self.db, self._holder)
        self._renewer = threading.Thread(target=self._chores, name="chores", daemon=True)
        self._renewer.start()

    def _chores(self) -> None:
        """What every process does for itself each minute."""
        while not self._stop.wait(_CHORES_SECONDS):
            try:
                self.db.run_write(self.env, lambda tx: nodes.renew(tx, self.env.ids, self._holder))
                self.db.run_write(self.env, accounts.flush_seen)
            except Exception:
                log.exception("a chore of this process failed; node %s", self.env.ids.node)

    def start_work(self, threads: int) -> None:
        """Run jobs and flush buffers in the background."""
        if threads:
            self._runner = Runner(self.env, self.db)
            self._runner.start(threads)
        self._flusher = Flusher(self.env, self.db)
        self._flusher.start()

    def follow(self, loop: object = None) -> None:
        """Keep caches and streams in step with the event log."""
        self.env.part(Hub).start(self.db, loop=loop)  # type: ignore[arg-type]

    def close(self) -> None:
        self._stop.set()
        if self._runner is not None:
            self._runner.stop()
        if self._flusher is not None:
            self._flusher.stop()
        if self._renewer is not None:
            try:
                self.db.run_write(self.env, lambda tx: nodes.release(tx, self.env.ids))
            except Exception:
                log.warning(
                    "the snowflake node was not given back; it is free again in %d minutes",
                    nodes.AHEAD // clock.MINUTE,
                )
        self.env.close()
        if self.replica is not None:
            self.replica.close()
        self.db.close()
