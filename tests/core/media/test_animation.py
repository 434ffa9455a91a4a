from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from PIL import Image

from dozen.core.media import gif
from dozen.core.media.decode import ImageLimits
from dozen.core.media.errors import AnimationTooLong, BrokenMedia, PictureTooLarge
from dozen.core.media.images import prepare_image
from tests.core.media import samples
from tests.core.media.test_images import near, opened, saved


def moving(tmp_path: Path, data: bytes) -> tuple[Image.Image, int | None]:
    prepared = prepare_image(saved(tmp_path, data))
    assert prepared.kind == "gif"
    film = next(file for file in prepared.files if file.name == "animated.webp")
    return opened(film), prepared.duration_ms


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_animations_go_on_moving(tmp_path: Path, kind: str) -> None:
    first, *rest = samples.animation(6, (60, 40))
    data = samples.encoded(
        first, kind, save_all=True, append_images=rest, duration=[80, 40, 200, 80, 80, 80], loop=0
    )
    film, duration = moving(tmp_path, data)
    assert (film.n_frames, film.size, film.info["loop"]) == (6, (60, 40), 0)  # type: ignore[attr-defined]
    assert duration == pytest.approx(560, abs=20)
    for number, wanted in enumerate([first, *rest]):
        film.seek(number)
        shown = film.convert("RGB")
        assert all(near(shown.getpixel(at), wanted.getpixel(at), 30) for at in ((10, 6), (45, 30)))  # type: ignore[arg-type]


def test_stills_of_an_animation_are_its_first_frame(tmp_path: Path) -> None:
    prepared = prepare_image(saved(tmp_path, samples.gif(6, (800, 400))))
    assert [file.name for file in prepared.files] == [
        "320.webp", "800.jpg", "800.webp", "animated.webp",
    ]  # fmt: skip
    assert (prepared.files[-1].width, prepared.files[-1].height) == (480, 240)
    still = opened(prepared.files[2]).convert("RGB")
    assert near(still.getpixel((700, 350)), (0, 200, 120))


def test_transparent_frames(tmp_path: Path) -> None:
    frames = []
    for x in range(4):
        frame = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
        frame.paste((255, 0, 0, 255), (x * 10, 0, x * 10 + 10, 40))
        frames.append(frame)
    data = samples.encoded(
        frames[0], "GIF", save_all=True, append_images=frames[1:], disposal=2, duration=100
    )
    film, _ = moving(tmp_path, data)
    film.seek(3)
    shown = film.convert("RGBA")
    assert shown.getpixel((5, 20))[3] < 10  # type: ignore[index]
    assert near(shown.getpixel((35, 20)), (255, 0, 0, 255), 40)


def test_no_time_at_all_is_a_tenth_of_a_second(tmp_path: Path) -> None:
    assert moving(tmp_path, samples.gif(5, duration=0))[1] == 500


def test_one_frame_is_a_picture(tmp_path: Path) -> None:
    prepared = prepare_image(saved(tmp_path, samples.encoded(samples.quarters(), "GIF")))
    assert (prepared.kind, prepared.duration_ms) == ("image", None)


def test_too_many_frames(tmp_path: Path) -> None:
    began = time.process_time()
    with pytest.raises(AnimationTooLong):
        prepare_image(saved(tmp_path, samples.gif_bomb(100_000, 100, 100)))
    with pytest.raises(AnimationTooLong):
        prepare_image(saved(tmp_path, samples.gif_bomb(300, 5000, 5000)))
    assert time.process_time() - began < 1


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_frames_are_counted_in_every_kind(tmp_path: Path, kind: str) -> None:
    first, *rest = samples.animation(8)
    data = samples.encoded(first, kind, save_all=True, append_images=rest, duration=50)
    with pytest.raises(AnimationTooLong):
        prepare_image(saved(tmp_path, data), ImageLimits(frames=7))
    with pytest.raises(AnimationTooLong):
        prepare_image(saved(tmp_path, data), ImageLimits(frame_pixels=8 * 60 * 40 - 1))


def test_work_is_stopped_in_time(tmp_path: Path) -> None:
    with pytest.raises(AnimationTooLong):
        prepare_image(saved(tmp_path, samples.gif(8)), ImageLimits(seconds=0))


def test_a_frame_outside_of_the_canvas_counts(tmp_path: Path) -> None:
    data = bytearray(samples.gif_bomb(2, 10, 10))
    second = data.rfind(b"\x2c")
    data[second + 1 : second + 5] = b"\xff\x7f\xff\x7f"
    with pytest.raises(PictureTooLarge):
        prepare_image(saved(tmp_path, bytes(data)))
    data[second + 1 : second + 5] = b"\x40\0\x40\0"
    with pytest.raises(BrokenMedia):
        prepare_image(saved(tmp_path, bytes(data)))


def test_the_survey_agrees_with_the_decoder() -> None:
    data = samples.gif(9, (33, 44))
    found = gif.survey(data, most_frames=100)
    with Image.open(io.BytesIO(data)) as image:
        assert found == (image.n_frames, *image.size)  # type: ignore[attr-defined]


def test_endless_blocks_are_given_up() -> None:
    head = samples.gif_bomb(1, 10, 10)[:-1]
    began = time.process_time()
    with pytest.raises(BrokenMedia):
        gif.survey(head + b"\x21\xfe" + b"\x01\x00" * 3_000_000, most_frames=10)
    with pytest.raises(BrokenMedia):
        gif.survey(head + (b"\x21\xfe" + b"\x01a" * 3_000_000), most_frames=10)
    assert time.process_time() - began < 5
