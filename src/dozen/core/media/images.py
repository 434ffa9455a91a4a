"""Making pictures anew: every stored pixel was encoded here, every other byte of the upload is gone.

The functions are pure and slow (about 0.7 s of one core for 12 megapixels): run them in a thread,
outside of any transaction. Pillow gives the interpreter's lock up while it works.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from PIL import Image

from dozen.core.media import animation, encode
from dozen.core.media.decode import IMAGE_LIMITS, ImageLimits, hostile, opened
from dozen.core.media.storage import new_blob
from dozen.core.media.structs import Kind, MadeFile, Prepared

AVATAR_SIDES = (48, 96, 200, 400)
HEADER_WIDTHS = (600, 1500)
_HEADER_SHAPE = 3  # times as wide as high
_LOSSLESS = ("image/png", "image/gif")

# Fifty megapixels take 200 MB while they are decoded: as many pictures at once as there are cores.
_BENCH = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


def prepare_image(
    path: Path, limits: ImageLimits = IMAGE_LIMITS, *, claimed: str = "", filename: str = ""
) -> Prepared:
    """A picture as a ladder of sizes; an animation (kind ``gif``) has a moving variant as well.

    ``claimed`` and ``filename`` are what the sender says it is: when that is not true it is refused.
    Raises UnknownType, TypeMismatch, BrokenMedia, MediaTooLarge, PictureTooLarge, AnimationTooLong.
    """
    with _BENCH, opened(path, limits, claimed, filename) as source:
        picture = source.still(encode.fit(source.size, encode.WIDTHS[-1]))
        with hostile():
            files = encode.ladder(picture, encode.WIDTHS, exact=source.mime in _LOSSLESS)
        kind: Kind = "image"
        duration = None
        if source.frames > 1:
            with hostile():
                film, duration = animation.moving(source, limits)
            files.append(film)
            kind = "gif"
        return _prepared(picture, source.mime, files, kind, duration)


def prepare_avatar(
    path: Path, limits: ImageLimits = IMAGE_LIMITS, *, claimed: str = "", filename: str = ""
) -> Prepared:
    """The middle square of a picture, in the sizes of profile pictures. An animation's first frame."""
    return _cropped(path, limits, claimed, filename, 1, AVATAR_SIDES)


def prepare_header(
    path: Path, limits: ImageLimits = IMAGE_LIMITS, *, claimed: str = "", filename: str = ""
) -> Prepared:
    """The middle of a picture, three times as wide as high, in the sizes of profile headers."""
    return _cropped(path, limits, claimed, filename, _HEADER_SHAPE, HEADER_WIDTHS)


def _cropped(
    path: Path, limits: ImageLimits, claimed: str, filename: str, shape: int, widths: tuple[int, ...]
) -> Prepared:
    with _BENCH, opened(path, limits, claimed, filename) as source:
        width, height = source.size
        wide, high = min(width, height * shape), max(1, min(height, width // shape))
        scale = min(1.0, widths[-1] / wide)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        picture = source.still(size)
        wide, high = min(size[0], max(1, round(wide * scale))), min(size[1], max(1, round(high * scale)))
        left, top = (size[0] - wide) // 2, (size[1] - high) // 2
        with hostile():
            picture = picture.crop((left, top, left + wide, top + high))
            files = encode.ladder(picture, widths)
        return _prepared(picture, source.mime, files, "image", None)


def _prepared(
    picture: Image.Image, mime: str, files: list[MadeFile], kind: Kind, duration: int | None
) -> Prepared:
    return Prepared(
        blob=new_blob(),
        kind=kind,
        mime=mime,
        files=tuple(files),
        width=picture.width,
        height=picture.height,
        duration_ms=duration,
        colour=encode.colour(picture),
        preview=encode.preview(picture),
    )
