from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dozen.core import media
from dozen.core.media import service, uploads
from dozen.core.media.errors import (
    BrokenMedia,
    MediaTooLarge,
    QuotaExceeded,
    TooManyUploads,
    TypeMismatch,
    UploadIncomplete,
    UploadNotFound,
    UploadOverflow,
)
from dozen.core.media.storage import Storage
from dozen.db import Tx
from dozen.kit.errors import Fault, Invalid
from tests.core.media import samples
from tests.core.media.helpers import ANA, BEN, drain, files_of
from tests.support.town import Town

PICTURE = samples.encoded(samples.photo(200, 150), "PNG")


def sent_in_parts(
    town: Town,
    data: bytes,
    size: int,
    mime: str = "image/png",
    *,
    filename: str = "",
    private_file: bool = False,
) -> int:
    begun = town.write(media.begin_upload, ANA, len(data), mime, filename=filename, private_file=private_file)
    for n, start in enumerate(range(0, len(data), size)):
        media.append_upload(town.env, ANA, begun.id, n, data[start : start + size])
    return begun.id


def test_a_picture_in_parts(working: Town) -> None:
    town = working
    this = sent_in_parts(town, PICTURE, 5_000, filename="a.png")
    assert town.read(media.upload, ANA, this).received == len(PICTURE)
    made = media.finish_upload(town.env, ANA, this, alt="In parts")
    assert (made.id, made.width, made.alt, made.mime) == (this, 200, "In parts", "image/png")
    drain(town)
    assert files_of(town.env) == sorted(variant.key for variant in made.variants.values())
    with pytest.raises(UploadNotFound):
        town.read(media.upload, ANA, this)
    assert media.finish_upload(town.env, ANA, this) == made


def test_parts_in_any_order_and_again(town: Town) -> None:
    begun = town.write(media.begin_upload, ANA, len(PICTURE), "image/png")
    parts = [PICTURE[i : i + 4_000] for i in range(0, len(PICTURE), 4_000)]
    for n in reversed(range(len(parts))):
        media.append_upload(town.env, ANA, begun.id, n, b"x" * min(100, len(parts[n])))
        media.append_upload(town.env, ANA, begun.id, n, parts[n])
    assert media.finish_upload(town.env, ANA, begun.id).width == 200


def test_a_private_file_in_parts(town: Town) -> None:
    data = bytes(range(256)) * 100
    this = sent_in_parts(town, data, 10_000, "", private_file=True, filename="key.bin")
    made = media.finish_upload(town.env, ANA, this)
    assert (made.kind, made.filename) == ("file", "key.bin")
    assert town.env.part(Storage).get(made.variants["file"].key) == data


def test_a_video_in_parts(ffmpeg: str, working: Town) -> None:
    town = working
    data = samples.clip()
    this = sent_in_parts(town, data, 30_000, "video/mp4")
    made = media.finish_upload(town.env, ANA, this)
    assert (made.id, made.state) == (this, "processing")
    drain(town)
    ready = town.read(media.own, ANA, this)
    assert (ready.state, ready.error) == ("ready", None)


def test_what_is_missing(town: Town) -> None:
    begun = town.write(media.begin_upload, ANA, len(PICTURE), "image/png")
    with pytest.raises(UploadIncomplete):
        media.finish_upload(town.env, ANA, begun.id)
    media.append_upload(town.env, ANA, begun.id, 0, PICTURE[:100])
    with pytest.raises(UploadIncomplete) as caught:
        media.finish_upload(town.env, ANA, begun.id)
    assert caught.value.extra["received"] == 100
    media.append_upload(town.env, ANA, begun.id, 2, PICTURE[100:])
    with pytest.raises(UploadIncomplete):
        media.finish_upload(town.env, ANA, begun.id)


def test_more_than_announced(town: Town) -> None:
    begun = town.write(media.begin_upload, ANA, 100)
    media.append_upload(town.env, ANA, begun.id, 0, b"x" * 60)
    with pytest.raises(UploadOverflow):
        media.append_upload(town.env, ANA, begun.id, 1, b"x" * 41)
    media.append_upload(town.env, ANA, begun.id, 0, b"x" * 100)
    assert town.read(media.upload, ANA, begun.id).received == 100


@pytest.mark.parametrize(("segment", "size"), [(-1, 1), (1000, 1), (0, 0), (0, media.MOST_PART + 1)])
def test_parts_that_are_none(town: Town, segment: int, size: int) -> None:
    begun = town.write(media.begin_upload, ANA, 400 << 20)
    with pytest.raises(Fault):
        media.append_upload(town.env, ANA, begun.id, segment, b"x" * size)


@pytest.mark.parametrize(
    ("total", "mime", "error"),
    [
        (0, "image/png", Invalid),
        (-5, "", Invalid),
        ((20 << 20) + 1, "image/png", MediaTooLarge),
        ((512 << 20) + 1, "video/mp4", MediaTooLarge),
        (1 << 62, "", MediaTooLarge),
    ],
)
def test_uploads_that_are_too_large(town: Town, total: int, mime: str, error: type[Fault]) -> None:
    with pytest.raises(error):
        town.write(media.begin_upload, ANA, total, mime)


def test_strangers_find_nothing(town: Town) -> None:
    this = sent_in_parts(town, PICTURE, 5_000)
    attempts: list[Callable[[], object]] = [
        lambda: town.read(media.upload, BEN, this),
        lambda: media.append_upload(town.env, BEN, this, 0, b"x"),
        lambda: town.write(media.record_part, BEN, this, 0, 1),
        lambda: media.finish_upload(town.env, BEN, this),
        lambda: media.finish_upload(town.env, ANA, this + 1),
    ]
    for attempt in attempts:
        with pytest.raises(UploadNotFound):
            attempt()
    made = media.finish_upload(town.env, ANA, this)
    with pytest.raises(UploadNotFound):
        media.finish_upload(town.env, BEN, made.id)


def test_only_so_many_at_once(town: Town) -> None:
    for _ in range(uploads.MOST_OPEN):
        town.write(media.begin_upload, ANA, 10)
    with pytest.raises(TooManyUploads):
        town.write(media.begin_upload, ANA, 10)
    town.write(media.begin_upload, BEN, 10)


def test_the_quota_is_asked_at_the_start(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PERSON_BYTES", 99)
    with pytest.raises(QuotaExceeded):
        town.write(media.begin_upload, ANA, 100)


def test_an_upload_that_lapsed(town: Town) -> None:
    this = sent_in_parts(town, PICTURE, 5_000)

    def lapse(tx: Tx) -> None:
        tx.driver.execute("UPDATE media_uploads SET expires_at = 5")

    town.write(lapse)
    with pytest.raises(UploadNotFound):
        media.append_upload(town.env, ANA, this, 0, b"x")
    with pytest.raises(UploadNotFound):
        media.finish_upload(town.env, ANA, this)


def test_a_lie_is_found_out_at_the_end(town: Town) -> None:
    this = sent_in_parts(town, samples.HTML, 30)
    with pytest.raises(TypeMismatch):
        media.finish_upload(town.env, ANA, this)
    broken = sent_in_parts(town, PICTURE[:3_000], 1_000)
    with pytest.raises(BrokenMedia):
        media.finish_upload(town.env, ANA, broken)
    assert town.read(media.owned, ANA) == []
    assert town.read(media.upload, ANA, this).received == len(samples.HTML)


def test_finishing_twice_at_once_gives_one_item(working: Town) -> None:
    town = working
    this = sent_in_parts(town, PICTURE, 5_000)
    made: list[media.Media] = []
    threads = [
        threading.Thread(target=lambda: made.append(media.finish_upload(town.env, ANA, this)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len({each.blob for each in made}) == 1
    assert len(town.read(media.owned, ANA)) == 1
    assert town.read(media.quota, ANA).items == 1


def test_parts_at_once_never_exceed_the_whole(town: Town) -> None:
    begun = town.write(media.begin_upload, ANA, 1_000)
    refused: list[int] = []

    def append(n: int) -> None:
        try:
            media.append_upload(town.env, ANA, begun.id, n, b"x" * 300)
        except UploadOverflow:
            refused.append(n)

    threads = [threading.Thread(target=append, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert town.read(media.upload, ANA, begun.id).received == 900


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=st.data(), body=st.binary(min_size=1, max_size=300))
def test_any_cut_gives_the_same_file(town: Town, data: st.DataObject, body: bytes) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(body) - 1)), max_size=6)))
    bounds = [0, *[cut for cut in cuts if cut < len(body)], len(body)]
    pieces = [body[a:b] for a, b in pairwise(bounds)]
    begun = town.write(media.begin_upload, ANA, len(body), private_file=True)
    for n in data.draw(st.permutations(range(len(pieces)))):
        media.append_upload(town.env, ANA, begun.id, n, pieces[n])
    made = media.finish_upload(town.env, ANA, begun.id)
    assert town.env.part(Storage).get(made.variants["file"].key) == body
