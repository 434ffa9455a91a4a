"""Money: every currency of ISO 4217, exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.kit import money
from dozen.kit.money import Money

# ISO 4217, list one: the active codes of countries and funds, by the decimals of their minor unit.
NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
THREE = "BHD IQD JOD KWD LYD OMR TND"
FOUR = "CLF UYW"
TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR
SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED
VES WST XCD XCG YER ZAR ZMW ZWG
"""
DECIMALS = {
    **dict.fromkeys(TWO.split(), 2),
    **dict.fromkeys(NONE.split(), 0),
    **dict.fromkeys(THREE.split(), 3),
    **dict.fromkeys(FOUR.split(), 4),
}
currencies = st.sampled_from(sorted(DECIMALS))
amounts = st.integers(-(10**18), 10**18)


def test_every_currency_has_its_decimals() -> None:
    assert {code: money.decimals(code) for code in DECIMALS} == DECIMALS
    assert set(money._DECIMALS) == {code for code, places in DECIMALS.items() if places != 2}
    assert set(money._SYMBOLS) <= set(DECIMALS)


def test_the_smallest_coin_of_every_currency() -> None:
    for code, places in DECIMALS.items():
        check_the_coin(code, places)


def check_the_coin(code: str, places: int) -> None:
    coin = f"0.{'1'.rjust(places, '0')}" if places else "1"
    assert money.plain(1, code) == coin
    assert money.plain(-1, code) == f"-{coin}"
    assert money.parse(coin, code) == 1
    assert money.parse("1", code) == 10**places
    with pytest.raises(ValueError, match=f"{code} has {places} decimals"):
        money.parse(f"0.{'1'.rjust(places + 1, '0')}", code)
    assert money.text(10**places * 1234567, code).endswith(f"1,234,567{'.' + '0' * places if places else ''}")


@given(amounts, currencies)
def test_what_is_written_is_what_is_read(amount: int, code: str) -> None:
    plain = money.plain(amount, code)
    assert money.parse(plain, code) == amount
    assert Decimal(plain) == Decimal(amount).scaleb(-DECIMALS[code])
    assert len(plain.partition(".")[2]) == DECIMALS[code]
    shown = money.text(amount, code)
    assert (shown[0] == "−") == (amount < 0)
    digits = "".join(char for char in shown if char.isascii() and (char.isdigit() or char == "."))
    assert money.parse(digits, code) == abs(amount)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**9), max_value=10**9),
    currencies,
)
def test_an_amount_is_exact_or_refused(value: Decimal, code: str) -> None:
    exact = value * 10 ** DECIMALS[code]
    if exact == int(exact):
        assert money.parse(str(value), code) == exact
    else:
        with pytest.raises(ValueError, match="decimals"):
            money.parse(str(value), code)


@given(st.integers(1, 10**6), st.integers(9, 36), st.sampled_from(["", "-"]), currencies)
def test_no_fraction_is_so_small_that_it_is_overlooked(whole: int, places: int, sign: str, code: str) -> None:
    for tail in ("1".rjust(places, "0"), "9" * places):
        given_ = f"{sign}{whole}.{tail}"[:40]
        if given_.rstrip("0")[-1] != ".":
            with pytest.raises(ValueError, match=f"{code} has"):
                money.parse(given_, code)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        (" 12.5 ", 1250),
        ("+3", 300),
        (".5", 50),
        ("5.", 500),
        ("-0", 0),
        ("00012.50", 1250),
        ("12.5000000000000000000000000000000000", 1250),
        ("1E+3", 100_000),
        ("1.25e1", 1250),
        ("1250e-2", 1250),
        ("0e99", 0),
        ("١٢", 1200),
        ("10000000000000000", 10**18),
        ("-10000000000000000.00", -(10**18)),
    ],
)
def test_ways_to_write_an_amount(text: str, amount: int) -> None:
    assert money.parse(text, "EUR") == amount


@pytest.mark.parametrize(
    "text",
    [
        "", " ", ".", "-", "+", "e5", "1e", "--1", "1-", "1 2", "1,5", "1.2.3", "1_000", "0x10", "NaN",
        "sNaN", "-Infinity", "inf", "€5", "5 €", "٫", "½", "²", "一", "1e999999", "1e-999999", "1e999999999",
        "10000000000000000.01", "-10000000000000001", "1e17", "9" * 40, "1" * 41, "0." + "0" * 39, "1\n2",
        "0.99999999999999999999999999999999999", "1e-30", "1\0", "1e-400",
    ],
)  # fmt: skip
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|decimals"):
        money.parse(text, "EUR")


@given(st.text(max_size=45), currencies)
def test_whatever_is_typed_is_an_amount_or_a_value_error(text: str, code: str) -> None:
    try:
        found = money.parse(text, code)
    except ValueError:
        return
    assert isinstance(found, int)
    assert abs(found) <= 10**18


def test_signs_and_symbols() -> None:
    assert money.text(0, "EUR") == "€0.00"
    assert money.text(-1, "INR") == "−₹0.01"
    assert money.text(-123456789, "KWD") == "−KWD 123,456.789"
    assert money.text(5, "CLF") == "CLF 0.0005"
    assert money.text(10**15, "JPY") == "¥1,000,000,000,000,000"


def test_money_is_a_value() -> None:
    assert Money(5, "EUR") == Money(5, "EUR")
    assert len({Money(5, "EUR"), Money(5, "EUR"), Money(5, "USD"), Money(500, "EUR")}) == 3
    assert Money(4, "USD") < Money(5, "EUR"), "by amount first: compare only within one currency"
    with pytest.raises(AttributeError):
        Money(5, "EUR").amount = 6  # type: ignore[misc]


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any))
def test_shares_are_fair_stable_and_alike_for_debts(total: int, weights: list[int]) -> None:
    shares = money.allocate(total, weights)
    assert sum(shares) == total
    assert money.allocate(-total, weights) == [-share for share in shares]
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if not weight)
    assert money.allocate(total, [weight * 7 for weight in weights]) == shares
    for (a, v), (b, w) in zip(
        zip(shares, weights, strict=True), list(zip(shares, weights, strict=True))[1:], strict=False
    ):
        if v == w:
            assert abs(a) - abs(b) in (0, 1), "equal weights: the earlier may have one more"
        else:
            assert (abs(a) >= abs(b)) == (v > w) or abs(a) == abs(b)


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [-1]])
def test_weights_that_are_none(weights: list[int]) -> None:
    for total in (5, 0, -5):
        with pytest.raises(ValueError, match="weights"):
            money.allocate(total, weights)
