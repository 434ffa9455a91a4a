"""Pictures and videos: uploading them, describing them, and getting them back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, cast

import msgspec

from dozen.core import media
from dozen.kit.errors import Invalid, NotFound
from dozen.services.home import schemas
from dozen.services.home.service import Field, put_picture
from dozen.web import Api, Call, File, Form, Stream
from dozen.web.replies import encode_json
from dozen.web.sse import stream

files = Api("", tag="Media")
_MAX = 512 * 2**20
Ticket = Annotated[str, msgspec.Meta(max_length=64)]
_FAULTS = (
    media.UnknownType,
    media.TypeMismatch,
    media.BrokenMedia,
    media.PictureTooLarge,
    media.MediaTooLarge,
    media.AnimationTooLong,
    media.VideoUnavailable,
    media.QuotaExceeded,
    media.StorageDown,
)


PICTURES: dict[Field, Any] = {"avatar": media.prepare_avatar, "header": media.prepare_header}
"""How the pictures of a profile are made."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A picture or video. A video is ``processing`` until it can be played."""

    id: schemas.Id
    kind: str
    state: str
    width: int | None
    height: int | None
    duration_ms: int | None
    alt: str
    colour: str | None
    preview: str | None
    urls: dict[str, str]
    """By variant; loadable by others once it is part of something public."""
    error: str | None


class Describe(msgspec.Struct):
    alt: Annotated[str, msgspec.Meta(max_length=10_000)] = ""


def item(found: media.Media) -> Item:
    return Item(
        id=str(found.id),
        kind=found.kind,
        state=found.state,
        width=found.width,
        height=found.height,
        duration_ms=found.duration_ms,
        alt=found.alt,
        colour=found.colour,
        preview=found.preview,
        urls={name: f"/media/{found.id}/{name}" for name in found.variants},
        error=found.error,
    )


@files.post("/api/media", scope="account:write", upload=True, max_body=_MAX, raises=_FAULTS, limit=(120, 600))
async def upload(call: Call, form: Form) -> Item:
    """Upload a picture or a video: multipart, the file in ``file``, a description in ``alt``."""
    sent = form.files("file") or form.files("media")
    if len(sent) != 1:
        raise Invalid(fields={"file": "Send one file, in the field named file"})
    one = sent[0]
    made = await call.heavy(
        media.receive,
        call.env,
        call.me,
        one.path,
        claimed=one.content_type,
        filename=one.filename,
        alt=form.get("alt"),
    )
    return item(made)


@files.put(
    "/api/me/{field}",
    scope="account:write",
    upload=True,
    max_body=24 * 2**20,
    raises=(*_FAULTS, NotFound),
    limit=(60, 600),
)
async def put(call: Call, form: Form, field: Field) -> schemas.OwnAccount:
    """Set one's picture (``avatar``, cut to a square) or ``header``: multipart, the file in ``file``."""
    sent = form.files("file")
    if len(sent) != 1:
        raise Invalid(fields={"file": "Send one file, in the field named file"})
    made = await call.heavy(media.receive, call.env, call.me, sent[0].path, made_by=PICTURES[field])
    return schemas.own(await call.write(put_picture, call.me, field, made.id))


@files.delete("/api/me/{field}", scope="account:write", status=200, raises=(NotFound,))
def take_away(call: Call, field: Field) -> schemas.OwnAccount:
    """Show no picture (or header) any more; it is deleted."""
    return schemas.own(put_picture(call.tx, call.me, field, None))


@files.get("/api/media/{media_id}", scope="account:read", raises=[media.MediaNotFound])
def show(call: Call, media_id: int) -> Item:
    """An upload of one's own: whether it is ready, and where its files are."""
    return item(media.own(call.tx, call.me, media_id))


@files.patch("/api/media/{media_id}", scope="account:write", raises=[media.MediaNotFound])
def describe(call: Call, media_id: int, data: Describe) -> Item:
    """Say in words what is to be seen, for people who cannot see it."""
    media.describe(call.tx, call.me, media_id, alt=data.alt)
    return item(media.own(call.tx, call.me, media_id))


@files.delete(
    "/api/media/{media_id}",
    scope="account:write",
    raises=[media.MediaNotFound, media.AlreadyAttached, media.MediaHeld],
)
def remove(call: Call, media_id: int) -> None:
    """Take back an upload that is not part of anything."""
    media.delete(call.tx, call.me, media_id, loose=True)


@files.get(
    "/media/{media_id}/stream",
    access="public",
    streams=True,
    media="text/event-stream",
    raises=[media.MediaNotFound],
)
async def wait(call: Call, media_id: int, ticket: Ticket | None = None) -> Stream:
    """One event, ``ready``, when a video can be played or has turned out not to be one; then the end."""

    async def state() -> str:
        return await call.read(media.awaited, call.viewer, media_id, ticket=ticket)

    await state()  # nobody listens to what is not there
    events = stream(call, [(media.TOPIC, media_id)], lambda event: ("ready", event.data))

    async def chunks() -> AsyncIterator[bytes]:
        async with aclosing(cast("AsyncGenerator[bytes, None]", events.chunks)) as frames:
            yield await anext(frames)
            if (now := await state()) != "processing":  # between the page and this stream
                yield b"event: ready\ndata: %s\n\n" % encode_json({"state": now})
                return
            async for chunk in frames:
                yield chunk
                if chunk.startswith(b"id:"):
                    return

    return Stream(chunks())


@files.get(
    "/media/{media_id}/{name}",
    access="public",
    raises=[media.MediaNotFound, media.StorageDown],
    limit=(3000, 60),
)
def serve(call: Call, media_id: int, name: str, ticket: Ticket | None = None) -> File:
    """A file of a picture or video. Range requests are answered; what is public may be cached for ever."""
    served = media.serve(call.tx, call.viewer, media_id, name, ticket=ticket)
    storage = call.env.part(media.Storage)
    variant = served.variant
    headers = [] if served.inline else [("content-disposition", "attachment")]
    return File(
        media=variant.mime,
        size=variant.size,
        path=storage.local_path(variant.key),
        open=lambda start, end: storage.open_range(variant.key, start, end),
        etag=f'"{media_id}-{name}"',
        immutable=True,
        private=not served.public,
        headers=headers,
    )
