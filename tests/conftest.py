"""Fixtures for the whole suite."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.support.services import redis_url
from tests.support.site import Site, open_site
from tests.support.town import Town, found_town

# Examples take as long as the machine needs, and may share a fixture that is made to be shared.
hypothesis.settings.register_profile(
    "unhurried",
    deadline=None,
    suppress_health_check=[
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.function_scoped_fixture,
    ],
)
hypothesis.settings.load_profile("unhurried")


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


LONGEST = (
    "deploy/test_deploy.py", "web/test_openapi.py", "browser/test_wallet.py", "faults/test_payments.py",
    "browser/test_microblog.py",
    "core/jobs/test_runner.py", "faults/test_ledger.py", "browser/test_design.py", "faults/test_crashes.py",
    "web/test_wire.py", "app/test_bench.py", "core/media/test_transcode.py", "app/test_app.py",
    "services/wallet/test_shop_demo.py", "services/wallet/service/test_shopping_property.py",
    "services/microblog/test_idor.py", "core/payments/test_states.py", "core/payments/test_charging.py",
)  # fmt: skip
"""Files that take half a minute and more, those that compute and those that wait by turns. They go first,
so that in the end no process works on one of them while the others have nothing left (``bin/test`` hands
whole files to processes in this order)."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    root = Path(__file__).parent
    places = {root / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected stays to the end: walking it again and again took a tenth of the run.
    As ``dozen.app.asgi.settle`` does for a server."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What was left out, in one line for each reason: without PostgreSQL these are thousands of tests."""
    skipped = terminalreporter.stats.get("skipped", ())
    if not skipped:
        return
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    terminalreporter.section("left out")
    for reason, many in reasons.most_common():
        terminalreporter.line(f"{many:5} tests: {reason}")
    if os.environ.get("DOZEN_TEST_NO_SKIPS"):
        terminalreporter.line("This is a failure, for DOZEN_TEST_NO_SKIPS is set.", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where everything is installed (CI), a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("DOZEN_TEST_NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = max(int(exitstatus), 1)
