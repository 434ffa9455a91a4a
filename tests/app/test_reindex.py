"""``dozen reindex``: what the index lacks is found again, and an interrupted run goes on."""

from __future__ import annotations

import msgspec
import pytest

from dozen.app import doctor, reindex
from dozen.app.reindex import Mark, file_of
from dozen.app.system import System
from dozen.core import accounts, search
from dozen.core.jobs import Runner
from dozen.db import Tx
from dozen.kit.settings import Settings
from tests.support.site import Site


@pytest.fixture
def settings(site: Site, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a site with five posts and two people, in batches of two."""
    monkeypatch.setattr(reindex, "BATCH", 2)
    ada, bo = site.as_("ada"), site.as_("bo")
    first = ada.post("/microblog/tweets", json={"text": "The first words"}).json()["id"]
    poll = {"text": "Which words?", "poll": {"options": ["this", "that"]}}
    assert ada.post("/microblog/tweets", json=poll).status_code == 201
    answer = {"text": "Words of an answer", "in_reply_to_id": first}
    assert bo.post("/microblog/tweets", json=answer).status_code == 201
    for n in range(2):
        bo.post("/microblog/tweets", json={"text": f"Other words {n}"})
    bo.post(f"/microblog/tweets/{first}/retweet")
    Runner(site.server.env, site.server.db).drain()
    site.town.write(spoil)
    return site.server.env.settings


def spoil(tx: Tx) -> None:
    """Make the index what it was when less was kept of a post. (People made in bulk are not in it at all.)"""
    anybody = search.Viewer()
    for hit in search.find(tx, search.parse("words"), viewer=anybody, realm="microblog", kinds=["post"]):
        bare = search.Document(
            id=hit.id, realm=hit.realm, kind=hit.kind, author_id=hit.author_id, body="words"
        )
        search.put(tx, bare)


def found(site: Site, query: str) -> list[str]:
    answer = site.anonymous.get("/microblog/search", params={"q": query})
    assert answer.status_code == 200, answer.text
    return [post["text"] for post in answer.json()["tweets"]]


def test_what_the_index_lacked_is_found(
    site: Site, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(site, "has:poll") == found(site, "to:ada") == found(site, "answer") == []
    assert reindex.run(settings, again=False) == 0
    assert found(site, "has:poll") == ["Which words?"]
    assert found(site, "to:ada") == found(site, "answer") == ["Words of an answer"]
    assert len(found(site, "words")) == 5
    assert "Looked at 7: 7 of them were missing" in capsys.readouterr().out
    assert not file_of(settings).exists()
    assert reindex.run(settings, again=False) == 0
    assert "Looked at 7: all is well" in capsys.readouterr().out


def test_what_was_interrupted_goes_on(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ctrl_c(seconds: float) -> None:
        if found(site, "has:poll"):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(reindex.time, "sleep", ctrl_c)
        assert reindex.run(settings, again=False) == 130
    assert "goes on from here" in capsys.readouterr().out
    assert found(site, "to:ada") == []
    marks = msgspec.json.decode(file_of(settings).read_bytes(), type=dict[str, Mark])
    assert (marks["home.People"].done, marks["microblog.Posts"].done) == (True, False)
    assert marks["microblog.Posts"].seen == 2
    assert "dozen reindex" in next(each.words for each in doctor._search(System(settings)))
    assert reindex.run(settings, again=False) == 0
    assert "Looked at 7: 7 of them were missing" in capsys.readouterr().out
    assert found(site, "to:ada") == ["Words of an answer"]
    assert not file_of(settings).exists()


def test_what_is_not_to_be_found_stays_out(site: Site, settings: Settings) -> None:
    bo = site.town.read(accounts.by_username, "bo")
    assert bo is not None
    site.town.write(accounts.remove_account, site.person("root", role="admin"), bo.id)
    assert site.as_("ada").patch("/api/me", json={"protected": True}).status_code == 200
    assert reindex.run(settings, again=True) == 0
    assert found(site, "words") == []
    mine = site.as_("ada").get("/microblog/search", params={"q": "words"}).json()["tweets"]
    assert sorted(post["text"] for post in mine) == ["The first words", "Which words?"]
