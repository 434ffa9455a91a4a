from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core.media.errors import TypeMismatch
from dozen.core.media.sniff import check_claims, safe_mime, sniff
from tests.core.media import samples

RED = samples.quarters()


@pytest.mark.parametrize(
    ("data", "kind", "mime"),
    [
        (samples.encoded(RED, "JPEG"), "image", "image/jpeg"),
        (samples.encoded(RED, "PNG"), "image", "image/png"),
        (samples.encoded(RED, "GIF"), "image", "image/gif"),
        (samples.encoded(RED, "WEBP"), "image", "image/webp"),
        (samples.encoded(RED, "AVIF"), "image", "image/avif"),
        (samples.encoded(RED, "BMP"), "image", "image/bmp"),
        (samples.encoded(RED, "TIFF"), "image", "image/tiff"),
        (samples.encoded(RED, "ICO"), "image", "image/x-icon"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image", "image/heic"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "image", "image/avif"),
        (b"\0\0\0\x18ftypisom\0\0\2\0isommp41", "video", "video/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video", "video/quicktime"),
        (b"\0\0\0\x14ftypM4A \0\0\0\0isom", "audio", "audio/mp4"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska", "video", "video/x-matroska"),
        (b"ID3\x04\0\0", "audio", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio", "audio/mpeg"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio", "audio/wav"),
        (b"%PDF-1.7\n%", "file", "application/pdf"),
        (b"PK\x03\x04\x14", "file", "application/zip"),
        (b"MZ\x90\0\x03", "file", "application/x-msdownload"),
        (samples.SVG, "file", "image/svg+xml"),
        (b"\xef\xbb\xbf <svg onload=alert(1)>", "file", "image/svg+xml"),
        (samples.HTML, "file", "text/html"),
        ("Grüße, 世界".encode(), "file", "text/plain"),
        (("é" * 3000).encode()[:4096], "file", "text/plain"),
        ("Grüße".encode("latin-1") + b" and more text", "file", "application/octet-stream"),
        (b"text\0with a zero", "file", "application/octet-stream"),
        (b"", "file", "application/octet-stream"),
    ],
)
def test_first_bytes_tell(data: bytes, kind: str, mime: str) -> None:
    assert sniff(data[:4096]) == (kind, mime)


@given(st.binary(max_size=200))
def test_anything_can_be_sniffed(data: bytes) -> None:
    assert safe_mime(sniff(data)) in (
        "application/octet-stream", "application/pdf", "application/zip", "text/plain; charset=utf-8",
    )  # fmt: skip


def test_what_browsers_would_run_is_never_handed_out_as_such() -> None:
    assert safe_mime(sniff(samples.HTML)) == "application/octet-stream"
    assert safe_mime(sniff(samples.SVG)) == "application/octet-stream"


JPEG = sniff(samples.encoded(RED, "JPEG"))


@pytest.mark.parametrize(
    ("claimed", "filename"),
    [
        ("image/jpeg", "a.jpg"),
        ("image/jpg", "A.JPEG"),
        ("IMAGE/JPEG; charset=binary", "photo.jfif"),
        ("image/*", ""),
        ("", ""),
        ("application/octet-stream", "blob"),
        ("image/pjpeg", "no ending known.xyz"),
    ],
)
def test_honest_claims_pass(claimed: str, filename: str) -> None:
    check_claims(JPEG, claimed, filename)


@pytest.mark.parametrize(
    ("claimed", "filename"),
    [
        ("image/png", "a.jpg"),
        ("image/jpeg", "a.png"),
        ("", "a.gif"),
        ("text/html", ""),
        ("", "evil.svg"),
        ("", "evil.exe"),
        ("video/mp4", ""),
    ],
)
def test_lies_are_refused(claimed: str, filename: str) -> None:
    with pytest.raises(TypeMismatch):
        check_claims(JPEG, claimed, filename)


def test_containers_of_one_family_are_no_lie() -> None:
    check_claims(sniff(b"\0\0\0\x14ftypqt  \0\0\0\0qt  "), "video/mp4", "clip.mov")
    check_claims(sniff(b"\0\0\0\x14ftypM4A \0\0\0\0isom"), "audio/x-m4a", "song.m4a")
