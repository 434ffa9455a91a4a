"""Answers on the wire: headers that every kind of answer has, and redirects with their messages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dozen.kit.errors import Conflict
from dozen.web import Api, Call, File, Form, Page, Pages, Redirect, Stream, Undo
from dozen.web.serve import Address
from tests.support.raw import ask
from tests.support.site import Client, Site, open_site

api = Api("/send")
pages = Pages("/send")
HTML = (b"accept", b"text/html")
ENHANCED = {"accept": "text/html", "x-requested-with": "dozen"}


@api.get("/file", access="public")
def file(call: Call) -> File:
    here = Path(__file__)
    return File(media="text/plain", size=here.stat().st_size, path=here, etag='"one"')


@api.get("/stream", access="public", streams=True)
async def stream(call: Call) -> Stream:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"one"

    return Stream(chunks(), media="text/plain")


@api.get("/lasting", access="public")
def lasting(call: Call) -> File:
    answer = file(call)
    answer.immutable = True
    return answer


class Said(msgspec.Struct):
    words: str


@api.post("/said", access="public", status=200)
def said(call: Call, data: Said | None = None) -> dict[str, str]:
    return {"words": data.words if data is not None else "nothing"}


@api.get("/data", access="public")
def data(call: Call) -> dict[str, str]:
    return {"a": "b"}


@pages.post("/done", access="public")
def done(call: Call, form: Form) -> Redirect:
    undo = Undo("/send/undone", "Put it back", {"what": "a <b>", "n": "2"}) if form.checked("undo") else None
    return Redirect("/send/page?x=é#here", flash="It is <done>", undo=undo)


@pages.post("/undone", access="public")
def undone(call: Call, form: Form) -> Redirect:
    return Redirect("/send/page", flash=f"Back: {form.get('what')} {form.get('n')}", kind="info")


@pages.get("/page", access="public")
def page(call: Call) -> Page:
    return Page("error.html", title="A page", status=200)


@pages.post("/write", keeps=("text", "note"))
def write(call: Call, form: Form) -> Redirect:
    raise Conflict("Somebody was faster")


@pages.get("/moved", access="public")
def moved(call: Call) -> Redirect:
    return Redirect("/send/page")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = open_site("sqlite", tmp_path_factory.mktemp("house"))
    assert made is not None
    for route in (*api.routes, *pages.routes):
        made.app.router.add(route.path, Address(made.server, route.path, [route]))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/send/file", [], 200),
        ("HEAD", "/send/file", [], 200),
        ("GET", "/send/file", [(b"range", b"bytes=0-3")], 206),
        ("GET", "/send/file", [(b"range", b"bytes=999999-")], 416),
        ("GET", "/send/file", [(b"if-none-match", b'"one"')], 304),
        ("GET", "/send/stream", [], 200),
        ("HEAD", "/send/stream", [], 200),
        ("GET", "/send/data", [], 200),
        ("GET", "/send/moved", [], 303),
        ("GET", "/send/page", [], 200),
        ("DELETE", "/send/page", [], 405),
        ("GET", "/no/where", [HTML], 404),
        ("GET", "/settings", [HTML], 303),
        ("GET", "/api/me", [], 401),
    ],
)
def test_everything_over_https_says_to_stay_there(
    house: Site, method: str, path: str, headers: list[tuple[bytes, bytes]], status: int
) -> None:
    over = ask(house, method, path, headers=headers, scheme="https")
    assert (over.status, over.header("strict-transport-security")) == (status, "max-age=31536000")
    plain = ask(house, method, path, headers=headers)
    assert (plain.status, plain.header("strict-transport-security")) == (status, "")
    assert over.header("x-content-type-options") == "nosniff"


def test_a_range_that_is_not_there_is_not_kept(house: Site) -> None:
    assert "immutable" in ask(house, "GET", "/send/lasting").header("cache-control")
    missed = ask(house, "GET", "/send/lasting", headers=[(b"range", b"bytes=999999-")])
    assert (missed.status, missed.header("cache-control")) == (416, "no-store")


@pytest.mark.parametrize(
    ("headers", "body", "status", "words"),
    [
        ([], [b""], 200, "nothing"),
        ([(b"content-length", b"0")], [b""], 200, "nothing"),
        ([(b"transfer-encoding", b"chunked")], [b"", b""], 200, "nothing"),
        ([(b"content-length", b"14")], [b'{"words":"hi"}'], 200, "hi"),
        ([(b"transfer-encoding", b"chunked")], [b'{"words"', b':"hi"}'], 200, "hi"),
        ([(b"content-length", b"2")], [b"{}"], 422, None),
        ([(b"content-length", b"1")], [b"{"], 400, None),
        ([(b"content-length", b"4"), (b"content-type", b"text/plain")], [b"null"], 415, None),
    ],
)
def test_a_body_may_be_left_out_where_it_says_so(
    house: Site, headers: list[tuple[bytes, bytes]], body: list[bytes], status: int, words: str | None
) -> None:
    answer = ask(house, "POST", "/send/said", headers=headers, body=body)
    assert answer.status == status
    assert json.loads(answer.body).get("words") == words


# Messages


def toasts(client: Client, path: str = "/send/page") -> str:
    shown = client.get(path, headers={"accept": "text/html"}).text
    return shown.partition('id="toasts"')[2]


def test_a_message_is_shown_once_on_the_next_page(house: Site) -> None:
    browser = house.client()
    answer = browser.submit("/send/done", page="/login")
    assert (answer.status_code, answer.headers["location"]) == (303, "/send/page?x=%C3%A9#here")
    shown = toasts(browser)
    assert "It is &lt;done&gt;" in shown
    assert "<form" not in shown
    assert "It is" not in toasts(browser)


def test_a_fragment_in_between_does_not_take_the_message(house: Site) -> None:
    browser = house.client()
    browser.submit("/send/done", page="/login")
    assert "It is" not in browser.get("/send/page", headers=ENHANCED).text
    assert "It is" in toasts(browser)


def test_a_message_can_be_undone_without_scripts(house: Site) -> None:
    browser = house.client()
    browser.submit("/send/done", page="/login", undo="1")
    shown = toasts(browser)
    form = shown[shown.index("<form") : shown.index("</form>")]
    assert 'action="/send/undone"' in form
    assert "Put it back</button>" in form
    fields = {
        part.partition('"')[0]: part.partition('value="')[2].partition('"')[0]
        for part in form.split('name="')[1:]
    }
    assert fields.keys() == {"csrf", "what", "n"}
    assert fields["what"] == "a &lt;b&gt;"
    back = browser.post("/send/undone", data=fields | {"what": "a <b>"}, headers={"accept": "text/html"})
    assert back.status_code == 303
    assert "Back: a &lt;b&gt; 2" in toasts(browser)


def test_a_script_is_told_where_to_go_and_what_to_say(house: Site) -> None:
    browser = house.client()
    fields = {"csrf": browser.csrf("/login"), "undo": "1"}
    answer = browser.post("/send/done", data=fields, headers=ENHANCED)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["cache-control"] == "no-store"
    assert json.loads(answer.text) == {
        "to": "/send/page?x=%C3%A9#here",
        "flash": {
            "text": "It is <done>",
            "kind": "success",
            "undo": {"action": "/send/undone", "label": "Put it back", "fields": {"what": "a <b>", "n": "2"}},
        },
    }
    assert "It is" not in toasts(browser)  # the script has said it


def test_a_script_that_only_reads_is_redirected(house: Site) -> None:
    answer = house.client().get("/send/moved", headers=ENHANCED)
    assert (answer.status_code, answer.headers["location"]) == (303, "/send/page")


@pytest.mark.parametrize("sealed", ["", "x", "é", "A" * 3000])
def test_a_forged_message_is_not_shown(house: Site, sealed: str) -> None:
    answer: Any = ask(
        house, "GET", "/send/page", headers=[HTML, (b"cookie", f"dozen_flash={sealed}".encode())]
    )
    assert answer.status == 200
    assert b'role="status"' not in answer.body


def test_an_undo_stays_on_this_server() -> None:
    with pytest.raises(ValueError, match="not a path"):
        Undo("//evil.example/follow")


# Words that somebody wrote

WORDS = {"text": "Dear <all>,\nit is late", "note": "", "password": "my secret words", "csrf": ""}


def kept(page: str) -> str:
    return page.partition('id="f-typed"')[2].partition(">")[2].partition("</textarea>")[0].strip()


def test_a_page_that_tells_an_error_gives_the_words_back(house: Site) -> None:
    browser = house.browser("ada")
    answer = browser.submit("/send/write", text=WORDS["text"], note="And more", password="my secret words")
    assert answer.status_code == 409
    assert "Somebody was faster" in answer.text
    assert kept(answer.text) == "Dear &lt;all&gt;,\nit is late\n\nAnd more"
    assert "secret" not in answer.text


def test_words_survive_a_form_that_is_too_old(house: Site) -> None:
    """Signed in again in another tab: this tab's token is no longer good."""
    browser = house.browser("bo")
    answer = browser.post("/send/write", data=WORDS, headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert kept(answer.text) == "Dear &lt;all&gt;,\nit is late"


def test_words_survive_the_end_of_a_session(house: Site) -> None:
    gone = house.client(cookies={"dozen": "an-ended-session"})
    answer = gone.post("/send/write", data=WORDS, headers={"accept": "text/html"})
    assert answer.status_code == 401
    assert kept(answer.text) == "Dear &lt;all&gt;,\nit is late"
    assert 'href="/login?next=/"' in answer.text
    nothing = gone.post("/send/write", data={"text": " "}, headers={"accept": "text/html"})
    assert (nothing.status_code, nothing.headers["location"]) == (303, "/login?next=/")


def test_a_script_keeps_its_words_itself(house: Site) -> None:
    browser = house.browser("cy")
    answer = browser.post("/send/write", data=WORDS | {"csrf": browser.csrf("/")}, headers=ENHANCED)
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert "late" not in answer.text
