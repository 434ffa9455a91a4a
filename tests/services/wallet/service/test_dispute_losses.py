"""Disputes against people who are gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dozen.core import accounts, ledger, moderation, notifications
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet.errors import BadAmount
from dozen.services.wallet.errors.desk import LeftLess, NotOperator, SamePerson
from dozen.services.wallet.errors.disputes import (
    DisputeEnded,
    DisputeProposed,
    RespondentGone,
    RespondentPays,
)
from dozen.services.wallet.errors.risk import OwnMatter
from dozen.services.wallet.queries import payments
from dozen.services.wallet.service import (
    adjustments,
    decisions,
    dispute_losses,
    disputes,
    leaving,
    orders,
    sending,
    wallets,
)
from dozen.services.wallet.service.unclaimed import left_by
from dozen.services.wallet.structs import Payment
from dozen.services.wallet.structs.adjustments import NewLeg
from dozen.services.wallet.structs.disputes import Dispute
from tests.services.wallet.folk import fund, make_holders, proof
from tests.services.wallet.service.test_disputes import bought, has, kinds, opened
from tests.services.wallet.service.test_leaving import purged, unclaimed
from tests.services.wallet.service.test_races import at_once
from tests.services.wallet.shops import make_shop, paid
from tests.services.wallet.staff import actor, staff
from tests.support.town import Town


def losses(town: Town) -> int:
    """What the house has lost, above zero."""

    def read(tx: Tx) -> int:
        found = ledger.find_account(tx, 0, dispute_losses.LOSSES, "INR")
        return -ledger.balance(tx, found.id).balance if found is not None else 0

    return town.read(read)


def against_gone(town: Town, *, left: int) -> tuple[Dispute, Payment]:
    """10,000 were paid to somebody who is purged now, and had ``left`` in the wallet."""
    _, other, payment = bought(town)
    (third,) = make_holders(town, 1, tier=2)
    rest = has(town, other) - left
    town.write(lambda tx: sending.send(tx, other, third, rest, "INR", proof=proof(tx, other)))
    made = opened(town, payment)
    town.write(disputes.answer, other, made.id, "It is at the post office.")
    purged(town, other)
    town.write(disputes.forget, other)
    return made, payment


@pytest.mark.parametrize(("left", "taken"), [(0, 0), (4_000, 4_000), (25_000, 10_000)])
def test_what_they_left_pays_first(town: Town, left: int, taken: int) -> None:
    made, payment = against_gone(town, left=left)
    boss, bea = staff(town), staff(town)
    with pytest.raises(RespondentGone):
        town.write(decisions.decide, boss, made.id, 10_000, "It never came")
    assert town.read(left_by, payment.payee, "INR") == left
    proposed = town.write(dispute_losses.propose, boss, made.id, 10_000, "It never came")
    assert proposed.volume == 10_000
    assert (unclaimed(town), losses(town), has(town, made.payer)) == (left, 0, 40_000)
    with pytest.raises(SamePerson):
        town.write(adjustments.approve, boss, proposed.id)
    town.write(adjustments.approve, bea, proposed.id, "seen")
    assert (unclaimed(town), losses(town)) == (left - taken, 10_000 - taken)
    assert (has(town, made.payer), has(town, payment.payee)) == (50_000, 0)
    ended = town.read(disputes.one, made.payer, made.id)
    assert (ended.state, ended.refunded, ended.decision) == ("refunded", 10_000, "It never came")
    assert ended.decided_by == bea.person_id
    refund = town.read(payments.by_id.first, id=ended.refund_id)
    assert refund is not None
    assert (refund.kind, refund.subject, refund.payee) == ("refund", payment.id, made.payer)
    after = town.read(payments.by_id.first, id=payment.id)
    assert after is not None
    assert after.refundable == 0
    assert {"wallet.refunded", "wallet.dispute_ended"} <= kinds(town, made.payer)
    assert town.read(left_by, payment.payee, "INR") == left - taken
    assert "wallet.dispute.decided" in {
        each.action for each in town.read(lambda tx: moderation.log(tx, boss))
    }
    assert town.read(lambda tx: notifications.list_plain(tx, payment.payee, kinds=["wallet.adjusted"])) == []
    assert town.read(ledger.verify).ok
    with pytest.raises(DisputeEnded):
        town.write(dispute_losses.propose, boss, made.id, 1, "Once more")


def test_a_part_and_less_of_what_they_left(town: Town) -> None:
    made, payment = against_gone(town, left=4_000)
    boss, bea = staff(town), staff(town)
    for wrong in (4_001, -1):
        with pytest.raises(BadAmount):
            town.write(dispute_losses.propose, boss, made.id, 6_000, "A part", left_behind=wrong)
    for amount in (0, 10_001, -5):
        with pytest.raises(BadAmount):
            town.write(dispute_losses.propose, boss, made.id, amount, "A part")
    proposed = town.write(dispute_losses.propose, boss, made.id, 6_000, "Half was there", left_behind=1_000)
    town.write(adjustments.approve, bea, proposed.id)
    assert (unclaimed(town), losses(town), has(town, made.payer)) == (3_000, 5_000, 46_000)
    assert town.read(left_by, payment.payee, "INR") == 3_000


def test_a_shop_whose_owner_is_gone(town: Town) -> None:
    """Its order knows the refund, and the fee that the house had kept is no loss."""
    owner, payer = make_holders(town, 2, money=50_000, tier=2)
    shop = make_shop(town, owner)
    intent = town.write(paid, shop, payer, 10_000)  # the house keeps 100
    payment = town.read(payments.by_id.first, id=intent.payment_id)
    assert payment is not None
    made = opened(town, payment)
    purged(town, owner)
    town.write(lambda tx: disputes.answer(tx, owner, made.id, "Nobody is here to say it."))
    boss, bea = staff(town), staff(town)
    with pytest.raises(RespondentGone):
        town.write(decisions.decide, boss, made.id, 5_000, "It never came")
    there = unclaimed(town)
    first = town.write(dispute_losses.propose, boss, made.id, 5_000, "It never came", left_behind=0)
    assert first.volume == 4_950
    town.write(adjustments.approve, bea, first.id)
    assert (losses(town), unclaimed(town)) == (4_950, there)
    after = town.read(orders.get, shop, intent.id)
    assert after.refunded == 5_000
    assert has(town, payer) == 50_000 - 10_000 + 5_000
    assert town.read(ledger.verify).ok


def test_until_then_nobody_decides_otherwise(town: Town) -> None:
    made, _ = against_gone(town, left=0)
    boss, bea, mo = staff(town), staff(town), staff(town, "moderator")
    first = town.write(dispute_losses.propose, boss, made.id, 10_000, "It never came")
    waits = town.read(dispute_losses.waiting, made.id)
    assert waits is not None
    assert waits.adjustment == first.id
    with pytest.raises(DisputeProposed) as told:
        town.write(decisions.decide, mo, made.id, 0, "It stays")
    assert told.value.extra == {"adjustment": str(first.id)}
    with pytest.raises(DisputeProposed):
        town.write(dispute_losses.propose, bea, made.id, 5_000, "Half of it")
    town.write(adjustments.reject, bea, first.id, "Ask the post office first")
    assert town.read(dispute_losses.waiting, made.id) is None
    second = town.write(dispute_losses.propose, bea, made.id, 5_000, "Half of it")

    def expired(tx: Tx) -> Any:
        tx.now += 8 * clock.DAY
        return dispute_losses.waiting(tx, made.id)

    assert town.read(expired) is None
    town.write(disputes.withdraw, made.payer, made.id)
    with pytest.raises(DisputeEnded):
        town.write(adjustments.approve, boss, second.id)
    assert town.read(adjustments.get, boss, second.id).state == "proposed"
    assert (losses(town), has(town, made.payer)) == (0, 40_000)
    town.write(adjustments.reject, boss, second.id, "It was taken back")


def test_who_may_not(town: Town) -> None:
    made, _ = against_gone(town, left=0)
    boss = staff(town)
    for who in (staff(town, "moderator"), staff(town, "admin", {"wallet:pay"}), actor(made.payer, "member")):
        with pytest.raises(NotOperator):
            town.write(dispute_losses.propose, who, made.id, 5, "It never came")
    with pytest.raises(OwnMatter):
        town.write(dispute_losses.propose, actor(made.payer, "admin"), made.id, 5, "It never came")
    proposed = town.write(dispute_losses.propose, boss, made.id, 5, "It never came")
    with pytest.raises(OwnMatter):
        town.write(adjustments.approve, actor(made.payer, "admin"), proposed.id)
    town.write(adjustments.reject, boss, proposed.id, "I was wrong")
    assert town.write(decisions.decide, staff(town, "moderator"), made.id, 0, "It stays").state == "rejected"


def test_who_is_here_pays_by_themselves(town: Town) -> None:
    _, other, payment = bought(town)
    made = opened(town, payment)
    town.write(disputes.answer, other, made.id, "It is at the post office.")
    with pytest.raises(RespondentPays):
        town.write(dispute_losses.propose, staff(town), made.id, 5, "It never came")
    (third,) = make_holders(town, 1, tier=2)
    town.write(lambda tx: sending.send(tx, other, third, has_all(tx, other), "INR", proof=proof(tx, other)))
    town.write(wallets.close, other, "INR")  # closed by themselves, and still here
    with pytest.raises(RespondentPays):
        town.write(dispute_losses.propose, staff(town), made.id, 5, "It never came")


def has_all(tx: Tx, person: int) -> int:
    return wallets.balance(tx, wallets.wallet(tx, person)).balance


def test_two_approvals_at_once_give_back_once(town: Town) -> None:
    made, _ = against_gone(town, left=4_000)
    boss = staff(town)
    proposed = town.write(dispute_losses.propose, boss, made.id, 10_000, "It never came")
    others = [staff(town) for _ in range(3)]
    works: list[Callable[[Tx], object]] = [
        lambda tx, who=who: adjustments.approve(tx, who, proposed.id)  # type: ignore[misc]
        for who in others
    ]
    works.append(lambda tx: disputes.withdraw(tx, made.payer, made.id))
    found = at_once(town, works)
    back = has(town, made.payer) - 40_000
    state = town.read(disputes.one, made.payer, made.id).state
    assert (back, state) in ((10_000, "refunded"), (0, "withdrawn")), found
    assert (unclaimed(town), losses(town)) == ((0, 6_000) if back else (4_000, 0))
    assert town.read(ledger.verify).ok


def test_nothing_is_left_of_a_trial(town: Town) -> None:
    """What is needed is tried, and undone: the books are as they were."""
    made, payment = against_gone(town, left=0)
    (extra,) = make_holders(town, 1)
    town.write(fund, extra, 5)
    before = town.read(lambda tx: ledger.transfers_about(tx, payment.id))
    proposed = town.write(dispute_losses.propose, staff(town), made.id, 10_000, "It never came")
    assert town.read(lambda tx: ledger.transfers_about(tx, payment.id)) == before
    after = town.read(payments.by_id.first, id=payment.id)
    assert after is not None
    assert after.refunded == 0
    assert town.read(disputes.one, made.payer, made.id).state == "deciding"
    assert "wallet.refunded" not in kinds(town, made.payer)
    with pytest.raises(Fault):
        town.write(adjustments.approve, staff(town, "moderator"), proposed.id)


def pay_heirs(town: Town, whose: int, amount: int) -> None:
    """By hand: two administrators give what somebody left to who can show that it is theirs."""
    (heir,) = make_holders(town, 1, tier=2)
    card = town.read(accounts.cards, [heir])[heir]
    legs = [NewLeg(leaving.UNCLAIMED, -amount), NewLeg(f"@{card.username}", amount)]
    boss, bea = staff(town), staff(town)
    made = town.write(adjustments.propose, boss, "INR", "Showed the will", legs, left_by=whose)
    town.write(adjustments.approve, bea, made.id)
    assert has(town, heir) == amount


def test_what_heirs_were_paid_is_not_paid_again(town: Town) -> None:
    """What two others left lies in the same account; it pays for nobody else's disputes."""
    made, payment = against_gone(town, left=4_000)
    against_gone(town, left=9_000)
    pay_heirs(town, payment.payee, 3_000)
    assert unclaimed(town) == 10_000
    assert town.read(left_by, payment.payee, "INR") == 1_000
    boss, bea = staff(town), staff(town)
    proposed = town.write(dispute_losses.propose, boss, made.id, 10_000, "It never came")
    town.write(adjustments.approve, bea, proposed.id)
    assert (unclaimed(town), losses(town)) == (9_000, 9_000)
    assert town.read(left_by, payment.payee, "INR") == 0


def test_heirs_and_a_dispute_at_once(town: Town) -> None:
    """Both are proposed while all of it is there: the second one to be approved is refused."""
    made, payment = against_gone(town, left=4_000)
    against_gone(town, left=9_000)
    boss, bea = staff(town), staff(town)
    proposed = town.write(dispute_losses.propose, boss, made.id, 10_000, "It never came")
    pay_heirs(town, payment.payee, 3_000)
    with pytest.raises(LeftLess) as told:
        town.write(adjustments.approve, bea, proposed.id)
    assert (told.value.code, told.value.extra["left"]) == ("left_less", 1_000)
    assert (unclaimed(town), has(town, made.payer)) == (10_000, 40_000)
    town.write(adjustments.reject, bea, proposed.id, "The heirs were paid")
    again = town.write(dispute_losses.propose, boss, made.id, 10_000, "It never came")
    town.write(adjustments.approve, bea, again.id)
    assert (unclaimed(town), losses(town), has(town, made.payer)) == (9_000, 9_000, 50_000)
