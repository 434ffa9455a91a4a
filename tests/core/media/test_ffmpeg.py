from __future__ import annotations

import os
import sys
import textwrap
import time
from pathlib import Path

import pytest

from dozen.core.media import ffmpeg as module
from dozen.core.media.errors import Unplayable, VideoUnavailable
from dozen.core.media.ffmpeg import Ffmpeg
from tests.core.media import samples
from tests.support.town import Town


def program(tmp_path: Path, body: str) -> Ffmpeg:
    """Something that stands in for ffmpeg."""
    path = tmp_path / "fake"
    path.write_text(f"#!{sys.executable}\n" + textwrap.dedent(body))
    path.chmod(0o700)
    return Ffmpeg(str(path))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    hanging = program(
        tmp_path,
        f"""
        import subprocess, time, pathlib
        child = subprocess.Popen(["sleep", "300"])
        pathlib.Path({str(tmp_path / "pid")!r}).write_text(str(child.pid))
        time.sleep(300)
        """,
    )
    began = time.monotonic()
    with pytest.raises(Unplayable, match="too long"):
        hanging.run([], folder=tmp_path, seconds=1.5)
    assert time.monotonic() - began < 10
    child = int((tmp_path / "pid").read_text())
    end = time.monotonic() + 30
    while alive(child):
        assert time.monotonic() < end, "the child lives on"
        time.sleep(0.02)


def test_children_that_outlive_the_program_are_killed_too(tmp_path: Path) -> None:
    leaving = program(
        tmp_path,
        f"""
        import subprocess, pathlib
        child = subprocess.Popen(["sleep", "300"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pathlib.Path({str(tmp_path / "pid")!r}).write_text(str(child.pid))
        """,
    )
    assert leaving.run([], folder=tmp_path, seconds=30)[0] == 0
    end = time.monotonic() + 30
    while alive(int((tmp_path / "pid").read_text())):
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits are set from outside on Linux only")
def test_limits_and_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOZEN_SECRET", "must not be passed on")
    curious = program(
        tmp_path,
        """
        import os, resource, sys, time
        time.sleep(0.5)
        for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CPU, resource.RLIMIT_CORE, resource.RLIMIT_AS):
            print(resource.getrlimit(limit)[0], file=sys.stderr)
        print(os.getpriority(os.PRIO_PROCESS, 0), file=sys.stderr)
        print(sorted(os.environ), file=sys.stderr)
        print(os.getcwd(), file=sys.stderr)
        print(repr(sys.stdin.read()), file=sys.stderr)
        """,
    )
    code, log = curious.run([], folder=tmp_path, seconds=10, most_bytes=12_345)
    size, processor, core, memory, nice, environ, folder, given = log.splitlines()
    assert (code, int(size), int(processor), int(core)) == (0, 12_345, 41, 0)
    assert 0 < int(memory) <= 4 << 30
    assert int(nice) >= 10
    assert "DOZEN_SECRET" not in environ
    assert folder == str(tmp_path)
    assert given == "''"


def test_an_endless_log_is_cut(tmp_path: Path) -> None:
    noisy = program(tmp_path, "import sys\nfor _ in range(100_000): sys.stderr.write('noise ' * 20)\n")
    began = time.monotonic()
    _, log = noisy.run([], folder=tmp_path, seconds=20, most_bytes=1 << 20)
    assert len(log) <= 64_000
    assert time.monotonic() - began < 15


def test_progress_is_read_from_the_report(tmp_path: Path) -> None:
    steps: list[float] = []
    telling = program(
        tmp_path, "print('out_time_us=500000\\nout_time_us=N/A\\nframe=3\\nout_time_us=1250000')"
    )
    telling.run([], folder=tmp_path, seconds=20, on_time=steps.append)
    assert steps == [0.5, 1.25]


def test_no_program_no_video(town: Town) -> None:
    town.env.install(Ffmpeg(None))
    with pytest.raises(VideoUnavailable):
        town.env.part(Ffmpeg).require()


def test_the_packaged_program_is_second_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, town: Town
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "imageio_ffmpeg.py").write_text("def get_ffmpeg_exe():\n    return '/opt/packaged/ffmpeg'\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert Ffmpeg.build(town.env).program == "/opt/packaged/ffmpeg"
    (tmp_path / "ffmpeg").write_text("")
    (tmp_path / "ffmpeg").chmod(0o700)
    assert Ffmpeg.build(town.env).program == str(tmp_path / "ffmpeg")
    monkeypatch.delitem(sys.modules, "imageio_ffmpeg")


def test_no_program_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, town: Town) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    assert Ffmpeg.build(town.env).program is None


def probe(ffmpeg: str, tmp_path: Path, data: bytes, mime: str = "video/mp4") -> module.Probe:
    source = tmp_path / "source"
    source.write_bytes(data)
    return Ffmpeg(ffmpeg).probe(source, mime)


@pytest.mark.parametrize(
    ("container", "mime"),
    [("mp4", "video/mp4"), ("mov", "video/quicktime"), ("webm", "video/webm"), ("mkv", "video/x-matroska")],
)
def test_probing(ffmpeg: str, tmp_path: Path, container: str, mime: str) -> None:
    found = probe(ffmpeg, tmp_path, samples.clip(container=container), mime)
    assert (found.width, found.height, found.video, found.audio) == (160, 120, 0, 1)
    assert found.duration is None or found.duration == pytest.approx(1, abs=0.1)


def test_silent_clips(ffmpeg: str, tmp_path: Path) -> None:
    assert probe(ffmpeg, tmp_path, samples.clip(sound=False)).audio is None


def test_tags_cannot_pass_for_streams(ffmpeg: str, tmp_path: Path) -> None:
    lie = (
        "x\n  Duration: 00:00:00.10, start\r  Stream #0:0: Video: h264, 9999x9999\n  Stream #0:7: Audio: aac"
    )
    data = samples.clip(extra=("-metadata", f"artist={lie}", "-metadata", f"comment={lie}"), container="mkv")
    found = probe(ffmpeg, tmp_path, data, "video/x-matroska")
    assert (found.width, found.height, found.audio) == (160, 120, 1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (samples.PLAYLIST, "damaged"),
        (b"just text", "damaged"),
        (samples.HTML, "damaged"),
        (b"\0\0\0\x18ftypisom\0\0\2\0isommp41" + b"\0" * 500, "damaged"),
        (b"", "damaged"),
    ],
)
def test_what_is_no_video(ffmpeg: str, tmp_path: Path, data: bytes, reason: str) -> None:
    for mime in ("video/mp4", "video/webm"):
        with pytest.raises(Unplayable, match=reason):
            probe(ffmpeg, tmp_path, data, mime)


def test_sound_without_picture(ffmpeg: str, tmp_path: Path) -> None:
    with pytest.raises(Unplayable, match="no picture track"):
        probe(ffmpeg, tmp_path, samples.clip(picture=False))


def test_unknown_codecs_are_not_touched(ffmpeg: str, tmp_path: Path) -> None:
    data = samples.clip(container="mkv", sound=False, extra=("-c:v", "ffv1"))
    source = tmp_path / "source"
    source.write_bytes(data)
    with pytest.raises(Unplayable):
        Ffmpeg(ffmpeg).convert(
            source, "video/x-matroska", ["-f", "null", "-"], seconds=20, most_bytes=1 << 20
        )


def test_a_playlist_in_disguise_reads_no_other_file(ffmpeg: str, tmp_path: Path) -> None:
    """The reader is fixed by the sniffed type, so a list of other files is never followed."""
    (tmp_path / "target").write_bytes(samples.clip())
    source = tmp_path / "source"
    for text in (
        f"#EXTM3U\n#EXTINF:1,\n{tmp_path / 'target'}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile {tmp_path / 'target'}\n",
    ):
        source.write_text(text)
        with pytest.raises(Unplayable):
            Ffmpeg(ffmpeg).convert(source, "video/mp4", ["-f", "null", "-"], seconds=20, most_bytes=1 << 20)
