from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["image", "video", "gif", "audio", "file"]
State: TypeAlias = Literal["ready", "processing", "failed"]
Audience: TypeAlias = Literal["public", "account", "private"]
"""Who may load what is attached: everybody; everybody as long as its owner's account is open; or only its
owner, and who was handed a ticket."""


class Variant(msgspec.Struct, frozen=True):
    """One stored file of a media item. ``width`` and ``height`` are 0 where there is no picture."""

    name: str
    key: str
    width: int
    height: int
    mime: str
    size: int


class Media(msgspec.Struct, frozen=True):
    """A picture, video or file that somebody uploaded.

    ``width`` and ``height`` are those of the largest variant. ``mime`` is what was uploaded; each
    variant has its own. ``size`` is all stored bytes. ``colour`` is ``#rrggbb``, ``preview`` a data URI
    of a picture of at most 16 pixels. ``focus`` is the point to keep in view when cropping: x to the
    right and y up, each from -1 to 1. ``attached`` is the subject's id. Times in milliseconds.
    """

    id: int
    owner_id: int
    kind: Kind
    state: State
    blob: str
    mime: str
    filename: str
    width: int | None
    height: int | None
    duration_ms: int | None
    size: int
    colour: str | None
    preview: str | None
    alt: str
    focus: tuple[float, float] | None
    variants: Mapping[str, Variant]
    attached: int | None
    audience: Audience
    created_at: int
    error: str | None

    @classmethod
    def of_row(
        cls,
        id: int,  # noqa: A002
        owner_id: int,
        kind: Kind,
        state: State,
        blob: str,
        mime: str,
        filename: str,
        width: int | None,
        height: int | None,
        duration_ms: int | None,
        size: int,
        colour: str | None,
        preview: str | None,
        alt: str,
        focus_x: int | None,
        focus_y: int | None,
        variants: dict[str, tuple[int, int, str, int]],
        attached: int | None,
        audience: Audience,
        created_at: int,
        error: str | None,
    ) -> Media:
        return cls(
            id, owner_id, kind, state, blob, mime, filename, width, height, duration_ms, size,
            colour, preview, alt,
            None if focus_x is None or focus_y is None else (focus_x / 1000, focus_y / 1000),
            {name: Variant(name, f"{blob}/{name}", *rest) for name, rest in variants.items()},
            attached, audience, created_at, error,
        )  # fmt: skip


class MadeFile(msgspec.Struct, frozen=True):
    """A file that is ready to be stored, in memory or on this machine's disk."""

    name: str
    mime: str
    data: bytes | Path
    width: int = 0
    height: int = 0

    @property
    def size(self) -> int:
        return len(self.data) if isinstance(self.data, bytes) else self.data.stat().st_size


class Prepared(msgspec.Struct, frozen=True):
    """An upload that was checked and re-encoded, with the place its files go to. Nothing is stored yet.

    Fields as in :class:`Media`; a video still holds only its source, which a job transcodes.
    """

    blob: str
    kind: Kind
    mime: str
    files: tuple[MadeFile, ...]
    filename: str = ""
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    colour: str | None = None
    preview: str | None = None

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


class Served(msgspec.Struct, frozen=True):
    """What a door needs to answer a request for a file.

    ``inline``: it may be shown in the page; otherwise it must be offered as a download.
    ``public``: shared caches may keep it; its bytes never change.
    """

    media: Media
    variant: Variant
    inline: bool
    public: bool


class Quota(msgspec.Struct, frozen=True):
    """What a person's files take, in bytes and in number."""

    used: int
    items: int
    limit: int


class Upload(msgspec.Struct, frozen=True):
    """A big file that arrives in parts. ``id`` becomes the media item's id. Bytes and milliseconds."""

    id: int
    owner_id: int
    total: int
    mime: str
    filename: str
    private_file: bool
    created_at: int
    expires_at: int
    received: int = 0

    @classmethod
    def of_row(
        cls,
        id: int,  # noqa: A002
        owner_id: int,
        total: int,
        mime: str,
        filename: str,
        private_file: bool,
        created_at: int,
        expires_at: int,
        received: int | Decimal,
    ) -> Upload:
        return cls(id, owner_id, total, mime, filename, private_file, created_at, expires_at, int(received))


class Part(msgspec.Struct, frozen=True):
    segment: int
    size: int
