"""Static files: read once, concatenated where listed, compressed once, served for ever by hash.

All files of one process share one hash in their address (``/static/<hash>/app.js``), so modules
can import each other by relative paths and still be cached for ever.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path
from typing import Any

import brotli

_IMMUTABLE = (b"cache-control", b"public, max-age=31536000, immutable")
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_PACKED = {".js", ".css", ".svg", ".webmanifest", ".json"}


class Assets:
    """``folders`` maps a prefix ('' or a room's name) to its ``static`` folder."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self._files = {
            f"{prefix}/{name}".lstrip("/"): body
            for prefix, folder in folders.items()
            for name, body in _read(folder).items()
        }
        digest = hashlib.sha256()
        for name in sorted(self._files):
            digest.update(name.encode() + b"\0" + self._files[name])
        self.version = digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a static file. KeyError when there is none: a template's mistake."""
        if name not in self._files:
            raise KeyError(f"no static file {name!r}")
        return f"/static/{self.version}/{name}"

    def body(self, name: str, accepted: bytes) -> tuple[bytes, str]:
        """The file's bytes as the caller can take them, and their encoding."""
        body = self._files[name]
        if Path(name).suffix in _PACKED and len(body) > 512:
            for encoding, pack in (("br", _brotli), ("gzip", _gzip)):
                if encoding.encode() in accepted:
                    return pack(body), encoding
        return body, ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI application at ``/static``."""
        path = str(scope["path_params"].get("path", "")).lstrip("/")
        version, _, name = path.partition("/")
        headers = [(b"x-content-type-options", b"nosniff"), (b"vary", b"accept-encoding")]
        if scope["method"] not in ("GET", "HEAD") or name not in self._files:
            await send(
                {
                    "type": "http.response.start",
                    "status": 404,
                    "headers": [*headers, (b"cache-control", b"no-store"), (b"content-length", b"0")],
                }
            )
            await send({"type": "http.response.body", "body": b""})
            return
        accepted = next((value for key, value in scope["headers"] if key == b"accept-encoding"), b"")
        body, encoding = self.body(name, accepted)
        kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers += [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body))]
        # An old page may ask by an old hash; it gets today's file, but is not told to keep it.
        headers.append(_IMMUTABLE if version == self.version else (b"cache-control", b"no-cache"))
        if encoding:
            headers.append((b"content-encoding", encoding.encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


@cache
def _read(folder: Path) -> dict[str, bytes]:
    """A folder's files by their names in it, once for each process: they come with the program."""
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.startswith("."):
            continue
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".list":  # app.css.list names the parts of app.css, in order
            parts = [line.strip() for line in path.read_text().splitlines()]
            whole = [(folder / part).read_bytes() for part in parts if part and not part.startswith("#")]
            files[name.removesuffix(".list")] = b"\n".join(map(_plain_css, whole))
        else:
            body = path.read_bytes()
            files[name] = _plain_js(body) if path.suffix == ".js" else body
    return files


def _plain_css(css: bytes) -> bytes:
    """Without comments and indentation, which only its writers need."""
    return re.sub(rb"^\s+|\s+$", b"", re.sub(rb"/\*.*?\*/", b"", css, flags=re.S), flags=re.M)


def _plain_js(js: bytes) -> bytes:
    """Without lines that are nothing but a comment."""
    return re.sub(rb"^\s*//.*\n", b"", js, flags=re.M)


@cache
def _brotli(body: bytes) -> bytes:
    return bytes(brotli.compress(body, quality=9))


@cache
def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 9)
