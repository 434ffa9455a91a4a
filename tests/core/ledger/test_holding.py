from __future__ import annotations

import pytest

from dozen.core import jobs, ledger
from dozen.core.ledger import Key, Leg
from dozen.kit import clock
from tests.core.ledger.books import Books


def expire(books: Books, hold: ledger.Hold) -> None:
    books.run(f"UPDATE ledger_holds SET expires_at = {clock.now() - 1} WHERE id = {hold.id}")


def test_captured_in_parts(books: Books) -> None:
    books.fund(books.ada, 100)
    hold = books.reserve(books.ada, 80, subject=5, memo="A ride", data={"from": "A"})
    assert (books.balance(books.ada), books.held(books.ada)) == (100, 80)
    first = books.town.write(ledger.capture, hold.id, books.shop, 30, keep_rest=True)
    assert first.hold.rest == 50
    assert (first.transfer.hold_id, first.transfer.subject, first.transfer.memo) == (hold.id, 5, "A ride")
    assert (books.balance(books.ada), books.held(books.ada)) == (70, 50)
    legs = [Leg(books.shop, 36), Leg(books.fees, 4)]
    last = books.town.write(ledger.capture, hold.id, legs, kind="ride.fare")
    assert last.hold.state == "captured"
    assert last.hold.captured == 70
    assert last.transfer.kind == "ride.fare"
    assert (books.balance(books.ada), books.held(books.ada)) == (30, 0)  # ten are free again
    assert books.code(ledger.capture, hold.id, books.shop, 1) == "hold_closed"
    assert books.code(ledger.void, hold.id) == "hold_closed"
    books.proved()


def test_what_holds_refuse(books: Books) -> None:
    books.fund(books.ada, 100)
    hold = books.reserve(books.ada, 80)
    assert books.code(ledger.reserve, books.ada, 21, expires_at=clock.now() + 1000, kind="x") == (
        "insufficient_funds"
    )
    assert books.code(ledger.capture, hold.id, books.bo, 81) == "capture_too_large"
    assert books.code(ledger.capture, hold.id, books.ada) == "same_account"
    assert books.code(ledger.capture, hold.id, 4711) == "no_such_account"
    assert books.code(ledger.capture, hold.id, books.bo, 0) == "bad_amount"
    assert books.code(ledger.capture, hold.id, []) == "bad_transfer"
    assert books.code(ledger.capture, hold.id, [Leg(books.bo, 5), Leg(books.shop, -5)]) == "bad_amount"
    assert books.code(ledger.capture, hold.id, [Leg(books.bo, 5)], 6) == "bad_transfer"
    assert books.code(ledger.capture, 4711, books.bo) == "no_such_hold"
    assert books.code(ledger.void, 4711) == "no_such_hold"
    for until in (0, clock.now(), clock.now() + ledger.LONGEST_HOLD + clock.DAY):
        assert books.code(ledger.reserve, books.ada, 1, expires_at=until, kind="x") == "bad_expiry"
    yen = books.town.write(ledger.open_account, 9, "wallet", "JPY").id
    assert books.code(ledger.capture, hold.id, yen) == "currency_mismatch"
    assert books.held(books.ada) == 80
    books.proved()


def test_voiding_twice_is_voiding_once(books: Books) -> None:
    books.fund(books.ada, 100)
    hold = books.reserve(books.ada, 80)
    assert books.town.write(ledger.void, hold.id).state == "voided"
    assert books.town.write(ledger.void, hold.id).state == "voided"
    assert (books.balance(books.ada), books.held(books.ada)) == (100, 0)
    assert books.count("transfers") == 1
    books.proved()


def test_an_expired_hold_counts_as_one_before_any_job_ran(books: Books) -> None:
    books.fund(books.ada, 100)
    hold = books.reserve(books.ada, 80)
    other = books.reserve(books.ada, 10)
    expire(books, hold)
    assert books.town.read(ledger.one_hold, hold.id).state == "expired"
    assert [each.id for each in books.town.read(ledger.holds, books.ada)] == [other.id]
    assert books.code(ledger.capture, hold.id, books.bo) == "hold_expired"
    books.pay(books.ada, books.bo, 90)  # releases it on the way
    assert books.code(ledger.pay, books.ada, books.bo, 1, kind="x") == "insufficient_funds"
    assert books.held(books.ada) == 10
    assert books.rows(f"SELECT state FROM ledger_holds WHERE id = {hold.id}") == [("expired",)]
    assert books.town.write(ledger.void, hold.id).state == "expired"
    books.proved()


def test_the_job_releases_what_expired(books: Books) -> None:
    books.fund(books.ada, 100)
    books.fund(books.bo, 100)
    gone = [books.reserve(account, 10) for account in (books.ada, books.bo, books.ada)]
    kept = books.reserve(books.ada, 5)
    for each in gone:
        expire(books, each)
    env, db = books.town.env, books.town.db
    env.part(jobs.Registry).add(*ledger.JOBS)
    books.town.write(jobs.enqueue, "ledger.expire", {})
    books.town.write(jobs.enqueue, "ledger.seal", {})
    books.town.write(jobs.enqueue, "ledger.purge", {})
    jobs.Runner(env, db).drain()
    assert (books.held(books.ada), books.held(books.bo)) == (5, 0)
    assert books.town.read(ledger.one_hold, kept.id).state == "open"
    assert books.town.read(jobs.dead) == []
    report = books.proved()
    assert (report.transfers, report.unsealed, report.seals) == (2, 0, 1)


def test_keys_of_holds(books: Books) -> None:
    books.fund(books.ada, 100)
    key = Key("rides", 11, "ride-5")
    hold = books.reserve(books.ada, 80, key=key)
    assert books.reserve(books.ada, 80, key=key) == hold
    assert books.held(books.ada) == 80
    with pytest.raises(ledger.errors.KeyReused):
        books.reserve(books.ada, 79, key=key)
    paid = Key("rides", 11, "pay-5")
    first = books.town.write(ledger.capture, hold.id, books.bo, 60, key=paid)
    again = books.town.write(ledger.capture, hold.id, books.bo, 60, key=paid)
    assert not first.transfer.replayed
    assert again.transfer.replayed
    assert (again.hold, again.transfer.id) == (first.hold, first.transfer.id)
    assert books.balance(books.bo) == 60
    assert books.code(ledger.capture, hold.id, books.bo, 61, key=paid) == "idempotency_key_reused"
    books.proved()
