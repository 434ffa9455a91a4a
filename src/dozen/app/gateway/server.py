"""The simulator's HTTP server: threads of the standard library, and the troubles of a bad day."""

from __future__ import annotations

import hmac
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dozen.app.gateway import api, pages, trouble
from dozen.app.gateway.desk import Desk, Problem
from dozen.app.gateway.hooks import Sender
from dozen.app.gateway.store import Books, Doc, Store

_MOST_BODY = 1 << 16
_PAGES = ("pay", "approve", "save")
_CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


class Simulator(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, store: Store, *, host: str, port: int, key: str, secret: str, webhook_url: str,
        page_url: str = "", retry: float = 2.0,
    ) -> None:  # fmt: skip
        super().__init__((host, port), _Handler)
        self.store = store
        self.key = key
        self.page_url = page_url.rstrip("/") or f"http://{host}:{self.server_address[1]}"
        self.sender = Sender(store, webhook_url, secret, retry=retry)
        self._over = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is no news."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def begin(self) -> None:
        """Start what goes on beside the answers."""
        self.sender.start()
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        self._ticker.start()

    def end(self) -> None:
        self._over.set()
        self._ticker.join()
        self.sender.stop()
        self.server_close()
        self.store.close()

    def _tick(self) -> None:
        while not self._over.wait(0.1):
            with self.store.transaction() as db:
                api.due(Desk(Books(db), self.page_url))


class _Hangup(Exception):
    """Close the connection without a word."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "DozenGatewaySimulator"
    sys_version = ""
    timeout = 30
    server: Simulator

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Quiet."""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        parts = urlsplit(self.path)
        try:
            body = self._body()
            if parts.path == "/":
                self._text(200, "text/plain", "A payment gateway simulator. No money moves here.\n")
            elif parts.path.startswith("/v1/"):
                self._api(method, parts.path, parts.query, body)
            elif parts.path == "/control":
                self._control(method, body)
            else:
                self._page(method, parts.path, parts.query, body)
        except Problem as problem:
            self._json(problem.status, problem.body)
        except _Hangup:
            self.close_connection = True
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.close_connection = True

    def _body(self) -> str:
        length = self.headers.get("content-length") or "0"
        if not length.isdigit() or int(length) > _MOST_BODY or self.headers.get("transfer-encoding"):
            self.close_connection = True
            raise Problem(413, "too_large", "The request is too large")
        try:
            return self.rfile.read(int(length)).decode()
        except UnicodeDecodeError as error:
            raise Problem(400, "parameter_invalid", "The request is not UTF-8") from error

    def _api(self, method: str, path: str, query: str, body: str) -> None:
        self._authenticate()
        key = self.headers.get("idempotency-key") or ""
        if len(key) > 255:
            raise Problem(400, "parameter_invalid", "An idempotency key has at most 255 characters")
        with self.server.store.transaction() as db:
            mood = trouble.read(db)
        if mood.latency and mood.hit(mood.slow_rate):
            time.sleep(mood.latency / 1000)
        if mood.hit(mood.drop_before):
            raise _Hangup
        if mood.hit(mood.error_before):
            self._json(500, {"error": {"type": "api_error", "message": "Something went wrong on our end."}})
            return
        with self.server.store.transaction() as db:
            dies_after = trouble.count_down(db, "die_after")
            dies_before = trouble.count_down(db, "die_before")
        status, answer = self._act(method, path, query, body, key, dies=dies_before)
        if dies_after:
            os._exit(1)
        if mood.hit(mood.drop_after):
            raise _Hangup
        if mood.hit(mood.error_after):
            status, answer = 500, {"error": {"type": "api_error", "message": "Something went wrong."}}
        if mood.hit(mood.garbage):
            self._text(200, "text/html", "<html>502 Bad Gateway</html>")
        elif isinstance(answer, str):
            self._text(status, "text/csv", answer)
        else:
            self._json(status, answer)

    def _act(
        self, method: str, path: str, query: str, body: str, key: str, *, dies: bool
    ) -> tuple[int, Doc | str]:
        try:
            with self.server.store.transaction() as db:
                done = api.call(Desk(Books(db), self.server.page_url), method, path, query, body, key)
                if dies:
                    os._exit(1)
                return done
        except Problem as problem:
            return problem.status, problem.body

    def _authenticate(self) -> None:
        given = (self.headers.get("authorization") or "").encode("latin-1", "replace")
        if not hmac.compare_digest(given, b"Bearer " + self.server.key.encode()):
            raise Problem(401, "invalid_api_key", "Invalid API key provided")

    def _control(self, method: str, body: str) -> None:
        """``GET`` what is wrong with us, ``POST`` what shall be (JSON); an empty object: nothing."""
        self._authenticate()
        try:
            given = json.loads(body) if method == "POST" else None
            if method == "POST" and not isinstance(given, dict):
                raise ValueError("an object is needed")
            with self.server.store.transaction() as db:
                if given is None:
                    now = trouble.read(db)
                else:
                    now = trouble.change(db, given) if given else trouble.calm(db)
        except ValueError as error:
            raise Problem(400, "parameter_invalid", str(error)) from error
        self._json(200, trouble.as_dict(now))

    def _page(self, method: str, path: str, query: str, body: str) -> None:
        parts = path.split("/")
        try:
            if len(parts) != 3 or parts[1] not in _PAGES:
                raise Problem(404, "resource_missing", "There is nothing here")
            with self.server.store.transaction() as db:
                desk = Desk(Books(db), self.server.page_url)
                if method == "GET":
                    secret = parse_qs(query).get("secret", [""])[0]
                    status, page, to = pages.show(desk, parts[1], parts[2], secret)
                else:
                    status, page, to = pages.act(desk, parts[1], parts[2], body)
        except Problem as problem:
            status, page, to = problem.status, pages.problem_page(str(problem)), ""
        self._text(status, "text/html", page, location=to)

    def _json(self, status: int, answer: Doc) -> None:
        self._text(status, "application/json", json.dumps(answer))

    def _text(self, status: int, kind: str, text: str, *, location: str = "") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", f"{kind}; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        self.send_header("x-content-type-options", "nosniff")
        self.send_header("referrer-policy", "no-referrer")
        if kind == "text/html":
            self.send_header("content-security-policy", _CSP)
        if location:
            self.send_header("location", location)
        self.end_headers()
        self.wfile.write(body)
