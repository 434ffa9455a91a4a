"""Pictures and videos to upload, made on the spot: honest ones, lying ones, broken ones and bombs."""

from __future__ import annotations

import io
import random
import shutil
import struct
import subprocess
import tempfile
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms

SECRETS = ("SecretCamera", "SecretArtist", "SecretComment", "SecretXmp", "SecretText", "48.8577")
"""Words that the metadata of the pictures here holds; none may be in anything that is stored."""


def photo(width: int, height: int, mode: str = "RGB", seed: int = 1) -> Image.Image:
    """Something with edges, gradients and grain."""
    rng = random.Random(seed)
    grain = max(2, width // 4), max(2, height // 4)
    small = Image.frombytes("L", grain, rng.randbytes(grain[0] * grain[1])).resize((width, height))
    tint = Image.linear_gradient("L").resize((width, height))
    bands = [small, tint, tint.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    rng.shuffle(bands)
    made = Image.merge("RGB", bands)
    if mode == "RGBA":
        made.putalpha(Image.radial_gradient("L").resize((width, height)))
    return made if made.mode == mode else made.convert(mode)


def quarters(width: int = 80, height: int = 60) -> Image.Image:
    """Red, green, blue and white quarters: shows which way up it is."""
    made = Image.new("RGB", (width, height))
    half = width // 2, height // 2
    for box, colour in {
        (0, 0): "#ff0000", (half[0], 0): "#00ff00", (0, half[1]): "#0000ff", half: "#ffffff",
    }.items():  # fmt: skip
        made.paste(colour, (*box, box[0] + half[0], box[1] + half[1]))
    return made


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[0x010F] = "SecretCamera"
    made[0x013B] = "SecretArtist"
    made[0x0112] = orientation
    made.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 27.7), 3: "E", 4: (2.0, 17.0, 42.0), 29: "48.8577"})
    return made


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def animation(frames: int = 6, size: tuple[int, int] = (60, 40)) -> list[Image.Image]:
    made = []
    for i in range(frames):
        frame = Image.new("RGB", size, (40 * (i % 6), 200 - 40 * (i % 5), 120))
        frame.paste("white", (0, 0, size[0] // 3, size[1] // 3))
        made.append(frame)
    return made


def gif(frames: int = 6, size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    first, *rest = animation(frames, size)
    return encoded(first, "GIF", save_all=True, append_images=rest, **{"duration": 80, "loop": 0} | options)


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_bomb(width: int, height: int, rows: int = 0) -> bytes:
    """A PNG that declares a size and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * (rows * (1 + 3 * width) or 100), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")
    )


def gif_bomb(frames: int, width: int, height: int) -> bytes:
    """A GIF of many frames of a few bytes each on a large canvas."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * frames + b";"


SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><body><script>alert(document.cookie)</script></body></html>"
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


@cache
def ffmpeg() -> str | None:
    return shutil.which("ffmpeg")


@cache
def clip(
    *,
    width: int = 160,
    height: int = 120,
    seconds: float = 1.0,
    sound: bool = True,
    picture: bool = True,
    container: str = "mp4",
    extra: tuple[str, ...] = (),
    rate: int = 25,
) -> bytes:
    """A small video of colour bars and a tone, with telling metadata."""
    program = ffmpeg()
    assert program is not None
    codecs = {"webm": ["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"]}.get(
        container, ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
    )
    command = [program, "-v", "error", "-nostdin"]
    if picture:
        command += ["-f", "lavfi", "-i", f"testsrc2=s={width}x{height}:r={rate}:d={seconds}"]
    if sound:
        command += ["-f", "lavfi", "-i", f"sine=d={seconds}"]
    shape = {"mkv": "matroska"}.get(container, container)
    pipe = [] if container in ("webm", "mkv") else ["-movflags", "frag_keyframe+empty_moov"]
    command += [
        *codecs, "-metadata", "title=SecretText", "-metadata", "location=+48.8577+002.295/",
        "-metadata", "comment=SecretComment", *(pipe if "-movflags" not in extra else []), *extra,
    ]  # fmt: skip
    if "-movflags" in extra:  # needs a file that can be sought in
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "clip"
            subprocess.run([*command, "-f", shape, str(path)], check=True)
            return path.read_bytes()
    return subprocess.run([*command, "-f", shape, "-"], check=True, stdout=subprocess.PIPE).stdout
