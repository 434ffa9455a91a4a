"""Charges, from being asked for to their end."""

from __future__ import annotations

from typing import Any

import pytest

from dozen.core import ledger, payments
from dozen.core.payments import errors
from dozen.db import Tx
from tests.core.payments.conftest import ADA, BACK, BO, Shop
from tests.support.gateway import ASKS, BROKE, DECLINED, type_card, visit


def test_a_card_at_the_gateways_page(shop: Shop) -> None:
    charge = shop.charge(5_000)
    assert charge.state == "requires_action"
    assert charge.next_action is not None
    answer = type_card(charge.next_action)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{BACK}?payment_intent=")
    assert shop.balance() == 0  # the browser's word counts nothing
    charge = shop.again(charge)
    assert (charge.state, charge.captured, charge.fee, charge.next_action) == ("captured", 5_000, 175, None)
    assert charge.next_at is None
    assert shop.balance() == 5_000
    assert shop.house("gateway.stripe") == -(5_000 - 175)
    assert shop.house("payments.fees") == -175
    assert [(each.id, each.state) for each in shop.heard] == [(charge.id, "captured")]
    assert shop.town.read(ledger.verify).ok


def test_no_card_number_is_anywhere_with_us(shop: Shop) -> None:
    card = shop.card()
    charge = shop.charge(method=card.id)
    assert charge.state == "captured"

    def all_text(tx: Tx) -> str:
        tables = ("charges", "refunds", "payouts", "methods", "events")
        found = [tx.driver.execute(f"SELECT * FROM payments_{t}").fetchall() for t in tables]
        return repr([[tuple(map(_plain, row)) for row in rows] for rows in found])

    text = shop.town.read(all_text)
    assert "4242424242424242" not in text.replace(" ", "")
    assert "pm_" not in text  # what stands for it is sealed
    assert (card.brand, card.last4, card.exp_month, card.exp_year) == ("visa", "4242", 12, 2034)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def test_a_decline_and_another_card(shop: Shop) -> None:
    charge = shop.charge()
    assert charge.next_action is not None
    refused = type_card(charge.next_action, BROKE)
    assert refused.status_code == 402
    assert "insufficient funds" in refused.text
    assert shop.again(charge).state == "requires_action"
    assert type_card(charge.next_action).status_code == 303
    assert shop.again(charge).state == "captured"


def test_three_declines_end_it(shop: Shop) -> None:
    charge = shop.charge()
    assert charge.next_action is not None
    for _ in range(3):
        last = type_card(charge.next_action, DECLINED)
    assert last.headers["location"].endswith("redirect_status=canceled")
    charge = shop.again(charge)
    assert (charge.state, charge.failure_code) == ("failed", "generic_decline")
    assert shop.balance() == shop.house("gateway.stripe") == 0
    assert [each.state for each in shop.heard] == ["failed"]


def test_three_d_secure(shop: Shop) -> None:
    charge = shop.charge()
    assert charge.next_action is not None
    asked = type_card(charge.next_action, ASKS)
    assert asked.status_code == 303
    assert "/approve/" in asked.headers["location"]
    assert shop.again(charge).state == "requires_action"
    assert visit(asked.headers["location"], do="approve").status_code == 303
    assert shop.again(charge).state == "captured"


@pytest.mark.parametrize(("choice", "end"), [("approve", "captured"), ("refuse", "failed")])
def test_net_banking(shop: Shop, choice: str, end: str) -> None:
    charge = shop.charge(kind="netbanking")
    assert charge.next_action is not None
    assert visit(charge.next_action, do=choice).status_code == 303
    assert shop.again(charge).state == end


def test_a_saved_card_needs_nobody(shop: Shop) -> None:
    charge = shop.charge(method=shop.card().id)
    assert (charge.state, charge.captured) == ("captured", 5_000)
    assert shop.balance() == 5_000


def test_a_saved_card_that_is_declined_cannot_be_paid_later(shop: Shop) -> None:
    charge = shop.charge(method=shop.card(BROKE).id)
    assert (charge.state, charge.failure_code) == ("failed", "insufficient_funds")
    assert shop.gate.objects("payment_intent")[0]["status"] == "canceled"
    assert [each.state for each in shop.heard] == ["failed"]


def test_a_saved_card_that_asks_for_approval(shop: Shop) -> None:
    charge = shop.charge(method=shop.card(ASKS).id)
    assert charge.next_action is not None
    visit(charge.next_action, do="refuse")
    charge = shop.again(charge)
    assert (charge.state, charge.failure_code) == ("failed", "authentication_failed")


def test_somebody_elses_card_is_not_found(shop: Shop) -> None:
    card = shop.card()
    account = shop.wallet(BO)
    given: Any = {"purpose": "shop", "subject": "", "into": account, "return_url": BACK}
    with pytest.raises(errors.NoSuchMethod):
        shop.town.write(payments.charge, BO, 1, "EUR", key="k", method=card.id, **given)
    with pytest.raises(errors.NoSuchMethod):
        shop.town.write(payments.remove_method, BO, card.id)
    charge = shop.charge()
    with pytest.raises(errors.NoSuchCharge):
        shop.town.read(payments.charge_by_id, BO, charge.id)


def test_authorise_then_capture_a_part(shop: Shop) -> None:
    charge = shop.charge(method=shop.card().id, manual=True)
    assert charge.state == "authorised"
    assert shop.balance() == 0
    with pytest.raises(errors.NotCapturable):
        shop.town.write(payments.capture, charge.id, 5_001)
    shop.town.write(payments.capture, charge.id, 3_000)
    assert shop.town.write(payments.capture, charge.id, 3_000).wish == "capture"
    with pytest.raises(errors.NotCapturable):
        shop.town.write(payments.capture, charge.id, 2_000)
    charge = shop.again(charge)
    assert (charge.state, charge.captured, charge.wish) == ("captured", 3_000, "")
    assert shop.balance() == 3_000
    assert [each.state for each in shop.heard] == ["authorised", "captured"]


def test_authorise_then_cancel(shop: Shop) -> None:
    charge = shop.charge(method=shop.card().id, manual=True)
    shop.town.write(payments.cancel, charge.id)
    with pytest.raises(errors.NotCapturable):
        shop.town.write(payments.capture, charge.id)
    assert shop.again(charge).state == "cancelled"
    assert shop.gate.objects("payment_intent")[0]["status"] == "canceled"


def test_cancelled_before_the_gateway_heard(shop: Shop) -> None:
    given: Any = {"purpose": "shop", "subject": "", "into": shop.account, "return_url": BACK}
    made = shop.town.write(payments.charge, ADA, 100, "EUR", key="k", **given)
    assert shop.town.write(payments.cancel, made.id).state == "cancelled"
    assert payments.advance(shop.env, made.id).state == "cancelled"
    shop.work()
    assert shop.gate.objects("payment_intent") == []
    assert [each.state for each in shop.heard] == ["cancelled"]


def test_a_cancel_that_comes_too_late(shop: Shop) -> None:
    charge = shop.charge()
    assert charge.next_action is not None
    type_card(charge.next_action)
    assert shop.town.write(payments.cancel, charge.id).state == "requires_action"
    charge = shop.again(charge)
    assert (charge.state, charge.wish) == ("captured", "")
    with pytest.raises(errors.NotCancellable):
        shop.town.write(payments.cancel, charge.id)


def test_what_is_not_paid_in_time_is_cancelled(shop: Shop) -> None:
    charge = shop.charge(expires_in=1)
    assert charge.state == "cancelled"
    charge = shop.charge()

    def late(tx: Tx) -> None:
        tx.driver.execute("UPDATE payments_charges SET expires_at = 1")

    shop.town.write(late)
    assert shop.again(charge).state == "cancelled"
    assert shop.gate.objects("payment_intent")[-1]["status"] == "canceled"


def test_the_same_key_is_the_same_charge(shop: Shop) -> None:
    one = shop.charge(key="once")
    assert shop.charge(key="once").id == one.id
    with pytest.raises(errors.KeyReused):
        shop.charge(4_999, key="once")
    assert len(shop.gate.objects("payment_intent")) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0}, {"amount": -1}, {"amount": 10**12}, {"amount": True}, {"purpose": "Shop"},
        {"purpose": ""}, {"subject": "x" * 201}, {"subject": "é"}, {"key": ""}, {"key": "a b"},
        {"return_url": "javascript:alert(1)"}, {"return_url": "/back"}, {"kind": "cheque"},
        {"expires_in": 0}, {"expires_in": 10**10},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for(shop: Shop, wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.BadPayment):
        shop.charge(**wrong)
    assert shop.town.read(payments.charges, ADA) == []


def test_an_account_of_another_currency(shop: Shop) -> None:
    with pytest.raises(errors.BadPayment):
        shop.charge(into=shop.wallet(ADA, "USD"))


def test_a_gateway_that_is_none(shop: Shop) -> None:
    with pytest.raises(errors.NoGateway):
        shop.charge(gateway="other")


def test_money_for_a_closed_account_is_kept_apart(shop: Shop) -> None:
    charge = shop.charge()
    assert charge.next_action is not None
    type_card(charge.next_action)
    shop.town.write(ledger.close_account, shop.account)
    assert shop.again(charge).state == "captured"
    assert shop.house("payments.unclaimed") == 5_000
    assert shop.town.read(ledger.verify).ok


def test_money_for_a_frozen_account_is_credited(shop: Shop) -> None:
    charge = shop.charge()
    assert charge.next_action is not None
    type_card(charge.next_action)
    shop.town.write(ledger.set_state, shop.account, "frozen")
    assert shop.again(charge).state == "captured"
    assert shop.balance() == 5_000


def test_a_listener_that_fails_is_told_again(shop: Shop) -> None:
    calls: list[str] = []

    def moody(tx: Tx, charge: payments.Charge) -> None:
        calls.append(charge.state)
        ledger.open_account(tx, ADA, "prize", "EUR")
        if len(calls) == 1:
            raise ValueError("not today")

    payments.on_result(shop.env, "moody", moody)
    charge = shop.charge(method=shop.card().id, purpose="moody.thing")
    assert (charge.state, charge.told) == ("captured", False)
    assert shop.town.read(ledger.find_account, ADA, "prize", "EUR") is None
    shop.work()
    assert calls == ["captured", "captured"]
    assert shop.now(charge).told
    assert shop.town.read(ledger.find_account, ADA, "prize", "EUR") is not None
    shop.work()
    assert len(calls) == 2


def test_a_listener_that_gives_the_money_back_at_once(shop: Shop) -> None:
    def sold_out(tx: Tx, charge: payments.Charge) -> None:
        if charge.paid:
            payments.refund(tx, charge.id, key="sold-out", reason="Sold out")

    payments.on_result(shop.env, "gone", sold_out)
    charge = shop.charge(method=shop.card().id, purpose="gone")
    assert charge.refunding == 5_000
    assert shop.balance() == 0


def test_a_card_that_is_removed_meanwhile(shop: Shop) -> None:
    card = shop.card()
    given: Any = {"purpose": "shop", "subject": "", "into": shop.account, "return_url": BACK}
    made = shop.town.write(payments.charge, ADA, 100, "EUR", key="k", method=card.id, **given)
    shop.town.write(payments.remove_method, ADA, card.id)
    made = payments.advance(shop.env, made.id)
    assert (made.state, made.failure_code) == ("failed", "method_removed")


def test_lists_are_paged(shop: Shop) -> None:
    made = [shop.charge(100 + n).id for n in range(5)]
    first = shop.town.read(payments.charges, ADA, None, 2)
    then = shop.town.read(payments.charges, ADA, first[-1].id, 10)
    assert [each.id for each in first + then] == made[::-1]
    assert shop.town.read(payments.charges, BO) == []
    found = shop.town.read(payments.charge_of, "shop.order", "7")
    assert found is not None
    assert found.id == made[-1]
