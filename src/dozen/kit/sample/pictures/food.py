"""Meals from above."""

from __future__ import annotations

from math import cos, pi, sin

from PIL import Image

from dozen.kit.sample.canvas import Canvas, arc, dark, light, mix, oklch, turned
from dozen.kit.sample.pictures.surface import cup_above, leaf, table
from dozen.kit.sample.streams import Stream


def plate(stream: Stream, width: int, height: int) -> Image.Image:
    """A meal from above."""
    canvas = table(stream, width, height)
    cx, cy = width * stream.uniform(0.46, 0.54), height * stream.uniform(0.49, 0.53)
    radius = height * stream.uniform(0.34, 0.39)
    canvas.shadow(cx + radius * 0.08, cy + radius * 0.14, radius * 1.36, radius * 1.36, 0.75)
    ware = stream.pick(
        (
            (250, 248, 244),
            (250, 248, 244),
            oklch(0.45, 0.07, 245),
            oklch(0.88, 0.05, stream.uniform(0, 360)),
            (60, 62, 70),
        )
    )
    canvas.disc(cx, cy, radius, dark(ware, 0.07))
    canvas.disc(cx, cy, radius * 0.985, ware)
    canvas.disc(cx, cy, radius * 0.78, dark(ware, 0.09))
    canvas.disc(cx, cy + radius * 0.012, radius * 0.765, light(ware, 0.1))
    dish = stream.pick((_noodles, _salad, _pizza, _curry, _eggs, _pancakes, _soup, _sushi))
    dish(canvas, stream, cx, cy, radius * 0.74)
    _cutlery(canvas, stream, cx, cy, radius, sticks=dish in (_noodles, _sushi))
    for _ in range(stream.between(2, 4)):
        side = stream.pick((0.08, 0.92))
        _garnish(
            canvas,
            stream,
            width * (side + stream.bell() * 0.05),
            height * stream.uniform(0.06, 0.94),
            height * 0.05,
        )
    if stream.chance(70):
        cup_above(
            canvas,
            stream,
            width * stream.pick((0.075, 0.925)),
            height * stream.uniform(0.14, 0.3),
            height * 0.1,
        )
    canvas.vignette(0.35)
    return canvas.done(6)


def _inside(stream: Stream, cx: float, cy: float, radius: float) -> tuple[float, float]:
    angle, reach = stream.uniform(0, 2 * pi), radius * stream.unit() ** 0.5
    return cx + reach * cos(angle), cy + reach * sin(angle)


def _noodles(canvas: Canvas, stream: Stream, x: float, y: float, r: float) -> None:
    canvas.disc(x, y, r, oklch(0.6, 0.12, stream.uniform(50, 75)))
    noodle = oklch(0.87, 0.09, 88)
    for _ in range(34):
        px, py = _inside(stream, x, y, r * 0.66)
        turn = stream.uniform(0, 360)
        canvas.line(
            arc(px, py, r * stream.uniform(0.18, 0.34), r * stream.uniform(0.1, 0.24), turn, turn + 200, 14),
            mix(noodle, (180, 120, 60), stream.unit() * 0.3),
            r * 0.035,
        )
    ex, ey = x + r * 0.36, y - r * 0.28
    for sx in (0, r * 0.36):
        canvas.ellipse(ex + sx - r * 0.1, ey + sx * 0.7, r * 0.21, r * 0.25, (252, 250, 244))
        canvas.ellipse(ex + sx - r * 0.1, ey + sx * 0.7, r * 0.12, r * 0.13, oklch(0.76, 0.16, 70))
    canvas.shape(
        turned(
            [
                (x - r * 0.86, y - r * 0.62),
                (x - r * 0.3, y - r * 0.72),
                (x - r * 0.28, y - r * 0.1),
                (x - r * 0.78, y),
            ],
            x,
            y,
            -10,
        ),
        oklch(0.28, 0.05, 150),
    )
    for at in range(3):
        mx, my = x - r * 0.34 + at * r * 0.2, y + r * 0.42 + at * r * 0.05
        canvas.disc(mx, my, r * 0.2, oklch(0.62, 0.08, 35))
        canvas.disc(mx, my, r * 0.13, oklch(0.76, 0.06, 40))
    _chives(canvas, stream, x, y, r, 26)


def _salad(canvas: Canvas, stream: Stream, x: float, y: float, r: float) -> None:
    canvas.disc(x, y, r * 0.84, oklch(0.6, 0.12, 130), 150)
    for _ in range(64):
        px, py = _inside(stream, x, y, r * 0.78)
        leaf(
            canvas,
            px,
            py,
            r * stream.uniform(0.16, 0.3),
            stream.uniform(0, 360),
            oklch(stream.uniform(0.5, 0.76), 0.14, stream.uniform(118, 146)),
        )
    for _ in range(stream.between(6, 10)):
        px, py = _inside(stream, x, y, r * 0.74)
        canvas.disc(px, py, r * 0.12, oklch(0.6, 0.2, 28))
        canvas.disc(px, py, r * 0.09, oklch(0.68, 0.17, 30))
        for seed in range(4):
            canvas.ellipse(
                px + r * 0.05 * cos(seed * 1.57),
                py + r * 0.05 * sin(seed * 1.57),
                r * 0.014,
                r * 0.02,
                (255, 226, 150),
            )
    for _ in range(9):
        px, py = _inside(stream, x, y, r * 0.76)
        canvas.disc(px, py, r * 0.1, oklch(0.86, 0.07, 135))
        canvas.ring(px, py, r * 0.1, oklch(0.5, 0.11, 145), r * 0.014)
    for _ in range(8):
        px, py = _inside(stream, x, y, r * 0.7)
        canvas.box(px - r * 0.06, py - r * 0.05, px + r * 0.06, py + r * 0.05, (252, 250, 240), r * 0.015)


def _pizza(canvas: Canvas, stream: Stream, x: float, y: float, r: float) -> None:
    canvas.disc(x, y, r * 1.12, oklch(0.66, 0.11, 62))
    canvas.disc(x, y, r * 0.98, oklch(0.56, 0.18, 32))
    for _ in range(20):
        px, py = _inside(stream, x, y, r * 0.8)
        canvas.disc(px, py, r * stream.uniform(0.1, 0.18), oklch(0.9, 0.08, 90), 230)
    for _ in range(stream.between(8, 13)):
        px, py = _inside(stream, x, y, r * 0.78)
        canvas.disc(px, py, r * 0.1, oklch(0.5, 0.17, 28))
    for _ in range(10):
        px, py = _inside(stream, x, y, r * 0.8)
        if stream.chance(50):
            leaf(canvas, px, py, r * 0.17, stream.uniform(0, 360), oklch(0.5, 0.14, 142))
        else:
            canvas.ring(px, py, r * 0.06, (46, 40, 50), r * 0.035)
    for at in range(3):
        a = pi * at / 3 + 0.3
        canvas.line(
            [(x - r * 1.1 * cos(a), y - r * 1.1 * sin(a)), (x + r * 1.1 * cos(a), y + r * 1.1 * sin(a))],
            oklch(0.5, 0.12, 50),
            r * 0.018,
        )


def _curry(canvas: Canvas, stream: Stream, x: float, y: float, r: float) -> None:
    canvas.disc(x, y, r, oklch(stream.uniform(0.6, 0.72), 0.15, stream.uniform(50, 78)))
    rice = arc(x, y, r, r, 110, 290)
    canvas.blob([*rice[::4], (x + r * 0.1, y - r * 0.4), (x - r * 0.02, y + r * 0.3)], (250, 248, 238))
    for _ in range(120):
        px, py = _inside(stream, x - r * 0.46, y, r * 0.44)
        canvas.ellipse(px, py, r * 0.026, r * 0.012, (228, 224, 208))
    for _ in range(14):
        px, py = _inside(stream, x + r * 0.36, y, r * 0.5)
        tint = stream.pick(
            (oklch(0.7, 0.15, 55), oklch(0.6, 0.12, 60), oklch(0.62, 0.19, 32), oklch(0.6, 0.13, 140))
        )
        canvas.blob(
            [
                (px - r * 0.09, py),
                (px, py - r * 0.08),
                (px + r * 0.1, py - r * 0.01),
                (px + r * 0.02, py + r * 0.08),
            ],
            tint,
        )
    _chives(canvas, stream, x, y, r, 18)
    for at in range(3):
        leaf(canvas, x + r * (0.1 + 0.1 * at), y - r * 0.06 * at, r * 0.2, 60 * at, oklch(0.58, 0.15, 140))


def _eggs(canvas: Canvas, stream: Stream, x: float, y: float, r: float) -> None:
    toast = oklch(0.7, 0.1, 66)
    for at in (-1, 1):
        corners = turned(
            [
                (x + at * r * 0.4 - r * 0.34, y - r * 0.56),
                (x + at * r * 0.4 + r * 0.34, y - r * 0.56),
                (x + at * r * 0.4 + r * 0.32, y + r * 0.34),
                (x + at * r * 0.4 - r * 0.32, y + r * 0.34),
            ],
            x,
            y,
            12 * at,
        )
        canvas.blob(corners, dark(toast, 0.25))
        canvas.blob([(px * 0.94 + x * 0.06, py * 0.94 + y * 0.06) for px, py in corners], light(toast, 0.3))
        ex, ey = x + at * r * 0.38, y - r * 0.1
        canvas.blob(
            [
                (
                    ex + r * 0.3 * cos(pi * k / 4) * stream.uniform(0.75, 1.1),
                    ey + r * 0.3 * sin(pi * k / 4) * stream.uniform(0.75, 1.1),
                )
                for k in range(8)
            ],
            (254, 252, 246),
        )
        canvas.disc(ex, ey, r * 0.13, oklch(0.8, 0.16, 76))
        canvas.disc(ex - r * 0.04, ey - r * 0.05, r * 0.035, (255, 246, 214))
    for _ in range(9):
        px, py = x + stream.bell() * r * 0.5, y + r * 0.58 + stream.bell() * r * 0.14
        canvas.disc(px, py, r * 0.1, oklch(0.58, 0.2, 28))
        canvas.disc(px - r * 0.03, py - r * 0.03, r * 0.03, (255, 220, 210))
    for at in range(7):
        leaf(canvas, x + r * 0.1 * (at - 3), y - r * 0.66, r * 0.2, 40 * at, oklch(0.56, 0.13, 138))


def _pancakes(canvas: Canvas, stream: Stream, x: float, y: float, r: float) -> None:
    cake = oklch(0.72, 0.11, 68)
    for at in range(4):
        px, py = x + stream.bell() * r * 0.1, y - at * r * 0.05
        canvas.disc(px, py + r * 0.04, r * 0.66, dark(cake, 0.25))
        canvas.disc(px, py, r * 0.66, light(cake, 0.3))
        canvas.disc(px, py, r * 0.6, cake)
    canvas.blob(
        [
            (
                x + r * 0.42 * cos(pi * k / 5) * stream.uniform(0.6, 1.3),
                y - r * 0.15 + r * 0.42 * sin(pi * k / 5) * stream.uniform(0.6, 1.3),
            )
            for k in range(10)
        ],
        oklch(0.6, 0.13, 62),
        220,
    )
    canvas.shape(
        turned(
            [
                (x - r * 0.12, y - r * 0.28),
                (x + r * 0.12, y - r * 0.28),
                (x + r * 0.12, y - r * 0.04),
                (x - r * 0.12, y - r * 0.04),
            ],
            x,
            y - r * 0.16,
            20,
        ),
        oklch(0.93, 0.09, 98),
    )
    for _ in range(16):
        angle = stream.uniform(0, 2 * pi)
        px, py = (
            x + r * 0.84 * cos(angle) * stream.uniform(0.6, 1),
            y + r * 0.84 * sin(angle) * stream.uniform(0.6, 1),
        )
        if stream.chance(55):
            canvas.disc(px, py, r * 0.075, oklch(0.38, 0.12, 280))
            canvas.disc(px - r * 0.02, py - r * 0.02, r * 0.022, (190, 190, 230))
        else:
            canvas.disc(px, py, r * 0.09, oklch(0.56, 0.21, 20))
            leaf(canvas, px, py - r * 0.09, r * 0.09, 20, oklch(0.55, 0.13, 140))


def _soup(canvas: Canvas, stream: Stream, x: float, y: float, r: float) -> None:
    soup = oklch(stream.uniform(0.6, 0.75), 0.16, stream.pick((45, 60, 130, 30)))
    canvas.disc(x, y, r, soup)
    canvas.disc(x - r * 0.03, y - r * 0.03, r * 0.92, light(soup, 0.08))
    swirl = [
        (x + r * (0.08 + 0.055 * at) * cos(at * 0.75), y + r * (0.08 + 0.055 * at) * sin(at * 0.75))
        for at in range(11)
    ]
    canvas.curve(swirl, (255, 250, 240), r * 0.05)
    for _ in range(26):
        px, py = _inside(stream, x, y, r * 0.5)
        canvas.ellipse(px, py, r * 0.035, r * 0.02, oklch(0.45, 0.08, 60))
    for at in range(3):
        leaf(canvas, x + r * 0.1 * at, y - r * 0.08 * at, r * 0.26, 110 * at, oklch(0.55, 0.14, 140))


def _sushi(canvas: Canvas, stream: Stream, x: float, y: float, r: float) -> None:
    for row in range(3):
        for column in range(3):
            px, py = x + (column - 1) * r * 0.46, y + (row - 1) * r * 0.44
            fish = stream.pick(
                (oklch(0.7, 0.16, 40), oklch(0.62, 0.19, 25), oklch(0.88, 0.09, 92), oklch(0.6, 0.13, 140))
            )
            if row == 1:
                canvas.box(
                    px - r * 0.17, py - r * 0.12, px + r * 0.17, py + r * 0.12, (250, 248, 240), r * 0.08
                )
                canvas.box(px - r * 0.19, py - r * 0.12, px + r * 0.19, py + r * 0.06, fish, r * 0.07)
                for stripe in range(3):
                    canvas.line(
                        [
                            (px - r * 0.1 + stripe * r * 0.1, py - r * 0.1),
                            (px - r * 0.14 + stripe * r * 0.1, py + r * 0.04),
                        ],
                        light(fish, 0.45),
                        r * 0.014,
                    )
            else:
                canvas.disc(px, py + r * 0.02, r * 0.185, dark((36, 48, 44), 0.3))
                canvas.disc(px, py, r * 0.18, (36, 52, 46))
                canvas.disc(px, py, r * 0.15, (250, 248, 240))
                canvas.disc(px, py, r * 0.065, fish)
    canvas.disc(x + r * 0.72, y + r * 0.36, r * 0.1, oklch(0.76, 0.12, 135))


def _cutlery(canvas: Canvas, stream: Stream, x: float, y: float, r: float, sticks: bool) -> None:
    steel = (204, 206, 214)
    left, right = x - r * 1.32, x + r * 1.32
    if sticks:
        for at in (0, 1):
            ends = [(right + at * r * 0.1, y - r * 0.95), (right - r * 0.06 + at * r * 0.06, y + r * 0.95)]
            canvas.line([(px + 6, py + 8) for px, py in ends], (20, 12, 12), r * 0.035, 90)
            canvas.line(ends, oklch(0.42, 0.12, 30), r * 0.036)
        return
    for px in (left, right):
        canvas.line([(px + 7, y - r * 0.6), (px + 7, y + r * 0.92)], (20, 14, 20), r * 0.06, 70)
        canvas.line([(px, y - r * 0.1), (px, y + r * 0.86)], steel, r * 0.055)
    canvas.shape(
        [
            (left - r * 0.1, y - r * 0.4),
            (left + r * 0.1, y - r * 0.4),
            (left + r * 0.05, y - r * 0.06),
            (left - r * 0.05, y - r * 0.06),
        ],
        steel,
    )
    for tine in (-0.085, -0.028, 0.028, 0.085):
        canvas.line([(left + r * tine, y - r * 0.4), (left + r * tine, y - r * 0.72)], steel, r * 0.03)
    canvas.blob(
        [
            (right, y),
            (right - r * 0.06, y - r * 0.3),
            (right - r * 0.03, y - r * 0.76),
            (right + r * 0.05, y - r * 0.6),
            (right + r * 0.06, y - r * 0.1),
        ],
        light(steel, 0.2),
    )


def _chives(canvas: Canvas, stream: Stream, x: float, y: float, r: float, count: int) -> None:
    for _ in range(count):
        px, py = _inside(stream, x, y, r * 0.8)
        canvas.ring(px, py, r * 0.034, oklch(0.66, 0.16, 135), r * 0.016)


def _garnish(canvas: Canvas, stream: Stream, x: float, y: float, size: float) -> None:
    style = stream.below(4)
    if style == 0:
        canvas.shadow(x, y + size * 0.2, size * 1.5, size * 1.4, 0.5)
        canvas.disc(x, y, size, oklch(0.58, 0.2, 28))
        canvas.disc(x - size * 0.3, y - size * 0.3, size * 0.24, oklch(0.76, 0.13, 30))
        for at in range(5):
            leaf(canvas, x, y, size * 0.5, at * 72, oklch(0.52, 0.13, 140))
    elif style == 1:
        canvas.shadow(x, y + size * 0.2, size * 1.5, size * 1.4, 0.5)
        canvas.disc(x, y, size, oklch(0.84, 0.16, 100))
        canvas.disc(x, y, size * 0.86, (255, 252, 226))
        for at in range(8):
            a = at * 45
            canvas.shape(
                [
                    turned([(x + size * 0.1, y)], x, y, a + 22)[0],
                    *arc(x, y, size * 0.76, size * 0.76, a + 4, a + 41, 6),
                ],
                oklch(0.89, 0.13, 102),
            )
    elif style == 2:
        for at in range(7):
            leaf(
                canvas,
                x + size * 0.2 * (at - 3),
                y + size * 0.1 * (at % 2),
                size * 0.8,
                50 * at,
                oklch(0.54, 0.12, 142),
            )
    else:
        for at in range(4):
            px, py = x + stream.bell() * size * 1.4, y + stream.bell() * size * 1.4
            canvas.ellipse(px + 3, py + 4, size * 0.42, size * 0.42, (20, 12, 14), 80)
            canvas.disc(px, py, size * 0.4, mix((244, 238, 226), (150, 90, 140), 0.2 * (at % 3)))
