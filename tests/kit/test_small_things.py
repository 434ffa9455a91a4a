"""Money, cursors, keys, text, time, settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.kit import clock, money, text
from dozen.kit.crypto import Keyring, b64, unb64
from dozen.kit.cursors import Cursors
from dozen.kit.errors import BadCursor
from dozen.kit.settings import BadSettings, load

KEYS = Keyring(b"k" * 32)
CURSORS = Cursors(KEYS)


@given(st.integers(-(10**15), 10**15), st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_shares_always_add_up(total: int, weights: list[int]) -> None:
    if not sum(weights):
        with pytest.raises(ValueError, match="weights"):
            money.allocate(total, weights)
        return
    shares = money.allocate(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    assert all(
        abs(share * whole - total * weight) < whole for share, weight in zip(shares, weights, strict=True)
    )


@given(st.integers(-(10**17), 10**17), st.sampled_from(["EUR", "JPY", "BHD", "CLF"]))
def test_amounts_read_back_what_they_write(amount: int, currency: str) -> None:
    assert money.parse(money.plain(amount, currency), currency) == amount


NOT_AMOUNTS = [("1.001", "EUR"), ("1.5", "JPY"), ("NaN", "EUR"), ("1e40", "EUR"), ("", "EUR"), ("∞", "EUR")]


@pytest.mark.parametrize(("given", "currency"), [*NOT_AMOUNTS, ("1" * 50, "EUR")])
def test_amounts_that_are_none(given: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        money.parse(given, currency)


def test_money_for_people() -> None:
    assert money.text(123450, "EUR") == "€1,234.50"
    assert money.text(-300, "CHF") == "−CHF 3.00"
    assert money.text(1000, "JPY") == "¥1,000"


@given(st.lists(st.one_of(st.integers(0, 2**63 - 1), st.text(max_size=20), st.none()), max_size=4))
def test_cursors_open_for_what_they_were_sealed(values: list[int | str | None]) -> None:
    sealed = CURSORS.seal("home", *values)
    assert CURSORS.open("home", sealed) == tuple(values)
    with pytest.raises(BadCursor):
        CURSORS.open("other", sealed)
    with pytest.raises(BadCursor):
        Cursors(Keyring(b"x" * 32)).open("home", sealed)


@given(st.text(max_size=60))
def test_forged_cursors_are_refused(forged: str) -> None:
    with pytest.raises(BadCursor):
        CURSORS.open("home", forged)


@given(st.integers(0, 2**63 - 1), st.data())
def test_a_changed_cursor_is_refused(value: int, data: st.DataObject) -> None:
    raw = bytearray(unb64(CURSORS.seal("home", value)))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BadCursor):
        CURSORS.open("home", b64(bytes(raw)))


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_sealed_is_opened_only_as_it_was_sealed(plain: bytes, bound: bytes) -> None:
    sealed = KEYS.seal("a", plain, bound_to=bound)
    assert KEYS.unseal("a", sealed, bound_to=bound) == plain
    with pytest.raises(ValueError, match="sealed"):
        KEYS.unseal("b", sealed, bound_to=bound)
    with pytest.raises(ValueError, match="sealed"):
        KEYS.unseal("a", sealed[:-1] + bytes([sealed[-1] ^ 1]), bound_to=bound)


@given(st.integers(0, 4_000_000_000_000))
def test_times_read_back(ms: int) -> None:
    assert clock.parse_rfc3339(clock.rfc3339(ms)) == ms


@given(st.text(max_size=300))
def test_clean_text_stays_clean(raw: str) -> None:
    cleaned = text.clean(raw)
    assert text.clean(cleaned) == cleaned
    assert "\n" not in cleaned
    assert "\0" not in cleaned
    cleaned.encode()


def test_long_runs_of_marks_cost_nothing_much() -> None:
    assert len(text.clean("a" + "\u0301" * 100_000)) < 100
    assert text.fold("É" + "\u0301" * 100_000) == "e"


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (999, "999"), (1000, "1K"), (1250, "1.2K"), (34_100, "34K"), (5_600_000, "5.6M")],
)
def test_numbers_for_people_in_a_hurry(number: int, shown: str) -> None:
    assert text.compact(number) == shown


def test_settings_come_from_file_environment_and_command(tmp_path: Path) -> None:
    file = tmp_path / "dozen.toml"
    file.write_text('port = 9000\nlog_format = "json"\n')
    found = load(file, {"DOZEN_PORT": "9001", "DOZEN_RATE_LIMITS": "false"}, data_dir="/x", host=None)
    assert (found.port, found.log_format, found.rate_limits, found.data_dir) == (9001, "json", False, "/x")
    assert found.database == "sqlite:////x/dozen.db"
    with pytest.raises(BadSettings, match="port"):
        load(None, {"DOZEN_PORT": "many"})
    file.write_text("colour = 3\n")
    with pytest.raises(BadSettings, match="colour"):
        load(file, {})
