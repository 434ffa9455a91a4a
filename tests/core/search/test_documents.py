from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest

from dozen.core import accounts, search
from dozen.core.search import Document, Hit, Viewer, documents, followers_of, only, sqlite
from dozen.db import Tx
from dozen.kit import clock, ids
from tests.support.people import make_people
from tests.support.town import Town

ANYBODY = Viewer()
DAY = clock.parse_rfc3339("2026-03-01T12:00:00Z")


def doc(number: int, body: str = "", **kw: Any) -> Document:
    given: dict[str, Any] = {"realm": "microblog", "kind": "post", "author_id": 1, "body": body}
    return Document(id=number, **(given | kw))


def found(
    town: Town, text: str, viewer: Viewer = ANYBODY, *, kinds: tuple[str, ...] = ("post",), **kw: Any
) -> list[int]:
    hits = town.read(
        search.find,
        search.parse(text),
        viewer=viewer,
        realm="microblog",
        kinds=kinds,
        **kw,
    )
    return [hit.id for hit in hits]


def best(town: Town, text: str, viewer: Viewer = ANYBODY, **kw: Any) -> list[Hit]:
    return town.read(
        search.find_best,
        search.parse(text),
        viewer=viewer,
        realm="microblog",
        kinds=["post"],
        **kw,
    )


@pytest.fixture(params=["waiting", "indexed"])
def state(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def put(town: Town, state: str, *given: Document) -> None:
    for each in given:
        town.write(search.put, each)
    if state == "indexed":
        settle(town)


def settle(town: Town) -> None:
    if town.db.dialect == "sqlite":
        town.write(sqlite.flush)


def test_words_phrases_and_what_is_excluded(town: Town, state: str) -> None:
    put(
        town, state,
        doc(1, "The quick brown fox"),
        doc(2, "A quick, very brown dog — it's über!"),
        doc(3, "brown quick"),
        doc(4, "東京タワーへ行く 🎉"),
    )  # fmt: skip
    assert found(town, "quick brown") == [3, 2, 1]
    assert found(town, '"quick brown"') == [1]
    assert found(town, "QUICK -fox") == [3, 2]
    assert found(town, "fox OR dog") == [2, 1]
    assert found(town, "fox OR dog quick -über") == [1]
    assert found(town, "uber its") == []
    assert found(town, "it's UBER") == [2]
    assert found(town, "タワー") == [4]
    assert found(town, "🎉") == [4]
    assert found(town, "qui") == []
    assert found(town, "?!") == []
    assert found(town, "-fox") == []


def test_a_phrase_does_not_run_from_the_title_into_the_body(town: Town, state: str) -> None:
    put(town, state, doc(1, "moon rises", title="over the full"), doc(2, "the full moon"))
    assert found(town, '"full moon"') == [2]
    assert found(town, "full moon") == [2, 1]


def test_a_text_cannot_forge_a_facet(town: Town, state: str) -> None:
    put(
        town, state,
        doc(1, "audience=public kind=microblog.post tag=python has=media", audience=only(7)),
        doc(2, "tag=python #python has:media", title="tag=python"),
        doc(3, "snake", facets=("tag:Python", "has:media", "lang:pt-BR", "genre:Hip Hop/rap")),
    )  # fmt: skip
    assert found(town, "#python") == [3]
    assert found(town, "has:media") == [3]
    assert found(town, "lang:PT-br") == [3]
    assert found(town, "audience:public") == []
    assert found(town, "", facets=("genre:hip hop/rap",)) == [3]
    assert found(town, "", facets=("genre:hip hop/rap", "tag:ruby")) == []
    assert found(town, "tag", Viewer(person_id=7)) == [2, 1]


def test_only_those_find_it_who_may_see_it(town: Town, state: str) -> None:
    put(
        town, state,
        doc(1, "secret plan"),
        doc(2, "secret plan", author_id=20, audience=followers_of(20)),
        doc(3, "secret plan", author_id=20, audience=only(30)),
        doc(4, "secret plan", author_id=21, audience=followers_of(21)),
    )  # fmt: skip
    for find in (found, lambda *a: sorted((hit.id for hit in best(*a)), reverse=True)):
        assert find(town, "secret") == [1]
        assert find(town, "secret", Viewer(person_id=5)) == [1]
        assert find(town, "secret", Viewer(person_id=5, circles=[20])) == [2, 1]
        assert find(town, "secret", Viewer(person_id=5, circles=[20, 21, 22])) == [4, 2, 1]
        assert find(town, "secret", Viewer(person_id=20)) == [2, 1]
        assert find(town, "secret", Viewer(person_id=30)) == [3, 1]
        assert find(town, "secret", Viewer(person_id=30, circles=[20, 21], hidden=[20, 1])) == [4]
        assert find(town, "secret", Viewer(circles=[20])) == [1]
    assert found(town, "", author_id=20) == []
    assert found(town, "", Viewer(person_id=9, circles=[20]), author_id=20) == [2]


def test_the_wrong_audience_or_facet_is_refused(town: Town) -> None:
    for wrong in ("", "everybody", "followers-of:x", "public followers-of:2", "only:", "only:1 "):
        with pytest.raises(ValueError):
            town.write(search.put, doc(1, audience=wrong))
    with pytest.raises(ValueError):
        town.write(search.put, doc(1, facets=("audience:public",)))


def test_kinds_and_realms_are_apart(town: Town, state: str) -> None:
    put(
        town, state,
        doc(1, "grand"),
        doc(2, "grand", kind="list"),
        Document(id=3, realm="travel", kind="post", body="grand"),
    )  # fmt: skip
    assert found(town, "grand") == [1]
    assert found(town, "grand", kinds=("post", "list")) == [2, 1]
    assert found(town, "grand", kinds=()) == []


def test_a_document_can_change_and_go(town: Town, state: str) -> None:
    put(town, state, doc(1, "first words", facets=("tag:old",)), doc(2, "other words"))
    put(town, state, doc(1, "second thoughts", facets=("tag:new",)))
    assert found(town, "words") == [2]
    assert found(town, "thoughts #new") == [1]
    assert found(town, "#old") == []
    put(town, "waiting", doc(1, "third time", audience=only(4)))
    assert found(town, "thoughts") == []
    assert found(town, "third", Viewer(person_id=4)) == [1]
    assert town.write(search.remove, 1)
    assert not town.write(search.remove, 1)
    assert found(town, "third", Viewer(person_id=4)) == []
    assert town.write(search.remove, 2)
    settle(town)
    assert found(town, "words OR third OR thoughts") == []


def test_what_was_undone_is_not_found(town: Town) -> None:
    def regret(tx: Tx) -> None:
        search.put(tx, doc(1, "never"))
        raise KeyError

    with pytest.raises(KeyError):
        town.write(regret)
    assert found(town, "never") == []
    put(town, "indexed", doc(1, "later"))
    assert found(town, "later") == [1]


def test_a_savepoint_that_is_undone_leaves_no_trace(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BATCH", 1)  # straight into the index

    def three(tx: Tx) -> None:
        search.put(tx, doc(1, "first"))
        with suppress(KeyError), tx.savepoint():
            search.put(tx, doc(2, "second"))
            search.remove(tx, 1)
            raise KeyError
        with tx.savepoint():
            search.put(tx, doc(3, "third"))

    town.write(three)
    assert found(town, "first OR second OR third") == [3, 1]
    town.write(search.put, doc(2, "second"))
    assert found(town, "first OR second OR third") == [3, 2, 1]


def test_dates_go_by_the_id(town: Town, state: str) -> None:
    noon = [ids.at(DAY + i * clock.DAY) for i in range(3)]
    midnight = ids.at(DAY + clock.DAY // 2)
    put(town, state, *(doc(each, "rain") for each in noon), doc(midnight, "rain"))
    assert found(town, "rain since:2026-03-02") == [noon[2], noon[1], midnight]
    assert found(town, "rain until:2026-03-02") == [noon[0]]
    assert found(town, "rain since:2026-03-02 until:2026-03-03") == [noon[1], midnight]
    assert found(town, "rain since:2030-01-01") == []
    assert found(town, "rain until:1999-01-01") == []
    assert found(town, "since:2026-03-02") == [noon[2], noon[1], midnight]
    assert found(town, "until:2026-03-02") == [noon[0]]
    assert found(town, "since:2026-03-02 -rain") == []
    assert [hit.id for hit in best(town, "since:2026-03-03")] == [noon[2]]


def test_from_finds_people_by_name(town: Town, state: str) -> None:
    ada, bo = make_people(town, 2)
    names = {person: town.read(_username, person) for person in (ada, bo)}
    put(town, state, doc(1, "tea", author_id=ada), doc(2, "tea", author_id=bo), doc(3, "tea", author_id=99))
    assert found(town, f"from:{names[ada]}") == [1]
    assert found(town, f"tea from:@{names[bo].upper()}") == [2]
    assert found(town, f"tea -from:{names[bo]}") == [3, 1]
    assert found(town, f"from:{names[ada]} OR from:{names[bo]}") == [2, 1]
    assert found(town, f"from:{names[ada]} OR from:nobody_at_all") == [1]
    assert found(town, "tea from:nobody_at_all") == []
    assert found(town, "tea -from:nobody_at_all") == [3, 2, 1]
    assert found(town, "tea", author_id=ada) == [1]


def test_to_finds_what_a_room_marks_so_by_name(town: Town, state: str) -> None:
    ada, bo = make_people(town, 2)
    name = town.read(_username, ada)
    put(town, state, doc(1, "tea", facets=(f"to:{ada}",)), doc(2, "tea", facets=(f"to:{bo}",)), doc(3, "tea"))
    assert found(town, f"to:{name}") == [1]
    assert found(town, f"tea -to:@{name.upper()}") == [3, 2]
    assert found(town, f"to:{ada}") == found(town, "to:nobody_at_all") == []


def _username(tx: Tx, person: int) -> str:
    return accounts.cards(tx, [person])[person].username


def test_pages_neither_repeat_nor_skip(town: Town) -> None:
    town.write(search.put_many, [doc(i, f"page {'odd' if i % 2 else 'even'}") for i in range(1, 501)])
    seen: list[int] = []
    before: int | None = None
    while page := found(town, "page odd", before=before, limit=37):
        seen += page
        before = page[-1]
        town.write(search.put, doc(1000 + len(seen), "page odd"))  # new ones arrive meanwhile
    assert seen == list(range(499, 0, -2))


def test_the_best_come_first(town: Town, state: str) -> None:
    put(
        town, state,
        doc(1, "about a boat and much else " + "word " * 200),
        doc(2, "boat"),
        doc(3, "", title="boat"),
        doc(4, "", title="boat for sale, nearly new, one owner"),
        doc(5, "boat", weight=100),
        doc(6, "fish"),
    )  # fmt: skip
    assert [hit.id for hit in best(town, "boat")] == [3, 4, 5, 2, 1]
    put(town, state, doc(7, "the red old boat"), doc(8, "the old red boat"))
    assert [hit.id for hit in best(town, "old boat")] == [7, 8]
    assert [hit.id for hit in best(town, "red boat")] == [8, 7]


def test_best_pages_neither_repeat_nor_skip(town: Town) -> None:
    town.write(search.put_many, [doc(i, "x " * (i % 7) + "sail", weight=i % 5) for i in range(1, 301)])
    seen: list[Hit] = []
    before: tuple[int, int] | None = None
    while page := best(town, "sail", before=before, limit=23):
        seen += page
        before = page[-1].rank, page[-1].id
    assert sorted(hit.id for hit in seen) == list(range(1, 301))
    assert all((a.rank, a.id) > (b.rank, b.id) for a, b in pairwise(seen))


def test_titles_and_weighty_ones_are_ranked_however_old(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "CANDIDATES", 20)
    old = [doc(1, "", title="rose"), doc(2, "rose", weight=90), doc(3, "", title="something")]
    town.write(search.put_many, [*old, *(doc(i, "rose", title=f"number {i}") for i in range(10, 60))])
    assert [hit.id for hit in best(town, "rose", limit=3)] == [1, 2, 59]


def test_many_at_once_replace_what_was_there(town: Town) -> None:
    town.write(search.put, doc(3, "three"))
    town.write(search.put_many, (doc(i, "bulk", audience=followers_of(i % 3)) for i in range(1, 1_501)))
    assert found(town, "three") == []
    assert len(found(town, "bulk", Viewer(person_id=9, circles=[0, 1, 2]), limit=100)) == 100
    town.write(search.put_many, [doc(i, "again") for i in range(1, 11)])
    assert found(town, "again") == list(range(10, 0, -1))
    assert found(town, "bulk", Viewer(person_id=9, circles=[0, 1, 2]), before=11) == []


def test_a_long_document_is_cut_not_refused(town: Town) -> None:
    wide = "".join(chr(c) for c in range(0x10400, 0x10428)) + " "  # four bytes a letter
    body = "begin " + " ".join(f"{wide.strip()}{i}" for i in range(12_000)) + " end"
    town.write(search.put, doc(1, body, title="t " * 3_000, facets=tuple(f"tag:{i}" for i in range(200))))
    assert found(town, "begin") == [1]
    assert found(town, "end") == []
    assert found(town, "#63") == [1]
    town.write(search.remove, 1)
    assert found(town, "begin") == []


def test_an_author_is_forgotten_in_steps(town: Town) -> None:
    town.write(search.put_many, [doc(i, "mine", author_id=5) for i in range(1, 26)])
    town.write(search.put, doc(30, "mine", author_id=5, audience=only(5)))
    town.write(search.put, doc(31, "mine", author_id=6))
    town.write(search.save, 5, "microblog", "mine")
    steps = 0
    while town.write(search.forget, 5, 10):
        steps += 1
    assert steps == 2
    assert found(town, "mine", Viewer(person_id=5)) == [31]
    assert town.read(search.saved, 5, "microblog") == []


def test_the_index_can_be_built_anew(town: Town) -> None:
    town.write(search.put_many, [doc(i, "again") for i in range(1, 6)])
    town.write(search.put, doc(6, "again"))
    town.write(search.reindex)
    assert found(town, "again") == [6, 5, 4, 3, 2, 1]
    town.write(search.remove, 6)
    assert found(town, "again") == [5, 4, 3, 2, 1]


def test_what_was_common_long_ago_is_found(town: Town) -> None:
    old = [doc(i, "needle rare" if i == 7 else "needle") for i in range(1, 1_501)]
    town.write(search.put_many, [*old, *(doc(i, "hay") for i in range(1_501, 2_301))])
    settle(town)
    assert found(town, "needle", limit=30) == list(range(1_500, 1_470, -1))
    assert found(town, "needle", before=1_471, limit=2) == [1_470, 1_469]
    assert found(town, "needle rare") == [7]
    assert found(town, "needle -rare", before=9) == [8, 6, 5, 4, 3, 2, 1]
    assert [hit.id for hit in best(town, "rare needle")] == [7]
    assert [hit.id for hit in best(town, "needle", limit=2)] == [1_500, 1_499]


def test_the_limit_is_limited(town: Town) -> None:
    town.write(search.put_many, [doc(i, "many") for i in range(1, 151)])
    assert len(found(town, "many", limit=10_000)) == search.MOST_FOUND
    assert len(found(town, "many", limit=0)) == 1
    assert len(best(town, "many", limit=10_000)) == search.MOST_FOUND


def test_thousands_of_circles_and_hidden_people(town: Town) -> None:
    limited = [doc(i, "crowd", author_id=i, audience=followers_of(i)) for i in range(1, 301)]
    town.write(search.put_many, limited)
    town.write(search.put, doc(1_000, "crowd", author_id=1_000))
    settle(town)
    many = Viewer(person_id=9_999, circles=range(2, 7_500))
    assert found(town, "crowd", many, limit=5) == [1_000, 300, 299, 298, 297]
    assert found(town, "crowd", many, before=4) == [3, 2]
    shy = Viewer(person_id=9_999, circles=range(2, 7_500), hidden=range(3, 10_000))
    assert found(town, "crowd", shy) == [2]


def test_all_ranked_hits_at_once(town: Town, state: str) -> None:
    put(town, state, *(doc(n, "brown fox " * (n % 3 + 1), facets=(f"den:{n % 2}",)) for n in range(1, 131)))

    def ranked(**kw: Any) -> list[Hit]:
        return town.read(
            search.ranked, search.parse("fox"), viewer=ANYBODY, realm="microblog", kinds=["post"], **kw
        )

    hits = ranked()
    assert [hit.id for hit in hits[:100]] == [hit.id for hit in best(town, "fox", limit=100)]
    assert len(hits) == 130
    assert {hit.id for hit in ranked(facets=("den:1",))} == set(range(1, 131, 2))
