from __future__ import annotations

import pytest

from dozen.core import ledger
from dozen.core.ledger import Key, Leg
from dozen.db import Tx
from dozen.kit import clock, ids
from tests.core.ledger.books import ADA, BO, Books


def test_a_payment_has_two_sides(books: Books) -> None:
    top_up = books.fund(books.ada, 1_000)
    paid = books.pay(books.ada, books.bo, 300, actor=ADA, subject=77, memo="Lunch", data={"table": 4})
    assert top_up.after(books.ada) == 1_000
    assert paid.after(books.ada) == 700
    assert paid.after(books.bo) == 300
    assert paid.volume == 300
    with pytest.raises(KeyError):
        paid.after(books.shop)
    assert books.balance(books.gateway) == -1_000
    again = books.town.read(ledger.one_transfer, paid.id)
    assert again == paid
    assert (again.actor, again.subject, again.memo, again.data) == (ADA, 77, "Lunch", {"table": 4})
    assert [p.seq for p in top_up.postings if p.account_id == books.ada] == [1]
    assert [p.seq for p in paid.postings if p.account_id == books.ada] == [2]
    books.proved()


def test_many_legs_move_together_or_not_at_all(books: Books) -> None:
    books.fund(books.ada, 1_000)
    books.fund(books.bo, 50)
    made = books.move((books.ada, -500), (books.bo, -50), (books.shop, 533), (books.fees, 17))
    assert [books.balance(each) for each in (books.ada, books.bo, books.shop, books.fees)] == [
        500,
        0,
        533,
        17,
    ]
    assert len(made.postings) == 4
    before = books.count("postings"), books.count("transfers")
    legs = [Leg(books.ada, -100), Leg(books.bo, -1), Leg(books.shop, 101)]
    assert books.code(ledger.transfer, legs, kind="x") == "insufficient_funds"
    assert (books.count("postings"), books.count("transfers")) == before
    assert books.balance(books.ada) == 500
    books.proved()


def test_what_a_transfer_refuses(books: Books) -> None:
    books.fund(books.ada, 1_000)
    dollars = books.town.write(ledger.open_account, ADA, "wallet", "USD").id
    ada, bo = books.ada, books.bo
    for code, legs in {
        "insufficient_funds": [(ada, -1_001), (bo, 1_001)],
        "unbalanced": [(ada, -10), (bo, 9)],
        "same_account": [(ada, -10), (ada, 10)],
        "currency_mismatch": [(ada, -10), (dollars, 10)],
        "no_such_account": [(ada, -10), (4711, 10)],
        "bad_transfer": [(ada, 0)],
        "bad_amount": [(ada, 0), (bo, 0)],
    }.items():
        assert books.code(ledger.transfer, [Leg(*leg) for leg in legs], kind="x") == code
    for amount in (0, -5, ledger.MOST_AMOUNT + 1, True, 1.0):
        assert books.code(ledger.pay, ada, bo, amount, kind="x") == "bad_amount"
    assert books.code(ledger.pay, ada, ada, 5, kind="x") == "same_account"
    for options in ({"kind": ""}, {"kind": "Not so"}, {"memo": "a\nb"}, {"memo": "x" * 501}, {"memo": "\0"},
                    {"data": {"x": "y" * 9_000}}, {"data": object()}):  # fmt: skip
        assert books.code(ledger.pay, ada, bo, 5, **{"kind": "x", **options}) == "bad_transfer"
    many = [Leg(ada, -101)] + [Leg(bo, 1)] * 101
    assert books.code(ledger.transfer, many, kind="x") == "bad_transfer"
    assert books.balance(ada) == 1_000
    assert books.count("transfers") == 1


def test_insufficient_funds_say_what_there_is(books: Books) -> None:
    books.fund(books.ada, 100)
    books.reserve(books.ada, 30)
    with pytest.raises(ledger.errors.InsufficientFunds) as raised:
        books.pay(books.ada, books.bo, 71)
    assert raised.value.extra == {"account": books.ada, "available": 70}
    assert raised.value.status == 402
    books.pay(books.ada, books.bo, 70)


def test_a_refusal_leaves_the_transaction_usable(books: Books) -> None:
    books.fund(books.ada, 100)

    def verb(tx: Tx) -> int:
        with pytest.raises(ledger.errors.InsufficientFunds):
            ledger.transfer(
                tx, [Leg(books.ada, -50), Leg(books.bo, -1), Leg(books.shop, 51)], kind="x",
                key=Key("test", 1, "k"),
            )  # fmt: skip
        return ledger.pay(tx, books.ada, books.shop, 50, kind="x", key=Key("test", 1, "k")).id

    made = books.town.write(verb)
    assert books.balance(books.ada) == 50
    assert books.town.read(ledger.one_transfer, made).volume == 50
    books.proved()


def test_credit_lines_go_below_zero(books: Books) -> None:
    credit = books.town.write(ledger.open_account, BO, "credit", "EUR", least=-500).id
    books.pay(credit, books.ada, 500)
    assert books.code(ledger.pay, credit, books.ada, 1, kind="x") == "insufficient_funds"
    assert books.balance(credit) == -500
    books.proved()


def test_a_balance_has_a_bound(books: Books) -> None:
    for _ in range(100):
        books.fund(books.ada, ledger.MOST_AMOUNT)
    assert books.balance(books.ada) == ledger.MOST_BALANCE
    assert books.code(ledger.pay, books.gateway, books.ada, 1, kind="x") == "balance_limit"
    assert books.balance(books.ada) == ledger.MOST_BALANCE
    books.proved()


def test_owners_are_told(books: Books) -> None:
    books.fund(books.ada, 1_000)
    paid = books.pay(books.ada, books.bo, 300)
    hold = books.reserve(books.bo, 100)
    books.town.write(ledger.void, hold.id)
    told = books.events()
    assert [key for key, _ in told] == [ADA, ADA, BO, BO, BO]  # nobody owns the house's accounts
    assert told[1:3] == [
        (ADA, {"account": books.ada, "currency": "EUR", "balance": 700, "held": 0, "transfer": paid.id,
               "amount": -300, "kind": "wallet.payment"}),
        (BO, {"account": books.bo, "currency": "EUR", "balance": 300, "held": 0, "transfer": paid.id,
              "amount": 300, "kind": "wallet.payment"}),
    ]  # fmt: skip
    assert [(data["held"], data["transfer"]) for _, data in told[3:]] == [(100, None), (0, None)]
    before = len(told)
    books.code(ledger.pay, books.ada, books.bo, 10_000, kind="x")
    assert len(books.events()) == before


def test_history_can_be_brought_in(books: Books) -> None:
    then = clock.now() - 30 * clock.DAY
    for n in range(3):
        moment = then + n * clock.DAY
        books.town.write(
            ledger.pay,
            books.gateway,
            books.ada,
            10,
            kind="wallet.topup",
            id=ids.at(moment, node=9, sequence=n),
        )
    entries = books.town.read(ledger.statement, books.ada).entries
    assert [each.at for each in entries] == [then + n * clock.DAY for n in (2, 1, 0)]
    days = books.town.read(ledger.daily_totals, books.ada, start=then, end=clock.now())
    assert [each.credit for each in days] == [10, 10, 10]
    books.proved()


def test_several_movements_in_one_transaction_are_one(books: Books) -> None:
    books.fund(books.ada, 100)

    def verb(tx: Tx) -> None:
        ledger.lock(tx, [books.ada, books.bo, books.shop, books.fees])
        ledger.pay(tx, books.ada, books.bo, 60, kind="x")
        ledger.pay(tx, books.bo, books.fees, 10, kind="x")
        ledger.pay(tx, books.ada, books.shop, 60, kind="x")

    assert books.code(verb) == "insufficient_funds"
    assert [books.balance(each) for each in (books.ada, books.bo, books.shop)] == [100, 0, 0]
    books.fund(books.ada, 20)
    books.town.write(verb)
    assert [books.balance(each) for each in (books.ada, books.bo, books.shop)] == [0, 50, 60]
    books.proved()
