"""Our books against a gateway's files, by operators."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dozen.core import jobs, ledger, moderation, payments
from dozen.core.jobs import Registry, Runner
from dozen.kit import clock
from dozen.services.wallet.service import reconciling, wallets
from tests.services.wallet.folk import make_holders
from tests.services.wallet.operators import operator, outsiders
from tests.services.wallet.service.test_adjustments import balance, code, name_of
from tests.support.gateway import Gate
from tests.support.town import Town, found_town

YESTERDAY = clock.now() // clock.DAY * clock.DAY - clock.DAY
HEAD = "balance_transaction,type,source,reference,currency,amount,fee,created\n"
STRANGE = HEAD + f"txn_1,charge,pi_strange,,inr,5000,100,{YESTERDAY // 1000 + 60}\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """With a gateway, which is the simulator over real HTTP."""
    gate = Gate(tmp_path)
    made = found_town(request.param, tmp_path, **gate.settings)
    if made is None:
        gate.close()
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    yield made
    made.close()
    gate.close()


def bring(town: Town, file: str, **given: Any) -> payments.Report:
    boss = operator(town, "boss")
    return town.write(reconciling.compare_file, boss, "stripe", YESTERDAY, file.encode())


def house(town: Town, purpose: str) -> int:
    found = town.read(lambda tx: ledger.find_account(tx, 0, purpose, "INR"))
    assert found is not None
    return town.read(ledger.balance, found.id).balance


def test_money_that_we_know_nothing_of_goes_where_it_belongs(town: Town) -> None:
    (ada,) = make_holders(town, 1)
    boss = operator(town, "boss", scopes={"wallet:desk"})
    report = bring(town, STRANGE)
    assert town.read(reconciling.waiting) == 1
    (found,) = town.read(reconciling.differences, boss)
    assert (found.trouble, found.gap, found.state) == ("missing_with_us", 4_900, "open")
    day = town.read(reconciling.day, boss, report.settlement.id)
    assert day.differences == (found,)
    assert code(town, reconciling.resolve, boss, found.id, "  ") == "reason_needed"
    assert (
        code(town, reconciling.resolve, boss, found.id, "a top-up of theirs", "@nobody") == "bad_adjustment"
    )
    assert town.read(reconciling.waiting) == 1
    # Nobody moves what is somebody's alone: who brings a file could write into it what they like.
    for theirs in (name_of(town, ada), str(town.read(wallets.wallet, ada).account_id)):
        assert code(town, reconciling.resolve, boss, found.id, "theirs", theirs) == "bad_adjustment"
    assert (balance(town, ada), town.read(reconciling.waiting)) == (0, 1)
    done = town.write(reconciling.resolve, boss, found.id, "a top-up of theirs", "wallet.adjustments")
    assert (done.state, done.reason, done.resolved_by) == ("resolved", "a top-up of theirs", boss.person_id)
    assert (balance(town, ada), house(town, "wallet.adjustments")) == (0, 4_900)
    assert done.transfer_id is not None
    entry = town.read(ledger.one_transfer, done.transfer_id)
    assert (entry.kind, entry.memo, entry.actor) == (
        "payments.adjustment", "a top-up of theirs", boss.person_id,
    )  # fmt: skip
    assert code(town, reconciling.resolve, boss, found.id, "once more") == "already_resolved"
    assert house(town, "wallet.adjustments") == 4_900
    assert town.read(reconciling.waiting) == 0
    assert town.read(reconciling.difference, boss, found.id) == done
    assert town.read(reconciling.settlements, boss, "stripe")[0].differences == 0
    assert town.read(ledger.verify).ok
    log = town.read(lambda tx: moderation.log(tx, operator(town, "boss")))
    assert [each.action for each in log] == ["payments.resolve", "wallet.compare"]


def test_without_an_account_the_house_takes_it(town: Town) -> None:
    boss = operator(town, "boss")
    bring(town, STRANGE)
    (found,) = town.read(reconciling.differences, boss)
    town.write(reconciling.resolve, boss, found.id, "nobody knows whose it is")
    assert house(town, "payments.differences") == 4_900


def test_a_job_fetches_the_file_and_compares(town: Town) -> None:
    boss = operator(town, "boss")
    town.env.part(Registry).add(jobs.handler(reconciling.COMPARE, reconciling.compare))
    assert town.read(lambda tx: reconciling.names(tx.env, boss)) == ["stripe"]
    for _ in range(2):
        town.write(reconciling.ask_to_compare, boss, "stripe", YESTERDAY)
    assert town.read(jobs.waiting) == 1
    Runner(town.env, town.db).drain()
    (made,) = town.read(reconciling.settlements, boss, "stripe")
    assert (made.day, made.lines, made.differences) == (YESTERDAY, 0, 0)
    # A line that came by hand and is not in the gateway's own file vanishes again.
    bring(town, STRANGE)
    assert town.read(reconciling.waiting) == 1
    town.write(reconciling.ask_to_compare, boss, "stripe", YESTERDAY)
    Runner(town.env, town.db).drain()
    assert town.read(reconciling.waiting) == 0
    (gone,) = town.read(reconciling.day, boss, made.id).differences
    assert gone.state == "vanished"


def test_bad_input(town: Town) -> None:
    boss = operator(town, "boss")
    ask, file = reconciling.ask_to_compare, reconciling.compare_file
    assert code(town, ask, boss, "nobody", YESTERDAY) == "no_such_gateway"
    for day in (YESTERDAY + 1, YESTERDAY + clock.DAY, YESTERDAY + 9 * clock.DAY, -clock.DAY):
        assert code(town, ask, boss, "stripe", day) == "bad_time"
        assert code(town, file, boss, "stripe", day, HEAD.encode()) == "bad_time"
    for text in (b"", b"\xff\xfe", b"a,b\n1,2\n", STRANGE.replace("5000", "lots").encode()):
        assert code(town, file, boss, "stripe", YESTERDAY, text) == "bad_settlement_file"
    assert code(town, reconciling.settlements, boss, "nobody") == "no_such_gateway"
    assert code(town, reconciling.day, boss, 5) == "no_such_settlement"
    assert code(town, reconciling.difference, boss, 5) == "no_such_difference"
    assert code(town, reconciling.resolve, boss, 5, "because") == "no_such_difference"


def test_only_administrators(town: Town) -> None:
    bring(town, STRANGE)
    (found,) = town.read(reconciling.differences, operator(town, "boss"))
    for who in outsiders(town):
        for verb, args in (
            (reconciling.settlements, ("stripe",)),
            (reconciling.day, (found.settlement_id,)),
            (reconciling.differences, ()),
            (reconciling.difference, (found.id,)),
            (reconciling.resolve, (found.id, "because")),
            (reconciling.ask_to_compare, ("stripe", YESTERDAY)),
            (reconciling.compare_file, ("stripe", YESTERDAY, b"")),
        ):
            assert code(town, verb, who, *args) == "not_operator", verb
    assert town.read(reconciling.waiting) == 1
