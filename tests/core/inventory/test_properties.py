"""Whatever is done in whatever order, stock is what a plain model says, on both databases."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from dozen.core import inventory
from dozen.core.inventory import Want
from dozen.kit.clock import HOUR
from dozen.kit.errors import Fault
from tests.core.inventory.goods import counted, hold, later, seats, sound
from tests.support.town import Town

SLOTS = 4

_wants = st.lists(
    st.tuples(st.integers(0, 1), st.integers(1, 3), st.integers(0, SLOTS - 1), st.integers(1, SLOTS)),
    min_size=1,
    max_size=3,
)


class _Held:
    def __init__(self, id_: int, until: int, wants: list[Want]) -> None:
        self.id, self.until, self.wants, self.state = id_, until, wants, "open"


def machine(town: Town) -> type[RuleBasedStateMachine]:
    class Shop(RuleBasedStateMachine):
        @initialize()
        def start(self) -> None:
            self.goods, self.trip = counted(town, 4, 0, SLOTS), seats(town, 3, SLOTS)[0]
            self.clock, self.all = 0, list[_Held]()
            self.stock = [4] * SLOTS

        def taken(self, unit: int, slot: int) -> int:
            return sum(
                want.quantity
                for each in self.all
                if each.state == "sold" or (each.state == "open" and each.until > self.clock)
                for want in each.wants
                if want.unit_id == unit and want.start <= slot < want.end
            )

        def do(self, verb: Any, *args: Any) -> Any:
            try:
                return town.write(later(self.clock * HOUR, verb, *args))
            except Fault as fault:
                return fault.code

        @rule(asked=_wants, lasts=st.sampled_from((2, 5, 500)))
        def take(self, asked: list[tuple[int, int, int, int]], lasts: int) -> None:
            wants = [
                Want((self.goods, self.trip)[which], n, min(a, b), max(a, b))
                for which, n, a, b in asked
                if a != b
            ]
            if not wants:
                return
            answer = self.do(lambda tx: hold(tx, *wants, lasts=lasts * HOUR))
            fits = all(
                self.taken(self.goods, slot)
                + sum(w.quantity for w in wants if w.unit_id == self.goods and w.start <= slot < w.end)
                <= self.stock[slot]
                for slot in range(SLOTS)
                if any(w.unit_id == self.goods and w.start <= slot < w.end for w in wants)
            )
            if not isinstance(answer, str):
                assert fits
                self.all.append(_Held(answer.id, self.clock + lasts, wants))
            elif all(want.unit_id == self.goods for want in wants):
                assert (fits, answer) == (False, "out_of_stock")  # seats may be free in other rows only

        @rule(n=st.integers(0, 20))
        def buy(self, n: int) -> None:
            if not self.all:
                return
            each = self.all[n % len(self.all)]
            answer = self.do(inventory.confirm, each.id)
            if each.state == "sold" or (each.state == "open" and each.until > self.clock):
                assert answer.state == "confirmed"
                each.state = "sold"
            elif each.state == "back":
                assert answer.state == "confirmed"  # again: nothing is sold again
            else:
                assert answer in ("hold_over", "stock_hold_closed")

        @rule(n=st.integers(0, 20))
        def drop(self, n: int) -> None:
            if not self.all:
                return
            each = self.all[n % len(self.all)]
            answer = self.do(inventory.release, each.id)
            if each.state == "open":
                each.state = "gone"
            assert (answer == "stock_hold_closed") == (each.state in ("sold", "back"))

        @rule(n=st.integers(0, 20))
        def back(self, n: int) -> None:
            if not self.all:
                return
            each = self.all[n % len(self.all)]
            answer = self.do(inventory.take_back, each.id)
            if each.state == "sold":
                each.state = "back"
            assert isinstance(answer, str) == (each.state != "back")

        @rule(by=st.integers(-3, 3), slot=st.integers(0, SLOTS - 1))
        def count(self, by: int, slot: int) -> None:
            if not by:
                return
            answer = self.do(
                lambda tx: inventory.adjust(tx, self.goods, by, "counted", start=slot, end=slot + 1)
            )
            if self.stock[slot] + by >= self.taken(self.goods, slot):
                assert answer is None
                self.stock[slot] += by
            else:
                assert answer == "stock_in_use"

        @rule(by=st.integers(1, 4))
        def wait(self, by: int) -> None:
            self.clock += by

        @rule()
        def sweep(self) -> None:
            self.do(inventory.expire)

        @invariant()
        def agrees(self) -> None:
            sound(town, self.goods)
            for slot in range(SLOTS):
                free = town.read(
                    later(self.clock * HOUR, inventory.availability, [self.goods, self.trip], slot, slot + 1)
                )
                assert free[self.goods] == self.stock[slot] - self.taken(self.goods, slot) >= 0
                assert free[self.trip] == 3 - self.taken(self.trip, slot) >= 0

    return Shop


def test_any_history(town: Town) -> None:
    run_state_machine_as_test(
        machine(town),
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            suppress_health_check=list(HealthCheck),
        ),
    )
