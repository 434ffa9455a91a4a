from __future__ import annotations

import os
import time

import msgspec
import pytest

from dozen.core import jobs, media
from dozen.core.media.intake import spool_folder
from dozen.core.media.jobs import JOBS, sweep_job, sweep_orphans, sweep_spool
from dozen.core.media.storage import Storage
from dozen.kit import clock
from tests.core.media import samples
from tests.core.media.helpers import ANA, POST, age, drain, files_of, picture, sent, video
from tests.support.town import Town

DAY = clock.DAY


def sweep(town: Town) -> None:
    sweep_job(town.env, jobs.Job(1, "media.sweep", {}, 1, 0))
    drain(town)


def test_what_is_attached_to_nothing_goes_after_a_day(working: Town) -> None:
    town = working
    fresh, old, used, freed = (picture(town, width=50 + n) for n in range(4))
    town.write(media.attach, ANA, [used.id], POST)
    town.write(media.attach, ANA, [freed.id], POST)
    for each in (old, used, freed):
        town.write(age, each.id, DAY + clock.HOUR)
    town.write(media.detach, POST, [freed.id])
    sweep(town)
    assert {each.id for each in town.read(media.owned, ANA)} == {fresh.id, used.id, freed.id}
    assert not any(key.startswith(old.blob) for key in files_of(town.env))
    town.write(age, freed.id, DAY + clock.HOUR)
    sweep(town)
    assert {each.id for each in town.read(media.owned, ANA)} == {fresh.id, used.id}
    assert town.read(media.quota, ANA).items == 2


def test_uploads_that_were_never_finished_go(working: Town) -> None:
    town = working
    begun = town.write(media.begin_upload, ANA, 100)
    media.append_upload(town.env, ANA, begun.id, 0, b"x" * 50)
    sweep(town)
    assert files_of(town.env) == [f"parts/{begun.id}/0"]
    town.write(lambda tx: tx.driver.execute("UPDATE media_uploads SET expires_at = 5"))
    sweep(town)
    assert files_of(town.env) == []
    assert town.read(lambda tx: tx.driver.execute("SELECT count(*) FROM media_parts").fetchone()[0]) == 0


def test_videos_whose_job_was_lost_are_given_up(ffmpeg: str, working: Town) -> None:
    town = working
    made = video(town)
    town.write(media.attach, ANA, [made.id], POST, unfinished=True)
    town.write(lambda tx: tx.driver.execute("DELETE FROM jobs_queue"))
    sweep(town)
    assert town.read(media.own, ANA, made.id).state == "processing"
    town.write(age, made.id, DAY + clock.HOUR)
    sweep(town)
    failed = town.read(media.own, ANA, made.id)
    assert failed.state == "failed"
    assert failed.error == "The server could not prepare this video in time."
    assert files_of(town.env) == []


def test_files_without_a_row_go(working: Town) -> None:
    """Their process died after it had stored them and before it added the row."""
    town = working
    kept = picture(town)
    lost = media.prepare_image(sent(town, samples.encoded(samples.photo(60, 60), "PNG")))
    media.store(town.env, lost)
    storage = town.env.part(Storage)
    storage.put("20200101/ab/cdef0123/320.webp", b"very old")
    assert sweep_orphans(town.env) == 1
    assert any(key.startswith(lost.blob) for key in files_of(town.env)), "today's may still get their row"
    assert sweep_orphans(town.env, clock.now() + DAY) == 0
    assert sweep_orphans(town.env, clock.now() + 3 * DAY) == 1
    assert files_of(town.env) == sorted(variant.key for variant in kept.variants.values())
    storage.put(f"{lost.blob}/320.webp", b"nothing is added to a day that is over")
    assert sweep_orphans(town.env, clock.now() + 3 * DAY) == 0


def test_orphans_of_a_bucket_go_too(working: Town, storage: Storage) -> None:
    working.env._parts[Storage] = storage
    kept = picture(working)
    lost = media.prepare_image(sent(working, samples.encoded(samples.photo(60, 60), "PNG")))
    media.store(working.env, lost)
    assert sweep_orphans(working.env, clock.now() + 3 * DAY) == 1
    assert storage.size(kept.variants["90.webp"].key)
    with pytest.raises(media.MediaNotFound):
        storage.size(f"{lost.blob}/60.webp")


def test_what_a_dead_process_left_in_the_spool_goes(town: Town) -> None:
    folder = spool_folder(town.env)
    (folder / "old").write_bytes(b"x")
    (folder / "video-old").mkdir()
    (folder / "video-old" / "source").write_bytes(b"x")
    (folder / "new").write_bytes(b"x")
    then = time.time() - 25 * 3600
    for name in ("old", "video-old"):
        os.utime(folder / name, (then, then))
    assert sweep_spool(town.env) == 2
    assert [path.name for path in folder.iterdir()] == ["new"]


def test_more_than_one_batch(working: Town) -> None:
    town = working
    prepared = media.prepare_image(sent(town, samples.encoded(samples.quarters(), "PNG")))
    for n in range(205):
        blob = f"20200101/00/{n:030x}"
        made = town.write(media.add, ANA, msgspec.structs.replace(prepared, blob=blob))
        assert made.blob == blob
    town.write(lambda tx: tx.driver.execute("UPDATE media_items SET loose_since = 5"))
    sweep(town)
    assert town.read(media.owned, ANA) == []
    assert town.read(media.quota, ANA).used == 0


def test_the_jobs_are_declared(town: Town) -> None:
    town.env.part(jobs.Registry).add(*JOBS)
    registry = town.env.part(jobs.Registry)
    assert set(registry.handlers) == {"media.transcode", "media.erase", "media.sweep"}
    assert list(registry.schedules) == ["media.sweep"]
