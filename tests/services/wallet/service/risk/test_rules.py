"""Habits and rules, without a database."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from dozen.kit import clock
from dozen.services.wallet.service.risk import features
from dozen.services.wallet.service.risk.features import observe, pack, unpack
from dozen.services.wallet.service.risk.rules import BY_CODE, INSTALLED, KINDS, Rulebook, weigh, words
from dozen.services.wallet.structs.risk import Event, Features, Reason, Rule, Spread, Window

NOON = 20_000 * clock.DAY + 12 * clock.HOUR
BOOK = Rulebook.of()


def event(at: int = NOON, **given: object) -> Event:
    first = Event(at, 1, 10_000, "INR", 7, 0, 1_000_000)
    return msgspec.structs.replace(first, **given)


def somebody(days: int = 30) -> Features:
    """Pays about a hundred to three payees at noon, always from device 7."""
    habits = Features()
    for day in range(days):
        amount = 8_000 + 500 * (day % 9)
        at = NOON - (days - day) * clock.DAY
        observe(habits, event(at, account=1 + day % 3, amount=amount), learn=True)
    return habits


def codes(habits: Features, this: Event) -> set[str]:
    return {each.code for each in weigh(BOOK, habits, this).reasons}


def test_the_usual_passes() -> None:
    assert weigh(BOOK, somebody(), event()).say == "pass"
    assert codes(somebody(), event()) == set()


def test_each_rule_says_what_it_measures() -> None:
    habits = somebody()
    assert codes(habits, event(device_id=8)) == {"new_device"}
    assert codes(habits, event(amount=300_000)) == {"unusual_amount"}
    assert codes(habits, event(at=NOON + 9 * clock.HOUR)) == {"unusual_hour"}
    assert codes(habits, event(account=99)) == {"new_payee"}
    assert codes(habits, event(others=4)) == {"shared_device"}
    assert codes(habits, event(available=10_500)) == {"draining"}
    assert codes(Features(), event(amount=700_000)) == {"large_for_new"}
    quick = somebody()
    for n in range(7):
        observe(quick, event(NOON + n * 1_000), learn=True)
    assert codes(quick, event(NOON + 8_000)) == {"velocity"}
    many = somebody()
    for n in range(19):
        observe(many, event(NOON + n * 3 * clock.MINUTE), learn=True)
    assert "velocity_hour" in codes(many, event(NOON + 57 * clock.MINUTE))
    fresh = somebody()
    for n in range(4):
        observe(fresh, event(NOON + n * 11 * clock.MINUTE, account=50 + n), learn=True)
    assert "new_payees" in codes(fresh, event(NOON + 50 * clock.MINUTE, account=99))


def test_all_rules_have_words() -> None:
    for kind in KINDS:
        said = words(Reason(kind.code, 12, 3, 4))
        assert said
        assert "{" not in said
        assert 1 <= kind.threshold <= kind.most
    assert words(Reason("gone", 1, 1, 1)) == "gone"


def test_together_they_hold_and_refuse() -> None:
    habits = somebody()
    taken = event(NOON + 9 * clock.HOUR, device_id=8, amount=300_000, account=99, available=310_000)
    held = weigh(BOOK, habits, taken)
    assert held.say == "review"
    assert held.points == 105
    assert [each.weight for each in held.reasons] == sorted(
        (each.weight for each in held.reasons), reverse=True
    )
    assert weigh(BOOK, habits, msgspec.structs.replace(taken, others=6)).say == "refuse"


def test_a_device_becomes_theirs() -> None:
    habits = somebody()
    observe(habits, event(device_id=8), learn=True)
    assert "new_device" in codes(habits, event(NOON + clock.HOUR, device_id=8))
    assert "new_device" not in codes(habits, event(NOON + 25 * clock.HOUR, device_id=8))
    other = somebody()
    observe(other, event(device_id=8), learn=False)
    features.learn_from(other, event(device_id=8), trust_device=True)
    assert "new_device" not in codes(other, event(NOON + clock.HOUR, device_id=8))


def test_what_is_held_teaches_nothing() -> None:
    habits, before = somebody(), somebody()
    observe(habits, event(amount=900_000, account=99), learn=False)
    assert (habits.amounts, habits.payees, habits.hours) == (before.amounts, before.payees, before.hours)
    assert habits.ten.now == before.ten.now + 1 or habits.ten.span != before.ten.span


def test_windows_slide() -> None:
    window = Window(100, 6, 4)
    assert features.lately(window, 1_000, 10) == 10
    assert features.lately(window, 1_005, 10) == 8
    assert features.lately(window, 1_015, 10) == 3
    assert features.lately(window, 1_020, 10) == 0


def test_rules_can_be_set_and_switched_off() -> None:
    book = Rulebook.of([Rule("new_device", 90, 5), Rule("velocity", 1, 1, False), Rule("unheard", 1, 1)])
    assert book.review == INSTALLED["review"].threshold
    assert weigh(book, somebody(), event(device_id=8)).say == "review"
    assert all(rule.code != "velocity" for _, rule in book.rules)
    assert len(book.rules) == len(BY_CODE) - 1


acts = st.lists(
    st.tuples(
        st.integers(0, 10**10),
        st.integers(1, 10**15),
        st.integers(1, 2**62),
        st.none() | st.integers(1, 2**62),
        st.sampled_from(("INR", "EUR", "JPY")),
        st.booleans(),
    ),
    max_size=120,
)


@given(acts)
def test_habits_stay_small_and_survive_packing(
    found: list[tuple[int, int, int, int | None, str, bool]],
) -> None:
    habits = Features()
    at = NOON
    for passed, amount, account, device, currency, learn in found:
        at += passed
        this = event(at, amount=amount, account=account, device_id=device, currency=currency)
        score = weigh(BOOK, habits, this)
        assert score.points == sum(each.weight for each in score.reasons)
        assert (score.say == "pass") == (score.points < BOOK.review)
        observe(habits, this, learn=learn)
    assert unpack(pack(habits)) == habits
    assert len(habits.payees) <= features.MOST_PAYEES
    assert len(habits.devices) <= features.MOST_DEVICES
    assert sum(habits.hours) <= features.MOST_HOURS
    assert all(each.n < features.MOST_SAMPLES for each in habits.amounts.values())
    assert len(pack(habits)) < 1_200


def test_the_usual_amount_is_the_middle_one() -> None:
    spread = Spread()
    for amount in (10_000, 20_000, 40_000):
        features._add(spread, features.size_of(amount))
    assert 19_500 <= features.typical(spread) <= 20_500
    assert features.typical(Spread()) == 0
    assert unpack(None) == Features()
