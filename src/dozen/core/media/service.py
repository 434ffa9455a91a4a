"""Media items: adding what was prepared and stored, reading, describing, deleting."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from dozen.core import jobs, realtime
from dozen.core.media import queries
from dozen.core.media.errors import AlreadyAttached, MediaHeld, MediaNotFound, QuotaExceeded
from dozen.core.media.ffmpeg import Ffmpeg
from dozen.core.media.shelf import TOPIC, Shelf
from dozen.core.media.structs import MadeFile, Media, Prepared, Quota
from dozen.db import Tx
from dozen.kit import ids
from dozen.kit.errors import Invalid
from dozen.kit.text import clean

MOST_ALT = 1_500
"""Characters of a description."""
PERSON_BYTES = 5 << 30
"""What one person's files may take together."""

SOURCE = "source"
"""The name of a video's uploaded file, kept until it is transcoded and never served."""


def add(
    tx: Tx,
    me: int,
    prepared: Prepared,
    *,
    alt: str = "",
    focus: tuple[float, float] | None = None,
    id: int | None = None,  # noqa: A002
) -> Media:
    """The row of what :func:`prepare` made and :func:`store` stored; it is private until attached.

    A video begins ``processing`` and a job makes its files. Raises QuotaExceeded, VideoUnavailable.
    """
    alt, focus_x, focus_y = _checked(alt, focus)
    this = tx.next_id() if id is None else id
    job = None
    if prepared.kind == "video":
        tx.part(Ffmpeg).require()
        job = jobs.enqueue(tx, "media.transcode", {"id": this})
    size = prepared.size
    _grow(tx, me, size)
    queries.add(
        tx,
        id=this,
        owner_id=me,
        kind=prepared.kind,
        state="ready" if job is None else "processing",
        blob=prepared.blob,
        mime=prepared.mime,
        filename=prepared.filename,
        width=prepared.width,
        height=prepared.height,
        duration_ms=prepared.duration_ms,
        bytes=size,
        colour=prepared.colour,
        preview=prepared.preview,
        alt=alt,
        focus_x=focus_x,
        focus_y=focus_y,
        variants={} if job is not None else variants_of(prepared.files),
        audience="private",
        created_at=tx.now,
        loose_since=tx.now,
        job_id=job,
        error=None,
    )
    return own(tx, me, this)


def get(tx: Tx, ids: Collection[int]) -> dict[int, Media]:
    """Items as this transaction sees them. Unknown ids are left out."""
    return {media.id: media for media in queries.by_ids.all(tx, ids=ids)} if ids else {}


def views(tx: Tx, ids: Iterable[int]) -> dict[int, Media]:
    """Items to show, from this process's memory where it has them. Unknown ids are left out."""
    if tx.writes:
        return get(tx, list(ids))
    shelf = tx.part(Shelf)
    found: dict[int, Media] = {}
    wanted: list[int] = []
    for this in ids:
        media = shelf.get(this)
        if media is None:
            wanted.append(this)
        else:
            found[this] = media
    if wanted:
        fresh = get(tx, wanted)
        shelf.put(fresh.values())
        found.update(fresh)
    return found


def own(tx: Tx, me: int, id: int) -> Media:  # noqa: A002
    """An item of mine. Raises MediaNotFound, for other people's too."""
    media = queries.by_id.first(tx, this=id)
    if media is None or media.owner_id != me:
        raise MediaNotFound
    return media


def owned(tx: Tx, me: int, *, before: int | None = None, limit: int = 50) -> list[Media]:
    """My items, newest first; ``before`` is the last id of the page before."""
    bound = ids.MAX if before is None else before
    return queries.of_owner.all(tx, me=me, before=bound, limit=min(limit, 500))


def progress(tx: Tx, me: int, id: int) -> float | None:  # noqa: A002
    """How far the work on my video is, 0 to 1; None when nothing is being done."""
    own(tx, me, id)
    job = queries.job_of.first(tx, this=id)
    return None if job is None else jobs.progress(tx, job)


def describe(
    tx: Tx,
    me: int,
    id: int,  # noqa: A002
    *,
    alt: str | None = None,
    focus: tuple[float, float] | None = None,
) -> Media:
    """Change the description, or the point to keep in view; None leaves it as it is."""
    media = own(tx, me, id)
    new_alt, x, y = _checked(media.alt if alt is None else alt, media.focus if focus is None else focus)
    queries.describe(tx, this=id, new_alt=new_alt, new_x=x, new_y=y)
    changed(tx, media)
    return own(tx, me, id)


def delete(tx: Tx, me: int, id: int, *, loose: bool = False) -> None:  # noqa: A002
    """Delete an item of mine and its files, wherever it is attached; ``loose``: only where it is part of
    nothing. Raises MediaNotFound, MediaHeld (what it is part of still needs it), AlreadyAttached."""
    media = queries.by_id_for_update.first(tx, this=id)
    if media is None or media.owner_id != me:
        raise MediaNotFound
    if media.attached is not None:
        why = queries.held.first(tx, subject=media.attached)
        if why is not None:
            raise MediaHeld(why)
        if loose:
            raise AlreadyAttached
    remove(tx, [media])


def quota(tx: Tx, me: int) -> Quota:
    used, items = queries.used.first(tx, owner=me) or (0, 0)
    return Quota(used, items, PERSON_BYTES)


def used(tx: Tx) -> tuple[int, int]:
    """Bytes and number of everybody's items. Adds them up a person at a time: keep the answer."""
    return queries.used_by_all.first(tx) or (0, 0)


# For the other files of this block


def variants_of(files: Iterable[MadeFile]) -> dict[str, tuple[int, int, str, int]]:
    return {file.name: (file.width, file.height, file.mime, file.size) for file in files}


def changed(tx: Tx, media: Media, state: str | None = None) -> None:
    """Tell every process's shelf, and whoever watches the item."""
    shelf = tx.part(Shelf)
    tx.after_commit(lambda: shelf.drop(media.id))
    realtime.publish(tx, TOPIC, media.id, {"state": state or media.state})


def remove(tx: Tx, found: Iterable[Media]) -> int:
    """Delete items; a job deletes their files, so that none is left behind when this process dies."""
    count = 0
    for media in found:
        if queries.remove(tx, this=media.id):
            queries.shift(tx, owner=media.owner_id, by=-media.size, count=-1)
            erase(tx, media.blob)
            changed(tx, media, "gone")
            count += 1
    return count


def erase(tx: Tx, prefix: str) -> None:
    jobs.enqueue(tx, "media.erase", {"prefix": prefix})


def check_quota(tx: Tx, me: int, size: int) -> None:
    have = quota(tx, me)
    if have.used + size > have.limit:
        raise QuotaExceeded(used=have.used, limit=have.limit)


def _grow(tx: Tx, me: int, size: int) -> None:
    if size > PERSON_BYTES or not queries.grow(tx, owner=me, by=size, count=1, most=PERSON_BYTES):
        raise QuotaExceeded(used=quota(tx, me).used, limit=PERSON_BYTES)


def _checked(alt: str, focus: tuple[float, float] | None) -> tuple[str, int | None, int | None]:
    alt = clean(alt, lines=True)
    if len(alt) > MOST_ALT:
        raise Invalid(fields={"alt": f"A description may have at most {MOST_ALT} characters."})
    if focus is None:
        return alt, None, None
    if not all(math.isfinite(side) and -1 <= side <= 1 for side in focus):
        raise Invalid(fields={"focus": "The focus is two numbers from -1 to 1."})
    return alt, round(focus[0] * 1000), round(focus[1] * 1000)
