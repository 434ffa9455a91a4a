"""What portraits share: the field of 100 by 100, the looks of a person, clothes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from dozen.kit.sample.canvas import Canvas, Color, Point, dark, light, mix, oklch, spline
from dozen.kit.sample.streams import Stream


class Field:
    """A canvas that is 100 wide and high, whatever its size; `zoom` enlarges from the lower edge up."""

    def __init__(self, canvas: Canvas, zoom: float = 1.0, shift: float = 0.0) -> None:
        self.canvas = canvas
        self.unit = canvas.width / 100 * zoom
        self._left = canvas.width * (0.5 + shift) - 50 * self.unit
        self._top = canvas.height * 1.0 - 100 * self.unit

    def place(self, x: float, y: float) -> Point:
        """Where a point of the field lies on the canvas."""
        return self._left + x * self.unit, self._top + y * self.unit

    def _points(self, points: Sequence[Point]) -> list[Point]:
        unit, left, top = self.unit, self._left, self._top
        return [(left + x * unit, top + y * unit) for x, y in points]

    def shape(self, points: Sequence[Point], color: Color, alpha: int = 255) -> None:
        self.canvas.shape(self._points(points), color, alpha)

    def blob(self, points: Sequence[Point], color: Color, alpha: int = 255) -> None:
        self.canvas.shape(self._points(spline(points)), color, alpha)

    def ellipse(self, cx: float, cy: float, rx: float, ry: float, color: Color, alpha: int = 255) -> None:
        unit = self.unit
        self.canvas.ellipse(self._left + cx * unit, self._top + cy * unit, rx * unit, ry * unit, color, alpha)

    def disc(self, cx: float, cy: float, radius: float, color: Color, alpha: int = 255) -> None:
        self.ellipse(cx, cy, radius, radius, color, alpha)

    def ring(self, cx: float, cy: float, radius: float, color: Color, width: float) -> None:
        unit = self.unit
        self.canvas.ring(self._left + cx * unit, self._top + cy * unit, radius * unit, color, width * unit)

    def box(self, x0: float, y0: float, x1: float, y1: float, color: Color, radius: float = 0) -> None:
        (left, top), (right, low) = self._points(((x0, y0), (x1, y1)))
        self.canvas.box(left, top, right, low, color, radius * self.unit)

    def line(self, points: Sequence[Point], color: Color, width: float, alpha: int = 255) -> None:
        self.canvas.line(self._points(points), color, width * self.unit, alpha)

    def curve(self, points: Sequence[Point], color: Color, width: float) -> None:
        self.canvas.line(self._points(spline(points, closed=False)), color, width * self.unit)


Part = Callable[[Field, Stream, "Look"], None]


class Look(NamedTuple):
    """What a person looks like."""

    woman: bool
    skin: Color
    hair_color: Color
    cloth: Color
    wide: float
    """Half the width of the face."""
    tall: float
    """Half its height."""
    age: int
    hair: tuple[Part, Part]
    """What is drawn behind the head, and before it."""
    hat: Part | None
    covered: bool
    """Whether she wears a headscarf."""
    beard: int
    """0 none, 1 stubble, 2 full, 3 moustache, 4 goatee."""


def clothes(field: Field, stream: Stream, look: Look) -> None:
    """Shoulders and what they wear."""
    cloth = look.cloth
    reach = 37 if look.woman else 42
    top = 82 if look.woman else 80.5
    shoulders = [
        (50 - reach, 104),
        (50 - reach + 2, 92),
        (50 - reach * 0.62, 84.5),
        (50 - 11, top - 3),
        (50, top + 2),
    ]
    outline = [
        *spline(shoulders, closed=False),
        *[(100 - x, y) for x, y in reversed(spline(shoulders, closed=False))],
    ]
    field.shape(outline, cloth)
    second = oklch(0.86, 0.06, stream.uniform(0, 360))
    style = stream.below(9)
    if style in (0, 1):
        _neckline(field, look, dark(cloth, 0.18), 12.5)
    elif style == 2:
        field.shape([(39, 77.5), (61, 77.5), (50, 95)], look.skin)
        field.line([(38.6, 78), (50, 95), (61.4, 78)], dark(cloth, 0.2), 1.6)
    elif style == 3:
        field.shape([(39.5, 79), (60.5, 79), (50, 90)], look.skin)
        for side in (-1, 1):
            field.shape(
                [(50, 90), (50 + side * 11, 77), (50 + side * 16, 82), (50 + side * 7, 94)],
                light(cloth, 0.25),
            )
        for button in (94, 99):
            field.disc(50, button, 0.9, light(cloth, 0.6))
        field.line([(50, 90), (50, 102)], dark(cloth, 0.15), 0.7)
    elif style == 4:
        field.blob(
            [(36, 84), (38, 74), (50, 77.5), (62, 74), (64, 84), (58, 88), (50, 89.5), (42, 88)],
            dark(cloth, 0.12),
        )
        _neckline(field, look, dark(cloth, 0.28), 10)
        for side in (-1, 1):
            field.line([(50 + side * 5, 86), (50 + side * 5.5, 97)], light(cloth, 0.7), 1.0)
    elif style == 5:
        field.box(40.5, 69.5, 59.5, 82, dark(cloth, 0.08), 3)
        field.line([(40.8, 77), (59.2, 77)], dark(cloth, 0.2), 0.8)
    elif style == 6:
        _stripes(field, cloth, second, reach)
        _neckline(field, look, second, 12)
    elif style == 7:
        field.shape([(40, 78), (60, 78), (57, 104), (43, 104)], second)
        for side in (-1, 1):
            field.shape(
                [(50 + side * 9, 76), (50 + side * 15, 80), (50 + side * 9, 104), (50 + side * 2, 104)],
                dark(cloth, 0.2),
            )
        field.shape([(40.5, 77), (59.5, 77), (50, 85)], look.skin)
    else:
        scarf = mix(second, oklch(0.62, 0.15, stream.uniform(0, 360)), 0.6)
        field.blob([(36, 80), (38, 71), (50, 75), (62, 71), (64, 80), (56, 86), (44, 86)], scarf)
        field.shape([(53, 82), (61, 80), (64, 101), (55, 102)], dark(scarf, 0.12))
        for stripe in (88, 93, 98):
            field.line([(55, stripe), (63, stripe - 1)], light(scarf, 0.5), 1.1)


def _neckline(field: Field, look: Look, rim: Color, half: float) -> None:
    curve = spline(
        [(50 - half, 78), (50 - half * 0.6, 83.5), (50, 85.5), (50 + half * 0.6, 83.5), (50 + half, 78)],
        closed=False,
    )
    field.shape([*curve, (50 + half * 0.7, 74), (50 - half * 0.7, 74)], look.skin)
    field.line(curve, rim, 1.9)


def _stripes(field: Field, cloth: Color, second: Color, reach: float) -> None:
    for stripe in range(4):
        y = 86.5 + stripe * 5.4
        edge = min(reach - 1.5, reach * 0.5 + (y - 82) * 1.9)
        field.curve([(50 - edge, y + 0.8), (50, y + 2.2), (50 + edge, y + 0.8)], second, 2.2)
