"""The books as administrators see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dozen.core import accounts, jobs, ledger
from dozen.core.jobs import Job, Registry, Runner
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet.errors import desk as faults
from dozen.services.wallet.service import books, refunding, sending, settling, wallets
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Standing, Verdict
from dozen.services.wallet.structs.books import Search
from tests.services.wallet.folk import make_holders
from tests.services.wallet.operators import operator, outsiders
from tests.services.wallet.service.test_adjustments import code
from tests.support.town import Town

EVERYTHING = Search()


def pay(town: Town, a: int, b: int, amount: int, note: str = "") -> Any:
    return town.write(
        lambda tx: sending.send(tx, a, b, amount, "INR", note=note, proof=Standing("import"))
    ).payment


def account_of(town: Town, person: int) -> int:
    return town.read(lambda tx: wallets.wallet(tx, person)).account_id


def test_the_trial_balance_comes_to_zero(town: Town) -> None:
    a, b = make_holders(town, 2, money=5_000)
    pay(town, a, b, 700)
    boss = operator(town, "boss")
    found = town.read(books.trial, boss)
    (inr,) = found.currencies
    assert (inr.currency, inr.debit, inr.credit, inr.off) == ("INR", 10_000, 10_000, 0)
    lines = {each.purpose: each for each in inr.lines}
    assert (lines["wallet"].credit, lines["wallet"].accounts) == (10_000, 2)
    assert lines["wallet.tests"].debit == 10_000
    assert found.seal is None
    assert found.unsealed == 3
    ledger.seal_all(town.env, town.db)
    sealed = town.read(books.trial, boss)
    assert sealed.seal is not None
    assert (sealed.seal.transfers, sealed.unsealed) == (3, 0)
    (house,) = town.read(books.house_accounts, boss)
    assert (house.account.purpose, house.balance) == ("wallet.tests", -10_000)
    assert town.read(lambda tx: books.house_accounts(tx, boss, purpose="gateway")) == []


def test_the_journal_is_searched(town: Town) -> None:
    a, b, c = make_holders(town, 3, money=5_000)
    boss = operator(town, "boss")
    made = [pay(town, a, (b, c)[n % 2], 100 + n, f"no {n}") for n in range(8)]

    def found(**wanted: Any) -> list[int]:
        page = town.read(books.journal, boss, Search(**wanted))
        assert page.more is None
        return [each.id for each in page.transfers]

    ours = [each.transfer_id for each in reversed(made)]
    assert found()[: len(ours)] == ours
    assert found(kind="wallet.person") == ours
    assert found(kind="nothing") == []
    assert found(smallest=103, largest=104) == [made[4].transfer_id, made[3].transfer_id]
    assert found(smallest=103, largest=104, currency="EUR") == []
    assert found(subject=made[2].id) == [made[2].transfer_id]
    assert found(subject=made[2].id, kind="else") == []
    to_c = [each.transfer_id for each in reversed(made) if each.payee == c]
    assert found(account=account_of(town, c), kind="wallet.person") == to_c
    now = clock.now()
    assert found(start=now + clock.HOUR) == []
    assert found(kind="wallet.person", start=now - clock.HOUR, end=now + clock.HOUR) == ours
    seen: list[int] = []
    before = None
    while True:
        page = town.read(
            lambda tx, before=before: books.journal(tx, boss, EVERYTHING, before=before, limit=3)
        )  # type: ignore[misc]
        seen += [each.id for each in page.transfers]
        before = page.more
        if before is None:
            break
    assert seen[:8] == ours
    assert len(seen) == len(set(seen)) == 11
    card = town.read(accounts.cards, [a])[a]
    who, their = town.read(books.accounts_of, boss, f"@{card.username}")
    assert (who.id, [each.account.id for each in their]) == (a, [account_of(town, a)])
    assert code(town, books.accounts_of, boss, "nobody") == "no_such_member"
    assert code(town, books.journal, boss, Search(account=5)) == "no_such_entry"


def test_an_account_with_its_entries_and_days(town: Town) -> None:
    a, b = make_holders(town, 2, money=5_000)
    boss = operator(town, "boss")
    for n in range(5):
        pay(town, a, b, 100 + n)
    page = town.read(books.account, boss, account_of(town, a), EVERYTHING)
    assert page.balance.balance == page.entries[0].balance_after == 5_000 - 510
    assert [each.amount for each in page.entries] == [-104, -103, -102, -101, -100, 5_000]
    days = town.read(books.days_of, boss, account_of(town, a))
    assert len(days) == 30
    assert (days[-1].credit, days[-1].debit, days[0].count) == (5_000, 510, 0)


def test_an_entry_with_all_that_hangs_on_it(town: Town) -> None:
    a, b = make_holders(town, 2, money=5_000)
    boss = operator(town, "boss")
    plain = pay(town, a, b, 900)
    town.write(
        lambda tx: refunding.refund(tx, b, plain.id, 300, proof=Standing("operator"), note="half of it")
    )
    whole = town.read(books.entry, boss, plain.id)
    assert (whole.transfer.id, whole.payment and whole.payment.refunded) == (plain.transfer_id, 300)
    assert {each.owner for each in whole.accounts.values()} == {a, b}
    assert (whole.left, len(whole.reversals), whole.seal) == (600, 1, None)
    back = town.read(books.entry, boss, whole.reversals[0].id)
    assert back.reversed is not None
    assert (back.reversed.id, back.left) == (plain.transfer_id, 0)

    town.env.part(Hooks).risks.clear()
    town.env.part(Hooks).add_risk(lambda tx, draft: Verdict("review", ("velocity",)))
    held = pay(town, a, b, 50)
    assert code(town, books.entry, boss, held.id) == "no_such_entry"
    done = town.write(settling.release, held.id)
    for any_id in (held.id, held.hold_id, done.transfer_id):
        found = town.read(books.entry, boss, any_id)
        assert found.transfer.id == done.transfer_id
        assert found.hold is not None
        assert (found.hold.id, [each.id for each in found.captures]) == (held.hold_id, [done.transfer_id])
    ledger.seal_all(town.env, town.db)
    sealed = town.read(books.entry, boss, plain.id).seal
    assert sealed is not None
    assert sealed.number == 1
    assert code(town, books.entry, boss, 7) == "no_such_entry"


@pytest.fixture
def runner(town: Town) -> Runner:
    town.env.part(Registry).add(jobs.handler(books.VERIFY, books.prove, attempts=books.ATTEMPTS))
    return Runner(town.env, town.db)


def test_a_proof_runs_as_a_job_and_is_kept(town: Town, runner: Runner) -> None:
    a, b = make_holders(town, 2, money=5_000)
    pay(town, a, b, 900)
    boss = operator(town, "boss")
    asked = town.write(books.verify, boss)
    assert (asked.state, asked.done) == ("waiting", 0)
    with pytest.raises(faults.ProofRuns) as runs:
        town.write(books.verify, boss)
    assert runs.value.extra == {"proof": str(asked.id)}
    runner.drain()
    done = town.read(books.verification, boss, asked.id)
    assert (done.state, done.done, done.full, done.wrong) == ("right", 1000, True, ())
    assert (done.transfers, done.unsealed) == (3, 3)
    assert done.postings == 6
    assert done.ended_at is not None
    again = town.write(lambda tx: books.verify(tx, boss, full=False))
    runner.drain()
    assert town.read(books.verification, boss, again.id).state == "right"
    assert [each.id for each in town.read(books.verifications, boss)] == [again.id, asked.id]
    assert [each.id for each in town.read(lambda tx: books.verifications(tx, boss, before=again.id))] == [
        asked.id
    ]
    assert code(town, books.verification, boss, 5) == "no_such_entry"


def test_what_is_wrong_is_told(town: Town, runner: Runner) -> None:
    a, _ = make_holders(town, 2, money=5_000)
    boss = operator(town, "boss")
    account = account_of(town, a)

    def cheat(tx: Tx) -> None:
        if tx.dialect == "postgresql":
            tx.driver.execute("SET LOCAL session_replication_role = replica")
        else:
            for (trigger,) in tx.driver.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_balances'"
            ).fetchall():
                tx.driver.execute(f"DROP TRIGGER {trigger}")
        tx.driver.execute(f"UPDATE ledger_balances SET balance = balance + 1 WHERE account_id = {account}")

    town.write(cheat)
    assert town.read(books.trial, boss).currencies[0].off == 1
    asked = town.write(books.verify, boss)
    runner.drain()
    done = town.read(books.verification, boss, asked.id)
    assert done.state == "wrong"
    checks = {each.check: each for each in done.wrong}
    assert set(checks) == {"sum_zero", "balance"}
    assert str(account) in checks["balance"].where
    assert (checks["balance"].kept, checks["balance"].true) == ("5001", "5000")


def test_one_that_breaks_off_is_told_and_another_may_begin(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = operator(town, "boss")
    asked = town.write(books.verify, boss)

    def broken(*args: Any, **given: Any) -> Any:
        given["progress"]("chains", 0.5)
        raise OSError("the disk is gone")

    monkeypatch.setattr(ledger, "doctor", broken)
    payload = {"id": asked.id, "full": True}
    for attempt in range(1, books.ATTEMPTS + 1):
        with pytest.raises(OSError, match="disk"):
            books.prove(town.env, Job(1, books.VERIFY, payload, attempt, clock.now()))
        found = town.read(books.verification, boss, asked.id)
        if attempt < books.ATTEMPTS:
            assert (found.state, found.stage, found.done) == ("running", "chains", 500)
    assert found.state == "failed"
    # Its end is its end.
    town.write(books._say, asked.id, "sums", 1)
    assert town.read(books.verification, boss, asked.id).state == "failed"
    second = town.write(books.verify, boss)

    def much_later(tx: Tx, verb: Callable[..., Any], *args: Any) -> Any:
        tx.now += clock.HOUR
        return verb(tx, *args)

    third = town.write(much_later, books.verify, boss)
    assert town.read(books.verification, boss, second.id).state == "failed"
    assert town.read(books.verification, boss, third.id).state == "waiting"


def test_only_administrators(town: Town) -> None:
    (a,) = make_holders(town, 1)
    account = account_of(town, a)
    for who in outsiders(town):
        for verb, args in (
            (books.trial, ()),
            (books.house_accounts, ()),
            (books.accounts_of, ("boss",)),
            (books.journal, (EVERYTHING,)),
            (books.account, (account, EVERYTHING)),
            (books.days_of, (account,)),
            (books.entry, (1,)),
            (books.verify, ()),
            (books.verification, (1,)),
            (books.verifications, ()),
        ):
            assert code(town, verb, who, *args) == "not_operator", verb
