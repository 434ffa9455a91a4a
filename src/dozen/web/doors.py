"""Doors: sets of addresses with one way of knowing callers and one way of telling errors.

A room declares its native JSON door as ``api = Api("/microblog")``, its HTML door as ``pages =
Pages("/microblog")``, and each dialect as a door of its own; handlers are put on them::

    @api.post("/tweets", scope="microblog:write", raises=[TooLong, Duplicate])
    def create(call: Call, data: NewTweet) -> Reply[Tweet]: ...

A plain function runs inside one transaction, read for GET and write for the rest, and ``call.tx``
is it. An ``async`` function gets none and opens its own with ``await call.read(verb, …)`` and
``await call.write(verb, …)``: for uploads, password hashing, streams.

An API and a page may share an address; the caller's ``Accept`` and ``Content-Type`` decide.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from dozen.kit import errors
from dozen.web.binding import Binder

if TYPE_CHECKING:
    from dozen.web.call import Call
    from dozen.web.replies import Reply

Access = Literal["public", "member", "moderator", "admin"]
Fn = TypeVar("Fn", bound=Callable[..., Any])

_KILO = 1024
JSON_LIMIT = 256 * _KILO
FORM_LIMIT = 256 * _KILO


class Route:
    """One handler at one method and path."""

    __slots__ = (
        "access",
        "binder",
        "door",
        "fn",
        "is_async",
        "limit",
        "max_body",
        "media",
        "method",
        "path",
        "raises",
        "scope",
        "status",
        "streams",
        "summary",
        "upload",
        "writes",
    )

    def __init__(
        self,
        door: Door,
        method: str,
        path: str,
        fn: Callable[..., Any],
        *,
        access: Access,
        scope: str | None,
        status: int,
        raises: Sequence[type[errors.Fault]],
        limit: tuple[int, int] | None,
        max_body: int,
        upload: bool,
        writes: bool | None,
        streams: bool,
        media: str,
    ) -> None:
        self.door = door
        self.method = method
        self.path = path
        self.fn = fn
        self.is_async = inspect.iscoroutinefunction(fn)
        self.access = access
        self.scope = scope
        self.status = status
        self.raises = tuple(raises)
        self.limit = limit
        self.max_body = max_body
        self.upload = upload
        self.writes = method not in ("GET", "HEAD") if writes is None else writes
        self.streams = streams
        self.media = media
        self.summary = (inspect.getdoc(fn) or "").strip()
        self.binder = Binder(fn, path)

    def __repr__(self) -> str:
        return f"<{self.method} {self.path} {self.fn.__module__}.{self.fn.__qualname__}>"


class Door:
    """Common to all doors; use :class:`Api`, :class:`Pages` or :class:`Dialect`."""

    kind: Literal["api", "page", "dialect"] = "api"
    sessions = True
    """Whether a browser's session cookie is believed (then writes need a CSRF token)."""
    tokens = True
    """Whether an ``Authorization: Bearer`` token is believed."""
    body_limit = JSON_LIMIT

    def __init__(self, prefix: str = "", *, tag: str = "") -> None:
        self.prefix = prefix
        self.tag = tag or prefix.strip("/").title()
        self.routes: list[Route] = []

    def route(
        self,
        method: str,
        path: str,
        *,
        access: Access = "member",
        scope: str | None = None,
        status: int | None = None,
        raises: Sequence[type[errors.Fault]] = (),
        limit: tuple[int, int] | None = None,
        max_body: int | None = None,
        upload: bool = False,
        writes: bool | None = None,
        streams: bool = False,
        media: str = "application/json",
    ) -> Callable[[Fn], Fn]:
        """Put a handler on the door.

        ``access``: who may come in. ``scope``: what an API token must be allowed. ``status``: of a
        success. ``raises``: faults worth documenting. ``limit``: (requests, seconds) for each caller.
        ``max_body``: bytes. ``upload``: the body is multipart and goes to temporary files.
        ``writes``: overrides what the method says. ``streams``: the answer does not end by itself.
        ``media``: of a success, where that is bytes.
        """

        def put(fn: Fn) -> Fn:
            self.routes.append(
                Route(
                    self,
                    method,
                    (self.prefix + path).rstrip("/") or "/",
                    fn,
                    access=access,
                    scope=scope,
                    status=status or (201 if method == "POST" and self.kind == "api" else 200),
                    raises=raises,
                    limit=limit,
                    max_body=max_body or self.body_limit,
                    upload=upload,
                    writes=writes,
                    streams=streams,
                    media=media,
                )
            )
            return fn

        return put

    def get(self, path: str, **options: Any) -> Callable[[Fn], Fn]:
        return self.route("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Fn], Fn]:
        return self.route("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[Fn], Fn]:
        return self.route("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[Fn], Fn]:
        return self.route("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[Fn], Fn]:
        return self.route("DELETE", path, **options)

    def error(self, call: Call, fault: errors.Fault) -> Reply[Any]:
        """How this door tells a fault."""
        raise NotImplementedError


class Api(Door):
    """Native JSON. Errors are RFC 9457 problem documents."""

    def error(self, call: Call, fault: errors.Fault) -> Reply[Any]:
        from dozen.web.problems import problem

        return problem(call, fault)


class Pages(Door):
    """HTML, for people; forms in, pages and redirects out. Only browser sessions, never tokens."""

    kind = "page"
    tokens = False
    body_limit = FORM_LIMIT

    def error(self, call: Call, fault: errors.Fault) -> Reply[Any]:
        from dozen.web.problems import error_page

        answer: Reply[Any] = error_page(call, fault)
        return answer


class Dialect(Door):
    """A foreign protocol: its own authentication and errors, on the paths its clients demand."""

    kind = "dialect"
    sessions = False

    def authenticate(self, call: Call) -> Any:
        """The actor that this protocol's credentials name, or None. Called inside the transaction."""
        raise NotImplementedError
