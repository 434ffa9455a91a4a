"""The client against real servers on loopback: good, slow, endless, broken, moving."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from dozen.core.outbound import NotAllowed, Outbound, TimedOut, TooMuch, Unreachable
from dozen.core.outbound.rules import Rules

Talk = Callable[[socket.socket, bytes], None]


class Peer:
    """A server that does to each connection what the test says, and keeps what it was sent."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.talk: Talk = lambda connection, _: connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        self.heard: list[bytes] = []
        self.ended = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                try:
                    heard = connection.recv(65536)
                    while heard.startswith(b"POST") and b'{"a":1}' not in heard:
                        heard += connection.recv(65536)
                    self.heard.append(heard)
                    self.talk(connection, heard)
                except OSError:
                    pass

    def close(self) -> None:
        self.ended.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept
        self.listener.close()


@pytest.fixture
def peer() -> Iterator[Peer]:
    made = Peer()
    yield made
    made.close()


@pytest.fixture
def out(peer: Peer) -> Outbound:
    return Outbound(Rules(f"127.0.0.1:{peer.port}"))


def test_an_answer_comes_whole(peer: Peer, out: Outbound) -> None:
    peer.talk = lambda c, _: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Yes: no\r\n\r\nhello")
    answer = out.request("POST", peer.url, headers={"x-signature": "abc"}, body=b'{"a":1}')
    assert (answer.status, answer.body, answer.headers["x-yes"]) == (200, b"hello", "no")
    head, _, body = peer.heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hook HTTP/1.1")
    assert b"x-signature: abc" in head
    assert body == b'{"a":1}'


def test_what_is_not_allowed_is_never_connected_to(peer: Peer) -> None:
    for rules in ("", "*", f"localhost:{peer.port}", "127.0.0.1:1", "10.0.0.0/8"):
        with pytest.raises(NotAllowed):
            Outbound(Rules(rules)).request("GET", peer.url)
    assert peer.heard == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://user:pass@127.0.0.1/",
        "http:///x",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1/\r\nX: y",
        "http://127.0.0.1/ x",
        "//127.0.0.1/",
        "",
        "http://127.0.0.1/" + "x" * 3000,
    ],
)
def test_only_plain_web_addresses(out: Outbound, url: str) -> None:
    with pytest.raises(NotAllowed):
        out.request("GET", url)
    with pytest.raises(NotAllowed):
        out.check(url)


def test_names_are_checked_by_what_they_resolve_to(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers with a public address first and a private one later gets one look only."""
    answers = iter(["127.0.0.1"])

    def resolve(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(NotAllowed):
        Outbound(Rules("*,.example.org")).request("GET", f"http://hooks.example.org:{peer.port}/")
    assert peer.heard == []
    assert next(answers, None) is None, "it was resolved once"


def test_redirects_are_not_followed(peer: Peer, out: Outbound) -> None:
    peer.talk = lambda c, _: c.sendall(
        b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    )
    assert out.request("GET", peer.url).status == 302
    assert len(peer.heard) == 1


@pytest.mark.parametrize(
    "part", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx"]
)
def test_time_is_bounded_in_total_however_it_drips(peer: Peer, out: Outbound, part: bytes) -> None:
    def drip(connection: socket.socket, _: bytes) -> None:
        connection.sendall(part)
        while not peer.ended.wait(0.1):
            connection.sendall(b"x" if b"Length" in part else b"X-A: b\r\n"[:1])

    peer.talk = drip
    began = time.monotonic()
    with pytest.raises((TimedOut, Unreachable)):
        out.request("GET", peer.url, seconds=0.6)
    assert time.monotonic() - began < 5


def test_size_is_bounded(peer: Peer, out: Outbound) -> None:
    def flood(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not peer.ended.is_set():
            connection.sendall(b"x" * 65536)

    peer.talk = flood
    with pytest.raises(TooMuch):
        out.request("GET", peer.url, most=100_000)


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
def test_broken_answers_are_one_kind_of_failure(peer: Peer, out: Outbound, answer: bytes) -> None:
    peer.talk = lambda c, _: c.sendall(answer)
    with pytest.raises(Unreachable):
        out.request("GET", peer.url)


def test_nobody_there(out: Outbound, peer: Peer) -> None:
    peer.close()
    time.sleep(0.05)
    with pytest.raises(Unreachable):
        out.request("GET", peer.url)


def test_names_that_are_none() -> None:
    with pytest.raises(Unreachable):
        Outbound(Rules("*")).request("GET", "http://does-not-exist.invalid/")
    with pytest.raises(Unreachable):
        Outbound(Rules("*")).check("http://does-not-exist.invalid/")
