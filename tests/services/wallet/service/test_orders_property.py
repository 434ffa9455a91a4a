"""Any sequence of what shops, payers, operators and the clock do keeps money, intents and sums in step."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from dozen.core import ledger
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet.queries import payments
from dozen.services.wallet.service import (
    customers,
    merchants,
    order_refunds,
    orders,
    paying,
    pins,
    settling,
    shop_reports,
    shop_settlements,
)
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.limits import day_of
from dozen.services.wallet.service.movements import Verdict
from dozen.services.wallet.structs.merchants import OPEN, Shop
from tests.services.wallet.folk import make_holders, proof
from tests.services.wallet.shops import make_shop
from tests.support.town import Town, found_town

AMOUNTS = st.integers(1, 40_000)
WHICH = st.integers(0, 30)


class World(RuleBasedStateMachine):
    kind = "sqlite"
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        town = found_town(self.kind, Path(tempfile.mkdtemp(dir=self.folder)))
        assert town is not None
        self.town: Town = town
        self.payers = make_holders(town, 2, money=60_000, tier=2)
        self.owner = make_holders(town, 1, tier=3)[0]
        self.shop: Shop = make_shop(town, self.owner)
        self.intents: list[int] = []
        self.methods: list[int] = []
        self.refunds: list[int] = []
        self.customer = town.write(customers.create, self.shop, customers.NewCustomer(name="Regular")).id
        self.reviews = False
        self.settled = 0
        town.env.part(Hooks).add_risk(lambda tx, draft: Verdict("review" if self.reviews else "pass"))

    def teardown(self) -> None:
        self.town.close()

    def do(self, verb: Callable[..., Any], *args: Any, **kw: Any) -> Any:
        """Refusals are fine: the invariants say whether they changed anything."""
        try:
            return self.town.write(verb, *args, **kw)
        except Fault:
            return None

    def pick(self, ids: list[int], n: int) -> int | None:
        return ids[n % len(ids)] if ids else None

    @rule(amount=AMOUNTS, manual=st.booleans(), save=st.booleans())
    def create(self, amount: int, manual: bool, save: bool) -> None:
        new = orders.NewIntent(
            amount=amount,
            currency="INR",
            capture="manual" if manual else "automatic",
            save_method=save,
            customer_id=self.customer,
        )
        made = self.do(orders.create, self.shop, new)
        if made is not None:
            self.intents.append(made.id)

    @rule(amount=AMOUNTS, manual=st.booleans(), who=st.integers(0, 1), cap=st.sampled_from([0, 30_000]))
    def buy(self, amount: int, manual: bool, who: int, cap: int) -> None:
        """What happens most: asked for, and approved at once."""
        before = len(self.intents)
        self.create(amount, manual, bool(cap))
        if len(self.intents) > before:
            self.confirm(before, 3, False)
            self.approve(before, who, cap, True)

    @rule(amount=AMOUNTS, who=st.integers(0, 1), part=st.none() | AMOUNTS)
    def buy_and_return(self, amount: int, who: int, part: int | None) -> None:
        self.buy(amount, False, who, 0)
        self.refund(len(self.intents) - 1, part)

    @rule(amount=AMOUNTS, m=st.integers(0, 2), off=st.booleans())
    def take(self, amount: int, m: int, off: bool) -> None:
        """By a method that may have been approved."""
        before = len(self.intents)
        self.create(amount, False, False)
        self.confirm(before, m, off)

    @rule(n=WHICH, m=st.integers(0, 3), off=st.booleans())
    def confirm(self, n: int, m: int, off: bool) -> None:
        intent = self.pick(self.intents, n)
        if intent is None:
            return
        method = self.pick(self.methods, m)
        if method is None or m == 3:
            made = self.do(customers.make_method, self.shop)
            method = made.id
            self.methods.append(method)
        self.do(paying.confirm, self.shop, intent, method, off_session=off)

    @rule(n=WHICH, who=st.integers(0, 1), cap=st.sampled_from([0, 30_000]), right=st.booleans())
    def approve(self, n: int, who: int, cap: int, right: bool) -> None:
        intent = self.pick(self.intents, n)
        if intent is not None:
            me = self.payers[who]
            known = self.town.write(proof, me)
            self.town.write(pins.forgive, known)  # or the tries that lead nowhere would lock it
            self.do(paying.approve, me, intent, proof=known if right else None, cap=cap)

    @rule(n=WHICH)
    def decline(self, n: int) -> None:
        intent = self.pick(self.intents, n)
        if intent is not None:
            self.do(paying.decline, self.payers[0], intent)

    @rule(n=WHICH, part=st.none() | AMOUNTS)
    def capture(self, n: int, part: int | None) -> None:
        intent = self.pick(self.intents, n)
        if intent is not None:
            self.do(orders.capture, self.shop, intent, part)

    @rule(n=WHICH)
    def cancel(self, n: int) -> None:
        intent = self.pick(self.intents, n)
        if intent is not None:
            self.do(orders.cancel, self.shop, intent)

    @rule(n=WHICH, part=st.none() | AMOUNTS)
    def refund(self, n: int, part: int | None) -> None:
        intent = self.pick(self.intents, n)
        if intent is not None:
            made = self.do(order_refunds.create, self.shop, intent, part)
            if made is not None:
                self.refunds.append(made.id)

    @rule(n=WHICH)
    def cancel_refund(self, n: int) -> None:
        refund = self.pick(self.refunds, n)
        if refund is not None:
            self.do(order_refunds.cancel, self.shop, refund)

    @rule(on=st.booleans())
    def review(self, on: bool) -> None:
        self.reviews = on

    @rule(n=WHICH, yes=st.booleans())
    def decide(self, n: int, yes: bool) -> None:
        """An operator looks at what is held, but for refunds, which are not theirs to release here."""

        def held(tx: Tx) -> list[int]:
            found = payments.in_state.all(tx, state="review", after=0, limit=50)
            return [each.id for each in found if each.kind == "merchant"]

        payment = self.pick(self.town.read(held), n)
        if payment is not None:
            if yes:
                self.do(settling.release, payment)
            else:
                self.do(settling.drop, payment, "declined")

    @rule()
    def settle(self) -> None:
        made = self.do(shop_settlements.settle, self.shop, "INR")
        if made is not None and made.state == "paid":
            self.settled += made.amount

    @rule(hours=st.sampled_from([1, 2, 3, 25, 8 * 24]))
    def time_passes(self, hours: int) -> None:
        def later(tx: Tx) -> None:
            tx.now += hours * clock.HOUR
            settling.expire(tx)
            orders.expire(tx)

        self.do(later)

    @invariant()
    def all_agrees(self) -> None:
        self.town.read(self.check)

    def check(self, tx: Tx) -> None:
        report = ledger.verify(tx)
        assert report.ok, report.wrong
        found = [orders.get(tx, self.shop, each) for each in self.intents]
        for each in found:
            payment = orders.payment_of(tx, each)
            assert 0 <= each.refunded <= each.received <= each.amount
            if each.state in OPEN:
                assert (each.received, each.capturable, each.payment_id) == (0, 0, None)
            elif each.state == "succeeded":
                assert payment is not None
                assert (payment.state, payment.captured) == ("done", each.received)
                done = [r.amount for r in order_refunds.page(tx, self.shop, intent_id=each.id, limit=100)
                        if r.state == "succeeded"]  # fmt: skip
                assert payment.refunded == sum(done)
            elif each.state == "requires_capture":
                assert payment is not None
                assert (payment.state, each.capturable) == ("authorised", each.amount)
            elif each.state == "processing":
                assert payment is not None
                assert payment.state == "review"
            else:
                assert each.capturable == each.received == 0
        refunds = order_refunds.page(tx, self.shop, limit=1000)
        given = sum(each.amount - each.fee for each in refunds if each.state == "succeeded")
        taken = sum(each.received - each.fee for each in found)
        paid_out = sum(each.amount for each in shop_settlements.page(tx, self.shop, limit=1000)
                       if each.state == "paid")  # fmt: skip
        balances = merchants.balances(tx, self.shop)
        balance = balances[0].balance if balances else 0
        assert balance == taken - given - paid_out
        start = day_of(tx.now) - 40 * clock.DAY
        total = shop_reports.report(tx, self.shop, "INR", start, start + 80 * clock.DAY).total
        assert total.net == taken - given
        held = sum(each.capturable for each in found)
        held += sum(each.amount for each in found if each.state == "processing")
        wallets = sum(ledger.balance(tx, ledger.find_account(tx, each, "wallet", "INR").id).held  # type: ignore[union-attr]
                      for each in self.payers)  # fmt: skip
        assert wallets == held


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_sequences(kind: str, tmp_path: Path) -> None:
    World.kind, World.folder = kind, tmp_path
    probe = found_town(kind, tmp_path)
    if probe is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    probe.close()
    run_state_machine_as_test(
        World,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
        ),
    )
