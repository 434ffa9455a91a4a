"""Sample top-ups are known to the gateway's simulator: they can be compared and given back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dozen.app.gateway.past import learn
from dozen.core import ledger, payments
from dozen.core.jobs import Registry, Runner
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet import demo, listen
from dozen.services.wallet.queries import topups as topup_queries
from dozen.services.wallet.service import history, topups, wallets
from tests.support.gateway import Gate
from tests.support.people import make_people
from tests.support.town import Town, found_town


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    made = Gate(tmp_path)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def sampled(
    request: pytest.FixtureRequest, tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Town]:
    """A town with sample data, and a simulator that has been started after."""
    town = found_town(request.param, tmp_path, **gate.settings)
    if town is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    listen(town.env)
    make_people(town, 4)
    monkeypatch.setitem(demo.HOLDERS, "small", 4)
    for others in ("PLANNERS", "LOADERS"):
        monkeypatch.setattr(demo, others, [])
    demo.load(town.env, size="small", seed=12, progress=lambda done, total, what: None)
    known = tmp_path / payments.KNOWN
    assert learn(gate.server.store, known) == len(known.read_text().splitlines()) > 8
    assert learn(gate.server.store, known) == 0  # at the next start
    yield town
    town.close()


def charges(town: Town) -> list[payments.Charge]:
    def read(tx: Tx) -> list[payments.Charge]:
        people = [each.owner for each in tx_topups(tx)]
        return [found for me in dict.fromkeys(people) for found in payments.charges(tx, me, limit=100)]

    return town.read(read)


def tx_topups(tx: Tx) -> list[topup_queries.Topup]:
    rows = tx.driver.execute("SELECT DISTINCT owner FROM wallet_topups").fetchall()
    return [each for (owner,) in rows for each in topups.recent(tx, owner, limit=100)]


def test_every_day_compares(sampled: Town, gate: Gate) -> None:
    found = charges(sampled)
    days = {(each.booked_at or 0) // clock.DAY * clock.DAY for each in found}
    assert len(days) > 3
    lines = 0
    for day in sorted(days):
        file = sampled.env.part(payments.Gateways).get("stripe").settlement_file(day)
        report = sampled.write(payments.reconcile, "stripe", day, file)
        assert report.clean, report
        lines += report.settlement.lines
    assert lines == len(found)
    house = sampled.read(ledger.find_account, 0, "gateway.stripe", "INR")
    assert house is not None
    held = gate.api("GET", "/v1/balance").json()["available"]
    assert held == [{"amount": -sampled.read(ledger.balance, house.id).balance, "currency": "inr"}]


def test_one_is_given_back(sampled: Town, gate: Gate) -> None:
    def fits(tx: Tx) -> payments.Charge:
        return next(
            each
            for topup in tx_topups(tx)
            for each in [payments.charge_by_id(tx, topup.owner, topup.charge_id)]
            if wallets.balance(tx, wallets.wallet(tx, topup.owner)).balance >= 500
        )

    charge = sampled.read(fits)
    sampled.write(payments.refund, charge.id, 500, key="sorry")
    sampled.env.part(Registry).add(*payments.JOBS)
    runner = Runner(sampled.env, sampled.db)
    for _ in range(40):
        sampled.write(
            lambda tx: (
                tx.driver.execute("UPDATE payments_refunds SET next_at = 1 WHERE next_at IS NOT NULL"),
                tx.driver.execute("UPDATE jobs_queue SET run_at = 1 WHERE state = 'waiting'"),
            )
        )
        runner.drain()
        (refund,) = sampled.read(payments.refunds_of, charge.id)
        if refund.final:
            break
        time.sleep(0.05)  # the simulator settles in a third of a second
    assert refund.state == "succeeded"
    assert sampled.read(payments.charge_by_id, charge.owner, charge.id).state == "partially_refunded"
    (there,) = gate.objects("refund")
    assert (there["payment_intent"], there["amount"]) == (charge.gateway_ref, 500)
    assert sampled.read(ledger.verify).ok


def test_it_is_a_payment_as_any_other(sampled: Town) -> None:
    def read(tx: Tx) -> None:
        for topup in tx_topups(tx):
            assert topup.state == "done"
            charge = payments.charge_by_id(tx, topup.owner, topup.charge_id)
            assert (charge.captured, charge.purpose) == (topup.amount, topups.TOPUP)
            lines = history.history(
                tx, wallets.wallet(tx, topup.owner), history.Filters(kind="topup"), limit=200
            ).lines
            assert topup.amount in {line.amount for line in lines}

    sampled.read(read)


def test_what_is_no_charge_is_not_recorded(sampled: Town) -> None:
    charge = charges(sampled)[0]
    given = {
        "purpose": "wallet.topup", "subject": charge.subject, "key": f"topup-{charge.subject}",
        "into": charge.into, "ref": charge.gateway_ref, "balance_ref": charge.balance_ref, "fee": charge.fee,
    }  # fmt: skip
    again = sampled.write(payments.record_charge, charge.owner, charge.amount, "INR", **given)  # type: ignore[arg-type]
    assert again.id == charge.id
    with pytest.raises(payments.errors.KeyReused):
        sampled.write(payments.record_charge, charge.owner, charge.amount + 1, "INR", **given)  # type: ignore[arg-type]
    for wrong in ({"fee": -1}, {"fee": charge.amount + 1}, {"purpose": "Top up"}):
        with pytest.raises(payments.errors.BadPayment):
            sampled.write(
                payments.record_charge,
                charge.owner,
                charge.amount,
                "INR",
                **given | {"key": "new"} | wrong,  # type: ignore[arg-type]
            )
    with pytest.raises(payments.errors.BadPayment):
        sampled.write(
            payments.record_charge,
            charge.owner,
            charge.amount,
            "EUR",
            **given | {"key": "new"},  # type: ignore[arg-type]
        )
