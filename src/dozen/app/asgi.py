"""The ASGI application: rooms' doors on Litestar's router, and what every server has."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Router, route
from litestar.response import Response
from litestar.types import Method

from dozen.app import logs
from dozen.app.system import System
from dozen.kit.errors import Fault, Malformed, NotFound
from dozen.kit.settings import Settings, load
from dozen.web import Api, Call, Pages
from dozen.web.frame import Frame
from dozen.web.routes import Route
from dozen.web.send import send_reply
from dozen.web.serve import Address, Fail, MethodNotAllowed, Server


def application() -> Litestar:
    """The application for the settings in the environment: what the HTTP server loads in each worker."""
    app = build(load())
    settle()
    return app


def settle() -> None:
    """Take what stands after start-up out of the garbage collector's rounds, and make these rarer.

    A server keeps some hundred thousand objects for good (caches, statements, templates). Whoever's request
    is served while the collector walks them all waits for it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def build(settings: Settings, *, work: bool = True) -> Litestar:
    """The application for given settings. ``work`` runs jobs in the server's own threads."""
    logs.configure(settings)
    system = System(settings)
    frame = Frame(system.rooms)
    server = Server(system.env, system.db, frame)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        system.lease_ids()
        system.follow(asyncio.get_running_loop())
        if work:
            system.start_work(settings.job_threads)
        try:
            yield
        finally:
            server.close()
            system.close()

    handlers: dict[str, list[Any]] = defaultdict(list)
    for path, routes in addresses(frame.routes).items():
        handlers[path.split("/")[1]].append(_mounted(path, Address(server, path, routes)))
    handlers["static"].append(_mounted("/static/{path:path}", frame.assets))
    app = Litestar(
        # In bundles, since Litestar looks through all that it has with each that it is given.
        [Router("/", route_handlers=each) for each in handlers.values()],
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
        exception_handlers={Exception: lambda request, error: _Turned(server, error)},
    )
    app.state.server = server
    app.state.system = system
    return app


def addresses(routes: list[Route]) -> dict[str, list[Route]]:
    """Routes by path. Paths that differ only in a parameter's name are one address."""
    found: dict[str, list[Route]] = defaultdict(list)
    shapes: dict[str, str] = {}
    for each in routes:
        path = shapes.setdefault(_shape(each.path), each.path)
        if path != each.path:
            raise ValueError(f"{each!r} names the parameters of {path} differently")
        found[path].append(each)
    return found


def _shape(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


_METHODS: list[Method] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def _mounted(path: str, application: Any) -> Any:
    """A route of Litestar's that is answered by ``application`` as it is.

    The application stands in the place of a middleware that never calls on; Litestar's own ``asgi``
    handlers cannot have path parameters (2.25 looks their parsers up by method and finds none).
    """

    async def handler() -> None:
        """Never reached."""

    parts = [f"{{{p[1:-1]}:str}}" if p.startswith("{") and ":" not in p else p for p in path.split("/")]
    return route(
        "/".join(parts) or "/",
        http_method=_METHODS,
        middleware=[lambda app: application],
        name=path,
        include_in_schema=False,
        sync_to_thread=None,
    )(handler)


class _Turned(Response[None]):
    """What the router turned away before any door was reached, told in our own shapes."""

    def __init__(self, server: Server, error: Exception) -> None:
        super().__init__(None)
        if getattr(error, "status_code", 500) >= 500:
            log.error("the router failed", exc_info=error)
        self._server = server
        self._fault = _FAULTS.get(getattr(error, "status_code", 500), Malformed)()

    def to_asgi_response(self, *args: Any, **kwargs: Any) -> Any:
        return self._answer

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        wants_page = any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])
        route = (_PAGES if wants_page else _API).routes[0]
        call = Call(self._server, route, scope, receive)
        await send_reply(call, self._server.tell(call, self._fault), send, head=scope["method"] == "HEAD")


log = logging.getLogger("dozen.app")
_FAULTS: dict[int, type[Fault]] = {404: NotFound, 405: MethodNotAllowed, 500: Fail}
_API, _PAGES = Api(), Pages()


@_API.get("/", access="public")
@_PAGES.get("/", access="public")
def _nothing(call: Call) -> None:
    raise NotFound
