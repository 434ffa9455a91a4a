"""The state machines, and the property: whatever is lost, doubled, late or killed, there is one end.

A scripted gateway stands in for the wire, so that Hypothesis decides at each call whether it arrives,
whether its answer does, and when (if ever) which webhook is delivered.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from dozen.core import ledger, payments
from dozen.core.jobs import Registry
from dozen.core.payments.driving import drive
from dozen.core.payments.gateway import (
    ChargeAsk,
    Event,
    GatewayCharge,
    GatewayMethod,
    GatewayTransfer,
    Refused,
    Snapshot,
    TransferAsk,
    Unknown,
)
from dozen.core.payments.states import CHARGE, METHOD, TRANSFER, ImpossibleMove, check
from dozen.core.payments.webhooks import _take
from dozen.db import Tx
from dozen.kit import clock
from tests.support.town import Town, found_town

ADA = 101
STILL = payments.Pace(head_start=0, lease=1_000, first=500, longest=2_000, poll=500)


@pytest.mark.parametrize("moves", [CHARGE, TRANSFER, METHOD])
def test_every_state_is_known_and_ends_are_ends(moves: dict[str, frozenset[str]]) -> None:
    assert set().union(*moves.values()) <= set(moves)
    ends = {"cancelled", "failed", "refunded", "succeeded", "removed"} & set(moves)
    assert all(not moves[end] - {"removed"} for end in ends)
    for old in moves:
        check(moves, old, old)
        for new in set(moves) - {old}:
            if new not in moves[old]:
                with pytest.raises(ImpossibleMove):
                    check(moves, old, new)


class Script:
    """A gateway as simple as can be: objects in dicts, answers under keys, everything that was ever true
    kept as snapshots that webhooks may tell of later."""

    name = "stripe"

    def __init__(self) -> None:
        self.charges: dict[str, GatewayCharge] = {}
        self.transfers: dict[str, GatewayTransfer] = {}
        self.answers: dict[str, Snapshot | Refused] = {}
        self.history: list[tuple[Any, Snapshot]] = []
        self.weather("fine")

    def weather(self, name: str) -> None:
        """``fro1``: from the second call on, answers get lost; ``to0``: no call arrives."""
        self._kind, self._after = name.rstrip("0123456789"), int(name[-1]) if name[-1].isdigit() else 0

    @property
    def before(self) -> bool:
        """Whether the call is lost on its way."""
        return self._kind == "to" and self._after <= 0

    @property
    def after(self) -> bool:
        """Whether its answer is lost on the way back."""
        return self._kind == "fro" and self._after <= 0

    def _once(self, key: str, act: Any) -> Any:
        if self.before:
            raise Unknown("lost")
        if key not in self.answers:
            try:
                self.answers[key] = act()
            except Refused as refused:
                self.answers[key] = refused
        if self.after:
            raise Unknown("lost")
        self._after -= 1
        answer = self.answers[key]
        if isinstance(answer, Refused):
            raise answer
        return answer

    def _say(self, what: str, said: Any) -> Any:
        (self.charges if what == "charge" else self.transfers)[said.ref] = said
        self.history.append((what, said))
        return said

    def change(self, ref: str, **fields: Any) -> GatewayCharge:
        import msgspec

        charge = msgspec.structs.replace(self.charges[ref], **fields)
        self._say("charge", charge)
        return charge

    def create_charge(self, ask: ChargeAsk, key: str) -> GatewayCharge:
        ref = f"pi_{len(self.charges)}"
        return self._once(  # type: ignore[no-any-return]
            key,
            lambda: self._say("charge", GatewayCharge(ref, ask.reference, "new", ask.amount, ask.currency)),
        )

    def confirm_charge(self, ref: str, ask: ChargeAsk, key: str) -> GatewayCharge:
        def act() -> GatewayCharge:
            if self.charges[ref].status != "new":
                raise Refused("unexpected_state", snapshot=self.charges[ref])
            return self.change(ref, status="waiting", next_url="http://gateway/page")

        return self._once(key, act)  # type: ignore[no-any-return]

    def take(self, ref: str, amount: int) -> GatewayCharge:
        txn = {"fee": 7, "booked_at": clock.now(), "balance_ref": f"txn_{ref}"}
        return self.change(ref, status="captured", captured=amount, **txn)

    def capture_charge(self, ref: str, amount: int, key: str) -> GatewayCharge:
        def act() -> GatewayCharge:
            if self.charges[ref].status != "authorised":
                raise Refused("unexpected_state")
            return self.take(ref, amount)

        return self._once(key, act)  # type: ignore[no-any-return]

    def cancel_charge(self, ref: str, key: str) -> GatewayCharge:
        def act() -> GatewayCharge:
            if self.charges[ref].status in ("captured", "cancelled"):
                raise Refused("unexpected_state")
            return self.change(ref, status="cancelled")

        return self._once(key, act)  # type: ignore[no-any-return]

    def fetch_charge(self, ref: str) -> GatewayCharge:
        if self.before or self.after:
            raise Unknown("lost")
        return self.charges[ref]

    def _transfer(self, ask: TransferAsk, key: str, what: str) -> Any:
        ref = f"{what}_{len(self.transfers)}"
        return self._once(
            key,
            lambda: self._say(what, GatewayTransfer(ref, ask.reference, "pending", ask.amount, ask.currency)),
        )

    def create_refund(self, ask: TransferAsk, key: str) -> GatewayTransfer:
        return self._transfer(ask, key, "refund")  # type: ignore[no-any-return]

    def create_payout(self, ask: TransferAsk, key: str) -> GatewayTransfer:
        return self._transfer(ask, key, "payout")  # type: ignore[no-any-return]

    def fetch_refund(self, ref: str) -> GatewayTransfer:
        if self.before or self.after:
            raise Unknown("lost")
        return self.transfers[ref]

    fetch_payout = fetch_refund

    def find_refund(self, ask: TransferAsk) -> GatewayTransfer | None:
        if self.before or self.after:
            raise Unknown("lost")
        return next((each for each in self.transfers.values() if each.reference == ask.reference), None)

    def find_payout(self, ask: TransferAsk, since: int) -> GatewayTransfer | None:
        return self.find_refund(ask)

    def create_method(self, reference: str, kind: Any, return_url: str, key: str) -> GatewayMethod:
        return GatewayMethod("seti_1", reference, "active", token="pm_1", brand="Bank", last4="0000")

    def fetch_method(self, ref: str) -> GatewayMethod:
        raise Unknown

    def remove_method(self, token: str, key: str) -> None:
        raise Unknown

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: int) -> Event:
        raise AssertionError

    def settlement_file(self, day: int) -> bytes:
        raise Unknown

    def settle(self, ref: str, status: Any) -> None:
        """The bank has decided on a refund or payout."""
        import msgspec

        old = self.transfers[ref]
        if old.status == "pending":
            booked = {"fee": 3, "booked_at": clock.now(), "balance_ref": f"txn_{ref}"}
            fields = booked if status == "succeeded" else {"failure_code": "no"}
            self._say(ref.split("_")[0], msgspec.structs.replace(old, status=status, **fields))


WEATHER = st.sampled_from(["fine", "fine", "fine", "asleep", "to0", "to1", "fro0", "fro1", "fro2"])


class Payments(RuleBasedStateMachine):
    """Whatever is done in whatever order."""

    database: ClassVar[str] = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        made = found_town(self.database, Path(self._folder.name))
        assert made is not None
        self.town: Town = made
        self.town.env.install(STILL)
        self.gateway = Script()
        self.town.env.part(payments.Gateways).add(self.gateway)
        self.town.env.part(Registry).add(*payments.JOBS)
        self.told: list[tuple[str, int, str]] = []
        payments.on_result(self.town.env, "shop", self.hear, refund=self.hear, payout=self.hear)
        self.made: list[int] = []
        self.moved: list[tuple[str, int]] = []
        self.ends: dict[tuple[str, int], str] = {}
        self.events = 0

    def hear(self, tx: Tx, result: Any) -> None:
        self.told.append((type(result).__name__.lower(), result.id, result.state))

    @initialize()
    def begin(self) -> None:
        self.account = self.town.write(ledger.open_account, ADA, "wallet", "EUR").id
        bank = self.town.write(
            payments.add_method, ADA, kind="bank_account", return_url="http://here/", key="bank"
        )
        self.bank = payments.advance_method(self.town.env, bank.id)
        assert self.bank.state == "active"

    @rule(amount=st.integers(10, 999), manual=st.booleans(), weather=WEATHER)
    def ask(self, amount: int, manual: bool, weather: str) -> None:
        given: Any = {"purpose": "shop", "subject": "", "into": self.account, "return_url": "http://here/"}
        key = f"k{len(self.made)}"
        made = self.town.write(payments.charge, ADA, amount, "EUR", key=key, manual=manual, **given)
        self.made.append(made.id)
        self._drive("charge", made.id, weather)

    @rule(amount=st.integers(10, 999), weather=WEATHER)
    def paid_at_once(self, amount: int, weather: str) -> None:
        self.ask(amount, False, "fine")
        ref = list(self.gateway.charges)[-1]
        self.gateway.take(ref, amount)
        self._drive("charge", self.made[-1], weather)

    @rule(data=st.data(), weather=WEATHER)
    def go_on(self, data: st.DataObject, weather: str) -> None:
        rows: list[tuple[Any, int]] = [("charge", each) for each in self.made] + self.moved
        if rows:
            what, row_id = data.draw(st.sampled_from(rows))
            self._drive(what, row_id, weather)

    def _drive(self, what: Any, row_id: int, weather: str = "fine") -> None:
        """Ask the gateway now. What happens to the calls: ``to`` the n-th and later ones do not arrive,
        ``fro`` their answers do not; or nobody gets to ask."""
        if weather == "asleep":
            return

        def soon(tx: Tx) -> None:
            for name in ("charges", "refunds", "payouts"):
                tx.driver.execute(f"UPDATE payments_{name} SET next_at = 1 WHERE next_at IS NOT NULL")

        self.town.write(soon)
        self.gateway.weather(weather)
        drive(self.town.env, what, row_id)
        self.gateway.weather("fine")

    @rule(data=st.data(), choice=st.sampled_from(["pay", "pay", "pay", "decline"]))
    def at_the_page(self, data: st.DataObject, choice: str) -> None:
        waiting = [ref for ref, each in self.gateway.charges.items() if each.status == "waiting"]
        if not waiting:
            return
        ref = data.draw(st.sampled_from(waiting))
        charge = self.gateway.charges[ref]
        if choice == "decline":
            self.gateway.change(ref, status="cancelled", failure_code="declined")
            return
        row = next(
            each for each in self._charges() if each.gateway_ref == ref or (True and self._is(each, charge))
        )
        if row.manual:
            self.gateway.change(ref, status="authorised")
        else:
            self.gateway.take(ref, charge.amount)

    @staticmethod
    def _is(row: payments.Charge, said: GatewayCharge) -> bool:
        return said.reference.startswith(f"c{row.id}.")

    @rule(data=st.data())
    def webhook(self, data: st.DataObject) -> None:
        """Something that was true once, in any order, any number of times."""
        if self.gateway.history:
            self._deliver(data.draw(st.sampled_from(self.gateway.history)))

    def _deliver(self, past: tuple[Any, Snapshot]) -> None:
        self.events += 1
        what, said = past
        event = Event(f"evt_{self.events}", what, clock.now(), what, _bare(said))
        done = self.town.db.run_write(self.town.env, lambda tx: _take(tx, gateway="stripe", event=event))
        assert done.outcome in ("applied", "stale", "contradiction")
        if done.outcome == "contradiction":  # only the past contradicts an end, never the gateway as it is
            now = self.gateway.charges.get(said.ref) or self.gateway.transfers[said.ref]
            assert now.status != said.status

    @rule(data=st.data(), part=st.integers(1, 100), weather=WEATHER)
    def capture(self, data: st.DataObject, part: int, weather: str) -> None:
        ready = [each for each in self._charges() if each.state == "authorised" and not each.wish]
        if ready:
            charge = data.draw(st.sampled_from(ready))
            self.town.write(payments.capture, charge.id, max(1, charge.amount * part // 100))
            self._drive("charge", charge.id, weather)

    @rule(data=st.data(), weather=WEATHER)
    def cancel(self, data: st.DataObject, weather: str) -> None:
        if self.made:
            charge_id = data.draw(st.sampled_from(self.made))
            with contextlib.suppress(payments.errors.NotCancellable):
                self.town.write(payments.cancel, charge_id)
            self._drive("charge", charge_id, weather)

    @rule(data=st.data(), part=st.integers(1, 100), weather=WEATHER)
    def refund(self, data: st.DataObject, part: int, weather: str) -> None:
        ready = [each for each in self._charges() if each.refundable]
        if not ready:
            return
        charge = data.draw(st.sampled_from(ready))
        amount = max(1, charge.refundable * part // 100)
        try:
            made = self.town.write(payments.refund, charge.id, amount, key=f"r{len(self.moved)}")
        except ledger.errors.InsufficientFunds:
            return
        self.moved.append(("refund", made.id))
        self._drive("refund", made.id, weather)

    @rule(part=st.integers(1, 100), weather=WEATHER)
    def payout(self, part: int, weather: str) -> None:
        left = self.town.read(ledger.balance, self.account).balance
        if left > 0:
            made = self.town.write(
                payments.payout, ADA, self.account, max(1, left * part // 100),
                destination=self.bank.id, purpose="shop", key=f"p{len(self.moved)}",
            )  # fmt: skip
            self.moved.append(("payout", made.id))
            self._drive("payout", made.id, weather)

    @rule(data=st.data(), status=st.sampled_from(["succeeded", "failed"]))
    def bank_decides(self, data: st.DataObject, status: str) -> None:
        waiting = [ref for ref, each in self.gateway.transfers.items() if each.status == "pending"]
        if waiting:
            self.gateway.settle(data.draw(st.sampled_from(waiting)), status)

    def _charges(self) -> list[payments.Charge]:
        return self.town.read(payments.charges, ADA, None, 200)

    def _rows(self) -> list[Any]:
        charges = self._charges()
        refunds = [each for c in charges for each in self.town.read(payments.refunds_of, c.id)]
        return [*charges, *refunds, *self.town.read(payments.payouts, ADA, None, 200)]

    @invariant()
    def the_books_agree(self) -> None:
        if not hasattr(self, "account"):
            return
        rows = self._rows()
        charges = [each for each in rows if isinstance(each, payments.Charge)]
        out = [each for each in rows if not isinstance(each, payments.Charge)]
        came = sum(each.captured for each in charges)
        left = sum(each.amount for each in out if each.state != "failed")
        gone = sum(each.amount for each in out if each.state == "succeeded")
        fees = sum(each.fee or 0 for each in charges)
        fees += sum(each.fee or 0 for each in out if isinstance(each, payments.Payout))
        assert self.town.read(ledger.balance, self.account).balance == came - left
        assert self._house("payments.clearing") == left - gone
        assert self._house("payments.fees") == -fees
        assert self._house("gateway.stripe") == -(came - gone - fees)
        for each in charges:
            theirs = [r for r in out if isinstance(r, payments.Refund) and r.charge_id == each.id]
            assert each.refunding == sum(r.amount for r in theirs if r.state != "failed")
            assert each.refunded == sum(r.amount for r in theirs if r.state == "succeeded")
            assert 0 <= each.refunded <= each.refunding <= each.captured <= each.amount
        for each in rows:
            name = (type(each).__name__.lower(), each.id)
            if each.final:
                end = "paid" if getattr(each, "paid", False) else each.state
                assert self.ends.setdefault(name, end) == end
        assert len({each[:2] for each in self.told}) == len(self.told)
        assert {each[:2] for each in self.told} == set(self.ends)

    def _house(self, purpose: str) -> int:
        found = self.town.read(ledger.find_account, 0, purpose, "EUR")
        return 0 if found is None else self.town.read(ledger.balance, found.id).balance

    def teardown(self) -> None:
        """Calm: everybody decides, and everything is asked for."""
        try:
            if hasattr(self, "account"):
                self._calm()
        finally:
            self.town.close()
            self._folder.cleanup()

    def _calm(self) -> None:
        for each in self._charges():
            if not each.final and not each.wish:
                self.town.write(payments.cancel, each.id)
        rows: list[tuple[Any, int]] = [("charge", each) for each in self.made] + self.moved
        for _ in range(2):
            for what, row_id in rows:
                self._drive(what, row_id)
            for ref in list(self.gateway.transfers):
                self.gateway.settle(ref, "succeeded")
        for what, row_id in rows:
            self._drive(what, row_id)
        self.the_books_agree()
        paid = {ref: each.captured for ref, each in self.gateway.charges.items() if each.status == "captured"}
        references = [each.reference for each in self.gateway.charges.values()]
        references += [each.reference for each in self.gateway.transfers.values()]
        assert len(set(references)) == len(references)  # nothing was asked for twice
        ours = {each.gateway_ref: each.captured for each in self._charges() if each.paid}
        assert ours == paid
        for charge in self._charges():
            if not charge.paid and charge.gateway_ref is not None:
                there = self.gateway.charges[charge.gateway_ref].status
                assert there in ("new", "cancelled")  # nobody can pay it any more
        for each in self._rows():
            assert each.final
            assert each.next_at is None
            if not isinstance(each, payments.Charge):
                assert each.state == self.gateway.transfers[each.gateway_ref].status
                booked = each.state == "succeeded"
                assert (each.balance_ref is not None) == booked
        net = sum(each.captured - (each.fee or 0) for each in self.gateway.charges.values())
        net -= sum(
            each.amount + ((each.fee or 0) if ref.startswith("payout") else 0)
            for ref, each in self.gateway.transfers.items()
            if each.status == "succeeded"
        )
        assert self._house("gateway.stripe") == -net


def _bare(said: Snapshot) -> Any:
    """As webhooks tell it: without how it was booked."""
    import msgspec

    if isinstance(said, GatewayMethod):
        return said
    return msgspec.structs.replace(said, fee=None, booked_at=None, balance_ref=None)


@pytest.mark.parametrize(("database", "examples"), [("sqlite", 80), ("postgresql", 15)])
def test_whatever_happens_there_is_one_end(database: str, examples: int, tmp_path: Path) -> None:
    if found_town_is_missing(database, tmp_path):
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    kind = type("On" + database.title(), (Payments,), {"database": database})
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=examples,
            stateful_step_count=50,
            suppress_health_check=list(HealthCheck),
        ),
    )


def found_town_is_missing(database: str, folder: Path) -> bool:
    town = found_town(database, folder)
    if town is None:
        return True
    town.close()
    return False
