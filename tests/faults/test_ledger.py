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
from dozen.core.ledger import Key, Leg
from dozen.db import Database, Tx, metadata, open_database
from dozen.db.migrate import core_connection
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.kit.errors import Fault, Unavailable
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings
from tests.support.services import Postgres, _postgres_bin
from tests.support.town import empty_database

pytestmark = pytest.mark.fault

ROOT = Path(__file__).parent.parent.parent
_WALLETS = 6
_START = 2_000
_PROCESSES = 4
_SECONDS = 4.5
_SECRET = b"a secret for tests only, 32+ bytes"


def open_books(url: str, node: int) -> tuple[Database, Env]:
    db = open_database(url)
    env = Env(Settings(database_url=url), _SECRET, Snowflakes(node))
    env.install(db)
    return db, env


# The worker


class Worker:
    def __init__(self, url: str, node: int, diary: Path, accounts: list[int]) -> None:
        self.db, self.env = open_books(url, node)
        self.diary = os.open(diary, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        *self.wallets, self.gateway, self.fees = accounts
        self.dice = random.Random(node)

    def note(self, *words: Any) -> None:
        os.write(self.diary, json.dumps(words).encode() + b"\n")

    def run(self, unanswered: list[dict[str, Any]], node: int, endless: bool) -> None:
        for task in unanswered:
            self.carry_out(task)
        n = 0
        while endless:
            n += 1
            task = self.invent(f"{node}-{n}")
            self.note("try", task)
            self.carry_out(task)

    def invent(self, key: str) -> dict[str, Any]:
        a, b = self.dice.sample(self.wallets, 2)
        what = self.dice.choice(["pay", "pay", "pay", "fee", "top_up", "pay_out", "hold", "refund"])
        return {"key": key, "what": what, "a": a, "b": b, "amount": self.dice.randint(1, 300)}

    def carry_out(self, task: dict[str, Any]) -> None:
        """Until there is an answer."""
        while True:
            try:
                made = getattr(self, task["what"])(task["key"], task["a"], task["b"], task["amount"])
            except Unavailable:
                self.note("away", task["key"])
                time.sleep(0.05)
            except Fault as fault:
                self.note("no", task["key"], fault.code)
                return
            else:
                self.note("yes", task["key"], made)
                return

    def do(self, verb: Callable[..., Any], *args: Any, **options: Any) -> Any:
        return self.db.run_write(self.env, lambda tx: verb(tx, *args, **options))

    def key(self, text: str) -> Key:
        return Key("torture", 1, text)

    def pay(self, key: str, a: int, b: int, amount: int) -> list[Any]:
        return sides(self.do(ledger.pay, a, b, amount, kind="pay", key=self.key(key)))

    def fee(self, key: str, a: int, b: int, amount: int) -> list[Any]:
        legs = [Leg(a, -amount - 1), Leg(b, amount), Leg(self.fees, 1)]
        return sides(self.do(ledger.transfer, legs, kind="fee", key=self.key(key)))

    def top_up(self, key: str, a: int, b: int, amount: int) -> list[Any]:
        return sides(self.do(ledger.pay, self.gateway, a, amount, kind="top_up", key=self.key(key)))

    def pay_out(self, key: str, a: int, b: int, amount: int) -> list[Any]:
        return sides(self.do(ledger.pay, a, self.gateway, amount, kind="pay_out", key=self.key(key)))

    def hold(self, key: str, a: int, b: int, amount: int) -> list[Any]:
        """Reserve, capture a half, and release what is left or let the capture do it."""
        until = clock.now() + clock.HOUR
        made = self.do(
            ledger.reserve, a, amount + 1, expires_at=until, kind="hold", key=self.key(key + "-reserve")
        )
        keep = amount % 2 == 0
        captured = self.do(
            ledger.capture, made.id, b, (amount + 1) // 2, keep_rest=keep, key=self.key(key + "-capture")
        )
        if keep:
            self.do(ledger.void, made.id)
        return sides(captured.transfer)

    def refund(self, key: str, a: int, b: int, amount: int) -> list[Any]:
        """Pay, and give a part of it back: two movements of one transaction, one answer."""

        def verb(tx: Tx) -> list[Any]:
            ledger.lock(tx, [a, b])
            paid = ledger.pay(tx, a, b, amount, kind="paid")
            back = ledger.reverse(tx, paid.id, (amount + 1) // 2, kind="back")
            return sides(paid) + sides(back)

        def once(tx: Tx) -> ledger.Answer[list[Any]]:
            return ledger.once(
                tx, self.key(key), ledger.fingerprint(a, b, amount), verb, list,
                remember=(ledger.errors.InsufficientFunds,),
            )  # fmt: skip

        return list(self.do(once).get())


def sides(made: ledger.Transfer) -> list[Any]:
    return [made.id, [[p.account_id, p.amount] for p in made.postings]]


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
                [sys.executable, "-m", "tests.faults.test_ledger", given],
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


if __name__ == "__main__":
    _url, _node, _diary, _accounts, _unanswered, _endless = json.loads(sys.argv[1])
    Worker(_url, _node, Path(_diary), _accounts).run(_unanswered, _node, _endless)
