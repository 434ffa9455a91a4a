"""A process that moves money, to be killed: see ``test_ledger``. It imports little: it is started often."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dozen.core import ledger
from dozen.core.ledger import Key, Leg
from dozen.db import Database, Tx, open_database
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.kit.errors import Fault, Unavailable
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings

_SECRET = b"a secret for tests only, 32+ bytes"


def open_books(url: str, node: int) -> tuple[Database, Env]:
    db = open_database(url)
    env = Env(Settings(database_url=url), _SECRET, Snowflakes(node))
    env.install(db)
    return db, env


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


if __name__ == "__main__":
    _url, _node, _diary, _accounts, _unanswered, _endless = json.loads(sys.argv[1])
    Worker(_url, _node, Path(_diary), _accounts).run(_unanswered, _node, _endless)
