"""A gateway on the worst of days, and kill -9 of both: afterwards every payment has one end, and the books,
the gateway and its settlement file agree to the cent."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from dozen.app.measure import free_port
from dozen.core import jobs, ledger, payments
from dozen.core.jobs import Registry
from dozen.kit import clock
from dozen.kit.crypto import Keyring
from tests.support import loopback
from tests.support.gateway import BROKE, DECLINED, GOOD, save_card, type_card, visit
from tests.support.payer import ADA, SECRET, open_env
from tests.support.process import ROOT
from tests.support.town import empty_database

pytestmark = pytest.mark.fault

SECONDS = 12.0
ENOUGH = 8
TROUBLES: list[dict[str, Any]] = [
    {"latency": 300, "slow_rate": 0.3}, {"decline_rate": 0.3}, {"drop_before": 0.3}, {"drop_after": 0.4},
    {"error_before": 0.3}, {"error_after": 0.3}, {"garbage": 0.2}, {"duplicate": 3, "reorder": 800},
    {"lose": 0.7}, {"delay": 500}, {"forge": 0.8}, {"refund_fail_rate": 0.3, "payout_fail_rate": 0.3},
    {"die_after": 2}, {"die_before": 2}, {"latency": 2_500, "slow_rate": 0.1},
]  # fmt: skip


class Program:
    """A process that is started again whenever it is dead."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path) -> None:
        self._command, self._env = command, os.environ | env | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        self._log = log
        self.deaths = 0
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self._command], env=self._env, cwd=ROOT, stdout=log, stderr=log
            )

    def revive(self) -> None:
        if self.process.poll() is not None:
            self.deaths += 1
            self.start()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_worst_day(kind: str, tmp_path: Path) -> None:
    database_url = empty_database(kind, tmp_path)
    if database_url is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    hook, port = free_port(), free_port()
    key, secret = payments.simulator_secrets(Keyring(SECRET))
    gateway = Program(
        ["-m", "dozen.app.gateway", "--port", str(port), "--data", str(tmp_path / "gateway.db"),
         "--webhook-url", f"http://127.0.0.1:{hook}/webhooks/stripe", "--retry-seconds", "0.2"],
        {"GATEWAY_KEY": key, "GATEWAY_WEBHOOK_SECRET": secret}, tmp_path / "gateway.log",
    )  # fmt: skip
    control = loopback.client(
        base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {key}"}, timeout=5
    )
    db, env = open_env(database_url, tmp_path, port)
    payer: Program | None = None
    over = threading.Event()
    try:
        _until(lambda: control.get("/").status_code == 200, 30)
        for what in ("card", "bank_account"):
            _save(db, env, what)
        payer = Program(
            ["-m", "tests.support.payer", database_url, str(tmp_path), str(hook), str(port)], {},
            tmp_path / "payer.log",
        )  # fmt: skip
        _until(lambda: (tmp_path / "up").exists(), 30)
        people = threading.Thread(target=_people, args=(db, env, over))
        people.start()
        _bad_times(
            control,
            gateway,
            payer,
            up=tmp_path / "up",
            enough=lambda: sum(each.paid for each in _rows(db, env)[0]) > ENOUGH,
        )
        _until(lambda: control.post("/control", json={}).status_code == 200, 30, gateway.revive)
        payer.kill()
        (tmp_path / "calm").touch()
        payer.start()
        _until(lambda: not _open(db, env), 60, payer.revive)
        over.set()
        people.join()
        payer.kill()
        _agrees(db, env, control)
    finally:
        over.set()
        for program in (gateway, payer):
            if program is not None:
                program.kill()
        control.close()
        env.close()
        db.close()


def _until(true: Any, seconds: float, meanwhile: Any = lambda: None) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            if true():
                return
        meanwhile()
        time.sleep(0.1)
    raise TimeoutError(f"not within {seconds:g} seconds")


def _save(db: Any, env: Any, what: Any) -> None:
    made = db.run_write(
        env, lambda tx: payments.add_method(tx, ADA, kind=what, return_url="http://127.0.0.1:9/", key=what)
    )
    page = payments.advance_method(env, made.id).next_action
    assert page is not None
    answer = save_card(page) if what == "card" else visit(page, do="save", account="DE12345678")
    assert answer.status_code == 303
    time.sleep(0.5)
    assert payments.advance_method(env, made.id).state == "active"


def _people(db: Any, env: Any, over: threading.Event) -> None:
    """Everybody who is sent to the gateway's page, and does something there."""
    while not over.is_set():
        with contextlib.suppress(Exception):  # the gateway is dead, or they were here before
            found = db.run_read(env, lambda tx: payments.charges(tx, ADA, None, 60))
            for charge in found:
                if charge.next_action and random.random() < 0.3:
                    type_card(charge.next_action, random.choice([GOOD, GOOD, GOOD, BROKE, DECLINED]))
        time.sleep(0.1)


def _bad_times(
    control: httpx.Client, gateway: Program, payer: Program, *, up: Path, enough: Callable[[], bool]
) -> None:
    """Troubles and deaths, for a while, and until enough was paid in spite of them."""
    began = last_kill = time.monotonic()
    victims = deque([gateway, payer])
    deck: list[dict[str, Any]] = []  # each trouble comes before any comes again
    while time.monotonic() < began + SECONDS or min(gateway.deaths, payer.deaths) < 2 or not enough():
        assert time.monotonic() < began + 5 * SECONDS, "hardly anything is ever paid"
        chosen: dict[str, Any] = {}
        deck = deck or random.sample(TROUBLES, len(TROUBLES))
        for each in (deck.pop(), deck.pop(), deck.pop()):
            chosen |= each
        with contextlib.suppress(httpx.TransportError):
            control.post("/control", json={})
            control.post("/control", json=chosen)
        time.sleep(random.uniform(0.7, 1.2))
        gateway.revive()
        payer.revive()
        at_work = up.exists() and time.time() > up.stat().st_mtime + 2.5
        if at_work and time.monotonic() > last_kill + 2.5:
            last_kill = time.monotonic()
            victims.rotate()
            victims[0].kill()
            if victims[0] is payer:
                up.unlink()


def _rows(db: Any, env: Any) -> tuple[list[payments.Charge], list[Any]]:
    def read(tx: Any) -> tuple[list[payments.Charge], list[Any]]:
        charges: list[payments.Charge] = []
        while page := payments.charges(tx, ADA, charges[-1].id if charges else None, 200):
            charges += page
        out: list[Any] = [each for c in charges for each in payments.refunds_of(tx, c.id)]
        payouts: list[payments.Payout] = []
        while found := payments.payouts(tx, ADA, payouts[-1].id if payouts else None, 200):
            payouts += found
        return charges, out + payouts

    found: tuple[list[payments.Charge], list[Any]] = db.run_read(env, read)
    return found


def _open(db: Any, env: Any) -> int:
    charges, out = _rows(db, env)
    for each in charges:
        if each.state == "authorised" and not each.wish:
            db.run_write(env, lambda tx, each=each: payments.cancel(tx, each.id))
    return sum(not each.final or each.next_at is not None for each in (*charges, *out))


def _agrees(db: Any, env: Any, control: httpx.Client) -> None:
    charges, out = _rows(db, env)
    paid = [each for each in charges if each.paid]
    assert len(paid) > ENOUGH
    assert {each.state for each in out} >= {"succeeded"}
    # Whoever listens was told once of each.
    env.part(Registry).add(*payments.JOBS)
    assert all(each.told for each in charges)
    points = db.run_read(env, lambda tx: ledger.find_account(tx, ADA, "points", "XPT"))
    assert db.run_read(env, lambda tx: ledger.balance(tx, points.id)).balance == len(paid)
    # The gateway's own objects have the same ends.
    theirs = {each["id"]: each for each in _listed(control, "payment_intents")}
    for each in paid:
        assert theirs[each.gateway_ref]["status"] == "succeeded"
        assert theirs[each.gateway_ref]["amount_received"] == each.captured
    taken = {ref for ref, each in theirs.items() if each["status"] == "succeeded"}
    assert taken == {each.gateway_ref for each in paid}
    assert {each["id"] for each in _listed(control, "refunds")} == {
        each.gateway_ref for each in out if isinstance(each, payments.Refund)
    }
    # The books.
    report = db.run_read(env, ledger.verify)
    assert report.ok, report.wrong

    def house(purpose: str) -> int:
        found = db.run_read(env, lambda tx: ledger.find_account(tx, 0, purpose, "EUR"))
        return 0 if found is None else db.run_read(env, lambda tx: ledger.balance(tx, found.id)).balance

    assert house("payments.clearing") == 0
    held = control.get("/v1/balance").json()["available"]
    assert -house("gateway.stripe") == sum(each["amount"] for each in held)
    wallet = db.run_read(env, lambda tx: ledger.find_account(tx, ADA, "wallet", "EUR"))
    came = sum(each.captured for each in paid)
    gone = sum(each.amount for each in out if each.state == "succeeded")
    assert db.run_read(env, lambda tx: ledger.balance(tx, wallet.id)).balance == came - gone
    # The file, of the one or two days that this took.
    first = charges[-1].created_at // clock.DAY * clock.DAY
    for day in range(first, clock.now(), clock.DAY):
        file = env.part(payments.Gateways).get("stripe").settlement_file(day)
        found = db.run_write(env, lambda tx, d=day, f=file: payments.reconcile(tx, "stripe", d, f))
        assert found.clean, found
        assert found.matched == found.settlement.lines > 0
    assert db.run_read(env, jobs.dead) == []


def _listed(control: httpx.Client, name: str) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    while True:
        after = {"starting_after": out[-1]["id"]} if out else {}
        page = control.get(f"/v1/{name}", params={"limit": 100, **after}).json()
        out += page["data"]
        if not page["has_more"]:
            return out
