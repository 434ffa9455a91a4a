from __future__ import annotations

import threading
from typing import Any

import msgspec
import pytest

from dozen.core import ledger
from dozen.core.ledger import Answer, Key
from dozen.db import Tx
from dozen.kit.errors import Forbidden, Unavailable
from tests.core.ledger.books import Books

KEY = Key("wallet.api", 11, "order-1")


class Receipt(msgspec.Struct, frozen=True):
    transfer: int
    words: str


def test_the_same_key_moves_once(books: Books) -> None:
    books.fund(books.ada, 100)
    first = books.pay(books.ada, books.bo, 40, key=KEY, memo="a", data={"x": [1, "ü"]})
    again = books.pay(books.ada, books.bo, 40, key=KEY, memo="a", data={"x": [1, "ü"]})
    assert (first.replayed, again.replayed) == (False, True)
    assert again == msgspec.structs.replace(first, replayed=True)
    assert books.balance(books.bo) == 40
    assert books.count("transfers") == 2
    for change in ({"memo": "b"}, {"kind": "other"}, {"subject": 1}, {"data": None}, {"actor": 3}):
        options: dict[str, Any] = {"kind": "wallet.payment", "memo": "a", "data": {"x": [1, "ü"]}, **change}
        code = books.code(ledger.pay, books.ada, books.bo, 40, key=KEY, **options)
        assert code == "idempotency_key_reused"
    assert books.code(ledger.pay, books.ada, books.bo, 41, kind="wallet.payment", key=KEY) == (
        "idempotency_key_reused"
    )
    others = (Key("wallet.api", 12, "order-1"), Key("stripe", 11, "order-1"))
    for other in others:  # somebody else's key is another key
        books.pay(books.ada, books.bo, 1, key=other)
    assert books.balance(books.bo) == 42
    books.proved()


def test_a_refused_transfer_leaves_its_key_free(books: Books) -> None:
    assert books.code(ledger.pay, books.ada, books.bo, 40, kind="x", key=KEY) == "insufficient_funds"
    assert books.count("keys") == 0
    books.fund(books.ada, 100)
    assert not books.pay(books.ada, books.bo, 40, key=KEY).replayed


@pytest.mark.parametrize("key", ["", "a b", "a\n", "ü", "x" * 256])
def test_keys_that_cannot_be(books: Books, key: str) -> None:
    assert books.code(ledger.pay, books.ada, books.bo, 1, kind="x", key=Key("a", 1, key)) == (
        "bad_idempotency_key"
    )


def charge(tx: Tx, books: Books, amount: int, *, remember: bool = True) -> Answer[Receipt]:
    def verb(tx: Tx) -> Receipt:
        extra = ledger.open_account(tx, 900, "extra", "EUR", ref=amount)
        ledger.pay(tx, books.gateway, extra.id, 5, kind="x")
        return Receipt(ledger.pay(tx, books.ada, books.bo, amount, kind="x").id, "Thank you")

    faults = (ledger.errors.InsufficientFunds,) if remember else ()
    return ledger.once(tx, KEY, ledger.fingerprint("charge", amount), verb, Receipt, remember=faults)


def test_an_answer_is_stored_with_its_movement(books: Books) -> None:
    books.fund(books.ada, 100)
    first = books.town.write(charge, books, 30)
    again = books.town.write(charge, books, 30)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.get() == first.get()
    assert books.balance(books.bo) == 30
    assert books.code(charge, books, 31) == "idempotency_key_reused"
    # A transfer's key and an answer's key are one set of keys.
    assert books.code(ledger.pay, books.ada, books.bo, 30, kind="x", key=KEY) == "idempotency_key_reused"
    books.proved()


def test_a_refusal_that_is_remembered_undoes_what_came_before_it(books: Books) -> None:
    first = books.town.write(charge, books, 30)
    with pytest.raises(ledger.errors.Remembered) as raised:
        first.get()
    books.fund(books.ada, 100)  # it would work now, but the answer was given
    again = books.town.write(charge, books, 30)
    assert again.replayed
    with pytest.raises(ledger.errors.Remembered) as second:
        again.get()
    for error in (raised.value, second.value):
        assert (error.code, error.status) == ("insufficient_funds", 402)
        assert error.extra == {"account": books.ada, "available": 0}
        assert error.detail == "There is not enough money in this account"
    assert books.town.read(ledger.find_account, 900, "extra", "EUR", 30) is None
    assert books.count("transfers") == 1
    assert ledger.errors.InsufficientFunds.code == "insufficient_funds"
    assert ledger.errors.Remembered.code == "fault"
    books.proved()


def test_other_refusals_leave_the_key_free(books: Books) -> None:
    with pytest.raises(ledger.errors.InsufficientFunds):
        books.town.write(charge, books, 30, remember=False)
    assert books.count("keys") == 0

    def verb(tx: Tx, fault: Exception) -> None:
        def raises(tx: Tx) -> int:
            raise fault

        with pytest.raises(type(fault)):
            ledger.once(tx, KEY, "print", raises, int, remember=(ledger.errors.InsufficientFunds,))

    books.town.write(verb, Forbidden())
    assert books.count("keys") == 0
    with pytest.raises(Unavailable):
        books.town.write(charge_unavailable)
    assert books.count("keys") == 0


def charge_unavailable(tx: Tx) -> None:
    def raises(tx: Tx) -> int:
        raise Unavailable

    ledger.once(tx, KEY, "print", raises, int, remember=(Unavailable,))


def test_a_key_inside_itself_is_in_use(books: Books) -> None:
    def outer(tx: Tx) -> None:
        ledger.once(tx, KEY, "p", lambda tx: ledger.once(tx, KEY, "p", lambda tx: 1, int).get(), int)

    assert books.code(outer) == "idempotency_key_in_use"


def test_requests_with_one_key_at_the_same_time(books: Books) -> None:
    books.fund(books.ada, 1_000)
    barrier = threading.Barrier(6)
    answers: list[Any] = []

    def run(plain: bool) -> None:
        barrier.wait()
        for n in range(5):
            if plain:
                key = Key("plain", 1, f"k{n}")
                answers.append((n, books.pay(books.ada, books.bo, 7, key=key).id))
            else:
                found = books.town.write(once_paid, books, n)
                answers.append((100 + n, found.get()))

    threads = [threading.Thread(target=run, args=(n % 2 == 0,)) for n in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(answers) == 30
    assert len(set(answers)) == 10
    assert books.balance(books.bo) == 5 * 7 + 5 * 3
    books.proved()


def once_paid(tx: Tx, books: Books, n: int) -> Answer[int]:
    return ledger.once(
        tx,
        Key("once", 1, f"k{n}"),
        "print",
        lambda tx: (
            ledger.pay(tx, books.ada, books.shop, 0 + 3, kind="x").id
            and ledger.pay(tx, books.shop, books.bo, 3, kind="x").id
        ),
        int,
    )


def test_old_keys_are_forgotten(books: Books) -> None:
    books.fund(books.ada, 100)
    books.pay(books.ada, books.bo, 1, key=KEY)
    books.pay(books.ada, books.bo, 1, key=Key("wallet.api", 11, "order-2"))
    books.run(f"UPDATE ledger_keys SET at = at - {ledger.KEEP_KEYS + 1000} WHERE key = 'order-1'")
    assert not books.town.write(ledger.purge_keys)
    assert books.rows("SELECT key FROM ledger_keys") == [("order-2",)]
    assert books.pay(books.ada, books.bo, 1, key=KEY).replayed is False
    books.proved()


def test_fingerprints_tell_requests_apart() -> None:
    given = [("a",), ("a", 1), ("a", "1"), (["a"],), ("a", None), ({"a": 1},), ({"a": 2},)]
    assert len({ledger.fingerprint(*each) for each in given}) == len(given)
    assert ledger.fingerprint({"a": 1, "b": 2}) == ledger.fingerprint({"b": 2, "a": 1})
