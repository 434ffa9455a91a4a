"""A site on a real port of loopback, for clients that bring their own HTTP; and a server that notes what it
is sent, for webhooks."""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.support.loopback import Tidy
from tests.support.site import Site

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "accept-encoding"}


class Bridge:
    """``bridge.url`` answers as the site does; ``bridge.seen`` is every request's method and path."""

    def __init__(self, site: Site) -> None:
        self.seen: list[str] = []
        # Cookies are the caller's own: this client keeps none.
        client = site.client(
            follow_redirects=False, cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        )
        seen = self.seen

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class says so
                pass

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0) or 0))
                headers = [(name, value) for name, value in self.headers.items() if name.lower() not in _HOP]
                seen.append(f"{self.command} {self.path}")
                answer = client.request(self.command, self.path, headers=headers, content=body)
                self.send_response(answer.status_code)
                for name, value in answer.headers.multi_items():
                    if name.lower() not in _HOP | {"content-encoding"}:
                        self.send_header(name, value)
                self.send_header("content-length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_POST = do_PUT = do_DELETE = pass_on  # noqa: N815 - the base class says so

        self._server = Tidy(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._server.begin_serving()

    def close(self) -> None:
        self._server.end_serving()


class Listener:
    """Notes each POST in ``got`` (headers by lower-case name, body) and answers ``status``."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.got: list[tuple[dict[str, str], bytes]] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0) or 0))
                listener.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(listener.status)
                self.end_headers()
                self.wfile.write(b"thank you")

        self._server = Tidy(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._server.begin_serving()

    def close(self) -> None:
        self._server.end_serving()
