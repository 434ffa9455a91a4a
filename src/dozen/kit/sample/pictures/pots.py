"""Plants in pots."""

from __future__ import annotations

from math import cos, pi, sin

from dozen.kit.sample.canvas import Canvas, Color, dark, light, oklch, spline, turned
from dozen.kit.sample.streams import Stream


def _pot(canvas: Canvas, x: float, y: float, wide: float, tall: float, tint: Color) -> None:
    canvas.shaded(
        [(x - wide, y - tall), (x + wide, y - tall), (x + wide * 0.76, y), (x - wide * 0.76, y)],
        ((0, light(tint, 0.2)), (0.5, tint), (1, dark(tint, 0.25))),
        sideways=True,
    )
    canvas.box(
        x - wide * 1.08, y - tall * 1.08, x + wide * 1.08, y - tall * 0.82, light(tint, 0.08), tall * 0.05
    )


def blade(canvas: Canvas, x: float, y: float, size: float, turn: float, color: Color) -> None:
    outline = [
        (x, y),
        (x + size * 0.3, y - size * 0.15),
        (x + size * 0.7, y - size * 0.13),
        (x + size, y),
        (x + size * 0.7, y + size * 0.12),
        (x + size * 0.3, y + size * 0.13),
    ]
    canvas.blob(turned(outline, x, y, turn), color)
    canvas.line(turned([(x, y), (x + size * 0.92, y)], x, y, turn), light(color, 0.2), size * 0.025)


def monstera(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    green = oklch(0.48, 0.11, stream.uniform(140, 162))
    for at in range(7):
        turn = -168 + at * 26 + stream.bell() * 8
        reach = size * stream.uniform(0.42, 0.66)
        tip = (x + reach * 0.8 * cos(turn * pi / 180), y - size * 0.34 + reach * sin(turn * pi / 180))
        canvas.curve(
            [(x, y - size * 0.3), ((x + tip[0]) / 2, (y - size * 0.34 + tip[1]) / 2 - size * 0.04), tip],
            dark(green, 0.15),
            size * 0.016,
        )
        leaf, shade = size * 0.17, light(green, 0.07 * (at % 4))
        heart = [
            (0, 0.3),
            (-0.5, 0.75),
            (-1.0, 0.3),
            (-0.9, -0.45),
            (0, -1.25),
            (0.9, -0.45),
            (1.0, 0.3),
            (0.5, 0.75),
        ]
        canvas.blob(
            turned([(tip[0] + px * leaf, tip[1] + py * leaf) for px, py in heart], *tip, turn + 90), shade
        )
        for side in (-1, 1):
            for notch in range(3):
                slit = [
                    (tip[0] + side * leaf * 1.04, tip[1] + leaf * (0.28 - 0.38 * notch)),
                    (tip[0] + side * leaf * 0.3, tip[1] + leaf * (0.14 - 0.3 * notch)),
                ]
                canvas.line(turned(slit, *tip, turn + 90), dark(shade, 0.3), leaf * 0.08)
    _pot(canvas, x, y, size * 0.17, size * 0.32, tint)


def snake_plant(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    for at in range(7):
        turn = -90 + (at - 3) * 8 + stream.bell() * 5
        green = oklch(0.5, 0.1, stream.uniform(135, 165))
        blade(
            canvas,
            x + (at - 3) * size * 0.025,
            y - size * 0.26,
            size * stream.uniform(0.45, 0.75),
            turn,
            light(green, 0.1 * (at % 2)),
        )
    _pot(canvas, x, y, size * 0.16, size * 0.3, tint)


def cactus_pot(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    green = oklch(0.56, 0.11, stream.uniform(140, 165))
    for dx, top, wide in ((0, 0.74, 0.11), (-0.13, 0.5, 0.07), (0.13, 0.56, 0.07))[: stream.between(1, 3)]:
        canvas.line(
            [(x + dx * size, y - size * 0.24), (x + dx * size, y - size * top)], green, size * wide * 2
        )
        for row in range(8):
            ry = y - size * (0.28 + (top - 0.28) * row / 8)
            for column in (-0.5, 0, 0.5):
                canvas.line(
                    [
                        (x + dx * size + column * size * wide, ry),
                        (x + dx * size + column * size * wide, ry - size * 0.018),
                    ],
                    (250, 250, 230),
                    size * 0.008,
                )
        if stream.chance(50):
            canvas.disc(x + dx * size, y - size * (top + wide * 0.9), size * 0.04, oklch(0.68, 0.19, 0))
    _pot(canvas, x, y, size * 0.18, size * 0.26, tint)


def trailing(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    green = oklch(0.54, 0.12, stream.uniform(130, 155))
    for at in range(9):
        side = (at - 4) / 4
        path = [
            (x + side * size * 0.1, y - size * 0.34),
            (x + side * size * 0.26, y - size * 0.5),
            (x + side * size * 0.4, y - size * 0.26),
            (x + side * size * 0.44, y - size * 0.02 + size * 0.1 * stream.bell()),
        ]
        for number, (px, py) in enumerate(spline(path, closed=False, steps=5)):
            canvas.ellipse(
                px + (number % 2 * 2 - 1) * size * 0.025,
                py,
                size * 0.036,
                size * 0.028,
                light(green, 0.06 * (number % 4)),
            )
    _pot(canvas, x, y, size * 0.18, size * 0.3, tint)


def round_leaves(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    green = oklch(0.56, 0.11, stream.uniform(140, 170))
    for at in range(11):
        turn = (-170 + at * 16) * pi / 180
        reach = size * stream.uniform(0.28, 0.5)
        tip = (x + reach * 0.8 * cos(turn), y - size * 0.26 + reach * sin(turn))
        canvas.line([(x, y - size * 0.24), tip], dark(green, 0.2), size * 0.012)
        canvas.disc(*tip, size * stream.uniform(0.06, 0.085), light(green, 0.06 * (at % 4)))
        canvas.disc(tip[0] - size * 0.01, tip[1] - size * 0.01, size * 0.012, light(green, 0.5))
    _pot(canvas, x, y, size * 0.16, size * 0.26, tint)
