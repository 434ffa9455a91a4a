"""A real Chromium, and the design system on a stage."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from tests.browser.stage import Stage

expect.set_options(timeout=20_000)  # for machines whose processor others take


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """DOZEN_CHROMIUM, the system's, or Playwright's own; each module has its own. While it is open an event
    loop runs in this thread, so that no test elsewhere could start one."""
    path = os.environ.get("DOZEN_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error:
            pytest.skip("there is no Chromium; name one in DOZEN_CHROMIUM")
        yield browser
        browser.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, stage: Stage) -> Iterator[Page]:
    """A page that may not complain: an error in a script or a broken policy fails the test."""
    made = context.new_page()
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    yield made
    assert complaints == []
