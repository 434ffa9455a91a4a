"""The job that makes a video's files, and what it does to the item."""

from __future__ import annotations

import tempfile
from pathlib import Path

from dozen.core import jobs
from dozen.core.media import queries
from dozen.core.media.errors import MediaNotFound, Unplayable
from dozen.core.media.ffmpeg import Ffmpeg
from dozen.core.media.intake import spool_folder
from dozen.core.media.service import SOURCE, changed, erase, get, variants_of
from dozen.core.media.storage import Storage
from dozen.core.media.structs import MadeFile, Media
from dozen.core.media.transcode import Transcoded, transcode
from dozen.db import Tx
from dozen.kit.env import Env

ATTEMPTS = 5


def transcode_job(env: Env, job: jobs.Job) -> None:
    """``{"id": item}``: a bad file fails its item; a bad moment (no storage, no disk) is tried again."""
    db = jobs.database(env)
    media = db.run_read(env, lambda tx: get(tx, [job.payload["id"]])).get(job.payload["id"])
    if media is None or media.state != "processing":
        return
    try:
        with tempfile.TemporaryDirectory(dir=spool_folder(env), prefix="video-") as name:
            folder = Path(name)
            _make(env, job, media, folder)
    except Unplayable as error:
        reason = error.detail
        db.run_write(env, lambda tx: fail(tx, media, reason))
    except MediaNotFound:
        db.run_write(env, lambda tx: fail(tx, media, "The uploaded file is gone."))
    except Exception:
        if job.attempt >= ATTEMPTS:
            db.run_write(env, lambda tx: fail(tx, media, "The server could not prepare this video."))
        raise


def _make(env: Env, job: jobs.Job, media: Media, folder: Path) -> None:
    storage = env.part(Storage)
    source = folder / SOURCE
    storage.fetch(f"{media.blob}/{SOURCE}", source)
    made = transcode(env.part(Ffmpeg), source, media.mime, progress=job.progress)
    files = (*made.files, *made.poster.files)
    storage.put_all({f"{media.blob}/{file.name}": file.data for file in files})
    if not jobs.database(env).run_write(env, lambda tx: finish(tx, media, made, files)):
        storage.delete_tree(media.blob)  # deleted meanwhile
        return
    storage.delete(f"{media.blob}/{SOURCE}")


def finish(tx: Tx, media: Media, made: Transcoded, files: tuple[MadeFile, ...]) -> bool:
    """The item is ready; False when it is gone, or was settled before."""
    size = sum(file.size for file in files)
    done = queries.finish(
        tx, this=media.id, new_width=made.width, new_height=made.height, new_duration=made.duration_ms,
        new_bytes=size, new_colour=made.poster.colour, new_preview=made.poster.preview,
        new_variants=variants_of(files),
    )  # fmt: skip
    if done:
        queries.shift(tx, owner=media.owner_id, by=size - media.size, count=0)
        changed(tx, media, "ready")
    return bool(done)


def fail(tx: Tx, media: Media, reason: str) -> None:
    """The item cannot be used; its files go, its owner can read why."""
    if queries.fail(tx, this=media.id, reason=reason):
        queries.shift(tx, owner=media.owner_id, by=-media.size, count=0)
        erase(tx, media.blob)
        changed(tx, media, "failed")
