"""A whole server in this process, asked over ASGI: for tests of doors."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import httpx
from jinja2.bccache import Bucket, BytecodeCache

from dozen.app.asgi import build
from dozen.core import accounts
from dozen.core.accounts import passwords
from dozen.db import Tx
from dozen.kit.settings import Settings
from dozen.services.wallet.service import pins
from tests.support.people import EASY, PASSWORD, PASSWORD_HASH
from tests.support.town import Town, empty_database

T = TypeVar("T")


class Compiled(BytecodeCache):
    """What the run's sites have compiled of their templates: each of them would take half a second for it."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


_compiled = Compiled()


class _Hashing:
    """Passwords and PINs with next to no work while there is a site: whoever signs in would cost 50 ms.
    What a real hash is made of is tested where it is made, in ``core/accounts`` and ``wallet/service``."""

    def __init__(self) -> None:
        self._sites = 0
        self._real = passwords.hasher, pins.hasher

    def ease(self) -> None:
        self._sites += 1
        passwords.hasher = pins.hasher = EASY

    def restore(self) -> None:
        self._sites -= 1
        if not self._sites:
            passwords.hasher, pins.hasher = self._real


_hashing = _Hashing()


class Site:
    """``site.get("/microblog")``; ``site.as_("ada")`` is somebody's client."""

    def __init__(self, settings: Settings, *, work: bool = False) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.app = build(settings, work=work)
        self.server = self.app.server
        self.server.frame.templates.bytecode_cache = _compiled
        self.town = Town(self.server.db, self.server.env)
        self._stop = asyncio.Event()
        started: Future[None] = Future()
        self._life = asyncio.run_coroutine_threadsafe(self._live(started), self.loop)
        started.result(30)
        _hashing.ease()
        self._clients: list[httpx.AsyncClient] = []
        self.anonymous = self.client()

    async def _live(self, started: Future[None]) -> None:
        try:
            async with self.app.lifespan():
                started.set_result(None)
                await self._stop.wait()
        except BaseException as error:
            if not started.done():
                started.set_exception(error)
            raise

    def run(self, work: Any) -> Any:
        """A coroutine's result, from the server's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def client(self, **options: Any) -> Client:
        made = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url="http://localhost",
            **options,
        )
        self._clients.append(made)
        return Client(self, made)

    def person(self, username: str, **given: Any) -> int:
        """A new person."""
        new = accounts.NewPerson(
            **{
                "username": username,
                "name": username.title(),
                "email": f"{username}@people.example",
                "password_hash": PASSWORD_HASH,
            }
            | given
        )
        return self.town.write(accounts.register_many, [new])[0]

    def token(self, person: int, scopes: set[str] | None = None) -> str:
        def verb(tx: Tx) -> str:
            return accounts.issue_token(
                tx, person, name="test", scopes=frozenset(scopes or {"*"}), expires_in=3600
            ).token

        return self.town.write(verb)

    def as_(self, username: str, scopes: set[str] | None = None, **given: Any) -> Client:
        """A client with a bearer token of somebody, who is made if need be."""
        card = self.town.read(accounts.by_username, username)
        person = card.id if card is not None else self.person(username, **given)
        client = self.client(headers={"authorization": f"Bearer {self.token(person, scopes)}"})
        client.id = person
        return client

    def browser(self, username: str, **given: Any) -> Client:
        """A browser in which somebody is signed in."""
        if self.town.read(accounts.by_username, username) is None:
            self.person(username, **given)
        client = self.client(headers={"accept": "text/html"})
        client.submit("/login", login=username, password=PASSWORD)
        return client

    def close(self) -> None:
        for client in self._clients:
            self.run(client.aclose())
        self.loop.call_soon_threadsafe(self._stop.set)
        self._life.result(30)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()
        _hashing.restore()


class Client:
    """An HTTP client whose calls wait."""

    id = 0

    def __init__(self, site: Site, client: httpx.AsyncClient) -> None:
        self.site = site
        self.inner = client

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer: httpx.Response = self.site.run(self.inner.request(method, path, **options))
        return answer

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def patch(self, path: str, **options: Any) -> httpx.Response:
        return self.request("PATCH", path, **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        return self.request("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.request("DELETE", path, **options)

    def csrf(self, path: str = "/login") -> str:
        """The token that a page's form carries."""
        page = self.get(path, headers={"accept": "text/html"}).text
        return page.partition('name="csrf" value="')[2].partition('"')[0]

    def submit(self, path: str, *, page: str = "/", files: Any = None, **fields: Any) -> httpx.Response:
        """Send a form as a browser does."""
        data = {"csrf": self.csrf(page), **fields}
        return self.post(path, data=data, files=files, headers={"accept": "text/html"})


def open_site(kind: str, folder: Path, **settings: Any) -> Site | None:
    """A site on an empty database of the given kind; None where the engine is missing."""
    url = empty_database(kind, folder)
    if url is None:
        return None
    given: dict[str, Any] = {"rate_limits": False, "sqlite_synchronous": "NORMAL", "threads": 8} | settings
    return Site(Settings(data_dir=str(folder), database_url=url, **given))
