"""The ASGI application: rooms' doors at their addresses, and what every server has."""

from __future__ import annotations

import asyncio
import gc
import logging
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from dozen.app import logs
from dozen.app.system import System
from dozen.kit.errors import Fault, Malformed, NotFound
from dozen.kit.settings import Settings, load
from dozen.web import Api, Call, Pages
from dozen.web.frame import Frame
from dozen.web.routes import Route
from dozen.web.send import send_refusal
from dozen.web.serve import Address, Server

log = logging.getLogger("dozen.app")
_HOST = re.compile(rb"(?:[a-zA-Z0-9._-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::[0-9]{1,5})?")


def application() -> Application:
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


def build(settings: Settings, *, work: bool = True) -> Application:
    """The application for given settings. ``work`` runs jobs in the server's own threads."""
    logs.configure(settings)
    return Application(System(settings), work=work)


class Application:
    """One process's Dozen, as an HTTP server runs it. ``work``: with background jobs."""

    def __init__(self, system: System, *, work: bool) -> None:
        self.system = system
        self.work = work
        frame = Frame(system.rooms)
        self.server = Server(system.env, system.db, frame, system.replica)
        self.router = self.server.router
        for path, routes in addresses(frame.routes).items():
            self.router.add(path, Address(self.server, path, routes))
        self.router.add("/static/{path:path}", frame.assets)

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """What runs beside the requests: following the event log, and jobs."""
        system = self.system
        system.lease_ids()
        system.follow(asyncio.get_running_loop())
        if self.work:
            system.start_work(system.settings.job_threads)
        try:
            yield
        finally:
            self.server.close()
            system.close()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        kind = scope["type"]
        if kind == "lifespan":
            await self._live(receive, send)
        elif kind != "http":
            await receive()
            await send({"type": "websocket.close"})  # nothing here speaks it
        elif not _host_is_sound(scope["headers"]):
            await self._turn_away(Malformed("That is no host name"), scope, receive, send)
        else:
            path: str = scope["path"]
            if "//" in path or (path.endswith("/") and path != "/"):
                scope["path"] = path = "/" + "/".join(filter(None, path.split("/")))
            found = self.router.find(path)
            if found is None:
                await self._turn_away(NotFound(), scope, receive, send)
            else:
                answering, scope["path_params"] = found
                await answering(scope, receive, send)

    async def _turn_away(self, fault: Fault, scope: Any, receive: Any, send: Any) -> None:
        """What reached no door, told in our own shapes."""
        call = Call(self.server, _API.routes[0], scope, receive)
        if call.wants_page:
            call.route = _PAGES.routes[0]
        await send_refusal(call, self.server.tell(call, fault), send, head=scope["method"] == "HEAD")

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        try:
            async with self.lifespan():
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except Exception:
            log.exception("the server could not start")
            await send({"type": "lifespan.startup.failed", "message": "see the log"})
            return
        await send({"type": "lifespan.shutdown.complete"})


def _host_is_sound(headers: Any) -> bool:
    """Links are made from it, so it may hold nothing but a host and a port."""
    return all(_HOST.fullmatch(value) for name, value in headers if name == b"host")


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


@cache
def _shape(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


_API, _PAGES = Api(), Pages()


@_API.get("/", access="public")
@_PAGES.get("/", access="public")
def _nothing(call: Call) -> None:
    raise NotFound
