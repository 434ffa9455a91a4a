"""The frame keeps to itself: what it names never takes the place of a page's own values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jinja2 import ChoiceLoader, DictLoader, Environment, nodes

import dozen.web
from dozen.app.services import ROOMS
from dozen.web.frame import Frame
from dozen.web.replies import Page
from tests.support.site import Site

LAYOUT = Path(dozen.web.__file__).parent / "templates" / "layout.html"
GIVEN = {"counts", "theme"}
"""What the server gives each page; the layout only fills in a default."""


def test_the_layouts_own_names_are_told_by_their_prefix() -> None:
    tree = Environment(autoescape=True).parse(LAYOUT.read_text())
    named = {
        each.name
        for kind in (nodes.Assign, nodes.AssignBlock)
        for found in tree.find_all(kind)
        for each in [found.target, *found.target.find_all(nodes.Name)]
        if isinstance(each, nodes.Name)
    }
    assert named, "the layout sets something"
    assert {name for name in named if not name.startswith("nav_")} - GIVEN == {"beside"}


def _named(name: str) -> dict[str, Any]:
    return {name: "mine"}


@pytest.fixture(scope="module")
def frame() -> Frame:
    made = Frame(ROOMS)
    inner = made.templates.loader
    assert inner is not None
    made.templates.loader = ChoiceLoader([DictLoader({"one.html": "{{ word }}"}), inner])
    return made


@pytest.mark.parametrize("name", ["kept", "rooms", "asset", "microblog", "range"])
def test_what_all_templates_have_is_no_name_for_a_pages_value(frame: Frame, name: str) -> None:
    assert frame.render(Page("one.html", word="a")) == "a"
    with pytest.raises(ValueError, match=rf"one\.html: every page has {name} already"):
        frame.render(Page("one.html", word="a", **_named(name)))


@pytest.mark.parametrize(
    "name", ["me", "room", "path", "theme", "flash", "counts", "unread", "now_ms", "csrf"]
)
def test_what_the_frame_gives_is_no_name_for_a_pages_value(frame: Frame, name: str) -> None:
    page = Page("one.html", word="a", **_named(name))
    assert frame.render(page) == "a"  # a fragment without a frame has these from whoever renders it
    page.frame = {name: "ours"}
    with pytest.raises(ValueError, match=f"every page has {name} already"):
        frame.render(page)


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_the_frame_gives_all_of_these(site: Site) -> None:
    seen: dict[str, object] = {}
    inner = site.server.frame.render

    def render(page: Page) -> str:
        seen.update(page.frame)
        return inner(page)

    site.server.frame.render = render  # type: ignore[method-assign]
    assert site.browser("ada").get("/settings").status_code == 200
    assert {"me", "room", "path", "theme", "flash", "counts", "unread", "now_ms", "csrf"} <= set(seen)
