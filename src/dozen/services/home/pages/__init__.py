"""The HTML door: signing up and in, settings, the start page, and what operators see."""

from dozen.services.home.pages import (
    admin,
    admin_people,
    admin_reports,
    docs,
    entry,
    inbox,
    live,
    security,
    settings,
    start,
)
from dozen.services.home.pages.door import pages

__all__ = [
    "admin",
    "admin_people",
    "admin_reports",
    "docs",
    "entry",
    "inbox",
    "live",
    "pages",
    "security",
    "settings",
    "start",
]
