"""What an attacker may try at the doors, and what they get."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from dozen.core import accounts
from dozen.services.microblog.service import people, posts
from dozen.services.microblog.structs import Draft
from dozen.web import send, serve
from tests.support.people import PASSWORD
from tests.support.raw import ask
from tests.support.site import Client, Site, open_site

HTML = {"accept": "text/html"}
FORM = (b"content-type", b"application/x-www-form-urlencoded")
JSON = (b"content-type", b"application/json")
names = (f"guest{n}" for n in itertools.count(1))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all tests that do not disturb each other; the database cannot matter to them."""
    made = open_site("sqlite", tmp_path_factory.mktemp("house"))
    assert made is not None
    yield made
    made.close()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with rate limits, behind a reverse proxy at 10.0.0.1."""
    made = open_site("sqlite", tmp_path_factory.mktemp("guarded"), rate_limits=True, proxies="10.0.0.1")
    assert made is not None
    yield made
    made.close()


def counted(site: Site) -> int:
    """Posts that exist."""
    return len(site.anonymous.get("/microblog/timeline/public?limit=200").json()["data"])


# Cross-site requests


def write_form(browser: Client, csrf: str | None, **headers: str) -> int:
    data = {"theme": "dark"} if csrf is None else {"theme": "dark", "csrf": csrf}
    answer = browser.post("/settings/theme", data=data, headers=HTML | headers)
    assert answer.status_code in (303, 403)
    assert ("theme=dark" in answer.headers.get("set-cookie", "")) == (answer.status_code == 303)
    return answer.status_code


def test_a_form_needs_the_browsers_own_token(house: Site) -> None:
    member, other, visitor = house.browser(next(names)), house.browser(next(names)), house.client()
    for browser in (member, visitor):
        own = browser.csrf("/")
        assert write_form(browser, own) == 303
        assert write_form(browser, None) == 403
        assert write_form(browser, "") == 403
        assert write_form(browser, "é") == 403
        assert write_form(browser, own[:-2] + ("AA" if own[-2:] != "AA" else "BB")) == 403
        assert write_form(browser, other.csrf("/")) == 403


def test_the_token_differs_on_every_page(house: Site) -> None:
    browser = house.browser(next(names))
    seen = {browser.csrf("/") for _ in range(5)}
    assert len(seen) == 5
    assert {write_form(browser, token) for token in seen} == {303}


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("sec-fetch-site", "same-origin", 303),
        ("sec-fetch-site", "none", 303),
        ("origin", "https://evil.example", 403),
        ("origin", "http://localhost.evil.example", 403),
        ("origin", "http://localhost", 303),
    ],
)
def test_a_right_token_from_the_wrong_place_is_refused(
    house: Site, header: str, value: str, status: int
) -> None:
    browser = house.browser(next(names))
    assert write_form(browser, browser.csrf("/"), **{header: value}) == status


def test_the_api_does_not_believe_a_cookie_alone(house: Site) -> None:
    browser = house.browser(next(names))
    before = counted(house)
    answer = browser.post("/microblog/tweets", json={"text": "sent by another site"})
    assert (answer.status_code, answer.json()["code"]) == (403, "bad_csrf")
    forged = {"x-csrf-token": house.browser(next(names)).csrf("/")}
    assert browser.post("/microblog/tweets", json={"text": "x"}, headers=forged).status_code == 403
    assert counted(house) == before
    right = {"x-csrf-token": browser.csrf("/")}
    assert browser.post("/microblog/tweets", json={"text": "by myself"}, headers=right).status_code == 201
    assert counted(house) == before + 1


def test_a_token_needs_no_csrf_and_pages_take_no_token(house: Site) -> None:
    client = house.as_(next(names))
    assert client.post("/microblog/tweets", json={"text": "by a program"}).status_code == 201
    assert client.get("/settings", headers=HTML).status_code == 303  # to the sign-in page
    assert client.post("/settings/notifications", data={}, headers=HTML).status_code in (303, 403)


# Sessions and cookies


def session_of(browser: Client) -> str | None:
    found: str | None = browser.inner.cookies.get("dozen")
    return found


def test_a_planted_session_is_not_taken_over(house: Site) -> None:
    name = next(names)
    house.person(name)
    browser = house.client()
    browser.inner.cookies.set("dozen", "planted-by-somebody-else", domain="localhost.local")
    browser.submit("/login", login=name, password=PASSWORD)
    tokens = {cookie.value for cookie in browser.inner.cookies.jar if cookie.name == "dozen"}
    fresh = tokens - {"planted-by-somebody-else"}
    assert len(fresh) == 1
    plant = house.client(cookies={"dozen": "planted-by-somebody-else"})
    assert plant.get("/api/me").status_code == 401
    assert house.client(cookies={"dozen": fresh.pop()}).get("/api/me").status_code == 200


def test_signing_in_again_gives_another_session(house: Site) -> None:
    name = next(names)
    first, second = session_of(house.browser(name)), session_of(house.browser(name))
    assert first
    assert second
    assert first != second


def test_signing_out_ends_the_session_at_once(house: Site) -> None:
    browser = house.browser(next(names))
    stolen = house.client(cookies={"dozen": session_of(browser) or ""})
    assert stolen.get("/api/me").status_code == 200
    assert browser.submit("/logout").status_code == 303
    assert stolen.get("/api/me").status_code == 401
    assert session_of(browser) in (None, "")


def test_a_session_cannot_be_signed_out_by_another_site(house: Site) -> None:
    browser = house.browser(next(names))
    assert browser.post("/logout", data={}, headers=HTML).status_code == 403
    assert browser.get("/api/me").status_code == 200


def login_cookies(site: Site, name: str, scheme: str) -> list[str]:
    site.person(name)
    page = ask(site, "GET", "/login", headers=[(b"accept", b"text/html")], scheme=scheme)
    guest = page.header("set-cookie").partition(";")[0]
    csrf = page.body.decode().partition('name="csrf" value="')[2].partition('"')[0]
    body = f"login={name}&password={quote(PASSWORD)}&csrf={csrf}".encode()
    answer = ask(
        site,
        "POST",
        "/login",
        headers=[FORM, (b"accept", b"text/html"), (b"cookie", guest.encode())],
        body=[body],
        scheme=scheme,
    )
    assert answer.status == 303
    return [
        page.header("set-cookie"),
        *(value.decode() for key, value in answer.headers if key == b"set-cookie"),
    ]


def test_cookies_over_https_are_bound_to_the_host(house: Site) -> None:
    cookies = login_cookies(house, next(names), "https")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-dozen_guest", "__Host-dozen"}
    for cookie in cookies:
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "secure", "samesite=lax", "path=/"} <= parts
        assert not any(part.startswith("domain") for part in parts)


def test_cookies_over_http_are_hidden_from_scripts(house: Site) -> None:
    for cookie in login_cookies(house, next(names), "http"):
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= parts
        assert "secure" not in parts


def test_an_http_cookie_is_not_believed_over_https(house: Site) -> None:
    token = (session_of(house.browser(next(names))) or "").encode()
    plain, bound = b"dozen=" + token, b"__Host-dozen=" + token
    assert ask(house, "GET", "/api/me", headers=[(b"cookie", plain)], scheme="https").status == 401
    assert ask(house, "GET", "/api/me", headers=[(b"cookie", bound)], scheme="https").status == 200


# What pages are made of


def policy(header: str) -> dict[str, set[str]]:
    return {part.split()[0]: set(part.split()[1:]) for part in header.split(";") if part.strip()}


@pytest.mark.parametrize("path", ["/", "/login", "/microblog", "/nowhere", "/microblog/tweets/1"])
def test_pages_carry_security_headers(house: Site, path: str) -> None:
    headers = house.anonymous.get(path, headers=HTML).headers
    csp = policy(headers["content-security-policy"])
    assert csp["default-src"] == {"'self'"}
    assert csp["frame-ancestors"] == {"'none'"}
    assert csp["object-src"] == {"'none'"}
    assert csp["base-uri"] == {"'none'"}
    assert csp["form-action"] == {"'self'"}
    for sources in csp.values():
        assert not sources & {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert "no-cache" in headers["cache-control"] or "no-store" in headers["cache-control"]
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("path", ["/healthz", "/api/me", "/openapi.json", "/static/x/app.css"])
def test_data_is_not_sniffed(house: Site, path: str) -> None:
    assert house.anonymous.get(path).headers["x-content-type-options"] == "nosniff"


def test_https_is_told_to_stay(house: Site) -> None:
    answer = ask(house, "GET", "/", headers=[(b"accept", b"text/html")], scheme="https")
    assert "max-age=" in answer.header("strict-transport-security")


def test_letters_links_are_not_told_to_other_sites(house: Site) -> None:
    page = house.anonymous.get("/account/verify?token=abc", headers=HTML)
    assert page.status_code == 200
    assert page.headers.get_list("referrer-policy")[-1] == "no-referrer"


class Strict(HTMLParser):
    """Collects what a strict content security policy would not run, and the page's links."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.links: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style":
            self.wrong.append("<style>")
        self._script = tag == "script" and given.get("type") not in ("application/json",)
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.wrong.append(f"<{tag} {name}={value!r}>")
            if name in ("href", "src", "action", "formaction", "srcset") and value:
                if value.strip().lower().startswith(("javascript:", "data:text")):
                    self.wrong.append(f"<{tag} {name}={value!r}>")
                if name in ("src", "srcset") and value.startswith(("http:", "https:", "//")):
                    self.wrong.append(f"<{tag} {name}={value!r}> is on another server")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.wrong.append(f"inline script {data.strip()[:40]!r}")

    def handle_endtag(self, tag: str) -> None:
        self._script = False


HOSTILE = "<script>alert(1)</script><b onclick=x>\" ' `</title>"


def populate(site: Site) -> None:
    """People, posts and follows whose words try to break out of the page."""

    def verb(tx: Any) -> None:
        post = posts.write(tx, one, Draft(text=f'{HOSTILE} #tag @two https://a.example/"onmouseover=x'))
        posts.write(tx, two, Draft(text=f"Answer {HOSTILE}", reply_to_id=post.id, warning=HOSTILE[:60]))
        posts.write(tx, two, Draft(text="Quote", quote_of_id=post.id, place=HOSTILE[:60]))
        posts.edit(tx, one, post.id, text=f"Changed {HOSTILE} #tag @two", warning=None)
        people.follow(tx, one, two)
        people.follow(tx, two, one)
        accounts.edit_profile(tx, two, accounts.Changes(bio=HOSTILE, location=HOSTILE[:30]))

    one = site.person("one", name="One <i>")
    two = site.person("two", name="</title><script>")
    site.town.write(verb)


def crawl(client: Client, *, most: int = 120) -> dict[str, Strict]:
    """Every page that links lead to, one of each shape."""
    starts = ["/", "/login", "/register", "/docs", "/styleguide", "/account/forgot", "/nowhere"]
    starts += ["/microblog", "/microblog/search?q=answer", "/microblog/timeline/tag/tag", "/@one", "/@two"]
    starts += [f"/microblog/search?q={quote(HOSTILE)}", f"/login?next={quote('/' + HOSTILE)}"]
    starts += [
        route.path
        for route in client.site.server.frame.routes
        if route.door.kind == "page" and route.method == "GET" and "{" not in route.path
    ]
    seen: dict[str, Strict] = {}
    shapes: dict[str, int] = {}
    waiting = list(dict.fromkeys(starts))
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        if path in seen:
            continue
        answer = client.get(path, headers=HTML)
        assert answer.status_code < 500, path
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        page = seen[path] = Strict()
        page.feed(answer.text)
        for link in page.links:
            to = urlsplit(link)
            if to.scheme or to.netloc or not to.path.startswith("/") or to.path.startswith("/static"):
                continue
            shape = "/".join("#" if part.isdigit() else part for part in to.path.split("/"))
            shapes[shape] = shapes.get(shape, 0) + 1
            if shapes[shape] <= 2:
                waiting.append(f"{to.path}?{to.query}" if to.query else to.path)
    return seen


def test_no_page_has_anything_inline(tmp_path: Path) -> None:
    site = open_site("sqlite", tmp_path)
    assert site is not None
    try:
        populate(site)
        for client, least in ((site.anonymous, 12), (site.browser("two"), 25)):
            pages = crawl(client)
            assert len(pages) >= least
            assert {path: page.wrong for path, page in pages.items() if page.wrong} == {}
    finally:
        site.close()


# Limits


def test_too_many_requests_are_told_when_to_come_back(guarded: Site) -> None:
    def sign_in(peer: str) -> Any:
        return ask(
            guarded, "POST", "/api/login", headers=[JSON], body=[b'{"login":"", "password":"x"}'], peer=peer
        )

    answers = [sign_in("192.0.2.1") for _ in range(70)]
    assert {answer.status for answer in answers} == {422, 429}
    refused = answers[-1]
    assert refused.status == 429
    assert 1 <= int(refused.header("retry-after")) <= 600
    assert b'"code":"rate_limited"' in refused.body
    assert sign_in("192.0.2.2").status == 422  # somebody else is not kept out


def test_a_forwarded_address_is_believed_from_our_proxy_only(guarded: Site) -> None:
    def sign_in(peer: str, forwarded: str) -> int:
        return ask(
            guarded,
            "POST",
            "/api/login",
            headers=[JSON, (b"x-forwarded-for", forwarded.encode())],
            body=[b'{"login":"", "password":"x"}'],
            peer=peer,
        ).status

    # A stranger who invents an address each time is still one stranger.
    assert 429 in [sign_in("192.0.2.10", f"203.0.113.{n}") for n in range(70)]
    # The proxy's callers are many, and what they put before the proxy's own entry is not believed.
    assert {sign_in("10.0.0.1", f"198.51.100.{n}") for n in range(70)} == {422}
    assert 429 in [sign_in("10.0.0.1", f"203.0.113.{n}, 198.51.100.200") for n in range(70)]


def test_only_our_proxy_can_say_that_it_was_https(guarded: Site) -> None:
    said = [(b"accept", b"text/html"), (b"x-forwarded-proto", b"https")]
    assert "Secure" in ask(guarded, "GET", "/login", headers=said, peer="10.0.0.1").header("set-cookie")
    assert "Secure" not in ask(guarded, "GET", "/login", headers=said, peer="192.0.2.3").header("set-cookie")


@pytest.mark.parametrize(
    ("peer", "forwarded", "status"),
    [
        ("127.0.0.1", "", 200),
        ("10.0.0.1", "", 200),
        ("192.0.2.4", "", 404),
        ("192.0.2.4", "127.0.0.1", 404),
        ("10.0.0.1", "192.0.2.4", 404),
        ("10.0.0.1", "127.0.0.1, 192.0.2.4", 404),
        ("127.0.0.1", "192.0.2.4", 404),  # a proxy on this machine that nobody told us of
    ],
)
def test_metrics_are_not_for_strangers(guarded: Site, peer: str, forwarded: str, status: int) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    answer = ask(guarded, "GET", "/metrics", headers=headers, peer=peer)
    assert answer.status == status
    assert (b"dozen_requests_total" in answer.body) == (status == 200)


# Bodies


def bearer(site: Site) -> tuple[bytes, bytes]:
    return b"authorization", f"Bearer {site.token(site.person(next(names)))}".encode()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody who still sends is waited for."""
    monkeypatch.setattr(send, "LINGER_IDLE_SECONDS", 0.02)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("length", [b"1073741824", b"9" * 30, b"9" * 5000, b"-1", b"ten", b"\xb2"])
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/microblog/tweets", b"application/json"),
        ("/settings/theme", b"application/x-www-form-urlencoded"),
        ("/api/media", b"multipart/form-data; boundary=b"),
    ],
)
def test_a_huge_declared_body_is_refused_unread(house: Site, path: str, kind: bytes, length: bytes) -> None:
    answer = ask(
        house,
        "POST",
        path,
        headers=[bearer(house), (b"content-type", kind), (b"content-length", length)],
        body=[],
        stall=True,  # reading any of it would hang
    )
    assert answer.status == 413


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("path", "kind"),
    [("/microblog/tweets", b"application/json"), ("/settings/theme", b"application/x-www-form-urlencoded")],
)
def test_an_undeclared_body_is_cut_off(house: Site, path: str, kind: bytes) -> None:
    answer = ask(
        house,
        "POST",
        path,
        headers=[bearer(house), (b"content-type", kind)],
        body=[b"x" * 65536] * 5,
        stall=True,
    )
    assert answer.status == 413


@pytest.mark.usefixtures("hasty")
def test_a_slow_body_is_given_up(house: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "BODY_SECONDS", 0.2)
    answer = ask(
        house, "POST", "/microblog/tweets", headers=[bearer(house), JSON], body=[b'{"text":'], stall=True
    )
    assert answer.status == 400
    assert b"too long" in answer.body


def test_a_dripping_body_is_given_up_too(house: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is for the whole body, not for each drop."""
    import asyncio

    monkeypatch.setattr(serve, "BODY_SECONDS", 0.3)
    drops = 0

    async def receive() -> Any:
        nonlocal drops
        await asyncio.sleep(0.05)
        drops += 1
        return {"type": "http.request", "body": b" ", "more_body": drops < 100}

    class Call:
        headers: dict[bytes, bytes] = {}  # noqa: RUF012

        def declares_more(self, limit: int) -> bool:
            return False

    call: Any = Call()
    call.receive = receive
    with pytest.raises(serve.Malformed):
        house.run(serve.read_body(call, 1000))
    assert drops < 20


def test_a_body_that_breaks_off_changes_nothing(house: Site) -> None:
    before = counted(house)
    answer = ask(house, "POST", "/microblog/tweets", headers=[bearer(house), JSON], body=[])
    assert answer.status == 400
    assert counted(house) == before


# Characters that do not belong


@pytest.mark.parametrize(
    "path",
    [
        "/microblog/timeline/a\0b",
        "/microblog/timeline/tag/a\0b",
        "/microblog/timeline/\udcff\udcfe",
        "/@a\0b",
        "/@\ufffd",
        "/\0",
        "/media/1/\0",
        "/media/1/../../../etc/passwd",
        "/static/x/../../../../etc/passwd",
        "/static/\0",
    ],
)
@pytest.mark.parametrize("accept", [b"text/html", b"application/json"])
def test_bad_paths_are_not_found(house: Site, path: str, accept: bytes) -> None:
    answer = ask(house, "GET", path, headers=[(b"accept", accept)])
    assert answer.status in (400, 404)
    assert b"root:" not in answer.body


@pytest.mark.parametrize(
    "query", [b"q=%00", b"q=%ff", b"q=\xff", b"q=%C3%28", b"&".join(b"a%d=1" % n for n in range(200))]
)
def test_bad_queries_are_malformed(house: Site, query: bytes) -> None:
    for accept in (b"text/html", b"application/json"):
        answer = ask(house, "GET", "/microblog/search", query=query, headers=[(b"accept", accept)])
        assert answer.status == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"text":"\xff"}', 400),
        (b'{"text":"\\ud800"}', 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"text":1}', 422),
        (b'{"text":"x","media_ids":[1e400]}', 422),
        (b'{"text":"\\u0000"}', 422),
        (b'{"text":"x","in_reply_to_id":"99999999999999999999"}', 422),
        (b'{"text":"x","in_reply_to_id":"9999999999999999999"}', 404),
        (b'{"text":"x","in_reply_to_id":"-1"}', 422),
        ('{"text":"x","in_reply_to_id":"\u0661"}'.encode(), 422),
    ],
)
def test_bad_json_is_refused(house: Site, body: bytes, status: int) -> None:
    before = counted(house)
    answer = ask(house, "POST", "/microblog/tweets", headers=[bearer(house), JSON], body=[body])
    assert answer.status in ((status, 422) if status == 400 else (status,)), answer.body
    assert counted(house) == before


NUL_BODIES = [
    ("POST", "/microblog/tweets", {"text": "nul", "location": "a\0b"}),
    ("POST", "/microblog/tweets", {"text": "nul", "warning": "a\0b"}),
    ("POST", "/microblog/tweets", {"text": "nul", "poll": {"options": ["a\0", "b"]}}),
    ("PATCH", "/api/me", {"name": "a\0b"}),
    ("PATCH", "/api/me", {"bio": "a\0b"}),
    ("PATCH", "/api/me", {"website": "https://a.example/\0"}),
    ("PATCH", "/api/me", {"pronouns": "\0"}),
    ("PATCH", "/api/me", {"language": "e\0"}),
    ("PATCH", "/api/me", {"time_zone": "\0"}),
    ("PATCH", "/api/me", {"time_zone": "../../etc/passwd"}),
    ("PATCH", "/api/me", {"phone": "+4\0"}),
    ("PATCH", "/api/me", {"birth_date": "2000-01-\0"}),
    ("POST", "/api/register", {"username": "a\0b", "password": "a good long one"}),
    ("POST", "/api/register", {"username": "nulmail", "email": "a\0@b.example", "password": "a good long 1"}),
    ("POST", "/api/register", {"username": "nulword", "password": "a good\0 long one"}),
    ("POST", "/api/login", {"login": "a\0b", "password": "x"}),
    ("POST", "/api/login", {"login": "ada", "password": "\0"}),
    ("POST", "/api/login", {"login": "ada", "password": "x", "scope": "\0"}),
]


def test_nul_characters_are_never_stored_or_fatal(site: Site) -> None:
    ada = site.as_("ada")
    for method, path, body in NUL_BODIES:
        answer = ada.request(method, path, json=body)
        assert answer.status_code < 500, (method, path, body)
        assert "\\u0000" not in answer.text, (method, path, body)


@pytest.mark.parametrize("field", ["login", "password", "next", "csrf"])
@pytest.mark.parametrize("value", [b"%00", b"%ff", b"%C3%28"])
def test_bad_characters_in_forms_are_malformed(house: Site, field: str, value: bytes) -> None:
    answer = ask(
        house,
        "POST",
        "/login",
        headers=[FORM, (b"accept", b"text/html")],
        body=[b"login=a&password=b&" + field.encode() + b"=" + value],
    )
    assert answer.status == 400


@pytest.mark.parametrize(
    "header",
    [
        (b"cookie", b"dozen=\xff\x00; dozen_guest=\xfe; theme=\x00"),
        (b"cookie", b'dozen="\\777\\000"; ;;=;a'),
        (b"cookie", b"dozen_flash=" + b"A" * 9000),
        (b"authorization", b"Bearer \xff"),
        (b"authorization", b"Bearer " + b"a" * 10_000),
        (b"authorization", b"Bearer"),
        (b"authorization", b"Basic YTpi"),
        (b"host", b"\xff"),
        (b"user-agent", b"\xff\x00" * 500),
        (b"origin", b"\xff"),
        (b"referer", b"http://localhost//evil.example"),
        (b"if-none-match", b"\xff"),
        (b"range", b"bytes=\xb2-"),
        (b"accept", b"\xff"),
        (b"accept-encoding", b"\xff;q=\x00"),
        (b"content-type", b"multipart/form-data; boundary=\xff"),
        (b"x-csrf-token", b"\xff"),
        (b"x-forwarded-for", b"\xff, ,"),
    ],
)
def test_strange_headers_break_nothing(house: Site, header: tuple[bytes, bytes]) -> None:
    for method, path in (
        ("GET", "/"),
        ("GET", "/microblog/timeline/public"),
        ("POST", "/login"),
        ("POST", "/settings/theme"),
        ("POST", "/api/login"),
    ):
        assert ask(house, method, path, headers=[(b"accept", b"text/html"), header]).status < 500


# Redirects


EVIL = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\x0b/evil.example",
    "evil.example",
    "@evil.example",
    "",
]


@pytest.mark.parametrize("to", EVIL)
def test_signing_in_leads_nowhere_else(house: Site, to: str) -> None:
    name = next(names)
    house.person(name)
    browser = house.client()
    answer = browser.submit("/login", login=name, password=PASSWORD, next=to)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    again = browser.get("/login", params={"next": to}, headers=HTML)  # signed in: straight on
    assert (again.status_code, again.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    ("to", "location"),
    [
        ("/microblog?x=1&y=2#z", "/microblog?x=1&y=2#z"),
        ("/microblog/timeline/tag/caf%C3%A9", "/microblog/timeline/tag/caf%C3%A9"),
        ("/microblog/timeline/tag/café 茶", "/microblog/timeline/tag/caf%C3%A9%20%E8%8C%B6"),
    ],
)
def test_signing_in_leads_back(house: Site, to: str, location: str) -> None:
    name = next(names)
    house.person(name)
    answer = house.client().submit("/login", login=name, password=PASSWORD, next=to)
    assert (answer.status_code, answer.headers["location"]) == (303, location)


@pytest.mark.parametrize("referer", ["https://evil.example/", "http://localhost//evil.example", "\t//e"])
def test_a_referer_leads_nowhere_else(house: Site, referer: str) -> None:
    browser = house.client()
    answer = browser.post(
        "/settings/theme", data={"csrf": browser.csrf("/")}, headers=HTML | {"referer": referer}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_no_input_becomes_a_header(house: Site) -> None:
    split = "/x\r\nset-cookie: dozen=planted\r\n\r\n<script>"
    name = next(names)
    house.person(name)
    browser = house.client()
    for answer in (
        browser.submit("/login", login=name, password=PASSWORD, next=split),
        browser.submit("/microblog/searches", q=split),
        browser.get("/login", params={"next": split}, headers=HTML),
        browser.get("/settings/" + quote(split), headers=HTML),
        house.anonymous.get("/settings", params={"a": split}, headers=HTML),
    ):
        assert answer.status_code < 500
        for value in answer.headers.values():
            assert "\r" not in value
            assert "\n" not in value
        assert "planted" not in answer.headers.get("set-cookie", "")


# Ids and page markers


@pytest.mark.parametrize(
    "bad",
    ["0", "-1", "9223372036854775808", "9" * 19, "9" * 400, "1.5", "1e3", "٣", "²", "0x10", "NaN", " 1"],
)
def test_ids_that_cannot_be_are_not_found(site: Site, bad: str) -> None:
    ada = site.as_("ada")
    for method, path in (
        ("GET", "/microblog/tweets/{}"),
        ("DELETE", "/microblog/tweets/{}"),
        ("POST", "/microblog/tweets/{}/like"),
        ("GET", "/api/users/{}"),
        ("GET", "/api/media/{}"),
        ("POST", "/microblog/users/{}/follow"),
    ):
        assert ada.request(method, path.format(quote(bad))).status_code == 404, (method, path)
    for path in (f"/inbox/{quote(bad)}", f"/microblog/tweets/{quote(bad)}"):
        assert site.anonymous.get(path, headers=HTML).status_code in (303, 404)


def test_a_page_marker_is_good_for_its_list_only(house: Site) -> None:
    ada, bo = house.as_(next(names)), house.as_(next(names))
    for n in range(3):
        ada.post("/microblog/tweets", json={"text": f"Page {n}"})
    marker = ada.get("/microblog/timeline/public?limit=1").json()["next_cursor"]
    assert bo.get("/microblog/timeline/public", params={"cursor": marker}).status_code == 200
    forged = [
        *(marker[:at] + ("A" if marker[at] != "A" else "B") + marker[at + 1 :] for at in (0, 7, 13, 17)),
        "x",
        "é",
        "A" * 512,
        "=" * 8,
        marker + "A",
    ]
    for bad in forged:
        answer = ada.get("/microblog/timeline/public", params={"cursor": bad})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor"), bad
    for path in ("timeline/home", "timeline/mentions", "bookmarks", "notifications", "timeline/for-you"):
        answer = ada.get(f"/microblog/{path}", params={"cursor": marker})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor"), path
    answer = ada.get("/microblog/search", params={"q": "page", "cursor": marker})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")
    assert ada.get("/microblog/timeline/public", params={"cursor": "A" * 513}).status_code == 422


def test_another_installations_page_marker_is_refused(house: Site, guarded: Site) -> None:
    ada = guarded.as_(next(names))
    for n in range(2):
        ada.post("/microblog/tweets", json={"text": f"Elsewhere {n}"})
    marker = ada.get("/microblog/timeline/public?limit=1").json()["next_cursor"]
    assert house.anonymous.get("/microblog/timeline/public", params={"cursor": marker}).status_code == 400


# Methods and negotiation


def test_other_methods_are_told_which_are_allowed(house: Site) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        answer = house.anonymous.request(method, "/microblog/timeline/public")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    for method in ("TRACE", "CONNECT", "BREW"):
        assert house.anonymous.request(method, "/microblog/timeline/public").status_code in (404, 405)
    answer = house.anonymous.request("OPTIONS", "/microblog/tweets")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "POST" in answer.headers["allow"]
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/microblog/timeline/public", "/healthz", "/nowhere", "/static/x/y"])
def test_head_is_get_without_a_body(house: Site, path: str) -> None:
    plain = {"accept-encoding": "identity"}  # a compressed page's length varies with its masked token
    head, get = house.client().request("HEAD", path, headers=plain), house.client().get(path, headers=plain)
    assert head.status_code == get.status_code
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]


def test_head_where_there_is_no_get_has_no_body(house: Site) -> None:
    answer = house.anonymous.request("HEAD", "/microblog/users/1/follow")
    assert (answer.status_code, answer.content) == (405, b"")


def test_head_does_not_write(house: Site) -> None:
    before = counted(house)
    assert house.anonymous.request("HEAD", "/microblog/tweets").status_code == 405
    assert counted(house) == before


def test_one_address_answers_as_it_is_asked(house: Site) -> None:
    for accept, kind in (
        ("text/html,application/xhtml+xml", "text/html; charset=utf-8"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
    ):
        answer = house.anonymous.get("/microblog/timeline/public", headers={"accept": accept})
        assert answer.headers["content-type"] == kind
        assert "accept" in answer.headers["vary"]
    answer = house.as_(next(names)).post(
        "/microblog/tweets", content=b"<x/>", headers={"content-type": "text/xml"}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


# Errors


class Boom(Exception):
    pass


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_an_error_leaks_nothing(house: Site, monkeypatch: pytest.MonkeyPatch, accept: str) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise Boom("SELECT secret FROM accounts_people at /srv/dozen/service.py")

    monkeypatch.setattr("dozen.services.microblog.service.timelines.public", broken)
    answer = house.anonymous.get("/microblog/timeline/public", headers={"accept": accept})
    assert answer.status_code == 500
    for leak in ("secret", "SELECT", "Boom", "Traceback", ".py", "site-packages"):
        assert leak not in answer.text.replace("/static/", "")


def test_nothing_says_what_the_server_is_made_of(house: Site) -> None:
    for path in ("/", "/nowhere", "/api/me"):
        headers = house.anonymous.get(path, headers=HTML).headers
        assert "server" not in headers
        assert "x-powered-by" not in headers


def test_an_unknown_address_says_so_in_the_callers_language(house: Site) -> None:
    page = house.anonymous.get("/no/where<script>", headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<script>" not in page.text.partition("where")[2][:20]
    data = house.anonymous.get("/no/where")
    assert (data.status_code, data.headers["content-type"]) == (404, "application/problem+json")
    assert data.json()["code"] == "not_found"
