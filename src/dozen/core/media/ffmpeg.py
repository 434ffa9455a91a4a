"""Running ffmpeg on files that may be hostile.

It runs as a process group of its own that is killed at a deadline, may read and write files only, is told
which container and which codecs to expect, and is held to limits of processor time, memory and output.
Only the ``ffmpeg`` program is needed: what a file holds is read from its report, so ``ffprobe`` need not be
there (the one that comes with the ``imageio-ffmpeg`` package has none).
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from dozen.core.media.errors import Unplayable, VideoUnavailable
from dozen.kit.env import Env

DEMUXERS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/3gpp": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
}
"""The containers that are taken, by sniffed type, and ffmpeg's name for their readers."""

_CODECS = (
    "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg4,h263,mjpeg,png,"
    "aac,mp3,mp3float,opus,libopus,vorbis,libvorbis,flac,alac,ac3,eac3,amrnb,amrwb,libopencore_amrnb,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_f32le,pcm_u8,pcm_mulaw,pcm_alaw"
)
_MEMORY = 3 << 30
_NICE = 10
_LOG_BYTES = 64_000
_DURATION = re.compile(r"^  Duration: (?:(\d+):(\d\d):(\d\d\.\d+)|N/A)", re.M)
_STREAM = re.compile(r"^  Stream #0:(\d+)(?:\[\w+\])?(?:\(\w+\))?: (Video|Audio): (\w+)(.*)$", re.M)
_SIDES = re.compile(r", (\d{1,6})x(\d{1,6})[ ,]")


class Probe(msgspec.Struct, frozen=True):
    """What a container says it holds. ``duration`` in seconds, None when it does not say."""

    duration: float | None
    width: int
    height: int
    video: int
    audio: int | None


class Ffmpeg:
    """The program, if there is one: on the ``PATH``, or out of ``imageio-ffmpeg``."""

    def __init__(self, program: str | None) -> None:
        self.program = program

    @classmethod
    def build(cls, env: Env) -> Ffmpeg:
        return cls(shutil.which("ffmpeg") or _packaged())

    def require(self) -> str:
        """The program's path. Raises VideoUnavailable."""
        if self.program is None:
            raise VideoUnavailable
        return self.program

    def probe(self, source: Path, mime: str) -> Probe:
        """What ``source`` says it holds. Raises Unplayable when it is no such container or has no picture."""
        _, log = self.run(["-loglevel", "info", *_input(source, mime)], folder=source.parent, seconds=20)
        # Asked for no output, ffmpeg reports the input and exits with 1. Tags of the file stand in the report
        # too, deeper indented and with their line ends replaced, so they cannot pass for the lines read here.
        _, found, report = ("\n" + log).partition("\nInput #0, ")
        if not found:
            raise Unplayable("This file is damaged, or is no video.")
        video: tuple[int, int, int] | None = None
        audio: int | None = None
        for stream in _STREAM.finditer(report):
            index, kind, rest = int(stream[1]), stream[2], stream[4]
            if kind == "Audio" and audio is None and stream[3] != "none":
                audio = index
            if kind == "Video" and video is None and "(attached pic)" not in rest:
                sides = _SIDES.search(rest)
                if stream[3] == "none" or not sides:
                    raise Unplayable("This video's format is not known here; please send H.264 in MP4.")
                video = index, int(sides[1]), int(sides[2])
        if video is None:
            raise Unplayable("This file has no picture track." if audio is not None else "No video is in it.")
        said = _DURATION.search(report)
        duration = int(said[1]) * 3600 + int(said[2]) * 60 + float(said[3]) if said and said[1] else None
        return Probe(duration, video[1], video[2], video[0], audio)

    def convert(
        self,
        source: Path,
        mime: str,
        output: Sequence[str],
        *,
        before: Sequence[str] = (),
        seconds: float,
        most_bytes: int,
        on_time: Callable[[float], None] | None = None,
    ) -> None:
        """Make files of ``source`` beside it. ``on_time`` hears how many seconds of the output are done.

        Raises Unplayable when ffmpeg fails, is stopped at ``seconds``, or goes beyond a limit.
        """
        reading = ["-progress", "pipe:1", "-nostats", "-loglevel", "error", *before, *_input(source, mime)]
        code, log = self.run(
            [*reading, *output], folder=source.parent, seconds=seconds, most_bytes=most_bytes, on_time=on_time
        )
        if code != 0:
            raise Unplayable("This video is damaged and could not be converted.", log=log[-500:])

    def run(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        seconds: float,
        most_bytes: int = 1 << 20,
        on_time: Callable[[float], None] | None = None,
    ) -> tuple[int, str]:
        """Exit code and the end of the log. ``most_bytes`` bounds each file that it writes."""
        with tempfile.TemporaryFile(dir=folder) as log:
            process = subprocess.Popen(  # noqa: S603 - a list, no shell; file names are our own
                [self.require(), "-nostdin", "-hide_banner", "-y", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=folder,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TMPDIR": str(folder)},
                start_new_session=True,
            )
            _limit(process.pid, seconds, most_bytes)
            late = threading.Event()

            def stop() -> None:
                late.set()
                _kill(process)

            timer = threading.Timer(seconds, stop)
            timer.start()
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    if on_time is not None and line.startswith(b"out_time_us=") and line[12:-1].isdigit():
                        on_time(int(line[12:-1]) / 1_000_000)
                code = process.wait()
            finally:
                timer.cancel()
                _kill(process)
                process.wait()
                if process.stdout is not None:
                    process.stdout.close()
            if late.is_set():
                raise Unplayable("This video took too long to convert.")
            log.seek(0)
            return code, log.read(_LOG_BYTES).decode(errors="replace")


def _input(source: Path, mime: str) -> list[str]:
    return [
        "-protocol_whitelist", "file",
        "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
        "-codec_whitelist", _CODECS,
        "-probesize", "10000000", "-analyzeduration", "5000000",
        "-threads", "2",
        "-f", DEMUXERS[mime],
        "-i", f"file:{source}",
    ]  # fmt: skip


def _limit(pid: int, seconds: float, most_bytes: int) -> None:
    """Behind requests in the queue for the processor, and within bounds that hold even when this process
    dies and nobody is left to keep the deadline."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, _NICE)
    if not hasattr(resource, "prlimit"):  # only Linux can set them from outside
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        processor = round(seconds * 4) + 1
        resource.prlimit(pid, resource.RLIMIT_CPU, (processor, processor))
        resource.prlimit(pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _packaged() -> str | None:
    try:
        return str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return None
