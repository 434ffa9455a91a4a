"""One request, as handlers see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from http.cookies import _unquote
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from dozen.core.accounts import Actor
from dozen.db import Together, Tx
from dozen.kit.cursors import Cursors
from dozen.kit.env import Env
from dozen.kit.errors import Malformed, Unauthenticated
from dozen.web.metrics import Metrics
from dozen.web.replies import Flash, Header, Page, Stream, cookie_name
from dozen.web.room import Room
from dozen.web.routes import Route

P = ParamSpec("P")
T = TypeVar("T")
W = TypeVar("W")


_LISTS = {b"cookie": b"; ", b"accept": b", ", b"accept-encoding": b", ", b"x-forwarded-for": b", "}
_SINGLE = (b"host", b"authorization", b"content-type", b"content-length", b"origin", b"x-csrf-token")


class Look(Protocol):
    """How pages look; what handlers may ask of :class:`dozen.web.frame.Frame`."""

    @property
    def rooms(self) -> Sequence[Room]: ...

    def render(self, page: Page) -> str: ...

    def description(self) -> bytes: ...


class Host(Protocol):
    """What a call needs of :class:`dozen.web.serve.Server`."""

    @property
    def env(self) -> Env: ...

    @property
    def frame(self) -> Look: ...

    @property
    def metrics(self) -> Metrics: ...

    @property
    def threads(self) -> Executor: ...

    @property
    def closing(self) -> asyncio.Event: ...

    @property
    def proxies(self) -> frozenset[str]: ...

    async def listen(self, call: Call, address: str) -> Stream: ...

    async def read(self, work: Callable[[Tx], T]) -> T: ...

    async def glance(self, work: Callable[[Tx], T]) -> T: ...

    async def look(self, work: Callable[[Tx], T]) -> T: ...

    async def write(self, work: Callable[[Tx], T]) -> T: ...

    async def write_with(self, kind: Together[W], wish: W, work: Callable[[Tx], T]) -> T: ...


class Call:
    """The caller, what they sent, and the way to the database.

    ``tx`` is the request's transaction in plain handlers; ``async`` ones open their own through
    :meth:`read` and :meth:`write`. ``actor`` is who calls, or None.
    """

    __slots__ = (
        "_address",
        "_cookies",
        "_headers",
        "_secure",
        "_tx",
        "actor",
        "body",
        "csrf_checked",
        "flash",
        "headers_out",
        "receive",
        "request_id",
        "route",
        "scope",
        "server",
        "taken",
        "typed",
    )

    def __init__(self, server: Host, route: Route, scope: Any, receive: Any) -> None:
        self.server = server
        self.route = route
        self.scope = scope
        self.receive = receive
        self.actor: Actor | None = None
        self.body: bytes = b""
        self.headers_out: list[Header] = []
        self._tx: Tx | None = None
        self._headers: dict[bytes, bytes] | None = None
        self._cookies: dict[str, str] | None = None
        self._address: str | None = None
        self._secure: bool | None = None
        self.csrf_checked = False
        self.request_id = ""
        self.taken = False
        """Whether all of the body has been taken in."""
        self.flash: Flash | None = None
        self.typed: list[str] = []
        """Words of a form that must not be lost when it fails (``keeps`` of the route)."""

    # Who

    @property
    def me(self) -> int:
        """The caller's person id. Raises Unauthenticated for a stranger."""
        if self.actor is None:
            raise Unauthenticated
        return self.actor.person_id

    @property
    def viewer(self) -> int | None:
        """The caller's person id, or None for a stranger."""
        return self.actor.person_id if self.actor is not None else None

    @property
    def caller(self) -> str:
        """Whom limits count: a person, or for strangers an address."""
        return f"p{self.actor.person_id}" if self.actor is not None else f"a{self.address}"

    # The way to the database

    @property
    def env(self) -> Env:
        return self.server.env

    @property
    def cursors(self) -> Cursors:
        return self.server.env.cursors

    @property
    def tx(self) -> Tx:
        """The request's transaction. A programming error in an ``async`` handler, which has none."""
        if self._tx is None:
            raise RuntimeError(f"{self.route!r} has no transaction of its own; use call.read or call.write")
        return self._tx

    async def read(self, verb: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a verb in a read transaction of its own: on the replica (if any) where the route only reads."""
        run = self.server.read if self.route.writes else self.server.look
        return await run(lambda tx: verb(tx, *args, **kwargs))

    async def glance(self, verb: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As :meth:`read`, for what this process mostly knows: done at once then, and anew otherwise."""
        return await self.server.glance(lambda tx: verb(tx, *args, **kwargs))

    async def write(self, verb: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a verb in a write transaction of its own; returns once it is committed."""
        return await self.server.write(lambda tx: verb(tx, *args, **kwargs))

    async def write_with(self, kind: Together[W], wish: W, verb: Callable[[Tx], T]) -> T:
        """As :meth:`write`, in one transaction with others of the kind that are asked for at the moment."""
        return await self.server.write_with(kind, wish, verb)

    async def heavy(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run CPU-heavy work (hashing, images) in a thread, with no transaction open."""
        return await asyncio.get_running_loop().run_in_executor(
            self.server.threads, lambda: work(*args, **kwargs)
        )

    # What was sent

    @property
    def headers(self) -> dict[bytes, bytes]:
        """Request headers by lower-case name. Lists that came in parts are whole again (HTTP/2 sends
        cookies one by one, a chain of proxies each its own line); of other headers the last one wins."""
        if self._headers is None:
            sent = self.scope["headers"]
            self._headers = found = dict(sent)
            if len(found) != len(sent):
                for name, joint in _LISTS.items():
                    if name in found:
                        found[name] = joint.join(value for key, value in sent if key == name)
        return self._headers

    def must_be_clear(self) -> None:
        """Raises Malformed when a header that can only be one is there twice: whoever stands before us
        may have believed the other."""
        sent = self.scope["headers"]
        if len(self.headers) != len(sent):
            names = [name for name, _ in sent]
            for name in _SINGLE:
                if names.count(name) > 1:
                    raise Malformed(f"The header {name.decode()} was sent more than once")

    def header(self, name: str) -> str:
        return self.headers.get(name.encode(), b"").decode("latin-1")

    def declares_more(self, limit: int, *, unsaid: bool = False) -> bool:
        """Whether the body is said to be longer than ``limit`` bytes (or something that is no length).
        ``unsaid``: what to think of one whose length is not said."""
        declared = self.headers.get(b"content-length")
        if declared is None:
            return unsaid
        return not declared.isdigit() or len(declared) > 18 or int(declared) > limit

    @property
    def has_body(self) -> bool:
        """Whether a body was announced; it may still turn out to be empty."""
        return self.declares_more(0, unsaid=b"transfer-encoding" in self.headers)

    @property
    def cookies(self) -> dict[str, str]:
        if self._cookies is None:
            sent = self.headers.get(b"cookie")
            self._cookies = parse_cookies(sent.decode("latin-1")) if sent else {}
        return self._cookies

    def cookie(self, name: str) -> str:
        """A cookie that this server set under ``name`` for this scheme."""
        if self._cookies is None and b"cookie" not in self.headers:
            return ""
        return self.cookies.get(cookie_name(name, self.secure), "")

    @property
    def path(self) -> str:
        return str(self.scope["path"])

    @property
    def trusted(self) -> bool:
        """Whether the connection comes from a reverse proxy that the operator named."""
        client = self.scope.get("client")
        return bool(client) and client[0] in self.server.proxies

    @property
    def secure(self) -> bool:
        """Whether the caller uses https, as far as a trusted proxy or our own TLS tell."""
        if self._secure is None:
            scheme = self.scope.get("scheme", "http")
            if self.trusted and (forwarded := self.header("x-forwarded-proto")):
                scheme = forwarded.split(",")[0].strip()
            self._secure = scheme == "https"
        return self._secure

    @property
    def address(self) -> str:
        """The caller's address; behind trusted proxies, the nearest one that is not a proxy."""
        if self._address is None:
            client = self.scope.get("client")
            address = client[0] if client else ""
            if address in self.server.proxies:
                for hop in reversed(self.header("x-forwarded-for").split(",")):
                    if hop := hop.strip():
                        address = hop[:64]
                        if hop not in self.server.proxies:
                            break
            self._address = address
        return self._address

    @property
    def origin(self) -> str:
        """How the caller wrote the server's address: ``https://town.example``."""
        scheme = "https" if self.secure else "http"
        return f"{scheme}://{self.header('host') or 'localhost'}"

    @property
    def enhanced(self) -> bool:
        """Whether our own script sent this, and wants a fragment instead of a page."""
        return self.headers.get(b"x-requested-with") == b"dozen"

    @property
    def wants_page(self) -> bool:
        """Whether the caller asks for HTML, as browsers do."""
        return b"text/html" in self.headers.get(b"accept", b"")

    @property
    def wants_data(self) -> bool:
        """Whether a program calls, by what it accepts or by how it says who it is."""
        if self.wants_page:
            return False
        return b"json" in self.headers.get(b"accept", b"") or b"authorization" in self.headers

    def set_header(self, name: str, value: str) -> None:
        """Add a header to the answer, whatever the handler gives back."""
        self.headers_out.append((name, value))


def parse_cookies(header: str) -> dict[str, str]:
    """Cookies of a Cookie header. Broken parts are left out; the first of a name wins."""
    found: dict[str, str] = {}
    for part in header[:8192].split(";"):
        name, equals, value = part.strip().partition("=")
        if equals and name not in found:
            found[name] = _unquote(value) if value.startswith('"') else value
    return found
