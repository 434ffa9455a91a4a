"""An installation to test verbs on, whatever its tables: quick to import, for processes of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from dozen.db import Database, Tx
from dozen.kit.env import Env

P = ParamSpec("P")
T = TypeVar("T")


class Town:
    """``town.write(verb, …)`` runs a verb in a transaction of its own."""

    def __init__(self, db: Database, env: Env) -> None:
        self.db = db
        self.env = env

    def read(self, verb: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.db.run_read(self.env, lambda tx: verb(tx, *args, **kwargs))

    def write(self, verb: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.db.run_write(self.env, lambda tx: verb(tx, *args, **kwargs))

    def close(self) -> None:
        self.env.close()
        self.db.close()
