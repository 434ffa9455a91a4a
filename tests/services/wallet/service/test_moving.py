"""The one way that money moves."""

from __future__ import annotations

from typing import Any

import pytest

from dozen.core import graph, ledger, notifications
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet import errors
from dozen.services.wallet.queries import payments
from dozen.services.wallet.service import (
    devices,
    history,
    limits,
    refunding,
    sending,
    settling,
    tiers,
    wallets,
)
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Movement, Standing, Verdict
from dozen.services.wallet.service.moving import move
from dozen.services.wallet.structs import Limits, Payment, Receipt
from tests.services.wallet.folk import make_holders, proof, spent_today
from tests.support.town import Town


def pay(tx: Tx, me: int, to: int, amount: int, **more: Any) -> Receipt:
    return sending.send(tx, me, to, amount, "INR", note="tea", proof=proof(tx, me), **more)


def authorise(tx: Tx, me: int, to: int, amount: int, *, fee: int = 0) -> Receipt:
    return move(
        tx,
        Movement(
            kind="person", actor=me, payer=wallets.party(tx, me), payee=wallets.party(tx, to), amount=amount,
            currency="INR", proof=proof(tx, me), fee=fee, authorise_until=tx.now + clock.DAY,
        ),
    )  # fmt: skip


def has(town: Town, person: int) -> tuple[int, int]:
    found = town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, person)))
    return found.balance, found.held


def used(town: Town, person: int) -> int:
    return town.read(spent_today, person)


def in_review(town: Town) -> None:
    """Risk rules that want to look at everything from a thousand on."""

    def risk(tx: Tx, draft: Any) -> Verdict:
        return Verdict("review", ("amount",)) if draft.movement.amount >= 1_000 else Verdict()

    town.env.part(Hooks).add_risk(risk)


def test_money_moves_and_both_see_it(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)
    receipt = town.write(pay, a, b, 2_500)
    assert receipt.balance == 7_500
    assert receipt.payment.state == "done"
    assert receipt.payment.transfer_id == receipt.payment.id
    assert has(town, b) == (12_500, 0)
    kinds = {each.kind for each in town.read(notifications.list_plain, b)}
    assert "wallet.received" in kinds
    assert "wallet.sent" in {each.kind for each in town.read(notifications.list_plain, a)}
    assert town.read(ledger.verify).ok


def test_not_more_than_there_is(town: Town) -> None:
    a, b = make_holders(town, 2, money=1_000)
    with pytest.raises(errors.InsufficientFunds):
        town.write(pay, a, b, 1_001)
    assert used(town, a) == 0
    assert town.write(pay, a, b, 1_000).balance == 0


def test_only_the_owner_pays(town: Town) -> None:
    a, b, c = make_holders(town, 3, money=1_000)

    def steal(tx: Tx) -> None:
        move(
            tx,
            Movement(
                kind="person", actor=c, payer=wallets.party(tx, a), payee=wallets.party(tx, c), amount=1,
                currency="INR", proof=proof(tx, c),
            ),
        )  # fmt: skip

    with pytest.raises(errors.NotAllowed):
        town.write(steal)

    def with_anothers_pin(tx: Tx) -> None:
        sending.send(tx, a, b, 1, "INR", proof=proof(tx, c))

    with pytest.raises(errors.WrongPin):
        town.write(with_anothers_pin)


def test_states_of_wallets(town: Town) -> None:
    a, b = make_holders(town, 2, money=1_000)
    town.write(wallets.freeze, a, "INR")
    with pytest.raises(errors.WalletFrozen):
        town.write(pay, a, b, 1)
    assert town.write(pay, b, a, 100).payment.state == "done", "what others pay still comes in"
    frozen = town.read(wallets.wallet, a)
    with pytest.raises(ledger.errors.AccountFrozen):  # whatever room tries
        town.write(
            lambda tx: ledger.pay(
                tx, frozen.account_id, wallets.wallet(tx, b).account_id, 1, kind="rides.fare"
            )
        )
    town.write(lambda tx: wallets.unfreeze(tx, a, "INR", proof(tx, a)))
    town.write(wallets.block, a, "INR", "a court order")
    with pytest.raises(errors.WalletBlocked):
        town.write(pay, a, b, 1)
    with pytest.raises(errors.ReceiverCannot):
        town.write(pay, b, a, 1)
    with pytest.raises(errors.WalletBlocked):
        town.write(lambda tx: wallets.unfreeze(tx, a, "INR", proof(tx, a)))
    assert town.write(lambda tx: wallets.block(tx, a, "INR", "", on=False)).state == "frozen"
    town.write(lambda tx: wallets.unfreeze(tx, a, "INR", proof(tx, a)))
    town.write(graph.block, b, a)
    with pytest.raises(errors.ReceiverCannot):
        town.write(pay, a, b, 1)
    assert has(town, a) == (1_100, 0)


def test_limits_count_what_is_held(town: Town) -> None:
    a, b = make_holders(town, 2, money=100_000)
    town.write(lambda tx: limits.set_own(tx, a, "INR", {"day": 5_000}, None))
    held = town.write(authorise, a, b, 3_000).payment
    assert used(town, a) == 3_000
    with pytest.raises(errors.OverLimit) as over:
        town.write(pay, a, b, 2_001)
    assert (over.value.extra["left"], over.value.extra["limit"]) == (2_000, "day")
    town.write(settling.capture, held.id, 1_000)
    assert used(town, a) == 1_000, "what was not captured is not used"
    town.write(pay, a, b, 4_000)
    with pytest.raises(errors.OverLimit):
        town.write(pay, a, b, 1)


def test_own_limits_stay_below_the_tiers(town: Town) -> None:
    (a,) = make_holders(town, 1)
    most = tiers.of(1, "INR").day
    assert most is not None
    with pytest.raises(errors.BadLimit):
        town.write(lambda tx: limits.set_own(tx, a, "INR", {"day": most + 1}, None))
    town.write(lambda tx: limits.set_own(tx, a, "INR", {"day": most, "payment": 7}, None))
    with pytest.raises(errors.PinNeeded):
        town.write(lambda tx: limits.set_own(tx, a, "INR", {"payment": 8}, None))
    found = town.write(lambda tx: limits.set_own(tx, a, "INR", {"payment": 8}, proof(tx, a)))
    assert found == Limits(payment=8, day=most)


def test_a_wallet_holds_what_its_tier_allows(town: Town) -> None:
    rich, poor = make_holders(town, 2, tier=3)
    from dozen.services.wallet.queries import people
    from tests.services.wallet.folk import fund

    town.write(lambda tx: fund(tx, rich, 20_000_000))
    town.write(lambda tx: people.set_tier(tx, who=poor, level=1))
    most = tiers.of(1, "INR").balance or 0
    town.write(pay, rich, poor, most)
    with pytest.raises(errors.BalanceCap):
        town.write(pay, rich, poor, 1)
    assert has(town, poor) == (most, 0)


def test_a_refund_held_for_review_counts_with_what_it_gives_back(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)
    first = town.write(pay, a, b, 4_000).payment
    in_review(town)

    def give(tx: Tx, amount: int) -> Receipt:
        return refunding.refund(tx, b, first.id, amount, proof=proof(tx, b))

    held = town.write(give, 3_000).payment
    assert held.state == "review"
    assert (has(town, a), has(town, b)) == ((6_000, 0), (14_000, 3_000))
    after = town.write(settling.release, held.id)
    assert (after.state, after.captured) == ("done", 3_000)
    assert (has(town, a), has(town, b)) == ((9_000, 0), (11_000, 0))
    with pytest.raises(errors.NotRefundable):
        town.write(give, 1_001)
    assert town.write(give, 999).payment.state == "done"
    assert town.read(lambda tx: ledger.verify(tx)).ok


def test_held_for_review_and_let_go_on(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)
    in_review(town)
    held = town.write(pay, a, b, 4_000).payment
    assert (held.state, held.flags, held.transfer_id) == ("review", ("amount",), None)
    assert (has(town, a), has(town, b)) == ((10_000, 4_000), (10_000, 0))
    with pytest.raises(errors.InsufficientFunds):
        town.write(lambda tx: pay(tx, a, b, 999) and pay(tx, a, b, 5_002))
    after = town.write(settling.release, held.id)
    assert (after.state, after.captured) == ("done", 4_000)
    assert (has(town, a), has(town, b)) == ((6_000, 0), (14_000, 0))
    with pytest.raises(errors.BadState):
        town.write(settling.release, held.id)
    with pytest.raises(errors.BadState):
        town.write(settling.drop, held.id, "declined")
    assert town.read(ledger.verify).ok


def test_declined_by_an_operator(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)
    in_review(town)
    held = town.write(pay, a, b, 4_000).payment
    assert town.write(settling.drop, held.id, "declined").state == "declined"
    assert (has(town, a), has(town, b), used(town, a)) == ((10_000, 0), (10_000, 0), 0)
    found = town.read(lambda tx: history.one(tx, a, held.id))
    assert found.line.payment is not None
    assert found.line.payment.state == "declined"


def test_nobody_decides_in_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = make_holders(town, 2, money=10_000)
    in_review(town)
    held = [town.write(pay, a, b, 1_000).payment for _ in range(3)]
    later = clock.now() + 8 * clock.DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    assert town.write(settling.expire, 0, 2) is not None
    assert town.write(settling.expire) is None
    states = {town.read(lambda tx, i=each.id: payments.by_id.first(tx, id=i)).state for each in held}
    assert states == {"expired"}
    assert has(town, a) == (10_000, 0)


def test_refused_by_risk_rules(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)
    town.env.part(Hooks).add_risk(lambda tx, draft: Verdict("refuse", ("velocity",)))
    with pytest.raises(errors.PaymentRefused) as refused:
        town.write(pay, a, b, 1)
    assert "velocity" not in str(refused.value.extra), "the reasons are not for who was refused"
    assert has(town, a) == (10_000, 0)


def test_captured_in_part_with_a_fee(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)
    held = town.write(authorise, a, b, 5_000, fee=100).payment
    with pytest.raises(errors.BadAmount):
        town.write(settling.capture, held.id, 5_001)
    after = town.write(lambda tx: settling.capture(tx, held.id, 2_000, fee=40))
    assert (after.state, after.captured, after.fee) == ("done", 2_000, 40)
    assert (has(town, a), has(town, b)) == ((8_000, 0), (11_960, 0))
    fees = town.read(ledger.find_account, 0, "wallet.fees", "INR")
    assert fees is not None
    assert town.read(ledger.balance, fees.id).balance == 40


def test_other_modules_hear_and_refuse(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)
    heard: list[tuple[str, str | None]] = []

    def hear(tx: Tx, payment: Payment, before: str | None) -> None:
        heard.append((payment.state, before))

    def no_thirteens(tx: Tx, draft: Any) -> None:
        if draft.movement.amount == 13:
            raise errors.PaymentRefused

    hooks = town.env.part(Hooks)
    hooks.on_change("person", hear)
    hooks.add_check(no_thirteens)
    town.write(pay, a, b, 1)
    held = town.write(authorise, a, b, 5).payment
    town.write(settling.drop, held.id, "voided")
    with pytest.raises(errors.PaymentRefused):
        town.write(pay, a, b, 13)
    assert heard == [("done", None), ("authorised", None), ("voided", "authorised")]


def test_a_revoked_device_does_not_pay(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)
    seen = town.write(lambda tx: devices.seen(tx, a, "s3cret", kind="browser", name="Firefox", address="::1"))
    town.write(pay, a, b, 1, device_id=seen.id)
    town.write(devices.revoke, a, seen.id)
    with pytest.raises(errors.DeviceRevoked):
        town.write(pay, a, b, 1, device_id=seen.id)
    with pytest.raises(errors.DeviceRevoked):
        town.write(lambda tx: devices.seen(tx, a, "s3cret", kind="browser", name="", address=""))
    with pytest.raises(errors.NoSuchDevice):
        town.write(devices.revoke, b, seen.id)


def test_the_same_key_is_the_same_movement(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)

    def mandate(tx: Tx, amount: int = 300) -> Receipt:
        return move(
            tx,
            Movement(
                kind="bill", actor=a, payer=wallets.party(tx, a), payee=wallets.party(tx, b), amount=amount,
                currency="INR", proof=Standing("mandate", 1),
                key=ledger.Key("wallet.mandate", a, "1-2026-11"),
            ),
        )  # fmt: skip

    first, again = town.write(mandate), town.write(mandate)
    assert (first.replayed, again.replayed) == (False, True)
    assert first.payment == again.payment
    assert has(town, b) == (10_300, 0)
    with pytest.raises(ledger.errors.KeyReused):
        town.write(mandate, 301)
