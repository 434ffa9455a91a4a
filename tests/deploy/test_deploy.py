"""The examples of ``deploy/`` do what they say, with the programs that they are for."""

from __future__ import annotations

import http.client
import io
import os
import random
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml  # type: ignore[import-untyped]
from PIL import Image

from dozen.app import tls
from dozen.app.measure import free_port
from dozen.kit.settings import Settings, load
from tests.support import loopback
from tests.support.process import ROOT, Process
from tests.support.services import _postgres_bin, free_row

DEPLOY = ROOT / "deploy"
pytestmark = pytest.mark.fault


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


# What is written down


def test_only_settings_that_there_are_are_set() -> None:
    names = {f"DOZEN_{name.upper()}" for name in Settings.__struct_fields__} | {"DOZEN_CONFIG"}
    for path in DEPLOY.iterdir():
        used = set(re.findall(r"\bDOZEN_[A-Z_]+\b", path.read_text()))
        assert used <= names | {"DOZEN_"}, path.name


def test_the_containers_settings_are_sound() -> None:
    made = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services, volumes = made["services"], made["volumes"]
    values = {"POSTGRES_PASSWORD": "a1b2", "DOZEN_SECRET": "f" * 64}

    def filled(text: str) -> str:
        return re.sub(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}", lambda m: values.get(m[1], m[2] or ""), text)

    for name in ("migrate", "server", "work"):
        environ = {key: filled(value) for key, value in services[name]["environment"].items()}
        settings = load(None, environ)
        assert settings.proxies == services["proxy"]["networks"]["town"]["ipv4_address"]
        assert settings.database_url == "postgresql://dozen:a1b2@database/dozen"
        assert settings.redis_url.startswith("redis://cache:")
    for name, service in services.items():
        for each in service.get("depends_on", {}):
            assert each in services, name
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in volumes or (DEPLOY / source).is_file(), volume
    build = services["server"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()


def test_what_the_image_is_made_from_is_there() -> None:
    for line in (DEPLOY / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY "):
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), line


@pytest.mark.parametrize("name", ["dozen.service", "dozen-work.service"])
def test_systemd_takes_the_units(name: str, tmp_path: Path) -> None:
    verify = program("systemd-analyze")
    text = (DEPLOY / name).read_text()
    assert "/opt/dozen/.venv/bin/dozen" in text
    unit = tmp_path / name
    unit.write_text(text.replace("/opt/dozen/.venv/bin/dozen", "/bin/true"))
    done = subprocess.run([verify, "verify", str(unit)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_units_commands_are_ones() -> None:
    for name in ("dozen.service", "dozen-work.service"):
        (command,) = re.findall(r"^ExecStart=\S+ (.+)$", (DEPLOY / name).read_text(), re.MULTILINE)
        done = subprocess.run(
            [sys.executable, "-m", "dozen.app.cli", *command.split(), "--help"],
            capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


# A whole cluster


def test_the_local_cluster_holds_together() -> None:
    if _postgres_bin() is None or shutil.which("curl") is None:
        pytest.skip("PostgreSQL or curl is not installed")
    if shutil.which("redis-server") is None and shutil.which("valkey-server") is None:
        pytest.skip("neither Redis nor Valkey is installed")
    program("nginx")
    base = free_row(6)
    env = {name: value for name, value in os.environ.items() if not name.startswith("DOZEN_")}
    done = subprocess.run(
        [DEPLOY / "local-cluster"],
        env=env
        | {
            "DOZEN": f"{sys.executable} -m dozen.app.cli",
            "PYTHONPATH": str(ROOT / "src"),
            "BASE_PORT": str(base),
        },
        capture_output=True,
        text=True,
        timeout=420,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "== all of it works" in done.stdout
    for port in range(base, base + 6):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0, "it clears up behind itself"


# In front of a server


class Front:
    """nginx or HAProxy as it is written down, on other ports, before one real server."""

    def __init__(self, kind: str, folder: Path) -> None:
        binary = program(kind)
        self.server = Process(
            folder / "data", base_url="https://town.example", proxies="127.0.0.1", only="microblog"
        )
        self.http, self.https = free_port(), free_port()
        ca, cert, key = tls.ensure(folder / "tls", ("town.example", "localhost"))
        self.trust = ssl.create_default_context(cafile=str(ca))
        both = folder / "town.pem"
        both.write_bytes(cert.read_bytes() + key.read_bytes())
        if kind == "nginx":
            text = (DEPLOY / "nginx.conf").read_text()
            own = "user root;" if os.geteuid() == 0 else ""  # pytest's folders let nobody else in
            temp = " ".join(f"{k}_temp_path {folder}/{k};" for k in ("proxy", "fastcgi", "uwsgi", "scgi"))
            given = {
                "worker_processes auto;": f"worker_processes 1; daemon off; {own}",
                "pid /run/nginx.pid;": f"pid {folder}/pid; error_log {folder}/error.log;",
                "access_log off;": f"access_log off; client_body_temp_path {folder}/body; {temp}",
                "/etc/ssl/town.example.pem": str(cert),
                "/etc/ssl/town.example.key": str(key),
                "listen 80;": f"listen 127.0.0.1:{self.http};",
                "listen 443 ssl http2;": f"listen 127.0.0.1:{self.https} ssl http2;",
                "server 127.0.0.1:8001 ": f"server 127.0.0.1:{self.server.port} ",
                "server 127.0.0.1:8002 ": f"server 127.0.0.1:{free_port()} ",
            }
            check = [binary, "-t", "-q", "-e", str(folder / "error.log"), "-c"]
            command = [binary, "-e", str(folder / "error.log"), "-c"]
        else:
            text = (DEPLOY / "haproxy.cfg").read_text()
            given = {
                "/etc/ssl/town.example.pem": str(both),
                "bind :80 ": f"bind 127.0.0.1:{self.http} ",
                "bind :443 ": f"bind 127.0.0.1:{self.https} ",
                "one 127.0.0.1:8001": f"one 127.0.0.1:{self.server.port}",
                "two 127.0.0.1:8002": f"two 127.0.0.1:{free_port()}",
            }
            check = [binary, "-c", "-f"]
            command = [binary, "-db", "-f"]
        for old, new in given.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        config = folder / "front.conf"
        config.write_text(text)
        done = subprocess.run([*check, str(config)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "warn" not in done.stderr.lower(), done.stderr
        self.running = subprocess.Popen([*command, str(config)], stdout=subprocess.DEVNULL)
        self.client = self.someone()
        end = time.monotonic() + 20
        while True:
            try:
                if self.client.get("/healthz").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert time.monotonic() < end
            time.sleep(0.1)

    def someone(self) -> httpx.Client:
        """A new caller, without cookies."""
        return httpx.Client(
            base_url=f"https://localhost:{self.https}", verify=self.trust, timeout=30,
            headers={"host": "town.example"},
        )  # fmt: skip

    def close(self) -> None:
        self.client.close()
        self.running.terminate()
        self.running.wait(10)
        self.server.stop()


@pytest.fixture(params=["nginx", "haproxy"], scope="module")
def front(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    folder.chmod(0o755)
    made = Front(request.param, folder)
    yield made
    made.close()


def test_people_are_sent_to_https(front: Front) -> None:
    answer = loopback.get(f"http://localhost:{front.http}/login?next=/x", headers={"host": "town.example"})
    assert answer.status_code == 308
    assert answer.headers["location"] == "https://town.example/login?next=/x"


def test_the_server_knows_that_it_is_https(front: Front) -> None:
    page = front.client.get("/login", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert all(name.startswith("__Host-") for name in page.cookies)
    assert page.cookies
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    # The form comes back through the proxy as from the same site, with the address that people typed.
    sent = front.client.post(
        "/login",
        data={"csrf": token, "login": "nobody", "password": "wrong"},
        headers={"accept": "text/html", "origin": "https://town.example"},
    )
    assert sent.status_code != 403, sent.text


def test_callers_do_not_say_who_they_are(front: Front) -> None:
    spoofed = {"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http"}
    assert front.client.get("/metrics", headers=spoofed).status_code == 404
    with front.someone() as new:
        cookies = new.get("/login", headers={"accept": "text/html"} | spoofed).headers["set-cookie"]
    assert "__Host-" in cookies


def test_large_bodies_pass_and_enormous_ones_do_not(front: Front) -> None:
    headers = {"authorization": f"Bearer {front.server.register('big' + str(front.http))}"}
    picture = io.BytesIO()
    Image.frombytes("RGB", (1600, 1600), random.Random(12).randbytes(3 * 1600 * 1600)).save(picture, "PNG")
    assert picture.tell() > 7_000_000  # beyond what proxies take when nobody tells them
    sent = {"file": ("noise.png", picture.getvalue(), "image/png")}
    answer = front.client.post("/api/media", files=sent, headers=headers)
    assert answer.status_code == 201, answer.text
    raw = http.client.HTTPSConnection("localhost", front.https, context=front.trust, timeout=20)
    raw.putrequest("POST", "/microblog/tweets", skip_host=True)
    raw.putheader("Host", "town.example")
    raw.putheader("Content-Length", str(80 * 2**20))
    raw.endheaders()
    refused = raw.getresponse()
    assert (refused.status, b"too_large" in refused.read()) == (413, False)
    raw.close()


def test_live_pages_live(front: Front) -> None:
    ada, bo = (front.server.register(f"{name}{front.http}") for name in ("ada", "bo"))
    me = front.client.get("/api/me", headers={"authorization": f"Bearer {ada}"}).json()
    front.client.post(f"/microblog/users/{me['id']}/follow", headers={"authorization": f"Bearer {bo}"})
    heard: list[str] = []
    ready = threading.Event()

    def listen() -> None:
        with front.client.stream(
            "GET", "/microblog/stream", headers={"authorization": f"Bearer {bo}"}, timeout=90
        ) as stream:
            for line in stream.iter_lines():
                heard.append(line)
                ready.set()
                if line.startswith(":thump"):
                    return

    listener = threading.Thread(target=listen)
    listener.start()
    assert ready.wait(10), "nothing comes through"
    made = front.client.post(
        "/microblog/tweets", json={"text": "heard at once"}, headers={"authorization": f"Bearer {ada}"}
    )
    end = time.monotonic() + 5
    while not any(made.json()["id"] in line for line in heard):
        assert time.monotonic() < end, heard
        time.sleep(0.05)
    listener.join(60)  # the heartbeat of 20 seconds comes through, and keeps the stream
    assert heard[-1].startswith(":thump")


def test_somebodys_requests_go_to_one_server_and_to_another_when_it_is_away(front: Front) -> None:
    """One of the two servers that are written down is not there: nobody notices."""
    for n in range(40):
        headers = {"authorization": f"Bearer dz_{n}"}
        answer = front.client.get("/microblog/timeline/public", headers=headers)
        assert answer.status_code == 401, answer.text
        assert answer.json()["code"] == "bad_token"
