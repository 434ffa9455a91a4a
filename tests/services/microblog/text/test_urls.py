from __future__ import annotations

import pytest
from hypothesis import given

from dozen.services.microblog.text import extract, urls
from tests.services.microblog.text.cases import URLS, texts


@pytest.mark.parametrize(("text", "links"), URLS, ids=lambda value: ascii(value)[:40])
def test_links(text: str, links: list[str]) -> None:
    assert [text[link.start : link.end] for link in urls.find(text)] == links


def test_the_same_link_twice_has_two_places() -> None:
    assert [(link.start, link.end) for link in urls.find("http://t.co 日 http://t.co")] == [(0, 11), (14, 25)]


def test_places_are_code_points() -> None:
    assert [(link.start, link.end) for link in urls.find("😷😷 example.com")] == [(3, 14)]


@given(texts())
def test_links_are_in_order_and_apart(text: str) -> None:
    end = 0
    for link in urls.find(text):
        assert end <= link.start < link.end <= len(text)
        end = link.end


@given(texts())
def test_a_link_stands_alone(text: str) -> None:
    for link in extract(text).urls:
        assert [alone.value for alone in extract(link.value).urls] == [link.value]
