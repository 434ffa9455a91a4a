from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dozen.core.realtime.tables import events
from tests.support.floor import another, found_floor
from tests.support.town import Town


@pytest.fixture(params=["sqlite", "postgresql"])
def square(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A database with the event log alone, on SQLite and again on PostgreSQL."""
    made = found_floor(request.param, tmp_path, events)
    yield made
    made.close()


@pytest.fixture
def grown(tmp_path: Path) -> Iterator[Town]:
    """The same on PostgreSQL alone."""
    made = found_floor("postgresql", tmp_path, events)
    yield made
    made.close()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Town]:
    """The same on SQLite alone."""
    made = found_floor("sqlite", tmp_path, events)
    yield made
    made.close()


@pytest.fixture
def neighbour() -> Iterator[Callable[[Town], Town]]:
    """Makes other processes on a town's database."""
    made: list[Town] = []

    def make(town: Town) -> Town:
        made.append(another(town))
        return made[-1]

    yield make
    for each in made:
        each.close()
