"""Settings: profile, pictures, address, notices, colours."""

from __future__ import annotations

from typing import Any

import msgspec

from dozen.core import accounts, graph, media, notifications
from dozen.db import Tx
from dozen.kit.errors import Fault
from dozen.services.home.files import PICTURES
from dozen.services.home.pages.door import again, pages
from dozen.services.home.service import put_picture
from dozen.web import Call, Form, Page, Redirect, Reply

_TEXTS = ("name", "bio", "location", "website", "pronouns", "language", "time_zone")


@pages.get("/settings")
def index(call: Call) -> Page:
    """All settings."""
    return Page("home/settings.html", person=accounts.person(call.tx, call.me))


@pages.get("/settings/profile")
def profile_form(call: Call) -> Page:
    person = accounts.person(call.tx, call.me)
    return Page(
        "home/profile.html", person=person, given=_given(person), zones=_zones(person), wrong={}, trouble=""
    )


def _zones(person: accounts.Person) -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones to choose from, by continent; one that was set and is not among them (any more) stays."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in dict.fromkeys([*accounts.time_zones(), *filter(None, [person.time_zone])]):
        continent, _, city = name.partition("/")
        found.setdefault(continent, []).append((name, (city or name).replace("_", " ").replace("/", ", ")))
    return list(found.items())


def _given(person: accounts.Person) -> dict[str, str]:
    given = {name: getattr(person, name) for name in _TEXTS}
    given |= {"username": person.username, "birth_date": person.birth_date or "", "phone": person.phone or ""}
    given["protected"] = "1" if person.protected else ""
    return given


@pages.post("/settings/profile", upload=True, max_body=24 * 2**20)
async def profile(call: Call, form: Form) -> Any:
    names = (*_TEXTS, "username", "birth_date", "phone", "protected")
    given = {name: form.get(name) for name in names}
    try:
        for field, prepare in PICTURES.items():
            sent = form.files(field)
            if sent and sent[0].size:
                made = await call.heavy(media.receive, call.env, call.me, sent[0].path, made_by=prepare)
                await call.write(put_picture, call.me, field, made.id)
            elif form.checked(f"no_{field}"):
                await call.write(put_picture, call.me, field, None)
        await call.write(_change, call.me, given)
    except Fault as fault:
        found = fault

        def show(tx: Tx) -> Page:
            person = accounts.person(tx, call.me)
            return again("home/profile.html", found, person=person, given=given, zones=_zones(person))

        return await call.read(show)
    return Redirect("/settings/profile", flash="Saved")


def _change(tx: Any, me: int, given: dict[str, str]) -> None:
    texts: dict[str, Any] = {name: given[name] for name in _TEXTS}
    changes = accounts.Changes(
        **texts,
        birth_date=given["birth_date"] or None,
        phone=given["phone"] or None,
        protected=bool(given["protected"]),
    )
    if given["username"]:
        accounts.change_username(tx, me, given["username"])
    accounts.edit_profile(tx, me, changes)
    if not changes.protected:
        graph.accept_waiting(tx, me)


@pages.get("/settings/notifications")
def notices_form(call: Call) -> Page:
    """Which things one wants to hear of."""
    choices = notifications.settings(call.tx, call.me)
    groups = [
        (room.title if room.name != "home" else "From the moderators", own)
        for room in call.server.frame.rooms
        if (own := [each for each in choices if each.kind.startswith(f"{room.name}.")])
    ]
    return Page("home/notices.html", groups=groups)


@pages.post("/settings/notifications")
def notices(call: Call, form: Form) -> Redirect:
    for choice in notifications.settings(call.tx, call.me):
        wanted = form.checked(choice.kind)
        if wanted != choice.channels["in_app"]:
            notifications.choose(call.tx, call.me, choice.kind, "in_app", wanted)
    return Redirect("/settings/notifications", flash="Saved")


@pages.post("/settings/theme", access="public")
def theme(call: Call, form: Form) -> Redirect:
    """Light, dark, or as the device says."""
    wanted = form.get("theme")
    wanted = wanted if wanted in ("light", "dark") else "auto"
    # Not __Host-: the page's script sets the same cookie.
    cookie = ("set-cookie", f"theme={wanted}; Path=/; Max-Age=31536000; SameSite=Lax")
    back = call.header("referer").removeprefix(call.origin)
    return Redirect(back, headers=[cookie])


@pages.get("/settings/export")
def export(call: Call) -> Page:
    """Everything that is kept about one's account."""
    return Page("home/export.html", known=accounts.export(call.tx, call.me))


@pages.get("/settings/export/account.json", media="application/json")
def download(call: Call) -> Reply[bytes]:
    """The same as a file."""
    made = msgspec.json.format(msgspec.json.encode(accounts.export(call.tx, call.me)))
    named = ("content-disposition", 'attachment; filename="dozen-account.json"')
    return Reply(made, media="application/json", headers=[named])
