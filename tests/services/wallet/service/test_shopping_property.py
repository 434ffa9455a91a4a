"""Any sequence of what buyers, shops, operators and the clock do keeps money, goods and purchases in step."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from dozen.core import inventory, ledger
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet.queries import payments
from dozen.services.wallet.queries import purchases as purchase_queries
from dozen.services.wallet.queries import returns as return_queries
from dozen.services.wallet.service import (
    carts,
    checkouts,
    merchants,
    order_refunds,
    orders,
    product_stock,
    purchases,
    returns,
    settling,
    shop_settlements,
)
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Verdict
from dozen.services.wallet.structs.carts import Want
from dozen.services.wallet.structs.merchants import Shop
from dozen.services.wallet.structs.purchases import BOUGHT
from tests.services.wallet.folk import make_holders
from tests.services.wallet.goods import PAID, PLACE, make_product, variant, with_address, with_rates
from tests.services.wallet.shops import make_shop
from tests.support.town import Town, found_town

WHICH = st.integers(0, 30)
WHO = st.integers(0, 1)
GOODS = st.integers(0, 2)
SOME = st.integers(1, 3)
_STOCK = 4


class World(RuleBasedStateMachine):
    kind = "sqlite"
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        town = found_town(self.kind, Path(tempfile.mkdtemp(dir=self.folder)))
        assert town is not None
        self.town: Town = town
        self.buyers = make_holders(town, 2, money=80_000, tier=2)
        self.shops: list[Shop] = [make_shop(town, make_holders(town, 1, tier=3)[0]) for _ in range(2)]
        with_rates(town, self.shops[0], free_above=5_000)
        goods = [(self.shops[0], 900), (self.shops[0], 3_000), (self.shops[1], 1_700)]
        self.goods = [
            (shop, made := make_product(town, shop, price=price, stock=_STOCK), variant(town, made), price)
            for shop, price in goods
        ]
        for each in self.buyers:
            with_address(town, each)
        self.there = {each[2]: _STOCK for each in self.goods}
        self.purchases: list[int] = []
        self.returns: list[int] = []
        self.reviews = False
        town.env.part(Hooks).add_risk(lambda tx, draft: Verdict("review" if self.reviews else "pass"))

    def teardown(self) -> None:
        self.town.close()

    def do(self, verb: Callable[..., Any], *args: Any, **kw: Any) -> Any:
        """Refusals are fine: the invariants say whether they changed anything."""
        try:
            return self.town.write(verb, *args, **kw)
        except Fault:
            return None

    def pick(self, ids: list[int], n: int) -> int:
        return ids[n % len(ids)] if ids else 0

    def shop_of(self, purchase_id: int) -> Shop:
        found = self.town.read(lambda tx: purchase_queries.by_id.first(tx, id=purchase_id))
        return next((s for s in self.shops if found is not None and s.id == found.merchant), self.shops[0])

    @rule(who=WHO, what=GOODS, n=SOME, also=GOODS | st.none())
    def buy(self, who: int, what: int, n: int, also: int | None) -> None:
        wants = [Want(self.goods[what][2], n)] + ([Want(self.goods[also][2], 1)] if also is not None else [])
        made = self.do(checkouts.buy, self.buyers[who], wants, PLACE, proof=PAID)
        self.purchases += [each.id for each in made or ()]

    @rule(who=WHO, what=GOODS, n=SOME)
    def put(self, who: int, what: int, n: int) -> None:
        self.do(carts.put, self.buyers[who], Want(self.goods[what][2], n))

    @rule(who=WHO)
    def begin(self, who: int) -> None:
        self.do(checkouts.begin, self.buyers[who])

    @rule(who=WHO, proven=st.booleans())
    def pay(self, who: int, proven: bool) -> None:
        made = self.do(checkouts.pay, self.buyers[who], proof=PAID if proven else None)
        self.purchases += [each.id for each in made or ()]

    @rule(who=WHO)
    def leave(self, who: int) -> None:
        self.do(checkouts.leave, self.buyers[who])

    @rule(n=WHICH, to=st.sampled_from(["packed", "shipped", "out_for_delivery", "delivered", "delivered"]))
    def advance(self, n: int, to: Any) -> None:
        purchase = self.pick(self.purchases, n)
        self.do(purchases.advance, self.shop_of(purchase), purchase, to, carrier="Post")

    @rule(n=WHICH, who=WHO)
    def cancel(self, n: int, who: int) -> None:
        self.do(purchases.cancel, self.buyers[who], self.pick(self.purchases, n))

    @rule(n=WHICH, restock=st.booleans())
    def cancel_by_shop(self, n: int, restock: bool) -> None:
        purchase = self.pick(self.purchases, n)
        made = self.do(purchases.cancel_by_shop, self.shop_of(purchase), purchase, restock=restock)
        if made is not None and not restock and self.had_money(purchase):
            for line in self.town.read(lambda tx: purchase_queries.lines_of.all(tx, purchases=[purchase])):
                self.there[line.variant] -= line.quantity

    def had_money(self, purchase: int) -> bool:
        """Whether its goods were sold, and not only held."""
        steps = self.town.read(purchases.steps, purchase)
        return any(step.state == "placed" for step in steps)

    @rule(n=WHICH, quantity=SOME)
    def ask(self, n: int, quantity: int) -> None:
        purchase = self.pick(self.purchases, n)
        for who in self.buyers:
            lines = self.town.read(lambda tx: purchase_queries.lines_of.all(tx, purchases=[purchase]))
            if lines:
                made = self.do(returns.ask, who, purchase, {lines[0].id: quantity}, reason="mind")
                self.returns += [made.id] if made is not None else []

    @rule(n=WHICH, quantity=SOME)
    def deliver_and_ask(self, n: int, quantity: int) -> None:
        self.advance(n, "shipped")
        self.advance(n, "delivered")
        self.ask(n, quantity)

    @rule(who=WHO, what=GOODS, n=SOME, back=SOME, amount=st.integers(1, 9_000), restock=st.booleans())
    def buy_and_return(self, who: int, what: int, n: int, back: int, amount: int, restock: bool) -> None:
        """What seldom comes about by itself: there and back again."""
        before = len(self.purchases)
        self.buy(who, what, n, None)
        if len(self.purchases) == before:
            return
        self.deliver_and_ask(before, back)
        self.answer(len(self.returns) - 1, True)
        self.settle(len(self.returns) - 1, amount, restock)

    @rule(who=WHO, what=GOODS, n=SOME, proven=st.booleans())
    def by_cart(self, who: int, what: int, n: int, proven: bool) -> None:
        self.put(who, what, n)
        self.begin(who)
        self.pay(who, proven)

    @rule(n=WHICH, accept=st.booleans())
    def answer(self, n: int, accept: bool) -> None:
        back = self.pick(self.returns, n)
        for shop in self.shops:
            self.do(returns.answer, shop, back, accept=accept, words="So be it")

    @rule(n=WHICH)
    def withdraw(self, n: int) -> None:
        self.do(returns.withdraw, self.buyers[0], self.pick(self.returns, n))

    @rule(n=WHICH, amount=st.integers(1, 9_000), restock=st.booleans())
    def settle(self, n: int, amount: int, restock: bool) -> None:
        back = self.pick(self.returns, n)
        for shop in self.shops:
            made = self.do(returns.settle, shop, back, amount, restock=restock)
            if made is not None and not restock:
                for line, quantity in self.town.read(returns.of_shop, shop, back).lines:
                    self.there[line.variant] -= quantity

    @rule(what=GOODS, by=st.integers(-2, 2))
    def adjust(self, what: int, by: int) -> None:
        shop, product, unit, _ = self.goods[what]
        if self.do(product_stock.change, shop, product.id, unit, by, "counted") is not None:
            self.there[unit] += by

    @rule(on=st.booleans())
    def review(self, on: bool) -> None:
        self.reviews = on

    @rule(n=WHICH, yes=st.booleans())
    def decide(self, n: int, yes: bool) -> None:
        def held(tx: Tx) -> list[int]:
            found = payments.in_state.all(tx, state="review", after=0, limit=50)
            return [each.id for each in found if each.kind == "merchant"]

        payment = self.pick(self.town.read(held), n)
        if yes:
            self.do(settling.release, payment)
        else:
            self.do(settling.drop, payment, "declined")

    @rule(which=WHO)
    def pay_out(self, which: int) -> None:
        self.do(shop_settlements.settle, self.shops[which], "INR")

    @rule(hours=st.sampled_from([1, 25, 8 * 24]))
    def time_passes(self, hours: int) -> None:
        def later(tx: Tx) -> None:
            tx.now += hours * clock.HOUR
            settling.expire(tx)
            checkouts.expire(tx)
            inventory.expire(tx)

        self.do(later)

    @invariant()
    def all_agrees(self) -> None:
        self.town.read(self.check)

    def check(self, tx: Tx) -> None:
        assert ledger.verify(tx).ok
        assert inventory.verify(tx)[0] == []
        found = purchase_queries.by_ids.all(tx, ids=self.purchases)
        came = gone = 0
        kept = {unit: 0 for _, _, unit, _ in self.goods}
        waits = dict(kept)
        for each in found:
            shop = next(s for s in self.shops if s.id == each.merchant)
            intent = orders.get(tx, shop, each.intent_id)
            lines = purchase_queries.lines_of.all(tx, purchases=[each.id])
            assert each.goods == sum(line.sum for line in lines)
            assert 0 <= intent.refunded <= intent.received <= each.total
            came += intent.received - intent.fee
            if each.state in BOUGHT:
                assert (intent.state, intent.received) == ("succeeded", each.total)
                for line in lines:
                    kept[line.variant] += line.quantity
            elif each.state == "review":
                assert (intent.state, intent.received) == ("processing", 0)
                for line in lines:
                    waits[line.variant] += line.quantity
            else:
                assert intent.received in (0, each.total)
                assert intent.refunded <= intent.received
        for back_id in self.returns:
            back = return_queries.by_id.first(tx, id=back_id)
            assert back is not None
            if back.state == "refunded":
                for line, quantity in returns.of_shop(
                    tx, next(s for s in self.shops if s.id == back.merchant), back_id
                ).lines:
                    kept[line.variant] -= quantity
        for unit, sold in kept.items():
            (slot,) = inventory.slots(tx, unit)
            assert slot.sold == sold
            assert slot.stock + slot.sold == self.there[unit]
            assert slot.held >= waits[unit]
        refunds = paid_out = 0
        for shop in self.shops:
            # Some are reviewed first, and paid when they are released.
            settled = shop_settlements.page(tx, shop, limit=1_000)
            paid_out += sum(each.amount for each in settled if each.state == "paid")
            for refund in order_refunds.page(tx, shop, limit=1_000):
                assert refund.state in ("succeeded", "pending", "failed", "canceled")
                refunds += (refund.amount - refund.fee) * (refund.state == "succeeded")
        gone += refunds + paid_out
        there = sum(each.balance for shop in self.shops for each in merchants.balances(tx, shop))
        assert there == came - gone


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_sequences(kind: str, tmp_path: Path) -> None:
    World.kind, World.folder = kind, tmp_path
    probe = found_town(kind, tmp_path)
    if probe is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    probe.close()
    run_state_machine_as_test(
        World,
        settings=settings(max_examples=12, stateful_step_count=30, suppress_health_check=list(HealthCheck)),
    )
