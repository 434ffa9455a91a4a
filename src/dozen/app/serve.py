"""``dozen serve``: everything from an empty folder to a served address."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from dozen.app import setup
from dozen.kit.settings import Settings, environment

console = Console()
_HEAD_MS = 15_000
"""How long a request's head may take to arrive, and a connection may be idle."""


def run(settings: Settings, *, tls: bool, demo: str | None) -> int:
    """Serve until interrupted. ``demo`` None: small, when the database is made anew right now."""
    if not _free(settings.host, settings.port):
        console.print(
            f"[bold]Port {settings.port} is taken.[/] Stop what uses it, or choose another with --port.",
            style="red",
        )
        return 1
    fresh = setup.missing(settings) != ""
    first = fresh and _unmade(settings)
    if fresh:
        setup.migrate(settings)
    if demo != "none" and (first or demo is not None):
        _load_demo(settings, demo or "small", asked=demo is not None)
    certificate = _certificate(settings) if tls else None
    with _gateway(settings) as settings:
        _export(settings)
        if settings.workers > 1:
            return _serve_many(settings, certificate)
        return _serve_one(settings, certificate)


@contextmanager
def _gateway(settings: Settings) -> Iterator[Settings]:
    """The payment gateway's simulator beside sample data, so that cards can be tried; else nothing."""
    from dozen.app.services import chosen

    wanted = any(room.name == "wallet" for room in chosen(settings.rooms))
    if not wanted or settings.gateway_url or not (settings.data / "demo-logins.txt").exists():
        yield settings
        return
    from dozen.app import secret
    from dozen.app.gateway.launch import Running, with_simulator

    port = next(
        (p for p in range(settings.gateway_port, settings.gateway_port + 50) if _free("127.0.0.1", p)), 0
    )
    settings = with_simulator(msgspec.structs.replace(settings, gateway_port=port))
    beside = Running(settings, secret.load(settings))  # comes up while the server does
    try:
        yield settings
    finally:
        beside.stop()


def _free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _unmade(settings: Settings) -> bool:
    from dozen.db import open_database
    from dozen.db.migrate import current

    db = open_database(settings.database)
    try:
        return current(db) == ""
    finally:
        db.close()


def _load_demo(settings: Settings, size: str, *, asked: bool) -> None:
    from dozen.app.system import System
    from dozen.services.home.service import is_empty

    system = System(settings)
    empty = system.db.run_read(system.env, is_empty)
    system.close()
    if empty:
        setup.demo(settings, size=size)
    elif asked and size == "large":
        console.print("There are people here already, so no sample data was loaded.")


def _certificate(settings: Settings) -> tuple[Path, Path]:
    from urllib.parse import urlsplit

    from dozen.app import tls

    names = ["localhost", "127.0.0.1", "::1", socket.gethostname()]
    if host := urlsplit(settings.url).hostname:
        names.append(host)
    ca, certificate, key = tls.ensure(settings.data / "tls", tuple(dict.fromkeys(names)))
    console.print(f"Certificate authority for https: [bold]{ca}[/]")
    return certificate, key


def _export(settings: Settings) -> None:
    """Worker processes read the settings from the environment."""
    os.environ.update(environment(settings))


def _announce(settings: Settings, certificate: tuple[Path, Path] | None, *, governed: bool = True) -> None:
    address = settings.base_url or f"http://localhost:{settings.port}"
    console.print(f"\n  Dozen is at [bold cyan]{address}[/]")
    if certificate:
        console.print(f"         and [bold cyan]https://localhost:{settings.tls_port}[/]")
    logins = settings.data / "demo-logins.txt"
    if logins.exists():
        console.print("\n" + "\n".join("  " + line for line in logins.read_text().splitlines()))
    if not governed:
        console.print("\n  Nobody runs this place yet: `bin/dozen user create NAME --email ADDRESS --admin`")
    console.print("\n  Ctrl-C ends it.\n")
    sys.stdout.flush()


def _serve_one(settings: Settings, certificate: tuple[Path, Path] | None) -> int:
    """One process, one event loop; http and https beside each other."""
    import uvloop

    return uvloop.run(_main(settings, certificate))


async def _main(settings: Settings, certificate: tuple[Path, Path] | None) -> int:
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server.embed import Server

    from dozen.app.asgi import build, settle
    from dozen.core import accounts

    app = build(settings)
    settle()
    common: dict[str, Any] = {
        "address": settings.host,
        "interface": Interfaces.ASGI,
        "log_level": LogLevels.error,
        "log_dictconfig": {"disable_existing_loggers": False},
        "http1_settings": HTTP1Settings(header_read_timeout=_HEAD_MS),
        "backlog": 1024,
    }
    servers = []
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopping.set)
    async with app.lifespan():
        # While it is open which HTTP it will be, granian waits for ever for a caller who says nothing.
        servers.append(Server(_http_only(app), port=settings.port, http=HTTPModes.http1, **common))
        if certificate:
            servers.append(
                Server(
                    _http_only(app),
                    port=settings.tls_port,
                    ssl_cert=certificate[0],
                    ssl_key=certificate[1],
                    **common,
                )
            )
        running = [asyncio.create_task(server.serve()) for server in servers]
        staff = await app.server.look(accounts.staff)
        _announce(settings, certificate, governed=bool(staff))
        ended = asyncio.create_task(stopping.wait())
        await asyncio.wait([ended, *running], return_when=asyncio.FIRST_COMPLETED)
        app.server.closing.set()
        for server in servers:
            server.stop()  # type: ignore[no-untyped-call]
        _, late = await asyncio.wait(running, timeout=10)
        for task in late:
            task.cancel()
        ended.cancel()
    return 0


def _http_only(app: Any) -> Any:
    """The application without its lifespan, which is run once for all servers."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await app(scope, receive, send)

    return application


def _serve_many(settings: Settings, certificate: tuple[Path, Path] | None) -> int:
    """Several processes on one port, for PostgreSQL on many cores."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    common: dict[str, Any] = {
        "address": settings.host,
        "interface": Interfaces.ASGI,
        "factory": True,
        "http": HTTPModes.http1,
        "http1_settings": HTTP1Settings(header_read_timeout=_HEAD_MS),
        "log_level": LogLevels.error,
        "backlog": 2048,
        "workers_kill_timeout": 15,
        "respawn_failed_workers": True,
    }
    _announce(settings, None)
    if certificate:
        console.print("With several workers, put a proxy in front for https.", style="yellow")
    Granian("dozen.app.asgi:application", port=settings.port, workers=settings.workers, **common).serve()
    return 0
