"""People for tests of the graph, and what the graph says of itself in the database."""

from __future__ import annotations

from typing import Any

import msgspec

from dozen.core import accounts, graph
from dozen.core.graph.hiding import HiddenCache
from dozen.core.jobs import Handler, Job
from dozen.db import Tx
from tests.support.town import Town


def crowd(town: Town, n: int, *, protected: bool = False) -> list[int]:
    start = town.read(lambda tx: tx.driver.execute("SELECT count(*) FROM accounts_people").fetchone()[0])
    new = [
        accounts.NewPerson(username=f"p{start + i}", name=f"Person {start + i}", protected=protected)
        for i in range(n)
    ]
    return town.write(accounts.register_many, new)


def protect(town: Town, person: int, on: bool = True) -> None:
    town.write(accounts.edit_profile, person, accounts.Changes(protected=on))


def rows(town: Town, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in town.read(lambda tx: tx.driver.execute(sql).fetchall())]


def edges(town: Town) -> set[tuple[str, int, int]]:
    return set(rows(town, "SELECT kind, from_id, to_id FROM graph_edges"))


def requests(town: Town) -> set[tuple[str, int, int]]:
    return set(rows(town, "SELECT kind, from_id, to_id FROM graph_requests"))


def events(town: Town, topic: str = "graph") -> list[tuple[int, dict[str, Any]]]:
    sql = f"SELECT key, data FROM realtime_events WHERE topic = '{topic}' ORDER BY seq"
    return [(key, msgspec.json.decode(data)) for key, data in rows(town, sql)]


def counted(town: Town) -> dict[int, tuple[int, int, int]]:
    """Followers, following, friends of everybody who has any, by counting edges."""
    out: dict[int, list[int]] = {}
    for kind, from_id, to_id in edges(town):
        if kind == "follow":
            out.setdefault(to_id, [0, 0, 0])[0] += 1
            out.setdefault(from_id, [0, 0, 0])[1] += 1
        elif kind == "friend":
            out.setdefault(from_id, [0, 0, 0])[2] += 1
    return {person: (a, b, c) for person, (a, b, c) in out.items()}


def stored_counts(town: Town) -> dict[int, tuple[int, int, int]]:
    found = rows(town, "SELECT person_id, followers, following, friends FROM graph_counts")
    return {row[0]: (row[1], row[2], row[3]) for row in found if any(row[1:])}


def run_job(town: Town, kind: str) -> None:
    """Do a job of the graph's as its runner would."""
    job = next(each for each in graph.JOBS if isinstance(each, Handler) and each.kind == kind)
    assert job.work is not None
    job.work(town.env, Job(0, kind, {}, 1, 0))


def wipe(town: Town) -> None:
    """Forget all ties, but not the people."""

    def verb(tx: Tx) -> None:
        for table in _TABLES:
            tx.driver.execute(f"DELETE FROM graph_{table}")
        tx.driver.execute("DELETE FROM realtime_events")

    town.write(verb)
    town.env.part(HiddenCache).clear()


_TABLES = ("edges", "requests", "counts", "thing_counts", "dismissed", "lists", "members", "subscribers")
