"""Disputes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dozen.core import ledger, notifications
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet import errors
from dozen.services.wallet.errors.desk import NotOperator
from dozen.services.wallet.errors.disputes import (
    BadDispute,
    DisputeEnded,
    NoSuchDispute,
    NotDisputable,
    TooManyDisputes,
)
from dozen.services.wallet.errors.risk import OwnMatter
from dozen.services.wallet.queries import payments
from dozen.services.wallet.service import decisions, disputes, orders, refunding, sending, wallets
from dozen.services.wallet.service.disputes import NewDispute
from dozen.services.wallet.structs import Payment
from dozen.services.wallet.structs.disputes import STEPS, Dispute
from tests.services.wallet.folk import make_holders, proof
from tests.services.wallet.shops import make_shop, paid
from tests.services.wallet.staff import actor, staff
from tests.support.town import Town

WORDS = "It never came, and nobody answers the phone."


def bought(town: Town, amount: int = 10_000) -> tuple[int, int, Payment]:
    me, other = make_holders(town, 2, money=50_000, tier=2)

    def pay(tx: Tx) -> Payment:
        return sending.send(tx, me, other, amount, "INR", proof=proof(tx, me)).payment

    return me, other, town.write(pay)


def opened(town: Town, payment: Payment, **given: Any) -> Dispute:
    new = NewDispute(**{"payment_id": payment.id, "reason": "not_received", "words": WORDS} | given)
    return town.write(disputes.open_dispute, payment.payer, new)


def has(town: Town, person: int) -> int:
    return town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, person))).balance


def kinds(town: Town, person: int) -> set[str]:
    return {each.kind for each in town.read(notifications.list_plain, person)}


def test_accepted_with_the_pin(town: Town) -> None:
    me, other, payment = bought(town)
    made = opened(town, payment, amount=4_000)
    with pytest.raises(errors.PinNeeded):
        town.write(disputes.accept, other, made.id)
    assert town.read(disputes.one, me, made.id).state == "open", "nothing has happened"
    ended = town.write(lambda tx: disputes.accept(tx, other, made.id, proof=proof(tx, other)))
    assert (ended.state, ended.refunded) == ("accepted", 4_000)
    assert has(town, me) == 44_000


def test_taken_back_it_may_be_opened_again(town: Town) -> None:
    me, other, payment = bought(town)
    made = opened(town, payment)
    with pytest.raises(NoSuchDispute):
        town.write(disputes.withdraw, other, made.id)
    assert town.write(disputes.withdraw, me, made.id).state == "withdrawn"
    with pytest.raises(DisputeEnded):
        town.write(disputes.withdraw, me, made.id)
    assert opened(town, payment).id != made.id


def test_nobody_answers_in_time(town: Town) -> None:
    _, other, payment = bought(town)
    made = opened(town, payment)

    def at(passed: int) -> Any:
        def verb(tx: Tx) -> None:
            tx.now += passed
            disputes.pass_on(tx)

        return verb

    town.write(at(6 * clock.DAY))
    assert town.read(disputes.one, other, made.id).state == "open"
    town.write(at(7 * clock.DAY + 1))
    assert town.read(disputes.one, other, made.id).state == "deciding"
    late = town.write(disputes.answer, other, made.id, "I was away, sorry. It is on its way.")
    assert late.answered_at is not None


def test_a_shop_gives_back_through_its_order(town: Town) -> None:
    shop = make_shop(town)
    (me,) = make_holders(town, 1, money=50_000, tier=2)
    intent = town.write(paid, shop, me, 10_000)
    payment = town.read(payments.by_id.first, id=intent.payment_id)
    assert payment is not None
    made = opened(town, payment, reason="not_as_described")
    assert (made.respondent, made.merchant) == (shop.person, shop.id)
    ended = town.write(disputes.accept, shop.person, made.id)
    assert ended.state == "accepted"
    assert town.read(orders.get, shop, intent.id).refunded == 10_000
    assert has(town, me) == 50_000
    assert town.read(ledger.verify).ok


def test_a_refund_by_itself_ends_it(town: Town) -> None:
    me, other, payment = bought(town)
    made = opened(town, payment)
    town.write(lambda tx: refunding.refund(tx, other, payment.id, proof=proof(tx, other)))
    ended = town.read(disputes.one, me, made.id)
    assert (ended.state, ended.refunded) == ("accepted", 10_000)


def test_what_cannot_be_disputed(town: Town) -> None:
    me, other, payment = bought(town)
    with pytest.raises(errors.NoSuchPayment):
        town.write(
            disputes.open_dispute, other, NewDispute(payment_id=payment.id, reason="other", words=WORDS)
        )
    with pytest.raises(errors.NoSuchPayment):
        town.write(disputes.open_dispute, me, NewDispute(payment_id=7, reason="other", words=WORDS))
    with pytest.raises(BadDispute) as wrong:
        opened(town, payment, reason="because", words="no")
    assert set(wrong.value.fields) == {"reason", "words"}
    for amount in (0, -1, 10_001):
        with pytest.raises(errors.BadAmount):
            opened(town, payment, amount=amount)

    def later(tx: Tx) -> None:
        tx.now += 121 * clock.DAY
        disputes.disputable(tx, me, payment.id)

    with pytest.raises(NotDisputable):
        town.write(later)
    town.write(lambda tx: refunding.refund(tx, other, payment.id, proof=proof(tx, other)))
    with pytest.raises(NotDisputable):
        opened(town, payment)


def test_not_more_than_ten_a_month(town: Town) -> None:
    me, other = make_holders(town, 2, money=50_000, tier=2)

    def pay(tx: Tx) -> Payment:
        return sending.send(tx, me, other, 100, "INR", proof=proof(tx, me)).payment

    for _ in range(disputes.MOST_A_MONTH):
        opened(town, town.write(pay))
    with pytest.raises(TooManyDisputes):
        opened(town, town.write(pay))


def test_who_may_not(town: Town) -> None:
    me, other, payment = bought(town)
    made = opened(town, payment)
    (eve,) = make_holders(town, 1)
    for verb in (
        lambda tx: disputes.one(tx, eve, made.id),
        lambda tx: disputes.answer(tx, eve, made.id, "I have nothing to do with it."),
        lambda tx: disputes.accept(tx, eve, made.id),
        lambda tx: disputes.withdraw(tx, eve, made.id),
        lambda tx: disputes.add_files(tx, eve, made.id, ()),
    ):
        with pytest.raises(NoSuchDispute):
            town.write(verb)
    assert town.read(disputes.of_payment, eve, payment.id) is None
    town.write(disputes.answer, other, made.id, "It is at the post office.")
    for person in (me, other):
        with pytest.raises(OwnMatter):
            town.write(decisions.decide, actor(person), made.id, 0, "I say so")
    with pytest.raises(NotOperator):
        town.write(decisions.decide, actor(eve, "member"), made.id, 0, "I say so")


def test_who_is_gone_is_forgotten(town: Town) -> None:
    me, other, payment = bought(town)
    made = opened(town, payment)
    town.write(disputes.answer, other, made.id, "It is at the post office.")
    town.write(disputes.forget, me)
    kept = town.read(disputes.one, other, made.id)
    assert (kept.words, kept.state, kept.amount) == ("", "withdrawn", 10_000)
    assert kept.answer
    town.write(disputes.forget, other)
    assert town.read(disputes.one, other, made.id).answer == ""


def test_the_machine_has_ends() -> None:
    reached = {"open"}
    for _ in STEPS:
        reached |= {to for each in reached for to in STEPS[each]}  # type: ignore[index]
    assert reached == set(STEPS)
    assert all(not STEPS[each] for each in ("refunded", "rejected", "accepted", "withdrawn"))


steps = st.lists(
    st.tuples(
        st.sampled_from(("open", "answer", "accept", "withdraw", "decide", "refund", "clock")),
        st.integers(0, 10_000),
    ),
    max_size=12,
)


@settings(max_examples=15)
@given(todo=steps)
def test_never_more_than_came(disputed: tuple[Town, int, int, int], todo: list[tuple[str, int]]) -> None:
    """Whatever is done in whatever order: money goes back at most once, and the books are right."""
    town, me, other, boss = disputed

    def pay(tx: Tx) -> Payment:
        return sending.send(tx, me, other, 10_000, "INR", proof=proof(tx, me)).payment

    payment = town.write(pay)
    before = has(town, me)
    made: Dispute | None = None
    for what, n in todo:

        def verb(tx: Tx, what: str = what, n: int = n, made: Dispute | None = made) -> Dispute | None:
            if what == "open":
                new = NewDispute(payment_id=payment.id, reason="other", words=WORDS, amount=n or None)
                return disputes.open_dispute(tx, me, new)
            if what == "refund":
                refunding.refund(tx, other, payment.id, n or None, proof=proof(tx, other))
            elif what == "clock":
                tx.now += 8 * clock.DAY
                disputes.pass_on(tx)
            elif made is not None:
                if what == "answer":
                    disputes.answer(tx, other, made.id, "It is at the post office.")
                elif what == "accept":
                    disputes.accept(tx, other, made.id, proof=proof(tx, other))
                elif what == "withdraw":
                    disputes.withdraw(tx, me, made.id)
                else:
                    decisions.decide(tx, actor(boss), made.id, n, "So it is")
            return None

        try:
            made = town.write(verb) or made
        except Fault:
            continue
    after = town.read(payments.by_id.first, id=payment.id)
    assert after is not None
    assert 0 <= after.refunded <= 10_000
    assert has(town, me) == before + after.refunded
    if made is not None:
        end = town.read(disputes.one, me, made.id)
        assert end.refunded <= after.refunded
        assert (end.refunded > 0) == (end.state in ("refunded", "accepted"))
    assert town.read(ledger.verify).ok


@pytest.fixture
def disputed(town: Town, monkeypatch: pytest.MonkeyPatch) -> tuple[Town, int, int, int]:
    monkeypatch.setattr(disputes, "MOST_A_MONTH", 10_000)
    from dozen.services.wallet.service.hooks import Hooks

    me, other = make_holders(town, 2, money=900_000, tier=3)
    town.env.part(Hooks).risks.clear()  # many payments at once are what it would hold
    return town, me, other, staff(town).person_id
