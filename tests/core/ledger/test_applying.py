"""Many movements in one transaction are what each in one of its own would be."""

from __future__ import annotations

import threading
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dozen.core import ledger
from dozen.core.ledger import Key, Leg, queries
from dozen.core.ledger.applying import standing_name
from dozen.db import Duplicate, Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from tests.core.ledger.books import ADA, BO, Books
from tests.support.floor import another
from tests.support.town import Town

WALLETS, CREDIT, HOUSE, LANES = range(3), 3, 4, 5
"""Places in :attr:`Bank.accounts`: three that may not go below zero, one that may to a degree, two of the
house, of which the second has lanes."""


class Out(Exception):
    pass


class Bank:
    """Accounts of its own, and what was done with them so far."""

    def __init__(self, town: Town) -> None:
        self.town = town

        def verb(tx: Tx) -> list[int]:
            run = self.run = tx.next_id()
            made = [ledger.open_account(tx, 50 + n, "wallet", "EUR", ref=run) for n in WALLETS]
            made.append(ledger.open_account(tx, 60, "credit", "EUR", ref=run, least=-50))
            made.append(ledger.open_account(tx, 0, "gateway", "EUR", ref=run, kind="asset", least=None))
            made.append(ledger.open_account(tx, 0, "fees", "EUR", ref=run, least=None, lanes=2))
            return [each.id for each in made]

        self.accounts = town.write(verb)
        self.holds: list[int] = []
        self.made: list[int] = []

    def place(self, account: int) -> int:
        return self.accounts.index(account)

    def step(self, tx: Tx, step: Any) -> Any:
        """What a step gives, in terms that are the same for any bank. A refused one changes nothing."""
        holds, made = self.holds.copy(), self.made.copy()
        try:
            with tx.savepoint():
                return self._step(tx, step)
        except Fault as fault:
            self.holds, self.made = holds, made
            return fault.code, fault.extra.get("available")

    def _step(self, tx: Tx, step: Any) -> Any:
        accounts, until = self.accounts, clock.now() + clock.HOUR
        match step:
            case ("pay", a, b, amount, key):
                full = Key("test", self.run, key) if key else None
                return self._moved(ledger.pay(tx, accounts[a], accounts[b], amount, kind="p", key=full))
            case ("split", parts, payer):
                legs = [Leg(accounts[n], amount) for n, amount in enumerate(parts) if n != payer]
                legs.append(Leg(accounts[payer], -sum(each.amount for each in legs)))
                return self._moved(ledger.transfer(tx, legs, kind="split"))
            case ("reserve", a, amount):
                hold = ledger.reserve(tx, accounts[a], amount, expires_at=until, kind="h")
                self.holds.append(hold.id)
                return hold.state, hold.rest
            case ("capture", n, to, amount, keep) if self.holds:
                found = ledger.capture(
                    tx, self.holds[n % len(self.holds)], accounts[to], amount, keep_rest=keep
                )
                return found.hold.state, found.hold.rest, self._moved(found.transfer)
            case ("void", n) if self.holds:
                return ledger.void(tx, self.holds[n % len(self.holds)]).state
            case ("run out", n) if self.holds:
                hold_id = self.holds[n % len(self.holds)]
                tx.driver.execute(
                    f"UPDATE ledger_holds SET expires_at = 1 WHERE id = {hold_id} AND state = 'open'"
                )
            case ("reverse", n, amount) if self.made:
                return self._moved(ledger.reverse(tx, self.made[n % len(self.made)], amount, kind="back"))
            case ("state", a, state):
                return ledger.set_state(tx, accounts[a], state)
            case ("least", a, least):
                return ledger.set_least(tx, accounts[a], least)
            case ("lock", some):
                ledger.lock(tx, [accounts[n] for n in some])
            case ("look", a):
                return self._looked(tx, accounts[a])
        return None

    def _moved(self, made: ledger.Transfer) -> Any:
        if not made.replayed:
            self.made.append(made.id)
        sides = [(self.place(p.account_id), p.amount, p.seq, p.balance_after) for p in made.postings]
        return made.replayed, sorted(sides), made.kind

    def _looked(self, tx: Tx, account: int) -> Any:
        """As it is remembered, and as it is written."""
        now = ledger.balance_now(tx, account), ledger.available_now(tx, account)
        found = ledger.balance(tx, account)
        assert now == (found.balance, found.available)
        lines = ledger.statement(tx, account, limit=5).entries
        return now, found.held, [(line.amount, line.balance_after) for line in lines]

    def rows(self) -> Any:
        """All that is written of these accounts."""

        def verb(tx: Tx) -> Any:
            ours = ", ".join(map(str, self.accounts))

            def asked(columns: str, table: str, order: str) -> list[tuple[Any, ...]]:
                sql = (
                    f"SELECT account_id, {columns} FROM {table} WHERE account_id IN ({ours}) ORDER BY {order}"
                )
                found = tx.driver.execute(sql).fetchall()
                return sorted((self.place(int(row[0])), *row[1:]) for row in found)

            return (
                asked("lane, state, least, balance, held, seq", "ledger_balances", "lane"),
                asked("lane, seq, leg, amount, balance_after, currency", "ledger_postings", "lane, seq"),
                asked("amount, captured, state, kind", "ledger_holds", "id"),
            )

        return self.town.read(verb)


_wallet = st.integers(0, CREDIT)
_any = st.integers(0, LANES)
_amount = st.integers(1, 40)
_pay = st.tuples(st.just("pay"), _any, _any, _amount, st.sampled_from(["", "", "", "k", "l"]))
_fund = st.tuples(st.just("pay"), st.just(HOUSE), _wallet, st.integers(20, 90), st.just(""))
_which = st.integers(0, 5)
_step = st.one_of(
    _fund,
    _pay,
    _pay,
    _pay,
    st.tuples(st.just("split"), st.lists(_amount, min_size=6, max_size=6), _any),
    st.tuples(st.just("reserve"), _wallet, _amount),
    st.tuples(st.just("capture"), _which, _any, _amount, st.booleans()),
    st.tuples(st.just("void"), _which),
    st.tuples(st.just("run out"), _which),
    st.tuples(st.just("reverse"), _which, st.none() | _amount),
    st.tuples(st.just("state"), _any, st.sampled_from(["open", "open", "no_out", "frozen"])),
    st.tuples(st.just("least"), _wallet, st.sampled_from([0, -20, -60, 10])),
    st.tuples(st.just("lock"), st.lists(_any, max_size=6)),
    st.tuples(st.just("look"), _any),
)
_steps = st.lists(_step | st.tuples(st.just("undone"), st.lists(_step, max_size=4)), max_size=14)


def one_each(bank: Bank, steps: list[Any]) -> list[Any]:
    out: list[Any] = []

    def undone(tx: Tx, inner: list[Any]) -> None:
        out.append([bank.step(tx, each) for each in inner])
        raise Out

    for step in steps:
        if step[0] == "undone":
            holds, made = bank.holds.copy(), bank.made.copy()
            with pytest.raises(Out):
                bank.town.write(undone, step[1])
            bank.holds, bank.made = holds, made
        else:
            out.append(bank.town.write(bank.step, step))
    return out


def all_in_one(bank: Bank, steps: list[Any]) -> list[Any]:
    out: list[Any] = []

    def undone(tx: Tx, inner: list[Any]) -> None:
        with tx.savepoint():
            out.append([bank.step(tx, each) for each in inner])
            raise Out

    def verb(tx: Tx) -> None:
        for step in steps:
            if step[0] == "undone":
                holds, made = bank.holds.copy(), bank.made.copy()
                with pytest.raises(Out):
                    undone(tx, step[1])
                bank.holds, bank.made = holds, made
            else:
                out.append(bank.step(tx, step))

    bank.town.write(verb)
    return out


def test_many_in_one_transaction_are_what_one_each_would_be(town: Town) -> None:
    @settings(max_examples=70, suppress_health_check=list(HealthCheck))
    @given(steps=_steps)
    @example(steps=[("pay", HOUSE, 0, 50, ""), ("pay", 0, 1, 20, ""), ("pay", 1, 0, 20, ""), ("look", 1)])
    @example(steps=[("pay", HOUSE, 0, 50, "k"), ("undone", [("pay", 0, 1, 50, "l")]), ("pay", 0, 1, 50, "l")])
    @example(
        steps=[("pay", HOUSE, 0, 9, ""), ("reserve", 0, 9), ("run out", 0), ("pay", 0, 1, 9, ""), ("look", 0)]
    )
    @example(steps=[("pay", HOUSE, 0, 9, ""), ("state", 0, "frozen"), ("pay", 0, 1, 9, ""), ("look", 0)])
    @example(steps=[("pay", 3, 0, 40, ""), ("least", 3, -60), ("pay", 3, 1, 20, ""), ("pay", 3, 1, 1, "")])
    def compare(steps: list[Any]) -> None:
        each, whole = Bank(town), Bank(town)
        expected = one_each(each, steps)
        assert all_in_one(whole, steps) == expected
        assert whole.rows() == each.rows()
        report = ledger.doctor(town.db, town.env, full=False)
        assert report.ok, report.wrong

    compare()
    report = ledger.doctor(town.db, town.env)
    assert report.ok, report.wrong


def test_an_account_that_everybody_pays_to(books: Books) -> None:
    books.fund(books.ada, 10_000)

    def verb(tx: Tx) -> list[ledger.Transfer]:
        ledger.lock(tx, [books.ada, books.shop, books.fees])
        out = []
        for n in range(1, 101):
            legs = [Leg(books.ada, -n - 1), Leg(books.shop, n), Leg(books.fees, 1)]
            out.append(ledger.transfer(tx, legs, kind="wallet.payment", memo=f"no. {n}", data={"n": n}))
        return out

    made = books.town.write(verb)
    total = sum(range(1, 101))
    assert [books.balance(each) for each in (books.ada, books.shop, books.fees)] == [
        10_000 - total - 100,
        total,
        100,
    ]
    assert [each.after(books.shop) for each in made] == [n * (n + 1) // 2 for n in range(1, 101)]
    assert [each.postings[0].seq for each in made] == list(range(2, 102))
    assert [books.town.read(ledger.one_transfer, each.id) for each in made] == made
    told = [data for key, data in books.events() if data["account"] == books.shop]
    assert [(each["balance"], each["amount"], each["transfer"]) for each in told] == [
        (n * (n + 1) // 2, n, made[n - 1].id) for n in range(1, 101)
    ], "one event for each, in their order"
    books.proved()


def test_who_pays_and_gets_the_same_stands_as_before(books: Books) -> None:
    books.fund(books.ada, 500)

    def both_ways(tx: Tx, amount: int) -> None:
        ledger.pay(tx, books.ada, books.bo, amount, kind="there")
        ledger.pay(tx, books.bo, books.ada, amount, kind="back")

    for n in range(1, 4):
        books.town.write(both_ways, 500)
        found = books.rows(
            f"SELECT balance, seq FROM ledger_balances WHERE account_id IN ({books.ada}, {books.bo}) "
            "ORDER BY balance"
        )
        assert found == [(0, 2 * n), (500, 2 * n + 1)]
        books.proved()
    assert books.code(both_ways, 501) == "insufficient_funds"
    assert books.count("transfers") == 7


def test_a_balance_still_does_not_move_without_a_posting(books: Books) -> None:
    books.fund(books.ada, 500)
    for what in (
        "balance = 501",
        "balance = 499",
        "seq = 0",
        "currency = 'USD'",
        "lane = 1",
        "account_id = 5",
    ):
        with pytest.raises(Duplicate):
            books.run(f"UPDATE ledger_balances SET {what} WHERE account_id = {books.ada}")
    books.proved()


def test_what_was_undone_is_forgotten(books: Books) -> None:
    """How an account stands is known as it was before the savepoint, and the journal has nothing of it."""
    books.fund(books.ada, 100)

    def verb(tx: Tx) -> tuple[int, int]:
        ledger.pay(tx, books.ada, books.bo, 10, kind="kept")
        for look in (False, True):
            with pytest.raises(Fault), tx.savepoint():
                undone(tx, look)
            assert ledger.balance_now(tx, books.ada) == 90
            assert ledger.balance(tx, books.ada).balance == 90
        first = ledger.pay(tx, books.ada, books.bo, 90, kind="kept")
        second = ledger.pay(tx, books.bo, books.shop, 100, kind="kept")
        return first.after(books.ada), second.after(books.shop)

    def undone(tx: Tx, look: bool) -> None:
        ledger.pay(tx, books.ada, books.bo, 90, kind="undone")
        ledger.pay(tx, books.bo, books.shop, 100, kind="undone")
        if look:
            assert ledger.balance(tx, books.shop).balance == 100
        ledger.pay(tx, books.ada, books.bo, 1, kind="undone")

    assert books.town.write(verb) == (0, 100)
    assert {row[0] for row in books.rows("SELECT kind FROM ledger_transfers")} == {"wallet.topup", "kept"}
    assert len(books.events()) == 1 + 6
    books.proved()


def test_who_changes_an_account_otherwise_is_seen(books: Books) -> None:
    books.fund(books.ada, 100)

    def verb(tx: Tx) -> list[str]:
        out = []

        def tried(amount: int) -> None:
            try:
                ledger.pay(tx, books.ada, books.bo, amount, kind="x")
                out.append("ok")
            except Fault as fault:
                out.append(fault.code)

        tried(10)
        ledger.set_state(tx, books.ada, "frozen")
        tried(10)
        ledger.set_state(tx, books.ada, "open")
        tried(10)
        ledger.set_least(tx, books.ada, 75)
        tried(10)
        tried(5)
        ledger.set_least(tx, books.ada, 0)
        hold = ledger.reserve(tx, books.ada, 70, expires_at=tx.now + clock.HOUR, kind="x")
        tried(10)
        ledger.void(tx, hold.id)
        tried(75)
        ledger.close_account(tx, books.ada)
        tried(1)
        return out

    no = "insufficient_funds"
    assert books.town.write(verb) == ["ok", "account_frozen", "ok", no, "ok", no, "ok", "account_closed"]
    books.proved()


def test_a_lock_reads_once_and_knows_from_then_on(books: Books) -> None:
    books.fund(books.ada, 100)

    def verb(tx: Tx) -> None:
        ledger.lock(tx, [books.ada, books.bo, books.ada])
        assert standing_name(books.ada) in tx.known
        driver, tx._driver = tx._driver, None  # nothing more is asked
        for _ in range(3):
            ledger.pay(tx, books.ada, books.bo, 30, kind="x")
        assert (ledger.balance_now(tx, books.bo), ledger.available_now(tx, books.ada)) == (90, 10)
        tx._driver = driver
        with pytest.raises(ledger.errors.InsufficientFunds):
            ledger.pay(tx, books.ada, books.bo, 11, kind="x")

    books.town.write(verb)
    assert (books.balance(books.ada), books.balance(books.bo)) == (10, 90)
    books.proved()


def test_keys_that_will_be_asked_for_are_read_at_once(books: Books) -> None:
    books.fund(books.ada, 100)
    names = ["a", "b", "'", '"\\', "{,}", "$1"]

    def once(tx: Tx, owner: int, name: str, amount: int) -> tuple[bool, str | None]:
        def pay(tx: Tx) -> int:
            return ledger.pay(tx, books.ada, books.bo, amount, kind="x").id

        answer = ledger.once(
            tx,
            Key("test", owner, name),
            f"print {amount}",
            pay,
            int,
            remember=(ledger.errors.InsufficientFunds,),
        )
        return answer.replayed, answer.refusal.code if answer.refusal is not None else None

    for name in names[:4]:
        books.town.write(once, ADA, name, 5)
    books.town.write(once, BO, "b", 500)

    def verb(tx: Tx) -> Any:
        ledger.ready_keys(tx, "test", [(ADA, name) for name in names] + [(BO, name) for name in names])
        asked = [once(tx, ADA, name, 5) for name in names] + [once(tx, BO, "b", 500), once(tx, BO, "a", 5)]
        return asked + [once(tx, ADA, name, 5) for name in names]

    no = "insufficient_funds"
    assert books.town.write(verb) == [
        *[(True, None)] * 4, *[(False, None)] * 2, (True, no), (False, None), *[(True, None)] * 6
    ]  # fmt: skip
    assert books.balance(books.ada) == 100 - 5 * 7

    def other(tx: Tx) -> None:
        ledger.ready_keys(tx, "test", [(ADA, "a")])
        once(tx, ADA, "a", 6)

    with pytest.raises(ledger.errors.KeyReused):
        books.town.write(other)
    books.proved()


def test_accounts_are_read_in_one_order_by_everybody(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ordinary ones by id, then lanes by account: whatever order they are named in."""
    books.fund(books.ada, 100)
    books.fund(books.bo, 100)
    asked: list[list[tuple[bool, int]]] = []
    real = queries.standings

    class Spy:
        def all(self, tx: Tx, *, accounts: list[int], lanes: list[int]) -> Any:
            asked.append([(lane > 0, account) for account, lane in zip(accounts, lanes, strict=True)])
            return real.all(tx, accounts=accounts, lanes=lanes)

    monkeypatch.setattr(queries, "standings", Spy())
    some = [books.ada, books.bo, books.shop, books.gateway, books.fees]
    for n in range(24):
        order = Random(n).sample(some, 5)
        books.town.write(ledger.lock, order)
        changes = dict.fromkeys(order, 1) | {books.ada: -2, books.bo: -1}
        books.move(*((each, changes[each]) for each in order))
    assert len(asked) == 48
    assert all(each == sorted(each) and len(each) == 5 for each in asked)


@pytest.mark.parametrize("town", ["postgresql"], indirect=True)
@pytest.mark.parametrize("way", ["once", "remembered", "pay"])
def test_who_comes_second_with_a_key_is_not_told_that_the_money_lacks(town: Town, way: str) -> None:
    """The first has spent it: they are given the first one's answer."""
    books, key = Books(town), Key("test", ADA, "k")
    books.fund(books.ada, 1_000)
    paid, looked = threading.Event(), threading.Event()
    answers: list[tuple[int, bool]] = []

    def pay(tx: Tx) -> tuple[int, bool]:
        if way == "pay":
            made = ledger.pay(tx, books.ada, books.bo, 700, kind="x", key=key)
            return made.id, made.replayed
        answer = ledger.once(
            tx, key, "print", lambda tx: ledger.pay(tx, books.ada, books.bo, 700, kind="x").id, int,
            remember=(ledger.errors.InsufficientFunds,) if way == "remembered" else (),
        )  # fmt: skip
        return answer.get(), answer.replayed

    def first(tx: Tx) -> tuple[int, bool]:
        found = pay(tx)
        assert ledger.balance(tx, books.ada).balance == 300
        paid.set()
        looked.wait(10)
        second.join(0.3)  # it waits for the account by now
        return found

    def work() -> None:
        paid.wait(10)
        looked.set()
        answers.append(town.write(pay))

    second = threading.Thread(target=work)
    second.start()
    made, replayed = town.write(first)
    second.join(20)
    assert (replayed, answers) == (False, [(made, True)])
    assert books.balance(books.ada) == 300
    books.proved()


def _rounds(town: Town, accounts: list[int], seed: int, rounds: int, failed: list[BaseException]) -> int:
    """Payments between accounts in any order, several in a transaction; how often one was begun."""
    some, runs = Random(seed), [0]

    def verb(tx: Tx, pairs: list[list[int]]) -> None:
        runs[0] += 1
        ledger.lock(tx, [each for pair in pairs for each in pair])
        for a, b in pairs:
            with tx.savepoint():
                ledger.pay(tx, a, b, some.randint(1, 9), kind="x")

    try:
        for _ in range(rounds):
            town.write(verb, [some.sample(accounts, 2) for _ in range(some.randint(1, 6))])
    except BaseException as error:
        failed.append(error)
        raise
    return runs[0]


@pytest.mark.parametrize("town", ["postgresql"], indirect=True)
def test_locks_are_taken_in_one_order(town: Town) -> None:
    """Two at once, 200 transactions each, never wait for each other in a ring: none is run a second time."""
    books = Books(town)
    more = [town.write(ledger.open_account, 0, f"pot.{n}", "EUR").id for n in range(3)]
    accounts = [books.ada, books.bo, books.shop, *more]
    for each in accounts[:3]:
        books.fund(each, 100_000)
    for each in more:
        town.write(ledger.pay, books.gateway, each, 100_000, kind="x")
    failed: list[BaseException] = []
    runs: list[int] = []
    other = another(town)

    def work(there: Town, seed: int) -> Callable[[], None]:
        return lambda: runs.append(_rounds(there, accounts, seed, 200, failed))

    threads = [threading.Thread(target=work(there, seed)) for seed, there in enumerate((town, other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (failed, runs) == ([], [200, 200])
    assert sum(map(books.balance, accounts)) == 600_000
    other.close()
    books.proved()
