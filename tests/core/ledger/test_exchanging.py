from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core import ledger
from dozen.core.ledger import Key
from dozen.kit.money import decimals
from tests.core.ledger.books import ADA, Books

_currencies = st.sampled_from(["EUR", "JPY", "KWD", "USD"])
_rates = st.decimals("0.0001", "50000", places=6).map(str)


def test_money_crosses_at_a_rate_that_is_kept(books: Books) -> None:
    books.fund(books.ada, 10_000)
    yen = books.town.write(ledger.open_account, ADA, "wallet", "JPY").id
    made = books.town.write(ledger.exchange, books.ada, yen, sell=1_001, rate="161.25")
    assert made.rate == "161.25"
    assert books.balance(yen) == 1_614  # 10.01 × 161.25 = 1614.1125
    assert books.balance(books.ada) == 8_999
    assert len(made.postings) == 4
    bought = books.town.write(ledger.exchange, books.ada, yen, buy=100, rate="161.25")
    assert bought.after(books.ada) == 8_999 - 63  # 0.6202 € are paid with 0.63
    lines = books.town.read(ledger.trial_balance)
    for currency in ("EUR", "JPY"):
        mine = [line for line in lines if line.currency == currency]
        assert sum(line.debit for line in mine) == sum(line.credit for line in mine) > 0
    books.proved()
    entry = books.town.read(ledger.statement, yen).entries[0]
    assert (entry.rate, entry.amount) == ("161.25", 100)


def test_what_an_exchange_refuses(books: Books) -> None:
    books.fund(books.ada, 100)
    yen = books.town.write(ledger.open_account, ADA, "wallet", "JPY").id
    for code, options in (
        ("bad_rate", {"sell": 10, "rate": "0"}),
        ("bad_rate", {"sell": 10, "rate": "1e5"}),
        ("bad_rate", {"sell": 10, "rate": "-2"}),
        ("bad_amount", {"sell": 1, "rate": "0.001"}),
        ("bad_amount", {"sell": 0, "rate": "1"}),
        ("bad_transfer", {"rate": "1"}),
        ("bad_transfer", {"rate": "1", "sell": 1, "buy": 1}),
        ("insufficient_funds", {"sell": 101, "rate": "150"}),
    ):
        assert books.code(ledger.exchange, books.ada, yen, **options) == code
    assert books.code(ledger.exchange, books.ada, books.bo, sell=5, rate="1") == "bad_transfer"
    assert books.count("transfers") == 1


def test_an_exchange_is_reversed_whole_or_not(books: Books) -> None:
    books.fund(books.ada, 100)
    yen = books.town.write(ledger.open_account, ADA, "wallet", "JPY").id
    made = books.town.write(ledger.exchange, books.ada, yen, sell=100, rate="150")
    assert books.code(ledger.reverse, made.id, 50, kind="undo") == "not_reversible"
    books.town.write(ledger.reverse, made.id, kind="undo")
    assert (books.balance(books.ada), books.balance(yen)) == (100, 0)
    assert books.code(ledger.reverse, made.id, kind="undo") == "refund_too_large"
    books.proved()


def test_the_key_of_an_exchange(books: Books) -> None:
    books.fund(books.ada, 100)
    yen = books.town.write(ledger.open_account, ADA, "wallet", "JPY").id
    key = Key("wallet", ADA, "fx")
    made = [books.town.write(ledger.exchange, books.ada, yen, sell=9, rate="150", key=key) for _ in "12"]
    assert made[0].id == made[1].id
    assert books.balance(yen) == 13
    assert books.code(ledger.exchange, books.ada, yen, sell=9, rate="151", key=key) == (
        "idempotency_key_reused"
    )


@given(st.integers(1, 10**15), _currencies, _currencies, _rates)
def test_conversion_is_exact_to_the_minor_unit(amount: int, source: str, target: str, rate: str) -> None:
    true = Fraction(rate) * amount * Fraction(10) ** (decimals(target) - decimals(source))
    down = ledger.converted(amount, source, target, rate)
    up = ledger.converted(amount, source, target, rate, up=True)
    assert down <= true <= up
    assert up - down == (true.denominator != 1)


def test_a_rate_is_text() -> None:
    for wrong in ("", "1.", ".5", "1,5", "nan", "1" * 13, "٣"):
        with pytest.raises(ledger.errors.BadRate):
            ledger.converted(1, "EUR", "USD", wrong)
