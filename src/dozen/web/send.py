"""Putting an answer on the wire: encoding, security headers, compression, ranges."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import brotli

from dozen.kit import crypto
from dozen.web.call import Call
from dozen.web.replies import (
    FLASH,
    Cookie,
    Encoded,
    File,
    Header,
    Page,
    Redirect,
    Reply,
    Stream,
    encode_json,
)

EVENTS = "text/event-stream"
CSP = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_COMMON: list[tuple[bytes, bytes]] = [(b"x-content-type-options", b"nosniff")]
_PAGE: list[tuple[bytes, bytes]] = [
    *_COMMON,
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", CSP.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(self), microphone=(self)"),
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"accept, accept-encoding, cookie, x-requested-with"),
]
_JSON: list[tuple[bytes, bytes]] = [
    *_COMMON,
    (b"content-type", b"application/json"),
    (b"cache-control", b"private, no-store"),
    (b"vary", b"accept, authorization, cookie"),
]
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_SMALL = 1024  # bytes: below this, compressing gains nothing
_CHUNK = 256 * 1024
LINGER_BYTES, LINGER_SECONDS, LINGER_IDLE_SECONDS = 64 * 2**20, 20.0, 5.0
"""Of a body that is not wanted: how much is read, how long in all, and how long nothing may come."""


async def send_reply(call: Call, answer: Any, send: Any, *, head: bool) -> int:
    """Send whatever a handler gave back. Gives the status, for the metrics."""
    if type(answer) is Encoded:  # most of what is asked for all day
        status, headers, body = call.route.status, [*_JSON], answer.body
    elif isinstance(answer, Page):
        body = answer.html.encode()
        status, headers = answer.status, [*_PAGE]
        _extend(headers, answer.headers)
        if not call.enhanced and (call.flash is not None or call.cookie(FLASH)):
            _extend(headers, [Cookie.clear(FLASH, secure=call.secure)])
        body = _compressed(call, headers, body)
    elif isinstance(answer, Redirect):
        return await _redirect(call, answer, send)
    elif isinstance(answer, File):
        return await _file(call, answer, send, head=head)
    elif isinstance(answer, Stream):
        return await _stream(call, answer, send, head=head)
    else:
        status, headers, body = _data(call, answer)
    if call.headers_out:
        _extend(headers, call.headers_out)
    if status != 204:
        headers.append((b"content-length", b"%d" % len(body)))
    await _start(call, send, status, headers)
    await send({"type": "http.response.body", "body": b"" if head else body})
    return status


async def send_refusal(call: Call, answer: Any, send: Any, *, head: bool) -> int:
    """As ``send_reply``; where the body was not all taken in, the rest is read and dropped, for a while: who
    still sends when the connection closes would see that it broke, and not the answer.

    The answer goes first, but for its last byte: with that one the HTTP server takes the exchange for done.
    """
    if call.taken or not call.has_body or b"100-continue" in call.headers.get(b"expect", b"").lower():
        return await send_reply(call, answer, send, head=head)
    start: Any = None

    async def hold(message: Any) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        body = message["body"]
        if len(body) > 1:
            await send(start)
            await send({"type": "http.response.body", "body": body[:-1], "more_body": True})
            await _drop_the_rest(call.receive)
        else:
            await _drop_the_rest(call.receive)
            await send(start)
        await send({"type": "http.response.body", "body": body[-1:]})

    return await send_reply(call, answer, hold, head=head)


async def _drop_the_rest(receive: Any) -> None:
    left = LINGER_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while left > 0:
                async with asyncio.timeout(LINGER_IDLE_SECONDS):
                    message = await receive()
                if not message.get("more_body"):
                    return
                left -= len(message.get("body", b""))


async def _start(call: Call, send: Any, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    if call.secure:
        headers.append(_HSTS)
    await send({"type": "http.response.start", "status": status, "headers": headers})


def _data(call: Call, answer: Any) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    status = call.route.status
    extra: list[Header] = []
    media: str | None = None
    if isinstance(answer, Reply):
        status = answer.status or status
        extra, media, answer = answer.headers, answer.media, answer.body
    if isinstance(answer, Encoded):
        answer = answer.body
    if answer is None:
        return (204 if status < 300 else status), [*_COMMON, (b"cache-control", b"private, no-store")], b""
    body = answer if isinstance(answer, bytes) else encode_json(answer)
    if media is None:
        headers = [*_JSON]
    else:
        headers = [*_COMMON, (b"content-type", media.encode()), (b"cache-control", b"private, no-store")]
    if extra:
        replaced = {name.encode() for name, _ in extra}
        headers = [pair for pair in headers if pair[0] not in replaced]
        _extend(headers, extra)
    return status, headers, body


def _extend(headers: list[tuple[bytes, bytes]], extra: list[Header]) -> None:
    for name, value in extra:
        if "\r" in value or "\n" in value or "\0" in value:
            raise ValueError(f"header {name} would break the answer in two")
        headers.append((name.encode(), value.encode("latin-1", "replace")))


def _compressed(call: Call, headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    """The body as the caller can take it. Pages carry per-browser CSRF tokens beside reflected text, so
    every page's token is masked anew (see ``Frame``), which is what makes compressing them safe."""
    if len(body) < _SMALL:
        return body
    accepted = call.headers.get(b"accept-encoding", b"")
    if b"br" in accepted:
        headers.append((b"content-encoding", b"br"))
        return bytes(brotli.compress(body, quality=3))  # 4 takes half as long again, for 7 % less
    if b"gzip" in accepted:
        headers.append((b"content-encoding", b"gzip"))
        packer = zlib.compressobj(5, zlib.DEFLATED, 31)
        return packer.compress(body) + packer.flush()
    return body


async def _redirect(call: Call, answer: Redirect, send: Any) -> int:
    if call.enhanced and call.route.method != "GET":
        return await _directions(call, answer, send)
    headers = [*_COMMON, (b"cache-control", b"no-store"), (b"content-length", b"0")]
    _extend(headers, [("location", answer.to), *answer.headers, *call.headers_out])
    if answer.flash is not None:
        sealed = crypto.b64(call.env.keys.seal("flash", encode_json(answer.flash)))
        _extend(headers, [Cookie.set(FLASH, sealed, secure=call.secure, max_age=60)])
    await _start(call, send, 303, headers)
    await send({"type": "http.response.body", "body": b""})
    return 303


async def _directions(call: Call, answer: Redirect, send: Any) -> int:
    """A redirect as our own script gets it: ``{to, flash}``. A script cannot see where a redirect leads
    before the page there has been made (once for nothing), nor read the message in its cookie."""
    body = encode_json({"to": answer.to, "flash": answer.flash})
    headers = [*_COMMON, (b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    headers.append((b"content-length", b"%d" % len(body)))
    _extend(headers, [*answer.headers, *call.headers_out])
    await _start(call, send, 200, headers)
    await send({"type": "http.response.body", "body": body})
    return 200


async def _stream(call: Call, answer: Stream, send: Any, *, head: bool) -> int:
    headers = [
        *_COMMON,
        (b"content-type", answer.media.encode()),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    _extend(headers, [*answer.headers, *call.headers_out])
    await _start(call, send, 200, headers)
    if head:
        await send({"type": "http.response.body", "body": b""})
        return 200
    leaving = asyncio.ensure_future(_left_or_closing(call))
    gauge = call.server.metrics.gauge
    if answer.media == EVENTS:
        gauge.inc()
    try:
        await _pump(answer.chunks, send, leaving)
        await send({"type": "http.response.body", "body": b""})
    finally:
        if answer.media == EVENTS:
            gauge.dec()
        leaving.cancel()
        close = getattr(answer.chunks, "aclose", None)
        if close is not None:
            await close()
    return 200


async def _pump(chunks: AsyncIterator[bytes], send: Any, leaving: asyncio.Future[None]) -> None:
    """Send chunks as they come, until the caller has left or the server ends."""
    while True:
        coming = asyncio.ensure_future(anext(chunks, None))
        try:
            await asyncio.wait((coming, leaving), return_when=asyncio.FIRST_COMPLETED)
        except BaseException:
            coming.cancel()
            raise
        if leaving.done():
            coming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await coming
            return
        chunk = coming.result()
        if chunk is None:
            return
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _left_or_closing(call: Call) -> None:
    left = asyncio.ensure_future(_left(call))
    closing = asyncio.ensure_future(call.server.closing.wait())
    try:
        await asyncio.wait((left, closing), return_when=asyncio.FIRST_COMPLETED)
    finally:
        left.cancel()
        closing.cancel()


async def _left(call: Call) -> None:
    while (await call.receive())["type"] != "http.disconnect":
        pass


async def _file(call: Call, answer: File, send: Any, *, head: bool) -> int:
    start, end, status = _range(call.header("range"), answer.size)
    cache = "private" if answer.private else "public"
    cache += ", max-age=31536000, immutable" if answer.immutable else ", max-age=300"
    if status == 416:
        cache = "no-store"
    headers = [
        *_COMMON,
        (b"content-type", answer.media.encode()),
        (b"cache-control", cache.encode()),
        (b"accept-ranges", b"bytes"),
        (b"cross-origin-resource-policy", b"same-site"),
        (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    ]
    if answer.etag:
        headers.append((b"etag", answer.etag.encode()))
    _extend(headers, [*answer.headers, *call.headers_out])
    if answer.etag and call.header("if-none-match") == answer.etag:
        await _start(call, send, 304, headers)
        await send({"type": "http.response.body", "body": b""})
        return 304
    if status == 416:
        headers.append((b"content-range", b"bytes */%d" % answer.size))
        start, end = 0, 0
    elif status == 206:
        headers.append((b"content-range", b"bytes %d-%d/%d" % (start, end - 1, answer.size)))
    headers.append((b"content-length", b"%d" % (end - start)))
    await _start(call, send, status, headers)
    if head or end <= start:
        await send({"type": "http.response.body", "body": b""})
        return status
    loop = asyncio.get_running_loop()
    chunks = _read_chunks(answer, start, end)
    while (chunk := await loop.run_in_executor(call.server.threads, next, chunks, None)) is not None:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    return status


def _read_chunks(answer: File, start: int, end: int) -> Iterator[bytes]:
    if answer.path is None:
        yield from answer.open(start, end)
        return
    with answer.path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _range(header: str, size: int) -> tuple[int, int, int]:
    """``(start, end, status)`` of a Range header: one range of bytes, or all of them."""
    unit, equals, spec = header.partition("=")
    if unit.strip() != "bytes" or not equals or "," in spec:
        return 0, size, 200
    first, dash, last = spec.strip().partition("-")
    if not dash or not (first or last) or not (first + last).isdecimal() or len(spec) > 40:
        return 0, size, 200
    if not first:
        start, end = max(0, size - int(last)), size
        return (start, end, 206) if int(last) and size else (0, 0, 416)
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    if start >= size:
        return 0, 0, 416
    return (start, end, 206) if start < end else (0, size, 200)
