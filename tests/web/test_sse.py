"""Live streams: how many one caller may keep open."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from dozen.core import accounts
from dozen.web import sse
from tests.support.raw import ask
from tests.support.site import Site, open_site


@pytest.fixture
def place(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sse, "_PERSONS", 3)
    made = open_site("sqlite", tmp_path)
    assert made is not None
    yield made
    made.close()


def test_a_person_may_keep_so_many_streams_open(place: Site) -> None:
    ada, bo = place.as_("ada"), place.as_("bo")
    listeners = place.server.env.part(sse.Listeners)

    def bearer(person: int) -> list[tuple[bytes, bytes]]:
        return [(b"authorization", f"Bearer {place.token(person)}".encode())]

    mine, others = bearer(ada.id), bearer(bo.id)

    async def flood() -> list[Any]:
        opened, refused = [], []
        for headers in (mine, mine, mine, mine, others):
            asked = asyncio.ensure_future(_open(place, headers))
            await asyncio.sleep(0.05)
            (refused if asked.done() else opened).append(asked)
        assert listeners.open == {f"p{ada.id}": 3, f"p{bo.id}": 1}
        for asked in opened:
            asked.cancel()
        await asyncio.wait(opened)
        return [asked.result() for asked in refused]

    assert place.run(flood()) == [429]
    assert listeners.open == {}
    answer = ask(place, "HEAD", "/microblog/stream", headers=mine)
    assert answer.status == 200
    assert listeners.open == {}


def test_a_stream_ends_when_its_person_is_suspended(place: Site) -> None:
    ada, boss = place.as_("ada"), place.person("boss", role="admin")
    token = (b"authorization", f"Bearer {place.token(ada.id)}".encode())

    async def listen() -> int:
        asked = asyncio.ensure_future(_open(place, [token]))
        await asyncio.sleep(0.1)
        assert not asked.done()
        await asyncio.to_thread(place.town.write, accounts.suspend, boss, ada.id, reason="spam")
        return await asyncio.wait_for(asked, 10)

    assert place.run(listen()) == 200
    assert place.run(_open(place, [token])) == 403


def test_streams_of_many_pages_come_as_one(place: Site) -> None:
    """Each frame says whose it is; silent are those not for the caller, those that are none, and itself."""
    ada, bo, cy = place.browser("ada"), place.as_("bo"), place.as_("cy")
    me = place.town.read(accounts.by_username, "ada")
    assert me is not None
    post = place.as_("ada").post("/microblog/tweets", json={"text": "hello"}).json()["id"]
    addresses = [
        "/microblog/stream?tweet=12345",
        "/wallet/desk/books/verifications/1/stream",
        "/microblog",
        "/nowhere",
        "/live?at=/live",
        f"/microblog/stream?tweet={post}",
        "/microblog/stream",
    ]
    query = urlencode([("me", me.id), *(("at", each) for each in addresses)]).encode()
    cookie = "; ".join(f"{name}={value}" for name, value in ada.inner.cookies.items()).encode()
    heard: list[bytes] = []

    async def listen() -> None:
        asked = asyncio.ensure_future(
            _open(place, [(b"cookie", cookie)], path="/live", query=query, heard=heard)
        )
        await asyncio.sleep(0.2)
        await bo.inner.post(f"/microblog/tweets/{post}/like")
        for _ in range(100):
            if b"likes-" in b"".join(heard):
                break
            await asyncio.sleep(0.02)
        asked.cancel()
        await asyncio.wait([asked])

    place.run(listen())
    frames = [frame for frame in b"".join(heard).decode().split("\n\n") if "event:" in frame]
    whose = {tuple(re.findall(r"^(?:data: (?=\d+$)|event: )(\w+)$", frame, re.M)) for frame in frames}
    assert {place for place, _ in whose} == {"5", "6"}
    assert ("5", "html") in whose
    assert place.server.env.part(sse.Listeners).open == {}
    # For somebody else's pages there is nothing, and no asking again.
    for client, other in ((ada, cy.id), (place.anonymous, me.id)):
        answer = client.get("/live", params={"me": other, "at": "/microblog/stream"})
        assert answer.text == "event: over\ndata: {}\n\n"
    assert ada.get("/live", params={"me": me.id}).status_code == 422


async def _open(
    site: Site,
    headers: list[tuple[bytes, bytes]],
    *,
    path: str = "/microblog/stream",
    query: bytes = b"",
    heard: list[bytes] | None = None,
) -> int:
    """The status of a stream, once it is refused or has ended."""
    status = 0

    async def receive() -> Any:
        await asyncio.sleep(3600)

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)
        if heard is not None:
            heard.append(message.get("body", b""))

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query,
        "scheme": "http",
        "headers": [(b"host", b"localhost"), *headers],
        "client": ("127.0.0.1", 40000),
        "server": ("localhost", 80),
        "http_version": "1.1",
        "asgi": {"version": "3.0"},
        "state": {},
    }
    await site.app(scope, receive, send)
    return status
