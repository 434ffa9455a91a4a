"""Whatever is done in whatever order, the books are what a plain model says, on both databases."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dozen.core import ledger
from dozen.core.ledger import Key, Leg
from dozen.core.ledger.applying import refusal
from dozen.core.ledger.queries import Standing
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.kit.money import allocate
from tests.support.town import Town

_WALLETS = 3
_amounts = st.integers(1, 60)
_who = st.integers(0, _WALLETS - 1)
_States = ("open", "no_out", "frozen")


class _Hold:
    def __init__(self, found: ledger.Hold, who: int) -> None:
        self.id, self.who, self.rest, self.state = found.id, who, found.amount, "open"


class _Moved:
    def __init__(self, made: ledger.Transfer, sides: dict[int, int]) -> None:
        self.id, self.left = made.id, sides


def machine(town: Town) -> type[RuleBasedStateMachine]:
    class Bank(RuleBasedStateMachine):
        @initialize()
        def start(self) -> None:
            now = clock.now()

            def verb(tx: Tx) -> list[int]:
                run = tx.next_id()
                made = [
                    ledger.open_account(tx, 100 + n, "wallet", "EUR", ref=run).id for n in range(_WALLETS)
                ]
                made.append(
                    ledger.open_account(
                        tx, 0, "gateway", "EUR", ref=run, kind="asset", least=None, lanes=3
                    ).id
                )
                return made

            self.accounts = town.write(verb)
            self.now = now
            self.balances = [0] * (_WALLETS + 1)
            self.held = [0] * (_WALLETS + 1)
            self.states = ["open"] * (_WALLETS + 1)
            self.holds: list[_Hold] = []
            self.moved: list[_Moved] = []
            self.answers: dict[str, tuple[Any, Any]] = {}

        def do(self, verb: Callable[..., Any], *args: Any, **options: Any) -> Any:
            try:
                return town.write(verb, *args, **options)
            except Fault as fault:
                return fault.code

        def refused(self, changes: dict[int, int], promised: int | None = None) -> set[str]:
            """Codes of what stands against it; empty when it must work."""
            out = set()
            for who, amount in changes.items():
                state = self.states[who]
                if state == "frozen" or (state == "no_out" and amount < 0 and who != promised):
                    out.add("account_frozen")
                free = self.balances[who] - self.held[who]
                if who < _WALLETS and amount < 0 and who != promised and free + amount < 0:
                    out.add("insufficient_funds")
            return out

        def settle(self, got: Any, changes: dict[int, int], promised: int | None = None) -> bool:
            against = self.refused(changes, promised)
            if against:
                assert got in against
                return False
            assert not isinstance(got, str), got
            for who, amount in changes.items():
                self.balances[who] += amount
            return True

        @rule(who=_who, amount=_amounts)
        def fund(self, who: int, amount: int) -> None:
            got = self.do(ledger.pay, self.accounts[-1], self.accounts[who], amount, kind="topup")
            self.settle(got, {_WALLETS: -amount, who: amount})

        @rule(a=_who, b=_who, amount=_amounts)
        def pay(self, a: int, b: int, amount: int) -> None:
            got = self.do(ledger.pay, self.accounts[a], self.accounts[b], amount, kind="payment")
            if a == b:
                assert got == "same_account"
            elif self.settle(got, {a: -amount, b: amount}):
                self.moved.append(_Moved(got, {a: -amount, b: amount}))

        @rule(parts=st.lists(_amounts, min_size=_WALLETS, max_size=_WALLETS), payer=_who)
        def split(self, parts: list[int], payer: int) -> None:
            """One pays all the others and the house, in one transfer."""
            changes = {who: parts[who] for who in range(_WALLETS) if who != payer} | {_WALLETS: parts[payer]}
            changes[payer] = -sum(changes.values())
            legs = [Leg(self.accounts[who], amount) for who, amount in changes.items()]
            got = self.do(ledger.transfer, legs, kind="split")
            if self.settle(got, changes):
                self.moved.append(_Moved(got, changes))

        @rule(a=_who, b=_who, amount=st.integers(1, 3), key=st.sampled_from("xyz"))
        def keyed(self, a: int, b: int, amount: int, key: str) -> None:
            if a == b:
                return
            full = Key("test", self.accounts[0], key)
            got = self.do(ledger.pay, self.accounts[a], self.accounts[b], amount, kind="payment", key=full)
            asked = (a, b, amount)
            if key in self.answers:
                first, answer = self.answers[key]
                if first != asked:
                    assert got == "idempotency_key_reused"
                else:
                    assert (got.id, got.replayed) == (answer.id, True)
                    assert got.postings == answer.postings
            elif self.settle(got, {a: -amount, b: amount}):
                assert not got.replayed
                self.answers[key] = (asked, got)

        @rule(a=_who, amount=_amounts, key=st.sampled_from("pqr"))
        def remembered(self, a: int, amount: int, key: str) -> None:
            """A verb under a key whose refusal is an answer, too."""
            full = Key("test", self.accounts[0], key)

            def verb(tx: Tx) -> ledger.Answer[int]:
                return ledger.once(
                    tx,
                    full,
                    ledger.fingerprint(a, amount),
                    lambda tx: ledger.pay(tx, self.accounts[a], self.accounts[-1], amount, kind="payout").id,
                    int,
                    remember=(ledger.errors.InsufficientFunds,),
                )

            got = self.do(verb)
            if key in self.answers:
                first, answer = self.answers[key]
                if first != (a, amount):
                    assert got == "idempotency_key_reused"
                else:
                    assert got.replayed
                    assert (got.value, got.refusal) == (answer.value, answer.refusal)
                return
            against = self.refused({a: -amount, _WALLETS: amount})
            if isinstance(got, str):
                assert got == "account_frozen"
                assert got in against
                return
            self.answers[key] = ((a, amount), got)
            if got.refusal is not None:
                assert got.refusal.code == "insufficient_funds"
                assert got.refusal.code in against
            else:
                assert self.settle(got, {a: -amount, _WALLETS: amount})

        @rule(who=_who, amount=_amounts)
        def reserve(self, who: int, amount: int) -> None:
            until = clock.now() + 3_600_000
            got = self.do(ledger.reserve, self.accounts[who], amount, expires_at=until, kind="hold")
            against = self.refused({who: -amount})
            if against:
                assert got in against
            else:
                self.held[who] += amount
                self.holds.append(_Hold(got, who))

        @precondition(lambda self: self.holds)
        @rule(data=st.data(), amount=_amounts, to=_who, keep=st.booleans())
        def capture(self, data: Any, amount: int, to: int, keep: bool) -> None:
            hold = data.draw(st.sampled_from(self.holds))
            got = self.do(ledger.capture, hold.id, self.accounts[to], amount, keep_rest=keep)
            if hold.state != "open":
                assert got == ("hold_closed" if hold.state != "expired" else "hold_expired")
            elif amount > hold.rest:
                assert got == "capture_too_large"
            elif to == hold.who:
                assert got == "same_account"
            elif self.settle(got, {hold.who: -amount, to: amount}, promised=hold.who):
                done = amount == hold.rest or not keep
                self.held[hold.who] -= hold.rest if done else amount
                hold.rest = 0 if done else hold.rest - amount
                hold.state = "captured" if done else "open"
                assert got.hold.state == hold.state
                assert got.hold.rest == hold.rest
                self.moved.append(_Moved(got.transfer, {hold.who: -amount, to: amount}))

        @precondition(lambda self: self.holds)
        @rule(data=st.data())
        def void(self, data: Any) -> None:
            hold = data.draw(st.sampled_from(self.holds))
            got = self.do(ledger.void, hold.id)
            if hold.state == "captured":
                assert got == "hold_closed"
            else:
                assert got.state in ("voided", "expired")
                self.held[hold.who] -= hold.rest
                if hold.state == "open":
                    hold.state = "voided"
                hold.rest = 0

        @precondition(lambda self: self.holds)
        @rule(data=st.data(), by_job=st.booleans())
        def run_out(self, data: Any, by_job: bool) -> None:
            """The time of a hold is over: it cannot be captured, and what was held is free, job or not."""
            hold = data.draw(st.sampled_from(self.holds))
            town.write(
                lambda tx: tx.driver.execute(
                    f"UPDATE ledger_holds SET expires_at = 1 WHERE id = {hold.id} AND state = 'open'"
                )
            )
            if hold.state != "open":
                return
            if by_job:
                town.write(ledger.expire)
            elif (free := self.balances[hold.who] - self.held[hold.who] + hold.rest) > 0:
                target = self.accounts[(hold.who + 1) % _WALLETS]
                assert self.do(ledger.capture, hold.id, target) == "hold_expired"
                got = self.do(ledger.pay, self.accounts[hold.who], self.accounts[-1], free, kind="payout")
                if self.states[hold.who] != "open" or self.states[-1] == "frozen":
                    assert got == "account_frozen"
                    town.write(ledger.expire)
                else:
                    assert not isinstance(got, str), got
                    self.balances[hold.who] -= free
                    self.balances[-1] += free
            else:
                town.write(ledger.expire)
            self.held[hold.who] -= hold.rest
            hold.rest, hold.state = 0, "expired"
            assert town.read(ledger.one_hold, hold.id).state == "expired"

        @precondition(lambda self: self.moved)
        @rule(data=st.data(), amount=st.none() | _amounts)
        def reverse(self, data: Any, amount: int | None) -> None:
            moved = data.draw(st.sampled_from(self.moved))
            left = sum(each for each in moved.left.values() if each > 0)
            got = self.do(ledger.reverse, moved.id, amount, kind="refund")
            if not left or (amount or 0) > left:
                assert got == "refund_too_large"
                return
            changes = {}
            for sign in (1, -1):
                side = {who: sign * each for who, each in moved.left.items() if sign * each > 0}
                shares = allocate(left if amount is None else amount, list(side.values()))
                changes |= {who: -sign * share for who, share in zip(side, shares, strict=True) if share}
            against = self.refused(changes)
            if against:
                assert got in against
                return
            made = {self.accounts.index(p.account_id): p.amount for p in got.postings}
            # Equal remainders go by the order of the legs, which the model does not know.
            assert sum(made.values()) == 0
            assert sum(each for each in made.values() if each > 0) == (left if amount is None else amount)
            for who, change in made.items():
                assert abs(change - changes.get(who, 0)) <= 1
                assert change * moved.left[who] < 0
                assert abs(change) <= abs(moved.left[who])
                moved.left[who] += change
                self.balances[who] += change

        @rule(who=st.integers(0, _WALLETS), state=st.sampled_from(_States))
        def freeze(self, who: int, state: str) -> None:
            got = self.do(ledger.set_state, self.accounts[who], state)
            assert got == (state != self.states[who])
            self.states[who] = state

        @rule()
        def seal(self) -> None:
            ledger.seal_all(town.env, town.db)

        @rule()
        def prove(self) -> None:
            report = ledger.doctor(town.db, town.env, full=False)
            assert report.ok, report.wrong

        @invariant()
        def books_are_the_models(self) -> None:
            if not hasattr(self, "accounts"):
                return
            found = town.read(ledger.balances_by_id, self.accounts)
            got = [(found[a].balance, found[a].held, found[a].state) for a in self.accounts]
            assert got == list(zip(self.balances, self.held, self.states, strict=True))
            assert sum(self.balances) == 0

        def teardown(self) -> None:
            if hasattr(self, "accounts"):
                report = town.read(ledger.verify)
                assert report.ok, report.wrong

    return Bank


def test_the_books_are_what_the_model_says(town: Town) -> None:
    run_state_machine_as_test(
        machine(town),
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
        ),
    )


_numbers = st.integers(-5, 5)


def test_what_the_rule_allows_the_database_takes(town: Town) -> None:
    """``refusal`` against what happens, for every kind of account and change; what it lets through breaks
    none of the tables' own rules."""
    account = town.write(ledger.open_account, 7, "wallet", "EUR")
    other = town.write(ledger.open_account, 8, "other", "EUR", least=None)

    @settings(max_examples=200, suppress_health_check=list(HealthCheck))
    @given(
        balance=st.integers(-5, 5) | st.sampled_from([ledger.MOST_BALANCE - 3, 3 - ledger.MOST_BALANCE]),
        held=st.integers(0, 5),
        least=st.none() | _numbers,
        state=st.integers(0, 3),
        amount=_numbers.filter(bool),
        forced=st.booleans(),
    )
    def compare(balance: int, held: int, least: int | None, state: int, amount: int, forced: bool) -> None:
        if (least is not None and balance - held < least) or (state == 3 and (balance or held)):
            return  # such a row cannot be
        expected = refusal(
            Standing(account.id, 0, balance, held, least, state, 0, 0, "EUR"), amount, 0, forced
        )

        class Undo(Exception):
            pass

        def verb(tx: Tx) -> None:
            tx.driver.execute(
                f"UPDATE ledger_balances SET balance = {balance}, held = {held}, state = {state}, "
                f"seq = seq + {int(balance != 0)}, least = {'NULL' if least is None else least} "
                f"WHERE account_id = {account.id}"
            )
            try:
                ledger.transfer(
                    tx, [Leg(account.id, amount), Leg(other.id, -amount)], kind="x", even_frozen=forced
                )
            except Fault as fault:
                met.append(type(fault))
            else:
                tx.driver.execute("SELECT 1")  # so that it is written
                met.append(None)
            raise Undo

        met: list[type[Fault] | None] = []
        with contextlib.suppress(Undo):
            town.write(verb)
        assert met == [expected]

    compare()
