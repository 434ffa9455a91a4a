"""The gateway simulator in a thread, and a person who visits its pages."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import httpx

from dozen.app.gateway import trouble
from dozen.app.gateway.server import Simulator
from dozen.app.gateway.store import Books, Store
from dozen.core.payments import simulator_secrets
from dozen.kit.crypto import Keyring
from tests.support import loopback

SECRET = b"a secret for tests only, 32+ bytes"
GOOD, BROKE, DECLINED, ASKS = (
    "4242 4242 4242 4242", "4000 0000 0000 9995", "4000 0000 0000 0002", "4000 0025 0000 3155"
)  # fmt: skip


class _Server(loopback.Tidy, Simulator):
    pass


class Gate:
    """A running simulator. ``misbehave`` sets its troubles; none: calm."""

    def __init__(self, folder: Path, webhook_url: str = "") -> None:
        key, secret = simulator_secrets(Keyring(SECRET))
        self.key = key
        self.webhook_secret = secret
        self.server = _Server(
            Store(folder / "gateway.db"), host="127.0.0.1", port=0, key=key, secret=secret,
            webhook_url=webhook_url, retry=0.2,
        )  # fmt: skip
        self.port: int = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.server.begin_serving()
        self.server.begin()

    @property
    def settings(self) -> dict[str, Any]:
        return {"gateway_url": self.url, "outbound_allow": f"127.0.0.1:{self.port}"}

    def misbehave(self, **given: Any) -> None:
        with self.server.store.transaction() as db:
            trouble.calm(db)
            trouble.change(db, given)

    def objects(self, kind: str) -> list[dict[str, Any]]:
        with self.server.store.transaction() as db:
            return Books(db).of_day(kind, 0, 1 << 40)

    def api(self, method: str, path: str, key: str = "", **form: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.key}", **({"idempotency-key": key} if key else {})}
        given: dict[str, Any] = {"params": form} if method == "GET" else {"data": form}
        return loopback.request(method, self.url + path, headers=headers, timeout=10, **given)

    def close(self) -> None:
        self.server.end_serving()
        self.server.end()


def visit(url: str, **fields: str) -> httpx.Response:
    """Fill in a page's form; the answer, without following it away."""
    page = loopback.get(url, timeout=10)
    assert page.status_code == 200, page.text
    assert "This is a simulator" in page.text
    found = re.search(r'name="secret" value="([^"]+)"', page.text)
    assert found is not None
    return loopback.post(url, data={"secret": html.unescape(found[1]), **fields}, timeout=10)


def type_card(url: str, number: str = GOOD) -> httpx.Response:
    return visit(url, do="pay", number=number, month="12", year="2034", cvc="123")


def save_card(url: str, number: str = GOOD) -> httpx.Response:
    return visit(url, do="save", number=number, month="12", year="2034", cvc="123")
