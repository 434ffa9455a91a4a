"""Generated pictures for posts and banners for profiles: flat illustrations with light and grain, no text."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from dozen.kit.sample.grammar import Env
from dozen.kit.sample.pictures import (
    charts,
    craft,
    food,
    games,
    graphic,
    home,
    land,
    maps,
    pets,
    sea,
    table,
    town,
    trips,
)
from dozen.kit.sample.prose.wordfiles import captions
from dozen.kit.sample.streams import Seed, Stream

__all__ = ["KINDS", "caption", "draw", "header", "paint"]

_PAINTERS: dict[str, Callable[[Stream, int, int], Image.Image]] = {
    "balloons": trips.balloons,
    "bike": trips.bike,
    "birds": sea.birds,
    "boat": sea.boat,
    "bread": table.bread,
    "cat": pets.cat,
    "chart": charts.chart,
    "chessboard": games.chessboard,
    "city": town.city,
    "code": graphic.code,
    "coffee": table.coffee,
    "desert": land.desert,
    "dice": games.dice,
    "dog": pets.dog,
    "field": land.field,
    "forest": land.forest,
    "garden": home.garden,
    "map": maps.street_map,
    "mountains": land.mountains,
    "pitch": games.pitch,
    "plant": home.plant,
    "plate": food.plate,
    "poster": graphic.poster,
    "rain": town.rain,
    "road": land.road,
    "sea": sea.sea,
    "shelf": home.shelf,
    "sky": land.sky_only,
    "snow": land.snow,
    "stars": land.starry,
    "train": trips.train,
    "vinyl": table.vinyl,
    "workshop": craft.workshop,
    "yarn": craft.yarn,
}
KINDS: tuple[str, ...] = tuple(_PAINTERS)
"""What pictures can show."""

_HEADERS = (
    "mountains",
    "mountains",
    "sea",
    "city",
    "city",
    "forest",
    "desert",
    "snow",
    "stars",
    "field",
    "road",
    "sky",
    "poster",
    "poster",
    "garden",
    "shelf",
    "train",
    "balloons",
    "birds",
    "boat",
    "map",
)


def draw(seed: Seed, n: int, kind: str, width: int = 1280, height: int = 853) -> Image.Image:
    """The n-th picture of a kind (of KINDS), RGB, sides of 64 to 4096 pixels, else ValueError."""
    if kind not in _PAINTERS:
        raise ValueError(f"no such kind of picture: {kind}")
    if not (64 <= width <= 4096 and 64 <= height <= 4096):
        raise ValueError(f"no picture of {width} by {height} pixels")
    return paint(Stream(seed, f"picture:{kind}", n), kind, width, height)


def caption(seed: Seed, n: int, kind: str) -> str:
    """What the n-th picture of a kind shows, for those who do not see it. ValueError for an unknown kind."""
    if kind not in _PAINTERS:
        raise ValueError(f"no such kind of picture: {kind}")
    stream = Stream(seed, f"caption:{kind}", n)
    return stream.pick(captions().patterns[kind]).fill(Env(stream))


def header(seed: Seed, n: int, width: int = 1500, height: int = 500) -> Image.Image:
    """The banner of the n-th profile."""
    stream = Stream(seed, "header", n)
    return paint(stream, stream.pick(_HEADERS), width, height)


def paint(stream: Stream, kind: str, width: int, height: int) -> Image.Image:
    """A picture from a stream of the caller's own."""
    return _PAINTERS[kind](stream, width, height)
