"""What operators see of compared days."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dozen.core import payments
from dozen.core.payments import errors
from tests.core.payments.conftest import Shop
from tests.core.payments.test_settling import BOSS, busy_day, compare


def test_a_day_shows_all_that_differed_also_what_was_resolved(shop: Shop) -> None:
    busy_day(shop)
    report = compare(shop, lambda lines: lines[1:])
    settlement = report.settlement
    assert settlement.differences == 1
    assert shop.town.read(payments.settlement, BOSS, settlement.id) == settlement
    (open_one,) = shop.town.read(payments.differences_of, BOSS, settlement.id)
    assert shop.town.read(payments.difference, BOSS, open_one.id) == open_one
    assert shop.town.read(payments.unresolved) == 1
    shop.town.write(payments.resolve, BOSS, open_one.id, "their file came late")
    (resolved,) = shop.town.read(payments.differences_of, BOSS, settlement.id)
    assert (resolved.state, resolved.reason) == ("resolved", "their file came late")
    assert shop.town.read(payments.unresolved) == 0
    assert shop.town.read(payments.settlement, BOSS, settlement.id).differences == 0


@pytest.mark.parametrize("verb", ["settlement", "differences_of", "difference"])
def test_only_operators_look(shop: Shop, verb: str) -> None:
    call: Any = getattr(payments, verb)
    member = msgspec.structs.replace(BOSS, role="member")
    with pytest.raises(errors.NotOperator):
        shop.town.read(call, member, 1)
    if verb != "differences_of":
        with pytest.raises((errors.NoSuchSettlement, errors.NoSuchDifference)):
            shop.town.read(call, BOSS, 1)
