"""What operators decide."""

from __future__ import annotations

import pytest

from dozen.core import ledger
from dozen.services.wallet import errors
from dozen.services.wallet.errors.disputes import (
    BadDispute,
    DisputeEnded,
    DisputeExists,
    NoSuchDispute,
)
from dozen.services.wallet.queries import payments
from dozen.services.wallet.service import decisions, disputes, sending, wallets
from tests.services.wallet.folk import make_holders, proof
from tests.services.wallet.service.test_disputes import bought, has, kinds, opened
from tests.services.wallet.staff import staff
from tests.support.town import Town


def test_answered_and_decided(town: Town) -> None:
    me, other, payment = bought(town)
    mo = staff(town, "moderator")
    made = opened(town, payment)
    assert (made.state, made.amount, made.respondent) == ("open", 10_000, other)
    assert "wallet.disputed" in kinds(town, other)
    with pytest.raises(DisputeEnded):
        town.write(decisions.decide, mo, made.id, 10_000, "Too early")
    with pytest.raises(NoSuchDispute):
        town.write(disputes.answer, me, made.id, "I am not asked, am I?")
    with pytest.raises(BadDispute):
        town.write(disputes.answer, other, made.id, "No.")
    answered = town.write(disputes.answer, other, made.id, "It is at the post office.")
    assert (answered.state, answered.due_at) == ("deciding", None)
    assert "wallet.dispute_answered" in kinds(town, me)
    with pytest.raises(DisputeEnded):
        town.write(disputes.answer, other, made.id, "And another thing, by the way.")
    assert town.read(decisions.waiting) == 1
    assert [each.id for each in town.read(decisions.queue, mo)] == [made.id]
    with pytest.raises(errors.BadAmount):
        town.write(decisions.decide, mo, made.id, 10_001, "Half of it")
    ended = town.write(decisions.decide, mo, made.id, 5_000, "Half of it")
    assert (ended.state, ended.refunded, ended.decided_by) == ("refunded", 5_000, mo.person_id)
    assert (has(town, me), has(town, other)) == (45_000, 55_000)
    assert "wallet.dispute_ended" in kinds(town, me) & kinds(town, other)
    back = town.read(payments.by_id.first, id=ended.refund_id)
    assert back is not None
    assert back.subject == payment.id
    with pytest.raises(DisputeEnded):
        town.write(decisions.decide, mo, made.id, 1, "And more")
    with pytest.raises(DisputeExists):
        opened(town, payment)
    assert town.read(ledger.verify).ok


def test_rejected(town: Town) -> None:
    me, other, payment = bought(town)
    made = opened(town, payment)
    town.write(disputes.answer, other, made.id, "It was handed over at the door.")
    ended = town.write(decisions.decide, staff(town), made.id, 0, "There is a signature")
    assert (ended.state, ended.refund_id) == ("rejected", None)
    assert has(town, me) == 40_000


def test_whose_money_is_gone(town: Town) -> None:
    _, other, payment = bought(town)
    made = opened(town, payment)
    town.write(disputes.answer, other, made.id, "It is at the post office.")
    (third,) = make_holders(town, 1, tier=2)
    town.write(lambda tx: sending.send(tx, other, third, 60_000, "INR", proof=proof(tx, other)))
    with pytest.raises(errors.InsufficientFunds):
        town.write(decisions.decide, staff(town), made.id, 10_000, "They must")
    assert town.read(disputes.one, other, made.id).state == "deciding", "it can be decided again"


def test_a_frozen_wallet_gives_back_what_is_decided(town: Town) -> None:
    me, other, payment = bought(town)
    made = opened(town, payment)
    town.write(disputes.answer, other, made.id, "It is at the post office.")
    town.write(wallets.freeze, other, "INR", "")
    ended = town.write(decisions.decide, staff(town), made.id, 4_000, "It is not there")
    assert (ended.state, ended.refunded) == ("refunded", 4_000)
    assert (has(town, me), has(town, other)) == (44_000, 56_000)
    with pytest.raises(errors.WalletFrozen):
        town.write(lambda tx: sending.send(tx, other, me, 1, "INR", proof=proof(tx, other)))
