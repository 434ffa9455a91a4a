"""The HTML door. Every page works without scripts; with them, forms send themselves and get fragments."""

from dozen.services.microblog.pages import finding, marks, notices, people, posts, timelines
from dozen.services.microblog.pages.door import pages, profiles
from dozen.services.microblog.pages.lists import lists_pages
from dozen.services.microblog.pages.messages import messages_pages
from dozen.services.microblog.pages.reports import reports_pages

DOORS = (pages, lists_pages, reports_pages, messages_pages, profiles)

__all__ = ["DOORS", "finding", "marks", "notices", "people", "posts", "timelines"]
