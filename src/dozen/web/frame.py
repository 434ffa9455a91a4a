"""Templates, and the frame round every page: who is here, the rooms, live counts, messages."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import msgspec

from dozen import __version__
from dozen.db import Tx
from dozen.kit import clock, crypto, ids, money, text
from dozen.web import auth
from dozen.web.assets import Assets
from dozen.web.call import Call
from dozen.web.kept import Kept
from dozen.web.openapi import describe
from dozen.web.replies import FLASH, Flash, Page, encode_json
from dozen.web.room import Room
from dozen.web.routes import Route

_HERE = Path(__file__).parent
_AVATARS = (48, 96, 200, 400)


class Frame:
    def __init__(self, rooms: Sequence[Room]) -> None:
        self.rooms = rooms
        self.routes: list[Route] = [route for room in rooms for door in room.doors for route in door.routes]
        self._description: bytes | None = None
        self._by_name = {room.name: room for room in rooms}
        self._by_door = {door: room for room in rooms for door in room.doors}
        folders = {"": _HERE / "static"}
        folders |= {room.name: room.folder / "static" for room in rooms if (room.folder / "static").is_dir()}
        self.assets = Assets(folders)
        self.templates = _Templates(
            loader=jinja2.FileSystemLoader(
                [_HERE / "templates", *(room.folder / "templates" for room in rooms)]
            ),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self.templates.globals.update(
            asset=self.assets.url, avatar_url=avatar_url, media_url=media_url, kept=Kept(), rooms=rooms
        )
        self.templates.globals.update(
            (room.name, SimpleNamespace(**room.helpers)) for room in rooms if room.helpers
        )
        self.templates.filters.update(
            ago=ago,
            exact=clock.exact,
            iso=clock.rfc3339,
            compact=text.compact,
            money=money.text,
            plural=plural,
            clip=text.clip,
            moment=ids.moment,
            month=month,
        )

    def description(self) -> bytes:
        """The OpenAPI document, as JSON."""
        if self._description is None:
            scopes = {name: what for room in self.rooms for name, what in room.scopes.items()}
            self._description = encode_json(
                describe(self.routes, title="Dozen", version=__version__, scopes=scopes)
            )
        return self._description

    def render(self, page: Page) -> str:
        """Raises ValueError for a page whose values bear names that all pages have: these would be hidden
        from the layout, or from a macro that is nowhere near."""
        given = page.values.keys()
        if not (given.isdisjoint(page.frame) and given.isdisjoint(self.templates.globals)):
            taken = sorted(given & (page.frame.keys() | self.templates.globals.keys()))
            raise ValueError(f"{page.template}: every page has {', '.join(taken)} already; name it otherwise")
        return self.templates.get_template(page.template).render(page.frame, **page.values)

    def values(self, call: Call, tx: Tx) -> Mapping[str, Any]:
        """The frame's values; asks the rooms for the caller's live counts."""
        counts: dict[str, int] = {}
        if call.actor is not None and not call.enhanced:
            for room in self.rooms:
                if room.counts is not None:
                    counts.update(room.counts(tx, call.actor.person_id))
        return self._values(call, counts)

    def bare(self, call: Call) -> Mapping[str, Any]:
        """The frame's values without asking the database, for error pages."""
        return self._values(call, {})

    def _values(self, call: Call, counts: Mapping[str, int]) -> Mapping[str, Any]:
        if not call.enhanced:
            call.flash = call.flash or _read_flash(call)
        theme = call.cookies.get("theme", "auto")
        actor = call.actor
        return {
            "me": None
            if actor is None
            else Me(actor.person_id, actor.username, actor.name, actor.avatar_id, actor.role != "member"),
            "room": self._by_door.get(call.route.door, self._by_name["home"]),
            "path": call.path,
            "theme": theme if theme in ("light", "dark") else "auto",
            "flash": [call.flash] if call.flash is not None else [],
            "counts": counts,
            "unread": counts.get("notifications", 0),
            "now_ms": clock.now(),
            "csrf": auth.csrf_field(call),
            "enhanced": call.enhanced,
        }


class _Templates(jinja2.Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # Without this every template looks its globals up through a ChainMap, and copies it on each import.
        return {**self.globals, **d} if d else self.globals


class Me(msgspec.Struct, frozen=True):
    """The signed-in person, as templates see them."""

    id: int
    username: str
    name: str
    avatar_id: int | None
    is_staff: bool


def _read_flash(call: Call) -> Flash | None:
    sealed = call.cookie(FLASH)
    if not sealed:
        return None
    try:
        return msgspec.json.decode(call.env.keys.unseal("flash", crypto.unb64(sealed)), type=Flash)
    except (ValueError, msgspec.MsgspecError):
        return None


def avatar_url(person: Any, size: int = 96) -> str | None:
    """The address of somebody's picture at (at least) ``size`` pixels; None when they have none."""
    if person is None or person.avatar_id is None:
        return None
    return f"/media/{person.avatar_id}/{next((s for s in _AVATARS if s >= size), _AVATARS[-1])}.webp"


def media_url(media_id: int, variant: str | int) -> str:
    """The address of a picture at a width (WebP), or of a named variant."""
    return f"/media/{media_id}/{variant}.webp" if isinstance(variant, int) else f"/media/{media_id}/{variant}"


def ago(ms: int, now: int | None = None) -> str:
    """For people: ``now``, ``5 min``, ``3 h``, ``2 d``, then the date."""
    seconds = ((clock.now() if now is None else now) - ms) // 1000
    if seconds < 60:
        return "now"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86400:
        return f"{seconds // 3600} h"
    if seconds < 7 * 86400:
        return f"{seconds // 86400} d"
    moment, today = clock.to_datetime(ms), clock.to_datetime(clock.now())
    return moment.strftime("%-d %b" if moment.year == today.year else "%-d %b %Y")


def month(ms: int) -> str:
    return clock.to_datetime(ms).strftime("%B %Y")


def plural(number: int, one: str, many: str) -> str:
    """``1 post``, ``3 posts``, ``1.2K posts``."""
    return f"{text.compact(number)} {one if number == 1 else many}"
