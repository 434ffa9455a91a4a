from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dozen.core.media.errors import Unplayable
from dozen.core.media.ffmpeg import Ffmpeg
from dozen.core.media.sniff import sniff
from dozen.core.media.transcode import LADDER, Transcoded, VideoLimits, transcode
from tests.core.media import samples


def made(ffmpeg: str, tmp_path: Path, data: bytes, limits: VideoLimits | None = None) -> Transcoded:
    source = tmp_path / "source"
    source.write_bytes(data)
    found = sniff(data[:4096])
    mime = found.mime if found.kind == "video" else "video/mp4"
    return transcode(Ffmpeg(ffmpeg), source, mime, limits=limits or VideoLimits())


def streams(path: Path) -> list[str]:
    """What ``ffmpeg`` says about a file's streams and tags."""
    report = subprocess.run(
        ["ffmpeg", "-hide_banner", "-i", str(path)], stderr=subprocess.PIPE, text=True
    ).stderr
    return [line.strip() for line in report.splitlines()]


@pytest.mark.parametrize("container", ["mp4", "mov", "webm", "mkv"])
def test_a_clip_becomes_mp4(ffmpeg: str, tmp_path: Path, container: str) -> None:
    result = made(ffmpeg, tmp_path, samples.clip(container=container, width=640, height=360))
    assert [(file.name, file.width, file.height) for file in result.files] == [
        ("240.mp4", 426, 240),
        ("360.mp4", 640, 360),
    ]
    assert (result.width, result.height) == (640, 360)
    assert result.duration_ms == pytest.approx(1000, abs=120)
    for file in result.files:
        assert isinstance(file.data, Path)
        report = streams(file.data)
        assert any(f"{file.width}x{file.height}" in line and "h264" in line for line in report)
        assert any("Audio: aac" in line for line in report)
        content = file.data.read_bytes()
        assert content.index(b"moov") < content.index(b"mdat"), "it cannot play while it loads"
        for word in samples.SECRETS:
            assert word.encode() not in content
    assert (result.poster.kind, result.poster.width, result.poster.height) == ("image", 640, 360)
    assert result.poster.preview


@pytest.mark.parametrize(
    ("size", "names"),
    [
        ((160, 120), ["120.mp4"]),
        ((121, 75), ["74.mp4"]),
        ((480, 854), ["240.mp4", "360.mp4", "480.mp4"]),
        ((16, 16), ["16.mp4"]),
    ],
)
def test_never_larger_and_always_even(
    ffmpeg: str, tmp_path: Path, size: tuple[int, int], names: list[str]
) -> None:
    shape = ("-vf", f"scale={size[0]}:{size[1]},setsar=1", "-pix_fmt", "yuv444p")
    data = samples.clip(container="mkv", seconds=0.4, sound=False, extra=shape)
    result = made(ffmpeg, tmp_path, data)
    assert [file.name for file in result.files] == names
    for file in result.files:
        assert file.width <= size[0]
        assert file.height <= size[1]
        assert not file.width % 2
        assert not file.height % 2
        assert isinstance(file.data, Path)
        assert any(f"{file.width}x{file.height}" in line for line in streams(file.data))


def test_the_ladder_never_climbs() -> None:
    for short in range(16, 3000):
        steps = LADDER.for_short(short)
        sides = [side for _, side in steps]
        assert sides == sorted(set(sides))
        assert sides[-1] == min(short, 720)
        assert all(rung.short >= side for rung, side in steps)


def test_wide_pixels_become_square_and_turned_videos_upright(ffmpeg: str, tmp_path: Path) -> None:
    wide = samples.clip(width=160, height=160, seconds=0.4, extra=("-vf", "setsar=2"), container="mkv")
    result = made(ffmpeg, tmp_path, wide)
    assert (result.width, result.height) == (320, 160)
    source = tmp_path / "flat.mp4"
    source.write_bytes(samples.clip(seconds=0.4, extra=("-movflags", "+faststart")))
    turned = tmp_path / "turned.mp4"
    subprocess.run(
        [ffmpeg, "-v", "error", "-i", str(source), "-c", "copy", "-metadata:s:v:0", "rotate=90", str(turned)],
        check=True,
    )
    if not any("rotation" in line for line in streams(turned)):
        subprocess.run(  # as newer ones want it
            [
                ffmpeg, "-v", "error", "-y", "-display_rotation", "90", "-i", str(source), "-c", "copy",
                str(turned),
            ],
            check=True,
        )  # fmt: skip
    result = made(ffmpeg, tmp_path, turned.read_bytes())
    assert (result.width, result.height) == (120, 160)
    assert (result.poster.width, result.poster.height) == (120, 160)


def test_fast_videos_are_slowed_to_thirty_frames(ffmpeg: str, tmp_path: Path) -> None:
    result = made(ffmpeg, tmp_path, samples.clip(rate=60, sound=False))
    assert isinstance(result.files[0].data, Path)
    assert any("30 fps" in line for line in streams(result.files[0].data))


def test_progress_rises(ffmpeg: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(samples.clip(seconds=3, width=640, height=360, extra=("-movflags", "+faststart")))
    steps: list[float] = []
    transcode(Ffmpeg(ffmpeg), source, "video/mp4", progress=steps.append)
    assert steps == sorted(steps)
    assert len(steps) >= 2
    assert 0.9 <= steps[-1] <= 1


def whole() -> bytes:
    return samples.clip(seconds=3, width=320, height=240, extra=("-movflags", "+faststart"))


def test_a_clip_that_was_cut_off(ffmpeg: str, tmp_path: Path) -> None:
    data = whole()
    for part in (0.1, 0.35):
        with pytest.raises(Unplayable, match=r"damaged|incomplete"):
            made(ffmpeg, tmp_path, data[: int(len(data) * part)])


def test_a_clip_of_garbage(ffmpeg: str, tmp_path: Path) -> None:
    """The table of contents is right, the pictures are noise."""
    data = whole()
    begin = data.index(b"mdat") + 4
    noise = bytes((i * 89 + (i >> 7) * 31) & 0xFF for i in range(len(data) - begin))
    with pytest.raises(Unplayable):
        made(ffmpeg, tmp_path, data[:begin] + noise)


def test_a_length_that_lies(ffmpeg: str, tmp_path: Path) -> None:
    """Matroska from a pipe names no length; a clip may claim a short one."""
    data = samples.clip(seconds=6, sound=False, container="mkv")
    with pytest.raises(Unplayable, match="longer"):
        made(ffmpeg, tmp_path, data, VideoLimits(seconds=1))


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (VideoLimits(seconds=1), "longer"),
        (VideoLimits(side=300), "at most"),
        (VideoLimits(least_side=300), "smaller"),
        (VideoLimits(base_work=0.01, work=0.001), "too long to convert"),
        (VideoLimits(size=2_000), "damaged"),
    ],
)
def test_limits(ffmpeg: str, tmp_path: Path, limits: VideoLimits, reason: str) -> None:
    with pytest.raises(Unplayable, match=reason):
        made(ffmpeg, tmp_path, whole(), limits)


@pytest.mark.parametrize("data", [b"just text renamed to .mp4", samples.PLAYLIST, b""])
def test_what_is_no_video(ffmpeg: str, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Unplayable):
        made(ffmpeg, tmp_path, data)


def test_sound_alone_is_no_video(ffmpeg: str, tmp_path: Path) -> None:
    with pytest.raises(Unplayable, match="no picture track"):
        made(ffmpeg, tmp_path, samples.clip(picture=False))


def test_cover_art_is_no_video(ffmpeg: str, tmp_path: Path) -> None:
    (tmp_path / "cover.png").write_bytes(samples.encoded(samples.quarters(), "PNG"))
    (tmp_path / "tone.mp4").write_bytes(samples.clip(picture=False))
    song = tmp_path / "song.mp4"
    subprocess.run(
        [
            ffmpeg, "-v", "error", "-i", str(tmp_path / "tone.mp4"), "-i", str(tmp_path / "cover.png"),
            "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic", str(song),
        ],
        check=True,
    )  # fmt: skip
    with pytest.raises(Unplayable, match="no picture track"):
        made(ffmpeg, tmp_path, song.read_bytes())
