"""HTTP in clear, with servers on loopback: asking them, and being one."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from http.server import ThreadingHTTPServer
from typing import Any

import httpx

_CLEAR = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Never used. Without it httpx reads all certificate authorities for each client: 40 ms."""


def client(**options: Any) -> httpx.Client:
    return httpx.Client(verify=_CLEAR, **options)


def request(method: str, url: str, **options: Any) -> httpx.Response:
    return httpx.request(method, url, verify=_CLEAR, **{"timeout": 30, **options})


def get(url: str, **options: Any) -> httpx.Response:
    return request("GET", url, **options)


def post(url: str, **options: Any) -> httpx.Response:
    return request("POST", url, **options)


class Tidy(ThreadingHTTPServer):
    """Ends with all its threads: one that is left behind answers, or complains, in the midst of another
    test. Keep-alive would hold each of them for as long as its caller keeps the connection."""

    daemon_threads = False

    def __init__(self, *args: Any, **options: Any) -> None:
        self._lines: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(*args, **options)

    def begin_serving(self) -> None:
        self._loop = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._loop.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._lines.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._lines.discard(request)
        super().shutdown_request(request)

    def end_serving(self) -> None:
        """Take no more, hang up on who is there, and wait until nobody is served any more."""
        self.shutdown()
        self._loop.join()
        with self._guard:
            for line in self._lines:
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
        self.server_close()
