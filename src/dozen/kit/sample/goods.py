"""Pictures of goods as shops show them: one thing in soft light on a plain ground, no text.

Things are drawn on a square of 100 by 100; ``tone`` is a colour by name, so that a blue mug is blue.
"""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, Point, arc, dark, light, mix, oklch, spline
from dozen.kit.sample.streams import Seed, Stream

__all__ = ["KINDS", "TONES", "draw"]

TONES: dict[str, Color] = {
    "blue": oklch(0.55, 0.13, 255),
    "red": oklch(0.56, 0.19, 25),
    "green": oklch(0.55, 0.12, 150),
    "yellow": oklch(0.82, 0.14, 88),
    "orange": oklch(0.69, 0.16, 52),
    "violet": oklch(0.52, 0.14, 305),
    "rose": oklch(0.72, 0.12, 5),
    "teal": oklch(0.58, 0.09, 200),
    "brown": oklch(0.45, 0.07, 55),
    "sand": oklch(0.82, 0.05, 80),
    "white": oklch(0.95, 0.01, 90),
    "grey": oklch(0.62, 0.01, 260),
    "black": oklch(0.3, 0.01, 270),
}
_WOOD = oklch(0.62, 0.08, 65)
_STEEL = oklch(0.78, 0.01, 250)
_LEAF = oklch(0.55, 0.13, 145)


class _Stage:
    """A canvas in hundredths of its side."""

    def __init__(self, size: int, ground: Color) -> None:
        self.canvas = Canvas(size, size, ((0, light(ground, 0.5)), (0.62, ground), (1, dark(ground, 0.08))))
        self.one = size / 100

    def at(self, points: list[Point]) -> list[Point]:
        return [(x * self.one, y * self.one) for x, y in points]

    def poly(self, points: list[Point], color: Color) -> None:
        self.canvas.shaded(self.at(points), ((0, light(color, 0.16)), (1, dark(color, 0.14))))

    def side(self, points: list[Point], color: Color) -> None:
        """Lit from the left."""
        stops = ((0, light(color, 0.05)), (0.3, light(color, 0.22)), (1, dark(color, 0.22)))
        self.canvas.shaded(self.at(points), stops, sideways=True)

    def flat(self, points: list[Point], color: Color, alpha: int = 255) -> None:
        self.canvas.shape(self.at(points), color, alpha)

    def soft(self, points: list[Point], color: Color) -> None:
        """With round edges."""
        self.side(spline(points), color)

    def oval(self, x: float, y: float, rx: float, ry: float, color: Color) -> None:
        stops = ((0, light(color, 0.25)), (1, dark(color, 0.18)))
        self.canvas.ball(x * self.one, y * self.one, rx * self.one, ry * self.one, stops)

    def disc(self, x: float, y: float, r: float, color: Color, alpha: int = 255) -> None:
        self.canvas.disc(x * self.one, y * self.one, r * self.one, color, alpha)

    def line(self, points: list[Point], color: Color, width: float, alpha: int = 255) -> None:
        self.canvas.line(self.at(points), color, width * self.one, alpha)

    def curve(self, points: list[Point], color: Color, width: float) -> None:
        self.canvas.curve(self.at(points), color, width * self.one)

    def box(self, x0: float, y0: float, x1: float, y1: float, color: Color, round_: float = 0) -> None:
        o = self.one
        self.canvas.box(x0 * o, y0 * o, x1 * o, y1 * o, color, round_ * o)

    def floor(self, x: float, y: float, rx: float) -> None:
        o = self.one
        self.canvas.shadow(x * o, y * o, rx * o, rx * 0.26 * o, 0.5)


def _tube(left: float, right: float, top: float, bottom: float, bulge: float = 0) -> list[Point]:
    """A standing vessel from the side, with a round foot."""
    middle, half = (left + right) / 2, (right - left) / 2
    foot = arc(middle, bottom, half + bulge, half * 0.22, 0, 180)
    return [(left, top), (right, top), *foot]


def _mug(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(52, 79, 30)
    s.curve([(66, 44), (80, 46), (80, 62), (65, 66)], dark(tone, 0.1), 5)
    s.side(_tube(30, 68, 34, 74), tone)
    s.oval(49, 34, 19, 4.6, light(tone, 0.5))
    s.oval(49, 34.6, 16.6, 3.6, oklch(0.36, 0.06, 50))


def _teapot(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 78, 34)
    s.curve([(70, 46), (86, 44), (85, 62), (70, 66)], dark(tone, 0.15), 4.5)
    s.flat(spline([(34, 60), (20, 54), (12, 38), (17, 36), (26, 48), (36, 50)]), dark(tone, 0.05))
    s.soft([(50, 36), (72, 46), (75, 64), (62, 76), (38, 76), (25, 64), (28, 46)], tone)
    s.oval(50, 39, 15, 4, light(tone, 0.3))
    s.disc(50, 33, 3.6, dark(tone, 0.1))


def _jar(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 81, 26)
    s.side(_tube(31, 69, 34, 76, 1), mix(tone, (255, 255, 255), 0.1))
    s.box(29, 24, 71, 35, dark(_WOOD, 0.15), 2)
    s.box(29, 24, 71, 28, light(_WOOD, 0.1), 2)
    s.box(36, 47, 64, 66, light(tone, 0.85), 2)
    for y in (53, 57, 61):
        s.line([(41, y), (41 + stream.between(10, 18), y)], dark(tone, 0.1), 1.2)
    s.line([(35, 38), (35, 72)], (255, 255, 255), 2, 70)


def _packet(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 84, 27)
    s.side([(30, 30), (70, 30), (72, 82), (28, 82)], tone)
    s.flat([(30, 30), (70, 30), (68, 20), (32, 20)], dark(tone, 0.16))
    s.line([(31, 25), (69, 25)], light(tone, 0.4), 1.4)
    s.disc(50, 54, 13, light(tone, 0.75))
    for at in range(5):
        x = 43 + at * 3.6
        s.oval(x, 54 + 3 * stream.bell(), 2.6, 4.6, mix(tone, _LEAF, 0.6))
    s.line([(38, 74), (62, 74)], light(tone, 0.6), 1.6)


def _bottle(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 88, 20)
    s.side([(45, 14), (55, 14), (55, 32), (64, 44), *arc(50, 84, 14, 3, 0, 180), (36, 44), (45, 32)], tone)
    s.box(44, 9, 56, 17, dark(tone, 0.5), 1.5)
    s.box(37, 52, 63, 72, light(tone, 0.85), 1)
    s.line([(42, 58), (58, 58)], dark(tone, 0.1), 1.4)
    s.line([(42, 63), (52, 63)], dark(tone, 0.1), 1.2)
    s.line([(40, 46), (40, 80)], (255, 255, 255), 1.6, 80)


def _basket(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 82, 38)
    colours = [TONES["red"], TONES["orange"], _LEAF, TONES["yellow"], TONES["violet"], _LEAF, TONES["red"]]
    for n, colour in enumerate(stream.shuffled(colours)):
        s.oval(24 + n * 8.6, 46 + 4 * stream.bell(), 8.5, 8.5, colour)
    for n in range(5):
        x = 26 + n * 12
        s.flat(spline([(x, 46), (x - 6, 32), (x, 24), (x + 5, 34)]), mix(_LEAF, tone, 0.15 * (n % 2)))
    s.side([(16, 50), (84, 50), (76, 80), (24, 80)], _WOOD)
    for y in (57, 65, 73):
        s.line([(18 + (y - 50) / 4, y), (82 - (y - 50) / 4, y)], dark(_WOOD, 0.22), 1.6)
    s.box(13, 47, 87, 53, dark(_WOOD, 0.1), 3)


def _book(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(52, 84, 30)
    s.flat([(32, 22), (74, 18), (76, 78), (34, 84)], dark(tone, 0.4))
    s.flat([(33, 24), (74, 20), (75, 76), (35, 82)], light(TONES["sand"], 0.6))
    s.side([(28, 20), (70, 16), (72, 76), (30, 81)], tone)
    s.flat([(28, 20), (33, 19.6), (35, 80.4), (30, 81)], dark(tone, 0.3))
    accent = light(tone, 0.7)
    shape = stream.below(3)
    if shape == 0:
        s.disc(51, 42, 11, accent)
        s.disc(55, 40, 9, tone)
    elif shape == 1:
        s.flat([(40, 52), (49, 34), (55, 45), (60, 38), (66, 50)], accent)
    else:
        for n in range(4):
            s.line([(40, 32 + n * 6), (63 - 3 * n, 30 + n * 6)], accent, 2.4)
    s.line([(40, 63), (63, 61)], accent, 1.8)
    s.line([(40, 68), (54, 67)], accent, 1.3)


def _notebook(s: _Stage, tone: Color, stream: Stream) -> None:
    _book(s, tone, Stream(0, "plain", 1))
    for y in range(24, 80, 7):
        s.disc(31, y, 1.6, dark(tone, 0.6))
        s.line([(26, y), (31, y)], _STEEL, 1.4)


def _shirt(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 88, 30)
    left: list[Point] = [(40, 16), (26, 22), (10, 42), (22, 50), (28, 42), (28, 84)]
    s.soft([(100 - x, y) for x, y in left] + left[::-1], tone)
    s.flat(arc(50, 15.5, 10, 7, 0, 180), dark(tone, 0.4))
    s.line([(50, 24), (50, 82)], dark(tone, 0.18), 0.8)
    for y in (32, 43, 54, 65, 76):
        s.disc(50, y, 1.1, light(tone, 0.7))
    s.line([(28, 44), (30, 60)], dark(tone, 0.3), 1, 110)
    s.line([(72, 44), (70, 60)], dark(tone, 0.3), 1, 110)


def _trousers(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 92, 26)
    s.side([(32, 14), (68, 14), (73, 88), (56, 90), (50, 40), (44, 90), (27, 88)], tone)
    s.box(31, 12, 69, 19, dark(tone, 0.22), 1.5)
    s.line([(50, 20), (50, 40)], dark(tone, 0.3), 0.9)
    s.curve([(34, 24), (40, 26), (42, 20)], dark(tone, 0.3), 0.9)
    s.curve([(66, 24), (60, 26), (58, 20)], dark(tone, 0.3), 0.9)


def _scarf(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 88, 26)
    s.side([(36, 38), (52, 40), (54, 86), (34, 86)], dark(tone, 0.08))
    s.side([(52, 38), (66, 36), (70, 78), (54, 80)], tone)
    s.soft([(30, 26), (50, 16), (70, 26), (72, 38), (50, 46), (28, 38)], tone)
    s.flat(arc(50, 26, 12, 6, 0, 360), dark(tone, 0.4))
    for y in (50, 62, 74):
        s.line([(35, y), (53, y)], light(tone, 0.5), 2)
        s.line([(54, y - 5), (69, y - 6)], light(tone, 0.5), 2)
    for x in range(35, 54, 3):
        s.line([(x, 85), (x, 91)], dark(tone, 0.1), 0.9)


def _shoe(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 74, 42)
    s.flat(spline([(12, 66), (30, 64), (88, 64), (90, 70), (80, 74), (16, 74)]), light(TONES["sand"], 0.6))
    s.side(spline([(14, 40), (28, 44), (40, 42), (60, 54), (84, 58), (89, 66), (14, 67), (11, 54)]), tone)
    s.flat(spline([(14, 40), (27, 44), (34, 42), (24, 36), (16, 36)]), dark(tone, 0.4))
    for n in range(4):
        s.line([(40 + n * 6, 45 + n * 3.2), (36 + n * 6, 52 + n * 2.4)], light(tone, 0.75), 1.8)
    s.curve([(14, 58), (30, 60), (46, 58)], light(tone, 0.5), 1.4)


def _bag(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 85, 32)
    s.curve([(36, 36), (38, 16), (62, 16), (64, 36)], dark(tone, 0.25), 3)
    s.side(spline([(26, 38), (74, 38), (79, 80), (72, 84), (28, 84), (21, 80)]), tone)
    s.box(24, 36, 76, 42, dark(tone, 0.15), 2)
    s.box(38, 54, 62, 74, dark(tone, 0.1), 3)
    s.box(47, 51, 53, 58, light(_WOOD, 0.3), 1)


def _lamp(s: _Stage, tone: Color, stream: Stream) -> None:
    o = s.one
    s.canvas.glow(50 * o, 44 * o, 44 * o, (255, 226, 160), 0.6)
    s.floor(50, 86, 26)
    s.box(48.6, 46, 51.4, 82, dark(_STEEL, 0.3), 1)
    s.oval(50, 83, 17, 4.4, dark(tone, 0.35))
    s.side([(38, 18), (62, 18), (74, 50), (26, 50)], tone)
    s.oval(50, 50, 24, 4, light((255, 226, 160), 0.4))


def _plant(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 87, 26)
    for n in range(9):
        turn = -44 + n * 11
        x, y = 50 + turn * 0.8, 24 + abs(turn) * 0.55 + 5 * stream.bell()
        leaf = mix(_LEAF, (20, 60, 30), 0.3 * stream.unit())
        s.flat(spline([(50, 58), (50 + turn * 0.3 - 5, 42), (x, y), (50 + turn * 0.4 + 5, 44)]), leaf)
        s.curve([(50, 58), (50 + turn * 0.35, 42), (x, y + 2)], light(leaf, 0.25), 0.7)
    s.side([(32, 56), (68, 56), (63, 86), (37, 86)], tone)
    s.box(30, 53, 70, 60, dark(tone, 0.1), 2)


def _pot(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 84, 30)
    s.side([(26, 36), (74, 36), (66, 82), (34, 82)], tone)
    s.box(23, 29, 77, 40, dark(tone, 0.08), 2.5)
    s.oval(50, 30, 24, 4, oklch(0.34, 0.04, 55))
    for n in range(3):
        y = 50 + n * 9
        s.line([(29 + n * 1.6, y), (71 - n * 1.6, y)], light(tone, 0.45), 2.2)


def _cushion(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 82, 38)
    s.soft([(18, 22), (50, 26), (82, 22), (80, 50), (83, 80), (50, 76), (17, 80), (20, 50)], tone)
    pattern = light(tone, 0.55)
    for n in range(4):
        x = 29 + n * 14
        s.flat([(x, 38), (x + 5, 46), (x, 54), (x - 5, 46)], pattern)
        s.flat([(x, 56), (x + 4, 62), (x, 68), (x - 4, 62)], mix(tone, pattern, 0.5))


def _kettle(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(48, 82, 32)
    s.curve([(34, 34), (40, 14), (60, 14), (66, 34)], dark(tone, 0.5), 4)
    s.flat([(66, 50), (84, 34), (87, 38), (70, 64)], dark(tone, 0.1))
    s.side(spline([(34, 36), (66, 36), (74, 66), (68, 80), (30, 80), (25, 66)]), tone)
    s.oval(50, 36, 17, 3.6, light(tone, 0.3))
    s.disc(50, 31, 3.4, dark(tone, 0.5))
    s.line([(34, 46), (31, 70)], (255, 255, 255), 2.4, 90)


def _pan(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(42, 66, 38)
    s.line([(66, 52), (92, 40)], dark(_WOOD, 0.2), 5)
    s.oval(42, 56, 33, 15, dark(tone, 0.3))
    s.oval(42, 53, 33, 14, tone)
    s.oval(42, 54, 28, 11, dark(tone, 0.35))
    s.flat(spline([(26, 52), (38, 47), (52, 49), (44, 53)]), light(tone, 0.3), 90)


def _headphones(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 84, 34)
    s.curve([(24, 58), (26, 28), (50, 15), (74, 28), (76, 58)], dark(tone, 0.25), 5.5)
    s.curve([(27, 52), (30, 30), (50, 19), (70, 30), (73, 52)], light(tone, 0.25), 1.6)
    for x, inner in ((24, 31), (76, 69)):
        s.oval(x, 66, 9.5, 15, tone)
        s.oval(inner, 66, 5, 13, dark(tone, 0.55))


def _watch(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 92, 20)
    s.side([(40, 6), (60, 6), (62, 34), (38, 34)], tone)
    s.side([(38, 66), (62, 66), (60, 94), (40, 94)], tone)
    s.box(73, 47, 78, 53, dark(_STEEL, 0.2), 1)
    s.disc(50, 50, 25, dark(_STEEL, 0.15))
    s.disc(50, 50, 22, TONES["white"])
    for x, y in arc(50, 50, 18, 18, 0, 330, 11):
        s.disc(x, y, 1, dark(_STEEL, 0.5))
    s.line([(50, 50), (50, 36)], TONES["black"], 1.8)
    s.line([(50, 50), (60, 55)], TONES["black"], 1.8)
    s.disc(50, 50, 1.8, tone)


def _camera(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 76, 38)
    s.box(38, 24, 60, 36, dark(tone, 0.25), 2)
    s.side([(14, 34), (86, 34), (86, 74), (14, 74)], dark(tone, 0.1))
    s.box(14, 34, 86, 44, _STEEL, 2)
    s.disc(52, 56, 19, dark(_STEEL, 0.35))
    s.disc(52, 56, 15, TONES["black"])
    s.oval(52, 56, 10.5, 10.5, oklch(0.36, 0.09, 265))
    s.disc(48, 52, 3, (255, 255, 255), 130)
    s.disc(24, 31, 3.4, dark(tone, 0.2))
    s.disc(78, 39, 2.4, TONES["orange"])


def _phone(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 88, 22)
    s.box(32, 8, 68, 88, dark(tone, 0.3), 6)
    s.box(34, 10, 66, 86, tone, 5)
    s.canvas.shaded(
        s.at([(36, 14), (64, 14), (64, 82), (36, 82)]),
        ((0, oklch(0.72, 0.1, 250)), (0.6, oklch(0.75, 0.12, 330)), (1, oklch(0.85, 0.1, 70))),
    )
    for row in range(3):
        for column in range(3):
            x, y = 40 + column * 8, 50 + row * 9
            s.box(x, y, x + 5, y + 5, (255, 255, 255), 1.6)
    s.box(45, 16, 55, 18, TONES["black"], 1)


def _ball(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 84, 30)
    s.oval(50, 50, 33, 33, light(tone, 0.6) if stream.chance(50) else tone)
    seam = dark(tone, 0.45)
    s.curve([(20, 38), (42, 46), (62, 40), (81, 42)], seam, 1.6)
    s.curve([(34, 20), (44, 46), (40, 66), (48, 82)], seam, 1.6)
    s.curve([(64, 20), (60, 42), (70, 62), (66, 78)], seam, 1.6)
    s.flat(spline([(44, 46), (60, 42), (66, 55), (54, 64), (41, 58)]), dark(tone, 0.1))


def _blocks(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 84, 36)
    colours = stream.shuffled([tone, TONES["yellow"], TONES["red"], TONES["green"], TONES["blue"]])
    for (x, y), colour in zip([(18, 58), (44, 58), (66, 60), (31, 34), (55, 35)], colours, strict=True):
        s.poly([(x, y), (x + 22, y), (x + 22, y + 23), (x, y + 23)], colour)
        s.flat([(x, y), (x + 4, y - 4), (x + 26, y - 4), (x + 22, y)], light(colour, 0.35))
        s.flat([(x + 22, y), (x + 26, y - 4), (x + 26, y + 19), (x + 22, y + 23)], dark(colour, 0.3))


def _game(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 82, 40)
    s.flat([(14, 40), (86, 40), (90, 80), (10, 80)], dark(tone, 0.4))
    s.side([(14, 32), (86, 32), (90, 70), (10, 70)], tone)
    for row in range(3):
        for column in range(7):
            x, y = 19 + column * 9 - row, 37 + row * 10
            s.box(x, y, x + 8, y + 8, light(tone, 0.75 if (row + column) % 2 else 0.3), 0.8)
    s.oval(66, 28, 5, 5, TONES["red"])
    s.poly([(61, 38), (71, 38), (68, 28), (64, 28)], TONES["red"])


def _bear(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 90, 30)
    for x in (30, 70):
        s.oval(x, 18, 8, 8, tone)
        s.oval(x, 82, 11, 8, dark(tone, 0.1))
        s.oval(26 if x < 50 else 74, 60, 7, 12, dark(tone, 0.06))
    s.oval(50, 66, 24, 23, tone)
    s.oval(50, 70, 14, 14, light(tone, 0.4))
    s.oval(50, 32, 24, 21, tone)
    s.oval(50, 38, 10, 8, light(tone, 0.45))
    for x in (41, 59):
        s.disc(x, 30, 2.4, TONES["black"])
    s.oval(50, 35, 3.4, 2.4, TONES["black"])
    s.curve([(45, 41), (50, 43), (55, 41)], TONES["black"], 1)


def _chair(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 90, 30)
    for x, y in ((30, 88), (68, 90), (36, 80), (63, 80)):
        s.line([(x if x < 50 else x - 2, 56), (x, y)], dark(_WOOD, 0.15), 3)
    s.side(spline([(33, 14), (64, 14), (67, 50), (31, 50)]), tone)
    s.soft([(26, 52), (70, 50), (76, 60), (70, 64), (30, 64), (23, 60)], light(tone, 0.08))


def _blanket(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 80, 40)
    for n, y in enumerate((62, 48, 34)):
        shade = dark(tone, 0.1 * (2 - n) / 2)
        s.soft([(16, y), (84, y), (87, y + 8), (84, y + 17), (16, y + 17), (13, y + 8)], shade)
        s.line([(18, y + 6), (82, y + 6)], light(tone, 0.5), 1.8)
        s.line([(18, y + 11), (82, y + 11)], light(tone, 0.35), 1.2)
    for x in range(18, 84, 4):
        s.line([(x, 79), (x, 84)], dark(tone, 0.12), 1)


def _tent(s: _Stage, tone: Color, stream: Stream) -> None:
    s.floor(50, 82, 44)
    s.side([(50, 24), (90, 80), (10, 80)], tone)
    s.flat([(50, 24), (62, 80), (38, 80)], dark(tone, 0.5))
    s.flat([(50, 24), (62, 80), (55, 80), (49, 40)], light(tone, 0.35))
    s.line([(50, 24), (50, 16)], dark(_WOOD, 0.2), 1.6)


_PAINTERS: dict[str, Callable[[_Stage, Color, Stream], None]] = {
    "bag": _bag,
    "ball": _ball,
    "basket": _basket,
    "bear": _bear,
    "blanket": _blanket,
    "blocks": _blocks,
    "book": _book,
    "bottle": _bottle,
    "camera": _camera,
    "chair": _chair,
    "cushion": _cushion,
    "game": _game,
    "headphones": _headphones,
    "jar": _jar,
    "kettle": _kettle,
    "lamp": _lamp,
    "mug": _mug,
    "notebook": _notebook,
    "packet": _packet,
    "pan": _pan,
    "phone": _phone,
    "plant": _plant,
    "pot": _pot,
    "scarf": _scarf,
    "shirt": _shirt,
    "shoe": _shoe,
    "teapot": _teapot,
    "tent": _tent,
    "trousers": _trousers,
    "watch": _watch,
}
KINDS: tuple[str, ...] = tuple(_PAINTERS)
"""What pictures can show."""


def draw(seed: Seed, n: int, kind: str, tone: str, size: int = 640) -> Image.Image:
    """The n-th picture of a thing (of KINDS) in a colour (of TONES), RGB, a square of 64 to 2048 pixels.
    ValueError for anything else."""
    if kind not in _PAINTERS or tone not in TONES or not 64 <= size <= 2048:
        raise ValueError(f"no picture of a {tone} {kind} with {size} pixels")
    stream = Stream(seed, f"goods:{kind}", n)
    colour = TONES[tone]
    ground = mix(oklch(0.92, 0.03, stream.uniform(0, 360)), light(colour, 0.85), 0.4)
    stage = _Stage(size, ground)
    _PAINTERS[kind](stage, colour, stream)
    return stage.canvas.done(3)
