"""The queue of held payments."""

from __future__ import annotations

import pytest

from dozen.core import accounts, ledger, moderation
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.services.wallet.errors import WalletBlocked, WalletFrozen
from dozen.services.wallet.errors.desk import NotOperator, ReasonNeeded
from dozen.services.wallet.errors.risk import FindingDecided, NoSuchFinding, OwnMatter
from dozen.services.wallet.service import reviews, settling, wallets
from dozen.services.wallet.service.risk import features
from dozen.services.wallet.structs import Payment
from tests.services.wallet.folk import proof
from tests.services.wallet.service.risk.test_checking import pay, taken_over
from tests.services.wallet.staff import actor, staff
from tests.support.town import Town


def held(town: Town) -> tuple[Payment, int, int]:
    me, thief, stolen = taken_over(town)
    payment = town.write(pay, me, thief, 350_000, stolen).payment
    assert payment.state == "review"
    return payment, me, thief


def has(town: Town, person: int) -> tuple[int, int]:
    found = town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, person)))
    return found.balance, found.held


def test_the_queue_and_a_case(town: Town) -> None:
    payment, me, thief = held(town)
    boss, mo = staff(town), staff(town, "moderator")
    assert town.read(reviews.waiting) == 1
    assert [each.payment_id for each in town.read(reviews.queue, mo)] == [payment.id]
    assert town.read(reviews.queue, mo, before=payment.id) == []
    case = town.read(reviews.case, boss, payment.id)
    assert case.payment == payment
    assert case.until == ids.moment(payment.id) + 7 * clock.DAY
    assert 8_900 < case.usual < 9_500
    assert len(case.devices) == 2
    assert {each.person for each in case.around} == {me}
    assert len(case.sent) == 12
    assert thief in reviews.people_in(case)
    with pytest.raises(NoSuchFinding):
        town.read(reviews.case, boss, case.sent[0].id)
    for who in (staff(town, "member"), staff(town, "moderator", {"wallet:read"})):
        with pytest.raises(NotOperator):
            town.read(reviews.queue, who)
        with pytest.raises(NotOperator):
            town.read(reviews.case, who, payment.id)
        with pytest.raises(NotOperator):
            town.write(reviews.approve, who, payment.id, "It was them")
        with pytest.raises(NotOperator):
            town.write(reviews.decline, who, payment.id, "It was not them")


def test_approved_it_goes_on_and_teaches(town: Town) -> None:
    payment, me, thief = held(town)
    mo = staff(town, "moderator")
    before = has(town, me)[0]
    with pytest.raises(ReasonNeeded):
        town.write(reviews.approve, mo, payment.id, " ")
    found = town.write(reviews.approve, mo, payment.id, "They said so on the phone")
    assert (found.state, found.decided_by, found.note) == (
        "approved",
        mo.person_id,
        "They said so on the phone",
    )
    assert has(town, me) == (before - 350_000, 0)
    assert has(town, thief)[0] == 850_000
    with pytest.raises(FindingDecided):
        town.write(reviews.approve, mo, payment.id, "Once more")
    with pytest.raises(FindingDecided):
        town.write(reviews.decline, mo, payment.id, "Once more")
    assert town.read(reviews.waiting) == 0
    assert town.write(pay, me, thief, 20_000, payment.device_id).payment.state == "done", "now it is theirs"
    (line,) = town.read(moderation.log, mo, subject=("wallet", payment.id))
    assert (line.action, line.reason) == ("wallet.payment.approved", "They said so on the phone")
    assert town.read(ledger.verify).ok


def test_declined_it_is_given_back(town: Town) -> None:
    payment, me, thief = held(town)
    boss = staff(town)
    before = has(town, me)[0]
    found = town.write(reviews.decline, boss, payment.id, "Taken over", block=True)
    assert found.state == "declined"
    assert has(town, me) == (before, 0)
    assert has(town, thief)[0] == 500_000
    assert town.read(wallets.wallet, me).state == "blocked"
    assert [each.payment_id for each in town.read(reviews.queue, boss, "declined")] == [payment.id]
    assert town.read(ledger.verify).ok


def test_moderators_do_not_block_operators(town: Town) -> None:
    """Neither here nor at the desk's page of people."""
    payment, me, _ = held(town)
    boss, mo = staff(town), staff(town, "moderator")
    town.write(accounts.set_role, boss.person_id, me, "moderator")
    with pytest.raises(NotOperator):
        town.write(lambda tx: reviews.decline(tx, mo, payment.id, "Taken over", block=True))
    assert has(town, me)[1] == 350_000
    town.write(lambda tx: reviews.decline(tx, boss, payment.id, "Taken over", block=True))
    assert town.read(wallets.wallet, me).state == "blocked"


def test_nothing_is_let_out_of_a_frozen_wallet(town: Town) -> None:
    """Who finds that their phone is gone freezes the wallet; what the thief tried before waits then."""
    payment, me, thief = held(town)
    mo = staff(town, "moderator")
    for stop, fault in ((wallets.freeze, WalletFrozen), (wallets.block, WalletBlocked)):
        town.write(stop, me, "INR", "My phone is gone")
        with pytest.raises(fault):
            town.write(reviews.approve, mo, payment.id, "Looks right to me")
    assert has(town, thief)[0] == 500_000
    assert town.read(reviews.waiting) == 1
    town.write(lambda tx: wallets.block(tx, me, "INR", "", on=False))
    with pytest.raises(WalletFrozen):
        town.write(reviews.approve, mo, payment.id, "Looks right to me")
    town.write(lambda tx: wallets.unfreeze(tx, me, "INR", proof(tx, me)))
    assert town.write(reviews.approve, mo, payment.id, "They have it again").state == "approved"


def test_a_device_is_not_theirs_by_waiting(town: Town) -> None:
    """What was stopped yesterday does not go through today because the device is a day old."""
    payment, me, thief = held(town)
    town.write(reviews.decline, staff(town), payment.id, "Taken over")

    def again(tx: Tx, days: int) -> Payment:
        at = tx.now + days * clock.DAY
        return pay(tx, me, thief, 350_000, payment.device_id, at).payment

    for days in (2, 20):
        held_again = town.write(again, days)
        assert (held_again.state, "new_device" in held_again.flags) == ("review", True)
        town.write(settling.drop, held_again.id, "voided")
    assert town.write(again, 32).state == "done", "nobody is suspected for ever"


def test_their_own_device_stays_theirs(town: Town) -> None:
    payment, me, thief = held(town)
    case = town.read(reviews.case, staff(town), payment.id)
    (mine,) = [each.id for each in case.devices if each.id != payment.device_id]
    assert not features.distrust(case.habits, mine, ids.moment(payment.id), clock.now())
    town.write(reviews.decline, staff(town), payment.id, "Taken over")
    assert town.write(pay, me, thief, 9_000, mine).payment.state == "done"


def test_nobody_decides_about_their_own_money(town: Town) -> None:
    payment, me, thief = held(town)
    for person in (me, thief):
        with pytest.raises(OwnMatter):
            town.write(reviews.approve, actor(person), payment.id, "It was me")
        with pytest.raises(OwnMatter):
            town.write(reviews.decline, actor(person), payment.id, "It was me")


def test_what_nobody_decides_goes_back(town: Town) -> None:
    payment, me, _ = held(town)
    boss = staff(town)

    def later(tx: Tx) -> None:
        tx.now += 8 * clock.DAY
        ledger.expire(tx)
        settling.expire(tx)

    town.write(later)
    assert has(town, me)[1] == 0
    assert town.read(reviews.case, boss, payment.id).finding.state == "expired"
    assert town.read(reviews.waiting) == 0
    with pytest.raises(FindingDecided):
        town.write(reviews.approve, boss, payment.id, "Too late")
