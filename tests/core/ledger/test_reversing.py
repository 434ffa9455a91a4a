from __future__ import annotations

import threading

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dozen.core import ledger
from dozen.core.ledger import Key, Leg
from dozen.kit.errors import Fault
from tests.core.ledger.books import Books


def test_in_parts_until_nothing_is_left(books: Books) -> None:
    books.fund(books.ada, 1_000)
    paid = books.move((books.ada, -100), (books.shop, 97), (books.fees, 3), subject=9)
    part = books.town.write(ledger.reverse, paid.id, 50, kind="refund", memo="Half")
    assert {p.account_id: p.amount for p in part.postings} in (
        {books.ada: 50, books.shop: -49, books.fees: -1},
        {books.ada: 50, books.shop: -48, books.fees: -2},
    )
    assert (part.reverses, part.subject) == (paid.id, 9)
    assert books.town.read(ledger.left_to_reverse, paid.id) == 50
    assert books.code(ledger.reverse, paid.id, 51, kind="refund") == "refund_too_large"
    rest = books.town.write(ledger.reverse, paid.id, kind="refund")
    assert rest.volume == 50
    assert books.code(ledger.reverse, paid.id, kind="refund") == "refund_too_large"
    assert [books.balance(each) for each in (books.ada, books.shop, books.fees)] == [1_000, 0, 0]
    assert [each.id for each in books.town.read(ledger.reversals_of, paid.id)] == [part.id, rest.id]
    assert books.code(ledger.reverse, rest.id, kind="refund") == "not_reversible"
    assert books.town.read(ledger.left_to_reverse, rest.id) == 0
    assert books.code(ledger.reverse, 4711, kind="refund") == "no_such_transfer"
    books.proved()


def test_a_refund_of_which_the_house_keeps_its_fee(books: Books) -> None:
    books.fund(books.ada, 100)
    paid = books.move((books.ada, -100), (books.shop, 97), (books.fees, 3))
    legs = [Leg(books.shop, -97), Leg(books.ada, 97)]
    books.town.write(ledger.reverse, paid.id, legs=legs, kind="refund")
    assert books.town.read(ledger.left_to_reverse, paid.id) == 3
    for wrong in (
        [Leg(books.shop, -1), Leg(books.ada, 1)],
        [Leg(books.fees, -4), Leg(books.ada, 4)],
        [Leg(books.fees, 1), Leg(books.ada, -1)],
        [Leg(books.fees, -1), Leg(books.bo, 1)],
    ):
        assert books.code(ledger.reverse, paid.id, legs=wrong, kind="refund") == "refund_too_large"
    assert books.code(ledger.reverse, paid.id, legs=[Leg(books.fees, -1)], kind="x") == "bad_transfer"
    uneven = [Leg(books.fees, -1), Leg(books.ada, 2)]
    assert books.code(ledger.reverse, paid.id, legs=uneven, kind="x") == "unbalanced"
    assert books.balance(books.fees) == 3
    books.proved()


def test_who_has_spent_it_cannot_give_it_back(books: Books) -> None:
    books.fund(books.ada, 100)
    paid = books.pay(books.ada, books.bo, 100)
    books.pay(books.bo, books.shop, 30)
    assert books.code(ledger.reverse, paid.id, kind="refund") == "insufficient_funds"
    assert books.town.read(ledger.left_to_reverse, paid.id) == 100
    books.town.write(ledger.reverse, paid.id, 70, kind="refund")
    books.proved()


def test_the_key_of_a_refund(books: Books) -> None:
    books.fund(books.ada, 100)
    paid = books.pay(books.ada, books.bo, 100)
    key = Key("wallet", 1, "refund-1")
    first = books.town.write(ledger.reverse, paid.id, 40, kind="refund", key=key)
    again = books.town.write(ledger.reverse, paid.id, 40, kind="refund", key=key)
    assert (first.replayed, again.replayed, first.id) == (False, True, again.id)
    assert books.balance(books.ada) == 40
    assert books.code(ledger.reverse, paid.id, 41, kind="refund", key=key) == "idempotency_key_reused"


def test_many_refund_at_once_and_none_too_much(books: Books) -> None:
    books.fund(books.ada, 100)
    paid = books.pay(books.ada, books.bo, 100)
    done: list[str] = []

    def run() -> None:
        for _ in range(5):
            try:
                books.town.write(ledger.reverse, paid.id, 9, kind="refund")
                done.append("ok")
            except Fault as fault:
                done.append(fault.code)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert done.count("ok") == 11
    assert set(done) == {"ok", "refund_too_large"}
    assert books.balance(books.ada) == 99
    books.proved()


def test_any_parts_add_up_to_the_whole(books: Books) -> None:
    books.fund(books.ada, 10**9)

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(st.integers(1, 500), min_size=2, max_size=2),
        st.lists(st.integers(1, 400), min_size=1, max_size=6),
    )
    def run(parts: list[int], refunds: list[int]) -> None:
        before = [books.balance(each) for each in (books.ada, books.shop, books.bo)]
        total = sum(parts)
        paid = books.move((books.ada, -total), (books.shop, parts[0]), (books.bo, parts[1]))
        left = total
        for amount in refunds:
            if amount > left:
                break
            books.town.write(ledger.reverse, paid.id, amount, kind="refund")
            left -= amount
            assert books.balance(books.shop) >= before[1]
            assert books.balance(books.bo) >= before[2]
        if left:
            books.town.write(ledger.reverse, paid.id, kind="refund")
        assert [books.balance(each) for each in (books.ada, books.shop, books.bo)] == before

    run()
    books.proved()
