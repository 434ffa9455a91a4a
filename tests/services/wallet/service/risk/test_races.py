"""Decisions and payments at the same moment."""

from __future__ import annotations

from dozen.core import ledger
from dozen.db import Tx
from dozen.services.wallet.queries import risk as queries
from dozen.services.wallet.service import decisions, disputes, reviews, sending, wallets
from dozen.services.wallet.service.disputes import NewDispute
from dozen.services.wallet.service.risk import features
from dozen.services.wallet.structs import Payment
from tests.services.wallet.folk import make_holders, proof
from tests.services.wallet.service.risk.test_checking import device, pay
from tests.services.wallet.service.test_races import at_once
from tests.services.wallet.service.test_reviews import held
from tests.services.wallet.staff import staff
from tests.support.town import Town


def test_a_payment_is_decided_once(town: Town) -> None:
    payment, _, thief = held(town)
    one, other = staff(town), staff(town, "moderator")
    works = [
        lambda tx: reviews.approve(tx, one, payment.id, "It was them"),
        lambda tx: reviews.decline(tx, other, payment.id, "It was not them"),
    ] * 3
    assert at_once(town, works) == {"ok": 1, "finding_decided": 5}
    found = town.read(reviews.case, one, payment.id).finding
    moved = town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, thief))).balance - 500_000
    assert moved == (350_000 if found.state == "approved" else 0)
    assert town.read(ledger.verify).ok


def test_payments_of_one_person_are_all_counted(town: Town) -> None:
    me, a, b = make_holders(town, 3, money=500_000)
    mine = device(town, me, "mine")
    works = [lambda tx, to=to: pay(tx, me, to, 100, mine) for to in (a, b)] * 3  # type: ignore[misc]
    assert at_once(town, works) == {"ok": 6}
    row = town.read(queries.look.first, person=me, device=mine)
    assert row is not None
    assert features.unpack(row[0]).count == 6


def test_deciding_while_they_pay(town: Town) -> None:
    """The decision locks the payment and the payer, a new payment the payer: neither waits for the other."""
    payment, me, _ = held(town)
    boss = staff(town)
    (friend,) = make_holders(town, 1, tier=2)

    def again(tx: Tx) -> object:
        return sending.send(tx, me, friend, 100, "INR", proof=proof(tx, me), device_id=payment.device_id)

    works = [again, lambda tx: reviews.approve(tx, boss, payment.id, "It was them"), again, again]
    assert at_once(town, works) == {"ok": 4}
    assert town.read(ledger.verify).ok


def test_a_dispute_gives_back_once(town: Town) -> None:
    me, other = make_holders(town, 2, money=50_000, tier=2)

    def first(tx: Tx) -> Payment:
        return sending.send(tx, me, other, 10_000, "INR", proof=proof(tx, me)).payment

    payment = town.write(first)
    new = NewDispute(payment_id=payment.id, reason="other", words="It never came to me at all.")
    assert at_once(town, [lambda tx: disputes.open_dispute(tx, me, new)] * 3) == {
        "ok": 1,
        "dispute_exists": 2,
    }
    made = town.read(disputes.mine, me)[0]
    town.write(disputes.answer, other, made.id, "It was handed over.")
    boss = staff(town)
    works = [
        lambda tx: decisions.decide(tx, boss, made.id, 10_000, "All of it"),
        lambda tx: disputes.accept(tx, other, made.id, proof=proof(tx, other)),
    ] * 2
    assert at_once(town, works) == {"ok": 1, "dispute_ended": 3}
    assert town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, me))).balance == 50_000
    assert town.read(ledger.verify).ok
