"""Text as people send it: cleaned, folded, set apart and cut."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.kit import text

# Letters, and all that is awkward about Unicode: breaks, controls, marks, and letters that NFC takes apart.
awkward = st.text(
    st.sampled_from("aAßİǅΣς \t\n\r\0\x0b\x0c\x1c\x85\u00a0\u200b\u2028\u2029\u202f\u3000\ufeff\u0301\u0323"
                    "\u0345\u0958\u2126\ufb1d\uac00\u1100\u1161é🙂👩‍👧字ไ\ud800\uffff\x9f") | st.characters(),
    max_size=80,
)  # fmt: skip


@given(awkward, st.booleans())
def test_clean_text_is_clean_and_stays_so(raw: str, lines: bool) -> None:
    cleaned = text.clean(raw, lines=lines)
    assert text.clean(cleaned, lines=lines) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert len(cleaned.splitlines() or [""]) == 1 or lines
    cleaned.encode()
    for char in cleaned:
        assert unicodedata.category(char) not in ("Cc", "Cs") or (lines and char in "\n\t")


@given(
    st.lists(
        st.sampled_from(["क़", "\u0958", "שׁ", "\ufb2a", "a", "\u0301", "\u093c", "\u0301" * 20]),
        max_size=20,
    )
)
def test_marks_that_come_from_letters_are_counted_too(pieces: list[str]) -> None:
    cleaned = text.clean("".join(pieces))
    assert text.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("raw", "line", "lines"),
    [
        ("  a  ", "a", "a"),
        ("a\r\nb\rc\nd", "a b c d", "a\nb\nc\nd"),
        ("a\u2028b\u2029c\x85d", "a b c d", "a\nb\nc\nd"),
        ("a\0b\x1bc\x7fd\x80e\x9ff", "abcdef", "abcdef"),
        ("a \t\u00a0\u2003\u202f\u3000 b", "a b", "a \t\u00a0\u2003\u202f\u3000 b"),
        ("\ufeffe\u0301", "é", "é"),
        ("\ud83d", "", ""),
        ("👩‍👩‍👧", "👩‍👩‍👧", "👩‍👩‍👧"),
        ("\u200bx", "\u200bx", "\u200bx"),
        ("", "", ""),
        ("\n\n a \n\n", "a", "a"),
    ],
)
def test_cleaning(raw: str, line: str, lines: str) -> None:
    assert text.clean(raw) == line
    assert text.clean(raw, lines=True) == lines


@given(awkward)
def test_folding_is_once_and_for_all_spellings(raw: str) -> None:
    folded = text.fold(raw)
    assert text.fold(folded) == folded
    assert text.fold(unicodedata.normalize("NFD", raw)) == text.fold(unicodedata.normalize("NFC", raw))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ÉCOLE", "ecole"), ("Straße", "STRASSE"), ("ﬁn", "FIN"), ("Ａｂｃ", "abc"), ("İstanbul", "istanbul"),
        ("Σας", "ΣΑΣ"), ("Ǆ", "dž"), ("①", "1"),
    ],
)  # fmt: skip
def test_what_is_the_same_to_a_searcher(one: str, other: str) -> None:
    assert text.fold(one) == text.fold(other)


@given(st.text(max_size=60))
def test_words_set_apart_lose_nothing(raw: str) -> None:
    assert text.words_for_search(raw).replace(" ", "") == raw.replace(" ", "")


def test_unspaced_scripts_become_words() -> None:
    assert text.words_for_search("見る cat ไทย").split() == ["見", "る", "cat", "ไ", "ท", "ย"]
    assert text.words_for_search("plain words") == "plain words"
    assert text.words_for_search("naïve") == "naïve"


@given(st.text(max_size=40), st.integers(1, 50))
def test_clipping_keeps_the_size(raw: str, size: int) -> None:
    clipped = text.clip(raw, size)
    assert len(clipped) <= size
    assert clipped == raw or (len(raw) > size and clipped.endswith("…") and raw.startswith(clipped[:-1]))


@given(st.integers(0, 10**13))
def test_short_numbers_are_short_and_never_too_high(number: int) -> None:
    shown = text.compact(number)
    size = {"K": 10**3, "M": 10**6, "B": 10**9}.get(shown[-1], 1)
    value = float(shown.rstrip("KMB")) * size
    assert value <= number
    assert number - value < max(size / 10, 1) if value < 10 * size else number - value < size
    assert number >= 10**12 or len(shown) <= 4


@pytest.mark.parametrize(
    "hostile", ["a" + "\u0301" * 200_000, "\u0345\u0301" * 100_000, "\ufdfa" * 20_000, "\r\n" * 100_000]
)
def test_hostile_text_costs_little(hostile: str) -> None:
    began = time.process_time()
    text.fold(text.clean(hostile))
    text.words_for_search(hostile)
    assert time.process_time() - began < 2
