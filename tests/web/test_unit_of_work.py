"""One request, one transaction, committed before the answer leaves."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, Text, delete, func, insert, select

from dozen.db import Id, Tx, action, param, values
from dozen.kit.errors import Conflict
from dozen.web import Api, Call, Pages, Redirect, Stream
from dozen.web.serve import Address
from tests.support.site import Site

# A table of this test's own, in no migration.
scraps = Table(
    "test_scraps", MetaData(), Column("id", Id, primary_key=True, autoincrement=False), Column("text", Text)
)
add = action(insert(scraps))
count = values(int, select(func.count()).select_from(scraps))
clear = action(delete(scraps))
rows = values(str, select(scraps.c.text).where(scraps.c.id == param("id")))

api = Api("/test", tag="Test")
pages = Pages("/test")


@api.post("/scraps", access="public")
def write(call: Call, text: str = "x", fail: str = "") -> dict[str, str]:
    made = call.tx.next_id()
    add(call.tx, id=made, text=text)
    if fail == "fault":
        raise Conflict
    if fail == "error":
        raise RuntimeError("on purpose")
    return {"id": str(made)}


@api.get("/scraps", access="public")
def read(call: Call) -> dict[str, int]:
    return {"count": count.first(call.tx) or 0}


@api.get("/writes", access="public")
def wrongly(call: Call) -> None:
    add(call.tx, id=call.tx.next_id(), text="a GET that writes")


looked, written = threading.Event(), threading.Event()


async def wait_for(event: threading.Event) -> None:
    while not event.is_set():
        await asyncio.sleep(0.002)


@api.get("/late", access="public", streams=True)
async def late(call: Call) -> Stream:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(2):
            n = await call.read(lambda tx: count.first(tx))
            looked.set()
            yield b"%d\n" % (n or 0)
            await wait_for(written)

    return Stream(chunks(), media="text/plain")


@pages.post("/form", access="public")
def form(call: Call, form: Any) -> Redirect:
    add(call.tx, id=call.tx.next_id(), text=form.get("text"))
    return Redirect("/done")


@pytest.fixture
def place(site: Site) -> Site:
    """The site with the handlers above on it."""
    routes = [*api.routes, *pages.routes]
    by_path: dict[str, list[Any]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
    for path, found in by_path.items():
        site.app.router.add(path, Address(site.server, path, found))
    kind = "BIGINT" if site.server.db.dialect == "postgresql" else "INTEGER"
    site.town.write(
        lambda tx: (
            tx.driver.execute(f"CREATE TABLE IF NOT EXISTS test_scraps (id {kind} PRIMARY KEY, text TEXT)")
            and None
        )
    )
    site.town.write(clear)
    return site


def test_a_write_is_there_when_the_answer_is(place: Site) -> None:
    assert place.anonymous.post("/test/scraps").status_code == 201
    assert place.anonymous.get("/test/scraps").json() == {"count": 1}


def test_a_fault_after_a_write_undoes_it(place: Site) -> None:
    answer = place.anonymous.post("/test/scraps?fail=fault")
    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"
    assert answer.headers["content-type"] == "application/problem+json"
    assert place.anonymous.get("/test/scraps").json() == {"count": 0}


def test_an_exception_after_a_write_undoes_it_and_tells_nothing(place: Site) -> None:
    answer = place.anonymous.post("/test/scraps?fail=error")
    assert answer.status_code == 500
    assert "on purpose" not in answer.text
    assert answer.json()["request_id"]
    assert place.anonymous.get("/test/scraps").json() == {"count": 0}


def test_a_get_cannot_write(place: Site) -> None:
    assert place.anonymous.get("/test/writes").status_code == 500
    assert place.anonymous.get("/test/scraps").json() == {"count": 0}


def test_a_redirect_after_a_post_is_committed(place: Site) -> None:
    answer = place.anonymous.submit("/test/form", page="/login", text="kept")
    assert answer.status_code == 303
    assert place.anonymous.get("/test/scraps").json() == {"count": 1}


def test_a_failed_commit_is_a_server_error(place: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    if place.server.db.dialect == "sqlite":
        queue = place.server._queue
        place.anonymous.post("/test/scraps")

        class Broken:
            """The connection, with a disk that is full at COMMIT."""

            def __init__(self, inner: sqlite3.Connection) -> None:
                self.inner = inner

            def __getattr__(self, name: str) -> Any:
                return getattr(self.inner, name)

            def execute(self, sql: str, *args: Any) -> Any:
                if sql == "COMMIT":
                    error = sqlite3.OperationalError("database or disk is full")
                    error.sqlite_errorcode = sqlite3.SQLITE_FULL
                    raise error
                return self.inner.execute(sql, *args)

        monkeypatch.setattr(queue, "_driver", Broken(queue._driver))
    else:
        place.anonymous.post("/test/scraps")
        place.town.write(
            lambda tx: (
                tx.driver.execute(
                    "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                    "$$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$"
                )
                and None
            )
        )
        place.town.write(
            lambda tx: (
                tx.driver.execute(
                    "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON test_scraps "
                    "DEFERRABLE INITIALLY DEFERRED "
                    "FOR EACH ROW EXECUTE FUNCTION refuse()"
                )
                and None
            )
        )
    try:
        answer = place.anonymous.post("/test/scraps")
        assert answer.status_code == 507
        assert answer.json()["code"] == "storage_full"
    finally:
        monkeypatch.undo()
        if place.server.db.dialect == "postgresql":
            place.town.write(lambda tx: tx.driver.execute("DROP TRIGGER refuse ON test_scraps") and None)
    assert place.anonymous.get("/test/scraps").json() == {"count": 1}
    assert place.anonymous.post("/test/scraps").status_code == 201


def test_a_stream_reads_in_transactions_of_its_own(place: Site) -> None:
    async def both() -> bytes:
        client = place.anonymous.inner
        looked.clear()
        written.clear()
        reading = asyncio.create_task(client.get("/test/late"))
        await wait_for(looked)
        await client.post("/test/scraps")
        written.set()
        return (await reading).content

    lines = place.run(both()).split()
    assert lines[0] == b"0"
    assert lines[-1] == b"1"


def test_many_at_once_lose_nothing_and_leak_nothing(place: Site) -> None:
    async def flood() -> list[int]:
        client = place.anonymous.inner
        work = [
            client.post("/test/scraps", params={"fail": "fault"} if n % 10 == 9 else {})
            if n % 2
            else client.get("/test/scraps")
            for n in range(200)
        ]
        return [answer.status_code for answer in await asyncio.gather(*work)]

    statuses = place.run(flood())
    assert statuses.count(201) == 80
    assert statuses.count(409) == 20
    assert statuses.count(200) == 100
    assert place.anonymous.get("/test/scraps").json() == {"count": 80}
    db = place.server.db
    if db.dialect == "postgresql":
        with_tx = place.town.read(
            lambda tx: tx.driver.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND state LIKE 'idle in transaction%'"
            ).fetchone()[0]
        )
        assert with_tx == 0
        assert len(db._open) <= place.server.env.settings.threads + 4
    else:
        assert not db.gate.locked()
        assert not place.server._queue._driver.in_transaction


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_a_reader_is_not_kept_waiting_by_a_writer(place: Site) -> None:
    """Another process's write transaction is open; reads go on, and a write waits its turn."""
    other = sqlite3.connect(place.server.db.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO test_scraps VALUES (1, 'other')")

    async def both() -> tuple[int, int, bool]:
        client = place.anonymous.inner
        writing = asyncio.create_task(client.post("/test/scraps"))
        await asyncio.sleep(0.1)
        reading = await client.get("/test/scraps")
        waited = not writing.done()
        other.execute("COMMIT")
        return reading.json()["count"], (await writing).status_code, waited

    assert place.run(both()) == (0, 201, True)
    other.close()
    assert place.anonymous.get("/test/scraps").json() == {"count": 2}


def test_verbs_see_their_own_writes_and_nobody_elses(place: Site) -> None:
    def verb(tx: Tx) -> int:
        add(tx, id=tx.next_id(), text="mine")
        return count.first(tx) or 0

    assert place.town.write(verb) == 1
