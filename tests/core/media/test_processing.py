from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dozen.core import jobs, media
from dozen.core.media import processing
from dozen.core.media.errors import MediaNotFound, StorageDown
from dozen.core.media.ffmpeg import Ffmpeg
from dozen.core.media.intake import spool_folder
from dozen.core.media.storage import Storage
from dozen.core.media.transcode import Transcoded, transcode
from dozen.core.realtime import Event, Hub
from dozen.kit.env import Env
from tests.core.media import samples
from tests.core.media.helpers import ANA, BEN, POST, drain, files_of, sent, video
from tests.support.town import Town


def test_a_clip_is_made_ready(ffmpeg: str, working: Town) -> None:
    town = working
    data = samples.clip(width=400, height=300)
    made = video(town, data=data)
    assert (made.state, made.size, made.variants, made.width) == ("processing", len(data), {}, None)
    assert files_of(town.env) == [f"{made.blob}/source"]
    assert town.read(media.progress, ANA, made.id) is not None
    events: list[Event] = []
    town.env.part(Hub).listen(media.TOPIC, events.append)
    town.read(town.env.part(Hub).catch_up)
    assert drain(town) == 1
    ready = town.read(media.own, ANA, made.id)
    assert (ready.state, ready.kind, ready.width, ready.height) == ("ready", "video", 400, 300)
    assert ready.duration_ms == pytest.approx(1000, abs=120)
    assert sorted(ready.variants) == ["240.mp4", "300.mp4", "320.webp", "400.jpg", "400.webp"]
    assert ready.preview
    assert ready.colour
    assert files_of(town.env) == sorted(variant.key for variant in ready.variants.values())
    assert ready.size == sum(variant.size for variant in ready.variants.values())
    assert town.read(media.quota, ANA).used == ready.size
    assert town.read(media.progress, ANA, made.id) is None
    assert list(spool_folder(town.env).iterdir()) == []
    town.read(town.env.part(Hub).catch_up)
    assert [event.data for event in events] == [{"state": "ready"}]
    served = town.read(media.serve, ANA, made.id, "300.mp4")
    assert (served.variant.mime, served.inline) == ("video/mp4", True)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\0\0\0\x18ftypisom\0\0\2\0isommp41" + b"nothing in it" * 50, "damaged"),
        ("sound", "no picture"),
    ],
)
def test_a_bad_file_fails_readably(ffmpeg: str, working: Town, data: bytes | str, reason: str) -> None:
    town = working
    made = video(town, data=samples.clip(picture=False) if data == "sound" else data)  # type: ignore[arg-type]
    drain(town)
    failed = town.read(media.own, ANA, made.id)
    assert (failed.state, failed.size, failed.variants) == ("failed", 0, {})
    assert failed.error is not None
    assert reason in failed.error
    assert str(spool_folder(town.env)) not in failed.error
    assert files_of(town.env) == []
    assert town.read(media.quota, ANA).used == 0
    assert town.read(jobs.dead) == []
    with pytest.raises(MediaNotFound):
        town.read(media.serve, ANA, made.id, "240.mp4")
    town.write(media.delete, ANA, made.id)
    assert town.read(media.quota, ANA).items == 0


def test_a_video_that_was_deleted_meanwhile(ffmpeg: str, working: Town) -> None:
    town = working
    made = video(town, data=samples.clip())
    town.write(media.delete, ANA, made.id)
    drain(town)
    assert files_of(town.env) == []
    assert town.read(media.get, [made.id]) == {}


def test_a_video_that_is_deleted_during_the_work(
    ffmpeg: str, working: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = working
    made = video(town, data=samples.clip())

    def slow(*args: Any, **kwargs: Any) -> Transcoded:
        result = transcode(*args, **kwargs)
        town.write(media.delete, ANA, made.id)
        return result

    monkeypatch.setattr(processing, "transcode", slow)
    drain(town)
    assert files_of(town.env) == []
    assert town.read(media.quota, ANA).used == 0


def test_a_video_that_is_attached_during_the_work(ffmpeg: str, working: Town) -> None:
    town = working
    made = video(town, data=samples.clip())
    town.write(media.attach, ANA, [made.id], POST, unfinished=True)
    drain(town)
    ready = town.read(media.own, ANA, made.id)
    assert (ready.state, ready.attached) == ("ready", POST)
    assert town.read(media.serve, BEN, made.id, "120.mp4").public


class Flaky(Storage):
    """A storage that is away at first."""

    away = 1

    def fetch(self, key: str, to: Path) -> None:
        if self.away:
            self.away -= 1
            raise StorageDown
        super().fetch(key, to)


def run(env: Env, this: int, attempt: int) -> None:
    processing.transcode_job(env, jobs.Job(1, "media.transcode", {"id": this}, attempt, 0))


def test_a_bad_moment_is_tried_again(ffmpeg: str, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    made = video(town, data=samples.clip())
    town.env._parts[Storage] = Flaky(town.env.settings.storage)
    with pytest.raises(StorageDown):
        run(town.env, made.id, 1)
    assert town.read(media.own, ANA, made.id).state == "processing"
    run(town.env, made.id, 2)
    assert town.read(media.own, ANA, made.id).state == "ready"
    run(town.env, made.id, 3)
    assert town.read(media.own, ANA, made.id).state == "ready"


def test_the_last_try_gives_up(ffmpeg: str, town: Town) -> None:
    made = video(town, data=samples.clip())
    flaky = Flaky(town.env.settings.storage)
    flaky.away = 99
    town.env._parts[Storage] = flaky
    with pytest.raises(StorageDown):
        run(town.env, made.id, processing.ATTEMPTS)
    failed = town.read(media.own, ANA, made.id)
    assert (failed.state, failed.error) == ("failed", "The server could not prepare this video.")


def test_a_worker_without_ffmpeg_leaves_it_to_others(ffmpeg: str, town: Town) -> None:
    made = video(town, data=samples.clip())
    town.env.install(Ffmpeg(None))
    with pytest.raises(media.VideoUnavailable):
        run(town.env, made.id, 1)
    assert town.read(media.own, ANA, made.id).state == "processing"


def test_a_source_that_is_gone(town: Town, ffmpeg: str) -> None:
    made = video(town, data=samples.clip())
    town.env.part(Storage).delete_tree(made.blob)
    run(town.env, made.id, 1)
    assert town.read(media.own, ANA, made.id).error == "The uploaded file is gone."


def test_work_that_died_halfway_is_done_again(ffmpeg: str, town: Town) -> None:
    """Files of a first try lie there, the row still says processing."""
    made = video(town, data=samples.clip())
    town.env.part(Storage).put(f"{made.blob}/120.mp4", b"half a file of a worker that was killed")
    run(town.env, made.id, 2)
    ready = town.read(media.own, ANA, made.id)
    assert ready.state == "ready"
    assert town.env.part(Storage).size(ready.variants["120.mp4"].key) == ready.variants["120.mp4"].size


def test_the_bucket_works_as_well(ffmpeg: str, town: Town, storage: Storage) -> None:
    town.env._parts[Storage] = storage
    made = video(town, data=samples.clip())
    run(town.env, made.id, 1)
    ready = town.read(media.own, ANA, made.id)
    assert ready.state == "ready"
    for variant in ready.variants.values():
        assert storage.size(variant.key) == variant.size
    with pytest.raises(MediaNotFound):
        storage.size(f"{made.blob}/source")


def test_a_real_gif_beside_it(working: Town) -> None:
    made = media.receive(working.env, ANA, sent(working, samples.gif()))
    assert drain(working) == 0
    assert made.state == "ready"
