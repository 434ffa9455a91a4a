"""Fixtures of the wallet's tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dozen.db import Database
from dozen.services.wallet.service import pins
from tests.services.wallet.folk import Bank
from tests.support.people import EASY
from tests.support.site import Site
from tests.support.town import Town


@pytest.fixture
def bank(site: Site) -> Bank:
    """A server with the wallet, where people with money can be made."""
    return Bank(site)


@pytest.fixture
def hashing_outside(town: Town, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Fails whoever hashes or verifies a PIN within a transaction; the list grows with each that was not."""
    kind, within, found = type(town.db), [0], list[int]()

    def counted(name: str) -> None:
        run: Callable[..., Any] = getattr(kind, name)

        def running(self: Database, *args: Any, **given: Any) -> Any:
            within[0] += 1
            try:
                return run(self, *args, **given)
            finally:
                within[0] -= 1

        monkeypatch.setattr(kind, name, running)

    class Watched:
        def hash(self, text: str) -> str:
            return self._did(EASY.hash(text))

        def verify(self, stored: str, text: str) -> bool:
            return self._did(EASY.verify(stored, text))

        def _did(self, answer: Any) -> Any:
            assert not within[0], "a PIN is hashed while a transaction is open"
            found.append(1)
            return answer

    for name in ("run_write", "run_read"):
        counted(name)
    monkeypatch.setattr(pins, "hasher", Watched())
    return found
