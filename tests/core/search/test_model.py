"""Both databases find what plain Python finds, whether the index has it yet or not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dozen.core import search
from dozen.core.search import BadQuery, Document, Query, Viewer, followers_of, only, sqlite
from dozen.core.search.plan import score
from dozen.core.search.structs import PUBLIC, Phrase
from dozen.core.search.tokens import facet, words
from dozen.db import Tx
from tests.support.town import Town

_WORDS = st.sampled_from(["a", "b", "ab", "don't", "Ça", "東京", "x_y", "🎉", "NOT", "c:d"])
_TEXTS = st.lists(_WORDS, max_size=5).map(" ".join)
_AUDIENCES = st.sampled_from([PUBLIC, PUBLIC, followers_of(1), followers_of(2), only(3)])


@st.composite
def _documents(draw: st.DrawFn) -> list[Document]:
    return [
        Document(
            id=i,
            realm="r",
            kind=draw(st.sampled_from(["k", "k", "l"])),
            author_id=draw(st.integers(1, 3)),
            audience=draw(_AUDIENCES),
            title=draw(_TEXTS),
            body=draw(_TEXTS),
            facets=tuple(draw(st.sets(st.sampled_from(["tag:a", "tag:ça", "has:media"])))),
        )
        for i in draw(st.lists(st.integers(1, 40), max_size=12, unique=True))
    ]


_TERMS = st.one_of(
    _WORDS,
    _TEXTS.map(lambda text: f'"{text}"'),
    st.sampled_from(["#a", "#Ça", "has:media", "OR", '"', "-"]),
)
_QUERIES = st.lists(st.tuples(st.sampled_from(["", "", "-"]), _TERMS), max_size=6).map(
    lambda terms: " ".join(sign + term for sign, term in terms)
)
_VIEWERS = st.builds(
    Viewer,
    person_id=st.none() | st.integers(1, 4),
    circles=st.sets(st.integers(1, 3)),
    hidden=st.sets(st.integers(1, 3), max_size=1),
)


def _has(text: list[str], phrase: Phrase) -> bool:
    n = len(phrase)
    return any(tuple(text[i : i + n]) == phrase for i in range(len(text) - n + 1))


def _matches(document: Document, phrase: Phrase) -> bool:
    if "=" in phrase[0]:
        return phrase[0] in {facet(each) for each in document.facets}
    return _has(words(document.title), phrase) or _has(words(document.body), phrase)


def _visible(document: Document, viewer: Viewer) -> bool:
    allowed = {PUBLIC}
    if viewer.person_id is not None:
        circles = {viewer.person_id, *viewer.circles}
        allowed |= {only(viewer.person_id)} | {followers_of(each) for each in circles}
    return document.audience in allowed and document.author_id not in viewer.hidden


def _expected(documents: list[Document], query: Query, viewer: Viewer) -> list[Document]:
    if query.empty:
        return []
    return sorted(
        (
            each
            for each in documents
            if each.kind == "k"
            and _visible(each, viewer)
            and all(any(_matches(each, phrase) for phrase in clause) for clause in query.clauses)
            and not any(_matches(each, phrase) for phrase in query.excluded)
        ),
        key=lambda each: -each.id,
    )


@settings(max_examples=60)
@given(given=_documents(), text=_QUERIES, viewer=_VIEWERS, indexed=st.integers(0, 12))
def test_the_same_is_found_everywhere(
    town: Town, given: list[Document], text: str, viewer: Viewer, indexed: int
) -> None:
    query = search.parse(text)
    for number, document in enumerate(given):
        if number == indexed and town.db.dialect == "sqlite":
            town.write(sqlite.flush)
        town.write(search.put, document)
    try:
        expected = _expected(given, query, viewer)
        asked = {"viewer": viewer, "realm": "r", "kinds": ["k"]}
        hits = town.read(search.find, query, **asked)  # type: ignore[arg-type]
        assert [(hit.id, hit.author_id) for hit in hits] == [(each.id, each.author_id) for each in expected]
        ranked = town.read(search.find_best, query, **asked)  # type: ignore[arg-type]
        phrases = tuple(phrase for clause in query.clauses for phrase in clause if "=" not in phrase[0])
        ranks = {
            each.id: score(phrases, " ".join(words(each.title)), " ".join(words(each.body)), 0)
            for each in expected
        }
        assert {hit.id: hit.rank for hit in ranked} == ranks
    finally:
        for document in given:
            town.write(search.remove, document.id)
    if town.db.dialect == "sqlite":
        town.write(sqlite.flush)
        # The index proves to itself that it holds nothing but what is stored.
        check = "INSERT INTO search_index(search_index, rank) VALUES ('integrity-check', 1)"
        town.write(lambda tx: tx.driver.execute(check))


_HOSTILE = st.text(max_size=80) | st.lists(
    st.sampled_from(
        [
            '"', "'", "''", "\\", "*", "^", "(", ")", "{title}", "title:", "NEAR(a b, 2)", "AND", "OR", "NOT",
            "<->", "!", "&", "|", ":*", ":A", "a:B*", "\0", "\ud800", "\ufdfa", "%", "$$", "--", ";", "a=b",
            "audience=public", "from:", 'from:"', "from:\ud800", "#", "since:", "has:", "has:'", "lang:\\",
        ]
    ),
    max_size=12,
).map(" ".join)  # fmt: skip


@settings(max_examples=150)
@given(text=_HOSTILE)
def test_no_question_breaks_the_database(town: Town, text: str) -> None:
    try:
        query = search.parse(text)
    except BadQuery:
        return
    for find in (search.find, search.find_best):
        town.read(find, query, viewer=Viewer(person_id=1, circles=[2]), realm="r", kinds=["k'\"\\"])


@settings(max_examples=60)
@given(text=_HOSTILE | st.text(max_size=2_000), tag=st.text(min_size=1, max_size=300))
def test_no_document_breaks_the_database(town: Town, text: str, tag: str) -> None:
    facets = (f"tag:{tag}",) if tag.strip() else ()
    town.write(search.put, Document(id=1, realm="r", kind="k", title=text, body=text, facets=facets))
    if town.db.dialect == "sqlite":
        town.write(sqlite.flush)
    for word in dict.fromkeys(words(text)[:20]):
        query = Query((((word,),),))
        hits = town.read(search.find, query, viewer=Viewer(), realm="r", kinds=["k"])
        assert [hit.id for hit in hits] == [1]


@pytest.mark.parametrize("town", ["sqlite"], indirect=True)  # PostgreSQL keeps such a list itself
def test_the_waiting_list_is_put_in_together(town: Town) -> None:
    def waiting(tx: Tx) -> int:
        return int(tx.driver.execute("SELECT count(*) FROM search_waiting").fetchone()[0])

    for i in range(1, sqlite.BATCH):
        town.write(search.put, Document(id=i, realm="r", kind="k", body="short"))
    assert town.read(waiting) == sqlite.BATCH - 1
    town.write(search.put, Document(id=500, realm="r", kind="k", body="short"))
    assert town.read(waiting) == 0
    town.write(search.put, Document(id=501, realm="r", kind="k", body="short"))
    town.write(search.put, Document(id=502, realm="r", kind="k", body="long " * 1_000))
    assert town.read(waiting) == 0
