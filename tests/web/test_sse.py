"""Live streams: how many one caller may keep open."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

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


async def _open(site: Site, headers: list[tuple[bytes, bytes]]) -> int:
    """The status of a stream, once it is refused or has ended."""
    status = 0

    async def receive() -> Any:
        await asyncio.sleep(3600)

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/microblog/stream",
        "raw_path": b"/microblog/stream",
        "root_path": "",
        "query_string": b"",
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
