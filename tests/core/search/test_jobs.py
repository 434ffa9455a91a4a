from __future__ import annotations

import pytest

from dozen.core import jobs, search
from dozen.core.search import Document, Viewer
from dozen.core.search.jobs import TIDY_JOB
from dozen.db import Tx
from tests.support.town import Town


def test_what_somebody_wrote_goes_in_the_background(town: Town) -> None:
    town.write(
        search.put_many,
        [Document(id=i, realm="r", kind="k", author_id=1 + i % 2, body="all") for i in range(1, 1_101)],
    )
    town.env.part(jobs.Registry).add(*search.JOBS)
    town.write(search.forget_later, 1)
    jobs.Runner(town.env, town.db).drain()
    query = search.parse("all")
    hits = town.read(search.find, query, viewer=Viewer(), realm="r", kinds=["k"], author_id=1)
    assert hits == []
    assert len(town.read(search.find, query, viewer=Viewer(), realm="r", kinds=["k"], limit=100)) == 100


def test_tidying_changes_nothing_but_the_segments(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dozen.core.search.sqlite.BATCH", 1)
    for i in range(1, 16):
        town.write(search.put, Document(id=i, realm="r", kind="k", body=f"word{i} all"))
    town.write(search.remove, 3)

    def segments(tx: Tx) -> int:
        return int(tx.driver.execute("SELECT count(DISTINCT segid) FROM search_index_idx").fetchone()[0])

    before = town.read(segments) if town.db.dialect == "sqlite" else 0
    town.env.part(jobs.Registry).add(*search.JOBS)
    town.write(jobs.enqueue, TIDY_JOB, {})
    jobs.Runner(town.env, town.db).drain()
    assert town.read(jobs.dead) == []
    if town.db.dialect == "sqlite":
        assert before >= 8
        assert town.read(segments) < before / 2
    for text, expected in (("all", [i for i in range(15, 0, -1) if i != 3]), ("word3", []), ("word5", [5])):
        hits = town.read(search.find, search.parse(text), viewer=Viewer(), realm="r", kinds=["k"])
        assert [hit.id for hit in hits] == expected
