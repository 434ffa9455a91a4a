"""What stands behind portraits and animals."""

from __future__ import annotations

from math import cos, pi, sin

from dozen.kit.sample.canvas import Canvas, Color, dark, light, oklch, ridge
from dozen.kit.sample.pictures.light import pick_sky, sun
from dozen.kit.sample.streams import Stream


def backdrop(stream: Stream, size: int, scale: int) -> Canvas:
    """A new square canvas with something calm on it."""
    hue = stream.uniform(0, 360)
    pale = oklch(stream.uniform(0.78, 0.92), stream.uniform(0.03, 0.1), hue)
    full = oklch(stream.uniform(0.55, 0.75), stream.uniform(0.08, 0.15), hue)
    style = stream.below(12)
    if style < 3:
        return Canvas(size, size, pale if style < 2 else full, scale)
    if style < 5:
        return Canvas(
            size, size, ((0, light(full, 0.25)), (1, oklch(0.6, 0.13, hue + stream.uniform(20, 70)))), scale
        )
    canvas = Canvas(size, size, pale, scale)
    if style == 5:
        canvas.disc(size * 0.5, size * 0.48, size * 0.4, full)
    elif style == 6:
        _outdoors(canvas, stream)
    elif style == 7:
        _bokeh(canvas, stream, hue)
    elif style == 8:
        for at in range(60):
            canvas.disc(
                (at % 8 + 0.5 * (at // 8 % 2)) * size / 7, at // 8 * size / 7, size * 0.018, light(pale, 0.6)
            )
    elif style == 9:
        for stripe in range(9):
            x = size * (stripe * 0.25 - 0.6)
            canvas.shape(
                [(x, 0), (x + size * 0.12, 0), (x + size * 0.62, size), (x + size * 0.5, size)],
                light(pale, 0.4),
            )
    elif style == 10:
        for ray in range(12):
            a, b = 2 * pi * ray / 12, 2 * pi * (ray + 0.5) / 12
            reach = size * 1.2
            canvas.shape(
                [
                    (size / 2, size / 2),
                    (size / 2 + reach * cos(a), size / 2 + reach * sin(a)),
                    (size / 2 + reach * cos(b), size / 2 + reach * sin(b)),
                ],
                light(pale, 0.3),
            )
    else:
        _leaves(canvas, stream, full)
    return canvas


def _outdoors(canvas: Canvas, stream: Stream) -> None:
    size = canvas.width
    sky = pick_sky(stream)
    canvas.shaded([(0, 0), (size, 0), (size, size), (0, size)], sky.stops)
    sun(canvas, stream, sky, size * 0.15, size * 0.5)
    for layer in range(3):
        line = ridge(stream, size, size * (0.5 + 0.14 * layer), size * 0.2, 0.5, 6)
        color: Color = (
            round(sky.far[0] + (sky.near[0] - sky.far[0]) * (0.15 + 0.3 * layer)),
            round(sky.far[1] + (sky.near[1] - sky.far[1]) * (0.15 + 0.3 * layer)),
            round(sky.far[2] + (sky.near[2] - sky.far[2]) * (0.15 + 0.3 * layer)),
        )
        canvas.shape([*line, (size, size), (0, size)], color)
    canvas.blur(size * 0.008)


def _bokeh(canvas: Canvas, stream: Stream, hue: float) -> None:
    size = canvas.width
    canvas.shaded(
        [(0, 0), (size, 0), (size, size), (0, size)],
        ((0, oklch(0.5, 0.09, hue)), (1, oklch(0.3, 0.07, hue + 50))),
    )
    for _ in range(20):
        tint = oklch(stream.uniform(0.65, 0.86), 0.12, hue + stream.uniform(-60, 120))
        canvas.disc(
            size * stream.unit(),
            size * stream.unit(),
            size * stream.uniform(0.04, 0.13),
            tint,
            stream.between(60, 150),
        )
    canvas.blur(size * 0.012)


def _leaves(canvas: Canvas, stream: Stream, tint: Color) -> None:
    size = canvas.width
    for _ in range(18):
        x, y = size * stream.unit(), size * stream.unit()
        long, turn = size * stream.uniform(0.12, 0.22), stream.uniform(0, 2 * pi)
        dx, dy = long * cos(turn), long * sin(turn)
        color = dark(tint, 0.1 * stream.unit()) if stream.chance(50) else light(tint, 0.3)
        canvas.blob(
            [(x - dx, y - dy), (x - dy * 0.3, y + dx * 0.3), (x + dx, y + dy), (x + dy * 0.3, y - dx * 0.3)],
            color,
        )
