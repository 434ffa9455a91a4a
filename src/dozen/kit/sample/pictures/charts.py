"""Charts without words."""

from __future__ import annotations

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, arc, dark, light, spline
from dozen.kit.sample.pictures.graphic import PALETTES
from dozen.kit.sample.streams import Stream


def chart(stream: Stream, width: int, height: int) -> Image.Image:
    """An infographic without words."""
    colors = stream.pick(PALETTES)
    ground = colors[0]
    night = sum(ground) < 300
    card = light(ground, 0.09) if night else light(ground, 0.75)
    rule = light(ground, 0.2) if night else dark(ground, 0.12)
    canvas = Canvas(width, height, ground)
    pad = height * 0.06
    canvas.box(pad, pad, width - pad, height - pad, card, height * 0.03)
    canvas.box(
        pad * 1.9,
        pad * 1.9,
        pad * 1.9 + width * stream.uniform(0.2, 0.34),
        pad * 2.4,
        colors[1] if sum(colors[1]) != sum(ground) else colors[2],
        pad * 0.2,
    )
    canvas.box(
        pad * 1.9, pad * 2.75, pad * 1.9 + width * stream.uniform(0.3, 0.5), pad * 3.0, rule, pad * 0.12
    )
    left, right, top, low = pad * 2, width - pad * 2, height * 0.28, height * 0.82
    kind = stream.pick((_bars, _lines, _areas, _donut, _dots))
    if kind is not _donut:
        for at in range(6):
            y = low - (low - top) * at / 5
            canvas.line([(left, y), (right, y)], rule, height / 480)
    kind(canvas, stream, colors, (left, top, right, low))
    for at in range(4):
        x = left + at * width * 0.13
        canvas.disc(x + pad * 0.2, height * 0.885, pad * 0.17, colors[1 + at % 4])
        canvas.box(
            x + pad * 0.55, height * 0.878, x + pad * (1.1 + stream.unit()), height * 0.894, rule, pad * 0.1
        )
    return canvas.done(3)


def _bars(
    canvas: Canvas, stream: Stream, colors: tuple[Color, ...], frame: tuple[float, float, float, float]
) -> None:
    left, top, right, low = frame
    groups, series = stream.between(6, 10), stream.between(1, 3)
    step = (right - left) / groups
    level = stream.uniform(0.2, 0.4)
    for group in range(groups):
        level = min(0.95, max(0.12, level + stream.uniform(-0.1, 0.18)))
        for item in range(series):
            tall = (low - top) * min(0.98, level * stream.uniform(0.6, 1.1))
            wide = step * 0.7 / series
            x = left + step * (group + 0.15) + wide * item
            canvas.box(x, low - tall, x + wide * 0.86, low, colors[1 + item], wide * 0.2)


def _lines(
    canvas: Canvas, stream: Stream, colors: tuple[Color, ...], frame: tuple[float, float, float, float]
) -> None:
    left, top, right, low = frame
    for series in range(stream.between(2, 4)):
        level = stream.uniform(0.1, 0.7)
        points = []
        for at in range(13):
            level = min(0.97, max(0.04, level + stream.uniform(-0.14, 0.17)))
            points.append((left + (right - left) * at / 12, low - (low - top) * level))
        canvas.curve(points, colors[1 + series], canvas.height * 0.009)
        for x, y in points[::3]:
            canvas.disc(x, y, canvas.height * 0.013, colors[1 + series])


def _areas(
    canvas: Canvas, stream: Stream, colors: tuple[Color, ...], frame: tuple[float, float, float, float]
) -> None:
    left, top, right, low = frame
    for series in range(4):
        points = [
            (
                left + (right - left) * at / 8,
                low - (low - top) * (0.86 - 0.21 * series) * stream.uniform(0.66, 1.1),
            )
            for at in range(9)
        ]
        smooth = spline(points, closed=False)
        canvas.shape([*smooth, (right, low), (left, low)], colors[1 + series], 225)


def _donut(
    canvas: Canvas, stream: Stream, colors: tuple[Color, ...], frame: tuple[float, float, float, float]
) -> None:
    left, top, right, low = frame
    cy = (top + low) / 2
    radius = (low - top) * 0.5
    for at, cx in enumerate((left + radius * 1.2, right - radius * 1.4)):
        start = -90.0
        parts = [stream.uniform(0.5, 2) for _ in range(4)]
        for item, part in enumerate(parts):
            end = start + 360 * part / sum(parts)
            canvas.shape([(cx, cy), *arc(cx, cy, radius, radius, start, end - 1.5, 40)], colors[1 + item])
            start = end
        if at == 0:
            canvas.disc(
                cx,
                cy,
                radius * 0.58,
                light(colors[0], 0.75) if sum(colors[0]) > 300 else light(colors[0], 0.09),
            )


def _dots(
    canvas: Canvas, stream: Stream, colors: tuple[Color, ...], frame: tuple[float, float, float, float]
) -> None:
    left, top, right, low = frame
    for _ in range(70):
        t = stream.unit()
        x = left + (right - left) * t
        y = low - (low - top) * min(0.98, max(0.02, 0.15 + 0.6 * t + stream.bell() * 0.34))
        canvas.disc(x, y, canvas.height * (0.006 + 0.022 * stream.unit() ** 3), stream.pick(colors[1:]), 210)
    canvas.line(
        [(left, low - (low - top) * 0.12), (right, low - (low - top) * 0.8)], colors[1], canvas.height * 0.006
    )
