"""Pictures of goods: every kind draws in every colour, always the same for a seed."""

from __future__ import annotations

import pytest
from PIL import ImageStat

from dozen.kit.sample import goods


@pytest.mark.parametrize("kind", goods.KINDS)
def test_every_kind_draws_the_same_again_and_in_its_colour(kind: str) -> None:
    first = goods.draw(7, 1, kind, "blue", 96)
    assert (first.size, first.mode) == ((96, 96), "RGB")
    assert first.tobytes() == goods.draw(7, 1, kind, "blue", 96).tobytes()
    assert first.tobytes() != goods.draw(7, 1, kind, "red", 96).tobytes()
    assert max(ImageStat.Stat(first).stddev) > 10


@pytest.mark.parametrize("tone", goods.TONES)
def test_a_mug_has_the_colour_that_its_name_says(tone: str) -> None:
    drawn = goods.draw(1, 1, "mug", tone, 100).getpixel((44, 60))
    assert isinstance(drawn, tuple)
    assert all(abs(a - b) < 70 for a, b in zip(drawn, goods.TONES[tone], strict=True))


@pytest.mark.parametrize("wrong", [("elephant", "blue", 96), ("mug", "plaid", 96), ("mug", "blue", 9_000)])
def test_what_cannot_be_drawn(wrong: tuple[str, str, int]) -> None:
    with pytest.raises(ValueError, match="no picture"):
        goods.draw(1, 1, *wrong)
