"""Adding and withdrawing money through a gateway that speaks HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dozen.core import ledger, payments
from dozen.core.jobs import Registry, Runner
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet import errors
from dozen.services.wallet.service import history, topups, wallets
from dozen.services.wallet.structs import Receipt
from tests.services.wallet.folk import make_holders, proof
from tests.support.gateway import DECLINED, Gate, type_card, visit
from tests.support.town import Town, found_town

QUICK = payments.Pace(
    head_start=0, lease=2_000, first=500, longest=2_000, poll=500, action=30 * clock.MINUTE, call=3_000
)


class Desk:
    def __init__(self, town: Town, gate: Gate) -> None:
        self.town = town
        self.gate = gate
        town.env.install(QUICK)
        (self.ada,) = make_holders(town, 1)
        town.env.part(Registry).add(*payments.JOBS)
        self.runner = Runner(town.env, town.db)

    def begin(self, amount: int) -> tuple[topups.Topup, payments.Charge]:
        made, charge = self.town.write(topups.begin, self.ada, amount, "INR")
        return made, payments.advance(self.town.env, charge.id)

    def work(self) -> None:
        def soon(tx: Tx) -> None:
            for name in ("charges", "payouts", "methods"):
                tx.driver.execute(f"UPDATE payments_{name} SET next_at = 1 WHERE next_at IS NOT NULL")
            tx.driver.execute("UPDATE jobs_queue SET run_at = 1 WHERE state = 'waiting'")

        self.town.write(soon)
        self.runner.drain()

    def balance(self) -> int:
        return self.town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, self.ada)).balance)

    def bank(self, number: str) -> int:
        made = self.town.write(
            lambda tx: payments.add_method(
                tx,
                self.ada,
                kind="bank_account",
                return_url="http://localhost:8000/wallet/methods",
                key=number.replace(" ", "-"),
            )
        )
        made = payments.advance_method(self.town.env, made.id)
        assert made.next_action is not None
        visit(made.next_action, do="save", account=number)
        self.work()
        return payments.advance_method(self.town.env, made.id).id


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    gate = Gate(tmp_path)
    town = found_town(request.param, tmp_path, **gate.settings)
    if town is None:
        gate.close()
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    yield Desk(town, gate)
    town.close()
    gate.close()


def test_money_is_credited_once(desk: Desk) -> None:
    made, charge = desk.begin(5_000)
    assert charge.next_action is not None
    assert desk.balance() == 0
    type_card(charge.next_action)
    for _ in range(3):
        desk.work()
        payments.advance(desk.town.env, charge.id)
    found, after = desk.town.read(topups.one, desk.ada, made.id)
    assert (found.state, after.state, desk.balance()) == ("done", "captured", 5_000)
    wallet = desk.town.read(wallets.wallet, desk.ada)
    lines = desk.town.read(history.history, wallet).lines
    assert [(line.kind, line.amount, line.name) for line in lines] == [("topup", 5_000, "Card")]
    assert lines[0].payment is not None
    assert lines[0].payment.id == found.payment_id
    assert desk.town.read(ledger.verify).ok


def test_a_declined_card_adds_nothing(desk: Desk) -> None:
    made, charge = desk.begin(5_000)
    assert charge.next_action is not None
    type_card(charge.next_action, DECLINED)
    visit(charge.next_action, do="cancel")
    desk.work()
    found, _ = desk.town.read(topups.one, desk.ada, made.id)
    assert (found.state, desk.balance()) == ("failed", 0)


def test_it_comes_even_to_a_wallet_that_was_closed_meanwhile(desk: Desk) -> None:
    made, charge = desk.begin(5_000)
    assert charge.next_action is not None
    desk.town.write(wallets.close, desk.ada, "INR")
    type_card(charge.next_action)
    desk.work()
    found, _ = desk.town.read(topups.one, desk.ada, made.id)
    assert (found.state, desk.balance()) == ("done", 5_000)
    assert desk.town.write(wallets.open_wallet, desk.ada).state == "open"


def test_what_cannot_be_added(desk: Desk) -> None:
    with pytest.raises(errors.BalanceCap):
        desk.begin(10_000_001)
    with pytest.raises(errors.BadAmount):
        desk.begin(0)
    desk.town.write(wallets.block, desk.ada, "INR", "x")
    with pytest.raises(errors.WalletBlocked):
        desk.begin(100)


def test_withdrawn_and_refused_by_the_bank(desk: Desk) -> None:
    _, charge = desk.begin(5_000)
    assert charge.next_action is not None
    type_card(charge.next_action)
    desk.work()
    good, bad = desk.bank("DE00 1234 5678"), desk.bank("DE00 1234 0002")

    def withdraw(tx: Tx, method: int) -> Receipt:
        return topups.withdraw(tx, desk.ada, 2_000, "INR", method, proof=proof(tx, desk.ada))

    first = desk.town.write(withdraw, good).payment
    assert (first.state, desk.balance()) == ("pending", 3_000)
    second = desk.town.write(withdraw, bad).payment
    assert desk.balance() == 1_000
    for _ in range(100):  # payouts take the simulator a moment
        desk.work()
        if len({each["status"] for each in desk.gate.objects("payout")} - {"pending"}) == 2:
            break
    desk.work()
    states = {
        each: desk.town.read(lambda tx, i=each: history.one(tx, desk.ada, i)).line.payment.state  # type: ignore[union-attr]
        for each in (first.id, second.id)
    }
    assert states == {first.id: "done", second.id: "failed"}
    assert desk.balance() == 3_000
    with pytest.raises(errors.PinNeeded):
        desk.town.write(topups.withdraw, desk.ada, 1, "INR", good)
    (other,) = make_holders(desk.town, 1, money=5_000)
    with pytest.raises(payments.errors.NoSuchMethod):
        desk.town.write(lambda tx: topups.withdraw(tx, other, 1, "INR", good, proof=proof(tx, other)))
    assert desk.town.read(ledger.verify).ok
