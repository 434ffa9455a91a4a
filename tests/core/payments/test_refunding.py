"""Money that goes back, and money that goes out."""

from __future__ import annotations

import time
from typing import Any

import pytest

from dozen.core import ledger, payments
from dozen.core.payments import errors
from dozen.db import Tx
from tests.core.payments.conftest import ADA, BACK, BO, Shop


def paid(shop: Shop, amount: int = 5_000) -> payments.Charge:
    charge = shop.charge(amount, method=shop.card().id)
    assert charge.state == "captured"
    return charge


def settle(shop: Shop) -> None:
    """Refunds and payouts take the simulator a moment. Until it and we have no more to do about them."""

    def open_(tx: Tx) -> bool:
        tables = ("payments_refunds", "payments_payouts")
        looks = (f"SELECT count(*) FROM {name} WHERE next_at IS NOT NULL" for name in tables)
        return any(tx.driver.execute(look).fetchone()[0] for look in looks)

    end = time.monotonic() + 20
    while time.monotonic() < end:
        shop.work()
        theirs = [*shop.gate.objects("refund"), *shop.gate.objects("payout")]
        if all(each["status"] != "pending" for each in theirs) and not shop.town.read(open_):
            return
        time.sleep(0.05)
    raise TimeoutError("refunds and payouts take more than a moment")


def test_refunds_in_parts_and_the_rest(shop: Shop) -> None:
    charge = paid(shop)
    shop.heard.clear()
    first = shop.town.write(payments.refund, charge.id, 2_000, key="a", reason="One of two")
    assert first.state == "created"
    assert shop.balance() == 3_000  # it cannot be spent any more
    assert shop.house("payments.clearing") == 2_000
    settle(shop)
    assert shop.now(charge).state == "partially_refunded"
    shop.town.write(payments.refund, charge.id, key="b")
    settle(shop)
    charge = shop.now(charge)
    assert (charge.state, charge.refunded, charge.refundable) == ("refunded", 5_000, 0)
    assert [each.state for each in shop.town.read(payments.refunds_of, charge.id)] == ["succeeded"] * 2
    assert [each.state for each in shop.heard] == ["succeeded", "succeeded"]
    assert shop.balance() == shop.house("payments.clearing") == 0
    assert shop.house("gateway.stripe") == 175  # the gateway keeps its fee
    assert shop.town.read(ledger.verify).ok


def test_never_more_than_was_captured(shop: Shop) -> None:
    charge = paid(shop)
    shop.town.write(ledger.transfer, [
        ledger.Leg(shop.account, 9_000),
        ledger.Leg(shop.town.write(ledger.house, "gift", "EUR", "expense").id, -9_000),
    ], kind="gift")  # fmt: skip
    shop.town.write(payments.refund, charge.id, 3_000, key="a")
    with pytest.raises(errors.NotRefundable) as caught:
        shop.town.write(payments.refund, charge.id, 2_001, key="b")
    assert caught.value.extra["left"] == 2_000
    assert shop.town.write(payments.refund, charge.id, 3_000, key="a").amount == 3_000
    with pytest.raises(errors.KeyReused):
        shop.town.write(payments.refund, charge.id, 1_000, key="a")
    settle(shop)
    with pytest.raises(errors.NotRefundable):
        shop.town.write(payments.refund, charge.id, 2_001, key="c")


def test_what_was_not_paid_is_not_refunded(shop: Shop) -> None:
    charge = shop.charge()
    with pytest.raises(errors.NotRefundable):
        shop.town.write(payments.refund, charge.id, 1, key="a")
    with pytest.raises(errors.NoSuchCharge):
        shop.town.write(payments.refund, 1, 1, key="a")


def test_what_was_spent_is_not_refunded(shop: Shop) -> None:
    charge = paid(shop)
    shop.town.write(ledger.pay, shop.account, shop.wallet(BO), 4_000, kind="gift")
    with pytest.raises(ledger.errors.InsufficientFunds):
        shop.town.write(payments.refund, charge.id, 2_000, key="a")
    assert shop.now(charge).refunding == 0
    assert shop.town.read(payments.refunds_of, charge.id) == []


def test_a_refund_that_fails_comes_back(shop: Shop) -> None:
    charge = paid(shop)
    shop.gate.misbehave(refund_fail_rate=1)
    refund = shop.town.write(payments.refund, charge.id, 2_000, key="a")
    settle(shop)
    refund = shop.town.read(payments.refund_by_id, ADA, refund.id)
    assert (refund.state, refund.failure_code) == ("failed", "lost_or_stolen_card")
    assert shop.balance() == 5_000
    assert shop.now(charge).refundable == 5_000
    assert shop.house("payments.clearing") == 0
    assert shop.town.read(ledger.verify).ok


def test_a_payout(shop: Shop) -> None:
    paid(shop)
    bank = shop.bank()
    assert (bank.brand, bank.last4) == ("Simulated Bank", "5678")
    payout = shop.town.write(
        payments.payout, ADA, shop.account, 1_500, destination=bank.id, purpose="shop.out", key="a"
    )
    assert shop.balance() == 3_500
    settle(shop)
    payout = shop.town.read(payments.payout_by_id, ADA, payout.id)
    assert (payout.state, payout.fee) == ("succeeded", 25)
    assert shop.balance() == 3_500
    assert shop.house("payments.clearing") == 0
    assert shop.house("gateway.stripe") == -(5_000 - 175 - 1_500 - 25)
    assert shop.town.read(payments.payouts, ADA) == [payout]
    assert shop.town.read(ledger.verify).ok


def test_a_payout_that_fails_comes_back(shop: Shop) -> None:
    paid(shop)
    bank = shop.bank("DE00 0002")
    given: Any = {"destination": bank.id, "purpose": "shop.out", "key": "a"}
    payout = shop.town.write(payments.payout, ADA, shop.account, 1_500, **given)
    assert shop.town.write(payments.payout, ADA, shop.account, 1_500, **given).id == payout.id
    assert shop.balance() == 3_500
    settle(shop)
    payout = shop.town.read(payments.payout_by_id, ADA, payout.id)
    assert (payout.state, payout.failure_code) == ("failed", "account_closed")
    assert shop.balance() == 5_000
    assert shop.heard[-1].state == "failed"


def test_who_may_be_paid_out(shop: Shop) -> None:
    paid(shop)
    bank, card = shop.bank(), shop.card()
    given: Any = {"purpose": "shop.out", "key": "k"}
    with pytest.raises(errors.NotYours):
        shop.town.write(payments.payout, BO, shop.account, 1, destination=bank.id, **given)
    with pytest.raises(errors.NoSuchMethod):
        shop.town.write(payments.payout, BO, shop.wallet(BO), 1, destination=bank.id, **given)
    with pytest.raises(errors.MethodNotReady):
        shop.town.write(payments.payout, ADA, shop.account, 1, destination=card.id, **given)
    with pytest.raises(ledger.errors.InsufficientFunds):
        shop.town.write(payments.payout, ADA, shop.account, 5_001, destination=bank.id, **given)
    assert shop.town.read(payments.payouts, ADA) == []
    assert shop.balance() == 5_000


def test_saved_methods(shop: Shop) -> None:
    card, bank = shop.card(), shop.bank()
    assert shop.town.read(payments.methods, ADA) == [bank, card]
    assert shop.town.read(payments.methods, BO) == []
    assert shop.town.write(payments.remove_method, ADA, card.id)
    assert not shop.town.write(payments.remove_method, ADA, card.id)
    assert shop.town.read(payments.methods, ADA) == [bank]
    shop.work()
    assert [each["detached"] for each in shop.gate.objects("payment_method")] == [True, False]

    def tokens(tx: Any) -> list[bool]:
        found = tx.driver.execute("SELECT token FROM payments_methods ORDER BY id").fetchall()
        return [row[0] is not None for row in found]

    assert shop.town.read(tokens) == [False, True]
    assert not shop.town.write(payments.forget, ADA)
    assert shop.town.read(payments.methods, ADA) == []


def test_a_method_that_is_never_entered_or_called_off(shop: Shop) -> None:
    from tests.support.gateway import visit

    made = shop.town.write(payments.add_method, ADA, kind="card", return_url=BACK, key="k")
    made = payments.advance_method(shop.env, made.id)
    assert made.next_action is not None
    visit(made.next_action, do="cancel")
    shop.hurry()
    made = payments.advance_method(shop.env, made.id)
    assert (made.state, made.failure_code) == ("failed", "cancelled")


def test_not_too_many_methods(shop: Shop) -> None:
    for n in range(20):
        shop.town.write(payments.add_method, ADA, kind="card", return_url=BACK, key=f"k{n}")
    with pytest.raises(errors.TooManyMethods):
        shop.town.write(payments.add_method, ADA, kind="card", return_url=BACK, key="one-more")
