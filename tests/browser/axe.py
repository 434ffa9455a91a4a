"""axe on a page, as a phone in light and as a desktop in dark see it."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 360, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
SCRIPT = Axe().axe_script
LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
"""What depends on how wide and how bright a page is; the rest of what it says is the same."""

RUN = """async ([main, options]) => {
  const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity);
  await Promise.all(ending.map((one) => one.finished.catch(() => {})));
  // Chromium sometimes leaves texts in the colour of the scheme before: everything is styled once more.
  document.body.style.display = 'none';
  document.body.getBoundingClientRect();
  document.body.style.display = '';
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  return axe.run((main && document.querySelector('main')) || document, options);
}"""


def faults(page: Page, where: str, *, frame: bool = False) -> list[str]:
    """What is wrong with the page that is open. ``frame``: also what is round every page, and shown on a
    desktop only, by all rules."""
    found: list[str] = []
    for size, scheme in ((PHONE, "light"), (DESKTOP, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        looks = scheme == "dark" and not frame
        if size is PHONE:
            page.evaluate(SCRIPT)
        options: dict[str, Any] = {"resultTypes": ["violations"]}
        results = AxeResults(page.evaluate(RUN, [looks, options | {"runOnly": LOOKS} if looks else options]))
        if results.violations_count:
            found.append(f"{where} at {size['width']}, {scheme}: {results.generate_report()}")
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            found.append(f"{where} is wider than {size['width']}")
    return found
