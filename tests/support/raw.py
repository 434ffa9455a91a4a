"""Requests as no well-behaved client sends them, put straight to the application."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from tests.support.site import Site


class Raw:
    """What came back: ``status``, ``headers`` (all of them, in order), ``body``."""

    def __init__(self, messages: list[Any]) -> None:
        start = messages[0]
        assert start["type"] == "http.response.start"
        self.status: int = start["status"]
        self.headers: list[tuple[bytes, bytes]] = list(start["headers"])
        self.body = b"".join(message.get("body", b"") for message in messages[1:])

    def header(self, name: str) -> str:
        return next((v.decode("latin-1") for k, v in self.headers if k.lower() == name.encode()), "")


def ask(
    site: Site,
    method: str,
    path: str,
    *,
    query: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = (),
    body: Iterable[bytes] = (b"",),
    stall: bool = False,
    peer: str = "127.0.0.1",
    scheme: str = "http",
    host: bytes = b"localhost",
) -> Raw:
    """Send one ASGI request. ``body`` arrives in the given pieces; ``stall``: and then nothing more comes."""
    return site.run(_ask(site, method, path, query, headers, body, stall, peer, scheme, host))


async def _ask(
    site: Site,
    method: str,
    path: str,
    query: bytes,
    headers: Iterable[tuple[bytes, bytes]],
    body: Iterable[bytes],
    stall: bool,
    peer: str,
    scheme: str,
    host: bytes,
) -> Raw:
    sent: list[Any] = []
    pieces = list(body)
    taken = 0

    async def receive() -> Any:
        nonlocal taken
        if taken < len(pieces):
            taken += 1
            more = stall or taken < len(pieces)
            return {"type": "http.request", "body": pieces[taken - 1], "more_body": more}
        if stall:
            await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "surrogateescape"),
        "root_path": "",
        "query_string": query,
        "scheme": scheme,
        "headers": [(b"host", host), *headers],
        "client": (peer, 40000),
        "server": ("localhost", 80),
        "state": {},
    }
    await site.app(scope, receive, send)
    return Raw(sent)
