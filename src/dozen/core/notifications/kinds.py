"""The kinds of notifications that there are: rooms register theirs when the process starts."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from dozen.core.notifications.structs import Channel
from dozen.kit.env import Env

_NAME = re.compile(r"[a-z]+\.[a-z_]+")


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    """The room's name, a dot, and what happened: ``microblog.like``."""
    title: str
    """For the settings page: “Likes”."""
    template: str
    """One line: ``{actors} liked your post``; may also name keys of the item's data."""
    channels: frozenset[Channel] = frozenset({"in_app"})
    """How it reaches people who have not said how."""
    once: bool = False
    """Tell only once of the same actor doing this to the same subject."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"a kind is written room.event, not {self.name!r}")

    @property
    def realm(self) -> str:
        return self.name.partition(".")[0]

    def line(self, actors: Sequence[str], count: int, data: object = None) -> str:
        """The template filled in. ``actors``: names of the newest, ``count``: how many there are in all."""
        named = {str(k): str(v) for k, v in data.items()} if isinstance(data, dict) else {}
        return self.template.format_map({**named, "actors": spoken(actors, count)})


def spoken(names: Sequence[str], count: int) -> str:
    """``Ann``, ``Ann and Bo``, ``Ann, Bo and 3 others``."""
    if not names:
        return "Somebody"
    shown = list(names[:2])
    others = max(count, len(names)) - len(shown)
    if others <= 0:
        return " and ".join(shown)
    return f"{', '.join(shown)} and {others} other{'s' if others > 1 else ''}"


class Kinds:
    """The kinds of this process."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}

    @classmethod
    def build(cls, env: Env) -> Kinds:
        return cls()

    def add(self, *kinds: Kind) -> None:
        """ValueError when a name is taken by another kind."""
        for kind in kinds:
            if self._kinds.setdefault(kind.name, kind) != kind:
                raise ValueError(f"two kinds of notifications named {kind.name!r}")

    def get(self, name: str) -> Kind:
        """LookupError when no room has registered it: a programming error."""
        try:
            return self._kinds[name]
        except KeyError:
            raise LookupError(f"no kind of notifications named {name!r} is registered") from None

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def all(self, realm: str | None = None) -> list[Kind]:
        """All, or those of one room, in the order they were added."""
        return [kind for kind in self._kinds.values() if realm is None or kind.realm == realm]
