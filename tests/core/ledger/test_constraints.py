"""SQL that tries to cheat, with the application out of the way."""

from __future__ import annotations

import pytest

from dozen.core import ledger
from dozen.db import Duplicate
from tests.core.ledger.books import Books

_TRANSFER = (
    "INSERT INTO ledger_transfers (id, at, kind, actor, subject, memo, legs{more}) "
    "VALUES ({id}, 1, 'x', 0, 0, '', {legs}{values})"
)


def transfer(number: int = 9, legs: int = 2, more: str = "", values: str = "") -> str:
    return _TRANSFER.format(id=number, legs=legs, more=more, values=values)


def posting(account: int, amount: int, *, leg: int, of: int = 9, seq: int = 99, currency: str = "EUR") -> str:
    return f"({of}, {leg}, {account}, 0, {seq}, 1, '{currency}', {amount}, {amount})"


def journal(books: Books, sides: list[str], head: str) -> list[str]:
    """The statements of a transfer, in the order that each database wants."""
    rows = "INSERT INTO ledger_postings (transfer_id, leg, account_id, lane, seq, at, currency, amount, "
    inserted = f"{rows} balance_after) VALUES {', '.join(sides)}"
    return [inserted, head] if books.town.db.dialect == "sqlite" else [head, inserted]


@pytest.fixture
def busy(books: Books) -> Books:
    books.fund(books.ada, 100)
    books.pay(books.ada, books.bo, 10)
    books.reserve(books.ada, 20)
    ledger.seal_all(books.town.env, books.town.db)
    return books


@pytest.mark.parametrize("table", ["postings", "transfers", "seals", "accounts"])
@pytest.mark.parametrize("verb", ["UPDATE ledger_{0} SET {1} = {1}", "DELETE FROM ledger_{0}"])
def test_rows_that_are_never_touched(busy: Books, table: str, verb: str) -> None:
    column = {"postings": "amount", "transfers": "memo", "seals": "digest", "accounts": "owner"}[table]
    with pytest.raises(Duplicate):
        busy.run(verb.format(table, column))
    busy.proved()


@pytest.mark.parametrize("table", ["balances", "holds"])
def test_rows_that_are_never_deleted(busy: Books, table: str) -> None:
    with pytest.raises(Duplicate, match="forget nothing"):
        busy.run(f"DELETE FROM ledger_{table}")


@pytest.mark.parametrize("table", ["postings", "transfers", "seals", "accounts", "balances", "holds"])
def test_no_table_can_be_emptied(busy: Books, table: str) -> None:
    if busy.town.db.dialect == "sqlite":
        return  # it has no TRUNCATE: DELETE without WHERE is refused above
    with pytest.raises(Duplicate):
        busy.run(f"TRUNCATE ledger_{table} CASCADE")


@pytest.mark.parametrize(
    "change",
    [
        "balance = balance + 1",
        "seq = seq - 1",
        "currency = 'USD'",
        "lane = 1",
        "held = 91",
        "held = -1",
        "least = 91",
        "state = 4",
        "state = 3",
        "balance = 100000000000000001, seq = seq + 1",
        "balance = -1, seq = seq + 1",
    ],
)
def test_balances_are_not_to_be_bent(busy: Books, change: str) -> None:
    with pytest.raises(Duplicate):
        busy.run(f"UPDATE ledger_balances SET {change} WHERE account_id = {busy.ada}")
    busy.proved()


@pytest.mark.parametrize("change", ["seq = seq + 1", "balance = balance + 1, seq = seq + 1"])
def test_what_a_trigger_cannot_see_the_proof_finds(busy: Books, change: str) -> None:
    busy.run(f"UPDATE ledger_balances SET {change} WHERE account_id = {busy.ada}")
    assert not busy.town.read(ledger.verify).ok


@pytest.mark.parametrize(
    "change",
    ["amount = 1000", "captured = 21", "captured = -1", "account_id = 1", "state = 'gone'", "at = 0",
     "state = 'voided'"],
)  # fmt: skip
def test_holds_are_not_to_be_bent(busy: Books, change: str) -> None:
    with pytest.raises(Duplicate):
        busy.run(f"UPDATE ledger_holds SET {change}")


def test_a_closed_hold_stays_closed(busy: Books) -> None:
    busy.run("UPDATE ledger_holds SET state = 'voided', closed_at = 5")
    with pytest.raises(Duplicate):
        busy.run("UPDATE ledger_holds SET state = 'open', closed_at = NULL")


def test_transfers_that_do_not_add_up(busy: Books) -> None:
    ada, bo = busy.ada, busy.bo
    for sides, head in (
        ([posting(ada, -5, leg=1), posting(bo, 6, leg=2)], transfer()),
        ([posting(ada, -5, leg=1), posting(bo, 5, leg=2)], transfer(legs=3)),
        ([posting(ada, -5, leg=1)], transfer()),
        ([posting(ada, -5, leg=1), posting(bo, 5, leg=2, currency="USD")], transfer()),
        (
            [posting(ada, -5, leg=1), posting(bo, 5, leg=2), posting(1, -5, leg=3, currency="USD"),
             posting(2, 5, leg=4, currency="USD")],
            transfer(legs=4),
        ),
        ([posting(ada, 0, leg=1), posting(bo, 0, leg=2)], transfer()),
        ([posting(ada, -(10**15) - 1, leg=1), posting(bo, 10**15 + 1, leg=2)], transfer()),
        ([posting(ada, -5, leg=1), posting(bo, 5, leg=2, seq=0)], transfer()),
        ([posting(ada, -5, leg=1), posting(ada, 5, leg=2)], transfer()),  # the same place in the chain
        ([posting(ada, -5, leg=1), posting(bo, 5, leg=2)], transfer(legs=1)),
    ):  # fmt: skip
        with pytest.raises(Duplicate):
            busy.run(*journal(busy, sides, head))
    busy.proved()


def test_nothing_is_added_to_a_transfer_later(busy: Books) -> None:
    (made,) = busy.rows("SELECT id FROM ledger_transfers ORDER BY turn LIMIT 1")
    rows = [posting(busy.ada, -5, leg=3, of=made[0]), posting(busy.bo, 5, leg=4, of=made[0])]
    both = journal(busy, rows, "SELECT 1")
    with pytest.raises(Duplicate):
        busy.run(*both)
    with pytest.raises(Duplicate):
        busy.run(transfer(number=made[0]))
    busy.proved()


def test_postings_without_a_transfer(busy: Books) -> None:
    """PostgreSQL refuses them; on SQLite, which looks when the transfer comes, the proof names them."""
    rows = [posting(busy.ada, -5, leg=1, seq=4711), posting(busy.bo, 5, leg=2, seq=4711)]
    alone = [each for each in journal(busy, rows, "") if each]
    if busy.town.db.dialect == "postgresql":
        with pytest.raises(Duplicate):
            busy.run(*alone)
        busy.proved()
    else:
        busy.run(*alone)
        checks = {each.check for each in busy.town.read(ledger.verify).wrong}
        assert "posting_without_transfer" in checks


def test_more_cannot_be_given_back_than_was_moved(busy: Books) -> None:
    busy.run("INSERT INTO ledger_reversals (transfer_id, total, reversed) VALUES (1, 10, 10)")
    with pytest.raises(Duplicate):
        busy.run("UPDATE ledger_reversals SET reversed = 11")


def test_one_account_for_a_name(busy: Books) -> None:
    with pytest.raises(Duplicate):
        busy.run(
            "INSERT INTO ledger_accounts (id, owner, purpose, ref, currency, kind, lanes, opened_at) "
            "SELECT 1, owner, purpose, ref, currency, kind, lanes, opened_at FROM ledger_accounts "
            f"WHERE id = {busy.ada}"
        )
    for change in ("'eu', 'asset', 0", "'EUR', 'other', 0", "'EUR', 'asset', 65"):
        with pytest.raises(Duplicate):
            busy.run(
                "INSERT INTO ledger_accounts (id, owner, purpose, ref, opened_at, currency, kind, lanes) "
                f"VALUES (1, 1, 'x', 0, 0, {change})"
            )
