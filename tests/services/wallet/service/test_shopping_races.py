"""Several at the same moment."""

from __future__ import annotations

from collections.abc import Callable

from dozen.core import inventory, ledger
from dozen.db import Tx
from dozen.services.wallet.service import checkouts, purchases, returns, settling
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Verdict
from dozen.services.wallet.structs.carts import Want
from tests.services.wallet.folk import make_holders
from tests.services.wallet.goods import PAID, PLACE, bought, delivered, left, stocked_shop, takings
from tests.services.wallet.service.test_races import at_once
from tests.support.town import Town


def buys(me: int, *variants: int) -> Callable[[Tx], object]:
    return lambda tx: checkouts.buy(tx, me, [Want(each, 1) for each in variants], PLACE, proof=PAID)


def all_well(town: Town) -> None:
    assert town.read(ledger.verify).ok
    assert town.read(inventory.verify)[0] == []


def test_the_last_piece_is_sold_once(town: Town) -> None:
    people = make_holders(town, 6, money=20_000)
    shop, _, mug = stocked_shop(town, stock=1)
    assert at_once(town, [buys(each, mug) for each in people]) == {"ok": 1, "sold_out": 5}
    assert takings(town, shop) == 9_900
    all_well(town)


def test_two_shops_in_either_order_do_not_wait_for_each_other(town: Town) -> None:
    people = make_holders(town, 6, money=40_000)
    _, _, mug = stocked_shop(town, stock=3)
    _, _, pot = stocked_shop(town, stock=6)
    works = [buys(each, *((mug, pot) if n % 2 else (pot, mug))) for n, each in enumerate(people)]
    assert at_once(town, works) == {"ok": 3, "sold_out": 3}
    assert (left(town, mug), left(town, pot)) == (0, 3)
    all_well(town)


def test_the_last_money_buys_once(town: Town) -> None:
    (me,) = make_holders(town, 1, money=10_000)
    _, _, mug = stocked_shop(town, stock=9)
    assert at_once(town, [buys(me, mug)] * 4) == {"ok": 1, "insufficient_funds": 3}
    assert left(town, mug) == 8
    all_well(town)


def test_called_off_once(town: Town) -> None:
    (me,) = make_holders(town, 1, money=10_000)
    shop, _, mug = stocked_shop(town)
    (made,) = bought(town, me, (mug, 1))
    works: list[Callable[[Tx], object]] = [
        lambda tx: purchases.cancel(tx, me, made.id),
        lambda tx: purchases.cancel_by_shop(tx, shop, made.id),
        lambda tx: purchases.cancel(tx, me, made.id),
    ]
    assert at_once(town, works) == {"ok": 1, "wrong_step": 2}
    assert left(town, mug) == 5
    all_well(town)


def test_decided_and_called_off_at_once(town: Town) -> None:
    (me,) = make_holders(town, 1, money=10_000)
    _, _, mug = stocked_shop(town)
    town.env.part(Hooks).add_risk(
        lambda tx, draft: Verdict("review" if draft.movement.kind == "merchant" else "pass")
    )
    (made,) = bought(town, me, (mug, 1))
    assert made.payment_id is not None
    payment_id = made.payment_id
    found = at_once(
        town, [lambda tx: purchases.cancel(tx, me, made.id), lambda tx: settling.release(tx, payment_id)]
    )
    assert found["ok"] >= 1
    assert town.read(purchases.of, me, made.id).purchase.state == "cancelled" or found["ok"] == 1
    all_well(town)


def test_refunded_once(town: Town) -> None:
    (me,) = make_holders(town, 1, money=20_000)
    shop, _, mug = stocked_shop(town)
    made = delivered(town, me, shop, (mug, 2))
    (line,) = town.read(purchases.of, me, made.id).lines
    asks: list[Callable[[Tx], object]] = [
        lambda tx: returns.ask(tx, me, made.id, {line.id: 2}, reason="mind")
    ] * 3
    assert at_once(town, asks) == {"ok": 1, "bad_return": 2}
    back = town.read(returns.mine, me)[0]
    town.write(returns.answer, shop, back.id, accept=True)
    pays: list[Callable[[Tx], object]] = [
        lambda tx: returns.settle(tx, shop, back.id, 20_000, restock=True)
    ] * 3
    assert at_once(town, pays) == {"ok": 1, "return_closed": 2}
    assert left(town, mug) == 5
    all_well(town)
