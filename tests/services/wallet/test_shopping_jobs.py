"""Background work for the catalogue."""

from __future__ import annotations

from typing import Any

from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet import shopping_jobs
from dozen.services.wallet.queries import carts as queries
from dozen.services.wallet.service import addresses, carts, checkouts, purchases
from tests.services.wallet.folk import make_holders
from tests.services.wallet.goods import bought, delivered, fill, left, stocked_shop, with_address
from tests.support.town import Town

JOB: Any = None


def test_the_tick_frees_what_nobody_paid(town: Town) -> None:
    (me,) = make_holders(town, 1)
    _, _, mug = stocked_shop(town)
    fill(town, me, (mug, 2))

    def begin(tx: Tx) -> None:
        tx.now -= clock.HOUR
        checkouts.begin(tx, me)

    town.write(begin)
    shopping_jobs.tick(town.env, JOB)
    assert town.read(lambda tx: queries.open_of.first(tx, person=me)) is None
    assert left(town, mug) == 5

    def later(tx: Tx) -> None:
        tx.now += 31 * clock.DAY
        checkouts.trim(tx)
        tx.now -= 31 * clock.DAY

    town.write(later)
    shopping_jobs.trim(town.env, JOB)


def test_who_is_gone_is_forgotten(town: Town) -> None:
    me, other = make_holders(town, 2, money=100_000)
    shop, _, mug = stocked_shop(town)
    for each in (me, other):
        with_address(town, each)
    there = delivered(town, me, shop, (mug, 1))
    (coming,) = bought(town, me, (mug, 1))
    fill(town, me, (mug, 1))
    town.write(checkouts.begin, me)
    assert not town.write(shopping_jobs.forget_one, me)
    assert town.read(carts.look, me).groups == ()
    assert town.read(addresses.mine, me) == []
    assert town.read(addresses.mine, other)
    assert left(town, mug) == 3
    assert town.read(purchases.of_shop, shop, there.id).purchase.place is None
    assert town.read(purchases.of_shop, shop, coming.id).purchase.place is not None  # it is still to be sent
    town.write(purchases.advance, shop, coming.id, "shipped", carrier="Post")
    town.write(purchases.advance, shop, coming.id, "delivered")
    town.write(shopping_jobs.forget_one, me)
    assert town.read(purchases.of_shop, shop, coming.id).purchase.place is None
