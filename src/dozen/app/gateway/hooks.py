"""Webhooks: written down with what they tell of, signed as Stripe signs, delivered again until taken."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
import threading
import time
from urllib.parse import urlsplit

from dozen.app.gateway import trouble
from dozen.app.gateway.store import Books, Doc, Store

_MOST_TRIES = 16
_LONGEST = 60.0
_SECONDS = 10.0


def emit(books: Books, type_: str, doc: Doc) -> None:
    """Tell of a change of an object, in its transaction."""
    event = books.new("event", "evt", {"type": type_, "data": {"object": doc}, "api_version": "simulator"})
    now = time.time()
    mood = trouble.read(books.db)
    if not mood.hit(mood.lose):
        for _ in range(1 + mood.duplicate):
            _put(books, event, now + mood.sent_after(), forged=False)
    if mood.hit(mood.forge):
        lie = {**doc, "status": "succeeded", "amount_received": doc.get("amount", 0)}
        forged = {**event, "id": event["id"] + "f", "type": "payment_intent.succeeded"}
        _put(books, {**forged, "data": {"object": lie}}, now + mood.sent_after(), forged=True)


def _put(books: Books, event: Doc, due: float, *, forged: bool) -> None:
    books.db.execute(
        "INSERT INTO deliveries (due, tries, forged, body) VALUES (?, 0, ?, ?)",
        (due, int(forged), json.dumps(event)),
    )


def signature(body: bytes, secret: bytes, at: int) -> str:
    mac = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


class Sender:
    """The threads that deliver."""

    def __init__(self, store: Store, url: str, secret: str, *, retry: float) -> None:
        self._store = store
        self._url = urlsplit(url)
        self._secret = secret.encode()
        self._retry = retry
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, threads: int = 2) -> None:
        if self._url.hostname:
            for _ in range(threads):
                thread = threading.Thread(target=self._run, daemon=True)
                thread.start()
                self._threads.append(thread)

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(_SECONDS)

    def _run(self) -> None:
        while not self._over.is_set():
            if not self._one():
                self._over.wait(0.05)

    def _one(self) -> bool:
        now = time.time()
        with self._store.transaction() as db:
            row = db.execute(
                "SELECT id, tries, forged, body FROM deliveries WHERE due <= ? ORDER BY due LIMIT 1", (now,)
            ).fetchone()
            if row is None:
                return False
            delivery, tries, forged, body = row
            db.execute("UPDATE deliveries SET due = ? WHERE id = ?", (now + _SECONDS * 2, delivery))
        taken = self._send(body.encode(), forged=bool(forged))
        with self._store.transaction() as db:
            if taken or forged or tries + 1 >= _MOST_TRIES:
                db.execute("DELETE FROM deliveries WHERE id = ?", (delivery,))
            else:
                pause = min(_LONGEST, self._retry * 2**tries) * random.uniform(0.8, 1.2)  # noqa: S311
                db.execute(
                    "UPDATE deliveries SET due = ?, tries = ? WHERE id = ?",
                    (time.time() + pause, tries + 1, delivery),
                )
        return True

    def _send(self, body: bytes, *, forged: bool) -> bool:
        secret = b"somebody else's secret" if forged else self._secret
        headers = {
            "content-type": "application/json",
            "stripe-signature": signature(body, secret, int(time.time())),
            "user-agent": "Dozen gateway simulator",
        }
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=_SECONDS)
        try:
            connection.request("POST", self._url.path or "/", body, headers)
            return 200 <= connection.getresponse().status < 300
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
