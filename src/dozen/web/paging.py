"""Pages of long lists: what all rooms share."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode

import msgspec

T = TypeVar("T")

Limit = Annotated[int, msgspec.Meta(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str, msgspec.Meta(max_length=512, description="Where to go on: `next_cursor` of the page before.")
]


class Listing(msgspec.Struct, Generic[T], omit_defaults=True):
    """A page of a list. ``next_cursor`` is missing on the last one."""

    data: list[T]
    next_cursor: str | None = None


def next_page(path: str, cursor: str | None, **query: str) -> str:
    """The address of a page's next one, with what of ``query`` is not empty; empty when there is none."""
    if not cursor:
        return ""
    given = {name: value for name, value in query.items() if value} | {"cursor": cursor}
    return f"{path}{'&' if '?' in path else '?'}{urlencode(given)}"
