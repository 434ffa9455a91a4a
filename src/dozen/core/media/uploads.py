"""Big files in parts: begin, append (in any order, again if the line broke), finish.

Each part is a file in the storage, so parts may arrive at different processes, and none is lost or doubled
when one dies. The upload's id becomes the media item's id.
"""

from __future__ import annotations

from pathlib import Path

from dozen.core import jobs
from dozen.core.media import queries
from dozen.core.media.decode import IMAGE_LIMITS
from dozen.core.media.errors import (
    MediaNotFound,
    MediaTooLarge,
    TooManyUploads,
    UploadIncomplete,
    UploadNotFound,
    UploadOverflow,
)
from dozen.core.media.intake import MOST_FILE, Spool, prepare, prepare_file, store
from dozen.core.media.service import add, check_quota, erase, own
from dozen.core.media.storage import Storage
from dozen.core.media.structs import Media, Upload
from dozen.core.media.transcode import VIDEO_LIMITS
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.kit.errors import Invalid
from dozen.kit.text import clean

MOST_OPEN = 20
"""Uploads that one person may have open."""
MOST_SEGMENTS = 1_000
MOST_PART = 16 << 20
"""Bytes of one part."""
LIFE = 6 * clock.HOUR
"""How long an upload may take, in milliseconds."""


def begin_upload(
    tx: Tx, me: int, total: int, mime: str = "", *, filename: str = "", private_file: bool = False
) -> Upload:
    """Announce a file of ``total`` bytes. ``private_file``: keep it as it is, instead of picture or video.

    Raises MediaTooLarge, QuotaExceeded, TooManyUploads.
    """
    mime = clean(mime).lower()[:100]
    if total < 1:
        raise Invalid(fields={"total": "An upload has at least one byte."})
    most = IMAGE_LIMITS.size if mime.startswith("image/") else VIDEO_LIMITS.size
    if private_file:
        most = MOST_FILE
    if total > most:
        raise MediaTooLarge(f"At most {most >> 20} MiB are accepted.", most=most)
    check_quota(tx, me, total)
    if (queries.open_uploads.first(tx, me=me, now=tx.now) or 0) >= MOST_OPEN:
        raise TooManyUploads(retry_after=60)
    made = Upload(tx.next_id(), me, total, mime, clean(filename)[-200:], private_file, tx.now, tx.now + LIFE)
    queries.begin(
        tx, id=made.id, owner_id=me, total=total, mime=mime, filename=made.filename,
        private_file=private_file, created_at=made.created_at, expires_at=made.expires_at,
    )  # fmt: skip
    return made


def upload(tx: Tx, me: int, id: int) -> Upload:  # noqa: A002
    """An open upload of mine, with what has arrived. Raises UploadNotFound, for other people's too."""
    found = queries.upload.first(tx, this=id, me=me)
    if found is None or found.expires_at <= tx.now:
        raise UploadNotFound
    return found


def check_part(tx: Tx, me: int, id: int, segment: int, size: int) -> str:  # noqa: A002
    """The key to store a part under. Raises what makes it unacceptable."""
    found = upload(tx, me, id)
    if not 0 <= segment < MOST_SEGMENTS:
        raise Invalid(fields={"segment_index": f"Parts are numbered from 0 to {MOST_SEGMENTS - 1}."})
    if not 0 < size <= MOST_PART:
        raise MediaTooLarge(f"A part has 1 to {MOST_PART:,} bytes.", most=MOST_PART)
    before = queries.part_of.first(tx, upload=id, nth=segment) or 0
    if found.received - before + size > found.total:
        raise UploadOverflow
    return f"{_prefix(id)}/{segment}"


def record_part(tx: Tx, me: int, id: int, segment: int, size: int) -> Upload:  # noqa: A002
    """Note a part that was stored; one that is sent again takes the place of the first."""
    queries.lock_upload.first(tx, this=id, me=me)
    check_part(tx, me, id, segment, size)
    queries.put_part(tx, upload=id, nth=segment, size=size)
    return upload(tx, me, id)


def append_upload(env: Env, me: int, id: int, segment: int, data: bytes | Path) -> Upload:  # noqa: A002
    """Check, store and record a part, with transactions of its own."""
    db = jobs.database(env)
    size = len(data) if isinstance(data, bytes) else data.stat().st_size
    key = db.run_read(env, lambda tx: check_part(tx, me, id, segment, size))
    env.part(Storage).put(key, data)
    return db.run_write(env, lambda tx: record_part(tx, me, id, segment, size))


def finish_upload(env: Env, me: int, id: int, *, alt: str = "") -> Media:  # noqa: A002
    """Put the parts together and add the item; slow, with transactions of its own. Finishing twice is fine.

    Raises UploadIncomplete and the errors of ``prepare``; after one of those the upload is still open.
    """
    db = jobs.database(env)
    try:
        found = db.run_read(env, lambda tx: upload(tx, me, id))
    except UploadNotFound:
        try:
            return db.run_read(env, lambda tx: own(tx, me, id))
        except MediaNotFound:
            raise UploadNotFound from None
    segments = db.run_read(env, lambda tx: queries.parts_of.all(tx, upload=id))
    if found.received != found.total or [part.segment for part in segments] != list(range(len(segments))):
        raise UploadIncomplete(
            f"{found.received:,} of {found.total:,} bytes have arrived.", received=found.received
        )
    with Spool(env, found.total) as spool:
        for part in segments:
            for piece in env.part(Storage).open_range(f"{_prefix(id)}/{part.segment}"):
                spool.write(piece)
        path = spool.done()
        if spool.size != found.total:
            raise UploadIncomplete
        if found.private_file:
            prepared = prepare_file(path, filename=found.filename)
        else:
            prepared = prepare(env, path, claimed=found.mime, filename=found.filename)
        store(env, prepared)

        def write(tx: Tx) -> Media:
            if not forget(tx, id):  # finished by another request meanwhile
                return own(tx, me, id)
            return add(tx, me, prepared, alt=alt, id=id)

        return db.run_write(env, write)


def forget(tx: Tx, id: int) -> bool:  # noqa: A002
    """Remove an upload and its parts; False when it was not there."""
    if not queries.remove_upload(tx, this=id):
        return False
    queries.remove_parts(tx, upload=id)
    erase(tx, _prefix(id))
    return True


def _prefix(id: int) -> str:  # noqa: A002
    return f"parts/{id}"
