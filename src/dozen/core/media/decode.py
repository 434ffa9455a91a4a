"""Opening pictures that may be hostile: every bound is checked before the pixels are decoded."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from PIL import Image, ImageCms

from dozen.core.media import gif
from dozen.core.media.errors import (
    AnimationTooLong,
    BrokenMedia,
    MediaTooLarge,
    PictureTooLarge,
    UnknownType,
)
from dozen.core.media.sniff import HEAD, Sniffed, check_claims, sniff
from dozen.kit.errors import Fault

_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
_MOVING = frozenset(("GIF", "PNG", "WEBP", "AVIF"))  # MPO has several pictures too, but they are no animation
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MOST_SCAN_PIXELS = 1_200_000_000  # a progressive JPEG is gone over once for each of its scans
_MOST_PROFILE = 1 << 20  # bytes of an ICC profile that is worth reading


class ImageLimits(msgspec.Struct, frozen=True):
    """What a picture may be at most: ``size`` in bytes, ``side`` in pixels, ``seconds`` of work on frames."""

    size: int = 20 << 20
    pixels: int = 50_000_000
    side: int = 12_000
    frames: int = 350
    frame_pixels: int = 80_000_000
    seconds: float = 20.0


IMAGE_LIMITS = ImageLimits()


class Source:
    """An opened picture whose declared size is within the limits. Its pixels are not decoded yet."""

    def __init__(self, image: Image.Image, found: Sniffed, frames: int) -> None:
        self.image = image
        self.mime = found.mime
        self.frames = frames
        self.turn = _turn(image)
        self.sideways = self.turn in (5, 6, 7, 8)
        self.full = image.size
        profile = image.info.get("icc_profile")
        self.profile = profile if isinstance(profile, bytes) and 0 < len(profile) <= _MOST_PROFILE else None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height when held upright."""
        return _swap(self.full) if self.sideways else self.full

    def still(self, size: tuple[int, int]) -> Image.Image:
        """The first frame at an upright ``size``: RGB or RGBA in sRGB, without anything else."""
        target = _swap(size) if self.sideways else size
        with hostile():
            if self.image.format in ("JPEG", "MPO") and target != self.full:
                self.image.draft(
                    self.image.mode, target
                )  # a half, quarter or eighth is decoded if it will do
            self.image.load()
            return self._finished(self.image, target)

    def frame(self, number: int, size: tuple[int, int]) -> tuple[Image.Image, int]:
        """A frame of an animation, as :meth:`still`, and how long it is shown in milliseconds."""
        with hostile():
            self.image.seek(number)
            self.image.load()
            if self.image.size != self.full:
                raise BrokenMedia("A frame of this animation is larger than the animation.")
            shown = self.image.info.get("duration", 0)
            picture = self._finished(self.image, _swap(size) if self.sideways else size)
        shown = round(shown) if isinstance(shown, int | float) else 0
        return picture, 100 if shown <= 10 else min(shown, 60_000)  # as browsers do

    def _finished(self, image: Image.Image, target: tuple[int, int]) -> Image.Image:
        made = _workable(image)
        if made.size != target:
            made = made.resize(target, _kernel(made.size, target), reducing_gap=2.0)
        made = _to_srgb(made, self.profile)
        if self.turn in _TURNS:
            made = made.transpose(_TURNS[self.turn])
        if made.mode == "RGBA" and made.getchannel("A").getextrema() == (255, 255):
            made = made.convert("RGB")
        if made is image:
            made = made.copy()
        made.info = {}  # encoders would write comments and the like from here
        return made


@contextmanager
def opened(path: Path, limits: ImageLimits, claimed: str, filename: str) -> Iterator[Source]:
    """A picture to read. Raises the errors of a type that is not taken, lies, is broken or too large."""
    size = path.stat().st_size
    if size > limits.size:
        raise MediaTooLarge(f"Pictures may have at most {limits.size >> 20} MiB.", most=limits.size)
    data = path.read_bytes()
    found = sniff(data[:HEAD])
    check_claims(found, claimed, filename)
    kind = _FORMATS.get(found.mime)
    if kind is None:
        raise UnknownType(_refusal(found))
    early = _declared(found.mime, data)
    if early is not None:
        _check_size(early, limits)
    frames = 1
    if kind == "GIF":
        survey = gif.survey(data, most_frames=limits.frames)
        frames = survey.frames
        _check_size((survey.width, survey.height), limits)
    with hostile():
        image: Image.Image = Image.open(io.BytesIO(data), formats=[kind])
    with image:
        _check_size(image.size, limits)
        if kind in _MOVING and kind != "GIF":
            with hostile():
                frames = int(getattr(image, "n_frames", 1))
        pixels = image.width * image.height
        if frames > 1 and (frames > limits.frames or frames * pixels > limits.frame_pixels):
            raise AnimationTooLong(
                f"Animations may have {limits.frames} frames, and {limits.frame_pixels // 1_000_000} million"
                " pixels in all of them together."
            )
        if kind == "JPEG" and data.count(b"\xff\xda") * pixels > _MOST_SCAN_PIXELS:
            raise BrokenMedia("This JPEG is built to take very long to open.")
        yield Source(image, found, frames)


@contextmanager
def hostile() -> Iterator[None]:
    """Decoders meet bytes that were made to break them, and raise nearly anything."""
    try:
        yield
    except Fault:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
    except Exception as error:
        raise BrokenMedia from error


def _declared(mime: str, data: bytes) -> tuple[int, int] | None:
    """Width and height where they stand at a fixed place, so that not even the opener allocates for them."""
    try:
        if mime == "image/png":
            width, height = struct.unpack(">II", data[16:24])
            return width, height
        if mime == "image/webp" and data[12:16] == b"VP8X":
            return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    except struct.error as error:
        raise BrokenMedia from error
    return None


def _check_size(size: tuple[int, int], limits: ImageLimits) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise BrokenMedia("This picture has no pixels.")
    if max(size) > limits.side or width * height > limits.pixels:
        raise PictureTooLarge(
            f"This picture has {width} × {height} pixels; at most {limits.pixels // 1_000_000} megapixels and"
            f" {limits.side:,} pixels a side are accepted."
        )


def _refusal(found: Sniffed) -> str:
    if found.mime == "image/heic":
        return "HEIC pictures are not accepted; please send JPEG (iPhone: Camera, Formats, Most Compatible)."
    if found.mime == "image/svg+xml":
        return "SVG drawings are not accepted; please send a PNG."
    return f"Pictures must be JPEG, PNG, GIF, WebP or AVIF; this is {found.mime}."


def _turn(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # broken EXIF is no reason to refuse a picture
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _kernel(size: tuple[int, int], target: tuple[int, int]) -> Image.Resampling:
    """Hamming takes half the time of bicubic and looks as good when much is taken away."""
    return Image.Resampling.HAMMING if max(size) >= 1.5 * max(target) else Image.Resampling.BICUBIC


def _swap(size: tuple[int, int]) -> tuple[int, int]:
    return size[1], size[0]


def _workable(image: Image.Image) -> Image.Image:
    """A mode that can be resized without loss: L, LA, RGB, RGBA, CMYK, YCbCr or LAB."""
    if image.mode.startswith("I"):  # 16-bit grey
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("LA", "RGBA"):
        return image
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "CMYK", "YCbCr", "LAB") else image.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    mode = "RGBA" if image.mode in ("LA", "RGBA") else "RGB"
    if profile is not None and image.mode != "LA":
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if image.mode == "CMYK" or "sRGB" not in ImageCms.getProfileDescription(source):
                srgb = ImageCms.createProfile("sRGB")
                image = ImageCms.profileToProfile(image, source, srgb, outputMode=mode) or image
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a broken profile: the plain colours then
    return image if image.mode == mode else image.convert(mode)
