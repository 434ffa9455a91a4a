from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dozen.db.nodes import nodes
from tests.db.things import things
from tests.support.floor import found_floor
from tests.support.town import Town


@pytest.fixture(params=["sqlite", "postgresql"])
def floor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A database with the test's own table and the nodes', on SQLite and again on PostgreSQL."""
    made = found_floor(request.param, tmp_path, things, nodes)
    yield made
    made.close()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Town]:
    """The same on SQLite alone."""
    made = found_floor("sqlite", tmp_path, things, nodes)
    yield made
    made.close()


@pytest.fixture
def grown(tmp_path: Path) -> Iterator[Town]:
    """The same on PostgreSQL alone."""
    made = found_floor("postgresql", tmp_path, things, nodes)
    yield made
    made.close()
