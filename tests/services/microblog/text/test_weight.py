from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.services.microblog.text import MAX_INPUT, MAX_WEIGHT, parse
from tests.services.microblog.text.cases import (
    ENGLAND,
    FAMILY,
    HARD,
    LONG,
    REFUSED,
    WEIGHTS,
    cpu_seconds,
    normal_texts,
    texts,
)


@pytest.mark.parametrize(("text", "weight"), WEIGHTS, ids=lambda value: ascii(value)[:40])
def test_weight(text: str, weight: int) -> None:
    weighed = parse(text)
    assert weighed.weight == weight
    assert weighed.permillage == weight * 1000 // 280
    assert weighed.valid == (0 < weight <= MAX_WEIGHT)


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_refused(text: str, why: str) -> None:
    weighed = parse(text)
    assert weighed.weight <= MAX_WEIGHT, why
    assert not weighed.valid, why


@pytest.mark.parametrize("half", [chr(0xD83D), chr(0xDE37), chr(0xDE37) + chr(0xD83D)])
def test_half_of_a_pair_is_refused(half: str) -> None:
    weighed = parse(f"abc{half}def")
    assert not weighed.valid
    assert weighed.valid_range == (0, 3)


def test_normalized_is_composed_and_has_one_kind_of_line_end() -> None:
    assert parse("cafe\u0301\r\nau lait\rnoir").normalized == "café\nau lait\nnoir"


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("short", 5),
        ("x" * 280, 280),
        ("x" * 285, 280),
        ("字" * 160, 140),
        ("the" + "字" * 160, 141),  # 3 + 138 * 2 is 279, one more would be 281
        ("😷" * 160, 140),
        (FAMILY * 160, 140 * len(FAMILY)),
        (ENGLAND + "x" * 300, len(ENGLAND) + 278),
        ("x" * 279 + FAMILY, 279),  # what does not fit is not cut in two
        ("x" * 257 + "https://example.com/abc", 280),
        ("x " * 129 + "https://example.com/abc", 258),
        ("https://example.com/" + "a" * 300 + " " + "x" * 300, 320 + 257),
        ("e\u0301" * 300, 280),  # of the composed text
        ("ABC\u202a\uffffABC\ufffe", 4),
        ("\uffffABC", 0),
        ("x" * 300 + "\uffff", 280),
        ("", 0),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_valid_range(text: str, end: int) -> None:
    assert parse(text).valid_range == (0, end)


def test_text_too_long_is_not_read() -> None:
    assert parse("http://a.co/" + "x" * (MAX_INPUT - 12)).normalized
    weighed = parse("http://a.co/" + "x" * (MAX_INPUT - 11))
    assert (weighed.weight, weighed.valid, weighed.valid_range, weighed.normalized) == (
        MAX_INPUT + 1, False, (0, 0), "",
    )  # fmt: skip


def test_too_many_marks_in_a_row_are_not_put_in_order() -> None:
    assert parse("a" + "\u0301" * 300).normalized
    weighed = parse("a" + "\u0301" * 301)
    assert (weighed.weight, weighed.valid, weighed.normalized) == (302, False, "")


@pytest.mark.parametrize("text", HARD, ids=lambda text: ascii(text)[:24])
def test_no_text_takes_long(text: str) -> None:
    assert cpu_seconds(lambda: parse(text)) < LONG


@given(st.lists(texts(8), min_size=2, max_size=4))
def test_weight_adds_up_across_spaces(parts: list[str]) -> None:
    assert parse(" ".join(parts)).weight == sum(parse(part).weight for part in parts) + len(parts) - 1


@given(texts(60))
def test_weight_is_that_of_the_normalized_text(text: str) -> None:
    weighed = parse(text)
    again = parse(weighed.normalized)
    assert again == weighed


@given(normal_texts(60))
def test_bounds(text: str) -> None:
    weighed = parse(text)
    assert weighed.normalized == text
    start, end = weighed.valid_range
    assert start == 0
    assert 0 <= end <= len(text)
    assert weighed.valid <= (end == len(text) and 0 < weighed.weight <= MAX_WEIGHT)
    if weighed.weight > MAX_WEIGHT:
        assert end < len(text)


_PIECES = ["a" * 99, "字" * 49, "a", "é", "字", "😷", FAMILY, "🇵🇹", "1\ufe0f\u20e3", " "]


@given(st.lists(st.sampled_from(_PIECES)).map("".join))
def test_the_range_is_the_longest_that_fits(text: str) -> None:
    weighed = parse(text)
    end = weighed.valid_range[1]
    assert parse(text[:end]).weight <= MAX_WEIGHT
    if end < len(text):
        assert parse(text[:end]).weight + 2 > MAX_WEIGHT
