from __future__ import annotations

import threading
from typing import Any

import pytest

from dozen.core import ledger
from dozen.core.ledger.opening import Known
from dozen.db import Tx
from tests.core.ledger.books import ADA, Books
from tests.support.town import Town


def test_opening_is_finding(books: Books) -> None:
    again = books.town.write(ledger.open_account, ADA, "wallet", "EUR")
    assert again.id == books.ada
    assert books.town.read(ledger.find_account, ADA, "wallet", "EUR") == again
    assert books.town.read(ledger.find_account, ADA, "wallet", "USD") is None
    pot = books.town.write(ledger.open_account, ADA, "wallet", "EUR", ref=5)
    assert pot.id != books.ada
    assert [each.ref for each in books.town.read(ledger.accounts_of, ADA)] == [0, 5]
    assert books.code(ledger.open_account, ADA, "wallet", "EUR", kind="asset") == "account_differs"
    assert books.town.read(ledger.account, books.ada).purpose == "wallet"


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("owner", {"owner": -1}),
        ("purpose", {"purpose": "Not so"}),
        ("purpose", {"purpose": "x" * 61}),
        ("currency", {"currency": "euro"}),
        ("currency", {"currency": "eur"}),
        ("kind", {"kind": "equity"}),
        ("least", {"least": 1}),
        ("lanes", {"lanes": 4}),
        ("lanes", {"lanes": 65, "least": None}),
    ],
)
def test_accounts_that_cannot_be(town: Town, field: str, change: dict[str, Any]) -> None:
    given: dict[str, Any] = {"owner": 1, "purpose": "wallet", "currency": "EUR", **change}
    with pytest.raises(ledger.errors.BadAccount) as raised:
        town.write(lambda tx: ledger.open_account(tx, **given))
    assert set(raised.value.fields) == {field}


def test_what_was_rolled_back_is_not_remembered(town: Town) -> None:
    made: list[int] = []

    def verb(tx: Tx) -> None:
        made.append(ledger.open_account(tx, 5, "wallet", "EUR").id)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        town.write(verb)
    assert town.env.part(Known).by_id.get(made[0]) is None
    with pytest.raises(ledger.errors.NoSuchAccount):
        town.read(ledger.account, made[0])


def test_two_open_the_same_account_at_once(town: Town) -> None:
    barrier = threading.Barrier(4)
    found: list[int] = []

    def run() -> None:
        barrier.wait()
        found.append(town.write(ledger.open_account, 5, "wallet", "EUR").id)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_frozen_accounts(books: Books) -> None:
    books.fund(books.ada, 100)
    hold = books.reserve(books.ada, 30)
    assert books.town.write(ledger.set_state, books.ada, "no_out")
    assert not books.town.write(ledger.set_state, books.ada, "no_out")
    assert books.code(ledger.pay, books.ada, books.bo, 1, kind="x") == "account_frozen"
    assert books.code(books_reserve, books.ada) == "account_frozen"
    books.fund(books.ada, 5)
    books.town.write(ledger.capture, hold.id, books.bo, 10, keep_rest=True)  # it was promised before
    books.town.write(ledger.set_state, books.ada, "frozen")
    assert books.code(ledger.capture, hold.id, books.bo) == "account_frozen"
    assert books.code(ledger.pay, books.gateway, books.ada, 1, kind="x") == "account_frozen"
    books.pay(books.ada, books.fees, 1, even_frozen=True)
    books.town.write(ledger.void, hold.id)
    assert books.town.read(ledger.balance, books.ada).state == "frozen"
    books.town.write(ledger.set_state, books.ada, "open")
    books.pay(books.ada, books.bo, 94)
    assert books.balance(books.ada) == 0
    books.proved()
    with pytest.raises(ValueError, match="frozen"):
        books.town.write(ledger.set_state, books.ada, "closed")


def books_reserve(tx: Tx, account: int) -> None:
    ledger.reserve(tx, account, 1, expires_at=tx.now + 1000, kind="x")


def test_lanes_freeze_together(books: Books) -> None:
    books.town.write(ledger.set_state, books.gateway, "frozen")
    assert books.code(ledger.pay, books.gateway, books.ada, 1, kind="x") == "account_frozen"
    states = books.rows(f"SELECT DISTINCT state FROM ledger_balances WHERE account_id = {books.gateway}")
    assert states == [(2,)]


def test_closed_accounts(books: Books) -> None:
    books.fund(books.ada, 100)
    assert books.code(ledger.close_account, books.ada) == "account_in_use"
    books.pay(books.ada, books.bo, 100)
    assert books.town.write(ledger.close_account, books.ada)
    assert not books.town.write(ledger.close_account, books.ada)
    assert books.code(ledger.pay, books.bo, books.ada, 1, kind="x") == "account_closed"
    assert books.code(ledger.pay, books.bo, books.ada, 1, kind="x", even_frozen=True) == "account_closed"
    assert books.code(ledger.set_state, books.ada, "open") == "account_closed"
    found = books.town.read(ledger.balance, books.ada)
    assert found.state == "closed"
    assert found.closed_at is not None
    books.proved()


def test_limits_change_unless_the_balance_is_below(books: Books) -> None:
    books.town.write(ledger.set_least, books.ada, -100)
    books.pay(books.ada, books.bo, 80)
    assert books.code(ledger.set_least, books.ada, -79) == "balance_below_limit"
    books.town.write(ledger.set_least, books.ada, -80)
    assert books.town.read(ledger.balance, books.ada).available == 0
    books.town.write(ledger.set_least, books.ada, None)
    assert books.town.read(ledger.balance, books.ada).available is None
    assert books.code(ledger.set_least, books.gateway, 0) == "bad_account"
    assert books.code(ledger.set_least, 4711, 0) == "no_such_account"


def test_accounts_with_lanes_take_everybody_at_once(books: Books) -> None:
    """Threads post to lanes of their own on PostgreSQL; the account's balance is their sum."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            for _ in range(10):
                books.fund(books.ada, 1)
                books.pay(books.gateway, books.fees, 2)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not errors
    assert books.balance(books.gateway) == -120
    assert books.balance(books.fees) == 80
    lanes = books.rows(
        f"SELECT count(*) FROM ledger_balances WHERE account_id = {books.gateway} AND seq > 0"
    )[0][0]
    assert lanes == (4 if books.town.db.dialect == "postgresql" else 1)
    assert books.code(books_reserve, books.gateway) == "holds_not_possible"
    books.proved()
