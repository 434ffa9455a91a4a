"""``dozen bench``: what requests cost on this machine, measured on a copy that is thrown away.

SQLite: a copy of the installation's database, as of now; PostgreSQL, or where there is nothing yet: sample
data in a database of its own. A server is started on it as it would be here, without jobs, limits, mail or
calls to others, and asked from a second process on this machine.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from rich.console import Console

from dozen.app import measure, setup
from dozen.app.measure import Result
from dozen.app.system import System
from dozen.core import accounts
from dozen.db import Tx, open_database
from dozen.db.engine import SqliteDatabase
from dozen.db.migrate import current
from dozen.db.postgres import PostgresDatabase
from dozen.kit.settings import Settings, environment

console = Console()
_PEOPLE = 200
_WARM_SECONDS = 1.0


class Work(msgspec.Struct, frozen=True):
    """One kind of request. ``share``: how many of 100 that a person sends are of it (see ``capacity``)."""

    name: str
    share: int
    requests: list[bytes]
    also: int = 0
    """A status that is no error here, though it is none of success."""


class Measured(msgspec.Struct, frozen=True):
    """What was measured, and on what. ``cpu`` of the results has the database's, where ``whole``."""

    about: str
    dialect: str
    whole: bool
    workers: int
    people: int
    database_bytes: int
    results: list[Result]
    shares: dict[str, int]


_POSTS = 20_000
"""More than are sent within a minute."""


def run(
    settings: Settings, *, seconds: float, connections: int, writes: bool, sample: str, to: Path | None
) -> int:
    measured = look(settings, seconds=seconds, connections=connections, writes=writes, sample=sample)
    print(measure.table(measured.results))
    print(f"\nOn {measured.about}. {_what_cpu_is(measured)}")
    print(
        f"{connections} connections, each asking again as soon as it is answered: p50 and p99 are those of\n"
        "a full server. The caller shares this machine, so requests/s are too low where there are few\n"
        "cores; what it takes itself is not in the CPU-seconds."
    )
    if to is not None:
        to.write_bytes(msgspec.json.format(msgspec.json.encode(measured)))
    return 1 if any(each.errors for each in measured.results) else 0


def _what_cpu_is(measured: Measured) -> str:
    if measured.whole:
        return "CPU-seconds have the database's in them."
    return "CPU-seconds are the server's; the database's, which runs elsewhere, come on top."


def look(settings: Settings, *, seconds: float, connections: int, writes: bool, sample: str) -> Measured:
    """Measure, and leave nothing behind."""
    if not Path("/proc/self/stat").exists():
        raise ValueError("CPU time is read from /proc, which only Linux has")
    with (
        tempfile.TemporaryDirectory(prefix="dozen-bench-") as folder,
        _stage(settings, Path(folder), sample) as (own, about),
    ):
        port = measure.free_port()
        own = msgspec.structs.replace(own, port=port, base_url=f"http://127.0.0.1:{port}")
        people, size, tokens, names = _cast(own)
        command = [sys.executable, "-m", "dozen.app.cli", "serve", "--demo", "none"]
        results: list[Result] = []
        with (
            measure.process(command, f"{own.url}/readyz", environment(own)) as pid,
            _backends(own) as backends,
        ):

            def cpu() -> float:
                return measure.cpu_seconds(pid) + measure.own_cpu_seconds(backends())

            works = _works(own.url, tokens, names, writes=writes)
            for work in works:
                requests = cycle(work.requests)  # goes on after the warm-up: nothing is posted twice
                with console.status(f"Measuring: {work.name}…"):
                    for last in (min(_WARM_SECONDS, seconds), seconds):
                        found = measure.load(
                            work.name,
                            port,
                            requests,
                            cpu,
                            seconds=last,
                            connections=connections,
                            also=work.also,
                        )
                results.append(found)
            whole = own.database.startswith("sqlite") or backends() != []
        return Measured(
            about,
            "sqlite" if own.database.startswith("sqlite") else "postgresql",
            whole,
            own.workers,
            people,
            size,
            results,
            {work.name: work.share for work in works},
        )


@contextmanager
def _stage(settings: Settings, folder: Path, sample: str) -> Iterator[tuple[Settings, str]]:
    """Settings of a throw-away installation, and words for it."""
    own = msgspec.structs.replace(
        settings,
        data_dir=str(folder),
        storage_url=str(folder / "files"),
        replica_url="",
        redis_url="",
        mail_url="",
        outbound_allow="",
        gateway_url="",
        host="127.0.0.1",
        proxies="",
        job_threads=0,
        rate_limits=False,
        registration="closed",
    )
    db = open_database(settings.database)
    try:
        if isinstance(db, PostgresDatabase):
            with _scratch(db) as url:
                own = msgspec.structs.replace(own, database_url=url)
                _load(own, sample or "small")
                yield own, f"sample data ({sample or 'small'}) in PostgreSQL, {_processes(own)}"
            return
        assert isinstance(db, SqliteDatabase)
        own = msgspec.structs.replace(own, database_url="")
        if not sample and db.path.exists() and current(db):
            copy = sqlite3.connect(folder / "dozen.db")
            db.connection().backup(copy)
            copy.close()
            if (kept := settings.data / "secret").exists():
                shutil.copy2(kept, folder / "secret")
            setup.migrate(own)
            yield own, f"a copy of {db.path}, {_processes(own)}"
        else:
            _load(own, sample or "small")
            yield own, f"sample data ({sample or 'small'}) in SQLite, {_processes(own)}"
    finally:
        db.close()


def _processes(own: Settings) -> str:
    return "one server process" if own.workers == 1 else f"{own.workers} server processes"


@contextmanager
def _scratch(db: PostgresDatabase) -> Iterator[str]:
    """A database of its own on the same server, gone at the end."""
    import psycopg

    name = f"dozen_bench_{os.getpid()}"
    driver = db.connection()
    try:
        driver.execute(f'CREATE DATABASE "{name}"')
    except psycopg.Error as error:
        raise ValueError(
            f"a database to measure in cannot be made: {error}".strip()
            + " (the role needs CREATEDB: ALTER ROLE … CREATEDB)"
        ) from error
    try:
        yield urlsplit(db.url)._replace(path=f"/{name}").geturl()
    finally:
        driver.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _load(own: Settings, size: str) -> None:
    setup.migrate(own)
    setup.demo(own, size=size)
    (own.data / "demo-logins.txt").unlink(missing_ok=True)  # lest a gateway to try cards with is started, too


def _cast(own: Settings) -> tuple[int, int, list[str], list[str]]:
    """How many people there are, how large the database is, and tokens and usernames of some of them."""
    system = System(own)
    system.lease_ids()
    try:
        driver = system.db.connection()  # type: ignore[attr-defined]
        found = driver.execute(
            "SELECT id, username FROM accounts_people "
            "WHERE deleted_at IS NULL AND suspended_at IS NULL AND kind = 'person'"
        ).fetchall()
        if not found:
            raise ValueError("nobody is here to measure with: use --sample small")
        if isinstance(system.db, SqliteDatabase):
            size = system.db.path.stat().st_size
        else:
            size = driver.execute("SELECT pg_database_size(current_database())").fetchone()[0]
        some = random.Random(12).sample(found, min(_PEOPLE, len(found)))  # noqa: S311 - the same each time

        def mint(tx: Tx) -> list[str]:
            return [
                accounts.issue_token(tx, each, name="bench", scopes=accounts.ALL, expires_in=86_400).token
                for each, _ in some
            ]

        return len(found), size, system.db.run_write(system.env, mint), [name for _, name in some]
    finally:
        system.close()


@contextmanager
def _backends(own: Settings) -> Iterator[Callable[[], list[int]]]:
    """The processes that PostgreSQL has for this database at the moment, where they are on this machine."""
    db = open_database(own.database)
    if not isinstance(db, PostgresDatabase):
        db.close()
        yield list
        return
    driver = db.connection()

    def here() -> list[int]:
        found = driver.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
        return [pid for (pid,) in found if _is_postgres(pid)]

    try:
        yield here
    finally:
        db.close()


def _is_postgres(pid: int) -> bool:
    try:
        return "postgres" in Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return False


def _ask(url: str, token: str = "") -> Any:
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}"} if token else {})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
        body = answer.read()
    return msgspec.json.decode(body) if "json" in answer.headers["content-type"] else body


def _works(url: str, tokens: list[str], names: list[str], *, writes: bool) -> list[Work]:
    host = urlsplit(url).netloc
    try:
        posts = [each["id"] for each in _ask(f"{url}/microblog/timeline/public?limit=100")["data"]]
    except OSError:  # the microblog is not among the rooms that run
        posts = []

    def get(path: str, *, token: str = "", accept: str = "application/json") -> bytes:
        lines = [f"GET {path} HTTP/1.1", f"host: {host}", f"accept: {accept}", "accept-encoding: identity"]
        return "\r\n".join([*lines, *([f"authorization: Bearer {token}"] if token else []), "\r\n"]).encode()

    def post(path: str, token: str, body: str = "", method: str = "POST") -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"host: {host}", f"authorization: Bearer {token}"]
        return "\r\n".join(
            [*lines, "content-type: application/json", f"content-length: {len(body)}", "", body]
        ).encode()

    found = [Work("an answer without data (/healthz)", 0, [get("/healthz")])]
    if not posts:
        return [*found, Work("start page (HTML)", 100, [get("/", accept="text/html")])]
    people = list(zip(tokens, names, strict=True))
    found += [
        Work("home timeline, signed in", 35, [get("/microblog/timeline/home", token=t) for t, _ in people]),
        Work("a post", 15, [get(f"/microblog/tweets/{each}") for each in posts]),
        Work(
            "public timeline (HTML)", 20, [get("/microblog/timeline/public", accept="text/html")],
        ),
        Work(
            "somebody's page (HTML)",
            15,
            [get(f"/microblog/timeline/{name}", accept="text/html") for _, name in people],
        ),
        Work("search", 5, [get(f"/microblog/search?q={each}") for each in ("morning", "music", "train")]),
    ]  # fmt: skip
    if writes:
        found += [
            Work(
                "a like, or taking one back",
                7,
                [
                    post(f"/microblog/tweets/{each}/like", t, method=method)
                    for method in ("POST", "DELETE")  # the same like twice would be refused
                    for each in posts
                    for t, _ in people
                ],
                also=409,  # where there are few to like, one of two connections may overtake the other
            ),
            Work(
                "post, sent to the author's followers",
                3,
                [
                    post(
                        "/microblog/tweets",
                        t,
                        f'{{"text":"A few words about the morning, number {n} of {m}"}}',
                    )
                    for m in range(_POSTS // len(people) + 1)  # the same within a minute would be refused
                    for n, (t, _) in enumerate(people)
                ],
            ),
        ]
    return found
