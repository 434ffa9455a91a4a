"""QR codes as pictures, and out of pictures. Slow enough for a thread; no database."""

from __future__ import annotations

import io
from pathlib import Path

import segno
import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

from dozen.services.wallet.errors.codes import NoCodeFound

MOST_PIXELS = 40_000_000
_SIDE = 2_000
_KINDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")


def svg(payload: str) -> str:
    """Inline SVG with the quiet zone of four modules."""
    return str(
        segno.make(payload, error="m", micro=False).svg_inline(
            scale=4, border=4, light="#fff", dark="#000", omitsize=True, svgclass=None, lineclass=None
        )
    )


def svg_file(payload: str) -> bytes:
    out = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(out, kind="svg", scale=8, border=4, light="#fff")
    return out.getvalue()


def png(payload: str) -> bytes:
    out = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(out, kind="png", scale=10, border=4)
    return out.getvalue()


def decode(path: Path) -> str:
    """The text of the QR code in a photo. Raises NoCodeFound, also for what is no picture."""
    try:
        with Image.open(path, formats=_KINDS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise NoCodeFound("This picture is too large")
            opened.draft("L", (_SIDE, _SIDE))
            grey = ImageOps.exif_transpose(opened).convert("L")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NoCodeFound("This is not a picture that can be read") from error
    grey.thumbnail((_SIDE, _SIDE))
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    text = next((each.text for each in found if each.valid and each.text), None)
    if text is None:
        raise NoCodeFound
    return str(text)
