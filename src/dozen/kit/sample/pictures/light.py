"""Times of day: skies and the colours that go with them."""

from __future__ import annotations

from typing import NamedTuple

from dozen.kit.sample.canvas import Canvas, Color, Stops, arc, mix, oklch
from dozen.kit.sample.streams import Stream


class Sky(NamedTuple):
    """Colours from the zenith down, of the sun or moon, and of land far away and near."""

    name: str
    zenith: Color
    middle: Color
    horizon: Color
    sun: Color
    far: Color
    near: Color

    @property
    def stops(self) -> Stops:
        return ((0, self.zenith), (0.55, self.middle), (1, self.horizon))


SKIES: tuple[Sky, ...] = (
    Sky(
        "dawn",
        (92, 112, 176),
        (224, 164, 178),
        (255, 220, 178),
        (255, 240, 208),
        (170, 150, 184),
        (44, 46, 82),
    ),
    Sky(
        "day",
        (72, 142, 214),
        (142, 196, 236),
        (222, 238, 244),
        (255, 250, 220),
        (150, 182, 206),
        (34, 78, 74),
    ),
    Sky(
        "golden",
        (110, 124, 160),
        (240, 182, 118),
        (255, 230, 166),
        (255, 244, 200),
        (214, 152, 112),
        (70, 42, 48),
    ),
    Sky("dusk", (42, 36, 92), (140, 70, 132), (248, 142, 108), (255, 206, 140), (150, 84, 128), (26, 20, 50)),
    Sky(
        "rose",
        (112, 104, 180),
        (232, 150, 176),
        (255, 212, 198),
        (255, 236, 214),
        (186, 130, 176),
        (58, 40, 84),
    ),
    Sky(
        "teal", (22, 78, 104), (84, 160, 158), (240, 220, 178), (255, 242, 206), (104, 156, 154), (14, 46, 58)
    ),
    Sky("night", (12, 16, 46), (28, 42, 92), (66, 92, 142), (236, 238, 222), (50, 70, 116), (8, 12, 32)),
    Sky("ember", (48, 24, 52), (168, 56, 60), (252, 168, 84), (255, 226, 150), (160, 72, 70), (34, 16, 32)),
    Sky(
        "mint",
        (86, 156, 176),
        (166, 214, 204),
        (246, 240, 214),
        (255, 252, 226),
        (140, 186, 178),
        (30, 74, 76),
    ),
    Sky(
        "grey",
        (128, 140, 156),
        (176, 186, 194),
        (218, 220, 216),
        (240, 240, 232),
        (156, 166, 174),
        (52, 62, 70),
    ),
)
BY_NAME = {sky.name: sky for sky in SKIES}


def pick_sky(stream: Stream, *names: str) -> Sky:
    """One of the skies of these names (none: of all), each time a little different."""
    sky = BY_NAME[stream.pick(names)] if names else stream.pick(SKIES)
    tint = oklch(0.7, 0.12, stream.uniform(0, 360))
    part = stream.uniform(0, 0.13)
    return Sky(sky.name, *(mix(color, tint, part) for color in sky[1:]))


def sun(canvas: Canvas, stream: Stream, sky: Sky, low: float, high: float) -> tuple[float, float]:
    """Draw the sun or moon between two heights; returns where."""
    x = canvas.width * stream.uniform(0.18, 0.82)
    y = stream.uniform(low, high)
    radius = canvas.height * stream.uniform(0.035, 0.085)
    canvas.glow(x, y, radius * 7, sky.sun, 0.55)
    canvas.glow(x, y, radius * 2.6, sky.sun, 0.8)
    bright = mix(sky.sun, (255, 255, 255), 0.35)
    if sky.name == "night" and stream.chance(60):
        inner = arc(x, y, radius * 0.62, radius, 90, -90)
        canvas.shape([*arc(x, y, radius, radius, -90, 90), *inner], bright)
    else:
        canvas.disc(x, y, radius, bright)
    return x, y


def stars(canvas: Canvas, stream: Stream, count: int, bottom: float) -> None:
    """Scatter stars above a height."""
    for _ in range(count):
        x, y = stream.unit() * canvas.width, stream.unit() ** 1.4 * bottom
        size = 0.35 + stream.unit() ** 6 * 1.5
        canvas.disc(x, y, size * canvas.height / 700, (255, 250, 236), stream.between(90, 254))


def flock(canvas: Canvas, stream: Stream, x: float, y: float, color: Color, count: int) -> None:
    """Far birds, as everybody draws them."""
    for _ in range(count):
        bx = x + stream.bell() * canvas.width * 0.12
        by = y + stream.bell() * canvas.height * 0.06
        span = canvas.height * stream.uniform(0.006, 0.014)
        tip = span * stream.uniform(0.2, 0.8)
        wings = [(bx - span, by - tip), (bx - span * 0.4, by - tip * 0.9), (bx, by)]
        wings += [(bx + span * 0.4, by - tip * 0.9), (bx + span, by - tip)]
        canvas.curve(wings, color, canvas.height / 420)
