"""From being paid to being there, called off, or sent back."""

from __future__ import annotations

import pytest

from dozen.core import inventory, ledger, notifications
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet.errors.purchases import (
    AlreadyShipped,
    BadRefundAmount,
    BadReturn,
    BadShipping,
    NoSuchPurchase,
    NoSuchReturn,
    NotReturnable,
    ReturnClosed,
    ReturnTooEarly,
    ReturnTooLate,
    ShopCannotRefund,
    WrongStep,
)
from dozen.services.wallet.queries import products as product_queries
from dozen.services.wallet.service import (
    order_refunds,
    orders,
    purchases,
    returns,
    settling,
    shop_settlements,
    stores,
    wallets,
)
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Verdict
from dozen.services.wallet.structs.purchases import STEPS, number_of
from tests.services.wallet.folk import make_holders
from tests.services.wallet.goods import bought, delivered, left, stocked_shop, takings
from tests.services.wallet.shops import make_shop
from tests.support.town import Town


def balance(town: Town, person: int) -> int:
    return town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, person)).available)


def sold(town: Town, product: int) -> int:
    return town.read(lambda tx: product_queries.by_id.first(tx, id=product)).sold  # type: ignore[union-attr]


def told(town: Town, person: int) -> list[str]:
    found = town.read(lambda tx: notifications.list_plain(tx, person))
    return [item.kind for item in found if "purchase" in item.kind or "return" in item.kind]


def hold_for_review(town: Town) -> None:
    town.env.part(Hooks).add_risk(lambda tx, draft: Verdict("review", ("test",)))


def test_the_way_to_the_door(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, product, mug = stocked_shop(town)
    (made,) = bought(town, me, (mug, 2))
    assert sold(town, product.id) == 2
    assert told(town, shop.person) == ["wallet.purchase_new"]
    assert town.read(purchases.how_many, shop) == {"placed": 1}
    town.write(purchases.advance, shop, made.id, "packed")
    for carrier, tracking in (("", ""), ("x" * 61, ""), ("Post", "x" * 61)):
        with pytest.raises(BadShipping):
            town.write(purchases.advance, shop, made.id, "shipped", carrier=carrier, tracking=tracking)
    town.write(purchases.advance, shop, made.id, "shipped", carrier="Post", tracking="T 1", words="By van")
    town.write(purchases.advance, shop, made.id, "out_for_delivery")
    last = town.write(purchases.advance, shop, made.id, "delivered")
    assert last.delivered_at is not None
    assert (last.carrier, last.tracking) == ("Post", "T 1")
    steps = town.read(purchases.of, me, made.id).steps
    assert [step.state for step in steps] == [
        "placed", "packed", "shipped", "out_for_delivery", "delivered",
    ]  # fmt: skip
    assert steps[2].words == "By van"
    assert told(town, me) == ["wallet.purchase_moved"] * 4


def test_steps_are_as_the_machine_says(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, _, mug = stocked_shop(town, price=100)
    (made,) = bought(town, me, (mug, 1))
    with pytest.raises(WrongStep):
        town.write(purchases.advance, shop, made.id, "out_for_delivery")
    with pytest.raises(WrongStep):
        town.write(purchases.advance, shop, made.id, "cancelled")
    with pytest.raises(WrongStep):
        town.write(purchases.confirm_delivery, me, made.id)
    town.write(purchases.advance, shop, made.id, "shipped", carrier="Post")
    town.write(purchases.confirm_delivery, me, made.id)
    for to in ("packed", "shipped", "delivered"):
        with pytest.raises(WrongStep):
            town.write(purchases.advance, shop, made.id, to, carrier="Post")  # type: ignore[arg-type]
    with pytest.raises(WrongStep):
        town.write(purchases.cancel_by_shop, shop, made.id)
    assert {to for some in STEPS.values() for to in some} <= set(STEPS)


def test_called_off_by_the_buyer(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, product, mug = stocked_shop(town)
    (made,) = bought(town, me, (mug, 2))
    assert (balance(town, me), left(town, mug)) == (80_000, 3)
    town.write(purchases.advance, shop, made.id, "packed")
    town.write(purchases.cancel, me, made.id, "Found another")
    assert (balance(town, me), left(town, mug), takings(town, shop)) == (100_000, 5, 0)
    assert sold(town, product.id) == 0
    assert town.read(purchases.of, me, made.id).refunded == 20_000
    assert "wallet.purchase_cancelled" in told(town, shop.person)
    with pytest.raises(WrongStep):
        town.write(purchases.cancel, me, made.id)
    assert town.read(ledger.verify).ok
    assert town.read(inventory.verify)[0] == []


def test_called_off_by_the_shop(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, _, mug = stocked_shop(town)
    (made,) = bought(town, me, (mug, 2))
    town.write(purchases.advance, shop, made.id, "shipped", carrier="Post")
    with pytest.raises(AlreadyShipped):
        town.write(purchases.cancel, me, made.id)
    town.write(purchases.cancel_by_shop, shop, made.id, "Lost", restock=False)
    assert (balance(town, me), left(town, mug)) == (100_000, 3)
    assert town.read(inventory.verify)[0] == []


def test_what_was_given_back_by_hand_is_not_given_back_again(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, _, mug = stocked_shop(town)
    first, second = (bought(town, me, (mug, 1))[0] for _ in range(2))
    town.write(order_refunds.create, shop, first.intent_id)
    town.write(order_refunds.create, shop, second.intent_id, 4_000)
    for each in (first, second):
        town.write(purchases.cancel, me, each.id)
        assert town.read(purchases.of, me, each.id).refunded == 10_000
    assert balance(town, me) == 100_000


def test_a_shop_without_money_gives_nothing_back(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, _, mug = stocked_shop(town)
    (made,) = bought(town, me, (mug, 2))
    town.write(shop_settlements.settle, shop, "INR")
    with pytest.raises(ShopCannotRefund):
        town.write(purchases.cancel, me, made.id)
    assert town.read(purchases.of, me, made.id).purchase.state == "placed"
    assert left(town, mug) == 3


@pytest.mark.parametrize("outcome", ["release", "decline", "expire", "cancel"])
def test_a_payment_that_is_looked_at_keeps_the_goods(town: Town, outcome: str) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, product, mug = stocked_shop(town)
    hold_for_review(town)
    (made,) = bought(town, me, (mug, 2))
    assert (made.state, left(town, mug), takings(town, shop)) == ("review", 3, 0)
    assert told(town, shop.person) == []
    assert made.payment_id is not None
    payment_id = made.payment_id

    def days_later(tx: Tx) -> None:
        tx.now += 3 * clock.DAY
        inventory.expire(tx)
        assert inventory.availability(tx, [mug])[mug] == 3
        if outcome == "release":
            settling.release(tx, payment_id)
        elif outcome == "decline":
            settling.drop(tx, payment_id, "declined")
        elif outcome == "expire":
            tx.now += 5 * clock.DAY
            settling.expire(tx)
        else:
            purchases.cancel(tx, me, made.id)

    town.write(days_later)
    state = town.read(purchases.of, me, made.id).purchase.state
    if outcome == "release":
        assert (state, left(town, mug), sold(town, product.id)) == ("placed", 3, 2)
        assert balance(town, me) == 80_000
        assert told(town, shop.person) == ["wallet.purchase_new"]
    else:
        assert state == ("cancelled" if outcome == "cancel" else "failed")
        assert (left(town, mug), sold(town, product.id), balance(town, me)) == (5, 0, 100_000)
        assert town.read(orders.get, shop, made.intent_id).state == "canceled"
    assert town.read(inventory.verify)[0] == []
    assert town.read(ledger.verify).ok


def test_others_see_and_do_nothing(town: Town) -> None:
    me, other = make_holders(town, 2, money=100_000)
    shop, _, mug = stocked_shop(town)
    stranger = make_shop(town)
    made = delivered(town, me, shop, (mug, 1))
    (line,) = town.read(purchases.of, me, made.id).lines
    back = town.write(returns.ask, me, made.id, {line.id: 1}, reason="mind")
    for work in (
        lambda tx: purchases.of(tx, other, made.id),
        lambda tx: purchases.cancel(tx, other, made.id),
        lambda tx: purchases.confirm_delivery(tx, other, made.id),
        lambda tx: purchases.of_checkout(tx, other, made.checkout),
        lambda tx: purchases.of_shop(tx, stranger, made.id),
        lambda tx: purchases.advance(tx, stranger, made.id, "packed"),
        lambda tx: purchases.cancel_by_shop(tx, stranger, made.id),
        lambda tx: returns.ask(tx, other, made.id, {line.id: 1}, reason="mind"),
    ):
        with pytest.raises(NoSuchPurchase):
            town.write(work)
    for work in (
        lambda tx: returns.of(tx, other, back.id),
        lambda tx: returns.of_shop(tx, stranger, back.id),
        lambda tx: returns.withdraw(tx, other, back.id),
        lambda tx: returns.answer(tx, stranger, back.id, accept=True),
        lambda tx: returns.settle(tx, stranger, back.id, 1, restock=True),
    ):
        with pytest.raises(NoSuchReturn):
            town.write(work)


# Returns


def test_sent_back_and_refunded_in_part(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, _, mug = stocked_shop(town)
    made = delivered(town, me, shop, (mug, 3))
    (line,) = town.read(purchases.of, me, made.id).lines
    back = town.write(returns.ask, me, made.id, {line.id: 2}, reason="damaged", words="Cracked")
    assert (back.worth, back.state) == (20_000, "asked")
    assert town.read(returns.waiting, shop) == 1
    with pytest.raises(BadReturn):
        town.write(returns.ask, me, made.id, {line.id: 2}, reason="mind")
    with pytest.raises(ReturnClosed):
        town.write(returns.settle, shop, back.id, 20_000, restock=True)
    town.write(returns.answer, shop, back.id, accept=True, words="Send it to us")
    for amount in (0, -1, 30_001):
        with pytest.raises(BadRefundAmount):
            town.write(returns.settle, shop, back.id, amount, restock=True)
    after = town.write(returns.settle, shop, back.id, 15_000, restock=False)
    assert (after.state, after.refunded, after.answer) == ("refunded", 15_000, "Send it to us")
    assert (balance(town, me), left(town, mug)) == (85_000, 2)
    assert town.read(returns.waiting, shop) == 0
    second = town.write(returns.ask, me, made.id, {line.id: 1}, reason="mind")
    town.write(returns.answer, shop, second.id, accept=True)
    with pytest.raises(BadRefundAmount) as told_:
        town.write(returns.settle, shop, second.id, 15_001, restock=True)
    assert told_.value.extra["left"] == 15_000
    town.write(returns.settle, shop, second.id, 10_000, restock=True)
    assert (balance(town, me), left(town, mug)) == (95_000, 3)
    seen = town.read(returns.of, me, back.id)
    assert (seen.left, [(each.title, n) for each, n in seen.lines]) == (5_000, [("Blue mug", 2)])
    assert [step.state for step in town.read(purchases.of, me, made.id).steps].count("refund") == 2
    assert town.read(inventory.verify)[0] == []
    assert town.read(ledger.verify).ok


def test_refused_and_withdrawn_may_be_asked_again(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, _, mug = stocked_shop(town)
    made = delivered(town, me, shop, (mug, 1))
    (line,) = town.read(purchases.of, me, made.id).lines
    back = town.write(returns.ask, me, made.id, {line.id: 1}, reason="fit")
    with pytest.raises(BadReturn):
        town.write(returns.answer, shop, back.id, accept=False)
    assert town.write(returns.answer, shop, back.id, accept=False, words="It was worn").state == "refused"
    with pytest.raises(ReturnClosed):
        town.write(returns.withdraw, me, back.id)
    again = town.write(returns.ask, me, made.id, {line.id: 1}, reason="fit")
    town.write(returns.answer, shop, again.id, accept=True)
    town.write(returns.withdraw, me, again.id)
    assert town.read(returns.mine, me)[0].state == "withdrawn"
    town.write(returns.ask, me, made.id, {line.id: 1}, reason="fit")
    assert len(town.read(returns.page, shop)) == 3
    assert len(town.read(returns.page, shop, state="asked")) == 1


def test_when_something_may_come_back(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, _, mug = stocked_shop(town)
    (made,) = bought(town, me, (mug, 1))
    (line,) = town.read(purchases.of, me, made.id).lines

    def ask(tx: Tx, days: int) -> object:
        tx.now += days * clock.DAY
        return returns.ask(tx, me, made.id, {line.id: 1}, reason="mind")

    with pytest.raises(ReturnTooEarly):
        town.write(ask, 0)
    town.write(purchases.advance, shop, made.id, "shipped", carrier="Post")
    town.write(purchases.advance, shop, made.id, "delivered")
    with pytest.raises(ReturnTooLate):
        town.write(ask, 15)
    for given in ({}, {7: 1}, {line.id: 0}, {line.id: 2}):
        with pytest.raises(BadReturn):
            town.write(returns.ask, me, made.id, given, reason="mind")
    with pytest.raises(BadReturn):
        town.write(returns.ask, me, made.id, {line.id: 1}, reason="none of these")
    town.write(ask, 13)
    town.write(stores.set_up, shop, return_days=0)
    strict = delivered(town, me, shop, (mug, 1))
    with pytest.raises(NotReturnable):
        town.write(returns.ask, me, strict.id, {line.id: 1}, reason="mind")


def test_numbers_people_read_out() -> None:
    assert number_of(5) == "0000-0000-0005"
    assert "I" not in number_of(2**62)
    assert len({number_of(each) for each in range(1000, 3000)}) == 2000


def test_refusals_are_faults(town: Town) -> None:
    (me,) = make_holders(town, 1)
    with pytest.raises(Fault):
        town.read(purchases.of, me, 7)
