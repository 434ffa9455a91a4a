"""Fixtures for the whole suite."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.services import redis_url
from tests.support.site import Site, open_site
from tests.support.town import Town, found_town


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """An empty installation, on SQLite and again on PostgreSQL."""
    made = found_town(request.param, tmp_path)
    if made is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    yield made
    made.close()


@pytest.fixture
def redis() -> str:
    url = redis_url()
    if url is None:
        pytest.skip("Redis is not installed and DOZEN_TEST_REDIS_URL is not set")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A whole server on an empty database, on SQLite and again on PostgreSQL."""
    made = open_site(request.param, tmp_path)
    if made is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    yield made
    made.close()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where everything is installed (CI), a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("DOZEN_TEST_NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = max(int(exitstatus), 1)
