"""Many processes move money between few accounts; they are killed at random, and so is their database.

Every worker writes down what it is about to do, under which key, and what came of it. Who comes after a
killed one does again, under the same keys, what had no answer. In the end each key has had one answer, and
the books must be what the answers say: nothing acknowledged is missing, nothing moved twice.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dozen.core import ledger
from dozen.db import Database, Tx, metadata, open_database
from dozen.db.migrate import core_connection
from dozen.kit.env import Env
from tests.faults.mover import open_books
from tests.support.services import Postgres, _postgres_bin
from tests.support.town import empty_database

pytestmark = pytest.mark.fault

ROOT = Path(__file__).parent.parent.parent
_WALLETS = 6
_START = 2_000
_PROCESSES = 4
_SECONDS = 4.5


# The ringmaster


class Circus:
    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.diary = folder / "diary"
        self.nodes = iter(range(10, 1000))
        self.running: list[subprocess.Popen[bytes]] = []
        db, env = open_books(url, 1)

        def open_all(tx: Tx) -> list[int]:
            gateway = ledger.house(tx, "gateway.card", "EUR", "asset").id
            fees = ledger.house(tx, "fees", "EUR", "income").id
            wallets = [ledger.open_account(tx, 100 + n, "wallet", "EUR").id for n in range(_WALLETS)]
            for each in wallets:
                ledger.pay(tx, gateway, each, _START, kind="start")
            return [*wallets, gateway, fees]

        self.accounts: list[int] = db.run_write(env, open_all)
        db.close()

    def start(self, unanswered: list[dict[str, Any]] | None = None, *, endless: bool = True) -> None:
        node = next(self.nodes)
        given = json.dumps([self.url, node, str(self.diary), self.accounts, unanswered or [], endless])
        paths = f"{ROOT / 'src'}:{ROOT}"
        self.running.append(
            subprocess.Popen(
                [sys.executable, "-m", "tests.faults.mover", given],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": paths},
                stderr=(self.folder / f"worker-{node}.log").open("wb"),
            )
        )

    def kill_one(self) -> None:
        victim = self.running.pop(random.randrange(len(self.running)))
        assert victim.poll() is None, "a worker gave up by itself"
        victim.kill()
        victim.wait()

    def kill_all(self) -> None:
        while self.running:
            self.kill_one()

    def read(self) -> Iterator[list[Any]]:
        for line in self.diary.read_bytes().splitlines():
            yield json.loads(line)

    def answers(self) -> dict[str, list[list[Any]]]:
        out: dict[str, list[list[Any]]] = {}
        for word, *rest in self.read():
            if word in ("yes", "no"):
                out.setdefault(rest[0], []).append([word, rest[1]])
        return out

    def unanswered(self) -> list[dict[str, Any]]:
        answered = self.answers()
        return [rest[0] for word, *rest in self.read() if word == "try" and rest[0]["key"] not in answered]

    def finish(self) -> None:
        """Somebody answers what is still open."""
        self.kill_all()
        self.start(self.unanswered(), endless=False)
        assert self.running.pop().wait(60) == 0
        assert self.unanswered() == []

    def check(self) -> Counter[str]:
        """The books are what the answers say; gives how often each answer came."""
        db, env = open_books(self.url, 2)
        answers = self.answers()
        wanted = Counter(dict.fromkeys(self.accounts[:_WALLETS], _START))
        wanted[self.accounts[-2]] = -_START * _WALLETS
        made: list[int] = []
        told: Counter[str] = Counter()
        for key, given in answers.items():
            assert len(given) == 1, f"{key} was answered twice: {given}"
            word, what = given[0]
            told[word if word == "yes" else what] += 1
            if word == "yes":
                for transfer_id, legs in zip(what[::2], what[1::2], strict=True):
                    made.append(transfer_id)
                    for account, amount in legs:
                        wanted[account] += amount
        assert len(set(made)) == len(made), "two answers name one transfer"
        rows = db.run_read(
            env,
            lambda tx: tx.driver.execute("SELECT id FROM ledger_transfers WHERE kind <> 'start'").fetchall(),
        )
        assert {row[0] for row in rows} == set(made), "what was answered and what is in the books differ"
        found = db.run_read(env, lambda tx: ledger.balances_by_id(tx, self.accounts))
        assert {each: found[each].balance for each in self.accounts} == {
            each: wanted[each] for each in self.accounts
        }
        assert all(each.balance >= 0 for each in list(found.values()) if each.least == 0)
        self.release_holds(db, env)
        assert ledger.seal_all(env, db) >= 0
        report = ledger.doctor(db, env)
        assert report.ok, report.wrong
        assert report.unsealed == 0
        assert report.transfers == len(made) + _WALLETS
        db.close()
        return told

    def release_holds(self, db: Database, env: Env) -> None:
        """Holds whose capture was refused are still open; with them gone nothing is held."""

        def verb(tx: Tx) -> int:
            for each in self.accounts[:_WALLETS]:
                for hold in ledger.holds(tx, each, limit=10_000):
                    ledger.void(tx, hold.id)
            return sum(ledger.balance(tx, each).held for each in self.accounts)

        assert db.run_write(env, verb) == 0


def torture(circus: Circus, *, between: Callable[[int], None]) -> Counter[str]:
    for _ in range(_PROCESSES):
        circus.start()
    _until(lambda: circus.diary.exists() and len(circus.answers()) > 50)
    end = time.monotonic() + _SECONDS
    turn = 0
    while time.monotonic() < end:
        time.sleep(random.uniform(0.3, 0.7))
        between(turn)
        circus.kill_one()
        circus.start()
        turn += 1
    _until(lambda: len(circus.answers()) > 300)
    circus.finish()
    return circus.check()


def _until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 40
    while not ready():
        assert time.monotonic() < end, "the workers get nowhere"
        time.sleep(0.1)


def test_workers_killed_at_random_on_sqlite(tmp_path: Path) -> None:
    url = empty_database("sqlite", tmp_path)
    assert url is not None
    told = torture(Circus(url, tmp_path), between=lambda turn: None)
    assert told["yes"] > 200
    assert set(told) <= {"yes", "insufficient_funds"}


def test_workers_and_postgresql_killed_at_random(tmp_path: Path) -> None:
    bin_dir = _postgres_bin()
    if bin_dir is None:
        pytest.skip("PostgreSQL is not installed")
    cluster = Postgres(bin_dir)
    try:
        # The test cluster is fast and forgetful; what commits here must be in the log before the answer.
        url = cluster.url + "?options=-csynchronous_commit%3Don"
        db = open_database(cluster.url)
        with core_connection(db) as connection:
            metadata.create_all(connection)
        db.close()

        def between(turn: int) -> None:
            if turn in (2, 5):
                cluster.stop("immediate" if turn == 2 else "fast")
                time.sleep(0.2)
                cluster.start()

        circus = Circus(url, tmp_path)
        told = torture(circus, between=between)
        assert told["yes"] > 200
        assert set(told) <= {"yes", "insufficient_funds"}
        assert any(word == "away" for word, *_ in circus.read())
        assert "deadlock detected" not in (cluster.root / "log").read_text()
    finally:
        cluster.remove()


def test_turns_are_sealed_in_an_order_that_stays(tmp_path: Path) -> None:
    """While many write, seals are made again and again; no transfer comes too late for its seal."""
    bin_dir = _postgres_bin()
    if bin_dir is None:
        pytest.skip("PostgreSQL is not installed")
    cluster = Postgres(bin_dir)
    try:
        db = open_database(cluster.url)
        with core_connection(db) as connection:
            metadata.create_all(connection)
        circus = Circus(cluster.url, tmp_path)
        env = open_books(cluster.url, 3)[1]
        for _ in range(_PROCESSES):
            circus.start()
        _until(lambda: circus.diary.exists() and len(circus.answers()) > 50)
        sealed = 0
        end = time.monotonic() + 3
        while time.monotonic() < end:
            sealed += ledger.seal_all(env, db)
            report = ledger.doctor(db, env, full=False)
            assert report.ok, report.wrong
        assert sealed > 100
        circus.finish()
        circus.check()
        db.close()
    finally:
        cluster.remove()
