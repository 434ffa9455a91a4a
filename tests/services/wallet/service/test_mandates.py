from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dozen.core import accounts, ledger, notifications
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet.errors import NoSuchReceiver, OwnWallet, PinNeeded, WrongPin
from dozen.services.wallet.errors import mandates as errors
from dozen.services.wallet.errors.merchants import NoSuchMerchant
from dozen.services.wallet.service import bills, mandates, merchants, wallets
from dozen.services.wallet.service.mandates import moment_of
from dozen.services.wallet.structs.mandates import Debit, Mandate
from tests.services.wallet.folk import fund, make_holders, proof
from tests.services.wallet.service.test_bills import NUMBER
from tests.services.wallet.service.test_bills import make as make_biller
from tests.services.wallet.shops import make_shop
from tests.support.town import Town

START = 2 * clock.DAY


def make(town: Town, me: int, other: int = 0, **more: Any) -> Mandate:
    def verb(tx: Tx) -> Mandate:
        new: dict[str, Any] = {
            "payee_kind": "person", "amount": 1_000, "cap": 1_500, "every": "week", "start_at": tx.now + START
        }  # fmt: skip
        if other:
            new["to"] = f"@{accounts.cards(tx, [other])[other].username}"
        return mandates.make(tx, me, mandates.NewMandate(**(new | more)), proof=proof(tx, me))

    return town.write(verb)


def run(town: Town, at: int) -> list[Debit]:
    """What the job does, as if it were that time."""

    def told(tx: Tx) -> bool:
        tx.now = at
        return mandates.announce(tx)

    def ids(tx: Tx) -> list[int]:
        tx.now = at
        return mandates.due(tx)

    made = []
    while town.write(told):
        pass
    for mandate_id in town.read(ids):

        def debit(tx: Tx, mandate_id: int = mandate_id) -> Debit | None:
            tx.now = at
            return mandates.debit(tx, mandate_id)

        found = town.write(debit)
        if found is not None:
            made.append(found)
    return made


def balance(town: Town, person: int) -> int:
    return town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, person)).balance)


def test_announced_a_day_before_and_paid_once(town: Town) -> None:
    ada, bo = make_holders(town, 2, money=10_000)
    made = make(town, ada, bo)
    told = town.read(notifications.unread, ada)
    at = made.start_at
    assert run(town, at - clock.DAY - 1) == []
    assert town.read(notifications.unread, ada) == told
    assert run(town, at - clock.DAY) == []
    assert town.read(notifications.unread, ada) == told + 1
    assert run(town, at - 1) == []
    assert [each.state for each in run(town, at)] == ["paid"]
    assert run(town, at) == []
    assert (balance(town, ada), balance(town, bo)) == (9_000, 11_000)
    after = town.read(mandates.one, ada, made.id)
    assert (after.period, after.next_at) == (1, at + 7 * clock.DAY)
    (debit,) = town.read(mandates.debits, ada, made.id)
    assert (debit.amount, debit.payment_id is not None) == (1_000, True)
    assert town.read(ledger.verify).ok


def test_a_late_announcement_puts_it_off(town: Town) -> None:
    ada, bo = make_holders(town, 2, money=10_000)
    made = make(town, ada, bo)
    late = made.start_at + 20 * clock.DAY  # nothing ran meanwhile
    assert run(town, late) == []
    assert len(run(town, late + clock.DAY)) == 1
    assert balance(town, bo) == 11_000  # what was missed is left out
    assert town.read(mandates.one, ada, made.id).next_at == made.start_at + 21 * clock.DAY + 7 * clock.DAY


def test_shops_and_billers(town: Town) -> None:
    (ada,) = make_holders(town, 1, money=100_000)
    shop, biller = make_shop(town), make_biller(town)
    to_shop = make(town, ada, payee_kind="shop", payee=shop.id)
    to_biller = make(town, ada, payee_kind="biller", payee=biller.id, given=NUMBER, amount=0, cap=100_000)
    small = make(
        town, ada, payee_kind="biller", payee=biller.id, given={"number": "87654321"}, amount=0, cap=10
    )
    now = clock.now()
    run(town, now + clock.DAY)
    last = now + START
    made = {each.mandate: each for each in run(town, last)}
    assert made[to_shop.id].amount == 1_000
    assert town.read(merchants.balances, shop)[0].balance == 990
    assert made[to_biller.id].state == "paid"
    assert balance(town, ada) == 100_000 - 1_000 - made[to_biller.id].amount
    assert small.id not in made  # it is tried again, and then given up
    for n in (1, 2):
        made = {each.mandate: each for each in run(town, last + n * mandates.RETRY)}
    assert (made[small.id].state, made[small.id].why) == ("failed", "mandate_cap")
    assert town.read(bills.fetch, biller.id, {"number": "87654321"}).amount > 10


def test_without_money_it_is_tried_again_and_stops(town: Town) -> None:
    ada, bo = make_holders(town, 2)
    made = make(town, ada, bo)
    at, seen = made.start_at, []
    for _ in range(mandates.FAILURES):
        run(town, at - clock.DAY)
        for n in range(mandates.TRIES):
            seen += run(town, at + n * mandates.RETRY)
        at += 7 * clock.DAY
    assert [(each.state, each.why) for each in seen] == [("failed", "insufficient_funds")] * mandates.FAILURES
    assert town.read(mandates.one, ada, made.id).state == "stopped"
    town.write(fund, ada, 5_000)
    assert run(town, at) == []
    town.write(lambda tx: mandates.resume(tx, ada, made.id, proof=proof(tx, ada)))
    after = town.read(mandates.one, ada, made.id)
    assert (after.state, after.failures) == ("active", 0)
    run(town, after.next_at - clock.DAY)
    assert len(run(town, after.next_at)) == 1
    assert balance(town, bo) == 1_000


def test_money_that_comes_in_time(town: Town) -> None:
    ada, bo = make_holders(town, 2)
    made = make(town, ada, bo)
    run(town, made.start_at - clock.DAY)
    assert run(town, made.start_at) == []
    town.write(fund, ada, 1_000)
    assert len(run(town, made.start_at + mandates.RETRY)) == 1
    assert balance(town, bo) == 1_000


def test_pausing_resuming_cancelling(town: Town) -> None:
    ada, bo = make_holders(town, 2, money=10_000)
    made = make(town, ada, bo)
    run(town, made.start_at - clock.DAY)
    town.write(mandates.pause, ada, made.id)
    assert run(town, made.start_at) == []
    for proof_ in (None, "9999"):
        with pytest.raises((PinNeeded, WrongPin)):
            town.write(
                lambda tx, proof_=proof_: mandates.resume(  # type: ignore[misc]
                    tx, ada, made.id, proof=proof(tx, ada, proof_) if proof_ else None
                )
            )
    town.write(lambda tx: mandates.resume(tx, ada, made.id, proof=proof(tx, ada)))
    run(town, made.start_at - clock.DAY)
    assert len(run(town, made.start_at)) == 1
    town.write(mandates.cancel, ada, made.id)
    town.write(mandates.cancel, ada, made.id)
    with pytest.raises(errors.MandateOver):
        town.write(mandates.pause, ada, made.id)
    assert run(town, made.start_at + 30 * clock.DAY) == []
    for verb in (mandates.pause, mandates.cancel, mandates.one):
        with pytest.raises(errors.NoSuchMandate):
            town.write(verb, bo, made.id)
    with pytest.raises(errors.NoSuchMandate):
        town.read(mandates.debits, bo, made.id)


def test_it_ends(town: Town) -> None:
    ada, bo = make_holders(town, 2, money=10_000)
    made = make(town, ada, bo, end_at=clock.now() + START + 8 * clock.DAY)
    for week in range(4):
        run(town, made.start_at + (week * 7 - 1) * clock.DAY)
        run(town, made.start_at + week * 7 * clock.DAY)
    assert town.read(mandates.one, ada, made.id).state == "ended"
    assert balance(town, bo) == 12_000


def test_mandates_that_cannot_be_made(town: Town) -> None:
    ada, bo = make_holders(town, 2, money=10_000)
    now = clock.now()
    for wrong in (
        {"cap": 0}, {"amount": 2_000}, {"amount": 0}, {"amount": -1}, {"every": "day"}, {"start_at": now},
        {"start_at": now + 500 * clock.DAY}, {"end_at": now}, {"end_at": now + 9_999 * clock.DAY},
    ):  # fmt: skip
        with pytest.raises(errors.BadMandate):
            make(town, ada, bo, **wrong)
    with pytest.raises(OwnWallet):
        make(town, ada, ada)
    with pytest.raises(NoSuchReceiver):
        make(town, ada, to="nobody")
    with pytest.raises(NoSuchMerchant):
        make(town, ada, payee_kind="shop", payee=5)
    assert town.read(mandates.of, ada) == []


def test_two_processes_at_the_same_moment(town: Town) -> None:
    ada, bo = make_holders(town, 2, money=10_000)
    made = make(town, ada, bo)
    run(town, made.start_at - clock.DAY)
    found: list[Debit | None] = []

    def debit(tx: Tx) -> Debit | None:
        tx.now = made.start_at
        return mandates.debit(tx, made.id)

    threads = [Thread(target=lambda: found.append(town.write(debit))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(each is not None for each in found) == 1
    assert balance(town, bo) == 11_000


def test_months_keep_their_day() -> None:
    start = clock.from_datetime(datetime(2026, 1, 31, 9, tzinfo=UTC))
    days = [clock.rfc3339(moment_of(start, "month", n))[:10] for n in range(4)]
    assert days == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
    assert clock.rfc3339(moment_of(start, "quarter", 1))[:10] == "2026-04-30"
    assert clock.rfc3339(moment_of(start, "year", 2))[:10] == "2028-01-31"


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.integers(1, 30 * 24), min_size=3, max_size=12))
def test_never_twice_whatever_the_clock_does(town: Town, steps: list[int]) -> None:
    """The job runs at any moments, twice each: a period is paid at most once, and money is the debits."""
    ada, bo = make_holders(town, 2, money=50_000)
    made = make(town, ada, bo)
    at = clock.now()
    for hours in steps:
        at += hours * clock.HOUR
        run(town, at)
        run(town, at)
    past = town.read(mandates.debits, ada, made.id)
    assert len({each.period for each in past}) == len(past)
    assert balance(town, bo) == 50_000 + 1_000 * sum(each.state == "paid" for each in past)
    assert len(past) <= (at - made.start_at) // (7 * clock.DAY) + 1
