"""Rules at the one way that money moves."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dozen.core import ledger
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.services.wallet import errors
from dozen.services.wallet.errors.desk import NotOperator, ReasonNeeded
from dozen.services.wallet.errors.risk import BadRule, NoSuchRule
from dozen.services.wallet.queries import risk as queries
from dozen.services.wallet.service import devices, sending, wallets
from dozen.services.wallet.service.movements import Movement, Standing
from dozen.services.wallet.service.moving import move
from dozen.services.wallet.service.risk import checking, features, tuning
from dozen.services.wallet.structs import Receipt
from tests.services.wallet.folk import make_holders, proof
from tests.services.wallet.staff import staff
from tests.support.town import Town


def device(town: Town, person: int, secret: str) -> int:
    return town.write(
        lambda tx: devices.seen(tx, person, secret, kind="browser", name="Phone", address="::1").id
    )


def pay(tx: Tx, me: int, to: int, amount: int, device_id: int | None, at: int = 0) -> Receipt:
    if at:
        tx.now = at
        this = ids.at(at, sequence=tx.next_id() % 4096)
        return move(
            tx,
            Movement(
                kind="person", actor=me, payer=wallets.party(tx, me), payee=wallets.party(tx, to),
                amount=amount, currency="INR", proof=proof(tx, me), device_id=device_id, id=this,
            ),
        )  # fmt: skip
    return sending.send(tx, me, to, amount, "INR", proof=proof(tx, me), device_id=device_id)


def regular(town: Town, me: int, to: int, device_id: int, days: int = 12) -> None:
    """Somebody who pays about a hundred a day to somebody, at noon."""
    noon = clock.now() // clock.DAY * clock.DAY - days * clock.DAY + 12 * clock.HOUR
    for day in range(days):
        town.write(pay, me, to, 9_000 + 100 * (day % 5), device_id, noon + day * clock.DAY)


def taken_over(town: Town, *, others: int = 0) -> tuple[int, int, int]:
    """Somebody with habits, a stranger, and the stranger's device on their account."""
    me, friend, thief, *more = make_holders(town, 3 + others, money=500_000, tier=2)
    regular(town, me, friend, device(town, me, "mine"))
    for each in more:
        town.write(pay, each, friend, 100, device(town, each, "thief's"))
    return me, thief, device(town, me, "thief's")


def test_a_takeover_is_held_with_reasons(town: Town) -> None:
    me, thief, stolen = taken_over(town)
    receipt = town.write(pay, me, thief, 350_000, stolen)
    payment = receipt.payment
    assert payment.state == "review"
    assert {"new_device", "unusual_amount", "new_payee", "draining"} <= set(payment.flags)
    found = town.read(queries.finding.first, payment=payment.id)
    assert found is not None
    assert (found.person, found.payee, found.amount, found.state) == (me, thief, 350_000, "open")
    assert found.score == sum(each.weight for each in found.reasons) >= 60
    assert all(each.value >= each.threshold for each in found.reasons)
    balance = town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, me)))
    assert balance.held == 350_000
    assert town.read(ledger.verify).ok


def test_the_usual_is_not_held(town: Town) -> None:
    me, friend = make_holders(town, 2, money=500_000, tier=2)
    mine = device(town, me, "mine")
    regular(town, me, friend, mine)
    assert town.write(pay, me, friend, 9_500, mine).payment.state == "done"
    assert town.read(queries.findings_of.all, person=me, before=ids.MAX, limit=9) == []


def test_two_statements_and_no_more(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    me, friend = make_holders(town, 2, money=500_000, tier=2)
    mine = device(town, me, "mine")
    town.write(pay, me, friend, 9_000, mine)
    asked: list[str] = []

    def watch(tx: Tx) -> None:
        class Spy:
            def __init__(self, driver: Any) -> None:
                self.driver = driver

            def __getattr__(self, name: str) -> Any:
                asks = getattr(self.driver, name)
                if name not in ("execute", "executemany", "soon"):
                    return asks

                def ask(sql: str, *rest: Any) -> Any:
                    asked.append(sql)
                    return asks(sql, *rest)

                return ask

        real = tx.driver
        tx._driver = Spy(real)
        pay(tx, me, friend, 9_000, mine)

    town.write(watch)
    with_rules = [sql for sql in asked if "wallet_risk" in sql]
    reads = [sql for sql in with_rules if "INSERT" not in sql]
    assert len(with_rules) == 2, with_rules
    assert len(reads) == 1, "and it is the one that reads all else of who pays"
    assert "wallet_limits" in reads[0]


def test_many_people_on_one_device(town: Town) -> None:
    me, thief, stolen = taken_over(town, others=6)
    with pytest.raises(errors.PaymentRefused):
        town.write(pay, me, thief, 350_000, stolen)
    assert town.read(queries.findings_of.all, person=me, before=ids.MAX, limit=9) == []
    town.write(checking.keep_refused, me)
    (found,) = town.read(queries.findings_of.all, person=me, before=ids.MAX, limit=9)
    assert found.state == "refused"
    assert "shared_device" in {each.code for each in found.reasons}
    town.write(checking.keep_refused, me)
    assert len(town.read(queries.findings_of.all, person=me, before=ids.MAX, limit=9)) == 1
    assert town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, me))).held == 0


def test_many_small_ones_to_many_shops(town: Town) -> None:
    me, *payees = make_holders(town, 16, money=500_000, tier=2)
    mine = device(town, me, "mine")
    states = [town.write(pay, me, each, 100, mine).payment.state for each in payees]
    assert states[:6] == ["done"] * 6
    assert set(states[8:]) == {"review"}


def test_what_was_agreed_to_before_is_not_looked_at(town: Town) -> None:
    me, thief, stolen = taken_over(town)

    def agreed(tx: Tx) -> Receipt:
        return move(
            tx,
            Movement(
                kind="person", actor=me, payer=wallets.party(tx, me), payee=wallets.party(tx, thief),
                amount=350_000, currency="INR", device_id=stolen, proof=Standing("mandate", 1),
            ),
        )  # fmt: skip

    assert town.write(agreed).payment.state == "done"


def test_rules_are_tuned_with_history(town: Town) -> None:
    admin, moderator = staff(town), staff(town, "moderator")
    me, thief, stolen = taken_over(town)
    for who in (moderator, staff(town, "member"), staff(town, "admin", {"wallet:read"})):
        with pytest.raises(NotOperator):
            town.write(tuning.change, who, "review", 0, 110, on=True, reason="Too many are held")
    with pytest.raises(NoSuchRule):
        town.write(tuning.change, admin, "nothing", 1, 1, on=True, reason="Too many are held")
    with pytest.raises(ReasonNeeded):
        town.write(tuning.change, admin, "review", 0, 110, on=True, reason="")
    for code, weight, threshold in (
        ("review", 0, 121),
        ("refuse", 0, 10),
        ("velocity", 500, 8),
        ("velocity", 5, 0),
    ):
        with pytest.raises(BadRule):
            town.write(tuning.change, admin, code, weight, threshold, on=True, reason="Too many are held")
    town.write(tuning.change, admin, "review", 0, 115, on=True, reason="Too many are held")
    assert town.write(pay, me, thief, 300_000, stolen).payment.state == "done"
    town.write(tuning.change, admin, "new_device", 118, 5, on=True, reason="Takeovers this week")
    assert town.read(tuning.rules, moderator)["new_device"].weight == 118
    assert town.write(pay, me, thief, 10_000, device(town, me, "another")).payment.state == "review"
    history = town.read(tuning.history, moderator)
    assert [each.code for each in history] == ["new_device", "review"]
    assert history[0].changed_by == admin.person_id
    assert history[1].reason == "Too many are held"
    town.write(tuning.change, admin, "new_device", 118, 5, on=True, reason="The same again")
    assert len(town.read(tuning.history, moderator)) == 2


def test_habits_of_who_is_gone(town: Town) -> None:
    me, friend = make_holders(town, 2, money=500_000)
    town.write(pay, me, friend, 100, device(town, me, "mine"))
    assert town.read(queries.look.first, person=me, device=0)[0] is not None  # type: ignore[index]
    town.write(checking.forget, me)
    assert town.read(queries.look.first, person=me, device=0) == (None, 0)
    assert town.read(queries.around.all, person=me, devices=8, limit=9) == []


def test_a_database_and_pure_functions_agree(town: Town) -> None:
    """What is stored is what the pure functions make of the same payments."""
    me, friend = make_holders(town, 2, money=500_000, tier=2)
    mine = device(town, me, "mine")
    regular(town, me, friend, mine, days=6)
    row = town.read(queries.look.first, person=me, device=mine)
    assert row is not None
    habits = features.unpack(row[0])
    assert habits.count == 6
    assert habits.amounts["INR"].n == 6
    assert [each.id for each in habits.devices] == [mine]
    assert msgspec.msgpack.decode(row[0] or b"")[0] == 6
