"""Tampering shows: rows changed behind the triggers' back, and the proof names them."""

from __future__ import annotations

from typing import Any

import pytest

from dozen.core import ledger
from dozen.core.ledger import proving, sealing
from dozen.db import Tx
from tests.core.ledger.books import Books


def tamper(books: Books, *sql: str) -> None:
    """As somebody who owns the database: without triggers and without checks."""

    def verb(tx: Tx) -> None:
        if tx.dialect == "postgresql":
            tx.driver.execute("SET LOCAL session_replication_role = replica")
            found = tx.driver.execute(
                "SELECT conrelid::regclass, conname FROM pg_constraint "
                "WHERE contype = 'c' AND conrelid::regclass::text LIKE 'ledger%'"
            ).fetchall()
            dropped = [(str(table), name) for table, name in found]
            kept = tx.driver.execute(
                "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE contype = 'c' AND conrelid::regclass::text LIKE 'ledger%'"
            ).fetchall()
            for table, name in dropped:
                tx.driver.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            for each in sql:
                tx.driver.execute(each)
            for table, name, text in kept:
                tx.driver.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {text} NOT VALID')
            return
        triggers = tx.driver.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger%'"
        ).fetchall()
        for name, _ in triggers:
            tx.driver.execute(f"DROP TRIGGER {name}")
        tx.driver.execute("PRAGMA ignore_check_constraints = ON")
        for each in sql:
            tx.driver.execute(each)
        tx.driver.execute("PRAGMA ignore_check_constraints = OFF")
        for _, text in triggers:
            tx.driver.execute(text)

    books.town.write(verb)


@pytest.fixture
def busy(books: Books) -> Books:
    for n in range(10):
        books.fund(books.ada, 100 + n)
        books.pay(books.ada, books.bo, 50)
    books.reserve(books.ada, 20)
    ledger.seal_all(books.town.env, books.town.db)
    for _ in range(3):
        books.pay(books.ada, books.shop, 5)
    paid = books.pay(books.ada, books.shop, 10)
    books.town.write(ledger.reverse, paid.id, 4, kind="refund")
    books.proved()
    return books


def found(books: Books, *, full: bool = True) -> dict[str, str]:
    report = books.town.read(ledger.verify, full=full)
    assert not report.ok
    return {each.check: each.where for each in report.wrong}


TAMPERING: dict[str, tuple[str, set[str]]] = {
    "an amount": (
        "UPDATE ledger_postings SET amount = amount + 1 WHERE account_id = {ada} AND seq = 4",
        {"balance_after", "transfer_zero", "seal_digest"},
    ),
    "both sides": (
        "UPDATE ledger_postings SET amount = amount * 2 WHERE transfer_id = {first}",
        {"balance_after", "seal_digest"},
    ),
    "a balance after": (
        "UPDATE ledger_postings SET balance_after = 0 WHERE account_id = {ada} AND seq = 4",
        {"balance_after", "seal_digest"},
    ),
    "a posting gone": (
        "DELETE FROM ledger_postings WHERE account_id = {ada} AND seq = 4",
        {"posting_missing", "legs", "transfer_zero", "seal_count", "seal_digest"},
    ),
    "the last posting gone": (
        "DELETE FROM ledger_postings WHERE transfer_id = {last}",
        {"balance", "legs", "reversed"},
    ),
    "a whole transfer gone": (
        "DELETE FROM ledger_transfers WHERE id = {first}",
        {"seal_count", "seal_digest", "posting_without_transfer"},
    ),
    "words": ("UPDATE ledger_transfers SET memo = 'Gift' WHERE id = {first}", {"seal_digest"}),
    "who did it": ("UPDATE ledger_transfers SET actor = 5 WHERE id = {first}", {"seal_digest"}),
    "when": ("UPDATE ledger_postings SET at = 5 WHERE transfer_id = {first}", {"seal_digest"}),
    "a balance": (
        "UPDATE ledger_balances SET balance = balance + 1000 WHERE account_id = {ada}",
        {"balance", "sum_zero"},
    ),
    "money between accounts": (
        "UPDATE ledger_balances SET balance = balance + CASE WHEN account_id = {ada} THEN 7 ELSE -7 END "
        "WHERE account_id IN ({ada}, {bo})",
        {"balance"},
    ),
    "what is held": ("UPDATE ledger_balances SET held = 0 WHERE account_id = {ada}", {"held"}),
    "a hold": ("UPDATE ledger_holds SET amount = amount + 1", {"held"}),
    "a balance's row gone": (
        "DELETE FROM ledger_balances WHERE account_id = {bo}",
        {"posting_without_account", "sum_zero"},
    ),
    "what was given back": ("UPDATE ledger_reversals SET reversed = 0", {"reversed"}),
    "a seal's digest": ("UPDATE ledger_seals SET digest = mac", {"seal_digest", "seal_mac"}),
    "a seal's key": ("UPDATE ledger_seals SET mac = digest", {"seal_mac"}),
    "a seal's count": ("UPDATE ledger_seals SET transfers = transfers - 1", {"seal_count"}),
    "a seal's place": ("UPDATE ledger_seals SET number = 2", {"seal_order"}),
    "a currency": (
        "UPDATE ledger_postings SET currency = 'USD' WHERE account_id = {ada} AND seq = 4",
        {"balance_after", "transfer_zero", "currencies", "seal_digest"},
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_named(busy: Books, what: str) -> None:
    sql, checks = TAMPERING[what]
    ((first,),) = busy.rows("SELECT id FROM ledger_transfers ORDER BY turn LIMIT 1")
    ((last,),) = busy.rows("SELECT id FROM ledger_transfers ORDER BY turn DESC LIMIT 1")
    tamper(busy, sql.format(ada=busy.ada, bo=busy.bo, first=first, last=last))
    assert set(found(busy)) == checks


def test_where_it_is(busy: Books) -> None:
    tamper(busy, f"UPDATE ledger_postings SET balance_after = 5 WHERE account_id = {busy.ada} AND seq = 4")
    report = busy.town.read(ledger.verify)
    first = next(each for each in report.wrong if each.check == "balance_after")
    assert first.where == f"account {busy.ada} lane 0 seq 4"
    assert (first.kept, first.true) == ("5", str(100 - 50 + 101 - 50))


def test_history_rewritten_with_all_sums_right_still_breaks_the_seal(busy: Books) -> None:
    """Bo's and Ada's first two movements are exchanged for others that add up as well."""
    ((paid,),) = busy.rows(
        "SELECT id FROM ledger_transfers WHERE kind = 'wallet.payment' ORDER BY turn LIMIT 1"
    )
    changes = []
    for account, by, seq in ((busy.ada, 10, 2), (busy.bo, -10, 1)):
        mine = f"account_id = {account}"
        changes += [
            f"UPDATE ledger_postings SET amount = amount + {by} WHERE transfer_id = {paid} AND {mine}",
            f"UPDATE ledger_postings SET balance_after = balance_after + {by} WHERE {mine} AND seq >= {seq}",
            f"UPDATE ledger_balances SET balance = balance + {by} WHERE {mine}",
        ]
    tamper(busy, *changes)
    assert set(found(busy)) == {"seal_digest"}


def test_who_only_has_the_database_cannot_seal_anew(busy: Books) -> None:
    tamper(busy, "UPDATE ledger_transfers SET memo = 'x' WHERE turn = 1")

    def forge(tx: Tx) -> str:
        last = sealing.queries.last_seal.first(tx)
        assert last is not None
        return sealing.digest_of(b"", sealing.gather(tx, 0, last.last_turn, 9_999)).hex()

    forged = busy.town.read(forge)
    blob = f"decode('{forged}', 'hex')" if busy.town.db.dialect == "postgresql" else f"x'{forged}'"
    tamper(busy, f"UPDATE ledger_seals SET digest = {blob}")
    assert set(found(busy)) == {"seal_mac"}


def test_seals_follow_one_another(busy: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_IN_ONE", 2)
    assert ledger.seal_all(busy.town.env, busy.town.db) == 5
    assert ledger.seal_all(busy.town.env, busy.town.db) == 0
    report = busy.proved()
    assert (report.seals, report.transfers, report.unsealed) == (4, 25, 0)
    tamper(busy, "UPDATE ledger_transfers SET memo = 'x' WHERE turn = 1")
    wrong = [each.where for each in busy.town.read(ledger.verify).wrong]
    assert wrong == [
        "seal 1"
    ]  # each seal is checked against what the one before says, so one break is one line


def test_an_incremental_proof_looks_at_what_is_new(busy: Books) -> None:
    env, db = busy.town.env, busy.town.db
    told: list[tuple[str, float]] = []
    first = ledger.doctor(db, env, progress=lambda name, part: told.append((name, part)))
    assert first.ok
    assert first.full
    assert (first.postings, first.transfers) == (50, 25)
    assert told[0][0] == "sums"
    assert {name for name, _ in told} == {"sums", "seals", "chains", "postings", "reversals"}
    assert all(0 <= part <= 1 for _, part in told)
    second = ledger.doctor(db, env, full=False)
    assert (second.ok, second.postings, second.seals, second.unsealed) == (True, 0, 0, 5)
    busy.pay(busy.ada, busy.bo, 1)
    third = ledger.doctor(db, env, full=False)
    assert (third.ok, third.postings, third.unsealed) == (True, 2, 6)
    tamper(busy, f"UPDATE ledger_balances SET balance = balance + 1 WHERE account_id = {busy.ada}")
    assert "balance" in found(busy, full=False)


def test_an_incremental_proof_finds_what_came_after_its_checkpoints(busy: Books) -> None:
    ledger.doctor(busy.town.db, busy.town.env)
    made = [busy.pay(busy.ada, busy.bo, 1) for _ in range(3)]
    tamper(
        busy,
        f"UPDATE ledger_postings SET amount = amount * 2 WHERE transfer_id = {made[1].id}",
    )
    assert set(found(busy, full=False)) == {"balance_after"}
    wrong = ledger.doctor(busy.town.db, busy.town.env, full=False)
    again = ledger.doctor(busy.town.db, busy.town.env, full=False)
    assert wrong.wrong == again.wrong  # a proof with findings leaves no checkpoints
    assert len(wrong.wrong) == 2


def test_checkpoints_cannot_be_made_up(busy: Books) -> None:
    ledger.doctor(busy.town.db, busy.town.env)
    busy.run(f"UPDATE ledger_checkpoints SET balance = balance + 1 WHERE account_id = {busy.ada}")
    assert "checkpoint" in found(busy, full=False)
    busy.proved()  # a full proof does not ask them


def test_long_chains_and_many_accounts_go_by_pages(busy: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "_LINKS", 4)
    monkeypatch.setattr(proving, "_CHAINS", 3)
    monkeypatch.setattr(proving, "_ROWS", 5)
    monkeypatch.setattr(proving, "_SEALS", 1)
    report = ledger.doctor(busy.town.db, busy.town.env)
    assert report.ok, report.wrong
    assert report.postings == 50
    tamper(busy, f"UPDATE ledger_postings SET balance_after = 0 WHERE account_id = {busy.ada} AND seq = 9")
    assert any(each.where.endswith("seq 9") for each in busy.town.read(ledger.verify).wrong)
    tamper(busy, f"DELETE FROM ledger_postings WHERE account_id = {busy.ada} AND seq IN (7, 8)")
    assert {"posting_missing", "balance_after"} <= set(found(busy))


def test_more_than_enough_is_wrong(busy: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    tamper(busy, "UPDATE ledger_postings SET amount = amount + 1, balance_after = -balance_after")
    assert len(busy.town.read(ledger.verify).wrong) == ledger.MOST_WRONG


def test_what_is_hashed(books: Books) -> None:
    books.fund(books.ada, 1)
    found: list[Any] = books.town.read(sealing.gather, 0, 10**9, 10)
    ((head, sides),) = found
    text = sealing.canonical(head, sides).decode()
    assert text.startswith(f'[[{head[0]},{head[1]},{head[2]},"wallet.topup",0,0,"",null,null,null,null,2],[[')
    assert text.endswith("]]]\n")
