"""A gateway on a bad day, over real HTTP."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from dozen.core import ledger, payments
from dozen.core.payments.driving import recover
from tests.core.payments.conftest import ADA, BACK, Shop
from tests.core.payments.test_refunding import paid, settle

BAD_DAYS: list[dict[str, Any]] = [
    {"drop_before": 1}, {"drop_after": 1}, {"error_before": 1}, {"error_after": 1}, {"garbage": 1},
]  # fmt: skip


@pytest.mark.parametrize("trouble", BAD_DAYS, ids=lambda trouble: next(iter(trouble)))
def test_no_clear_answer_is_no_answer(shop: Shop, trouble: dict[str, Any]) -> None:
    card = shop.card()
    shop.gate.misbehave(**trouble)
    charge = shop.charge(method=card.id)
    assert charge.state == "created"
    for _ in range(5):
        charge = shop.again(charge)
        assert charge.state == "created"
    assert charge.tries > 0
    shop.gate.misbehave()
    assert shop.again(charge).state == "captured"
    assert [each["status"] for each in shop.gate.objects("payment_intent")] == ["succeeded"]
    assert shop.balance() == 5_000
    assert len(shop.heard) == 1


@pytest.mark.parametrize("trouble", BAD_DAYS, ids=lambda trouble: next(iter(trouble)))
def test_a_refund_is_made_once(shop: Shop, trouble: dict[str, Any]) -> None:
    charge = paid(shop)
    shop.gate.misbehave(**trouble)
    refund = shop.town.write(payments.refund, charge.id, 2_000, key="a")
    for _ in range(6):
        shop.work()
    assert shop.town.read(payments.refund_by_id, ADA, refund.id).state == "sent"
    shop.gate.misbehave()
    settle(shop)
    assert shop.town.read(payments.refund_by_id, ADA, refund.id).state == "succeeded"
    assert len(shop.gate.objects("refund")) == 1
    assert shop.balance() == 3_000


def test_a_confirmation_whose_answer_is_lost(shop: Shop) -> None:
    card = shop.card()
    given: Any = {"purpose": "shop", "subject": "", "into": shop.account, "return_url": BACK}
    made = shop.town.write(payments.charge, ADA, 700, "EUR", key="k", method=card.id, **given)
    shop.gate.misbehave(drop_after=1)
    assert payments.advance(shop.env, made.id).gateway_ref is None
    shop.gate.misbehave()
    # The next turn registers it again under its key, and then confirms: this answer gets lost.
    real: Any = shop.env.part(payments.Gateways).get("stripe")
    confirm = real.confirm_charge

    def lost(*args: Any) -> Any:
        confirm(*args)
        raise payments.Unknown("lost")

    real.confirm_charge = lost
    shop.hurry()
    assert payments.advance(shop.env, made.id).state == "created"
    real.confirm_charge = confirm
    assert shop.town.write(payments.cancel, made.id).state == "created"  # only the gateway knows
    shop.hurry()
    assert payments.advance(shop.env, made.id).state == "captured"
    assert len(shop.gate.objects("charge")) == 1


def test_what_a_gateway_never_heard_of_has_failed_when_its_keys_are_forgotten(shop: Shop) -> None:
    charge = paid(shop)
    shop.gate.misbehave(drop_before=1)
    refund = shop.town.write(payments.refund, charge.id, 2_000, key="a")
    shop.work()

    def long_ago(tx: Any) -> None:
        tx.driver.execute("UPDATE payments_refunds SET sent_at = 1")

    shop.town.write(long_ago)
    shop.work()
    assert shop.town.read(payments.refund_by_id, ADA, refund.id).state == "sent"
    shop.gate.misbehave()
    shop.work()
    refund = shop.town.read(payments.refund_by_id, ADA, refund.id)
    assert (refund.state, refund.failure_code) == ("failed", "unknown_to_gateway")
    assert shop.gate.objects("refund") == []
    assert shop.balance() == 5_000


def test_what_a_gateway_has_heard_of_is_found_when_its_keys_are_forgotten(shop: Shop) -> None:
    paid(shop)
    bank = shop.bank()
    shop.gate.misbehave(drop_after=1)
    payout = shop.town.write(
        payments.payout, ADA, shop.account, 900, destination=bank.id, purpose="shop", key="a"
    )
    shop.work()
    shop.gate.misbehave()

    def long_ago(tx: Any) -> None:
        tx.driver.execute("UPDATE payments_payouts SET sent_at = 1")

    shop.town.write(long_ago)
    settle(shop)
    assert shop.town.read(payments.payout_by_id, ADA, payout.id).state == "succeeded"
    assert len(shop.gate.objects("payout")) == 1


def test_a_wrong_key_is_no_refusal(shop: Shop) -> None:
    shop.gate.server.key = "sk_other"
    assert shop.charge().state == "created"
    shop.gate.server.key = shop.gate.key
    charge = shop.town.read(payments.charges, ADA)[0]
    assert shop.again(charge).state == "requires_action"


def test_a_gateway_that_may_not_be_called(shop: Shop) -> None:
    from dozen.core.outbound import Outbound
    from dozen.core.outbound.rules import Rules

    shop.env.part(Outbound).rules = Rules("")
    charge = shop.charge()
    assert (charge.state, charge.tries) == ("created", 1)


def test_a_dead_workers_charge_is_found(shop: Shop) -> None:
    given: Any = {"purpose": "shop", "subject": "", "into": shop.account, "return_url": BACK}
    made = shop.town.write(payments.charge, ADA, 700, "EUR", key="k", **given)

    def died(tx: Any) -> None:
        tx.driver.execute("DELETE FROM jobs_queue")
        tx.driver.execute("UPDATE payments_charges SET next_at = 1")

    shop.town.write(died)
    assert shop.runner.drain() == 0
    assert shop.town.write(recover) == 1
    shop.runner.drain()
    assert shop.now(made).state == "requires_action"


def test_many_at_once_on_one_charge(shop: Shop) -> None:
    """Jobs, doors and webhooks meet on one row."""
    card = shop.card()
    given: Any = {"purpose": "shop", "subject": "", "into": shop.account, "return_url": BACK}
    made = shop.town.write(payments.charge, ADA, 700, "EUR", key="k", method=card.id, **given)
    failed: list[BaseException] = []

    def go() -> None:
        try:
            payments.advance(shop.env, made.id)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert shop.again(made).state == "captured"
    assert len(shop.gate.objects("charge")) == 1
    assert shop.balance() == 700
    assert len(shop.heard) == 1
    assert shop.town.read(ledger.verify).ok
