"""An event stream of a site, listened to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import msgspec

from tests.support.site import Client


class Ear:
    """What has arrived so far."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._frames: list[bytes] = []
        self._arrived = asyncio.Event()

    async def listen(self, path: str, query: str) -> None:
        """Speaks ASGI: the client of the tests waits for the end of an answer, and a stream has none."""
        headers = [(key.encode(), value.encode()) for key, value in self._client.inner.headers.items()]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
            "query_string": query.encode(), "headers": headers,
            "client": ("127.0.0.1", 1), "server": ("localhost", 80),
        }  # fmt: skip
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await asyncio.sleep(30)
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            self._frames.append(message.get("body", b""))
            self._arrived.set()

        await self._client.site.app(scope, receive, send)  # type: ignore[arg-type]

    def until(self, marker: str) -> None:
        """Waits for it. TimeoutError when it does not come."""

        async def wait() -> None:
            async with asyncio.timeout(30):
                while marker.encode() not in b"".join(self._frames):
                    self._arrived.clear()
                    await self._arrived.wait()

        self._client.site.run(wait())

    def events(self, name: str) -> list[Any]:
        """The data of all events of that name."""
        found = []
        for part in b"".join(self._frames).split(b"\n\n"):
            lines = dict(line.partition(b": ")[::2] for line in part.split(b"\n"))
            if lines.get(b"event") == name.encode():
                found.append(msgspec.json.decode(lines[b"data"]))
        return found


@contextmanager
def listening(client: Client, path: str) -> Iterator[Ear]:
    """Somebody listens to an address while this is open."""
    bare, _, query = path.partition("?")
    ear = Ear(client)
    running: Future[None] = asyncio.run_coroutine_threadsafe(ear.listen(bare, query), client.site.loop)
    try:
        ear.until("retry")
        yield ear
    finally:
        running.cancel()
