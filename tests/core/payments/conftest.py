"""A town with a gateway: the simulator, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dozen.core import ledger, payments
from dozen.core.jobs import Registry, Runner
from dozen.db import Tx
from dozen.kit import clock
from tests.support.gateway import Gate, save_card, visit
from tests.support.town import Town, found_town

ADA, BO = 101, 102
BACK = "http://localhost:8000/back"
QUICK = payments.Pace(
    head_start=0, lease=2_000, first=500, longest=2_000, poll=500, action=30 * clock.MINUTE, call=3_000
)


class Shop:
    """A room that takes payments."""

    def __init__(self, town: Town, gate: Gate) -> None:
        self.town = town
        self.gate = gate
        self.env = town.env
        self.env.install(QUICK)
        self.heard: list[Any] = []
        self.env.part(Registry).add(*payments.JOBS)
        self.runner = Runner(town.env, town.db)
        payments.on_result(
            town.env, "shop", self.hear, authorised=self.hear, refund=self.hear, payout=self.hear
        )
        self.account = self.wallet(ADA)
        self._keys = 0

    def hear(self, tx: Tx, result: Any) -> None:
        self.heard.append(result)

    def wallet(self, owner: int, currency: str = "EUR") -> int:
        return self.town.write(ledger.open_account, owner, "wallet", currency).id

    def balance(self, account: int | None = None) -> int:
        return self.town.read(ledger.balance, account or self.account).balance

    def house(self, purpose: str, currency: str = "EUR") -> int:
        """The balance of one of the house's accounts."""
        found = self.town.read(ledger.find_account, 0, purpose, currency)
        return 0 if found is None else self.balance(found.id)

    def key(self) -> str:
        self._keys += 1
        return f"key-{self._keys}"

    def charge(self, amount: int = 5_000, **given: Any) -> payments.Charge:
        """Asked for, and gone on with as a door would."""
        row = {
            "purpose": "shop.order", "subject": "7", "key": self.key(), "into": self.account,
            "return_url": BACK, **given,
        }  # fmt: skip
        made = self.town.write(payments.charge, ADA, amount, "EUR", **row)
        return payments.advance(self.env, made.id)

    def now(self, charge: payments.Charge) -> payments.Charge:
        return self.town.read(payments.charge_by_id, charge.owner, charge.id)

    def again(self, charge: payments.Charge) -> payments.Charge:
        """Ask the gateway now, as the job would a moment later."""
        self.hurry()
        return payments.advance(self.env, charge.id)

    def hurry(self) -> None:
        """No more waiting for the next look."""

        def soon(tx: Tx) -> None:
            for name in ("charges", "refunds", "payouts", "methods"):
                tx.driver.execute(f"UPDATE payments_{name} SET next_at = 1 WHERE next_at IS NOT NULL")
            tx.driver.execute("UPDATE jobs_queue SET run_at = 1 WHERE state = 'waiting'")

        self.town.write(soon)

    def work(self) -> None:
        """Run all jobs that wait, as if it were time for them."""
        self.hurry()
        self.runner.drain()

    def card(self, number: str = "4242 4242 4242 4242") -> payments.Method:
        return self._saved("card", number)

    def bank(self, number: str = "DE00 1234 5678") -> payments.Method:
        return self._saved("bank_account", number)

    def _saved(self, kind: Any, number: str) -> payments.Method:
        made = self.town.write(payments.add_method, ADA, kind=kind, return_url=BACK, key=self.key())
        made = payments.advance_method(self.env, made.id)
        assert made.next_action is not None
        answer = (
            save_card(made.next_action, number)
            if kind == "card"
            else visit(made.next_action, do="save", account=number)
        )
        assert answer.status_code == 303
        self.hurry()
        return payments.advance_method(self.env, made.id)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    made = Gate(tmp_path)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, gate: Gate) -> Iterator[Shop]:
    town = found_town(request.param, tmp_path, **gate.settings)
    if town is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    yield Shop(town, gate)
    town.close()
