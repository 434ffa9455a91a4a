"""The same asked several times at once is done once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from tests.support.site import Client, Site


def at_once(calls: list[tuple[Client, str, Any]]) -> list[int]:
    ready = Barrier(len(calls))

    def call(client: Client, path: str, body: Any) -> int:
        ready.wait(10)
        return client.post(path, json=body).status_code

    with ThreadPoolExecutor(len(calls)) as pool:
        return [each.result() for each in [pool.submit(call, *given) for given in calls]]


def test_a_post_sent_several_times_at_once_is_posted_once(site: Site) -> None:
    ada = site.as_("ada")
    for n in range(3):
        said = {"text": f"Only once {n}"}
        answers = at_once([(ada, "/microblog/tweets", said)] * 6)
        assert Counter(answers) == {201: 1, 409: 5}
    assert len(ada.get("/microblog/timeline/ada").json()["data"]) == 3


def test_two_votes_at_once_are_one(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    for n in range(3):
        poll = {"options": ["yes", "no"]}
        tweet = ada.post("/microblog/tweets", json={"text": f"Tea? {n}", "poll": poll}).json()["id"]
        path = f"/microblog/tweets/{tweet}/vote"
        answers = at_once([(bo, path, {"choices": [choice % 2]}) for choice in range(6)])
        assert Counter(answers) == {200: 1, 409: 5}
        assert sum(ada.get(f"/microblog/tweets/{tweet}").json()["poll"]["votes"]) == 1


def test_likes_and_retweets_at_once_count_once(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    tweet = ada.post("/microblog/tweets", json={"text": "Like me"}).json()["id"]
    for what, twice in (("like", 409), ("retweet", 409), ("bookmark", 200)):
        answers = Counter(at_once([(bo, f"/microblog/tweets/{tweet}/{what}", None)] * 6))
        assert answers == Counter([200, *[twice] * 5])
    counts = ada.get(f"/microblog/tweets/{tweet}").json()["counts"]
    assert (counts["likes"], counts["retweets"], counts["bookmarks"]) == (1, 1, 1)
    assert len(bo.get("/microblog/timeline/bo").json()["data"]) == 1
