"""Settings: profile, pictures, address, notices, colours."""

from __future__ import annotations

from typing import Any

from dozen.core import accounts, graph, media, notifications
from dozen.kit.errors import Fault
from dozen.services.home.pages.door import again, pages
from dozen.web import Call, Form, Page, Redirect

_TEXTS = ("name", "bio", "location", "website", "pronouns", "language", "time_zone")


@pages.get("/settings")
def index(call: Call) -> Page:
    """All settings."""
    return Page("home/settings.html", person=accounts.person(call.tx, call.me))


@pages.get("/settings/profile")
def profile_form(call: Call) -> Page:
    person = accounts.person(call.tx, call.me)
    return Page("home/profile.html", person=person, given=_given(person), wrong={}, trouble="")


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
        for field, prepare, keep in (
            ("avatar", media.prepare_avatar, accounts.set_avatar),
            ("header", media.prepare_header, accounts.set_header),
        ):
            sent = form.files(field)
            if sent and sent[0].size:
                made = await call.heavy(media.receive, call.env, call.me, sent[0].path, made_by=prepare)
                await call.write(_put_picture, call.me, made.id, keep)
        await call.write(_change, call.me, given)
    except Fault as fault:
        found = fault
        return await call.read(
            lambda tx: again("home/profile.html", found, person=accounts.person(tx, call.me), given=given)
        )
    return Redirect("/settings/profile", flash="Saved")


def _put_picture(tx: Any, me: int, media_id: int, keep: Any) -> None:
    media.attach(tx, me, [media_id], me)
    keep(tx, me, media_id)


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
    return Page("home/notices.html", choices=notifications.settings(call.tx, call.me))


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
