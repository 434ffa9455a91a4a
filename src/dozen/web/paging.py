"""Pages of long lists: the shapes that all native APIs share."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

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
