"""What an HTTP server may say to the application besides requests."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from dozen.app.asgi import Application, addresses, build
from dozen.kit.settings import Settings
from dozen.web import Api, Call
from tests.support.town import empty_database


@pytest.fixture
def app(tmp_path: Path) -> Application:
    url = empty_database("sqlite", tmp_path)
    assert url is not None
    return build(Settings(data_dir=str(tmp_path), database_url=url), work=False)


def talk(app: Application, scope: dict[str, Any], *said: str) -> list[dict[str, Any]]:
    """What the application answers to these messages."""
    heard: list[dict[str, Any]] = []
    waiting = [{"type": each} for each in said]

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        heard.append(message)

    asyncio.run(app(scope, receive, send))
    return heard


def test_it_starts_and_ends_with_the_server(app: Application) -> None:
    heard = talk(app, {"type": "lifespan"}, "lifespan.startup", "lifespan.shutdown")
    assert [each["type"] for each in heard] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_a_start_that_fails_is_told(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("no ids left")

    monkeypatch.setattr(app.system, "lease_ids", fail)
    (heard,) = talk(app, {"type": "lifespan"}, "lifespan.startup", "lifespan.shutdown")
    assert heard["type"] == "lifespan.startup.failed"
    app.system.close()


def test_web_sockets_are_turned_away(app: Application) -> None:
    assert talk(app, {"type": "websocket", "path": "/"}, "websocket.connect") == [{"type": "websocket.close"}]
    app.system.close()


def test_parameters_of_one_address_have_one_name() -> None:
    api = Api()

    @api.get("/a/{one}/b")
    def first(call: Call, one: int) -> None: ...

    @api.post("/a/{other}/b")
    def second(call: Call, other: int) -> None: ...

    with pytest.raises(ValueError, match="differently"):
        addresses(api.routes)
