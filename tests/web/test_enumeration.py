"""Nobody learns from an answer whether an account, or a thing that is not for them, exists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dozen.core import accounts
from dozen.services.microblog.service import people
from tests.support.site import Client, Site, open_site

HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = open_site("sqlite", tmp_path_factory.mktemp("house"))
    assert made is not None
    made.person("known")
    made.person("gone")
    yield made
    made.close()


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Passwords that were put through argon2."""
    seen: list[str] = []
    verify = accounts.Challenge.verify

    def counting(self: accounts.Challenge, password: str) -> accounts.Verdict:
        seen.append(password)
        return verify(self, password)

    monkeypatch.setattr(accounts.Challenge, "verify", counting)
    return seen


def matched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hashes that a password was compared with."""
    from dozen.core.accounts import passwords

    seen: list[str] = []
    inner = passwords._matches

    def counting(stored: str, *args: Any) -> bool:
        seen.append(stored)
        return inner(stored, *args)

    monkeypatch.setattr(passwords, "_matches", counting)
    return seen


@pytest.mark.parametrize(
    "login", ["known", "unknown", "known@people.example", "unknown@people.example", "x", "a b", "é", "@"]
)
def test_every_login_costs_one_argon2(
    house: Site, login: str, verified: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = matched(monkeypatch)
    house.anonymous.post("/api/login", json={"login": login, "password": "a wrong one"})
    house.client().submit("/login", login=login, password="a wrong one")
    assert verified == ["a wrong one"] * 2
    assert len(hashes) == 2
    assert all(stored.startswith("$argon2id$") for stored in hashes)


def test_unknown_and_known_logins_fail_alike(house: Site) -> None:
    def api(login: str) -> tuple[Any, ...]:
        answer = house.anonymous.post("/api/login", json={"login": login, "password": "a wrong one"})
        return answer.status_code, answer.json(), sorted(set(answer.headers) - {"content-length"})

    def page(login: str) -> tuple[Any, ...]:
        browser = house.client()
        answer = browser.submit("/login", login=login, password="a wrong one")
        token = answer.text.partition('name="csrf" value="')[2].partition('"')[0]
        return answer.status_code, without_tokens(answer.text).replace(login, "NAME"), bool(token)

    assert api("known") == api("nobodyx")
    assert api("known@people.example") == api("nobodyx@people.example")
    assert page("known") == page("nobodyx")
    assert page("known@people.example") == page("nobodyx@people.example")


def without_tokens(html: str) -> str:
    """The page without what differs on every page."""
    parts = html.split('name="csrf" value="')
    return parts[0] + "".join(part.partition('"')[2] for part in parts[1:])


def test_both_are_locked_out_alike(house: Site) -> None:
    def until_locked(login: str) -> tuple[int, Any]:
        for tries in range(200):
            answer = house.anonymous.post("/api/login", json={"login": login, "password": "wrong"})
            if answer.status_code == 429:
                return tries, answer.json()["code"]
        raise AssertionError("never locked out")

    known, unknown = until_locked("gone"), until_locked("nobodyatall")
    assert known[1] == unknown[1] == "locked_out"


def test_a_forgotten_password_is_answered_alike(site: Site) -> None:
    site.person("known")

    def ask(email: str) -> tuple[int, str]:
        answer = site.client().submit("/account/forgot", page="/account/forgot", email=email)
        return answer.status_code, without_tokens(answer.text).replace(email, "MAIL")

    answers = {ask(email) for email in ("known@people.example", "unknown@people.example", "no address")}
    assert len(answers) == 1
    assert answers.pop()[0] == 200


def test_a_reset_link_tells_nothing(house: Site) -> None:
    for secret in ("", "x", "A" * 43, "é", "a\\0"):
        answer = house.anonymous.get("/account/reset", params={"token": secret}, headers=HTML)
        assert answer.status_code in (400, 404, 410, 422)
        assert "known" not in answer.text.replace("unknown", "")


PLACES = [
    ("GET", "/microblog/tweets/{tweet}"),
    ("GET", "/microblog/tweets/{tweet}/versions"),
    ("GET", "/microblog/tweets/{tweet}/thread"),
    ("GET", "/microblog/tweets/{tweet}/likes"),
    ("GET", "/microblog/tweets/{tweet}/retweets"),
    ("GET", "/microblog/tweets/{tweet}/quotes"),
    ("GET", "/microblog/tweets/{tweet}/analytics"),
    ("POST", "/microblog/tweets/{tweet}/like"),
    ("DELETE", "/microblog/tweets/{tweet}/like"),
    ("POST", "/microblog/tweets/{tweet}/retweet"),
    ("POST", "/microblog/tweets/{tweet}/bookmark"),
    ("DELETE", "/microblog/tweets/{tweet}"),
    ("GET", "/microblog/users/{person}/followers"),
    ("GET", "/microblog/users/{person}/following"),
]


@pytest.fixture(scope="module")
def hidden(house: Site) -> dict[str, tuple[int, int]]:
    """(person, tweet) that ``stranger`` may not see, and one that is nowhere."""
    stranger = house.as_("stranger")
    found: dict[str, tuple[int, int]] = {}
    for name in ("protected", "blocker"):
        client = house.as_(name)
        tweet = int(client.post("/microblog/tweets", json={"text": f"Of {name}"}).json()["id"])
        found[name] = client.id, tweet
    house.town.write(accounts.edit_profile, found["protected"][0], accounts.Changes(protected=True))
    house.town.write(people.block, found["blocker"][0], stranger.id)
    found["missing"] = found["blocker"][0] + 1, found["blocker"][1] + 1
    return found


def same(client: Client, method: str, path: str, hidden: dict[str, tuple[int, int]], headers: Any) -> Any:
    def ask(name: str) -> tuple[Any, ...]:
        person, tweet = hidden[name]
        full = path.format(person=person, tweet=tweet)
        answer = client.request(method, full, headers=headers)
        text = without_tokens(answer.text)
        for each in (person, tweet):
            text = text.replace(str(each), "ID")
        return answer.status_code, text, sorted(set(answer.headers) - {"content-length", "set-cookie"})

    return {name: ask(name) for name in hidden}


@pytest.mark.parametrize(("method", "path"), PLACES)
def test_what_is_not_for_one_is_like_missing(
    house: Site, hidden: dict[str, tuple[int, int]], method: str, path: str
) -> None:
    answers = same(house.as_("stranger"), method, path, hidden, {})
    assert answers["protected"] == answers["missing"]
    assert answers["blocker"] == answers["missing"]
    assert answers["missing"][0] == 404
    if method == "GET" and not path.endswith("analytics"):
        visitor = same(house.anonymous, method, path, hidden, {})
        assert visitor["protected"] == visitor["missing"]


@pytest.mark.parametrize("path", ["/microblog/tweets/{tweet}", "/microblog/tweets/{tweet}/likes"])
def test_pages_of_what_is_not_for_one_are_like_missing(
    house: Site, hidden: dict[str, tuple[int, int]], path: str
) -> None:
    answers = same(house.browser("stranger"), "GET", path, hidden, HTML)
    assert answers["protected"] == answers["missing"]
    assert answers["blocker"] == answers["missing"]
    assert answers["missing"][0] == 404


def test_anothers_upload_is_like_a_missing_one(house: Site) -> None:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    owner, stranger = house.as_("owner"), house.as_("stranger")
    made = int(owner.post("/api/media", files={"file": ("a.png", out.getvalue())}).json()["id"])
    variants = owner.get(f"/api/media/{made}").json()["urls"]
    assert variants
    for client in (stranger, house.anonymous):
        for name in variants:
            there = client.get(f"/media/{made}/{name}")
            missing = client.get(f"/media/{made + 1}/{name}")
            assert (there.status_code, there.json()) == (missing.status_code, missing.json())
            assert there.status_code == 404
    there, missing = stranger.get(f"/api/media/{made}"), stranger.get(f"/api/media/{made + 1}")
    assert (there.status_code, there.json()) == (missing.status_code, missing.json())


def test_accounts_are_not_found_by_their_address(house: Site) -> None:
    house.person("shy", email="very.private@people.example")
    found = house.anonymous.get("/microblog/search", params={"q": "very.private", "kind": "people"}).json()
    assert found["users"] == []
    answer = house.anonymous.get("/microblog/timeline/very.private@people.example")
    assert answer.status_code == 404
    for path in ("/microblog/timeline/shy", "/api/users/%d"):
        card = house.town.read(accounts.by_username, "shy")
        assert card is not None
        answer = house.anonymous.get(path % card.id if "%" in path else path)
        assert "very.private" not in answer.text
