from __future__ import annotations

import base64
import io
import struct
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from dozen.core.media.decode import ImageLimits
from dozen.core.media.errors import (
    BrokenMedia,
    MediaTooLarge,
    PictureTooLarge,
    TypeMismatch,
    UnknownType,
)
from dozen.core.media.images import prepare_avatar, prepare_header, prepare_image
from dozen.core.media.structs import MadeFile, Prepared
from dozen.kit.errors import Fault
from tests.core.media import samples


def saved(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "upload"
    path.write_bytes(data)
    return path


def opened(file: MadeFile) -> Image.Image:
    assert isinstance(file.data, bytes)
    made = Image.open(io.BytesIO(file.data))
    made.load()
    return made


def largest(prepared: Prepared) -> Image.Image:
    stills = [file for file in prepared.files if file.mime == "image/webp" and file.name != "animated.webp"]
    return opened(max(stills, key=lambda file: file.width))


def near(found: object, wanted: tuple[int, ...], by: int = 24) -> bool:
    assert isinstance(found, tuple)
    return all(abs(a - b) <= by for a, b in zip(found, wanted, strict=True))


def test_a_photo_becomes_a_ladder(tmp_path: Path) -> None:
    prepared = prepare_image(saved(tmp_path, samples.encoded(samples.photo(3000, 2000), "JPEG")))
    assert (prepared.kind, prepared.mime, prepared.width, prepared.height) == (
        "image",
        "image/jpeg",
        2048,
        1365,
    )
    assert [(file.name, file.width, file.height) for file in prepared.files] == [
        ("320.webp", 320, 213),
        ("680.webp", 680, 453),
        ("1280.jpg", 1280, 853),
        ("1280.webp", 1280, 853),
        ("2048.webp", 2048, 1365),
    ]
    for file in prepared.files:
        shown = opened(file)
        assert shown.size == (file.width, file.height)
        assert Image.MIME[str(shown.format)] == file.mime
    sizes = [file.size for file in prepared.files if file.mime == "image/webp"]
    assert sizes == sorted(sizes)


def test_the_preview_and_the_colour_are_of_the_picture(tmp_path: Path) -> None:
    prepared = prepare_image(saved(tmp_path, samples.encoded(Image.new("RGB", (500, 250), "#2040c0"), "PNG")))
    assert prepared.preview is not None
    head, _, body = prepared.preview.partition(",")
    assert head == "data:image/webp;base64"
    assert len(prepared.preview) < 600
    tiny = Image.open(io.BytesIO(base64.b64decode(body)))
    assert tiny.size == (16, 8)
    assert near(tiny.convert("RGB").getpixel((8, 4)), (0x20, 0x40, 0xC0))
    assert prepared.colour is not None
    assert near(tuple(bytes.fromhex(prepared.colour[1:])), (0x20, 0x40, 0xC0))


WITH_METADATA = {
    "jpeg": lambda: samples.encoded(
        samples.photo(200, 150), "JPEG", exif=samples.exif(), comment=b"SecretComment",
        xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>", icc_profile=samples.srgb_profile(),
    ),
    "png": lambda: _png_with_text(),
    "webp": lambda: samples.encoded(
        samples.photo(200, 150), "WEBP", exif=samples.exif(), xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>",
        icc_profile=samples.srgb_profile(),
    ),
    "avif": lambda: samples.encoded(
        samples.photo(200, 150), "AVIF", exif=samples.exif(), xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>",
        icc_profile=samples.srgb_profile(), speed=10,
    ),
    "gif": lambda: samples.encoded(samples.photo(200, 150), "GIF", comment=b"SecretComment"),
    "animated gif": lambda: samples.gif(comment=b"SecretComment"),
    "trailing": lambda: samples.encoded(samples.photo(200, 150), "JPEG") + b"PK\x03\x04SecretText<script>",
}  # fmt: skip


def _png_with_text() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "SecretText")
    info.add_itxt("Author", "SecretArtist")
    info.add_text("Long", "SecretComment" * 20, zip=True)
    return samples.encoded(
        samples.photo(200, 150), "PNG", pnginfo=info, exif=samples.exif(), icc_profile=samples.srgb_profile()
    )


@pytest.mark.parametrize("kind", WITH_METADATA)
def test_metadata_is_gone(tmp_path: Path, kind: str) -> None:
    data = WITH_METADATA[kind]()
    words = [word.encode() for word in samples.SECRETS]
    if kind != "avif":  # its boxes are not checked by eye here: the file is
        assert any(word in data for word in words), "the sample has nothing to hide"
    prepared = prepare_image(saved(tmp_path, data))
    assert len(prepared.files) >= 2
    for file in prepared.files:
        assert isinstance(file.data, bytes)
        for word in [*words, b"Exif", b"EXIF", b"XMP", b"xmp", b"ICCP", b"ICC_PROFILE", b"GPS", b"script"]:
            assert word not in file.data, f"{word!r} in {file.name}"
        shown = opened(file)
        assert not dict(shown.getexif())
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(shown.info)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_pictures_stand_upright(tmp_path: Path, kind: str, orientation: int) -> None:
    """The camera's picture is turned so that, once its orientation is applied, red is top left."""
    undo = {
        1: [], 2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM], 5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE], 8: [Image.Transpose.ROTATE_270],
    }  # fmt: skip
    turned = samples.quarters(160, 120)
    for step in undo[orientation]:
        turned = turned.transpose(step)
    data = samples.encoded(turned, kind, exif=samples.exif(orientation), quality=95)
    prepared = prepare_image(saved(tmp_path, data))
    shown = largest(prepared).convert("RGB")
    assert shown.size == (prepared.width, prepared.height) == (160, 120)
    corners = [(20, 20), (140, 20), (20, 100), (140, 100)]
    wanted = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
    for at, colour in zip(corners, wanted, strict=True):
        assert near(shown.getpixel(at), colour, 40), (orientation, at, shown.getpixel(at))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_broken_orientation_does_not_matter(tmp_path: Path) -> None:
    data = samples.encoded(samples.quarters(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff garbage")
    assert prepare_image(saved(tmp_path, data)).width == 80


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("PA", "PNG"), ("RGB", "PNG"),
        ("RGBA", "PNG"),
        ("I;16", "PNG"), ("L", "JPEG"), ("RGB", "JPEG"), ("CMYK", "JPEG"), ("YCbCr", "JPEG"), ("P", "GIF"),
        ("L", "GIF"), ("RGB", "WEBP"), ("RGBA", "WEBP"), ("RGB", "AVIF"), ("RGBA", "AVIF"),
    ],
)  # fmt: skip
def test_every_colour_mode(tmp_path: Path, mode: str, kind: str) -> None:
    picture = samples.photo(90, 60, "RGBA" if mode in ("LA", "PA", "RGBA") else "RGB")
    if mode == "PA":
        picture = picture.quantize(200)
    elif mode == "I;16":
        picture = picture.convert("L").convert("I").point(lambda value: value * 257).convert("I;16")
    elif picture.mode != mode:
        picture = picture.convert(mode)
    prepared = prepare_image(saved(tmp_path, samples.encoded(picture, kind)))
    assert (prepared.width, prepared.height) == (90, 60)
    before, after = picture.convert("RGBA" if mode == "PA" else "RGB"), largest(prepared)
    if mode == "I;16":
        before = samples.photo(90, 60).convert("L").convert("RGB")
    a, b = before.convert("RGB").resize((3, 2)), after.convert("RGB").resize((3, 2))
    if after.mode == "RGB":
        assert all(near(a.getpixel((x, y)), b.getpixel((x, y)), 40) for x in range(3) for y in range(2))  # type: ignore[arg-type]


def test_sixteen_bits_are_scaled_not_cut(tmp_path: Path) -> None:
    grey = Image.new("I;16", (40, 40), 0x8000)
    prepared = prepare_image(saved(tmp_path, samples.encoded(grey, "PNG")))
    assert near(largest(prepared).convert("RGB").getpixel((20, 20)), (128, 128, 128), 3)


def test_transparency_is_kept_and_white_in_jpeg(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (60, 60), (255, 0, 0, 0))
    picture.paste((0, 0, 255, 255), (0, 0, 30, 60))
    for kind, options in (("PNG", {}), ("WEBP", {"lossless": True}), ("AVIF", {})):
        prepared = prepare_image(saved(tmp_path, samples.encoded(picture, kind, **options)))
        shown = largest(prepared)
        assert shown.mode == "RGBA"
        assert shown.getpixel((50, 30))[3] < 8  # type: ignore[index]
        jpeg = opened(next(file for file in prepared.files if file.mime == "image/jpeg"))
        assert near(jpeg.getpixel((50, 30)), (255, 255, 255))


def test_a_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    picture = Image.new("P", (40, 40), 0)
    picture.putpalette([255, 0, 0, 0, 255, 0])
    picture.paste(1, (0, 0, 20, 40))
    shown = largest(prepare_image(saved(tmp_path, samples.encoded(picture, "PNG", transparency=0))))
    assert shown.mode == "RGBA"
    assert shown.getpixel((30, 20))[3] == 0  # type: ignore[index]
    assert near(shown.getpixel((10, 20)), (0, 255, 0, 255), 3)


def test_drawings_of_few_colours_stay_exact(tmp_path: Path) -> None:
    picture = samples.quarters(300, 200)
    shown = largest(prepare_image(saved(tmp_path, samples.encoded(picture, "PNG"))))
    assert shown.convert("RGB").tobytes() == picture.tobytes()


def test_wide_colours_become_srgb(tmp_path: Path) -> None:
    """A profile that swaps red and blue: applied, not dropped."""
    swapped = samples.srgb_profile()
    red, blue = swapped.find(b"rXYZ"), swapped.find(b"bXYZ")
    assert red > 0
    assert blue > 0
    # In the profile's tag table the two tags change places, and so do the colours they describe.
    profile = bytearray(swapped)
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    named = bytes(profile).replace("sRGB".encode("utf-16-be"), "Test".encode("utf-16-be"))
    data = samples.encoded(Image.new("RGB", (50, 50), (255, 0, 0)), "PNG", icc_profile=named)
    shown = largest(prepare_image(saved(tmp_path, data))).convert("RGB").getpixel((25, 25))
    assert near(shown, (0, 0, 255), 30)


def test_a_broken_profile_does_not_matter(tmp_path: Path) -> None:
    data = samples.encoded(samples.quarters(), "JPEG", icc_profile=b"\0" * 500)
    assert prepare_image(saved(tmp_path, data)).width == 80


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "TGA", "PPM", "JPEG2000"])
def test_other_kinds_are_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(UnknownType):
        prepare_image(saved(tmp_path, samples.encoded(samples.quarters(), kind)))


@pytest.mark.parametrize(
    ("data", "claimed", "filename", "error"),
    [
        (samples.SVG, "image/svg+xml", "logo.svg", UnknownType),
        (samples.SVG, "image/png", "logo.png", TypeMismatch),
        (samples.HTML, "image/png", "page.png", TypeMismatch),
        (samples.HTML, "", "", UnknownType),
        (b"", "image/jpeg", "empty.jpg", TypeMismatch),
        (b"", "", "", UnknownType),
        (samples.encoded(samples.quarters(), "PNG"), "image/jpeg", "a.jpg", TypeMismatch),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "image/jpeg", "a.jpg", BrokenMedia),
        (b"\x89PNG\r\n\x1a\n", "image/png", "", BrokenMedia),
        (b"GIF89a", "image/gif", "", BrokenMedia),
        (b"RIFF\x04\0\0\0WEBP", "image/webp", "", BrokenMedia),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "image/avif", "", BrokenMedia),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic", "IMG_1.heic", UnknownType),
    ],
)
def test_what_is_no_picture_is_refused(
    tmp_path: Path, data: bytes, claimed: str, filename: str, error: type[Fault]
) -> None:
    with pytest.raises(error):
        prepare_image(saved(tmp_path, data), claimed=claimed, filename=filename)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_truncated_pictures_are_refused(tmp_path: Path, kind: str, part: float) -> None:
    data = samples.encoded(samples.photo(300, 200), kind)
    with pytest.raises(BrokenMedia):
        prepare_image(saved(tmp_path, data[: int(len(data) * part)]))


@pytest.mark.parametrize(
    ("width", "height"),
    [(20_000, 1), (1, 20_000), (12_001, 10), (60_000, 60_000), (0x7FFFFFFF, 0x7FFFFFFF), (8000, 7000)],
)
def test_picture_bombs_are_refused_unopened(tmp_path: Path, width: int, height: int) -> None:
    began = time.process_time()
    with pytest.raises(PictureTooLarge):
        prepare_image(saved(tmp_path, samples.png_bomb(width, height)))
    assert time.process_time() - began < 1


def test_bombs_of_other_kinds(tmp_path: Path) -> None:
    """Each says 16,000 × 16,000 or so in its header."""
    small = samples.encoded(samples.photo(64, 64), "WEBP", exif=samples.exif())
    assert small[12:16] == b"VP8X"
    webp = small[:24] + (15_999).to_bytes(3, "little") * 2 + small[30:]
    jpeg = bytearray(samples.encoded(samples.photo(64, 64), "JPEG"))
    frame = jpeg.find(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 16_000, 16_000)
    gif = bytearray(samples.encoded(samples.photo(64, 64), "GIF"))
    gif[6:10] = struct.pack("<HH", 16_000, 16_000)
    avif = samples.encoded(samples.photo(64, 64), "AVIF")
    extent = avif.find(b"ispe")
    avif = avif[: extent + 8] + struct.pack(">II", 16_000, 16_000) + avif[extent + 16 :]
    for data in (webp, bytes(jpeg), bytes(gif), avif):
        began = time.process_time()
        with pytest.raises((PictureTooLarge, BrokenMedia)):
            prepare_image(saved(tmp_path, data))
        assert time.process_time() - began < 1


def test_a_decompression_bomb_in_a_text_chunk(tmp_path: Path) -> None:
    """Fifty megabytes of zeros as a compressed comment."""
    plain = samples.encoded(samples.quarters(), "PNG")
    bomb = samples.png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * 50_000_000, 9))
    with pytest.raises(BrokenMedia):
        prepare_image(saved(tmp_path, plain[:33] + bomb + plain[33:]))


def test_a_jpeg_of_endless_scans_is_refused(tmp_path: Path) -> None:
    picture = samples.photo(4000, 3000)
    data = samples.encoded(picture, "JPEG", progressive=True)
    prepare_image(saved(tmp_path, data))
    scan = data[data.rfind(b"\xff\xda") : -2]
    with pytest.raises(BrokenMedia):
        prepare_image(saved(tmp_path, data[:-2] + scan[:40] * 200 + data[-2:]))


def test_too_many_bytes(tmp_path: Path) -> None:
    data = samples.encoded(samples.quarters(), "PNG")
    with pytest.raises(MediaTooLarge) as caught:
        prepare_image(saved(tmp_path, data), ImageLimits(size=len(data) - 1))
    assert caught.value.extra["most"] == len(data) - 1


def test_one_pixel(tmp_path: Path) -> None:
    prepared = prepare_image(saved(tmp_path, samples.encoded(Image.new("RGB", (1, 1), "red"), "PNG")))
    assert sorted((file.name, file.width, file.height) for file in prepared.files) == [
        ("1.jpg", 1, 1),
        ("1.webp", 1, 1),
    ]


def test_a_line_of_twelve_thousand_pixels(tmp_path: Path) -> None:
    prepared = prepare_image(saved(tmp_path, samples.encoded(Image.new("RGB", (12_000, 1), "red"), "PNG")))
    assert (prepared.width, prepared.height) == (2048, 1)


def test_phones_that_put_several_pictures_in_one_jpeg(tmp_path: Path) -> None:
    data = samples.encoded(
        samples.photo(300, 200), "MPO", save_all=True, append_images=[samples.photo(300, 200, seed=2)]
    )
    prepared = prepare_image(saved(tmp_path, data), claimed="image/jpeg", filename="IMG.JPG")
    assert (prepared.kind, prepared.width) == ("image", 300)


def test_large_jpegs_are_decoded_small(tmp_path: Path) -> None:
    data = samples.encoded(samples.quarters(8000, 6000), "JPEG", exif=samples.exif(6))
    prepared = prepare_image(saved(tmp_path, data))
    assert (prepared.width, prepared.height) == (1536, 2048)


@pytest.mark.parametrize(
    ("size", "sides"),
    [
        ((1000, 700), [48, 96, 200, 400]),
        ((300, 900), [48, 96, 200, 300]),
        ((30, 30), [30]),
        ((400, 400), [48, 96, 200, 400]),
    ],
)
def test_avatars_are_square(tmp_path: Path, size: tuple[int, int], sides: list[int]) -> None:
    prepared = prepare_avatar(saved(tmp_path, samples.encoded(samples.photo(*size), "JPEG")))
    webp = [file for file in prepared.files if file.mime == "image/webp"]
    assert [(file.width, file.height) for file in webp] == [(side, side) for side in sides]
    assert (prepared.width, prepared.height) == (sides[-1], sides[-1])


def test_avatars_show_the_middle_upright(tmp_path: Path) -> None:
    picture = Image.new("RGB", (900, 300), "white")
    picture.paste("red", (300, 0, 450, 300))
    picture.paste("blue", (450, 0, 600, 300))
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    prepared = prepare_avatar(
        saved(tmp_path, samples.encoded(turned, "JPEG", exif=samples.exif(6), quality=95))
    )
    shown = largest(prepared).convert("RGB")
    assert near(shown.getpixel((20, 150)), (255, 0, 0), 30)
    assert near(shown.getpixel((280, 150)), (0, 0, 255), 30)


@pytest.mark.parametrize("size", [(1800, 900), (600, 1000), (2000, 100), (2, 9)])
def test_headers_are_three_to_one(tmp_path: Path, size: tuple[int, int]) -> None:
    prepared = prepare_header(saved(tmp_path, samples.encoded(samples.photo(*size), "PNG")))
    assert prepared.width is not None
    assert prepared.height is not None
    assert prepared.width <= min(1500, size[0])
    if min(size) > 100:
        assert abs(prepared.width / prepared.height - 3) < 0.05


def test_an_avatar_of_an_animation_stands_still(tmp_path: Path) -> None:
    prepared = prepare_avatar(saved(tmp_path, samples.gif()))
    assert prepared.kind == "image"
    assert "animated.webp" not in [file.name for file in prepared.files]


@settings(max_examples=40)
@given(
    width=st.integers(1, 900),
    height=st.integers(1, 900),
    mode=st.sampled_from(["L", "RGB", "RGBA", "P", "1"]),
    kind=st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]),
    orientation=st.integers(1, 8),
)
def test_sizes_are_kept_and_never_grow(
    tmp_path: Path, width: int, height: int, mode: str, kind: str, orientation: int
) -> None:
    picture = samples.photo(width, height, "RGBA" if mode == "RGBA" and kind != "JPEG" else "RGB")
    picture = picture if mode == "RGBA" else picture.convert("L" if kind == "JPEG" and mode in "P1" else mode)
    options = {} if kind == "GIF" else {"exif": samples.exif(orientation)}
    prepared = prepare_image(saved(tmp_path, samples.encoded(picture, kind, **options)))
    upright = (height, width) if kind != "GIF" and orientation >= 5 else (width, height)
    assert (prepared.width, prepared.height) == upright
    for file in prepared.files:
        shown = opened(file)
        assert shown.size == (file.width, file.height)
        assert file.width <= upright[0]
        assert file.height <= upright[1]
        scale = max(shown.size) / max(upright)
        assert all(abs(a - max(1, b * scale)) < 0.51 for a, b in zip(shown.size, upright, strict=True))


@settings(max_examples=100)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "AVIF", "anim"]),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=12
    ),
    cut=st.floats(0.2, 1),
)
def test_damaged_pictures_end_in_a_fault_or_a_picture(
    tmp_path: Path, kind: str, changes: list[tuple[float, int]], cut: float
) -> None:
    data = bytearray(_whole(kind))
    for place, value in changes:
        data[int(place * len(data))] = value
    try:
        prepared = prepare_image(saved(tmp_path, bytes(data[: int(len(data) * cut)])))
    except Fault:
        return
    assert prepared.width is not None
    assert prepared.width <= 2048
    assert all(opened(file) for file in prepared.files)


def _whole(kind: str) -> bytes:
    return (
        samples.gif(4)
        if kind == "anim"
        else samples.encoded(samples.photo(64, 48), kind, exif=samples.exif())
    )
