"""Nobody reaches another person's things by naming their ids: every native address, tried."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest
from PIL import Image

from dozen.core import accounts, graph, notifications, search
from dozen.services.home import ROOM as HOME
from dozen.services.microblog import ROOM as MICROBLOG
from dozen.services.microblog.service import people, posts
from dozen.services.microblog.structs import Draft, PollDraft
from dozen.web.routes import Route
from tests.support.site import Client, Site, open_site


class Try(NamedTuple):
    """What the address answers to a visitor, and to another member: about a protected account's things, and
    about a public account's. ``body`` is JSON that would do something, were it allowed."""

    visitor: int
    protected: int
    public: int
    body: Any = None


GET_TWEET = Try(404, 404, 200)
DO_TWEET = Try(401, 404, 200)
EDIT = {"username": "stolen", "name": "Stolen"}

TRIES: dict[str, Try] = {
    # Who one is stands in the token, never in the address.
    "POST /api/logout": Try(401, 204, 204),
    "GET /api/me": Try(401, 200, 200),
    "PATCH /api/me": Try(401, 200, 200, {"bio": "mine"}),
    "GET /api/users/{user_id}": Try(200, 200, 200),  # a profile is public; its posts may not be
    "PATCH /api/users/{user_id}": Try(401, 403, 403, EDIT),
    "PUT /api/users/{user_id}": Try(401, 403, 403, EDIT),
    "DELETE /api/users/{user_id}": Try(401, 403, 403, {"password": "correct horse 42"}),
    "POST /api/me/email": Try(401, 422, 422, {"email": "mine@people.example"}),  # the password is missing
    "PUT /api/me/{field}": Try(401, 422, 422),  # one's own, and no file of the right name
    "DELETE /api/me/{field}": Try(401, 200, 200),
    "GET /api/users/by/username/{username}": Try(200, 200, 200),
    "POST /api/media": Try(401, 422, 422),
    "GET /api/media/{media_id}": Try(401, 404, 404),
    "PATCH /api/media/{media_id}": Try(401, 404, 404, {"alt": "stolen"}),
    "DELETE /api/media/{media_id}": Try(401, 404, 404),
    "GET /media/{media_id}/{name}": Try(404, 404, 404),  # not part of anything yet
    "GET /media/{media_id}/stream": Try(404, 404, 404),
    "POST /microblog/tweets": Try(401, 404, 201, {"text": "a quote", "quote_id": "{tweet_id}"}),
    "GET /microblog/tweets/{tweet_id}": GET_TWEET,
    "PATCH /microblog/tweets/{tweet_id}": Try(401, 404, 403, {"text": "stolen"}),
    "DELETE /microblog/tweets/{tweet_id}": Try(401, 404, 403),
    "GET /microblog/tweets/{tweet_id}/versions": GET_TWEET,
    "POST /microblog/tweets/{tweet_id}/reply": Try(401, 404, 201, {"text": "an answer"}),
    "GET /microblog/tweets/{tweet_id}/thread": GET_TWEET,
    "GET /microblog/tweets/{tweet_id}/quotes": GET_TWEET,
    "POST /microblog/tweets/{tweet_id}/like": DO_TWEET,
    "DELETE /microblog/tweets/{tweet_id}/like": DO_TWEET,
    "POST /microblog/tweets/{tweet_id}/retweet": DO_TWEET,
    "DELETE /microblog/tweets/{tweet_id}/retweet": DO_TWEET,
    "POST /microblog/tweets/{tweet_id}/bookmark": DO_TWEET,
    "DELETE /microblog/tweets/{tweet_id}/bookmark": Try(401, 200, 200),  # one's own mark, there or not
    "POST /microblog/tweets/{tweet_id}/vote": Try(401, 404, 200, {"choices": [0]}),
    "GET /microblog/tweets/{tweet_id}/likes": GET_TWEET,
    "GET /microblog/tweets/{tweet_id}/retweets": GET_TWEET,
    "GET /microblog/tweets/{tweet_id}/analytics": Try(401, 404, 403),
    "GET /microblog/timeline/home": Try(401, 200, 200),
    "GET /microblog/timeline/for-you": Try(401, 200, 200),
    "GET /microblog/timeline/public": Try(200, 200, 200),
    "GET /microblog/timeline/mentions": Try(401, 200, 200),
    "GET /microblog/timeline/tag/{tag}": Try(200, 200, 200),
    "GET /microblog/timeline/{username}": Try(200, 200, 200),  # an empty list, for a protected account
    "GET /microblog/bookmarks": Try(401, 200, 200),
    "POST /microblog/users/{user_id}/follow": Try(401, 200, 200),  # asks a protected account
    "DELETE /microblog/users/{user_id}/follow": Try(401, 200, 200),
    "GET /microblog/users/{user_id}/followers": Try(404, 404, 200),
    "GET /microblog/users/{user_id}/following": Try(404, 404, 200),
    "POST /microblog/users/{user_id}/mute": Try(401, 200, 200),
    "DELETE /microblog/users/{user_id}/mute": Try(401, 200, 200),
    "POST /microblog/users/{user_id}/block": Try(401, 200, 200),
    "DELETE /microblog/users/{user_id}/block": Try(401, 200, 200),
    "GET /microblog/mutes": Try(401, 200, 200),
    "GET /microblog/blocks": Try(401, 200, 200),
    "GET /microblog/requests": Try(401, 200, 200),
    "POST /microblog/requests/{user_id}": Try(401, 404, 404),  # whom nobody has asked lets nobody in
    "DELETE /microblog/requests/{user_id}": Try(401, 404, 404),
    "GET /microblog/searches": Try(401, 200, 200),
    "POST /microblog/searches": Try(401, 201, 201, {"q": "tea"}),
    "DELETE /microblog/searches/{search_id}": Try(401, 404, 404),
    "GET /microblog/search": Try(200, 200, 200),
    "GET /microblog/trends": Try(200, 200, 200),
    "GET /microblog/notifications": Try(401, 200, 200),
    "POST /microblog/notifications/read": Try(401, 204, 204),
    # The protected owner's list is private.
    "GET /microblog/lists": Try(401, 200, 200),
    "POST /microblog/lists": Try(401, 201, 201, {"title": "Mine"}),
    "GET /microblog/lists/{list_id}": Try(404, 404, 200),
    "PATCH /microblog/lists/{list_id}": Try(401, 404, 403, {"title": "Stolen"}),
    "DELETE /microblog/lists/{list_id}": Try(401, 404, 403),
    "GET /microblog/lists/{list_id}/timeline": Try(404, 404, 200),
    "GET /microblog/lists/{list_id}/members": Try(404, 404, 200),
    "POST /microblog/lists/{list_id}/members": Try(401, 404, 403, {"user_id": "{user_id}"}),
    "DELETE /microblog/lists/{list_id}/members/{user_id}": Try(401, 404, 403),
    "POST /microblog/lists/{list_id}/subscription": Try(401, 404, 200),
    "DELETE /microblog/lists/{list_id}/subscription": Try(401, 200, 200),  # one's own, there or not
    # Who is not in a conversation is told that there is none.
    "GET /microblog/messages": Try(401, 200, 200),
    "POST /microblog/messages": Try(401, 403, 201, {"username": "{username}", "text": "Hello"}),
    "GET /microblog/messages/{conversation}": Try(401, 404, 404),
    "POST /microblog/messages/{conversation}": Try(401, 404, 404, {"text": "Hello"}),
    "POST /microblog/messages/{conversation}/read": Try(401, 404, 404),
    "DELETE /microblog/messages/{conversation}/{message_id}": Try(401, 404, 404),
    "POST /microblog/tweets/{tweet_id}/report": Try(401, 404, 200, {"reason": "spam"}),
    "POST /microblog/users/{user_id}/report": Try(401, 200, 200, {"reason": "spam"}),
    "GET /microblog/stream": Try(401, 0, 0),  # never ends; it has no parameter to try
}
OPEN = {
    "POST /api/register": "makes a person, for anybody",
    "POST /api/users": "the same",
    "POST /api/login": "takes a password",
    "GET /healthz": "says nothing of anybody",
    "GET /readyz": "says nothing of anybody",
    "GET /metrics": "numbers of the whole server; tests/web/test_security.py",
    "GET /openapi.json": "describes the API",
}


def key(route: Route) -> str:
    return f"{route.method} {route.path}"


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


class Owner:
    """Somebody with one of everything."""

    def __init__(self, site: Site, name: str, *, protected: bool) -> None:
        self.client = site.as_(name)
        self.site, self.name, self.id = site, name, self.client.id
        self.secret = secret = f"secretof{name}"
        friend = site.as_(f"{name}friend")
        tweet = self.client.post("/microblog/tweets", json={"text": f"First {secret} #{secret}"}).json()["id"]
        self.client.patch(f"/microblog/tweets/{tweet}", json={"text": f"Second {secret} #{secret}"})
        self.tweet = site.town.write(
            lambda tx: posts.write(
                tx, self.id, Draft(text=f"Poll {secret} #{secret}", poll=PollDraft(("a", "b"), 60, False))
            )
        ).id
        self.client.post(f"/microblog/tweets/{self.tweet}/bookmark")
        site.town.write(people.follow, self.id, friend.id)
        site.town.write(people.follow, friend.id, self.id)
        friend.post(f"/microblog/tweets/{self.tweet}/like")
        self.media = int(self.client.post("/api/media", files={"file": ("a.png", png())}).json()["id"])
        self.list = site.town.write(graph.create_list, self.id, secret, private=protected).id
        site.town.write(graph.add_member, self.id, self.list, friend.id)
        sent = self.client.post(
            "/microblog/messages", json={"username": f"{name}friend", "text": secret}
        ).json()
        self.chat, self.message = int(sent["conversation_id"]), int(sent["id"])
        self.saved = site.town.write(search.save, self.id, posts.REALM, secret).id
        if protected:
            site.town.write(accounts.edit_profile, self.id, accounts.Changes(protected=True))
        site.browser(name)
        self.session = site.town.read(accounts.my_sessions, self.id)[0].id
        self.token = site.town.read(accounts.my_tokens, self.id)[0].id
        self.notice = site.town.read(notifications.list_plain, self.id, limit=10)[0].id

    def fill(self, given: Any) -> Any:
        """``given`` with this owner's ids for placeholders."""
        if isinstance(given, str):
            for name, value in (
                ("tweet_id", self.tweet),
                ("user_id", self.id),
                ("media_id", self.media),
                ("conversation", self.chat),
                ("message_id", self.message),
                ("list_id", self.list),
                ("username", self.name),
                ("tag", self.secret),
                ("search_id", self.saved),
                ("field", "avatar"),
                ("name", "source"),
            ):
                given = given.replace(f"{{{name}}}", str(value))
        elif isinstance(given, dict):
            given = {name: self.fill(value) for name, value in given.items()}
        return given

    def world(self) -> dict[str, Any]:
        """Everything of theirs that somebody might change."""
        read = self.site.town.read
        shown = {
            path: self.client.get(path).text
            for path in (
                "/api/me",
                f"/microblog/tweets/{self.tweet}",
                f"/microblog/tweets/{self.tweet}/versions",
                f"/microblog/tweets/{self.tweet}/likes",
                f"/api/media/{self.media}",
                f"/microblog/timeline/{self.name}",
                f"/microblog/messages/{self.chat}",
                "/microblog/notifications",
                f"/microblog/lists/{self.list}",
                f"/microblog/lists/{self.list}/members",
                f"/microblog/users/{self.id}/followers",
                f"/microblog/users/{self.id}/following",
            )
        }
        return shown | {
            "bookmarks": [one["id"] for one in self.client.get("/microblog/bookmarks").json()["data"]],
            "sessions": [one.id for one in read(accounts.my_sessions, self.id)],
            "tokens": [one.id for one in read(accounts.my_tokens, self.id)],
            "searches": read(search.saved, self.id, posts.REALM),
            "notices": [(n.id, n.read_at) for n in read(notifications.list_plain, self.id, limit=10)],
            "requests": [e.person_id for e in read(graph.follow_requests, self.id, limit=10)],
        }


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A site with a protected owner and a public one."""
    site = open_site(request.param, tmp_path_factory.mktemp("idor"))
    if site is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    yield site, Owner(site, "prot", protected=True), Owner(site, "pub", protected=False)
    site.close()


def call(client: Client, route: Route, owner: Owner, body: Any) -> httpx.Response:
    options: dict[str, Any] = {} if body is None else {"json": owner.fill(body)}
    if route.upload:
        options = {"files": {"nothing": ("a.png", png())}}
    path = owner.fill(route.path)
    if route.path.endswith("/search"):
        path += f"?q={owner.secret}"
    return client.request(route.method, path, **options)


def ours() -> list[Route]:
    """The addresses of this room and of home; other rooms try theirs themselves."""
    return [route for room in (HOME, MICROBLOG) for door in room.doors for route in door.routes]


def test_every_address_is_tried() -> None:
    routes = {key(route) for route in ours() if route.door.kind == "api"}
    assert routes - set(TRIES) - set(OPEN) == set(), "say in TRIES what a stranger gets there"
    assert set(TRIES) | set(OPEN) == routes


def test_visitors(town: Any) -> None:
    site, protected, public = town
    before = protected.world(), public.world()
    for route in ours():
        if route.door.kind != "api" or key(route) in OPEN:
            continue
        wanted = TRIES[key(route)]
        answer = call(site.anonymous, route, protected, wanted.body)
        assert answer.status_code == wanted.visitor, (key(route), answer.text)
        assert protected.secret not in answer.text, key(route)
        if route.access != "public":
            assert answer.json()["code"] == "unauthenticated", key(route)
            assert call(site.anonymous, route, public, wanted.body).status_code == 401
    assert (protected.world(), public.world()) == before


def test_other_members(town: Any) -> None:
    site, protected, public = town
    worlds = {owner: owner.world() for owner in (protected, public)}
    for number, route in enumerate(ours()):
        if route.door.kind != "api" or key(route) in OPEN or route.streams:
            continue
        wanted = TRIES[key(route)]
        other = site.as_(f"other{number}")
        for owner, status in ((protected, wanted.protected), (public, wanted.public)):
            before = worlds[owner]
            answer = call(other, route, owner, wanted.body)
            assert answer.status_code == status, (key(route), owner.name, answer.text)
            if owner is protected and "DELETE" not in key(route):
                # Nothing that the public owner wrote may be confused with the protected one's.
                mine = [one for one in tweets(answer) if one["author"]["id"] == str(owner.id)]
                assert mine == [], key(route)
            allowed = route.method != "GET" and status < 400
            if not allowed:
                assert owner.world() == before, key(route)
            else:
                private = (
                    "/api/me",
                    "bookmarks",
                    f"/api/media/{owner.media}",
                    "sessions",
                    "tokens",
                )
                after = owner.world()
                assert [after[name] for name in private] == [before[name] for name in private], key(route)
            if "/logout" in route.path:
                other = site.as_(f"other{number}")
            graph_undo(site, other.id, owner.id)
            if allowed:
                worlds[owner] = owner.world()


def graph_undo(site: Site, other: int, owner: int) -> None:
    """What one may do to others' things, taken back, so that the next try starts from the same."""
    site.town.write(people.unfollow, other, owner)


def tweets(answer: httpx.Response) -> list[Any]:
    """All tweets that an answer shows, those inside of others too."""
    found: list[Any] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if "conversation_id" in value:
                found.append(value)
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    if answer.headers.get("content-type") == "application/json":
        look(answer.json())
    return found


PAGES = [
    # (path, fields, status): the form that would do it, and what another member gets
    ("/settings/security/sessions/{session}/end", {}, 404),
    ("/settings/tokens/{token}/revoke", {}, 404),
    ("/settings/apps/{token}/withdraw", {}, 404),
    ("/microblog/searches/{saved}/delete", {}, 404),
    ("/microblog/tweets/{tweet}/edit", {"text": "stolen"}, 403),
    ("/microblog/tweets/{tweet}/delete", {}, 403),
    ("/microblog/tweets/{tweet}/pin", {}, 403),
]


@pytest.mark.parametrize(("path", "fields", "status"), PAGES)
def test_forms(town: Any, path: str, fields: dict[str, str], status: int) -> None:
    site, protected, public = town
    browser = site.browser("formtester")
    for owner in (protected, public):
        before = owner.world()
        answer = browser.submit(path.format(**vars(owner)), page="/", **fields)
        about_post = "tweets" in path
        assert answer.status_code == (404 if owner is protected and about_post else status), answer.text[:300]
        assert owner.world() == before


@pytest.mark.parametrize("path", ["/inbox/{notice}", "/microblog/notices/{notice}"])
def test_anothers_notice_is_not_there(town: Any, path: str) -> None:
    site, protected, _ = town
    browser = site.browser("noticetester")
    answer = browser.get(path.format(**vars(protected)), headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert protected.secret not in answer.text


def test_a_token_can_do_no_more_than_its_scopes(town: Any) -> None:
    site, _, public = town
    reader = site.as_("scoped", {"microblog:read"})
    for route in ours():
        if route.door.kind != "api" or route.scope in (None, "microblog:read"):
            continue
        body = TRIES[key(route)].body
        answer = call(reader, route, public, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope"), key(route)


def test_one_cannot_act_as_another_by_saying_so(town: Any) -> None:
    site, _, public = town
    other = site.as_("actor")
    body = {"text": "In another's name", "user_id": str(public.id)}
    before = public.world()
    for method, path in (
        ("POST", "/microblog/tweets"),
        ("POST", f"/microblog/tweets/{public.tweet}/reply"),
        ("PATCH", f"/microblog/tweets/{public.tweet}"),
        ("POST", f"/microblog/tweets/{public.tweet}/like"),
        ("POST", f"/microblog/tweets/{public.tweet}/retweet"),
        ("POST", f"/microblog/tweets/{public.tweet}/bookmark"),
        ("POST", f"/microblog/users/{public.id}/follow"),
    ):
        answer = other.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "acting_for_another")
    assert public.world() == before


def test_anothers_media_cannot_be_posted(town: Any) -> None:
    site, _, public = town
    other = site.as_("poster")
    before = public.world()
    body = {"text": "Look", "media_ids": [str(public.media)]}
    answer = other.post("/microblog/tweets", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "media_not_found")
    assert public.world() == before
    assert other.get("/microblog/timeline/poster").json()["data"] == []


def test_the_blocked_get_what_is_missing(town: Any) -> None:
    site, _, public = town
    blocked = site.as_("blocked")
    site.town.write(people.block, public.id, blocked.id)
    gone = public.tweet + 1
    for method, path in (
        ("GET", "/microblog/tweets/{}"),
        ("GET", "/microblog/tweets/{}/thread"),
        ("GET", "/microblog/tweets/{}/likes"),
        ("POST", "/microblog/tweets/{}/like"),
        ("POST", "/microblog/tweets/{}/bookmark"),
        ("POST", "/microblog/tweets/{}/retweet"),
        ("DELETE", "/microblog/tweets/{}"),
    ):
        there = blocked.request(method, path.format(public.tweet))
        missing = blocked.request(method, path.format(gone))
        assert (there.status_code, there.json()) == (missing.status_code, missing.json()), (method, path)
        assert there.status_code == 404
