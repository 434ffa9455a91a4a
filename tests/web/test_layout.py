"""The frame keeps to itself: what it names never takes the place of a page's own values."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, nodes

import dozen.web

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
