"""What the gateway tells unasked: true, doubled, late, forged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dozen.core import payments
from dozen.core.payments import errors
from dozen.core.payments.stripe import sign
from dozen.kit import clock
from tests.core.payments.conftest import Shop
from tests.support.gateway import type_card


def deliver(
    shop: Shop, event: Any, *, secret: str | None = None, age: int = 0, body: bytes | None = None
) -> payments.Received:
    raw = json.dumps(event).encode()
    header = sign(raw, (secret or shop.gate.webhook_secret).encode(), clock.now() // 1000 - age)
    return payments.receive_webhook(
        shop.env, "stripe", {"stripe-signature": header}, raw if body is None else body
    )


def events(shop: Shop) -> list[Any]:
    return shop.gate.objects("event")


def test_a_webhook_settles_a_charge(shop: Shop) -> None:
    charge = shop.charge()
    assert charge.next_action is not None
    type_card(charge.next_action)
    done = [deliver(shop, event) for event in events(shop)]
    assert [(each.new, each.outcome) for each in done[-1:]] == [(True, "applied")]
    charge = shop.now(charge)
    assert (charge.state, charge.captured, charge.fee) == ("captured", 5_000, None)
    assert shop.house("gateway.stripe") == -5_000
    shop.work()  # webhooks do not tell the fee: a job asks for it
    assert shop.now(charge).fee == 175
    assert shop.house("gateway.stripe") == -(5_000 - 175)
    assert len(shop.heard) == 1


def test_doubled_and_in_any_order(shop: Shop) -> None:
    charge = shop.charge()
    assert charge.next_action is not None
    type_card(charge.next_action)
    for event in events(shop)[::-1]:
        assert deliver(shop, event).new
        assert not deliver(shop, event).new
    assert shop.now(charge).state == "captured"
    assert shop.balance() == 5_000
    assert len(shop.heard) == 1


def test_before_the_answer_to_our_own_call(shop: Shop) -> None:
    """The answer to the first call is lost; the webhook tells of an id that we have never seen."""
    shop.gate.misbehave(drop_after=1)
    charge = shop.charge()
    assert (charge.state, charge.gateway_ref) == ("created", None)
    shop.gate.misbehave()
    (event,) = events(shop)
    assert deliver(shop, event).outcome == "applied"
    assert shop.now(charge).gateway_ref == event["data"]["object"]["id"]
    charge = shop.again(charge)
    assert charge.state == "requires_action"
    assert len(shop.gate.objects("payment_intent")) == 1


@pytest.mark.parametrize(
    "header",
    ["", "t=1,v1=00", "v1=00", "t=x,v1=00", "t=1", "t=1,t=2,v1=00", "t=²,v1=00", "t=1,v1=é", "x" * 5_000],
)
def test_no_signature_of_the_gateways(shop: Shop, header: str) -> None:
    charge = shop.charge()
    body = json.dumps(paid_event(charge)).encode()
    with pytest.raises(errors.BadWebhook):
        payments.receive_webhook(shop.env, "stripe", {"stripe-signature": header}, body)
    assert shop.now(charge).state == "requires_action"


def paid_event(charge: payments.Charge, **other: Any) -> Any:
    lie = {
        "id": charge.gateway_ref, "object": "payment_intent", "status": "succeeded",
        "amount": charge.amount, "currency": "eur", "amount_received": charge.amount, **other,
    }  # fmt: skip
    return {
        "id": f"evt_{len(other)}",
        "type": "payment_intent.succeeded",
        "created": 1,
        "data": {"object": lie},
    }


def test_forged_changed_or_old(shop: Shop) -> None:
    charge = shop.charge()
    event = paid_event(charge)
    with pytest.raises(errors.BadWebhook):
        deliver(shop, event, secret="whsec_guess")
    with pytest.raises(errors.BadWebhook):
        deliver(shop, event, body=json.dumps(paid_event(charge, x=1)).encode())
    for age in (301, -301):
        with pytest.raises(errors.BadWebhook):
            deliver(shop, event, age=age)
    with pytest.raises(errors.BadWebhook):
        payments.receive_webhook(shop.env, "stripe", {}, b"x" * (payments.MOST_WEBHOOK + 1))
    with pytest.raises(errors.NoGateway):
        payments.receive_webhook(shop.env, "paypal", {}, b"")
    assert shop.now(charge).state == "requires_action"
    assert shop.balance() == 0
    assert shop.heard == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"id":1}', b'{"id":"e","type":"t","created":1,"data":{}}']
)
def test_signed_and_unreadable(shop: Shop, body: bytes) -> None:
    header = sign(body, shop.gate.webhook_secret.encode(), clock.now() // 1000)
    with pytest.raises(errors.BadWebhook):
        payments.receive_webhook(shop.env, "stripe", {"stripe-signature": header}, body)


def test_another_amount_or_currency_moves_nothing(shop: Shop) -> None:
    charge = shop.charge()
    wrongs: list[dict[str, Any]] = [{"amount": 1}, {"currency": "usd"}, {"amount_received": 5_001}]
    for n, wrong in enumerate(wrongs):
        event = paid_event(charge, **wrong)
        event["id"] = f"evt_wrong{n}"
        assert deliver(shop, event).outcome == "contradiction"
    assert shop.now(charge).state == "requires_action"
    assert shop.balance() == 0


def test_what_is_not_ours(shop: Shop) -> None:
    charge = shop.charge()
    assert deliver(shop, paid_event(charge, id="pi_of_somebody_else")).outcome == "foreign"
    forged = paid_event(charge, id="pi_x", metadata={"dozen": f"c{charge.id}.0011223344556677"})
    forged["id"] = "evt_forged"
    assert deliver(shop, forged).outcome == "foreign"
    other = {
        "id": "evt_c",
        "type": "customer.created",
        "created": 1,
        "data": {"object": {"object": "customer"}},
    }
    assert deliver(shop, other).outcome == "foreign"
    assert shop.now(charge).state == "requires_action"


def test_a_late_message_finds_no_way_back(shop: Shop) -> None:
    charge = shop.charge()
    assert charge.next_action is not None
    type_card(charge.next_action)
    shop.again(charge)
    for n, status in enumerate(("requires_action", "requires_payment_method", "processing", "canceled")):
        event = paid_event(charge, status=status)
        event["id"] = f"evt_late{n}"
        deliver(shop, event)
    charge = shop.now(charge)
    assert (charge.state, charge.wish) == ("captured", "")
    assert shop.balance() == 5_000


def test_paid_after_it_was_called_off_is_a_contradiction(shop: Shop) -> None:
    charge = shop.charge()
    shop.town.write(payments.cancel, charge.id)
    assert shop.again(charge).state == "cancelled"
    assert deliver(shop, paid_event(charge)).outcome == "contradiction"
    assert shop.balance() == 0


def test_old_events_are_forgotten(shop: Shop) -> None:
    from dozen.core.payments.forgetting import trim

    charge = shop.charge()
    deliver(shop, paid_event(charge))
    shop.town.write(trim)
    assert not deliver(shop, paid_event(charge)).new

    def old(tx: Any) -> None:
        tx.driver.execute("UPDATE payments_events SET received_at = 1")

    shop.town.write(old)
    assert not shop.town.write(trim)
    assert deliver(shop, paid_event(charge)).new
    assert shop.balance() == 5_000
