"""Made with ruler and compass: abstract posters, code on a screen."""

from __future__ import annotations

from math import cos, pi, sin

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, arc, light, mix, oklch, spline, turned
from dozen.kit.sample.streams import Stream

PALETTES: tuple[tuple[Color, ...], ...] = (
    ((244, 236, 220), (222, 82, 60), (34, 52, 86), (238, 178, 72), (112, 152, 146)),
    ((250, 240, 228), (30, 60, 66), (234, 110, 82), (248, 196, 160), (120, 164, 140)),
    ((28, 34, 58), (246, 116, 92), (250, 204, 116), (98, 178, 186), (240, 238, 230)),
    ((252, 246, 238), (86, 72, 164), (246, 142, 152), (250, 206, 104), (58, 172, 154)),
    ((20, 54, 60), (244, 224, 188), (232, 136, 62), (148, 190, 166), (196, 70, 56)),
    ((238, 232, 242), (62, 44, 94), (214, 84, 128), (250, 178, 122), (118, 132, 206)),
    ((246, 242, 230), (60, 84, 48), (206, 118, 58), (234, 198, 110), (134, 162, 108)),
    ((18, 22, 30), (238, 240, 236), (252, 84, 84), (88, 104, 240), (252, 206, 70)),
    ((236, 244, 246), (22, 90, 130), (244, 96, 80), (252, 200, 88), (108, 186, 208)),
)


def poster(stream: Stream, width: int, height: int) -> Image.Image:
    """An abstract poster."""
    colors = stream.pick(PALETTES)
    canvas = Canvas(width, height, colors[0])
    stream.pick((_bauhaus, _arches, _hills, _rings, _blobs, _stripes))(canvas, stream, colors)
    return canvas.done(8)


def code(stream: Stream, width: int, height: int) -> Image.Image:
    """An editor full of coloured lines."""
    hue = stream.uniform(0, 360)
    back = ((0, oklch(0.62, 0.14, hue)), (1, oklch(0.45, 0.15, hue + 60)))
    canvas = Canvas(width, height, back)
    pale = stream.chance(25)
    page = (250, 250, 248) if pale else oklch(0.22, 0.03, hue + 30)
    inks = [oklch(0.55 if pale else 0.78, 0.15, hue + 67 * at) for at in range(5)]
    plain = mix(page, (20, 20, 40) if pale else (235, 235, 245), 0.72)
    x0, y0, x1, y1 = width * 0.1, height * 0.1, width * 0.9, height * 1.04
    canvas.shadow((x0 + x1) / 2, height * 0.6, width * 0.52, height * 0.62, 0.5)
    canvas.box(x0, y0, x1, y1, page, height * 0.02)
    canvas.box(x0, y0, x1, y0 + height * 0.06, mix(page, plain, 0.12), height * 0.02)
    for at, dot in enumerate(((255, 96, 88), (255, 190, 46), (40, 201, 64))):
        canvas.disc(x0 + height * (0.035 + 0.034 * at), y0 + height * 0.03, height * 0.011, dot)
    canvas.box(
        x0 + width * 0.12,
        y0 + height * 0.018,
        x0 + width * 0.27,
        y0 + height * 0.042,
        mix(page, plain, 0.28),
        height * 0.01,
    )
    step = height * 0.043
    y, indent = y0 + height * 0.1, 0
    marked = stream.between(4, 15)
    for row in range(21):
        if stream.chance(13):
            y += step
            indent = 0
            continue
        if row == marked:
            canvas.box(x0, y - step * 0.3, x1, y + step * 0.66, mix(page, inks[2], 0.16))
        canvas.box(
            x0 + width * 0.016,
            y,
            x0 + width * 0.016 + width * (0.008 if row < 9 else 0.014),
            y + step * 0.36,
            mix(page, plain, 0.35),
            2,
        )
        x = x0 + width * (0.05 + 0.028 * indent)
        for token in range(stream.between(1, 6)):
            wide = width * stream.uniform(0.016, 0.085)
            if x + wide > x1 - width * 0.03:
                break
            ink = inks[stream.below(5)] if stream.chance(58) else plain
            canvas.box(
                x,
                y,
                x + wide,
                y + step * 0.38,
                inks[0] if token == 0 and stream.chance(40) else ink,
                step * 0.16,
            )
            x += wide + width * 0.01
        indent = max(0, min(5, indent + stream.pick((-2, -1, 0, 0, 1, 1))))
        y += step
    return canvas.done(3)


def _bauhaus(canvas: Canvas, stream: Stream, colors: tuple[Color, ...]) -> None:
    rows = stream.pick((3, 4))
    cell = canvas.height / rows
    columns = int(canvas.width / cell) + 1
    offset = (canvas.width - columns * cell) / 2
    for row in range(rows):
        for column in range(columns):
            x, y = offset + column * cell, row * cell
            ground, ink = stream.picks(colors, 2)
            canvas.box(x, y, x + cell, y + cell, ground)
            style, turn = stream.below(7), stream.below(4) * 90
            cx, cy, half = x + cell / 2, y + cell / 2, cell / 2
            if style == 0:
                canvas.disc(cx, cy, half * stream.uniform(0.5, 0.96), ink)
            elif style == 1:
                corner = turned([(x, y)], cx, cy, turn)[0]
                canvas.shape([corner, *arc(corner[0], corner[1], cell, cell, turn, turn + 90)], ink)
            elif style == 2:
                canvas.shape(turned([(x, y), (x + cell, y), (x, y + cell)], cx, cy, turn), ink)
            elif style == 3:
                canvas.shape(arc(cx, cy, half, half, turn, turn + 180), ink)
            elif style == 4:
                for ring in range(3):
                    canvas.disc(cx, cy, half * (0.94 - 0.3 * ring), ink if ring % 2 == 0 else ground)
            elif style == 5:
                for bar in range(4):
                    start = x + cell * bar / 4
                    canvas.shape(
                        turned(
                            [
                                (start, y),
                                (start + cell / 8, y),
                                (start + cell / 8, y + cell),
                                (start, y + cell),
                            ],
                            cx,
                            cy,
                            turn,
                        ),
                        ink,
                    )


def _arches(canvas: Canvas, stream: Stream, colors: tuple[Color, ...]) -> None:
    width, height = canvas.width, canvas.height
    canvas.disc(width * stream.uniform(0.2, 0.8), height * 0.3, height * stream.uniform(0.1, 0.18), colors[3])
    for x in sorted(stream.picks((0.12, 0.32, 0.5, 0.68, 0.88), stream.between(2, 4))):
        wide = width * stream.uniform(0.12, 0.2)
        top = height * stream.uniform(0.36, 0.62)
        bands = stream.between(3, 5)
        for band in range(bands):
            half = wide * (1 - band / bands)
            canvas.shape(
                [
                    *arc(width * x, top + wide, half, half, 180, 360),
                    (width * x + half, height),
                    (width * x - half, height),
                ],
                colors[(band + int(x * 10)) % 5],
            )
    canvas.box(0, height * 0.93, width, height, colors[1])


def _hills(canvas: Canvas, stream: Stream, colors: tuple[Color, ...]) -> None:
    width, height = canvas.width, canvas.height
    canvas.disc(width * stream.uniform(0.3, 0.7), height * 0.36, height * 0.2, colors[1])
    for layer in range(6):
        crest = [
            (width * at / 4, height * (0.4 + 0.11 * layer) + stream.bell() * height * 0.16)
            for at in range(-1, 6)
        ]
        canvas.shape(
            [*spline(crest, closed=False), (width * 1.3, height), (-width * 0.3, height)],
            colors[1 + (layer * 2 + 1) % 4],
        )
        if layer % 2:
            for stripe in range(1, 5):
                lower = [(x, y + stripe * height * 0.022) for x, y in crest]
                canvas.curve(lower, light(colors[1 + (layer * 2 + 1) % 4], 0.3), height / 260)


def _rings(canvas: Canvas, stream: Stream, colors: tuple[Color, ...]) -> None:
    for _ in range(stream.between(3, 5)):
        x, y = stream.unit() * canvas.width, stream.unit() * canvas.height
        radius = canvas.height * stream.uniform(0.2, 0.55)
        bands = stream.between(4, 9)
        start = stream.below(4)
        for band in range(bands):
            canvas.disc(x, y, radius * (1 - band / bands), colors[(start + band) % 5])


def _blobs(canvas: Canvas, stream: Stream, colors: tuple[Color, ...]) -> None:
    for _ in range(7):
        x, y = stream.unit() * canvas.width, stream.unit() * canvas.height
        size = canvas.height * stream.uniform(0.12, 0.36)
        points = [
            (
                x + size * stream.uniform(0.6, 1.3) * cos(pi * at / 4),
                y + size * stream.uniform(0.6, 1.3) * sin(pi * at / 4),
            )
            for at in range(8)
        ]
        canvas.blob(points, stream.pick(colors[1:]))
    for _ in range(5):
        x, y = stream.unit() * canvas.width, stream.unit() * canvas.height
        ink = stream.pick(colors[1:])
        style = stream.below(3)
        if style == 0:
            wave = [(x + at * canvas.height * 0.04, y + canvas.height * 0.03 * (-1) ** at) for at in range(8)]
            canvas.curve(wave, ink, canvas.height * 0.012)
        elif style == 1:
            for row in range(5):
                for column in range(5):
                    canvas.disc(
                        x + row * canvas.height * 0.035,
                        y + column * canvas.height * 0.035,
                        canvas.height * 0.007,
                        ink,
                    )
        else:
            canvas.ring(x, y, canvas.height * 0.08, ink, canvas.height * 0.014)


def _stripes(canvas: Canvas, stream: Stream, colors: tuple[Color, ...]) -> None:
    width, height = canvas.width, canvas.height
    x, y = width * stream.uniform(0.3, 0.7), height * stream.uniform(0.55, 1.0)
    rays = stream.between(9, 15) * 2
    for ray in range(rays):
        a, b = 360 * ray / rays, 360 * (ray + 1) / rays
        canvas.shape(
            [(x, y), *arc(x, y, width * 1.3, width * 1.3, a, b, 2)], colors[1] if ray % 2 else colors[3]
        )
    canvas.disc(x, y, height * 0.34, colors[0])
    canvas.disc(x, y, height * 0.26, colors[2])
    waves = [(width * at / 8, height * 0.86 + height * 0.04 * (-1) ** at) for at in range(-1, 10)]
    canvas.shape([*spline(waves, closed=False), (width, height * 1.1), (0, height * 1.1)], colors[4])
