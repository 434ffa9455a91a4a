"""Patterns: slots, alternatives, numbers, articles, plurals, mentions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.kit.sample.grammar import Env, Pattern, compile_all, compile_pattern, split_options
from dozen.kit.sample.streams import Stream


def lists_of(**values: list[str]) -> dict[str, tuple[Pattern, ...]]:
    return {name: compile_all(texts, {}) for name, texts in values.items()}


LISTS = lists_of(
    dish=["soup", "udon", "apple pie", "curry", "box"],
    few=["two", "three", "four"],
    stranger=["a friend"],
    path=["food/soup"],
)


def fill(text: str, seed: int = 1, *, capital: bool = False) -> str:
    return compile_pattern(text, LISTS, capital).fill(Env(Stream(seed, "test")))


@given(st.integers())
def test_the_same_slot_keeps_its_value_and_a_numbered_one_differs(seed: int) -> None:
    same, again, other, third = fill("{dish}|{dish}|{dish2}|{dish3}".replace("|", "/"), seed).split("/")
    assert same == again
    assert len({same, other, third}) == 3


@given(st.integers())
def test_few_is_drawn_anew_and_its_second_differs(seed: int) -> None:
    one, two = fill("{few}/{few2}", seed).split("/")
    assert one != two


@given(st.integers())
def test_numbers_keep_bounds_and_step(seed: int) -> None:
    number = int(fill("{10-90:20}", seed))
    assert number in (10, 30, 50, 70, 90)


def test_a_number_may_be_any_of_its_range() -> None:
    assert {int(fill("{3-6}", seed)) for seed in range(80)} == {3, 4, 5, 6}


def test_alternatives_may_nest_and_be_empty() -> None:
    texts = {fill("x{ {a|b}|}", seed) for seed in range(60)}
    assert texts == {"x a", "x b", "x"}


def test_article_follows_the_value() -> None:
    texts = {fill("{a dish}", seed) for seed in range(80)}
    assert {"an apple pie", "a soup", "a curry"} <= texts


def test_plural_follows_the_value() -> None:
    texts = {fill("{dish}s", seed) for seed in range(80)}
    assert {"curries", "boxes", "soups"} <= texts
    assert fill("{dish}'s").endswith("'s")


def test_capital_at_the_start_of_sentences_only() -> None:
    text = fill("{dish}. {dish}, {dish}: {dish}! {Dish}", 3, capital=True)
    word = text.split(".")[0]
    low = word[0].lower() + word[1:]
    assert text == f"{word}. {word}, {low}: {low}! {word}"


def test_mention_asks_the_caller_and_not_twice_the_same() -> None:
    asked: list[int] = []

    def mention(number: int) -> str:
        asked.append(number)
        return f"user{number % 50}"

    env = Env(Stream(1, "mention"), mention)
    text = compile_pattern("{@} and {@}", LISTS).fill(env)
    assert re.fullmatch(r"@user\d+ and @user\d+", text)
    assert all(0 <= number < 1 << 32 for number in asked)
    assert fill("{@}") == "a friend"


def test_links_lead_to_example_domains() -> None:
    for seed in range(50):
        assert re.fullmatch(r"https://example\.(org|com)/food/soup(/\d+|\?p=\d+)?", fill("{url}", seed))


@pytest.mark.parametrize("text", ["{dish", "{no such!}", "{}"])
def test_malformed_patterns_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"brace|slot"):
        compile_pattern(text, LISTS)


def test_options_split_outside_braces_only() -> None:
    assert split_options("a | {b | c} | d", " | ") == ["a", "{b | c}", "d"]


def test_ways_counts_what_can_come_out() -> None:
    assert compile_pattern("{dish} {1-4} {a|b|c}", LISTS).ways == 5 * 4 * 3
