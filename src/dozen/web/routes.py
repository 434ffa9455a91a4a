"""What stands at which address: a room declares routes on doors; ``serve`` mounts and runs them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

from dozen.kit import errors
from dozen.web.binding import Binder

Access = Literal["public", "member", "moderator", "admin"]
Fn = TypeVar("Fn", bound=Callable[..., Any])

_KILO = 1024
JSON_LIMIT = 256 * _KILO
FORM_LIMIT = 256 * _KILO


class Route:
    """One handler at one method and path."""

    __slots__ = (
        "_binder",
        "access",
        "door",
        "fn",
        "is_async",
        "keeps",
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
        keeps: Sequence[str],
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
        self.keeps = tuple(keeps)
        self.summary = (inspect.getdoc(fn) or "").strip()
        self._binder: Binder | None = None

    @property
    def binder(self) -> Binder:
        """What the handler wants from a request; read from its signature when it is first asked."""
        if self._binder is None:
            self._binder = Binder(self.fn, self.path)
        return self._binder

    def __repr__(self) -> str:
        return f"<{self.method} {self.path} {self.fn.__module__}.{self.fn.__qualname__}>"


class Door:
    """What all doors share; use ``Api``, ``Pages`` or ``Dialect`` (:mod:`dozen.web.doors`)."""

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
        keeps: Sequence[str] = (),
    ) -> Callable[[Fn], Fn]:
        """Put a handler on the door.

        ``access``: who may come in. ``scope``: what an API token must be allowed. ``status``: of a
        success. ``raises``: faults worth documenting. ``limit``: (requests, seconds) for each caller.
        ``max_body``: bytes. ``upload``: the body is multipart and goes to temporary files.
        ``writes``: overrides what the method says. ``streams``: the answer does not end by itself.
        ``media``: of a success, where that is bytes. ``keeps``: the form's fields with words that
        somebody wrote; a page that tells an error shows them again, so that they are not lost.
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
                    keeps=keeps,
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

    def error(self, call: Any, fault: errors.Fault) -> Any:
        """How this door tells a fault to who sent ``call`` (a :class:`dozen.web.Call`)."""
        raise NotImplementedError
