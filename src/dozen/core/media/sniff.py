"""What a file is by its first bytes, whatever its name and its sender say."""

from __future__ import annotations

import mimetypes
import re
from pathlib import PurePath
from typing import NamedTuple

from dozen.core.media.errors import TypeMismatch

HEAD = 4096
"""How many first bytes :func:`sniff` wants to see."""


class Sniffed(NamedTuple):
    """``kind`` is ``image``, ``video``, ``audio`` or ``file``."""

    kind: str
    mime: str


_OCTETS = Sniffed("file", "application/octet-stream")

_MAGIC: tuple[tuple[bytes, Sniffed], ...] = (
    (b"\xff\xd8\xff", Sniffed("image", "image/jpeg")),
    (b"\x89PNG\r\n\x1a\n", Sniffed("image", "image/png")),
    (b"GIF87a", Sniffed("image", "image/gif")),
    (b"GIF89a", Sniffed("image", "image/gif")),
    (b"II*\x00", Sniffed("image", "image/tiff")),
    (b"MM\x00*", Sniffed("image", "image/tiff")),
    (b"\x00\x00\x01\x00", Sniffed("image", "image/x-icon")),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", Sniffed("image", "image/jp2")),
    (b"\xff\x0a", Sniffed("image", "image/jxl")),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", Sniffed("image", "image/jxl")),
    (b"8BPS", Sniffed("image", "image/vnd.adobe.photoshop")),
    (b"%PDF-", Sniffed("file", "application/pdf")),
    (b"PK\x03\x04", Sniffed("file", "application/zip")),
    (b"MZ", Sniffed("file", "application/x-msdownload")),
    (b"\x7fELF", Sniffed("file", "application/x-executable")),
    (b"ID3", Sniffed("audio", "audio/mpeg")),
    (b"fLaC", Sniffed("audio", "audio/flac")),
    (b"OggS", Sniffed("audio", "audio/ogg")),
)
_BRANDS = {
    b"avif": Sniffed("image", "image/avif"),
    b"avis": Sniffed("image", "image/avif"),
    **dict.fromkeys(
        (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"),
        Sniffed("image", "image/heic"),
    ),
    b"qt  ": Sniffed("video", "video/quicktime"),
    **dict.fromkeys((b"M4A ", b"M4B "), Sniffed("audio", "audio/mp4")),
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3g2a"), Sniffed("video", "video/3gpp")),
}
_MP4 = Sniffed("video", "video/mp4")
_RIFF = {
    b"WEBP": Sniffed("image", "image/webp"),
    b"WAVE": Sniffed("audio", "audio/wav"),
    b"AVI ": Sniffed("video", "video/x-msvideo"),
}
_SVG = re.compile(rb"<(?:[a-z]+:)?svg[\s>]", re.I)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|iframe|img|meta|style|a|div|p|b)[\s>/]", re.I)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(head: bytes) -> Sniffed:
    """What a file that begins with ``head`` is; ``application/octet-stream`` when nobody knows."""
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if head[4:8] == b"ftyp":
        return _isobmff(head)
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], _OCTETS)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return Sniffed("video", "video/webm" if b"webm" in head[:64] else "video/x-matroska")
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return Sniffed("image", "image/bmp")
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:  # an MPEG audio frame, layer II or III
        return Sniffed("audio", "audio/mpeg")
    return _text(head)


def _isobmff(head: bytes) -> Sniffed:
    """MP4 and its relatives say what they are in a list of brands, the main one first."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    main = head[8:12]
    compatible = {head[i : i + 4] for i in range(16, size - 3, 4)}
    if main in (b"mif1", b"msf1") and compatible & {b"avif", b"avis"}:
        return _BRANDS[b"avif"]
    return _BRANDS.get(main, _MP4)


def _text(head: bytes) -> Sniffed:
    if not head or _NOT_TEXT.search(head):
        return _OCTETS
    if _SVG.search(head):
        return Sniffed("file", "image/svg+xml")
    if _HTML.search(head):
        return Sniffed("file", "text/html")
    try:
        head[: len(head) - 3 if len(head) >= HEAD else len(head)].decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 7:
            return _OCTETS
    return Sniffed("file", "text/plain")


# Names that mean the same, and containers that are one family with fuzzy borders.
_SAME = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "image/apng": "image/png",
    "image/vnd.mozilla.apng": "image/png",
    "image/heif": "image/heic",
    "image/x-ms-bmp": "image/bmp",
    "video/quicktime": "video/mp4",
    "video/x-m4v": "video/mp4",
    "video/3gpp": "video/mp4",
    "video/3gpp2": "video/mp4",
    "audio/mp4": "video/mp4",
    "audio/x-m4a": "video/mp4",
    "application/mp4": "video/mp4",
    "video/x-matroska": "video/webm",
    "video/matroska": "video/webm",
    "audio/webm": "video/webm",
    "audio/x-matroska": "video/webm",
    "video/avi": "video/x-msvideo",
    "video/vnd.avi": "video/x-msvideo",
    "audio/mp3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "audio/x-flac": "audio/flac",
    "application/x-dosexec": "application/x-msdownload",
}
_NAMES = mimetypes.MimeTypes(filenames=())  # the standard library's own table: the same on every machine
for _ext, _mime in {
    ".exe": "application/x-msdownload",
    ".jfif": "image/jpeg",
    ".apng": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".heic": "image/heic",
    ".m4v": "video/mp4",
    ".m4a": "audio/mp4",
    ".3gp": "video/3gpp",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
}.items():
    _NAMES.add_type(_mime, _ext)
_SAYS_NOTHING = frozenset(("", "application/octet-stream", "binary/octet-stream"))


def check_claims(found: Sniffed, claimed: str, filename: str) -> None:
    """Raise TypeMismatch when the sender's content type, or the file's name, says something else."""
    by_name = _NAMES.guess_type(PurePath(filename.lower()).name, strict=True)[0] or ""
    for said in (claimed.partition(";")[0].strip().lower(), by_name):
        if said in _SAYS_NOTHING or "*" in said:
            continue
        if _SAME.get(said, said) != _SAME.get(found.mime, found.mime):
            raise TypeMismatch(f"This is called {said}, but its content is {found.mime}.")


def safe_mime(found: Sniffed) -> str:
    """The type under which a file may be handed out unchanged: nothing that a browser would run."""
    if found.mime in ("application/pdf", "application/zip"):
        return found.mime
    return "text/plain; charset=utf-8" if found.mime == "text/plain" else "application/octet-stream"
