"""Videos for slow and fast networks: MP4 (H.264, AAC) that plays while it loads, in a ladder of sizes.

The source is decoded once for all rungs. Nothing of it is copied: pixels and sound are encoded anew, and
tags, chapters, subtitles and further streams are left behind.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from PIL import Image

from dozen.core.media.decode import ImageLimits
from dozen.core.media.errors import Unplayable
from dozen.core.media.ffmpeg import Ffmpeg, Probe
from dozen.core.media.images import prepare_image
from dozen.core.media.structs import MadeFile, Prepared
from dozen.kit.errors import Fault


class Rung(msgspec.Struct, frozen=True):
    """One size. ``short`` is its short side in pixels, ``crf`` the quality (less is better) in ``kbit``/s."""

    short: int
    crf: int
    kbit: int
    sound_kbit: int
    profile: str = "main"


class Ladder(msgspec.Struct, frozen=True):
    """Which files are made of a video, the smallest first, with a keyframe every ``key_seconds`` in each."""

    rungs: tuple[Rung, ...]
    key_seconds: int = 2
    most_fps: int = 30

    def for_short(self, short: int) -> list[tuple[Rung, int]]:
        """Rungs and their short sides for a source: never above its own, and none that is nearly the next."""
        top = min(short, self.rungs[-1].short)
        made = [(rung, rung.short) for rung in self.rungs if rung.short <= 0.8 * top]
        last = next(rung for rung in self.rungs if rung.short >= top)
        return [*made, (last, top)]


LADDER = Ladder((
    Rung(240, 28, 300, 48, "baseline"),
    Rung(360, 27, 700, 64),
    Rung(480, 26, 1200, 96),
    Rung(720, 25, 2500, 128),
))  # fmt: skip


class VideoLimits(msgspec.Struct, frozen=True):
    """What a video may be at most: ``size`` in bytes, ``seconds`` of film.

    ffmpeg gets ``base_work`` seconds, and ``work`` more for each second of film.
    """

    size: int = 512 << 20
    seconds: int = 600
    side: int = 4096
    least_side: int = 16
    base_work: float = 60.0
    work: float = 12.0


VIDEO_LIMITS = VideoLimits()
_POSTER_LIMITS = ImageLimits(size=200 << 20)


class Transcoded(msgspec.Struct, frozen=True):
    """The files of a video, in the folder that was given, and its poster."""

    files: tuple[MadeFile, ...]
    poster: Prepared
    width: int
    height: int
    duration_ms: int


def transcode(
    ffmpeg: Ffmpeg,
    source: Path,
    mime: str,
    *,
    limits: VideoLimits = VIDEO_LIMITS,
    ladder: Ladder = LADDER,
    progress: Callable[[float], None] = lambda fraction: None,
) -> Transcoded:
    """Make all files beside ``source``. Raises Unplayable with a reason that people can read."""
    probe = ffmpeg.probe(source, mime)
    _check(probe, limits)
    allowed = limits.base_work + limits.work * min(probe.duration or limits.seconds, limits.seconds)
    shown, poster = _poster(ffmpeg, source, mime, probe, limits)
    progress(0.05)
    done = 0.0

    def on_time(seconds: float) -> None:
        nonlocal done
        done = seconds
        if probe.duration:
            progress(0.05 + 0.9 * min(1.0, seconds / probe.duration))

    steps = [(rung, _even(shown, short)) for rung, short in ladder.for_short(min(shown))]
    ffmpeg.convert(
        source, mime, _outputs(steps, probe, limits, ladder),
        seconds=allowed, most_bytes=limits.size, on_time=on_time,
    )  # fmt: skip
    _check_outcome(probe, done, limits)
    names = [f"{min(size)}.mp4" for _, size in steps]
    files = tuple(
        MadeFile(name, "video/mp4", source.parent / name, *size)
        for name, (_, size) in zip(names, steps, strict=True)
    )
    if any(file.size < 100 for file in files):
        raise Unplayable("This video is damaged: it has no pictures that can be decoded.")
    width, height = steps[-1][1]
    return Transcoded(files, poster, width, height, round(done * 1000))


def _check(probe: Probe, limits: VideoLimits) -> None:
    if max(probe.width, probe.height) > limits.side:
        raise Unplayable(
            f"This video is {probe.width} × {probe.height}; at most {limits.side} pixels a side are accepted."
        )
    if min(probe.width, probe.height) < limits.least_side:
        raise Unplayable(f"This video is smaller than {limits.least_side} pixels.")
    if probe.duration is not None and probe.duration > limits.seconds + 1:
        raise Unplayable(f"This video is longer than {limits.seconds // 60} minutes.")


def _check_outcome(probe: Probe, done: float, limits: VideoLimits) -> None:
    """A file's header may say anything: what came out decides."""
    if done > limits.seconds + 1:
        raise Unplayable(f"This video is longer than {limits.seconds // 60} minutes.")
    if done <= 0:
        raise Unplayable("This video is damaged: it has no pictures that can be decoded.")
    if probe.duration is not None and done < 0.8 * probe.duration - 1:
        raise Unplayable("This video is incomplete: much of it is missing.")


def _poster(
    ffmpeg: Ffmpeg, source: Path, mime: str, probe: Probe, limits: VideoLimits
) -> tuple[tuple[int, int], Prepared]:
    """How large the video is when shown (upright, with square pixels), and an early frame as a picture."""
    path = source.parent / "poster.png"
    square = "scale=trunc(iw*sar):ih,setsar=1"
    output = [
        "-map", f"0:{probe.video}", "-frames:v", "1", "-vf", square, "-map_metadata", "-1",
        "-c:v", "png", "-compression_level", "1", "-f", "image2", path.name,
    ]  # fmt: skip
    starts = [min(1.0, probe.duration / 10), 0.0] if probe.duration else [0.0]
    for start in starts:
        ffmpeg.convert(
            source, mime, output, before=["-ss", f"{start:.2f}"], seconds=60, most_bytes=_POSTER_LIMITS.size
        )
        if path.exists():
            break
    else:
        raise Unplayable("This video is damaged: it has no pictures that can be decoded.")
    try:
        with Image.open(path, formats=["PNG"]) as frame:
            shown = frame.size
        poster = prepare_image(path, _POSTER_LIMITS)
    except (OSError, Fault) as error:
        raise Unplayable("No picture could be made of this video.") from error
    if max(shown) > limits.side or min(shown) < limits.least_side:
        raise Unplayable(f"This video is shown at {shown[0]} × {shown[1]} pixels, which is not taken.")
    return shown, poster


def _even(size: tuple[int, int], short: int) -> tuple[int, int]:
    """``size`` scaled to a short side, both sides even as H.264 wants them, never larger."""
    scale = min(1.0, short / min(size))
    width, height = (max(2, int(side * scale + 0.001) // 2 * 2) for side in size)
    return width, height


def _outputs(
    steps: list[tuple[Rung, tuple[int, int]]], probe: Probe, limits: VideoLimits, ladder: Ladder
) -> list[str]:
    split = "".join(f"[s{i}]" for i in range(len(steps)))
    graph = [f"[0:{probe.video}]split={len(steps)}{split}"]
    outputs: list[str] = []
    for i, (rung, (width, height)) in enumerate(steps):
        graph.append(f"[s{i}]scale={width}:{height}:flags=bicubic,setsar=1,format=yuv420p[v{i}]")
        outputs += [
            "-map", f"[v{i}]", "-c:v", "libx264", "-preset", "veryfast", "-profile:v", rung.profile,
            "-crf", str(rung.crf), "-maxrate", f"{rung.kbit}k", "-bufsize", f"{2 * rung.kbit}k",
            "-force_key_frames", f"expr:gte(t,n_forced*{ladder.key_seconds})",
            "-fpsmax", str(ladder.most_fps), "-threads", "2",
        ]  # fmt: skip
        if probe.audio is not None:
            outputs += [
                "-map", f"0:{probe.audio}", "-c:a", "aac", "-b:a", f"{rung.sound_kbit}k",
                "-ac", "2", "-ar", "44100",
            ]  # fmt: skip
        outputs += [
            "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact",
            "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-t", str(limits.seconds + 2),
            "-movflags", "+faststart", "-f", "mp4", f"{min(width, height)}.mp4",
        ]  # fmt: skip
    return ["-filter_complex_threads", "1", "-filter_complex", ";".join(graph), *outputs]
