"""Drawing with floats, colours and light on top of Pillow: what avatars and pictures are made of.

Everything is drawn at `scale` times the final size and reduced at the end, which smooths all edges.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache
from hashlib import shake_128
from math import cos, pi, sin

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from dozen.kit.sample.streams import Stream

Color = tuple[int, int, int]
Point = tuple[float, float]
Stops = Sequence[tuple[float, Color]]
"""Positions from 0 to 1, ascending, and colours."""

WHITE: Color = (255, 255, 255)
BLACK: Color = (0, 0, 0)


def mix(one: Color, other: Color, part: float) -> Color:
    """`one`, with `part` (0 to 1) of `other`."""
    return (
        round(one[0] + (other[0] - one[0]) * part),
        round(one[1] + (other[1] - one[1]) * part),
        round(one[2] + (other[2] - one[2]) * part),
    )


def light(color: Color, part: float) -> Color:
    """Mixed with white."""
    return mix(color, WHITE, part)


def dark(color: Color, part: float) -> Color:
    """Mixed with a deep blue-black, which looks like shade where plain black looks like dirt."""
    return mix(color, (16, 14, 38), part)


def oklch(lightness: float, chroma: float, hue: float) -> Color:
    """A colour by lightness (0 to 1), chroma (0 to about 0.3) and hue (degrees), even to the eye.

    Source: the OKLab space of Björn Ottosson, 2020.
    """
    a, b = chroma * cos(hue * pi / 180), chroma * sin(hue * pi / 180)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _srgb(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _srgb(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _srgb(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def _srgb(linear: float) -> int:
    bounded = min(1.0, max(0.0, linear))
    curved = 12.92 * bounded if bounded <= 0.0031308 else 1.055 * bounded ** (1 / 2.4) - 0.055
    return round(curved * 255)


def gradient(size: tuple[int, int], stops: Stops, sideways: bool = False) -> Image.Image:
    """A gradient from top to bottom, or from left to right."""
    column = Image.new("RGB", (1, 256))
    values = []
    for step in range(256):
        at = step / 255
        below = stops[0]
        color = stops[-1][1]
        for stop in stops:
            if at <= stop[0]:
                span = stop[0] - below[0]
                color = mix(below[1], stop[1], (at - below[0]) / span) if span > 0 else stop[1]
                break
            below = stop
        values.append(color)
    column.putdata(values)
    if sideways:
        column = column.transpose(Image.Transpose.ROTATE_90).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return column.resize(size, Image.Resampling.BILINEAR)


def spline(points: Sequence[Point], closed: bool = True, steps: int = 8) -> list[Point]:
    """A smooth line through the points (Catmull-Rom)."""
    count = len(points)
    curve: list[Point] = []
    for at in range(count if closed else count - 1):
        if closed:
            p0, p1, p2, p3 = points[at - 1], points[at], points[(at + 1) % count], points[(at + 2) % count]
        else:
            p0, p1 = points[max(0, at - 1)], points[at]
            p2, p3 = points[at + 1], points[min(count - 1, at + 2)]
        for step in range(steps):
            t = step / steps
            t2, t3 = t * t, t * t * t
            w0, w1 = -t3 + 2 * t2 - t, 3 * t3 - 5 * t2 + 2
            w2, w3 = -3 * t3 + 4 * t2 + t, t3 - t2
            curve.append(
                (
                    (w0 * p0[0] + w1 * p1[0] + w2 * p2[0] + w3 * p3[0]) / 2,
                    (w0 * p0[1] + w1 * p1[1] + w2 * p2[1] + w3 * p3[1]) / 2,
                )
            )
    if not closed:
        curve.append(points[-1])
    return curve


def arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float, steps: int = 24) -> list[Point]:
    """Points of an elliptic arc, degrees clockwise from three o'clock."""
    return [
        (cx + rx * cos(angle), cy + ry * sin(angle))
        for angle in (pi / 180 * (start + (end - start) * step / steps) for step in range(steps + 1))
    ]


def turned(points: Sequence[Point], cx: float, cy: float, degrees: float) -> list[Point]:
    """The points, turned clockwise about a centre."""
    c, s = cos(degrees * pi / 180), sin(degrees * pi / 180)
    return [(cx + (x - cx) * c - (y - cy) * s, cy + (x - cx) * s + (y - cy) * c) for x, y in points]


def ridge(
    stream: Stream, width: float, base: float, height: float, rough: float, levels: int = 7, peaks: int = 1
) -> list[Point]:
    """A mountain line from x = 0 to `width` about y = `base`; `rough` is 0.4 (soft) to 0.65.

    Midpoint displacement between `2 * peaks` drawn heights.
    """
    line = [stream.uniform(-0.5, 0.5) * height for _ in range(2 * peaks)]
    swing = height / (1 + 0.5 * (peaks > 1))
    for _ in range(levels):
        finer = [line[0]]
        for left, right in itertools.pairwise(line):
            finer += [(left + right) / 2 + stream.uniform(-0.5, 0.5) * swing, right]
        line = finer
        swing *= rough
    last = len(line) - 1
    return [(width * at / last, base - rise) for at, rise in enumerate(line)]


@lru_cache(maxsize=8)
def _grain(key: str, strength: int) -> Image.Image:
    noise = Image.frombytes("L", (256, 256), shake_128(key.encode()).digest(65536))
    return noise.point([128 + round((value - 127.5) / 127.5 * strength) for value in range(256)])


def grained(image: Image.Image, strength: int = 5) -> Image.Image:
    """The picture with film grain, which hides the steps of gradients."""
    tile = _grain("grain", strength)
    sheet = Image.new("L", image.size)
    for x in range(0, image.width, 256):
        for y in range(0, image.height, 256):
            sheet.paste(tile, (x, y))
    return ImageChops.add(image, Image.merge("RGB", (sheet, sheet, sheet)), 1, -128)


class Canvas:
    """A picture in the making; lengths are pixels of the finished one."""

    def __init__(self, width: int, height: int, background: Color | Stops = WHITE, scale: int = 2) -> None:
        self.width, self.height, self.scale = width, height, scale
        size = (width * scale, height * scale)
        if isinstance(background[0], int):
            self.image = Image.new("RGB", size, background)  # type: ignore[arg-type]
        else:
            self.image = gradient(size, background)  # type: ignore[arg-type]
        self._use()

    def _use(self) -> None:
        self._pen = ImageDraw.Draw(self.image)
        self._veil = ImageDraw.Draw(self.image, "RGBA")

    def _scaled(self, points: Sequence[Point]) -> list[tuple[float, float]]:
        scale = self.scale
        return [(x * scale, y * scale) for x, y in points]

    def shape(self, points: Sequence[Point], color: Color, alpha: int = 255) -> None:
        """A filled polygon."""
        if alpha >= 255:
            self._pen.polygon(self._scaled(points), fill=color)
        else:
            self._veil.polygon(self._scaled(points), fill=(*color, alpha))

    def blob(self, points: Sequence[Point], color: Color, alpha: int = 255) -> None:
        """A filled smooth outline through the points."""
        self.shape(spline(points), color, alpha)

    def ellipse(self, cx: float, cy: float, rx: float, ry: float, color: Color, alpha: int = 255) -> None:
        """A filled ellipse."""
        scale = self.scale
        box = ((cx - rx) * scale, (cy - ry) * scale, (cx + rx) * scale, (cy + ry) * scale)
        if alpha >= 255:
            self._pen.ellipse(box, fill=color)
        else:
            self._veil.ellipse(box, fill=(*color, alpha))

    def disc(self, cx: float, cy: float, radius: float, color: Color, alpha: int = 255) -> None:
        """A filled circle."""
        self.ellipse(cx, cy, radius, radius, color, alpha)

    def ring(self, cx: float, cy: float, radius: float, color: Color, width: float) -> None:
        """A circle of a line that lies inside the radius."""
        scale = self.scale
        box = ((cx - radius) * scale, (cy - radius) * scale, (cx + radius) * scale, (cy + radius) * scale)
        self._pen.ellipse(box, outline=color, width=max(1, round(width * scale)))

    def box(
        self, x0: float, y0: float, x1: float, y1: float, color: Color, radius: float = 0, alpha: int = 255
    ) -> None:
        """A filled rectangle, with round corners if wanted."""
        scale = self.scale
        corners = (x0 * scale, y0 * scale, max(x0, x1) * scale, max(y0, y1) * scale)
        if alpha >= 255:
            self._pen.rounded_rectangle(corners, radius * scale, fill=color)
        else:
            self._veil.rounded_rectangle(corners, radius * scale, fill=(*color, alpha))

    def line(self, points: Sequence[Point], color: Color, width: float, alpha: int = 255) -> None:
        """A line with round joints and ends."""
        scaled = self._scaled(points)
        thick = max(1, round(width * self.scale))
        if alpha >= 255:
            self._pen.line(scaled, fill=color, width=thick, joint="curve")
            if thick > 3:
                half = thick / 2
                for x, y in (scaled[0], scaled[-1]):
                    self._pen.ellipse((x - half, y - half, x + half, y + half), fill=color)
        else:
            self._veil.line(scaled, fill=(*color, alpha), width=thick, joint="curve")

    def curve(self, points: Sequence[Point], color: Color, width: float) -> None:
        """A smooth line through the points."""
        self.line(spline(points, closed=False), color, width)

    def shaded(self, points: Sequence[Point], stops: Stops, sideways: bool = False, alpha: int = 255) -> None:
        """A polygon filled with a gradient over its own height (or width)."""
        scaled = self._scaled(points)
        x0, y0 = int(min(x for x, _ in scaled)), int(min(y for _, y in scaled))
        x1, y1 = int(max(x for x, _ in scaled)) + 1, int(max(y for _, y in scaled)) + 1
        x0, y0 = max(0, x0), max(0, y0)
        x1, y1 = min(self.image.width, x1), min(self.image.height, y1)
        if x1 <= x0 or y1 <= y0:
            return
        mask = Image.new("L", (x1 - x0, y1 - y0))
        ImageDraw.Draw(mask).polygon([(x - x0, y - y0) for x, y in scaled], fill=alpha)
        self.image.paste(gradient(mask.size, stops, sideways), (x0, y0), mask)

    def ball(self, cx: float, cy: float, rx: float, ry: float, stops: Stops) -> None:
        """An ellipse filled with a gradient from top to bottom."""
        self.shaded(arc(cx, cy, rx, ry, 0, 360, 60), stops)

    def glow(self, cx: float, cy: float, radius: float, color: Color, strength: float = 1.0) -> None:
        """Soft light around a point; `strength` 0 to 1."""
        scale = self.scale
        size = max(2, round(radius * 2 * scale))
        soft = _glow_mask().resize((size, size), Image.Resampling.BILINEAR)
        if strength < 1:
            soft = soft.point([round(value * strength) for value in range(256)])
        at = (round((cx - radius) * scale), round((cy - radius) * scale))
        self.image.paste(color, (at[0], at[1], at[0] + size, at[1] + size), soft)

    def shadow(self, cx: float, cy: float, rx: float, ry: float, strength: float = 0.35) -> None:
        """A soft dark ellipse, as below things on a table."""
        scale = self.scale
        size = (max(2, round(rx * 2 * scale)), max(2, round(ry * 2 * scale)))
        soft = _glow_mask().resize(size, Image.Resampling.BILINEAR)
        soft = soft.point([round(min(255, value * 1.6) * strength) for value in range(256)])
        at = (round((cx - rx) * scale), round((cy - ry) * scale))
        self.image.paste((18, 12, 30), (at[0], at[1], at[0] + size[0], at[1] + size[1]), soft)

    def haze(self, top: float, bottom: float, color: Color, strength: float, stream: Stream) -> None:
        """Drifting mist between two heights, densest in the middle."""
        scale = self.scale
        width, height = self.width * scale, max(4, round((bottom - top) * scale))
        drift = Image.frombytes("L", (9, 4), bytes(stream.between(90, 255) for _ in range(36)))
        mask = drift.resize((width, height), Image.Resampling.BICUBIC)
        fade = (
            gradient((1, height), ((0, BLACK), (0.5, WHITE), (1, BLACK))).convert("L").resize((width, height))
        )
        mask = ImageChops.multiply(mask, fade).point([round(value * strength) for value in range(256)])
        self.image.paste(color, (0, round(top * scale), width, round(top * scale) + height), mask)

    def cloud(
        self, cx: float, cy: float, width: float, color: Color, stream: Stream, alpha: int = 255
    ) -> None:
        """A flat-bottomed cloud of discs."""
        scale = self.scale
        wide, tall = max(8, round(width * scale)), max(6, round(width * 0.42 * scale))
        mask = Image.new("L", (wide, tall))
        pen = ImageDraw.Draw(mask)
        floor = tall * 0.86
        for at in range(9):
            place = (at + stream.uniform(0.1, 0.9)) / 9 * 2 - 1
            radius = tall * (0.32 * (1 - place * place) + 0.13) * stream.uniform(0.7, 1.12)
            x, y = wide * (0.5 + place * 0.38), floor - radius * 0.62
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=alpha)
        pen.rounded_rectangle((wide * 0.06, floor - tall * 0.16, wide * 0.94, floor), tall * 0.08, fill=alpha)
        pen.rectangle((0, floor, wide, tall), fill=0)
        shades = gradient(mask.size, ((0, light(color, 0.5)), (0.5, color), (1, dark(color, 0.08))))
        self.image.paste(shades, (round(cx * scale - wide / 2), round(cy * scale - floor)), mask)

    def blur(self, radius: float) -> None:
        """Soften all that has been drawn so far."""
        self.image = self.image.filter(ImageFilter.GaussianBlur(radius * self.scale))
        self._use()

    def soft(self, other: Canvas, radius: float) -> None:
        """Take over `other`, blurred (cheaply: at a quarter of the size)."""
        small = other.image.reduce(4).filter(ImageFilter.GaussianBlur(radius * self.scale / 4))
        self.image = small.resize(self.image.size, Image.Resampling.BICUBIC)
        self._use()

    def vignette(self, strength: float = 0.25) -> None:
        """Darker corners."""
        mask = _vignette_mask().resize(self.image.size, Image.Resampling.BILINEAR)
        self.image.paste(
            (14, 8, 26), (0, 0, *self.image.size), mask.point([round(v * strength) for v in range(256)])
        )

    def done(self, grain: int = 5) -> Image.Image:
        """The finished picture."""
        small = self.image.reduce(self.scale) if self.scale > 1 else self.image
        return grained(small, grain) if grain else small


@lru_cache(maxsize=1)
def _glow_mask() -> Image.Image:
    """Bright in the middle, dark from the inscribed circle on, without an edge."""
    # The gradient has 255 in the corners, so 180 on the inscribed circle.
    return Image.radial_gradient("L").point(
        [round(255 * max(0.0, 1 - value / 180) ** 2) for value in range(256)]
    )


@lru_cache(maxsize=1)
def _vignette_mask() -> Image.Image:
    radial = Image.radial_gradient("L")
    return radial.point([round(255 * max(0.0, (value - 110) / 145) ** 1.5) for value in range(256)])
