"""The HTML door: signing up and in, settings, the start page."""

from dozen.services.home.pages import docs, entry, inbox, security, settings, start
from dozen.services.home.pages.door import pages

__all__ = ["docs", "entry", "inbox", "pages", "security", "settings", "start"]
