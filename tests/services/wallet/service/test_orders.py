"""Intents: what shops ask for, and the states it goes through."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest

from dozen.core import ledger
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet.errors import InsufficientFunds, PinNeeded, WalletFrozen
from dozen.services.wallet.errors import merchants as errors
from dozen.services.wallet.service import (
    customers,
    order_refunds,
    orders,
    paying,
    settling,
    wallets,
    webhooks,
)
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Verdict
from dozen.services.wallet.structs.merchants import STEPS
from tests.services.wallet.folk import make_holders, proof
from tests.services.wallet.service.test_merchants import later, wallet_balance
from tests.services.wallet.shops import approve, make_shop, new_intent, paid
from tests.support.town import Town


def types(town: Town, shop: Any) -> list[str]:
    return [each.type for each in reversed(town.read(webhooks.events, shop, limit=100))]


def test_asked_approved_and_told(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=100_000)
    shop = make_shop(town)
    intent = town.write(new_intent, shop, 12_345, reference="A-1", description="Tea")
    assert (intent.state, intent.expires_at - intent.changed_at) == ("requires_action", orders.LASTS)
    after = town.write(approve, payer, intent)
    assert (after.state, after.received, after.payer) == ("succeeded", 12_345, payer)
    assert town.write(approve, payer, intent) == after  # a second click pays nothing
    assert wallet_balance(town, payer) == 87_655
    payment = town.read(orders.payment_of, after)
    assert payment is not None
    assert (payment.kind, payment.merchant, payment.subject, payment.note) == (
        "merchant", shop.id, intent.id, "Tea",
    )  # fmt: skip
    assert types(town, shop) == [
        "intent.created", "intent.requires_action", "charge.succeeded", "intent.succeeded",
    ]  # fmt: skip


def test_nobody_pays_twice(town: Town) -> None:
    one, two = make_holders(town, 2, money=100_000)
    shop = make_shop(town)
    intent = town.write(new_intent, shop)
    town.write(approve, one, intent)
    with pytest.raises(errors.WrongState):
        town.write(approve, two, intent)
    assert wallet_balance(town, two) == 100_000


def test_two_payers_at_once(town: Town) -> None:
    payers = make_holders(town, 4, money=100_000)
    shop = make_shop(town)
    intent = town.write(new_intent, shop)
    proofs = [town.write(proof, each) for each in payers]
    barrier, said = Barrier(len(payers)), list[str]()

    def pay(n: int) -> None:
        barrier.wait()
        try:
            said.append(town.write(paying.approve, payers[n], intent.id, proof=proofs[n]).state)
        except Fault as fault:
            said.append(fault.code)

    threads = [Thread(target=pay, args=(n,)) for n in range(len(payers))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(said) == ["intent_wrong_state"] * 3 + ["succeeded"]
    assert sum(wallet_balance(town, each) for each in payers) == 390_000
    assert town.read(ledger.verify).ok


def test_a_refusal_leaves_it_as_it_was(town: Town) -> None:
    poor, frozen = make_holders(town, 2, money=100)
    town.write(wallets.freeze, frozen, "INR")
    shop = make_shop(town)
    intent = town.write(new_intent, shop)
    with pytest.raises(InsufficientFunds):
        town.write(approve, poor, intent)
    with pytest.raises(WalletFrozen):
        town.write(approve, frozen, intent)
    with pytest.raises(PinNeeded):
        town.write(paying.approve, poor, intent.id, proof=None)
    assert town.read(orders.get, shop, intent.id) == intent


def test_an_owner_may_pay_their_own_shop(town: Town) -> None:
    (owner,) = make_holders(town, 1, money=100_000)
    shop = make_shop(town, owner)
    assert town.write(paid, shop, owner).state == "succeeded"
    assert wallet_balance(town, owner) == 90_000


def test_reserving_and_capturing_a_part(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=10_000)
    shop = make_shop(town)
    held = town.write(paid, shop, payer, capture="manual")
    assert (held.state, held.capturable, held.received) == ("requires_capture", 10_000, 0)
    with pytest.raises(InsufficientFunds):
        town.write(paid, shop, payer, 1)
    for amount in (0, -1, 10_001):
        with pytest.raises(errors.CaptureTooLarge):
            town.write(orders.capture, shop, held.id, amount)
    taken = town.write(orders.capture, shop, held.id, 4_000)
    assert (taken.state, taken.capturable, taken.received, taken.fee) == ("succeeded", 0, 4_000, 40)
    assert wallet_balance(town, payer) == 6_000
    with pytest.raises(errors.WrongState):
        town.write(orders.capture, shop, held.id, 1)
    with pytest.raises(errors.WrongState):
        town.write(orders.cancel, shop, held.id)


def test_what_is_not_captured_in_time_is_the_payers_again(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=10_000)
    shop = make_shop(town)
    held = town.write(paid, shop, payer, capture="manual")
    with pytest.raises(errors.CaptureExpired):
        town.write(later(7.01), orders.capture, shop, held.id)
    town.write(later(7.01), settling.expire)
    gone = town.read(orders.get, shop, held.id)
    assert (gone.state, gone.cancel_reason, gone.capturable) == ("canceled", "automatic", 0)
    assert town.write(paid, shop, payer, 10_000).state == "succeeded"
    assert "intent.canceled" in types(town, shop)


def test_what_nobody_pays_ends(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=10_000)
    shop = make_shop(town)
    intent = town.write(new_intent, shop, lasts=clock.HOUR)

    def late(tx: Tx) -> None:
        known = proof(tx, payer)
        tx.now += 2 * clock.HOUR
        paying.approve(tx, payer, intent.id, proof=known)

    with pytest.raises(errors.IntentExpired):
        town.write(late)
    assert town.write(later(0.1), orders.expire) is False
    gone = town.read(orders.get, shop, intent.id)
    assert (gone.state, gone.cancel_reason) == ("canceled", "abandoned")


def test_a_review_holds_it_and_decides(town: Town) -> None:
    one, two, three = make_holders(town, 3, money=100_000)
    shop = make_shop(town)
    town.env.part(Hooks).add_risk(lambda tx, draft: Verdict("review", ("new_device",)))
    good, bad, late = (town.write(paid, shop, each) for each in (one, two, three))
    assert {each.state for each in (good, bad, late)} == {"processing"}
    with pytest.raises(errors.WrongState):
        town.write(orders.cancel, shop, good.id)
    assert good.payment_id
    assert bad.payment_id
    town.write(settling.release, good.payment_id)
    town.write(settling.drop, bad.payment_id, "declined")
    town.write(later(8), settling.expire)
    assert town.read(orders.get, shop, good.id).state == "succeeded"
    for each in (bad, late):
        after = town.read(orders.get, shop, each.id)
        assert (after.state, after.payment_id) == ("requires_payment_method", None)
        assert after.failure is not None
        assert "review" not in after.failure.message
    assert [wallet_balance(town, each) for each in (one, two, three)] == [90_000, 100_000, 100_000]
    assert types(town, shop).count("intent.failed") == 2


def test_a_refund_that_is_reviewed_counts_until_it_is_dropped(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=100_000)
    shop = make_shop(town)
    intent = town.write(paid, shop, payer)
    reviews = [True]
    town.env.part(Hooks).add_risk(lambda tx, draft: Verdict("review" if reviews[0] else "pass"))
    refund = town.write(order_refunds.create, shop, intent.id, 6_000)
    assert refund.state == "pending"
    with pytest.raises(errors.RefundTooLarge) as wrong:
        town.write(order_refunds.create, shop, intent.id, 4_001)
    assert wrong.value.extra["left"] == 4_000
    assert town.write(order_refunds.cancel, shop, refund.id).state == "canceled"
    reviews[0] = False
    assert town.write(order_refunds.create, shop, intent.id).amount == 10_000
    assert wallet_balance(town, payer) == 100_000


def test_refunds_of_many_at_once_never_exceed(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=100_000)
    shop = make_shop(town)
    intent = town.write(paid, shop, payer)
    barrier, said = Barrier(5), list[str]()

    def back() -> None:
        barrier.wait()
        try:
            said.append(town.write(order_refunds.create, shop, intent.id, 3_000).state)
        except Fault as fault:
            said.append(fault.code)

    threads = [Thread(target=back) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(said) == ["refund_too_large"] * 2 + ["succeeded"] * 3
    assert wallet_balance(town, payer) == 99_000
    assert town.read(ledger.verify).ok


def test_a_cap_for_each_month(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=100_000, tier=2)
    shop = make_shop(town)
    customer = town.write(customers.create, shop, customers.NewCustomer(name="Ada"))

    def first(tx: Tx) -> int:
        intent = new_intent(tx, shop, 1_000, save_method=True, customer_id=customer.id)
        made = approve(tx, payer, intent, cap=15_000)
        assert made.method_id is not None
        return made.method_id

    method = town.write(first)
    (saved,) = town.read(customers.methods_of, shop, customer.id)
    assert (saved.id, saved.person, saved.cap, saved.state) == (method, payer, 15_000, "approved")

    def take(tx: Tx, amount: int, off: bool = True) -> Any:
        intent = orders.create(
            tx, shop, orders.NewIntent(amount=amount, currency="INR", customer_id=customer.id)
        )
        return paying.confirm(tx, shop, intent.id, method, off_session=off)

    assert town.write(take, 10_000).state == "succeeded"
    beyond = town.write(take, 5_001)
    assert (beyond.state, beyond.failure) == ("requires_payment_method", paying.ASKS_PAYER)
    assert town.write(take, 5_001, False).state == "requires_action"
    assert town.write(take, 5_000).state == "succeeded"
    assert town.write(later(40), take, 15_000).state == "succeeded"
    short = town.write(later(80), take, 15_000)
    assert short.state == "succeeded"
    assert [m.id for m, _ in town.read(customers.given_by, payer)] == [method]
    town.write(customers.take_back, payer, method)
    with pytest.raises(errors.MethodUsedUp):
        town.write(take, 1)
    with pytest.raises(errors.NoSuchMethod):
        town.write(customers.take_back, payer, method)


def test_why_a_wallet_could_not_be_charged_is_its_owners_affair(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=1_000, tier=2)
    shop = make_shop(town)

    def first(tx: Tx) -> int:
        made = approve(tx, payer, new_intent(tx, shop, 1_000, save_method=True), cap=50_000)
        assert made.method_id is not None
        return made.method_id

    method = town.write(first)

    def take(tx: Tx) -> Any:
        intent = orders.create(tx, shop, orders.NewIntent(amount=5_000, currency="INR"))
        return paying.confirm(tx, shop, intent.id, method, off_session=True)

    refused = town.write(take)
    assert refused.failure.decline == "insufficient_funds"
    town.write(wallets.freeze, payer, "INR")
    assert town.write(take).failure.decline == "do_not_honor"
    (saved,) = town.read(lambda tx: [customers.method(tx, shop, method)])
    assert saved.used == 0  # what was not taken does not count


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": 0}, "amount"), ({"amount": -5}, "amount"), ({"amount": 1.5}, "amount"),
        ({"amount": True}, "amount"), ({"amount": 10**16}, "amount"), ({"currency": "XXX"}, "currency"),
        ({"reference": "x" * 101}, "reference"), ({"description": "x" * 501}, "description"),
        ({"lasts": 0}, "lasts"), ({"lasts": 31 * clock.DAY}, "lasts"),
    ],
)  # fmt: skip
def test_bad_intents(town: Town, given: dict[str, Any], field: str) -> None:
    shop = make_shop(town)
    with pytest.raises(errors.BadIntent) as wrong:
        town.write(orders.create, shop, orders.NewIntent(**{"amount": 100, "currency": "INR"} | given))
    assert list(wrong.value.fields) == [field]


def test_metadata_is_bounded_merged_and_searched(town: Town) -> None:
    shop = make_shop(town)
    intent = town.write(new_intent, shop, metadata={"a": "1", "b": "2"})
    after = town.write(orders.update, shop, intent.id, orders.Changes(metadata={"a": "", "c": "3"}))
    assert after.metadata == {"b": "2", "c": "3"}
    for bad in (
        {"x" * 41: "y"},
        {"x": "y" * 501},
        {"": "y"},
        {f"k{n}": "v" for n in range(51)},
        {"a[b]": "c"},
    ):
        with pytest.raises(errors.BadMetadata):
            town.write(new_intent, shop, metadata=bad)

    def found(name: str, text: str) -> list[int]:
        condition = orders.Condition("label", "=", text, name)
        return [each.id for each in town.read(orders.page, shop, conditions=(condition,))]

    assert found("c", "3") == [intent.id]
    assert found("a", "1") == []


def test_no_state_leads_where_it_must_not() -> None:
    ends = {state for state, ways in STEPS.items() if not ways}
    assert ends == {"succeeded", "canceled"}
    assert all("requires_capture" not in STEPS[end] for end in ends)
    assert STEPS["requires_capture"] == {"succeeded", "canceled"}


def test_a_shop_touches_only_its_own(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=100_000)
    mine, other = make_shop(town), make_shop(town)
    intent = town.write(paid, mine, payer)
    for verb in (
        lambda tx: orders.get(tx, other, intent.id),
        lambda tx: orders.update(tx, other, intent.id, orders.Changes(description="x")),
        lambda tx: orders.capture(tx, other, intent.id),
        lambda tx: orders.cancel(tx, other, intent.id),
        lambda tx: paying.confirm(tx, other, intent.id, None),
        lambda tx: order_refunds.create(tx, other, intent.id),
        lambda tx: orders.of_payment(tx, other, intent.payment_id or 0),
    ):
        with pytest.raises(errors.NoSuchIntent):
            town.write(verb)
    assert town.read(orders.page, other) == []
