"""What arrives by itself: unread numbers, notices, the numbers of a post and the answers to it."""

from __future__ import annotations

from typing import Any

from dozen.core import graph, notifications
from tests.support.listening import listening
from tests.support.site import Client, Site


def post(client: Client, text: str, **more: Any) -> str:
    made = client.post("/microblog/tweets", json={"text": text, **more})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def counts(events: list[Any], name: str) -> list[int]:
    return [each["value"] for each in events if each["name"] == name]


def test_numbers_and_notices_arrive(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    mine = post(ada, "Mine")
    with listening(ada, "/microblog/stream") as ear:
        post(bo, "@ada look")
        bo.post(f"/microblog/tweets/{mine}/like")
        bo.post("/microblog/messages", json={"username": "ada", "text": "hello"})
        ear.until('"messages"')
        ada.post("/microblog/notifications/read")
        ear.until('"value":0')
    assert counts(ear.events("count"), "notifications") == [1, 2, 0]
    assert counts(ear.events("count"), "messages") == [1]
    assert [each["feed"] for each in ear.events("new")] == ["notes", "notes"]


def test_the_page_of_a_post_counts_along_and_gets_its_answers(site: Site) -> None:
    ada, bo, cy = site.as_("ada"), site.as_("bo"), site.as_("cy")
    mine, other = post(ada, "Mine"), post(ada, "Another")
    page = site.browser("ada").get(f"/microblog/tweets/{mine}").text
    assert f'data-stream="/microblog/stream?tweet={mine}"' in page
    assert f'data-live="likes-{mine}"' in page
    assert "data-live" not in site.anonymous.get("/microblog", headers={"accept": "text/html"}).text
    with listening(ada, f"/microblog/stream?tweet={mine}") as ear:
        bo.post(f"/microblog/tweets/{other}/like")
        bo.post(f"/microblog/tweets/{mine}/like")
        post(ada, "My own answer", in_reply_to_id=mine)
        post(bo, "An <answer>", in_reply_to_id=mine)
        post(cy, "Look at this", quote_id=mine)
        ear.until(f'"quotes-{mine}","value":1')
        cy.post(f"/microblog/tweets/{mine}/retweet")
        ear.until(f'"reposts-{mine}","value":1')
    shown = ear.events("html")
    figures = [each["html"] for each in shown if each["target"] == "article.focus .entry-figures"]
    assert "<strong>1</strong> like<" in figures[0]
    assert "<strong>1</strong> repost<" in figures[-1]
    answers = [each for each in shown if "thread" in each["target"]]
    assert [("An &lt;answer&gt;" in each["html"], each["mode"]) for each in answers] == [(True, "append")]
    assert counts(ear.events("count"), f"replies-{mine}")[-1] == 2
    assert not any(str(other) in each["name"] for each in ear.events("count"))


def test_an_answer_of_somebody_blocked_does_not_arrive(site: Site) -> None:
    ada, bo, cy = site.as_("ada"), site.as_("bo"), site.as_("cy")
    mine = post(ada, "Mine")
    site.town.write(graph.block, cy.id, bo.id)
    with listening(bo, f"/microblog/stream?tweet={mine}") as ear:
        post(cy, "Not for Bo", in_reply_to_id=mine)
        post(ada, "For everybody", in_reply_to_id=mine)
        ear.until("For everybody")
    assert "Not for Bo" not in str(ear.events("html"))


def test_nobody_listens_to_what_they_may_not_see(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    secret = post(ada, "Mine")
    ada.patch("/api/me", json={"protected": True})
    refused = bo.get(f"/microblog/stream?tweet={secret}")
    assert (refused.status_code, refused.json()["code"]) == (404, "no_such_post")
    assert bo.get("/microblog/stream?tweet=1").status_code == 404


def test_looking_at_notices_reads_them_unless_others_would_go_along(site: Site) -> None:
    ada, bo = site.browser("ada"), site.as_("bo")
    mine = site.as_("ada")
    mark = 'data-read="/microblog/notifications/read"'
    assert mark not in ada.get("/microblog/notifications").text
    post(bo, "@ada look")
    assert mark in ada.get("/microblog/notifications").text
    site.town.write(
        lambda tx: notifications.notify(tx, mine.id, "home.warned", data={"reason": "mind your words"})
    )
    assert mark not in ada.get("/microblog/notifications").text
    assert 'data-read="/inbox/read"' in ada.get("/inbox").text
    assert ada.submit("/inbox/read").status_code == 303
    assert "data-read" not in ada.get("/inbox").text
