"""Headers that come twice, and cookies that come in parts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.raw import ask
from tests.support.site import Site, open_site

HTML = (b"accept", b"text/html")
FORM = (b"content-type", b"application/x-www-form-urlencoded")
JSON = (b"content-type", b"application/json")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = open_site(
        "sqlite", tmp_path_factory.mktemp("house"), proxies="10.0.0.1,10.0.0.2", rate_limits=True
    )
    assert made is not None
    yield made
    made.close()


def session(site: Site, name: str) -> bytes:
    token = site.browser(name).inner.cookies.get("dozen")
    assert token
    return b"dozen=" + token.encode()


def test_cookies_that_come_one_by_one_are_all_there(house: Site) -> None:
    """As browsers send them over HTTP/2 (RFC 9113, 8.2.3)."""
    mine = session(house, "ada")
    for parts in ([mine, b"theme=dark"], [b"theme=dark", mine], [b"a=1", mine, b"theme=dark", b"b=2"]):
        page = ask(house, "GET", "/settings", headers=[HTML, *((b"cookie", part) for part in parts)])
        assert page.status == 200
        assert b'data-theme="dark"' in page.body


def test_what_is_accepted_may_stand_in_two_lines(house: Site) -> None:
    for lines in ([HTML, (b"accept", b"*/*;q=0.1")], [(b"accept", b"*/*;q=0.1"), HTML]):
        assert ask(house, "GET", "/no/where", headers=lines).header("content-type").startswith("text/html")


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        (b"host", b"localhost", b"evil.example"),
        (b"authorization", b"Bearer one", b"Bearer two"),
        (b"content-type", b"application/json", b"application/x-www-form-urlencoded"),
        (b"content-length", b"2", b"3"),
        (b"origin", b"http://localhost", b"https://evil.example"),
        (b"x-csrf-token", b"one", b"two"),
    ],
)
def test_a_header_that_can_only_be_one_is_refused_twice(
    house: Site, name: bytes, one: bytes, other: bytes
) -> None:
    for path, method in (("/login", "GET"), ("/api/login", "POST"), ("/microblog/tweets", "POST")):
        answer = ask(house, method, path, headers=[HTML, (name, one), (name, other)], body=[b"{}"])
        assert answer.status == 400, (path, name)


def test_every_proxys_line_counts(house: Site) -> None:
    """HAProxy adds a line of its own. The caller is the last one that no proxy of ours is."""

    def sign_in(*forwarded: bytes) -> int:
        lines = [(b"x-forwarded-for", each) for each in forwarded]
        body = b'{"login":"", "password":"x"}'
        return ask(house, "POST", "/api/login", headers=[JSON, *lines], body=[body], peer="10.0.0.1").status

    # Two proxies in a row, many callers: they are not one.
    assert {sign_in(f"198.51.100.{n}".encode(), b"10.0.0.2") for n in range(70)} == {422}
    # One caller who writes a line of their own first: still one.
    assert 429 in {sign_in(f"203.0.113.{n}".encode(), b"198.51.100.200", b"10.0.0.2") for n in range(70)}


# Forms in several tabs


def page_token(site: Site, path: str, *cookies: bytes) -> tuple[str, bytes]:
    """A form's token, and the cookie that came with it."""
    page = ask(site, "GET", path, headers=[HTML, *((b"cookie", each) for each in cookies)])
    token = page.body.decode().partition('name="csrf" value="')[2].partition('"')[0]
    return token, page.header("set-cookie").partition(";")[0].encode()


def test_forms_in_two_tabs_both_work(house: Site) -> None:
    mine = session(house, "bo")
    one, _ = page_token(house, "/settings", mine)
    two, _ = page_token(house, "/microblog", mine)
    assert one != two
    for token in (one, two, one):
        answer = ask(
            house, "POST", "/settings/theme", headers=[HTML, FORM, (b"cookie", mine)],
            body=[f"csrf={token}&theme=dark".encode()],
        )  # fmt: skip
        assert answer.status == 303


@pytest.mark.parametrize(
    "host",
    [
        b"",
        b"evil.example/path",
        b"a b",
        b"ev\xc3\xa4l",
        b"user@evil.example",
        b"x" * 300,
        b"a:b",
        b"[::1",
        b"a,b",
    ],
)
def test_a_host_that_is_none_is_refused(house: Site, host: bytes) -> None:
    """Links in pages and mails are made from it."""
    assert ask(house, "GET", "/login", headers=[HTML], host=host).status == 400
    assert ask(house, "GET", "/no/where", headers=[JSON], host=host).status == 400


@pytest.mark.parametrize(
    "host", [b"dozen.example", b"localhost:8000", b"127.0.0.1", b"[::1]:8000", b"my_town.local"]
)
def test_a_host_may_have_a_port(house: Site, host: bytes) -> None:
    assert ask(house, "GET", "/login", headers=[HTML], host=host).status == 200


@pytest.mark.parametrize("path", ["/login/", "//login", "///login//"])
def test_empty_parts_of_a_path_do_not_count(house: Site, path: str) -> None:
    assert ask(house, "GET", path, headers=[HTML]).status == 200
    assert ask(house, "GET", f"//evil.example{path}", headers=[HTML]).status == 404
