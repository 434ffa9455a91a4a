"""What a transfer costs below HTTP: on SQLite beside raw sqlite3 doing the same writes, on PostgreSQL beside
pgbench TPC-B on the same server in the same run. Durable throughout. CPU-seconds of all processes, per 1,000.

``python -m bench.ledger [--seconds 5] [--clients 8] [--only sqlite|postgresql]``
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import re
import resource
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from bench.drive import cpu_seconds
from dozen.app.measure import free_port
from dozen.core import ledger
from dozen.core.ledger import Key, Leg
from dozen.db import Companies, Database, Together, Tx, metadata, open_database
from dozen.db.migrate import core_connection
from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings

_ACCOUNTS = 10_000
_RICH = 10**9
_SIDE_BY_SIDE = 2
SECRET = b"a secret for the bench, 32+ bytes!"


def env_for(db: Database, url: str, node: int) -> Env:
    env = Env(Settings(data_dir=tempfile.gettempdir(), database_url=url), SECRET, Snowflakes(node))
    env.install(db)
    return env


class Books:
    """Wallets with money in them, and the house's accounts."""

    def __init__(self, db: Database, env: Env) -> None:
        self.db, self.env = db, env
        self.wallets: list[int] = []
        self.gateway = self.fees = 0

    def fill(self) -> None:
        for start in range(0, _ACCOUNTS, 500):
            self.wallets += self.db.run_write(self.env, partial(self._some, start=start))

    def _some(self, tx: Tx, start: int) -> list[int]:
        gateway = ledger.house(tx, "gateway.card", "EUR", "asset").id
        ledger.house(tx, "fees", "EUR", "income")
        made = []
        for owner in range(start + 1, start + 501):
            wallet = ledger.open_account(tx, owner, "wallet", "EUR").id
            key = Key("bench", owner, "first")  # so that statistics know of keys: no table is empty for long
            ledger.pay(tx, gateway, wallet, _RICH, kind="wallet.topup", key=key)
            made.append(wallet)
        return made

    def load(self) -> None:
        def verb(tx: Tx) -> list[int]:
            self.gateway = ledger.house(tx, "gateway.card", "EUR", "asset").id
            self.fees = ledger.house(tx, "fees", "EUR", "income").id
            rows = tx.driver.execute("SELECT id FROM ledger_accounts WHERE purpose = 'wallet' ORDER BY id")
            found = [row[0] for row in rows.fetchall()]
            for start in range(0, len(found), 1000):  # as in a process that has been up for a while
                ledger.accounts_by_id(tx, found[start : start + 1000])
            return found

        self.wallets = self.db.run_write(self.env, verb)


class Ask(msgspec.Struct, frozen=True):
    """A transfer that somebody wants, and which of them it is."""

    legs: tuple[Leg, ...]
    kind: str = "wallet.payment"
    key: Key | None = None
    number: object = None

    def make(self, tx: Tx) -> None:
        ledger.transfer(tx, self.legs, kind=self.kind, key=self.key)


def ready(tx: Tx, asks: Sequence[Ask]) -> None:
    """What shared transactions read before: the accounts' rows, and the keys."""
    keys = [(each.key.owner, each.key.key) for each in asks if each.key is not None]
    if keys:
        ledger.ready_keys(tx, "bench", keys)
    ledger.lock(tx, {leg.account_id for each in asks for leg in each.legs})


SHARED = Together(ready, who=lambda ask: ask.number)


def pair(a: int, b: int) -> tuple[Leg, Leg]:
    return Leg(a, -1), Leg(b, 1)


def random_pair(books: Books, n: object) -> Ask:
    """Any wallet pays any other."""
    return Ask(pair(*random.sample(books.wallets, 2)), number=n)


def keyed(books: Books, n: object) -> Ask:
    """The same under an idempotency key."""
    key = Key("bench", 0, f"{os.getpid()}-{n}-{time.monotonic_ns()}".replace(" ", ""))
    return Ask(pair(*random.sample(books.wallets, 2)), key=key, number=n)


def with_fee(books: Books, n: object) -> Ask:
    """Three legs, one of them the house's fees, which every payment posts to."""
    a, b = random.sample(books.wallets, 2)
    return Ask((Leg(a, -100), Leg(b, 97), Leg(books.fees, 3)), number=n)


def hot(books: Books, n: object) -> Ask:
    """Everybody pays one of ten shops, whose accounts are ordinary ones."""
    return Ask(pair(random.choice(books.wallets[10:]), random.choice(books.wallets[:10])), number=n)


def topup(books: Books, n: object) -> Ask:
    """From the gateway's account (lanes) into any wallet."""
    return Ask(pair(books.gateway, random.choice(books.wallets)), "wallet.topup", number=n)


WORK: dict[str, Callable[[Books, object], Ask]] = {
    "random pairs": random_pair,
    "random pairs, idempotency key": keyed,
    "three legs, fee to the house": with_fee,
    "ten hot shops": hot,
    "top-ups from one gateway": topup,
}


def report(name: str, done: int, seconds: float, cpu: float, note: str = "") -> None:
    print(f"{name:52} {done / seconds:8.0f}/s  {1000 * cpu / max(1, done):7.3f} CPU-s/1k  {note}", flush=True)


def own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


# SQLite


def bench_sqlite(seconds: float) -> None:
    with tempfile.TemporaryDirectory(prefix="dozen-bench-") as folder:
        url = f"sqlite:///{folder}/dozen.db"
        db = open_database(url, synchronous="FULL")
        db.connection()  # type: ignore[attr-defined]
        with core_connection(db) as connection:
            metadata.create_all(connection)
        books = Books(db, env_for(db, url, 1))
        books.fill()
        books.load()
        for batch in (1, 20):
            for name, work in WORK.items():
                _sqlite_run(books, f"SQLite, {name}, {batch} in a commit", work, seconds, batch)
        _raw(Path(folder) / "dozen.db", books, seconds, 1)
        _raw(Path(folder) / "dozen.db", books, seconds, 20)
        _sealing(db, books.env)
        print(f"  proof: {ledger.doctor(db, books.env).wrong or 'the books are right'}")
        db.close()


def _sqlite_run(
    books: Books, name: str, work: Callable[[Books, object], Ask], seconds: float, batch: int
) -> None:
    def verb(tx: Tx) -> None:  # as the server does it with what comes together
        asks = [work(books, n) for n in range(batch)]
        ready(tx, asks)
        for each in asks:
            with tx.savepoint():
                each.make(tx)

    began, cpu, done = time.monotonic(), own_cpu(), 0
    while time.monotonic() - began < seconds:
        books.db.run_write(books.env, verb)
        done += batch
    report(name, done, time.monotonic() - began, own_cpu() - cpu)


def _raw(path: Path, books: Books, seconds: float, batch: int) -> None:
    """The rows of a payment between two wallets, written by hand."""
    db = sqlite3.connect(path, isolation_level=None, cached_statements=1024)
    for pragma in (
        "synchronous=FULL",
        "mmap_size=1073741824",
        "wal_autocheckpoint=4000",
        "cache_size=-65536",
    ):
        db.execute(f"PRAGMA {pragma}")
    ids = books.env.ids
    began, cpu, done = time.monotonic(), own_cpu(), 0
    while time.monotonic() - began < seconds:
        db.execute("BEGIN IMMEDIATE")
        for _ in range(batch):
            now, this = time.time_ns() // 1_000_000, ids.next()
            a, b = random.sample(books.wallets, 2)
            for leg, (account, amount) in enumerate(((a, -1), (b, 1)), 1):
                balance, seq = db.execute(
                    "SELECT balance, seq FROM ledger_balances WHERE account_id = ? AND lane = 0", (account,)
                ).fetchone()
                db.execute(
                    "UPDATE ledger_balances SET balance = ?, seq = ?, at = ? "
                    "WHERE account_id = ? AND lane = 0",
                    (balance + amount, seq + 1, now, account),
                )
                db.execute(
                    "INSERT INTO ledger_postings VALUES (?, ?, ?, 0, ?, ?, 'EUR', ?, ?)",
                    (this, leg, account, seq + 1, now, amount, balance + amount),
                )
                db.execute(
                    "INSERT INTO realtime_events (at, topic, key, data) VALUES (?, 'ledger.account', ?, ?)",
                    (now, account, '{"account":1574103458254950402,"currency":"EUR","balance":1000000000}'),
                )
            db.execute(
                "INSERT INTO ledger_transfers (id, at, kind, actor, subject, memo, legs) "
                "VALUES (?, ?, 'wallet.payment', 0, 0, '', 2)",
                (this, now),
            )
        db.execute("COMMIT")
        done += batch
    report(
        f"raw sqlite3, the same rows, {batch} in a commit", done, time.monotonic() - began, own_cpu() - cpu
    )
    db.close()


# PostgreSQL


class Server:
    """A durable cluster of our own (all settings as they come, but the port)."""

    def __init__(self) -> None:
        places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        if not places:
            raise SystemExit("PostgreSQL is not installed")
        self.bin = places[0]
        self.root = Path(tempfile.mkdtemp(prefix="dozen-bench-pg-"))
        self.as_user: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(self.root, "postgres")
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self.port = free_port()
        self._run("initdb", "-D", str(self.root / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8")
        options = f"-p {self.port} -k {self.root} -c listen_addresses=127.0.0.1 -c shared_buffers=512MB"
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
        self.pid = int((self.root / "data" / "postmaster.pid").read_text().split()[0])
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._connect = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "postgres"]
        self._run("pgbench", "-i", "-q", "-s", "20", *self._connect)

    def _run(self, program: str, *args: str) -> str:
        command = [*self.as_user, str(self.bin / program), *args]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=self.root).stdout

    def cpu(self) -> float:
        """Of all server processes so far, those that have ended included."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        ended = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
        return cpu_seconds(self.pid) + ended

    def pgbench(self, seconds: float, clients: int) -> float:
        """CPU-seconds per 1,000 transactions of TPC-B, those of server and client."""
        before, children = self.cpu(), resource.getrusage(resource.RUSAGE_CHILDREN)
        run = ("-c", str(clients), "-j", "2", "-T", str(max(1, round(seconds))), "-M", "prepared", "-n")
        out = self._run("pgbench", *run, *self._connect)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        client = after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
        server = self.cpu() - before
        done = int(re.search(r"processed: (\d+)", out)[1])  # type: ignore[index]
        rate = float(re.search(r"tps = ([\d.]+)", out)[1])  # type: ignore[index]
        report(
            f"pgbench TPC-B, {clients} clients, prepared", done, done / rate, client + server,
            f"server {1000 * server / done:.3f}, client {1000 * client / done:.3f}",
        )  # fmt: skip
        return 1000 * (client + server) / done

    def close(self) -> None:
        self._run("pg_ctl", "-D", str(self.root / "data"), "-m", "fast", "-w", "stop")
        shutil.rmtree(self.root, ignore_errors=True)


def client(url: str, node: int, name: str, seconds: float, callers: int, begin: Any, results: Any) -> None:
    """One process in which some callers transfer, one transfer after the other each. What they ask for at the
    same moment shares a transaction."""
    db = open_database(url)
    books = Books(db, env_for(db, url, node))
    books.load()
    threads = ThreadPoolExecutor(_SIDE_BY_SIDE)
    done = 0

    async def write(verb: Callable[[Tx], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(threads, db.run_write, books.env, verb)

    async def call(me: int, end: float) -> None:
        nonlocal done
        while time.monotonic() < end:
            ask = WORK[name](books, (node, me))
            await shared.run(SHARED, ask, ask.make)
            done += 1

    async def all_of(seconds: float) -> None:
        end = time.monotonic() + seconds
        await asyncio.gather(*(call(me, end) for me in range(callers)))

    async def main() -> tuple[int, float]:
        nonlocal done
        await all_of(1)
        await asyncio.to_thread(begin.wait)
        done, cpu = 0, own_cpu()
        await all_of(seconds)
        return done, own_cpu() - cpu

    shared = Companies(write, at_once=_SIDE_BY_SIDE)
    results.put(asyncio.run(main()))
    threads.shutdown()
    db.close()


def bench_postgresql(seconds: float, clients: int) -> None:
    server = Server()
    try:
        db = open_database(server.url)
        with core_connection(db) as connection:
            metadata.create_all(connection)
        books = Books(db, env_for(db, server.url, 1))
        books.fill()
        db.connection().execute("VACUUM ANALYZE")  # type: ignore[attr-defined]
        beside = server.pgbench(seconds, clients)  # between all of them: machines are not always as fast
        for name in WORK:
            spent = _postgresql_run(server, name, seconds, clients)
            before, beside = beside, server.pgbench(seconds, clients)
            print(f"  {2 * spent / (before + beside):.2f} times pgbench before and after it", flush=True)
        _sealing(db, books.env)
        print(f"  proof: {ledger.doctor(db, books.env).wrong or 'the books are right'}")
        db.close()
    finally:
        server.close()


def _postgresql_run(server: Server, name: str, seconds: float, clients: int) -> float:
    spawn = multiprocessing.get_context("spawn")
    processes = 2
    results, begin = spawn.Queue(), spawn.Barrier(processes + 1)
    running = [
        spawn.Process(
            target=client, args=(server.url, 10 + n, name, seconds, clients // processes, begin, results)
        )
        for n in range(processes)
    ]
    for each in running:
        each.start()
    begin.wait(60)  # until all of them have planned their statements
    before = server.cpu()
    found: Sequence[tuple[int, float]] = [results.get() for _ in running]
    for each in running:
        each.join()
    spent = server.cpu() - before
    done = sum(n for n, _ in found)
    used = sum(cpu for _, cpu in found)
    report(
        f"PostgreSQL, {name}, {clients} clients", done, seconds, used + spent,
        f"server {1000 * spent / done:.3f}, client {1000 * used / done:.3f}",
    )  # fmt: skip
    return 1000 * (used + spent) / done


def _sealing(db: Database, env: Env) -> None:
    began, cpu = time.monotonic(), own_cpu()
    sealed = ledger.seal_all(env, db)
    if sealed:
        report("  sealing (this process only)", sealed, time.monotonic() - began, own_cpu() - cpu)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    given = parser.parse_args()
    if given.only != "postgresql":
        bench_sqlite(given.seconds)
    if given.only != "sqlite":
        bench_postgresql(given.seconds, given.clients)


if __name__ == "__main__":
    main()
