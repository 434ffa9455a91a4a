"""What handlers give back: a struct (JSON), a page, a redirect, a file, a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

T = TypeVar("T")
Header = tuple[str, str]

SESSION = "dozen"
"""The cookie of who is signed in."""
FLASH = "dozen_flash"
"""The cookie that carries a message to the next page, sealed."""
encode_json = msgspec.json.Encoder().encode
_ADDRESS = "%/:?#[]@!$&'()*+,;=~"
"""What may stand in an address as it is (RFC 3986, and ``%`` of what is quoted already)."""


class Reply(Generic[T]):
    """A body with a status and headers of its own. ``body`` is JSON-encoded unless it is bytes."""

    __slots__ = ("body", "headers", "media", "status")

    def __init__(
        self,
        body: T,
        *,
        status: int | None = None,
        headers: list[Header] | None = None,
        media: str | None = None,
    ) -> None:
        self.body = body
        self.status = status
        self.headers = headers or []
        self.media = media


class Encoded(Generic[T]):
    """JSON of a ``T`` that the handler has encoded itself, because it is asked for very often."""

    __slots__ = ("body",)

    def __init__(self, body: bytes) -> None:
        self.body = body


class Page:
    """A template and its values; the frame (who is here, rooms, counts) is added by the door."""

    __slots__ = ("frame", "headers", "html", "status", "template", "values")

    def __init__(
        self, template: str, *, status: int = 200, headers: list[Header] | None = None, **values: Any
    ) -> None:
        self.template = template
        self.status = status
        self.headers = headers or []
        self.values = values
        self.frame: Mapping[str, Any] = {}
        self.html = ""


def local(address: str) -> str:
    """``address`` if it is a path on this server, ``/`` otherwise.

    Browsers take ``/\\`` for ``//`` and drop tabs and line ends from addresses, so nothing that is not
    printable may stand in one.
    """
    inside = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if inside else "/"


class Undo(msgspec.Struct, frozen=True):
    """A way to take back what was just done: a button that posts ``fields`` to ``action``, a path of ours."""

    action: str
    label: str = "Undo"
    fields: dict[str, str] = {}

    def __post_init__(self) -> None:
        if local(self.action) != self.action:
            raise ValueError(f"{self.action!r} is not a path on this server")


class Flash(msgspec.Struct, frozen=True):
    """A message that is shown once, with the next page. ``kind``: success, info, warning or danger."""

    text: str
    kind: str = "success"
    undo: Undo | None = None


class Redirect:
    """303 to ``to`` (a path of ours), with an optional message for the next page.

    Our own scripts are told where to go, and the message, as JSON (see ``send``).
    """

    __slots__ = ("flash", "headers", "to")

    def __init__(
        self,
        to: str,
        *,
        flash: str | None = None,
        kind: str = "success",
        undo: Undo | None = None,
        headers: list[Header] | None = None,
    ) -> None:
        self.to = quote(local(to), safe=_ADDRESS)
        self.flash = Flash(flash, kind, undo) if flash else None
        self.headers = headers or []


class File:
    """Bytes of ``size``, from a file or in chunks; Range requests are answered."""

    __slots__ = ("etag", "headers", "immutable", "media", "open", "path", "private", "size")

    def __init__(
        self,
        *,
        media: str,
        size: int,
        path: Path | None = None,
        open: Any = None,  # noqa: A002
        etag: str | None = None,
        immutable: bool = False,
        private: bool = False,
        headers: list[Header] | None = None,
    ) -> None:
        self.media, self.size, self.path, self.open = media, size, path, open
        self.etag, self.immutable, self.private = etag, immutable, private
        self.headers = headers or []


class Stream:
    """Chunks until the caller leaves or the iterator ends; for server-sent events and exports."""

    __slots__ = ("chunks", "headers", "media")

    def __init__(
        self,
        chunks: AsyncIterator[bytes],
        *,
        media: str = "text/event-stream",
        headers: list[Header] | None = None,
    ) -> None:
        self.chunks = chunks
        self.media = media
        self.headers = headers or []


class Cookie:
    """Set-Cookie values. Names get ``__Host-`` on https, where browsers demand what it promises."""

    @staticmethod
    def set(name: str, value: str, *, secure: bool, max_age: int, http_only: bool = True) -> Header:
        parts = [f"{cookie_name(name, secure)}={value}", "Path=/", f"Max-Age={max_age}", "SameSite=Lax"]
        if http_only:
            parts.append("HttpOnly")
        if secure:
            parts.append("Secure")
        return "set-cookie", "; ".join(parts)

    @staticmethod
    def clear(name: str, *, secure: bool) -> Header:
        return Cookie.set(name, "", secure=secure, max_age=0)


def cookie_name(name: str, secure: bool) -> str:
    return f"__Host-{name}" if secure else name
