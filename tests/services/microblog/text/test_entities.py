from __future__ import annotations

import pytest
from hypothesis import given

from dozen.services.microblog.text import MAX_EACH, MAX_INPUT, Entities, Entity, extract
from tests.services.microblog.text.cases import CASHTAGS, HARD, HASHTAGS, LONG, MENTIONS, cpu_seconds, texts


def _values(found: tuple[Entity, ...]) -> list[str]:
    return [entity.value for entity in found]


@pytest.mark.parametrize(("text", "names"), MENTIONS, ids=lambda value: ascii(value)[:40])
def test_mentions(text: str, names: list[str]) -> None:
    assert _values(extract(text).mentions) == names


@pytest.mark.parametrize(("text", "tags"), HASHTAGS, ids=lambda value: ascii(value)[:40])
def test_hashtags(text: str, tags: list[str]) -> None:
    assert _values(extract(text).hashtags) == tags


@pytest.mark.parametrize(("text", "symbols"), CASHTAGS, ids=lambda value: ascii(value)[:40])
def test_cashtags(text: str, symbols: list[str]) -> None:
    assert _values(extract(text).cashtags) == symbols


def test_all_kinds_with_their_places() -> None:
    assert extract("😷 @ann: #日本 $TVI.CA https://example.com/#no") == Entities(
        urls=(Entity(20, 43, "https://example.com/#no"),),
        mentions=(Entity(2, 6, "ann"),),
        hashtags=(Entity(8, 11, "日本"),),
        cashtags=(Entity(12, 19, "TVI.CA"),),
    )


def test_the_same_name_as_a_word_is_no_mention() -> None:
    assert extract("name @name").mentions == (Entity(5, 10, "name"),)


def test_a_link_within_what_looks_like_a_tag_wins() -> None:
    assert extract("#aℂfoo.com #b") == Entities(
        urls=(Entity(3, 10, "foo.com"),), hashtags=(Entity(11, 13, "b"),)
    )


def test_a_text_with_nothing_in_it() -> None:
    assert extract("") == extract("Nothing to see here, 100% sure (really)") == Entities()


def test_not_more_than_so_many_of_a_kind() -> None:
    found = extract("@a " * 8000)
    assert len(found.mentions) == MAX_EACH
    assert found.mentions[-1].start == 3 * (MAX_EACH - 1)
    assert len(extract("#a " * 8000).hashtags) == MAX_EACH
    assert len(extract("$a " * 8000).cashtags) == MAX_EACH
    assert len(extract("a.co " * 5000).urls) == MAX_EACH
    # A link too many is not listed, and nothing in it is either.
    assert extract("a.co " * MAX_EACH + "a.co/#tag a.co/@name @you").mentions == (
        Entity(5 * MAX_EACH + 21, 5 * MAX_EACH + 25, "you"),
    )


def test_text_too_long_names_nothing() -> None:
    assert extract("@a " + "x" * (MAX_INPUT - 3)).mentions
    assert extract("@a " + "x" * (MAX_INPUT - 2)) == Entities()


@pytest.mark.parametrize("text", HARD, ids=lambda text: ascii(text)[:24])
def test_no_text_takes_long(text: str) -> None:
    assert cpu_seconds(lambda: extract(text)) < LONG


@given(texts())
def test_places_hold_what_is_named_and_nothing_overlaps(text: str) -> None:
    found = extract(text)
    for entity in found.urls:
        assert text[entity.start : entity.end] == entity.value
    for kind, signs in ((found.mentions, "@＠"), (found.hashtags, "#＃"), (found.cashtags, "$")):
        for entity in kind:
            assert text[entity.start] in signs
            assert text[entity.start + 1 : entity.end] == entity.value
    places = [(e.start, e.end) for e in (*found.urls, *found.mentions, *found.hashtags, *found.cashtags)]
    end = 0
    for start, stop in sorted(places):
        assert end <= start < stop <= len(text)
        end = stop
