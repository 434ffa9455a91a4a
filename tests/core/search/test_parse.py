from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core.search import BadQuery, Query
from dozen.core.search.parse import LONGEST, MOST_TERMS, parse
from dozen.kit import clock


@pytest.mark.parametrize(
    ("text", "clauses", "excluded"),
    [
        ("hello world", [["hello"], ["world"]], []),
        ('"Hello, world!" now', [["hello world"], ["now"]], []),
        ("cats OR dogs cheap", [["cats", "dogs"], ["cheap"]], []),
        ("a OR b OR c", [["a", "b", "c"]], []),
        ("OR a OR", [["a"]], []),
        ("jam -toast", [["jam"]], ["toast"]),
        ('-"burnt toast"', [], ["burnt toast"]),
        ("#Python", [["tag=python"]], []),
        ("#café-au-lait", [["tag=cafe"]], []),
        ("-#python", [], ["tag=python"]),
        ("from:@Ada", [["from=ada"]], []),
        ("filter:links -filter:media", [["has=links"]], ["has=media"]),
        ("has:media lang:EN is:reply", [["has=media"], ["lang=en"], ["is=reply"]], []),
        ("don't", [["don t"]], []),
        ("東京 tower", [["東 京"], ["tower"]], []),
        ("STRASSE Straße", [["strasse"], ["strasse"]], []),
        ("हिन्दी", [["हिनदी"]], []),
        ("🎉🎉", [["🎉 🎉"]], []),
        ("price:low", [["price low"]], []),
        ("(cats OR dogs) cheap", [["cats", "dogs"], ["cheap"]], []),
        ('"never closed', [["never closed"]], []),
        ("-", [], []),
        ("# \" '' () * : -- ", [], []),
        ("", [], []),
    ],
)
def test_what_a_text_asks(text: str, clauses: list[list[str]], excluded: list[str]) -> None:
    query = parse(text)
    assert [[" ".join(phrase) for phrase in clause] for clause in query.clauses] == clauses
    assert [" ".join(phrase) for phrase in query.excluded] == excluded


def test_dates_are_days_in_utc() -> None:
    query = parse("flood since:2026-01-31 until:2026-02-28")
    assert query.since == clock.parse_rfc3339("2026-01-31T00:00:00Z")
    assert query.until == clock.parse_rfc3339("2026-02-28T00:00:00Z")
    assert query.clauses == ((("flood",),),)


@pytest.mark.parametrize("text", ["since:tomorrow", "until:2026-02-30", "since:2026-1-1", "since:٢٠٢٦-٠١-٠١"])
def test_what_is_no_date_is_said_to_be_none(text: str) -> None:
    with pytest.raises(BadQuery):
        parse(text)


def test_too_much_is_refused() -> None:
    with pytest.raises(BadQuery):
        parse("word " * 10_000)
    with pytest.raises(BadQuery):
        parse("x" * (LONGEST + 1))
    with pytest.raises(BadQuery):
        parse("a " * (MOST_TERMS + 1))
    assert len(parse("a " * MOST_TERMS).clauses) == MOST_TERMS


def test_an_empty_query_says_so() -> None:
    assert parse(" ?! ").empty
    assert parse("-not").empty
    assert not parse("yes").empty
    assert not parse("since:2026-01-31").empty
    assert not parse("until:2026-01-31 -not").empty


@given(st.text(max_size=120) | st.text(alphabet="\"-:#()*^OR ab=~'\\\0\ud800", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    try:
        query = parse(text)
    except BadQuery:
        return
    assert isinstance(query, Query)
    for phrase in [*query.excluded, *(phrase for clause in query.clauses for phrase in clause)]:
        assert phrase
        if not phrase[0].startswith("from="):
            for token in phrase:
                assert token
                assert not set(token) & set("\"' \0\\\n")
