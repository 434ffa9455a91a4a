from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.services.microblog.text import Entities, Entity, Links, display, extract, html
from tests.services.microblog.text.cases import texts


def _linked(text: str) -> str:
    return html(text, extract(text))


def test_each_kind() -> None:
    assert _linked("@ann") == '<a class="mention" href="/microblog/@ann">@ann</a>'
    assert _linked("#日本") == (
        '<a class="hashtag" href="/microblog/tags/%E6%97%A5%E6%9C%AC">#日本</a>'
    )  # fmt: skip
    assert _linked("＃tag") == '<a class="hashtag" href="/microblog/tags/tag">＃tag</a>'
    assert _linked("$TVI.CA") == '<a class="cashtag" href="/microblog/search?q=%24TVI.CA">$TVI.CA</a>'
    assert _linked("http://example.com/a") == (
        '<a class="url" href="http://example.com/a" rel="nofollow noopener ugc">example.com/a</a>'
    )
    assert _linked("www.example.com") == (
        '<a class="url" href="https://www.example.com" rel="nofollow noopener ugc">example.com</a>'
    )


def test_all_in_place() -> None:
    assert re.sub("<a [^>]+>", "<a>", _linked("Hi @ann, #a/#b $C: example.com/x.\nBye")) == (
        "Hi <a>@ann</a>, <a>#a</a>/<a>#b</a> <a>$C</a>: <a>example.com/x</a>.\nBye"
    )


def test_what_people_write_is_text() -> None:
    assert _linked("<script>alert(\"1\")</script> & 'x' <b>") == (
        "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#x27;x&#x27; &lt;b&gt;"
    )
    assert re.sub("<a [^>]+>", "<a>", _linked("<i>@ann</i> & #b <u>")) == (
        "&lt;i&gt;<a>@ann</a>&lt;/i&gt; &amp; <a>#b</a> &lt;u&gt;"
    )
    assert _linked("http://example.com/?a=1&b='c'") == (
        '<a class="url" href="http://example.com/?a=1&amp;b=&#x27;c" rel="nofollow noopener ugc">'
        "example.com/?a=1&amp;b=&#x27;c</a>&#x27;"
    )
    assert _linked("javascript:alert(1) data:text/html,x") == "javascript:alert(1) data:text/html,x"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://example.com", "example.com"),
        ("HTTPS://WWW.Example.com/", "Example.com/"),
        ("example.com/path", "example.com/path"),
        ("https://example.com/" + "a" * 18, "example.com/" + "a" * 18),
        ("https://example.com/" + "a" * 19, "example.com/" + "a" * 19),  # an ellipsis would save nothing
        ("https://example.com/" + "a" * 20, "example.com/" + "a" * 18 + "…"),
        ("https://example.com?" + "a" * 50, "example.com?" + "a" * 18 + "…"),
        # The host is never cut: who reads "bank.com…" must not land elsewhere.
        (f"https://bank.com.{'a' * 40}.example.org/login", f"bank.com.{'a' * 40}.example.org…"),
        (f"https://{'a' * 40}.example.org:8080/", f"{'a' * 40}.example.org…"),
        (f"https://{'a' * 40}.example.org", f"{'a' * 40}.example.org"),
    ],
)
def test_display(url: str, shown: str) -> None:
    assert display(url) == shown


def test_a_link_cut_short_tells_the_whole() -> None:
    url = "https://example.com/" + "a" * 60 + "?b&c"
    assert f' title="{url.replace("&", "&amp;")}">' in _linked(url)
    assert "title" not in _linked("https://example.com/a")


def test_other_addresses() -> None:
    links = Links(
        mention=lambda name: f"https://social.example/users/{name}?a=1&b=2",
        hashtag=lambda tag: f"/t/{tag.lower()}",
        cashtag=lambda symbol: f'/"><script>{symbol}',
        url=lambda url: f"/out?to={url}",
    )
    text = "@ann #Tag $C http://example.com"
    assert re.findall('href="([^"]*)"', html(text, extract(text), link=links)) == [
        "https://social.example/users/ann?a=1&amp;b=2",
        "/t/tag",
        "/&quot;&gt;&lt;script&gt;C",
        "/out?to=http://example.com",
    ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert tag == "a"

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def _read(markup: str) -> _Reader:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader


@given(texts())
def test_only_our_own_markup_comes_out(text: str) -> None:
    text = text.replace("\0", "")  # refused long before, and no HTML can hold it
    found = extract(text)
    reader = _read(html(text, found))
    expected, at = "", 0
    for entity in found.urls:
        expected += text[at : entity.start] + display(entity.value)
        at = entity.end
    assert reader.text == expected + text[at:]
    count = len(found.urls) + len(found.mentions) + len(found.hashtags) + len(found.cashtags)
    assert len(reader.tags) == count
    for tag, attributes in reader.tags:
        assert tag == "a"
        assert attributes.keys() <= {"class", "href", "rel", "title"}
        assert re.match("https?://|/microblog/", attributes["href"] or "", re.IGNORECASE)


def test_entities_that_overlap_or_lie_outside_are_left_out() -> None:
    mentions = (
        Entity(0, 2, "a"),
        Entity(1, 3, "b"),
        Entity(-1, 3, "c"),
        Entity(4, 9, "d"),
        Entity(3, 3, "e"),
    )
    assert html("@a@bcd", Entities(mentions=mentions)) == (
        '<a class="mention" href="/microblog/@a">@a</a>@bcd'
    )  # fmt: skip


_places = st.builds(Entity, st.integers(-1, 12), st.integers(-1, 12), st.just("x"))


@given(texts(12), st.lists(_places, max_size=5), st.lists(_places, max_size=5))
def test_entities_of_another_text_do_no_harm(text: str, mentions: list[Entity], tags: list[Entity]) -> None:
    text = text.replace("\0", "")
    reader = _read(html(text, Entities(mentions=tuple(mentions), hashtags=tuple(tags))))
    assert reader.text == text
