"""The start page: the rooms; and the style guide."""

from __future__ import annotations

from dozen.services.home.pages.door import pages
from dozen.web import Call, Page


@pages.get("/", access="public")
def start(call: Call) -> Page:
    """All rooms, for members and visitors."""
    rooms = [room for room in call.server.frame.rooms if room.name != "home"]
    return Page("home/start.html", shown=rooms)


@pages.get("/styleguide", access="public")
def styleguide(call: Call) -> Page:
    """Every part of the design, with everyday content."""
    return Page("styleguide.html")
