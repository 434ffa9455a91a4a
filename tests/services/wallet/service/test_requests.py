"""Asking for money, splitting, reminders."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core import accounts, notifications
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Invalid
from dozen.services.wallet import errors
from dozen.services.wallet.service import reminders, requests, settling, wallets
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Verdict
from dozen.services.wallet.structs import Ask, Receipt, Reminder
from tests.services.wallet.folk import make_holders, proof
from tests.support.town import Town


def named(town: Town, person: int) -> str:
    return "@" + town.read(accounts.cards, [person])[person].username


def pay(tx: Tx, me: int, ask: int) -> Receipt:
    return requests.pay(tx, me, ask, proof=proof(tx, me))


def state(town: Town, person: int, ask: Ask) -> str:
    return town.read(requests.one, person, ask.id).ask.state


def test_asked_and_paid(town: Town) -> None:
    a, b, c = make_holders(town, 3, money=10_000)
    to = named(town, b)
    ask = town.write(lambda tx: requests.ask(tx, a, to, 700, "INR", note="cinema"))
    assert [each.ask.id for each in town.read(requests.waiting, b)] == [ask.id]
    assert "wallet.asked" in {each.kind for each in town.read(notifications.list_plain, b)}
    for stranger in (a, c):
        with pytest.raises(errors.NoSuchRequest):
            town.write(pay, stranger, ask.id)
    with pytest.raises(errors.NoSuchRequest):
        town.read(requests.one, c, ask.id)
    with pytest.raises(errors.PinNeeded):
        town.write(requests.pay, b, ask.id)
    receipt = town.write(pay, b, ask.id)
    assert (receipt.payment.kind, receipt.payment.subject, receipt.balance) == ("request", ask.id, 9_300)
    found = town.read(requests.one, a, ask.id).ask
    assert (found.state, found.payment_id) == ("paid", receipt.payment.id)
    with pytest.raises(errors.BadRequest):
        town.write(pay, b, ask.id)


def test_declined_cancelled_and_expired(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = make_holders(town, 2, money=10_000)
    first, second, third = (town.write(requests.ask, a, b, 100, "INR") for _ in range(3))
    with pytest.raises(errors.NoSuchRequest):
        town.write(requests.decline, a, first.id)
    with pytest.raises(errors.NoSuchRequest):
        town.write(requests.cancel, b, second.id)
    assert town.write(requests.decline, b, first.id).state == "declined"
    assert town.write(requests.cancel, a, second.id).state == "cancelled"
    ended = [each for each in town.read(notifications.list_plain, a) if each.kind == "wallet.request_ended"]
    assert len(ended) == 1
    later = clock.now() + 31 * clock.DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    assert state(town, a, third) == "expired", "before the job has said so"
    with pytest.raises(errors.BadRequest):
        town.write(pay, b, third.id)
    town.write(requests.expire)
    assert state(town, a, third) == "expired"
    assert town.read(requests.how_many_waiting, b) == 0


def test_reminding_is_not_nagging(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = make_holders(town, 2)
    ask = town.write(requests.ask, a, b, 100, "INR")
    with pytest.raises(errors.TooManyReminders):
        town.write(requests.remind, a, ask.id)
    now = clock.now()
    for n in range(1, 6):
        monkeypatch.setattr(clock, "now", lambda n=n: now + n * 13 * clock.HOUR)
        assert town.write(requests.remind, a, ask.id).reminders == n
    monkeypatch.setattr(clock, "now", lambda: now + 6 * 13 * clock.HOUR)
    with pytest.raises(errors.TooManyReminders):
        town.write(requests.remind, a, ask.id)
    with pytest.raises(errors.NoSuchRequest):
        town.write(requests.remind, b, ask.id)


def test_a_payment_in_review_holds_its_request(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)
    town.env.part(Hooks).add_risk(lambda tx, draft: Verdict("review", ("new",)))
    ask = town.write(requests.ask, a, b, 100, "INR")
    held = town.write(pay, b, ask.id).payment
    assert held.state == "review"
    with pytest.raises(errors.BadRequest):
        town.write(pay, b, ask.id)
    with pytest.raises(errors.BadRequest):
        town.write(requests.cancel, a, ask.id)
    town.write(settling.drop, held.id, "declined")
    assert state(town, b, ask) == "open"
    again = town.write(pay, b, ask.id).payment
    town.write(settling.release, again.id)
    assert state(town, b, ask) == "paid"


def test_bad_requests(town: Town) -> None:
    a, b = make_holders(town, 2)
    with pytest.raises(errors.OwnWallet):
        town.write(requests.ask, a, a, 100, "INR")
    with pytest.raises(errors.NoSuchReceiver):
        town.write(requests.ask, a, "@nobody", 100, "INR")
    for amount in (0, -5, 10**16):
        with pytest.raises(errors.BadAmount):
            town.write(requests.ask, a, b, amount, "INR")
    with pytest.raises(errors.NoWallet):
        town.write(requests.ask, a, b, 100, "EUR")
    for _ in range(requests.MOST_OPEN):
        town.write(requests.ask, a, b, 1, "INR")
    with pytest.raises(errors.TooManyRequests):
        town.write(requests.ask, a, b, 1, "INR")


def test_splits_add_up(town: Town) -> None:
    a, b, c = make_holders(town, 3, money=10_000)
    names = [named(town, b), named(town, c)]
    made, asks = town.write(lambda tx: requests.split(tx, a, names, 1_000, "INR", note="pizza"))
    assert (made.own, [each.amount for each in asks]) == (334, [333, 333])
    made, asks = town.write(lambda tx: requests.split(tx, a, names, 1_001, "INR", include_me=False))
    assert (made.own, [each.amount for each in asks]) == (0, [501, 500])
    made, asks = town.write(lambda tx: requests.split(tx, a, names, 1_000, "INR", weights=[1, 0, 3]))
    assert (made.own, [each.amount for each in asks]) == (250, [750])
    town.write(pay, c, asks[0].id)
    found, shown = town.read(requests.of_split, a, made.id)
    assert (found.id, [each.ask.state for each in shown]) == (made.id, ["paid"])
    with pytest.raises(errors.NoSuchRequest):
        town.read(requests.of_split, b, made.id)
    for people in ([], [names[0]] * 2, [named(town, a)], [*names, "@nobody"]):
        with pytest.raises((Invalid, errors.NoSuchReceiver)):
            town.write(requests.split, a, people, 1_000, "INR")
    for weights in ([1, 1], [0, 0, 0], [1, -1, 1]):
        with pytest.raises(Invalid):
            town.write(lambda tx, w=weights: requests.split(tx, a, names, 1_000, "INR", weights=w))
    assert town.read(wallets.wallet, a).state == "open"


# Reminders


def test_reminders_come_when_it_is_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = make_holders(town, 2)
    at = clock.now() + clock.HOUR
    to = named(town, b)
    once = town.write(lambda tx: reminders.add(tx, a, to, 500, "INR", at))
    weekly = town.write(lambda tx: reminders.add(tx, a, to, 600, "INR", at, every="week"))
    for wrong in (clock.now() - 1, clock.now() + 500 * clock.DAY):
        with pytest.raises(errors.BadTime):
            town.write(reminders.add, a, named(town, b), 500, "INR", wrong)
    town.write(reminders.tell_due)
    assert not [each for each in town.read(notifications.list_plain, a) if each.kind == "wallet.reminder"]
    monkeypatch.setattr(clock, "now", lambda: at + 1)
    town.write(reminders.tell_due)
    town.write(reminders.tell_due)
    told = [each for each in town.read(notifications.list_plain, a) if each.kind == "wallet.reminder"]
    assert {each.subject_id for each in told} == {once.id, weekly.id}
    assert len(told) == 2
    found = {each.id: each.next_at for each, _ in town.read(reminders.mine, a)}
    assert found == {once.id: None, weekly.id: at + 7 * clock.DAY}
    with pytest.raises(errors.NoSuchReminder):
        town.write(reminders.drop, b, weekly.id)
    town.write(reminders.drop, a, weekly.id)


@given(
    first=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    later=st.integers(0, 800 * clock.DAY),
)
def test_monthly_reminders_keep_their_day(first: datetime, later: int) -> None:
    at = clock.from_datetime(first)
    made = Reminder(1, 1, 2, 3, "INR", "", "month", at, at, at)
    then = reminders.following(made, at + later)
    assert then is not None
    assert at + later < then <= at + later + 32 * clock.DAY
    day = clock.to_datetime(then)
    assert day.day == first.day or (
        day.day < first.day and (day.month != clock.to_datetime(then + clock.DAY).month)
    )
