"""Bad input, at every door: a status, a stable code, and nothing changed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

from dozen.services.microblog.service import people
from tests.support.site import Client, Site, open_site

ENHANCED = {"accept": "text/html", "x-requested-with": "dozen"}


class Place:
    """Ada, whose bad input it is; Bo, whose post it is about; Cy, who has blocked her."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.ada, self.bo, self.cy = (site.as_(name) for name in ("ada", "bo", "cy"))
        self.browser = site.browser("ada")
        self.mine = self.ada.post("/microblog/tweets", json={"text": "Mine, and old"}).json()["id"]
        self.post = self.bo.post("/microblog/tweets", json={"text": "Bo's post"}).json()["id"]
        self.hidden = self.cy.post("/microblog/tweets", json={"text": "Cy's post"}).json()["id"]
        site.town.write(people.block, self.cy.id, self.ada.id)

    def world(self) -> Any:
        """All that could have changed, as each of them sees it."""
        return [
            [client.get(path).text for path in paths]
            for client, paths in (
                (self.ada, ["/microblog/timeline/ada?limit=200", "/api/me", "/microblog/bookmarks"]),
                (self.bo, [f"/microblog/tweets/{self.post}/thread", "/microblog/notifications"]),
                (self.bo, [f"/microblog/users/{self.bo.id}/followers"]),
                (self.cy, ["/microblog/timeline/cy", f"/microblog/users/{self.cy.id}/followers"]),
            )
        ]

    def by_json(self, **body: Any) -> httpx.Response:
        return self.ada.post("/microblog/tweets", json=body)

    def by_form(self, files: Any = None, **fields: str) -> httpx.Response:
        """As our own script sends the page's form."""
        data = {"csrf": self.browser.csrf("/"), **fields}
        sent = files or {"media": ("", b"")}
        return self.browser.post("/microblog/tweets", data=data, files=sent, headers=ENHANCED)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    site = open_site(request.param, tmp_path_factory.mktemp("bad"))
    if site is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    yield Place(site)
    site.close()


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["type"].endswith(code)


TEXTS = [
    ("x" * 281, 422, "too_long"),
    ("茶" * 141, 422, "too_long"),
    ("x" * 25_001, 422, None),
    ("", 422, "empty_post"),
    (" \n\t ", 422, "empty_post"),
    ("\u200b", 422, "bad_text"),
    ("\u0000", 422, "invalid"),  # told at the door: no database keeps it
]


@pytest.mark.parametrize(("text", "status", "code"), TEXTS)
def test_texts(place: Place, text: str, status: int, code: str | None) -> None:
    before = place.world()
    refused(place.by_json(text=text), status, code or "invalid")
    if "\0" not in text:
        refused(place.by_form(text=text), status, code or "too_long")
    refused(
        place.ada.post(f"/microblog/tweets/{place.post}/reply", json={"text": text}),
        status,
        code or "invalid",
    )
    refused(
        place.ada.patch(f"/microblog/tweets/{place.mine}", json={"text": text}), status, code or "invalid"
    )
    assert place.world() == before


def test_nul_in_a_form_is_malformed(place: Place) -> None:
    before = place.world()
    refused(place.by_form(text="a\0b"), 400, "malformed")
    assert place.world() == before


def test_the_same_again_within_a_minute(place: Place) -> None:
    assert place.by_json(text="Said once").status_code == 201
    before = place.world()
    refused(place.by_json(text="Said once"), 409, "duplicate_post")
    refused(place.by_json(text="  Said once \n"), 409, "duplicate_post")
    refused(place.by_form(text="Said once"), 409, "duplicate_post")
    assert place.world() == before


@pytest.mark.parametrize("target", ["1", "9223372036854775807", "9999999999999999999"])
def test_unknown_targets(place: Place, target: str) -> None:
    before = place.world()
    refused(place.by_json(text="To nobody", in_reply_to_id=target), 404, "no_such_target")
    refused(place.by_json(text="Of nothing", quote_id=target), 404, "no_such_target")
    if int(target) < 2**63:
        refused(place.by_form(text="To nobody", reply_to=target), 404, "no_such_target")
        refused(place.by_form(text="Of nothing", quote=target), 404, "no_such_target")
    answer = place.ada.post(f"/microblog/tweets/{target}/reply", json={"text": "To nobody"})
    assert answer.status_code == 404
    for what in ("like", "retweet", "bookmark"):
        assert place.ada.post(f"/microblog/tweets/{target}/{what}").status_code == 404
    assert place.world() == before


@pytest.mark.parametrize("target", ["x", "-5", "--5", "1.5", "²", "", " ", "9" * 30])
def test_targets_that_are_no_ids(place: Place, target: str) -> None:
    before = place.world()
    refused(place.by_json(text="To nothing", in_reply_to_id=target), 422, "invalid")
    if target.strip():
        answer = place.by_form(text="To nothing", reply_to=target)
        assert answer.status_code in (404, 422)
    assert place.world() == before
    for name in ("reply_to", "quote"):
        page = place.browser.get("/microblog/compose", params={name: target})
        assert page.status_code in (200, 400, 404)


def test_targets_of_who_blocked_me(place: Place) -> None:
    before = place.world()
    refused(place.by_json(text="Hello Cy", in_reply_to_id=place.hidden), 404, "no_such_target")
    refused(place.by_json(text="Look at Cy", quote_id=place.hidden), 404, "no_such_target")
    refused(place.by_form(text="Hello Cy", reply_to=place.hidden), 404, "no_such_target")
    refused(place.ada.post(f"/microblog/tweets/{place.hidden}/like"), 404, "no_such_post")
    assert place.world() == before


@pytest.mark.parametrize(
    ("what", "shown", "code"),
    [
        ("like", "likes", "already_liked"),
        ("retweet", "retweets", "already_retweeted"),
        ("bookmark", None, None),
    ],
)
def test_marking_twice_is_marking_once(place: Place, what: str, shown: str | None, code: str | None) -> None:
    """Programs are told; a browser, in which a thumb is quick, is not."""
    path = f"/microblog/tweets/{place.post}/{what}"
    first = place.ada.post(path)
    assert first.status_code == 200
    before = place.world()
    again = place.ada.post(path)
    if code is None:
        assert (again.status_code, again.json()) == (200, first.json())
    else:
        refused(again, 409, code)
    assert place.world() == before
    if shown:
        assert first.json()[shown] == 1
        assert len(place.ada.get(f"/microblog/tweets/{place.post}/{shown}").json()["data"]) == 1
    answer = place.browser.post(path, data={"csrf": place.browser.csrf("/")}, headers=ENHANCED)
    assert answer.status_code in (200, 204)
    assert place.world() == before
    gone = [place.ada.delete(path) for _ in range(2)]
    assert gone[0].json() == gone[1].json()
    assert {answer.status_code for answer in gone} == {200}


ACTS = ["tweets/{post}/like", "tweets/{post}/retweet", "tweets/{post}/bookmark", "users/{bo}/follow"]


@pytest.mark.parametrize("act", ACTS)
def test_a_body_that_names_another(place: Place, act: str) -> None:
    path = "/microblog/" + act.format(post=place.post, bo=place.bo.id)
    before = place.world()
    refused(place.ada.post(path, json={"user_id": str(place.bo.id)}), 403, "acting_for_another")
    refused(place.ada.post(path, json={"user_id": "x"}), 422, "invalid")
    refused(place.ada.post(path, content=b"{"), 400, "malformed")
    refused(place.site.anonymous.post(path, json={"user_id": str(place.bo.id)}), 401, "unauthenticated")
    assert place.world() == before
    assert place.ada.post(path, json={"user_id": str(place.ada.id)}).status_code == 200
    assert place.ada.delete(path).status_code == 200
    assert place.ada.post(path, content=b"").status_code == 200
    assert place.ada.delete(path).status_code == 200


def test_a_vote_for_another(place: Place) -> None:
    poll = place.bo.post(
        "/microblog/tweets", json={"text": "For whom?", "poll": {"options": ["yes", "no"]}}
    ).json()
    path = f"/microblog/tweets/{poll['id']}/vote"
    refused(place.ada.post(path, json={"choices": [0], "user_id": "1"}), 403, "acting_for_another")
    assert place.ada.post(path, json={"choices": [0], "user_id": str(place.ada.id)}).json()["total"] == 1


def follow_by_form(place: Place, person: int) -> httpx.Response:
    data = {"csrf": place.browser.csrf("/")}
    return place.browser.post(f"/microblog/users/{person}/follow", data=data, headers=ENHANCED)


def test_following_oneself(place: Place) -> None:
    before = place.world()
    refused(place.ada.post(f"/microblog/users/{place.ada.id}/follow"), 422, "cannot_follow_self")
    refused(follow_by_form(place, place.ada.id), 422, "cannot_follow_self")
    assert place.world() == before


def test_following_somebody_who_blocked_me(place: Place) -> None:
    before = place.world()
    refused(place.ada.post(f"/microblog/users/{place.cy.id}/follow"), 403, "follow_not_allowed")
    refused(follow_by_form(place, place.cy.id), 403, "follow_not_allowed")
    refused(place.cy.post(f"/microblog/users/{place.ada.id}/follow"), 403, "follow_not_allowed")
    assert place.world() == before


def test_following_nobody(place: Place) -> None:
    before = place.world()
    for person in (1, 2**63 - 1):
        assert place.ada.post(f"/microblog/users/{person}/follow").status_code == 404
        assert follow_by_form(place, person).status_code == 404
    assert place.world() == before


def test_deleting_anothers(place: Place) -> None:
    before = place.world()
    refused(place.ada.delete(f"/microblog/tweets/{place.post}"), 403, "not_your_post")
    data = {"csrf": place.browser.csrf("/")}
    answer = place.browser.post(f"/microblog/tweets/{place.post}/delete", data=data, headers=ENHANCED)
    refused(answer, 403, "not_your_post")
    refused(
        place.ada.patch(f"/microblog/tweets/{place.post}", json={"text": "Ada's now"}), 403, "not_your_post"
    )
    refused(place.ada.delete(f"/microblog/tweets/{place.hidden}"), 404, "no_such_post")
    assert place.world() == before


LISTS = (
    "timeline/home",
    "timeline/for-you",
    "timeline/public",
    "timeline/mentions",
    "timeline/tag/tea",
    "timeline/bo",
    "bookmarks",
    "notifications",
    "search?q=tea",
    "search?q=bo&kind=people",
)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "..%2f", "é", "A" * 100])
def test_forged_page_markers(place: Place, cursor: str) -> None:
    lists = [*LISTS, *(f"tweets/{place.post}/{what}" for what in ("thread", "likes", "retweets", "quotes"))]
    lists += [f"users/{place.bo.id}/followers", f"users/{place.bo.id}/following"]
    for path in lists:
        glue = "&" if "?" in path else "?"
        refused(place.ada.get(f"/microblog/{path}{glue}cursor={cursor}"), 400, "bad_cursor")
        page = place.browser.get(f"/microblog/{path}{glue}cursor={cursor}", headers={"accept": "text/html"})
        assert page.status_code == 400, path


@pytest.mark.parametrize("limit", ["0", "-1", "201", "1e9", "x", "9" * 30])
def test_limits_out_of_bounds(place: Place, limit: str) -> None:
    refused(place.ada.get(f"/microblog/timeline/public?limit={limit}"), 422, "invalid")


def test_ten_megabytes(place: Place) -> None:
    before = place.world()
    refused(place.by_json(text="x" * 10 * 2**20), 413, "too_large")
    refused(place.by_form(text="x" * 10 * 2**20), 413, "too_large")
    data = {"csrf": place.browser.csrf("/"), "text": "x" * 10 * 2**20}
    path = f"/microblog/tweets/{place.mine}/edit"
    refused(place.browser.post(path, data=data, headers=ENHANCED), 413, "too_large")
    assert place.world() == before


def test_bad_utf8(place: Place) -> None:
    before = place.world()
    kind = {"content-type": "application/json"}
    answer = place.ada.post("/microblog/tweets", content=b'{"text":"\xff\xfe"}', headers=kind)
    refused(answer, 400, "malformed")
    csrf = place.browser.csrf("/").encode()
    parts = (
        b'--b\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n' + csrf + b"\r\n"
        b'--b\r\ncontent-disposition: form-data; name="text"\r\n\r\n\xff\xfe\r\n--b--\r\n'
    )
    headers = ENHANCED | {"content-type": "multipart/form-data; boundary=b"}
    refused(place.browser.post("/microblog/tweets", content=parts, headers=headers), 400, "malformed")
    assert place.ada.get("/microblog/timeline/%ff").status_code in (400, 404)
    refused(place.ada.get("/microblog/search?q=%ff"), 400, "malformed")
    assert place.world() == before


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


LIES = [
    ("a.png", b"<html><script>alert(1)</script></html>", "image/png", 415),
    ("a.png", b"MZ" + bytes(200), "image/png", 415),
    ("a.jpg", png(), "image/jpeg", 415),
    ("a.png", png()[:60], "image/png", 422),
    ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "image/svg+xml", 415),
    ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png", 422),
    ("a.png", b"", "image/png", 415),
]


@pytest.mark.parametrize(("name", "body", "kind", "status"), LIES)
def test_media_that_lies(place: Place, name: str, body: bytes, kind: str, status: int) -> None:
    before = place.world()
    answer = place.ada.post("/api/media", files={"file": (name, body, kind)})
    assert answer.status_code in (415, 422) if not body else answer.status_code == status, answer.text
    assert answer.json()["code"].startswith(("media_", "picture_"))
    answer = place.by_form(files={"media": (name, body, kind)}, text="Look at this lie")
    assert answer.status_code in (415, 422)
    assert place.world() == before
    left = list((place.site.server.env.settings.data / "tmp").glob("upload-*"))
    assert left == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\0b.png", "é" * 300 + ".png", "\r\nx: y", '"><script>']
)
def test_file_names_are_only_names(place: Place, name: str) -> None:
    answer = place.ada.post("/api/media", files={"file": (name, png(), "image/png")})
    assert answer.status_code in (201, 400, 422), answer.text
    if answer.status_code == 201:
        assert place.ada.delete(f"/api/media/{answer.json()['id']}").status_code == 204


def test_a_picture_of_a_post_cannot_be_taken_from_under_it(place: Place) -> None:
    item = place.ada.post("/api/media", files={"file": ("a.png", png(), "image/png")}).json()["id"]
    made = place.by_json(text="With a picture", media_ids=[item]).json()
    before = place.world()
    refused(place.ada.delete(f"/api/media/{item}"), 409, "media_attached")
    refused(place.by_json(text="The same picture", media_ids=[item]), 409, "media_attached")
    assert place.world() == before
    assert place.ada.get(made["media"][0]["url"]).status_code == 200


def test_a_language_is_only_a_language(place: Place) -> None:
    for lang in ("e", "english", "en_GB", "en; drop", "٣٣", ""):
        refused(place.by_json(text="In what?", lang=lang), 422, "invalid")
    assert place.by_json(text="In English", lang="EN\n").json()["lang"] == "en"


def test_media_that_are_not_there(place: Place) -> None:
    before = place.world()
    for wrong in (["1"], ["9999999999999999999"], ["0"]):
        refused(place.by_json(text="Look", media_ids=wrong), 404, "media_not_found")
    refused(place.by_json(text="Look", media_ids=["1"] * 5), 422, "invalid")
    refused(place.by_json(text="Look", media_ids=["1", "1"]), 422, "bad_media")
    assert place.world() == before


@pytest.mark.parametrize(
    "poll",
    [
        {"options": ["one"]},
        {"options": ["same", "same"]},
        {"options": ["same", " same "]},
        {"options": ["a", "b", "c", "d", "e"]},
        {"options": ["a", ""]},
        {"options": ["a", " "]},
        {"options": ["a", "x" * 26]},
        {"options": ["a", "b"], "minutes": 4},
        {"options": ["a", "b"], "minutes": 10_081},
        {"options": ["a", "b"], "extra": 1},
    ],
)
def test_bad_polls(place: Place, poll: Any) -> None:
    before = place.world()
    answer = place.by_json(text="Which?", poll=poll)
    assert answer.status_code == 422
    assert answer.json()["code"] in ("invalid", "bad_poll")
    assert place.world() == before


def test_bad_votes(place: Place) -> None:
    made = place.bo.post(
        "/microblog/tweets", json={"text": "Tea?", "poll": {"options": ["yes", "no"]}}
    ).json()
    path = f"/microblog/tweets/{made['id']}/vote"

    def votes() -> Any:
        return place.bo.get(f"/microblog/tweets/{made['id']}").json()["poll"]

    for choices, code in (([], "invalid"), ([4], "invalid"), ([2], "bad_poll"), ([0, 1], "bad_poll")):
        refused(place.ada.post(path, json={"choices": choices}), 422, code)
    for choice in ("²", "x", "-1", "9"):
        data = {"csrf": place.browser.csrf("/"), "choice": choice}
        assert place.browser.post(path, data=data, headers=ENHANCED).status_code == 422
    refused(
        place.ada.post(f"/microblog/tweets/{place.post}/vote", json={"choices": [0]}), 404, "no_such_poll"
    )
    assert votes()["total"] == 0
    assert place.ada.post(path, json={"choices": [0]}).status_code == 200
    refused(place.ada.post(path, json={"choices": [1]}), 409, "already_voted")
    assert votes()["votes"] == [1, 0]


def test_wrong_types_are_told_by_field(place: Place) -> None:
    answer = place.by_json(text=5)
    refused(answer, 422, "invalid")
    assert "text" in answer.json()["fields"]
    refused(
        place.ada.post("/microblog/tweets", content=b"{", headers={"content-type": "application/json"}),
        400,
        "malformed",
    )
    refused(
        place.ada.post("/microblog/tweets", content=b"a=b", headers={"content-type": "text/plain"}),
        415,
        "unsupported_media_type",
    )


def test_bad_searches(place: Place) -> None:
    client: Client = place.ada
    for words in (
        "",
        "-",
        '"',
        '"""',
        "from:",
        "since:yesterday",
        "until:9999-99-99",
        "(",
        "*",
        "a" * 500,
        "%_\\",
    ):
        answer = client.get("/microblog/search", params={"q": words})
        assert answer.status_code in (200, 400, 422), (words, answer.text)
        page = place.browser.get("/microblog/search", params={"q": words}, headers={"accept": "text/html"})
        assert page.status_code in (200, 400, 422), words
    refused(client.get("/microblog/search", params={"q": "a" * 501}), 422, "invalid")
    refused(client.get("/microblog/search"), 422, "invalid")
    refused(client.get("/microblog/search?q=a&kind=nonsense"), 422, "invalid")
