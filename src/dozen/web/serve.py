"""The unit of work: from an ASGI request to a committed, answered one.

The router finds the address; what stands there is one :class:`Address`, a bare ASGI application that
knows the handlers of each method. One request is one transaction, and it is committed before the
first byte of the answer leaves. On SQLite plain handlers run right here in the event loop, reads on
a kept connection and writes through the group-commit queue; on PostgreSQL the same handlers run in
worker threads. That switch is in :class:`Server` and nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any, TypeVar

from dozen.core.cache import Limiter
from dozen.db import Companies, Database, Together, Tx, WriteQueue
from dozen.db.engine import SqliteDatabase
from dozen.db.postgres import NotKnown
from dozen.db.replica import Replica
from dozen.kit import crypto
from dozen.kit.env import Env
from dozen.kit.errors import Fault, Malformed, NotFound, TooLarge, Unsupported
from dozen.web import auth, forms
from dozen.web.call import Call
from dozen.web.forms import Form
from dozen.web.frame import Frame
from dozen.web.metrics import Metrics
from dozen.web.problems import problem
from dozen.web.replies import Page, Reply, Stream
from dozen.web.router import Router
from dozen.web.routes import Route
from dozen.web.send import send_refusal, send_reply

T = TypeVar("T")
W = TypeVar("W")

_SIDE_BY_SIDE = 2
"""Shared transactions of a kind on PostgreSQL: while one waits for the database, the other works here."""
_IN_THE_LOOP = 32
"""Writes that share a transaction on SQLite, and so keep the event loop from all else."""
log = logging.getLogger("dozen.web")

BODY_SECONDS = 30.0
"""How long a body may take to arrive, when it is not an upload."""
_SHORT = 16 * 1024
"""Bytes of a body that are taken in before it is known who sends them."""


class Fail(Fault):
    """Something in us broke. The details are in the log under the request's id."""

    code = "internal"
    status = 500
    title = "Something went wrong on our side; nothing was changed"


class MethodNotAllowed(Fault):
    code = "method_not_allowed"
    status = 405
    title = "This address does not do that"


class Server:
    """What all requests of a process share."""

    def __init__(self, env: Env, db: Database, frame: Frame, replica: Replica | None = None) -> None:
        self.env = env
        self.db = db
        self.frame = frame
        self._copy = replica or db
        self.threads = ThreadPoolExecutor(env.settings.threads, thread_name_prefix="verb")
        self.proxies = frozenset(p.strip() for p in env.settings.proxies.split(",") if p.strip())
        self.metrics = env.part(Metrics)
        if replica is not None:
            self.metrics.watch_replica(lambda: replica.fit)
        self._queue = WriteQueue(db, env) if isinstance(db, SqliteDatabase) else None
        self._few = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="together")
        self._companies = (
            Companies(self._write_few, at_once=_SIDE_BY_SIDE)
            if self._queue is None
            else Companies(self._queue.run, at_once=1, most=_IN_THE_LOOP)
        )
        self.router = Router()
        self.closing = asyncio.Event()
        """Set when the server ends: streams end by themselves."""

    def run_read_now(self, work: Callable[[Tx], T]) -> T:
        return self.db.run_read(self.env, work)

    async def read(self, work: Callable[[Tx], T]) -> T:
        if self._queue is not None:
            return self.db.run_read(self.env, work)
        return await asyncio.get_running_loop().run_in_executor(
            self.threads, self.db.run_read, self.env, work
        )

    async def glance(self, work: Callable[[Tx], T]) -> T:
        """As ``read``, for what is mostly known here: it is done at once then, and anew otherwise."""
        try:
            return self.db.run_known(self.env, work)
        except NotKnown:
            return await self.read(work)

    async def look(self, work: Callable[[Tx], T]) -> T:
        """As ``read``, for what decides no write: on the replica, where there is one."""
        if self._queue is not None:
            return self.db.run_read(self.env, work)
        return await asyncio.get_running_loop().run_in_executor(
            self.threads, self._copy.run_read, self.env, work
        )

    async def write(self, work: Callable[[Tx], T]) -> T:
        if self._queue is not None:
            return await self._queue.run(work)
        return await asyncio.get_running_loop().run_in_executor(
            self.threads, self.db.run_write, self.env, work
        )

    async def _write_few(self, work: Callable[[Tx], T]) -> T:
        """As ``write``, in threads of their own, which so need few connections and keep them busy."""
        return await asyncio.get_running_loop().run_in_executor(self._few, self.db.run_write, self.env, work)

    async def write_with(self, kind: Together[W], wish: W, work: Callable[[Tx], T]) -> T:
        """As ``write``, in one transaction with others of the kind that are asked for at the moment."""
        return await self._companies.run(kind, wish, work)

    def rendered(self, call: Call, answer: Any) -> Any:
        """Pages are rendered before anything is sent: a broken template is a 500 and not half a page."""
        if isinstance(answer, Page):
            if not answer.frame:
                answer.frame = self.frame.bare(call)
            answer.html = self.frame.render(answer)
        return answer

    def tell(self, call: Call, fault: Fault) -> Any:
        """The fault as the door tells it."""
        try:
            return self.rendered(call, call.route.door.error(call, fault))
        except Exception:
            log.exception("a fault could not be told: %s", fault.code)
            return problem(call, fault)

    async def listen(self, call: Call, address: str) -> Stream:
        """The stream at an address of ours (a path, maybe with a query), as if ``call`` had asked there.
        Raises NotFound where none is, and what the handler there raises."""
        path, _, query = address.partition("?")
        found = self.router.find(path)
        place, values = found if found is not None else (None, {})
        if not isinstance(place, Address):
            raise NotFound
        scope = {**call.scope, "path": path, "query_string": query.encode(), "path_params": values}
        return await place.listen(call, scope)

    def close(self) -> None:
        self.threads.shutdown(wait=True, cancel_futures=True)
        self._few.shutdown(wait=True, cancel_futures=True)


class Address:
    """All that can be asked at one path: by method, and as data or as a page."""

    def __init__(self, server: Server, path: str, routes: list[Route]) -> None:
        self.server = server
        self.path = path
        self.by_method: dict[str, tuple[Route | None, Route | None]] = {}
        for route in routes:
            data, page = self.by_method.get(route.method, (None, None))
            if route.door.kind == "page":
                if page is not None:
                    raise ValueError(f"two pages at one address: {page!r} and {route!r}")
                page = route
            else:
                if data is not None:
                    raise ValueError(f"two doors collide: {data!r} and {route!r}")
                data = route
            self.by_method[route.method] = (data, page)
        self._data = next((data for data, _ in self.by_method.values() if data is not None), None)
        self._page = next((page for _, page in self.by_method.values() if page is not None), None)
        self.allow = ", ".join(
            sorted({*self.by_method, "OPTIONS"} | ({"HEAD"} if "GET" in self.by_method else set()))
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        began = perf_counter()
        method = scope["method"]
        pair = self.by_method.get("GET" if method == "HEAD" else method)
        if pair is None:
            await self._other_method(scope, receive, send)
            return
        data, page = pair
        route = data or page
        assert route is not None
        call = Call(self.server, route, scope, receive)
        if data is not None and page is not None and _is_for_page(call, method):
            call.route = route = page
        finish = send_reply
        try:
            answer = self.server.rendered(call, await self._answer(call))
        except Fault as fault:
            answer = self.server.tell(call, fault)
            finish = send_refusal
        except Exception:
            call.request_id = crypto.token(9)
            log.exception("request %s failed: %s %s", call.request_id, method, self.path)
            answer = self.server.tell(call, Fail(request_id=call.request_id))
        status = await finish(call, answer, send, head=method == "HEAD")
        self.server.metrics.request(route, status, perf_counter() - began)

    async def listen(self, call: Call, scope: Any) -> Stream:
        """What streams from here, for another address than ``call``'s. Raises NotFound where nothing does."""
        for route in self.by_method.get("GET", ()):
            if route is None or not route.streams or route is call.route:
                continue
            answer = await self._answer(Call(self.server, route, scope, call.receive))
            if isinstance(answer, Stream):
                return answer
        raise NotFound

    async def _answer(self, call: Call) -> Any:
        route, server = call.route, self.server
        call.must_be_clear()
        auth.turn_strangers_away(call)
        form: Form | None = None
        try:
            try:
                data, form = await self._take_in(call)
                arguments = route.binder.arguments(call.scope, data, form)
            except Fault:
                # Who may not come in is told so, and not what is wrong with what they sent.
                await server.read(lambda tx: auth.admit(call, tx))
                if not route.upload:
                    auth.limit(call)
                raise

            def admit(tx: Tx) -> None:
                auth.admit(call, tx)
                if not route.upload:
                    auth.limit(call)
                if route.door.kind == "page" and route.writes and not call.csrf_checked:
                    auth.check_csrf(call, form.get("csrf") if form is not None else "")

            if route.is_async:
                enter = server.read if server.env.part(Limiter).waits else server.glance
                await enter(admit)
                answer = await route.fn(call, *arguments)
                if isinstance(answer, Page):
                    await call.read(lambda tx: self._frame(call, tx, answer))
                return answer

            def work(tx: Tx) -> Any:
                call._tx = tx
                call.headers_out.clear()
                admit(tx)
                answer = route.fn(call, *arguments)
                if isinstance(answer, Page):
                    self._frame(call, tx, answer)
                return answer

            if route.writes:
                return await server.write(work)
            if server.db.inline:
                return server.run_read_now(work)
            return await server.look(work)
        except (OverflowError, UnicodeEncodeError) as error:
            raise Malformed("A number or text in the request is not one that we can keep") from error
        finally:
            if form is not None:
                form.close()

    async def _take_in(self, call: Call) -> tuple[Any, Form | None]:
        """What was sent: JSON as its type, or a form."""
        route, binder = call.route, call.route.binder
        if route.upload:
            await self.server.read(lambda tx: auth.admit(call, tx))
            auth.limit(call)
            form = await forms.read_upload(call, route.max_body)
        elif binder.body is not None:
            if binder.may_be_empty and not call.has_body:
                return None, None
            _must_be_json(call)
            body = await self._body(call)
            return (binder.decode(body) if body or not binder.may_be_empty else None), None
        elif route.writes and (route.door.kind == "page" or binder.form):
            form = forms.read_form(call, await self._body(call))
        else:
            return None, None
        call.typed = [words for name in route.keeps if (words := form.get(name).strip())]
        return None, form

    async def _body(self, call: Call) -> bytes:
        """The whole body. Who may send a long one is asked first; a short one is there anyway."""
        route = call.route
        if route.access != "public" and call.declares_more(_SHORT, unsaid=True):
            await self.server.read(lambda tx: auth.admit(call, tx))
        return await read_body(call, route.max_body)

    def _frame(self, call: Call, tx: Tx, page: Page) -> None:
        page.frame = self.server.frame.values(call, tx)

    async def _other_method(self, scope: Any, receive: Any, send: Any) -> None:
        route = self._data or self._page
        assert route is not None
        call = Call(self.server, route, scope, receive)
        if self._page is not None and call.wants_page:
            call.route = self._page
        call.headers_out.append(("allow", self.allow))
        if scope["method"] == "OPTIONS":
            await send_reply(call, Reply(b"", status=204), send, head=False)
        else:
            head = scope["method"] == "HEAD"
            await send_refusal(call, self.server.tell(call, MethodNotAllowed()), send, head=head)


def _is_for_page(call: Call, method: str) -> bool:
    if method in ("GET", "HEAD"):
        return call.wants_page
    content = call.headers.get(b"content-type", b"")
    return content.startswith((b"application/x-www-form-urlencoded", b"multipart/form-data"))


def _must_be_json(call: Call) -> None:
    content = call.headers.get(b"content-type", b"")
    if content and not content.startswith(b"application/json"):
        raise Unsupported("Send JSON, with Content-Type: application/json")


async def read_body(call: Call, limit: int) -> bytes:
    """The whole body. Raises TooLarge beyond ``limit`` bytes, Malformed when it does not arrive."""
    if call.declares_more(limit):
        raise TooLarge(f"At most {limit} bytes are accepted here")
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await call.receive()
                if message["type"] == "http.disconnect":
                    raise Malformed("The body broke off")
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > limit:
                    raise TooLarge(f"At most {limit} bytes are accepted here")
                if not message.get("more_body"):
                    call.taken = True
                    call.body = b"".join((*chunks, chunk)) if chunks else chunk
                    return call.body
                chunks.append(chunk)
    except TimeoutError as error:
        raise Malformed("The body took too long to arrive") from error
