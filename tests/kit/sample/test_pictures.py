"""Pictures: every kind draws, always the same for a seed, with a caption."""

from __future__ import annotations

import pytest
from PIL import Image, ImageStat

from dozen.kit.sample import pictures


@pytest.mark.parametrize("kind", pictures.KINDS)
def test_every_kind_draws_the_same_again_and_another_time_another(kind: str) -> None:
    first = pictures.draw(7, 1, kind, 192, 128)
    assert first.size == (192, 128)
    assert first.mode == "RGB"
    assert first.tobytes() == pictures.draw(7, 1, kind, 192, 128).tobytes()
    assert first.tobytes() != pictures.draw(7, 2, kind, 192, 128).tobytes()
    assert first.tobytes() != pictures.draw(8, 1, kind, 192, 128).tobytes()
    assert max(ImageStat.Stat(first).stddev) > 10


@pytest.mark.parametrize("kind", pictures.KINDS)
def test_many_of_a_kind_can_be_drawn(kind: str) -> None:
    """Whatever the stream draws, nothing breaks and no two look alike."""
    tiny = [
        pictures.draw(1, n, kind, 96, 64).resize((6, 4), Image.Resampling.BOX).tobytes() for n in range(10)
    ]
    assert len(set(tiny)) == 10


@pytest.mark.parametrize(("width", "height"), [(64, 64), (300, 64), (64, 200)])
def test_any_shape_of_picture(width: int, height: int) -> None:
    for kind in pictures.KINDS:
        assert pictures.draw(2, 0, kind, width, height).size == (width, height)


@pytest.mark.parametrize("kind", pictures.KINDS)
def test_captions_say_what_is_there(kind: str) -> None:
    captions = {pictures.caption(7, n, kind) for n in range(40)}
    assert len(captions) >= 3
    for caption in captions:
        assert 20 < len(caption) < 160
        assert "{" not in caption
        assert caption[0].isupper()
        assert caption.endswith(".")
    assert pictures.caption(7, 3, kind) == pictures.caption(7, 3, kind)


def test_headers() -> None:
    banner = pictures.header(7, 0, 300, 100)
    assert banner.size == (300, 100)
    assert banner.tobytes() == pictures.header(7, 0, 300, 100).tobytes()
    assert len({pictures.header(7, n, 150, 50).tobytes() for n in range(20)}) == 20


def test_the_full_size_is_the_default() -> None:
    assert pictures.draw(7, 0, "sea").size == (1280, 853)
    assert pictures.header(7, 1).size == (1500, 500)


def test_pinned() -> None:
    """Mean colours: the same subject on every machine, whatever Pillow's rounding."""
    means = [
        tuple(round(mean) for mean in ImageStat.Stat(pictures.draw(7, 4, kind, 96, 64)).mean)
        for kind in pictures.KINDS
    ]
    assert len(means) == len(PINNED)
    for kind, found, expected in zip(pictures.KINDS, means, PINNED, strict=True):
        assert all(abs(one - two) <= 3 for one, two in zip(found, expected, strict=True)), (kind, found)


def test_unknown_kinds_and_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="kind"):
        pictures.draw(1, 1, "submarine")
    with pytest.raises(ValueError, match="kind"):
        pictures.caption(1, 1, "submarine")
    for width, height in ((63, 100), (100, 63), (4097, 100), (100, 5000)):
        with pytest.raises(ValueError, match="pixels"):
            pictures.draw(1, 1, "sea", width, height)


PINNED: list[tuple[int, ...]] = [
    (181, 143, 171),
    (186, 141, 144),
    (183, 166, 171),
    (125, 171, 178),
    (183, 174, 167),
    (159, 132, 128),
    (241, 244, 246),
    (88, 82, 72),
    (46, 52, 81),
    (71, 50, 82),
    (180, 188, 174),
    (149, 113, 123),
    (63, 107, 95),
    (140, 175, 156),
    (169, 153, 133),
    (112, 148, 156),
    (176, 159, 138),
    (225, 226, 216),
    (146, 129, 149),
    (71, 138, 73),
    (151, 178, 175),
    (138, 152, 150),
    (145, 151, 151),
    (48, 71, 73),
    (54, 69, 90),
    (175, 149, 135),
    (144, 131, 148),
    (209, 168, 188),
    (173, 180, 190),
    (23, 29, 63),
    (158, 125, 156),
    (81, 90, 81),
    (149, 152, 132),
    (141, 110, 78),
]
