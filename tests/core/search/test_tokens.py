from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core.search.tokens import MOST_WORDS, facet, tag, token, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello, World!", ["hello", "world"]),
        ("Ça va? ＯＫ", ["ca", "va", "ok"]),
        ("don't @bob_smith #tag", ["don", "t", "bob_smith", "tag"]),
        ("東京タワー", ["東", "京", "タ", "ワ", "ー"]),
        ("한국", ["한", "국"]),
        ("नमस्ते दुनिया।", ["नमसते", "दुनिया"]),
        ("party 🎉🎈!", ["party", "🎉", "🎈"]),
        ("x" * 100, ["x" * 40, "x" * 40, "x" * 20]),
        ("", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_there_is_an_end_to_words() -> None:
    assert len(words("a " * 50_000)) == MOST_WORDS


@given(st.text())
def test_words_are_of_one_piece_and_stay_what_they_are(text: str) -> None:
    found = words(text)
    for word in found:
        assert word
        assert "=" not in word
        assert not any(c.isspace() or c in "\0\"'" for c in word)
        assert not word.isascii() or word.replace("_", "a").isalnum()
    assert words(" ".join(found)) == found


@given(st.text(min_size=1))
def test_facets_cannot_be_confused_with_words(value: str) -> None:
    made = token("tag", value)
    assert made.startswith("tag=")
    assert not any(c.isspace() or c in "\0\"'" for c in made)
    assert made not in words(value)


def test_facets_of_different_values_differ() -> None:
    values = ["a b", "a~20b", "a=b", "a-b", "a/b", "a.b", "ab", "a+b", "a~b"]
    assert len({token("x", value) for value in values}) == len(values)
    assert token("x", "Ärger") == token("x", "arger")


@pytest.mark.parametrize(
    "text", ["", "tag", "tag:", "tag: ", "Tag:x", ":x", "kind:x", "audience:public", "author:1"]
)
def test_what_is_no_facet(text: str) -> None:
    with pytest.raises(ValueError):
        facet(text)


def test_a_hashtag_ends_where_the_word_ends() -> None:
    assert tag("Café-bar") == facet("tag:café")
    assert tag("東京") == facet("tag:東京")
    assert tag("-") is None
