"""People in the JSON door and on pages: muting, blocking, requests, whom to follow, who is tagged."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from dozen.core import graph
from dozen.core.realtime import Hub
from dozen.services.microblog.service import people
from tests.support.site import Client, Site

HTML = {"accept": "text/html"}


def names(client: Client, path: str) -> list[str]:
    return [each["user"]["username"] for each in client.get(path).json()["data"]]


@pytest.mark.parametrize(("what", "done"), [("mute", "muted"), ("block", "blocked")])
def test_muting_and_blocking_and_taking_it_back(site: Site, what: str, done: str) -> None:
    ada, bo, cy = site.as_("ada"), site.as_("bo"), site.as_("cy")
    path = f"/microblog/users/{bo.id}/{what}"
    for _ in range(2):
        assert ada.post(path).json() == {done: True}
    ada.post(f"/microblog/users/{cy.id}/{what}")
    assert names(ada, f"/microblog/{what}s") == ["cy", "bo"]
    first = ada.get(f"/microblog/{what}s?limit=1").json()
    assert [first["data"][0]["user"]["username"]] == ["cy"]
    assert names(ada, f"/microblog/{what}s?limit=1&cursor={first['next_cursor']}") == ["bo"]
    page = site.browser("ada").get(f"/microblog/{done}")
    assert "@bo" in page.text
    assert f"/microblog/users/{bo.id}/un{what}" in page.text
    for _ in range(2):
        assert ada.delete(path).json() == {done: False}
    assert names(ada, f"/microblog/{what}s") == ["cy"]
    assert names(bo, f"/microblog/{what}s") == []
    assert ada.post(f"/microblog/users/{ada.id}/{what}").json()["code"] == f"cannot_{what}_self"
    assert ada.post(f"/microblog/users/1/{what}").status_code == 404
    assert site.as_("ada", {"microblog:read"}).post(path).json()["code"] == "missing_scope"


def test_requests_to_follow(site: Site) -> None:
    ada, bo, cy = site.as_("ada"), site.as_("bo"), site.as_("cy")
    ada.patch("/api/me", json={"protected": True})
    for other in (bo, cy):
        assert other.post(f"/microblog/users/{ada.id}/follow").json()["state"] == "requested"
    assert names(ada, "/microblog/requests") == ["cy", "bo"]
    assert names(bo, "/microblog/requests") == []
    assert ada.post(f"/microblog/requests/{bo.id}").status_code == 204
    assert ada.delete(f"/microblog/requests/{cy.id}").status_code == 204
    assert ada.post(f"/microblog/requests/{cy.id}").json()["code"] == "no_such_request"
    assert names(ada, "/microblog/requests") == []
    assert names(ada, f"/microblog/users/{ada.id}/followers") == ["bo"]


def test_who_is_new_is_shown_whom_others_hear(site: Site) -> None:
    ada, bo, cy, dee = (site.as_(name) for name in ("ada", "bo", "cy", "dee"))
    for each in (ada, bo, cy):
        each.post("/microblog/tweets", json={"text": f"I am here, {each.id}"})
    for follower in (ada, bo):
        site.town.write(people.follow, follower.id, cy.id)
    site.town.write(people.block, dee.id, ada.id)
    aside = site.browser("dee").get("/microblog").text.partition("Who to follow")[2]
    assert aside.index("@cy") < aside.index("@bo")
    assert "@ada" not in aside
    assert "@dee" not in aside
    site.town.write(people.follow, dee.id, cy.id)
    aside = site.browser("dee").get("/microblog").text.partition("Who to follow")[2]
    assert "@cy" not in aside


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


def test_people_in_a_picture_are_named_in_the_form(site: Site) -> None:
    ada, bo = site.browser("ada"), site.as_("bo")
    site.person("cy")

    def send(**fields: Any) -> Any:
        picture = {"media": ("a.png", png(), "image/png")}
        return ada.submit("/microblog/tweets", page="/microblog/compose", files=picture, **fields)

    answer = send(text="Us", tagged="@bo, cy;  bo")
    assert answer.status_code == 303
    shown = bo.get("/microblog/tweets/" + answer.headers["location"].rpartition("/")[2]).json()
    assert [each["username"] for each in shown["tagged"]] == ["bo", "cy"]
    refused = send(text="Who?", tagged="@bo @nobody_here")
    assert refused.status_code == 404
    assert "There is nobody named @nobody_here" in refused.text
    assert "Who?" in refused.text


def test_an_edit_can_be_looked_up(site: Site) -> None:
    ada, bo = site.as_("ada"), site.browser("bo")
    made = ada.post("/microblog/tweets", json={"text": "Before"}).json()["id"]
    path = f"/microblog/tweets/{made}"
    assert f"{path}/versions" not in bo.get(path).text
    ada.patch(path, json={"text": "After"})
    assert f'href="{path}/versions"' in bo.get(path).text
    assert f"{path}/versions" in bo.get(f"{path}/menu").text
    assert "Before" in bo.get(f"{path}/versions").text


def test_searches_are_kept(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    made = ada.post("/microblog/searches", json={"q": " tea OR coffee "})
    assert (made.status_code, made.json()["q"], made.json()["name"]) == (
        201,
        "tea OR coffee",
        "tea OR coffee",
    )
    assert ada.post("/microblog/searches", json={"q": "tea OR coffee", "name": "x"}).json() == made.json()
    assert [each["id"] for each in ada.get("/microblog/searches").json()["data"]] == [made.json()["id"]]
    assert bo.get("/microblog/searches").json() == {"data": []}
    gone = f"/microblog/searches/{made.json()['id']}"
    assert bo.delete(gone).json()["code"] == "no_such_saved_search"
    assert ada.delete(gone).status_code == 204
    assert ada.delete(gone).status_code == 404
    assert ada.post("/microblog/searches", json={"q": "since:now"}).json()["code"] == "bad_query"


def test_a_search_that_finds_nothing_says_so_in_full(site: Site) -> None:
    assert site.anonymous.get("/microblog/search?q=tea").json() == {"tweets": [], "users": []}
    assert site.anonymous.get("/microblog/search?q=tea&kind=people").json() == {"tweets": [], "users": []}


def test_searching_answers_polls_and_days(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    first = ada.post("/microblog/tweets", json={"text": "First"}).json()["id"]
    ada.post("/microblog/tweets", json={"text": "Tea?", "poll": {"options": ["yes", "no"]}})
    bo.post(f"/microblog/tweets/{first}/reply", json={"text": "An answer"})

    def found(words: str) -> list[str]:
        return [each["text"] for each in ada.get("/microblog/search", params={"q": words}).json()["tweets"]]

    assert found("to:ada") == ["An answer"]
    assert found("to:@ADA from:bo") == ["An answer"]
    assert found("to:bo") == found("to:nobody_here") == []
    assert found("has:poll") == ["Tea?"]
    assert found("since:2020-01-01") == ["An answer", "Tea?", "First"]
    assert found("since:2020-01-01 until:2020-02-01") == found("until:2020-01-01") == []


def test_who_is_followed_is_not_suggested_any_more(site: Site) -> None:
    """Whom one might know is kept for a while; what one does about it is seen at once."""
    ada, bo, cy = site.as_("ada"), site.as_("bo"), site.as_("cy")
    browser = site.browser("ada")
    site.town.write(graph.follow, ada.id, bo.id)
    site.town.write(graph.follow, bo.id, cy.id)

    def suggested() -> bool:
        site.town.read(site.server.env.part(Hub).catch_up)
        return "/@cy" in browser.get("/microblog").text.partition("Who to follow")[2]

    assert suggested()
    assert suggested()
    site.town.write(graph.follow, ada.id, cy.id)
    assert not suggested()
    site.town.write(graph.unfollow, ada.id, cy.id)
    assert suggested()
