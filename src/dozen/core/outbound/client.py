"""Requests to other servers: one at a time, to a checked address, within a total time and size."""

from __future__ import annotations

import socket
import ssl
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpcore
import msgspec

from dozen.core.outbound.errors import NotAllowed, TimedOut, TooMuch, Unreachable
from dozen.core.outbound.rules import Rules, address
from dozen.kit.env import Env

_CONNECT_SECONDS = 5.0


class Answer(msgspec.Struct, frozen=True):
    """``headers`` are by lower-case name; of a repeated one the last."""

    status: int
    headers: dict[str, str]
    body: bytes


class Outbound:
    """The process's way out. Thread-safe; every request has a connection of its own."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    @classmethod
    def build(cls, env: Env) -> Outbound:
        return cls(Rules(env.settings.outbound_allow))

    def check(self, url: str) -> None:
        """Raises NotAllowed for an address that :meth:`request` would refuse; for forms that take one."""
        host, port, _ = _parts(url)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise Unreachable(f"There is no host {host!r}") from error
        _first_allowed(self.rules, host, port, found)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        seconds: float = 10.0,
        most: int = 1 << 20,
    ) -> Answer:
        """Ask, and take the whole answer: at most ``most`` bytes within ``seconds``.

        Raises NotAllowed (nothing was sent), Unreachable, TimedOut, TooMuch.
        """
        _, _, secure = _parts(url)
        deadline = monotonic() + seconds
        backend = _Backend(self.rules, deadline)
        sent = list({"user-agent": "Dozen", "accept-encoding": "identity", **(headers or {})}.items())
        timeouts = {"connect": min(seconds, _CONNECT_SECONDS), "read": seconds, "write": seconds, "pool": 1.0}
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=_authorities() if secure else None, max_connections=1, network_backend=backend
                ) as pool,
                pool.stream(
                    method, url, headers=sent, content=body, extensions={"timeout": timeouts}
                ) as answer,
            ):
                taken = bytearray()
                for chunk in answer.iter_stream():
                    taken += chunk
                    if len(taken) > most:
                        raise TooMuch(f"The answer is longer than {most} bytes")
                found = {name.decode("latin-1").lower(): v.decode("latin-1") for name, v in answer.headers}
                return Answer(answer.status, found, bytes(taken))
        except httpcore.TimeoutException as error:
            raise TimedOut(f"No whole answer within {seconds:g} seconds") from error
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            OSError,
        ) as error:
            raise Unreachable(f"{urlsplit(url).hostname}: {error or type(error).__name__}") from error


@cache
def _authorities() -> ssl.SSLContext:
    """Those that this machine trusts, read at the first call by https: it takes 40 ms."""
    return ssl.create_default_context()


def _parts(url: str) -> tuple[str, int, bool]:
    """Host, port, and whether it is https. Raises NotAllowed for what is no address of ours to call."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAllowed("That is no address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise NotAllowed("An address here begins with https:// or http://, and names no user")
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > 2000:
        raise NotAllowed("That address has characters or a length that we cannot send")
    return parts.hostname, port or (443 if parts.scheme == "https" else 80), parts.scheme == "https"


def _first_allowed(rules: Rules, host: str, port: int, found: Iterable[Any]) -> str:
    for info in found:
        text = info[4][0]
        if rules.allow(host, port, address(text)):
            return str(text)
    raise NotAllowed(
        f"Calls to {host}:{port} are not allowed here; the operator decides (DOZEN_OUTBOUND_ALLOW)"
    )


class _Backend(httpcore.NetworkBackend):
    """Resolves, checks, and connects to what it checked."""

    def __init__(self, rules: Rules, deadline: float) -> None:
        self._rules = rules
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: typing.Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        at = _first_allowed(self._rules, host, port, found)
        stream = self._plain.connect_tcp(at, port, timeout, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    """A connection that is over at the deadline, however busy it looks."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(timeout, left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._left(timeout))
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> typing.Any:
        return self._stream.get_extra_info(info)
