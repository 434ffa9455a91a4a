from __future__ import annotations

from pathlib import Path

import pytest

from dozen.core import media
from dozen.core.media.errors import BrokenMedia, MediaTooLarge, StorageDown, TypeMismatch, UnknownType
from dozen.core.media.intake import Spool, spool_folder
from tests.core.media import samples
from tests.core.media.helpers import ANA, files_of, sent
from tests.support.town import Town


def test_a_body_is_spooled_and_gone_afterwards(town: Town) -> None:
    with Spool(town.env, 10) as spool:
        spool.write(b"hello")
        spool.write(b"world")
        path = spool.done()
        assert path.read_bytes() == b"helloworld"
        assert spool.size == 10
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.exists()


def test_a_body_that_is_too_large_is_stopped(town: Town) -> None:
    with Spool(town.env, 9) as spool:
        spool.write(b"hello")
        with pytest.raises(MediaTooLarge) as caught:
            spool.write(b"world")
    assert caught.value.extra["most"] == 9
    assert list(spool_folder(town.env).iterdir()) == []


def test_a_picture_by_stages(town: Town) -> None:
    """As a door does it: no transaction is open while pixels are made or files written."""
    with Spool(town.env, 1 << 20) as spool:
        spool.write(samples.encoded(samples.photo(120, 90), "PNG"))
        prepared = media.prepare(town.env, spool.done(), claimed="image/png", filename="a.png")
    keys = media.store(town.env, prepared)
    assert files_of(town.env) == sorted(keys)
    made = town.write(media.add, ANA, prepared, alt="A picture", focus=(0.5, -0.5))
    assert sorted(variant.key for variant in made.variants.values()) == sorted(keys)
    assert (made.alt, made.focus) == ("A picture", (0.5, -0.5))


def test_animations_come_in(town: Town) -> None:
    made = media.receive(town.env, ANA, sent(town, samples.gif()), claimed="image/gif")
    assert (made.kind, made.duration_ms) == ("gif", 480)
    assert made.variants["animated.webp"].mime == "image/webp"


def test_avatars_come_in(town: Town) -> None:
    path = sent(town, samples.encoded(samples.photo(600, 500), "JPEG"))
    made = media.receive(town.env, ANA, path, made_by=media.prepare_avatar)
    assert sorted(made.variants) == ["200.webp", "400.jpg", "400.webp", "48.webp", "96.webp"]


@pytest.mark.parametrize(
    ("data", "claimed", "filename", "error"),
    [
        (samples.HTML, "image/png", "x.png", TypeMismatch),
        (samples.SVG, "", "", UnknownType),
        (samples.PLAYLIST, "video/mp4", "x.mp4", TypeMismatch),
        (b"plain text", "video/mp4", "x.mp4", TypeMismatch),
        (b"ID3\x04\0\0\0\0", "audio/mpeg", "x.mp3", UnknownType),
        (b"RIFF\x24\0\0\0AVI LIST", "video/x-msvideo", "x.avi", UnknownType),
        (b"MZ\x90\0", "video/mp4", "x.mp4", TypeMismatch),
        (samples.png_bomb(100, 100), "image/png", "x.png", BrokenMedia),
    ],
)
def test_what_is_refused_leaves_nothing(
    ffmpeg: str, town: Town, data: bytes, claimed: str, filename: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        media.receive(town.env, ANA, sent(town, data), claimed=claimed, filename=filename)
    assert files_of(town.env) == []
    assert town.read(media.owned, ANA) == []
    assert town.read(media.quota, ANA).used == 0


def test_a_video_is_only_looked_at(ffmpeg: str, town: Town) -> None:
    path = sent(town, b"\0\0\0\x14ftypqt  \0\0\0\0qt  and more")
    prepared = media.prepare(town.env, path, claimed="video/quicktime", filename="clip.mov")
    assert (prepared.kind, prepared.mime, prepared.size) == ("video", "video/quicktime", path.stat().st_size)
    with pytest.raises(MediaTooLarge):
        media.prepare_video(path, media.VideoLimits(size=5))


def test_files_are_kept_as_they_are(town: Town) -> None:
    data = b"%PDF-1.7\n" + bytes(range(256))
    made = media.receive(
        town.env,
        ANA,
        sent(town, data),
        made_by=lambda path: media.prepare_file(path, filename="Rechnung.pdf"),
    )
    assert (made.kind, made.mime, made.filename, made.size) == (
        "file",
        "application/pdf",
        "Rechnung.pdf",
        len(data),
    )
    assert town.env.part(media.Storage).get(made.variants["file"].key) == data
    with pytest.raises(MediaTooLarge):
        media.prepare_file(sent(town, data), most=10)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", "file"),
        ("../../etc/passwd", "passwd"),
        ("a/b\\c.txt", "c.txt"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("/", "file"),
    ],
)
def test_names_of_files_are_only_names(town: Town, given: str, kept: str) -> None:
    assert media.prepare_file(sent(town, b"x"), filename=given).filename == kept


def test_a_storage_that_is_down_adds_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(self: object, files: object) -> None:
        raise StorageDown

    monkeypatch.setattr(media.Storage, "put_all", down)
    with pytest.raises(StorageDown):
        media.receive(town.env, ANA, sent(town, samples.encoded(samples.quarters(), "PNG")))
    assert town.read(media.owned, ANA) == []


def test_the_door_gives_what_it_names() -> None:
    for name in media.__all__:
        assert hasattr(media, name)
    assert Path(media.__file__).parent.joinpath("README.md").exists()
