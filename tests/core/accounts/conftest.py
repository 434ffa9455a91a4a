from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from dozen.core import mail
from dozen.core.accounts import passwords
from dozen.db import open_database
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from tests.core.accounts.helpers import catch_up
from tests.support.people import EASY
from tests.support.town import Town


class Letter(msgspec.Struct):
    to: str
    subject: str
    text: str

    @property
    def token(self) -> str:
        """The secret in the letter's link."""
        return self.text.partition("?token=")[2].split()[0]


@pytest.fixture
def real_hashes() -> None:
    """For tests of what a hash is made of."""


@pytest.fixture(autouse=True)
def _easy_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere passwords cost next to nothing: with 50 ms each they were a third of these tests."""
    if "real_hashes" not in request.fixturenames:
        monkeypatch.setattr(passwords, "hasher", EASY)
        monkeypatch.setattr(passwords, "DUMMY", _NOBODYS)


_NOBODYS = EASY.hash("what nobody knows")


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> list[Letter]:
    """Every letter that is sent, as it is handed over (and it is handed over)."""
    sent: list[Letter] = []
    send = mail.send

    def record(tx: Any, to: str, subject: str, text: str, html: str | None = None) -> None:
        send(tx, to, subject, text, html)
        sent.append(Letter(to, subject, text))

    monkeypatch.setattr(mail, "send", record)
    return sent


@pytest.fixture
def other(town: Town) -> Iterator[Town]:
    """A second process on the same database, which has caught up so far."""
    env = Env(town.env.settings, b"a secret for tests only, 32+ bytes", Snowflakes(2))
    db = open_database(town.env.settings.database_url, synchronous="NORMAL")
    env.install(db)
    made = Town(db, env)
    catch_up(made)
    yield made
    made.close()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let that many milliseconds pass at once."""
    real, passed = clock.now, [0]

    def wait(ms: int) -> None:
        passed[0] += ms

    monkeypatch.setattr(clock, "now", lambda: real() + passed[0])
    return wait
