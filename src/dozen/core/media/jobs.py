"""Background work of this block: transcoding, erasing files, and the daily sweep."""

from __future__ import annotations

import shutil
import time
from functools import partial
from itertools import islice

from dozen.core import jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.core.media import queries
from dozen.core.media.intake import spool_folder
from dozen.core.media.processing import ATTEMPTS, fail, transcode_job
from dozen.core.media.service import remove
from dozen.core.media.storage import Storage
from dozen.core.media.uploads import forget
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env

LOOSE_LIFE = clock.DAY
"""How long an item is kept that is attached to nothing, in milliseconds."""
STUCK_AFTER = clock.DAY
_BATCH = 200


def erase_job(env: Env, job: Job) -> None:
    """``{"prefix": …}``: the files of an item or of an upload that is gone."""
    env.part(Storage).delete_tree(job.payload["prefix"])


def sweep_job(env: Env, job: Job) -> None:
    """Everything that nobody will come back for."""
    db = jobs.database(env)
    for step in (sweep_loose, sweep_uploads, sweep_stuck):
        while db.run_write(env, step) == _BATCH:
            pass
    sweep_spool(env)
    sweep_orphans(env)


def sweep_loose(tx: Tx) -> int:
    """Delete items that have been attached to nothing for a day."""
    return remove(tx, queries.loose.all(tx, before=tx.now - LOOSE_LIFE, limit=_BATCH))


def sweep_uploads(tx: Tx) -> int:
    """Forget uploads that were not finished in time."""
    return sum(forget(tx, this) for this in queries.expired.all(tx, now=tx.now, limit=_BATCH))


def sweep_stuck(tx: Tx) -> int:
    """Give up videos whose job was lost."""
    found = queries.stuck.all(tx, before=tx.now - STUCK_AFTER, limit=_BATCH)
    for media in found:
        fail(tx, media, "The server could not prepare this video in time.")
    return len(found)


def sweep_spool(env: Env) -> int:
    """Remove bodies and work folders that processes left behind when they died."""
    count = 0
    for path in spool_folder(env).iterdir():
        try:
            if time.time() - path.stat().st_mtime < 24 * 3600:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
            count += 1
        except FileNotFoundError:
            continue
    return count


def sweep_orphans(env: Env, now: int | None = None) -> int:
    """Remove files without a row: their process died between storing and adding.

    A day is looked at once, when it has been over for a day.
    """
    db, storage = jobs.database(env), env.part(Storage)
    last = clock.to_datetime((clock.now() if now is None else now) - 2 * clock.DAY).strftime("%Y%m%d")
    done = set(db.run_read(env, queries.swept_days.all))
    count = 0
    for day in storage.days():
        if day > last or day in done:
            continue
        blobs = iter(storage.blobs(day))
        while some := list(islice(blobs, _BATCH)):
            known = set(db.run_read(env, partial(queries.known_blobs.all, blobs=some)))
            for blob in some:
                if blob not in known:
                    storage.delete_tree(blob)
                    count += 1
        db.run_write(env, partial(queries.mark_swept, day=day, at=clock.now()))
    return count


JOBS: tuple[Handler | Schedule, ...] = (
    jobs.handler("media.transcode", transcode_job, attempts=ATTEMPTS, backoff_seconds=20),
    jobs.handler("media.erase", erase_job, attempts=20),
    jobs.handler("media.sweep", sweep_job, attempts=3, backoff_seconds=300),
    jobs.every("media.sweep", "media.sweep", daily_at="03:40"),
)
