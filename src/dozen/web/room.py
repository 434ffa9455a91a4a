"""The manifest of a room: everything the roof needs to know of a service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from dozen.core.jobs import Handler, Schedule
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.web.routes import Door


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A room's page that its navigation shows. ``key`` is its letter in keyboard shortcuts."""

    title: str
    path: str
    icon: str
    key: str = ""
    badge: str = ""
    """The name of a live count that stands beside it."""
    member: bool = True
    """Whether it is only for people who are signed in."""


class Progress(Protocol):
    """How long work tells how far it is."""

    def __call__(self, done: int, total: int, what: str) -> None: ...


class Demo(Protocol):
    """Loads a room's sample data, once. ``size`` is ``small`` or ``large``; repeatable by ``seed``."""

    def __call__(self, env: Env, *, size: str, seed: int, progress: Progress) -> None: ...


class Refill(msgspec.Struct, frozen=True, kw_only=True):
    """How what a room keeps is put into the search index anew, where it is missing there or out of date."""

    what: str
    """``Posts``: as operators call it."""
    count: Callable[[Tx], int]
    some: Callable[[Tx, int, int], tuple[int, int | None]]
    """``some(tx, after, limit)``: looks at so many more; gives how many were put right, and what to go on
    after (0 at first, None when that was all)."""


class Room(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    """Its folder, its path and its tables' prefix."""
    title: str
    summary: str
    """One line for the start page and the README."""
    icon: str
    key: str = ""
    """``g`` and this letter go there."""
    folder: Path
    """Where its ``templates`` and ``static`` are."""
    doors: tuple[Door, ...] = ()
    places: tuple[Place, ...] = ()
    scopes: dict[str, str] = {}
    """What an API token may be allowed here, in words."""
    figures: dict[str, str] = {}
    """What it counts in the analytics for operators to watch: the metric, and its title."""
    work: tuple[Handler | Schedule, ...] = ()
    """Its jobs and schedules."""
    listen: Callable[[Env], None] | None = None
    """Called once in each process: put listeners on the hub, kinds into registries."""
    refills: tuple[Refill, ...] = ()
    demo: Demo | None = None
    counts: Callable[[Tx, int], dict[str, int]] | None = None
    """Live counts for a person's navigation."""
    helpers: Mapping[str, Callable[..., Any]] = {}
    """What its templates may call: ``{{ microblog.path(view) }}``. Pure functions (see ``web/kept.py``)."""

    @property
    def path(self) -> str:
        return f"/{self.name}" if self.name != "home" else "/"

    def at(self, path: str) -> str:
        """The path of that place of the room in which ``path`` is; empty when it is in none."""
        first, *others = [place.path for place in self.places] or [""]
        inside = [place for place in others if path == place or path.startswith(place + "/")]
        return max(inside, key=len, default=first if path == first else "")
