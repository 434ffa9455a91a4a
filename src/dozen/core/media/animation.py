"""Animations stay animations: one moving WebP, made frame by frame so that memory holds but one."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

from PIL import Image

from dozen.core.media.decode import ImageLimits, Source
from dozen.core.media.encode import fit
from dozen.core.media.errors import AnimationTooLong
from dozen.core.media.structs import MadeFile

NAME = "animated.webp"
SIDE = 480
"""The long side at most, in pixels."""
_FLAGS_AT, _HAS_ALPHA = 20, 0x10  # in a WebP file's VP8X chunk


class _Reel(Image.Image):
    """What Pillow's encoder takes for an image of many frames; each is drawn when it is sought."""

    def __init__(self, draw: Callable[[int], Image.Image], frames: int) -> None:
        super().__init__()
        self._draw = draw
        self.n_frames = frames
        self._at = -1
        self.seek(0)

    def seek(self, frame: int) -> None:
        if frame > self._at:  # the encoder goes back to the start when it is done, for nothing
            shown = self._draw(frame)
            self._im, self._mode, self._size = shown.im, shown.mode, shown.size
            self._at = frame

    def tell(self) -> int:
        return self._at


def moving(source: Source, limits: ImageLimits) -> tuple[MadeFile, int]:
    """The animation as WebP of at most :data:`SIDE` pixels, and its length in milliseconds."""
    size = fit(source.size, SIDE)
    shown: list[int] = []  # the encoder looks up each frame's time after it has sought the frame
    modes: set[str] = set()
    deadline = time.monotonic() + limits.seconds

    def draw(number: int) -> Image.Image:
        if time.monotonic() > deadline:
            raise AnimationTooLong("This animation takes too long to convert.")
        picture, milliseconds = source.frame(number, size)
        shown.append(milliseconds)
        modes.add(picture.mode)
        return picture

    loop = source.image.info.get("loop", 1 if source.mime == "image/gif" else 0)
    if not isinstance(loop, int) or not 0 <= loop < 65_536:
        loop = 0
    out = io.BytesIO()
    _Reel(draw, source.frames).save(
        out, "WEBP", save_all=True, duration=shown, loop=loop, quality=75, method=0, background=(0, 0, 0, 0),
    )  # fmt: skip
    data = bytearray(out.getvalue())
    if "RGBA" in modes and data[12:16] == b"VP8X":
        # The encoder leaves this out when every frame was cut down to its opaque part; readers would then
        # fill the rest with black.
        data[_FLAGS_AT] |= _HAS_ALPHA
    return MadeFile(NAME, "image/webp", bytes(data), *size), sum(shown)
