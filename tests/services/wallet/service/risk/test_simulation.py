"""What the rules find in a town with known frauds, and what they hold of what is honest."""

from __future__ import annotations

import pytest

from dozen.services.wallet.service.risk.rules import INSTALLED, Rulebook
from dozen.services.wallet.service.risk.simulation import FRAUDS, ODDITIES, Outcome, Town, acts, run
from dozen.services.wallet.structs.risk import Rule


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return run(Town(seed=20_26))


@pytest.mark.parametrize(
    ("sort", "detection", "saved"),
    [("takeover", 0.85, 0.85), ("testing", 0.95, 0.6), ("ring", 0.95, 0.6)],
)
def test_frauds_are_found(outcome: Outcome, sort: str, detection: float, saved: float) -> None:
    found = outcome.sorts[sort]
    assert found.incidents >= 10
    assert found.detection >= detection
    assert found.saved >= saved


@pytest.mark.parametrize(
    ("sort", "most"),
    [
        ("everyday", 0.001), ("travel", 0.02), ("payday", 0.06), ("holiday", 0.04), ("new phone", 0.02),
        ("shared tablet", 0.005), ("kiosk", 0.02), ("new wallet", 0.01),
    ],
)  # fmt: skip
def test_what_is_honest_goes_on(outcome: Outcome, sort: str, most: float) -> None:
    found = outcome.sorts[sort]
    assert found.payments > 100
    assert found.rate <= most


def test_of_all_that_is_honest(outcome: Outcome) -> None:
    assert outcome.honest.payments > 20_000
    assert outcome.honest.rate <= 0.003
    assert set(outcome.sorts) == {*FRAUDS, *ODDITIES}


def test_the_same_seed_gives_the_same_town() -> None:
    small = Town(seed=3, people=30, days=40, takeovers=2, testings=2, rings=1)
    assert list(acts(small)) == list(acts(small))
    assert run(small) == run(small)
    assert list(acts(small)) != list(acts(Town(seed=4, people=30, days=40, takeovers=2, testings=2, rings=1)))


def test_without_rules_nothing_is_found() -> None:
    small = Town(seed=3, people=30, days=40, takeovers=4, testings=2, rings=1)
    silent = Rulebook.of([Rule(each.code, each.weight, each.threshold, False) for each in INSTALLED.values()])
    found = run(small, silent)
    assert sum(found.sorts[each].found for each in FRAUDS) == 0
    assert found.honest.flagged == 0
