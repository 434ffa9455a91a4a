"""What requests cost, and how many people that makes: measured on a copy, with all that is assumed told."""

from __future__ import annotations

import itertools
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dozen.app import bench, capacity, measure
from dozen.app.bench import Measured
from dozen.app.capacity import Habits, reckon
from dozen.app.measure import Result, free_port
from dozen.app.system import System
from dozen.db import open_database
from dozen.db.migrate import upgrade
from dozen.kit.settings import Settings
from dozen.services.microblog.service import posts
from dozen.services.microblog.structs import Draft
from tests.support.people import make_people
from tests.support.town import Town, bare_database


def result(name: str, cpu: float) -> Result:
    return Result(name, 1000.0, 1.0, 2.0, cpu, 4000, 0)


def measured(**given: Any) -> Measured:
    made: dict[str, Any] = {
        "about": "a test", "dialect": "postgresql", "whole": True, "workers": 4, "people": 1000,
        "database_bytes": 50_000_000,
        "results": [result("bare", 0.1), result("read", 1.0), result("write", 5.0)],
        "shares": {"bare": 0, "read": 75, "write": 25},
    } | given  # fmt: skip
    return Measured(**made)


HABITS = Habits(online=0.1, per_minute=6.0, busy=0.5, cores=4)


def test_the_arithmetic() -> None:
    found = reckon(measured(), HABITS, 0)
    assert found.mean == 2.0  # CPU-seconds for 1,000: three of four at 1, one at 5
    assert found.per_second == 1000.0  # four cores, half of each
    assert found.online == 10_000  # six a minute is one in ten seconds
    assert (found.by_cpu, found.by_disk, found.people) == (100_000, 0, 100_000)
    assert found.each_bytes == 50_000


def test_the_disk_may_be_what_is_short() -> None:
    found = reckon(measured(), HABITS, 100_000_000)
    assert found.by_disk == 1000 + 1000  # half of it, at 50 kB each
    assert found.people == 2000


def test_sqlite_uses_the_cores_of_its_processes() -> None:
    one = reckon(measured(dialect="sqlite", workers=1), HABITS, 0)
    assert (one.cores, one.online) == (1, 2_500)
    assert "uses 1" in capacity.told(measured(dialect="sqlite", workers=1), HABITS, one)


def test_every_assumption_is_told() -> None:
    words = capacity.told(measured(), Habits(0.2, 3.0, 0.6, 16), reckon(measured(), HABITS, 0))
    for told in (
        "20%",
        "--online",
        "asks 3 times",
        "--per-minute",
        "60%",
        "--busy",
        "16 cores",
        "75 read; 25 write",
    ):
        assert told in words


@pytest.mark.parametrize(
    "wrong", [{"online": 0}, {"online": 1.5}, {"busy": 0}, {"per_minute": 0}, {"cores": 0}]
)
def test_habits_that_nobody_has(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="--"):
        Habits(**wrong)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
            return
        self.send_response({"/bad": 500, "/none": 204}.get(self.path, 200))
        if self.path == "/closes":
            self.send_header("Connection", "close")
        if self.path != "/none":
            self.send_header("Content-Length", "2")
        self.end_headers()
        if self.path != "/none":
            self.wfile.write(b"ok")

    def log_message(self, *args: object) -> None: ...


def test_the_caller_reads_every_kind_of_answer() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        ticks = itertools.count(10, 2)

        def load(*paths: str) -> Result:
            requests = itertools.cycle(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode() for path in paths)
            return measure.load(
                "x", server.server_address[1], requests, lambda: next(ticks), seconds=0.3, connections=2
            )

        good = load("/", "/chunked", "/none", "/closes")
        assert good.requests > 8
        assert good.errors == 0
        assert good.cpu == pytest.approx(2000 / good.requests)
        assert 0 < good.p50 <= good.p99
        half = load("/", "/bad")
        assert half.errors == pytest.approx(half.requests / 2, abs=2)
    finally:
        server.shutdown()
        server.server_close()


def test_a_server_that_is_away_is_all_errors() -> None:
    port = free_port()
    with pytest.raises(OSError, match=r".+"):
        measure.load("x", port, itertools.repeat(b""), lambda: 0.0, seconds=0.1, connections=1)


@pytest.mark.fault
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_it_measures_and_leaves_nothing_behind(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite: a copy of what is there. PostgreSQL: sample data, which is stood in for by two people."""
    data = tmp_path / "data"
    data.mkdir()
    url = bare_database(kind, data, "dozen")
    db = open_database(url)
    upgrade(db)
    db.close()
    settings = Settings(data_dir=str(data), database_url=url, only="microblog", threads=4)
    if kind == "postgresql":
        monkeypatch.setattr(bench, "_load", _peopled)
    else:
        _peopled(settings, "")
        (data / "secret").write_text("x" * 48)
    before = _state(url)
    file = tmp_path / "figures.json"
    for seconds in (0.3, 3.0, 20.0):  # the longer where others keep the machine busy
        assert bench.run(settings, seconds=seconds, connections=2, writes=True, sample="", to=file) == 0
        told = capsys.readouterr().out
        found = msgspec.json.decode(file.read_bytes(), type=Measured)
        if enough := all(each.cpu > 0 and each.requests > 3 for each in found.results):
            break  # CPU time is told in hundredths of a second: little work may be none
    assert found.whole
    assert found.people == 3
    assert sum(found.shares.values()) == 100
    assert {each.errors for each in found.results} == {0}
    assert enough, found.results
    assert all(each.name in told for each in found.results)
    assert _state(url) == before
    habits = Habits(cores=2)
    assert capacity.run(settings, habits, seconds=1, connections=1, sample="", given=file) == 0
    assert "members" in capsys.readouterr().out


def _peopled(own: Settings, size: str) -> None:
    """Three people, one of whom has posted, in place of a minute of sample data."""
    db = open_database(own.database)
    upgrade(db)
    db.close()
    system = System(own)
    system.lease_ids()
    try:
        town = Town(system.db, system.env)
        ada, *_ = make_people(town, 3)
        for n in range(3):
            town.write(posts.write, ada, Draft(text=f"A morning, and another: {n}"))
    finally:
        system.close()


def _state(url: str) -> list[object]:
    db = open_database(url)
    driver = db.connection()  # type: ignore[attr-defined]
    found: list[object] = [driver.execute("SELECT count(*) FROM accounts_tokens").fetchone()[0]]
    if db.dialect == "postgresql":
        found += driver.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'dozen_bench%'"
        ).fetchall()
    db.close()
    return found
