"""Whose part it is of what people left."""

from __future__ import annotations

from typing import Any

import pytest

from dozen.core import ledger
from dozen.services.wallet.errors.desk import BadAdjustment, LeftLess
from dozen.services.wallet.service import adjustments, leaving, reconciling, unclaimed
from dozen.services.wallet.structs.adjustments import Adjustment, NewLeg
from tests.services.wallet.folk import make_holders
from tests.services.wallet.service.test_leaving import purged
from tests.services.wallet.service.test_leaving import unclaimed as there
from tests.services.wallet.staff import staff
from tests.support.town import Town

POOL, HOUSE = leaving.UNCLAIMED, adjustments.PURPOSE


def gone(town: Town, left: int) -> int:
    (person,) = make_holders(town, 1, money=left)
    purged(town, person)
    return person


def propose(town: Town, taken: int, left_by: int) -> Adjustment:
    legs = [NewLeg(POOL, -taken), NewLeg(HOUSE, taken)]
    return town.write(adjustments.propose, staff(town), "INR", "Showed the will", legs, left_by=left_by)


def post(town: Town, taken: int, left_by: int) -> None:
    town.write(adjustments.approve, staff(town), propose(town, taken, left_by).id)


def left(town: Town, person: int) -> int:
    return town.read(unclaimed.left_by, person, "INR")


def test_each_has_their_part(town: Town) -> None:
    ada, bob = gone(town, 5_000), gone(town, 7_000)
    assert (there(town), left(town, ada), left(town, bob)) == (12_000, 5_000, 7_000)
    post(town, 2_000, ada)
    assert (there(town), left(town, ada), left(town, bob)) == (10_000, 3_000, 7_000)
    post(town, -500, ada)  # a part of it comes back
    assert (there(town), left(town, ada), left(town, bob)) == (10_500, 3_500, 7_000)
    post(town, 3_500, ada)
    assert (there(town), left(town, ada), left(town, bob)) == (7_000, 0, 7_000)
    assert town.read(ledger.verify).ok


def test_it_must_be_said_whose_it_is(town: Town) -> None:
    ada, here = gone(town, 5_000), make_holders(town, 1, money=9)[0]

    def wrong(taken: int, left_by: int) -> str:
        with pytest.raises(BadAdjustment) as told:
            propose(town, taken, left_by)
        return told.value.fields["left_by"]

    assert "Say who left it" in wrong(10, 0)
    assert "Say who left it" in wrong(-10, 0)
    assert "Nobody with this number" in wrong(10, here)
    assert "₹50.00 is still there" in wrong(5_001, ada)
    legs = [NewLeg(HOUSE, 5), NewLeg("wallet.tests", -5)]
    with pytest.raises(BadAdjustment) as told:
        town.write(adjustments.propose, staff(town), "INR", "A mistake", legs, left_by=ada)
    assert told.value.fields == {"left_by": f"No side of it is {POOL}"}


def test_what_was_proposed_twice_is_posted_once(town: Town) -> None:
    ada = gone(town, 5_000)
    gone(town, 7_000)
    first, second = propose(town, 4_000, ada), propose(town, 4_000, ada)
    town.write(adjustments.approve, staff(town), second.id)
    with pytest.raises(LeftLess) as told:
        town.write(adjustments.approve, staff(town), first.id)
    assert told.value.extra == {"left": 1_000}
    assert (there(town), left(town, ada)) == (8_000, 1_000)
    assert town.read(adjustments.get, staff(town), first.id).state == "proposed"


def test_many_entries_are_all_counted(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unclaimed, "_PAGE", 2)
    ada = gone(town, 5_000)

    def more(tx: Any) -> None:
        pool = ledger.house(tx, POOL, "INR", "liability")
        source = ledger.house(tx, "wallet.tests", "INR", "expense")
        for _ in range(5):
            ledger.pay(tx, source.id, pool.id, 100, kind=leaving.KIND, subject=ada)

    town.write(more)
    assert left(town, ada) == 5_500


def test_differences_do_not_take_from_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    gone(town, 5_000)

    class Found:
        currency = "INR"

    monkeypatch.setattr(reconciling.gateways, "difference", lambda *given: Found)
    with pytest.raises(BadAdjustment, match="who left it"):
        town.write(reconciling.resolve, staff(town), 1, "They kept it", POOL)
