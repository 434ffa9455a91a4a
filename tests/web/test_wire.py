"""A real server on a real socket, asked in ways that no library would."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from dozen.web.send import LINGER_BYTES
from tests.support.process import Process

HOST = b"Host: localhost\r\n"
JSON = b"Content-Type: application/json\r\n"
NEXT = b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    made = Process(tmp_path_factory.mktemp("wire") / "data")
    yield made
    made.stop()


def say(server: Process, *pieces: bytes, pause: float = 0, patience: float = 10) -> bytes:
    """All that comes back until the server closes, or is quiet for ``patience`` seconds (then with ``…``)."""
    back = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=patience) as line:
        try:
            for piece in pieces:
                line.sendall(piece)
                time.sleep(pause)
            while chunk := line.recv(65536):
                back += chunk
        except TimeoutError:
            back += b"..."
        except OSError:  # it hung up while we were talking
            pass
    return back


def statuses(back: bytes) -> list[int]:
    return [int(part[:3]) for part in back.split(b"HTTP/1.1 ")[1:]]


def post(path: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    return b"POST " + path + b" HTTP/1.1\r\n" + HOST + JSON + b"".join(headers) + b"\r\n" + body


@pytest.mark.parametrize(
    "request_",
    [
        post(b"/api/login", b"Content-Length: 6\r\n", b"Transfer-Encoding: chunked\r\n", body=b"0\r\n\r\n"),
        post(b"/api/login", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", body=b"0\r\n\r\n"),
        post(b"/api/login", b"Transfer-Encoding: xchunked\r\n", body=b"0\r\n\r\n"),
        post(b"/api/login", b"Content-Length: 2\r\n", b"Content-Length: 3\r\n", body=b"{} "),
        post(b"/api/login", b"Content-Length: +2\r\n", body=b"{}"),
        post(b"/api/login", b"Content-Length: -1\r\n", body=b"{}"),
        post(b"/api/login", b"Content-Length : 2\r\n", body=b"{}"),
        post(b"/api/login", b"X: a\r\n b\r\n", b"Content-Length: 2\r\n", body=b"{}"),
        post(b"/api/login", b"X: a\0b\r\n", b"Content-Length: 2\r\n", body=b"{}"),
    ],
)  # fmt: skip
def test_nothing_hides_behind_an_unclear_length(server: Process, request_: bytes) -> None:
    """One answer and good-bye: what follows is not taken for another request."""
    assert statuses(say(server, request_ + NEXT)) == [400]


def test_a_body_that_nobody_wanted_is_not_a_request(server: Process) -> None:
    hidden = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    refused = post(b"/microblog/tweets", b"Content-Length: %d\r\n" % len(hidden), body=hidden)
    back = say(server, refused + NEXT)
    assert statuses(back)[0] == 401
    assert b"ready" not in back
    assert statuses(back)[1:] in ([], [200])


def test_who_may_not_post_hears_so_before_posting(server: Process) -> None:
    began = time.monotonic()
    for length in (b"Content-Length: 4000000\r\n", b"Transfer-Encoding: chunked\r\n"):
        for who in (b"", b"Authorization: Bearer nothing\r\n", b"Cookie: dozen=planted\r\n"):
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
                line.sendall(post(b"/microblog/tweets", length, who))
                assert statuses(line.recv(65536)) == [401]
    assert time.monotonic() - began < 8


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"//evil.example/%2e%2e", 404),
        (b"/%2f%2fevil.example", 404),
        (b"/%5c%5cevil.example", 404),
        (b"/../../etc/passwd", 404),
        (b"/static/x/%2e%2e/%2e%2e/app.css", 404),
        (b"/static/x/..%2f..%2fapp.css", 404),
        (b"/media/..%2f..%2fsecret/1", 404),
        (b"/@a%2fb", 404),
        (b"/@a%00b", 404),
        (b"/%zz", 404),
        (b"/" + b"a" * 20_000, 404),
        (b"/microblog?" + b"a" * 20_000, 200),
        (b"/" + b"a" * 70_000, 414),
        (b"/.%2e/settings", 404),
        (b"*", 404),
    ],
)
def test_crooked_addresses_lead_nowhere(server: Process, target: bytes, status: int) -> None:
    back = say(
        server, b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"Accept: text/html\r\nConnection: close\r\n\r\n"
    )
    assert statuses(back) == [status]
    assert b"root:" not in back


@pytest.mark.parametrize(
    "target", [b"//settings", b"/settings/", b"http://evil.example/settings", b"///settings"]
)
def test_ways_round_an_address_meet_its_door_all_the_same(server: Process, target: bytes) -> None:
    back = say(
        server, b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"Accept: text/html\r\nConnection: close\r\n\r\n"
    )
    assert statuses(back) == [303]
    assert b"location: /login?next=/settings\r\n" in back


def test_floods_of_headers_are_cut_off(server: Process) -> None:
    many = b"".join(b"X%d: y\r\n" % n for n in range(500))
    assert statuses(say(server, b"GET / HTTP/1.1\r\n" + HOST + many + b"\r\n")) == [431]
    assert statuses(say(server, b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n"))[
        :1
    ] in ([431], [])


def test_dawdlers_are_hung_up_on(server: Process) -> None:
    """In silence, in the middle of a head, between requests, within a body: nobody holds a line for long."""
    head = b"GET / HTTP/1.1\r\n" + HOST
    lines = {
        "silent": ([b""], 0),
        "half a head": ([head], 0),
        "a dripping head": ([head, *(b"X%d: y\r\n" % n for n in range(20))], 1),
        "idle": ([NEXT.replace(b"Connection: close\r\n", b"")], 0),
        "half a body": ([post(b"/api/login", b"Content-Length: 100\r\n", body=b"{")], 0),
    }
    with ThreadPoolExecutor(len(lines)) as pool:
        asked = {
            name: pool.submit(say, server, *pieces, pause=pause, patience=40)
            for name, (pieces, pause) in lines.items()
        }
        held = [name for name, back in asked.items() if back.result().endswith(b"...")]
    assert held == []
    assert statuses(asked["half a body"].result()) == [400]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (b"/api/login", 413),
        (b"/microblog/tweets", 401),
        (b"/wallet/api/nowhere/at/all", 404),
        (b"/healthz", 405),
    ],
)
def test_who_sends_on_although_it_is_refused_gets_the_answer(
    server: Process, path: bytes, status: int
) -> None:
    """Twenty megabytes are more than what the sockets between hold: they have to be taken in."""
    size = 20 * 2**20
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(post(path, b"Content-Length: %d\r\n" % size))
        assert line.recv(65536).startswith(b"HTTP/1.1 %d " % status)  # it is there before the body
        piece = b"x" * 65536
        for _ in range(size // len(piece)):
            line.sendall(piece)
        line.sendall(NEXT)
        back = b""
        while chunk := line.recv(65536):
            back += chunk
        assert b"HTTP/1.1 200" in back


def test_who_never_stops_sending_is_hung_up_on(server: Process) -> None:
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(post(b"/api/login", b"Content-Length: %d\r\n" % 2**40))
        with contextlib.suppress(OSError):
            while sent < 2 * LINGER_BYTES:
                line.sendall(b"x" * 65536)
                sent += 65536
    assert LINGER_BYTES <= sent < 2 * LINGER_BYTES


def test_who_asks_first_whether_to_send_is_not_told_to(server: Process) -> None:
    back = say(
        server, post(b"/api/login", b"Expect: 100-continue\r\n", b"Content-Length: 99999999\r\n"), patience=3
    )
    assert statuses(back)[0] == 413
