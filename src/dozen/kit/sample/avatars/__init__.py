"""Generated profile pictures: faces, animals, places, plants and patterns; no text, nobody real."""

from __future__ import annotations

from PIL import Image, ImageOps

from dozen.kit.sample import pictures
from dozen.kit.sample.avatars.animals import animal
from dozen.kit.sample.avatars.backdrops import backdrop
from dozen.kit.sample.avatars.body import Field
from dozen.kit.sample.avatars.faces import portrait
from dozen.kit.sample.avatars.patterns import pattern
from dozen.kit.sample.canvas import Color, grained, oklch
from dozen.kit.sample.people import Traits, traits
from dozen.kit.sample.streams import Seed, Stream

__all__ = ["draw"]

_PLACES = (
    "mountains",
    "sea",
    "forest",
    "desert",
    "snow",
    "stars",
    "city",
    "sky",
    "boat",
    "balloons",
    "road",
    "birds",
)
_THINGS = {
    "coffee": "coffee",
    "cooking": "plate",
    "cycling": "bike",
    "gardening": "garden",
    "books": "shelf",
    "music": "vinyl",
    "knitting": "yarn",
    "trains": "train",
    "astronomy": "stars",
    "sailing": "boat",
    "birds": "birds",
    "chess": "chessboard",
    "hiking": "mountains",
    "photography": "rain",
    "boardgames": "dice",
    "football": "pitch",
    "travel": "balloons",
}
_PETS = {"cats": "cat", "dogs": "dog", "birds": "owl"}


def draw(seed: Seed, n: int, size: int = 400) -> Image.Image:
    """The profile picture of the n-th person, RGB, `size` pixels square (32 to 1024).

    Portraits agree with the person's name; other subjects with what they like.
    """
    if not 32 <= size <= 1024:
        raise ValueError(f"size {size} is not between 32 and 1024")
    stream = Stream(seed, "avatar", n)
    who = traits(seed, n)
    dice = stream.below(100)
    if dice < 54:
        return _face(stream, who, size)
    if dice < 68:
        canvas = backdrop(stream, size, _scale(size))
        pets = [_PETS[liked] for liked in who.interests if liked in _PETS]
        field = Field(canvas, stream.uniform(0.94, 1.12))
        animal(field, stream, pets[0] if pets and stream.chance(75) else "")
        return canvas.done(3)
    if dice < 78:
        return _square(stream, stream.pick(_PLACES), size)
    if dice < 86:
        liked = [_THINGS[name] for name in who.interests if name in _THINGS]
        return _square(stream, stream.pick(liked or list(_PLACES)), size)
    if dice < 92:
        return _square(stream, stream.pick(("plant", "garden", "garden", "plant", "cat")), size)
    return pattern(stream, size).done(4)


def _face(stream: Stream, who: Traits, size: int) -> Image.Image:
    canvas = backdrop(stream, size, _scale(size))
    field = Field(canvas, stream.uniform(0.92, 1.07), stream.bell() * 0.05)
    portrait(field, stream, who)
    image = canvas.done(0)
    style = stream.below(100)
    if style < 8:
        hue = stream.uniform(0, 360)
        deep: Color = oklch(0.28, 0.11, hue)
        pale: Color = oklch(0.94, 0.06, hue + stream.uniform(-40, 50))
        image = ImageOps.colorize(ImageOps.autocontrast(image.convert("L")), deep, pale)
    elif style < 12:
        image = ImageOps.autocontrast(image.convert("L"), cutoff=1).convert("RGB")
    return grained(image, 4 if style >= 12 else 9)


def _square(stream: Stream, kind: str, size: int) -> Image.Image:
    """The middle of a post picture."""
    wide = size * 5 // 4
    image = pictures.paint(stream, kind, wide, size)
    left = (wide - size) // 2
    return image.crop((left, 0, left + size, size))


def _scale(size: int) -> int:
    return 3 if size < 260 else 2
