"""The start page: the rooms, what is new, and what is left to set up; and the style guide."""

from __future__ import annotations

from dozen.core import accounts, notifications
from dozen.core.accounts import Person
from dozen.services.home.pages.door import pages
from dozen.services.home.pages.inbox import lines
from dozen.web import Call, Page

_NEWS = 5
Step = tuple[str, str, str, str]


@pages.get("/", access="public")
def start(call: Call) -> Page:
    """All rooms, for members and visitors; for members also what is new."""
    rooms = [room for room in call.server.frame.rooms if room.name != "home"]
    if call.viewer is None:
        return Page("home/start.html", shown=rooms, steps=[], news=[])
    tx, me = call.tx, call.viewer
    news = notifications.list_grouped(tx, me, limit=_NEWS)
    return Page("home/start.html", shown=rooms, steps=_steps(accounts.person(tx, me)), news=lines(tx, news))


def _steps(person: Person) -> list[Step]:
    """What a new member has yet to do: title, why, where, icon."""
    steps: list[Step] = []
    if person.email is None or person.email_verified_at is None:
        why = "So that you get back in if you forget your password"
        steps.append(("Confirm your e-mail address", why, "/settings/security#email", "mail"))
    if person.avatar_id is None:
        steps.append(("Add a picture of you", "So that friends recognise you", "/settings/profile", "image"))
    if not person.bio:
        why = "A sentence is enough for others to know who you are"
        steps.append(("Say something about you", why, "/settings/profile#f-bio", "edit"))
    return steps


@pages.get("/styleguide", access="public")
def styleguide(call: Call) -> Page:
    """Every part of the design, with everyday content."""
    return Page("styleguide.html")
