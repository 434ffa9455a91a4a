"""Blocked people do not meet: not in lists of people, not in what others repost, quote or answer."""

from __future__ import annotations

from typing import Any

import pytest

from dozen.services.microblog.service import people
from tests.support.site import Client, Site


def post(client: Client, text: str, **given: Any) -> str:
    answer = client.post("/microblog/tweets", json={"text": text, **given})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def names(client: Client, path: str) -> list[str]:
    answer = client.get(f"/microblog/{path}")
    assert answer.status_code == 200, answer.text
    return [each["user"]["username"] for each in answer.json()["data"]]


def texts(client: Client, path: str) -> list[str]:
    found = client.get(f"/microblog/{path}").json()["data"]
    return [(each.get("retweet_of") or each)["text"] for each in found]


@pytest.mark.parametrize("who_blocks", ["ada", "bo"])
def test_lists_of_people_leave_the_blocked_out(site: Site, who_blocks: str) -> None:
    ada, bo, chen = (site.as_(name) for name in ("ada", "bo", "chen"))
    tweet = post(chen, "hello")
    for each in (ada, bo):
        each.post(f"/microblog/users/{chen.id}/follow")
        chen.post(f"/microblog/users/{each.id}/follow")
        each.post(f"/microblog/tweets/{tweet}/like")
        each.post(f"/microblog/tweets/{tweet}/retweet")
    lists = [f"tweets/{tweet}/likes", f"tweets/{tweet}/retweets"]
    lists += [f"users/{chen.id}/followers", f"users/{chen.id}/following"]
    for path in lists:
        assert names(ada, path) == ["bo", "ada"]
    blocker, other = (ada, bo) if who_blocks == "ada" else (bo, ada)
    site.town.write(people.block, blocker.id, other.id)
    browser = site.browser("ada")
    for path in lists:
        assert names(ada, path) == ["ada"]
        assert names(bo, path) == ["bo"]
        assert names(chen, path) == names(site.anonymous, path) == ["bo", "ada"]
        # Pages end where they end, however many of them are not for the reader.
        first = ada.get(f"/microblog/{path}?limit=1").json()
        assert first["data"] == []
        rest = ada.get(f"/microblog/{path}", params={"cursor": first["next_cursor"]}).json()
        assert [each["user"]["username"] for each in rest["data"]] == ["ada"]
        page = browser.get(f"/microblog/{path}").text
        assert "/@ada" in page
        assert 'href="/@bo"' not in page


@pytest.mark.parametrize("who_blocks", ["ada", "bo"])
def test_what_others_do_with_their_posts_does_not_show_them(site: Site, who_blocks: str) -> None:
    ada, bo, chen = (site.as_(name) for name in ("ada", "bo", "chen"))
    ada.post(f"/microblog/users/{chen.id}/follow")
    bos = post(bo, "by Bo #tea")
    chen.post(f"/microblog/tweets/{bos}/retweet")
    quoting = post(chen, "look at this", quote_id=bos)
    answer = post(chen, "to Bo", in_reply_to_id=bos)
    beside = post(bo, "under mine", in_reply_to_id=post(chen, "root"))
    blocker, other = (ada, bo) if who_blocks == "ada" else (bo, ada)
    site.town.write(people.block, blocker.id, other.id)
    assert "by Bo #tea" not in texts(ada, "timeline/home") + texts(ada, "timeline/chen")
    assert texts(ada, "timeline/tag/tea") == []
    shown = ada.get(f"/microblog/tweets/{quoting}").json()
    assert (shown["text"], shown.get("quote_of"), shown["quote_gone"]) == ("look at this", None, True)
    conversation = ada.get(f"/microblog/tweets/{answer}/thread").json()
    assert (conversation["ancestors"], conversation["tweet"]["text"]) == ([], "to Bo")
    root = ada.get(f"/microblog/tweets/{beside}/thread")
    assert root.status_code == 404
    for found in (ada.get("/microblog/search?q=tea"), ada.get("/microblog/timeline/for-you")):
        assert "by Bo" not in found.text
    assert ada.get("/microblog/timeline/bo").json()["data"] == []
    for path in (f"users/{bo.id}/followers", f"users/{bo.id}/following"):
        assert ada.get(f"/microblog/{path}").status_code == 404


def test_a_chain_of_quotes_shows_one_and_names_the_next(site: Site) -> None:
    ada = site.as_("ada")
    chain = [post(ada, "first")]
    for n in range(5):
        chain.append(post(ada, f"quote {n}", quote_id=chain[-1]))
    shown = ada.get(f"/microblog/tweets/{chain[-1]}").json()
    assert shown["quote_of"]["text"] == "quote 3"
    assert "quote_of" not in shown["quote_of"]
    ada.delete(f"/microblog/tweets/{chain[-2]}")
    shown = ada.get(f"/microblog/tweets/{chain[-1]}").json()
    assert (shown["text"], shown["quote_gone"]) == ("quote 4", True)


@pytest.mark.parametrize("how", ["block", "protect"])
def test_what_one_did_can_be_taken_back_when_the_post_is_out_of_sight(site: Site, how: str) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    tweet, other = post(bo, "hello"), post(bo, "another")
    for what in ("like", "retweet", "bookmark"):
        assert ada.post(f"/microblog/tweets/{tweet}/{what}").status_code == 200
    if how == "block":
        site.town.write(people.block, bo.id, ada.id)
    else:
        bo.patch("/api/me", json={"protected": True})
    assert ada.delete(f"/microblog/tweets/{tweet}/like").json() == {"liked": False, "likes": 0}
    assert ada.delete(f"/microblog/tweets/{tweet}/retweet").json() == {"retweeted": False, "retweets": 0}
    assert ada.delete(f"/microblog/tweets/{tweet}/bookmark").json() == {"bookmarked": False}
    counts = bo.get(f"/microblog/tweets/{tweet}").json()["counts"]
    assert (counts["likes"], counts["retweets"], counts["bookmarks"]) == (0, 0, 0)
    # What one did nothing with is as if it were not there.
    for each in (tweet, other):
        for what in ("like", "retweet"):
            answer = ada.delete(f"/microblog/tweets/{each}/{what}")
            assert (answer.status_code, answer.json()["code"]) == (404, "no_such_post")
