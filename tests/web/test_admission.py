"""Who may not come in is told so first, and what they send is not taken in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.raw import Raw, ask
from tests.support.site import Site, open_site

JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")
PARTS = (b"content-type", b"multipart/form-data; boundary=b")
BAD = (b"authorization", b"Bearer nothing")
BODIES = [b"", b"{", b"[]", b'{"text": 1}', b'{"text":"fine"}']


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = open_site("sqlite", tmp_path_factory.mktemp("house"))
    assert made is not None
    made.person("ada")
    yield made
    made.close()


def token(site: Site, scopes: set[str] | None = None) -> tuple[bytes, bytes]:
    ada = site.as_("ada").id
    return b"authorization", f"Bearer {site.token(ada, scopes)}".encode()


def code(answer: Raw) -> tuple[int, str]:
    return answer.status, answer.body.decode().partition('"code":"')[2].partition('"')[0]


@pytest.mark.parametrize("body", BODIES)
def test_a_bad_token_is_told_before_a_bad_body(house: Site, body: bytes) -> None:
    def post(*headers: tuple[bytes, bytes]) -> tuple[int, str]:
        return code(ask(house, "POST", "/microblog/tweets", headers=[*headers, JSON], body=[body]))

    assert post() == (401, "unauthenticated")
    assert post(BAD) == (401, "bad_token")
    assert post((b"authorization", b"Basic YTpi")) == (401, "bad_token")
    assert post((b"cookie", b"dozen=planted")) == (401, "unauthenticated")
    assert post(token(house, {"microblog:read"})) == (403, "missing_scope")


def test_a_bad_token_is_told_before_a_bad_address(house: Site) -> None:
    """Neither a parameter that is no number nor an id that cannot be tells a stranger anything."""
    for path, query in (("/microblog/bookmarks", b"limit=many"), ("/microblog/tweets/x/like", b"")):
        method = "GET" if query else "POST"
        assert ask(house, method, path, query=query, headers=[BAD]).status == 401
        assert ask(house, method, path, query=query, headers=[token(house)]).status in (404, 422)


@pytest.mark.parametrize(
    ("path", "kind"), [("/microblog/tweets", JSON), ("/api/media", PARTS), ("/settings/profile", PARTS)]
)
def test_not_a_byte_is_read_of_who_says_nothing(house: Site, path: str, kind: tuple[bytes, bytes]) -> None:
    """``stall``: a server that waited for the body would hang."""
    length = (b"content-length", b"100")
    answer = ask(house, "POST", path, headers=[kind, length], body=[], stall=True)
    assert answer.status in (401, 303)
    page = ask(house, "POST", path, headers=[FORM, length, (b"accept", b"text/html")], body=[], stall=True)
    assert page.status in (401, 303, 415)


@pytest.mark.parametrize("length", [b"16385", b"262144", b"many", None])
def test_a_long_body_waits_until_it_is_known_who_sends_it(house: Site, length: bytes | None) -> None:
    said = [(b"content-length", length)] if length else [(b"transfer-encoding", b"chunked")]
    for bad in (BAD, (b"cookie", b"dozen=planted")):
        answer = ask(house, "POST", "/microblog/tweets", headers=[bad, JSON, *said], body=[], stall=True)
        assert answer.status == 401


class Counted:
    """How often the server opened a read transaction."""

    def __init__(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        self.n = 0
        inner = site.server.read

        async def read(work: Any) -> Any:
            self.n += 1
            return await inner(work)

        monkeypatch.setattr(site.server, "read", read)


def test_who_may_come_in_pays_no_second_transaction(house: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = house.as_("ada")
    reads = Counted(house, monkeypatch)
    assert ada.post("/microblog/tweets", json={"text": "one transaction"}).status_code == 201
    assert ada.get("/microblog/timeline/home").status_code == 200
    assert reads.n == 0
    assert ada.post("/microblog/tweets", content=b"{").status_code == 400
    assert reads.n == 1
    assert house.anonymous.post("/microblog/tweets", content=b"{").status_code == 401
    assert reads.n == 1


def test_bad_requests_count_against_the_limit(tmp_path: Any) -> None:
    site = open_site("sqlite", tmp_path, rate_limits=True)
    assert site is not None
    try:
        ada = site.as_("ada")
        codes = [ada.post("/microblog/tweets", content=b"{").status_code for _ in range(200)]
        assert set(codes) == {400, 429}
        assert codes[-1] == 429
    finally:
        site.close()
