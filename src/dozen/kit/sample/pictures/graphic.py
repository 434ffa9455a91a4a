"""Made with ruler and compass: posters, charts, code on a screen, a pitch, dice, a chessboard."""

from __future__ import annotations

from math import cos, pi, sin

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, arc, dark, light, mix, oklch, spline, turned
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


def pitch(stream: Stream, width: int, height: int) -> Image.Image:
    """A football pitch from above or with the ball close by."""
    hue = stream.uniform(125, 150)
    grass = oklch(0.6, 0.14, hue)
    canvas = Canvas(width, height, grass)
    bands = stream.between(8, 13)
    for band in range(bands):
        if band % 2:
            canvas.box(width * band / bands, 0, width * (band + 1) / bands, height, dark(grass, 0.1))
    white = (244, 250, 240)
    line = height * 0.008
    pad = height * 0.07
    for x0, y0, x1, y1 in (
        (pad, pad, width - pad, height - pad),
        (pad, height * 0.25, pad + width * 0.14, height * 0.75),
        (pad, height * 0.38, pad + width * 0.055, height * 0.62),
        (width - pad - width * 0.14, height * 0.25, width - pad, height * 0.75),
        (width - pad - width * 0.055, height * 0.38, width - pad, height * 0.62),
    ):
        canvas.line([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)], white, line)
    canvas.line([(width / 2, pad), (width / 2, height - pad)], white, line)
    canvas.ring(width / 2, height / 2, height * 0.15, white, line)
    canvas.disc(width / 2, height / 2, line * 1.3, white)
    one, two = oklch(0.6, 0.21, stream.uniform(0, 360)), oklch(0.35, 0.1, stream.uniform(0, 360))
    shapes = (
        (0.08, 0.5),
        (0.22, 0.2),
        (0.2, 0.4),
        (0.2, 0.6),
        (0.22, 0.8),
        (0.38, 0.3),
        (0.36, 0.5),
        (0.38, 0.7),
        (0.46, 0.2),
        (0.47, 0.55),
        (0.45, 0.8),
    )
    size = height * 0.026
    players: list[tuple[float, float]] = []
    for side, color in ((0, one), (1, two)):
        for px, py in shapes:
            x = width * (px if not side else 1 - px) + stream.bell() * width * 0.07
            y = height * py + stream.bell() * height * 0.08
            canvas.ellipse(x + size * 0.4, y + size * 0.5, size, size * 0.9, (10, 40, 20), 70)
            canvas.disc(x, y, size, color)
            canvas.disc(x, y - size * 0.1, size * 0.45, light(color, 0.35))
            if not side:
                players.append((x, y))
    path = stream.picks(players, 3)
    for (ax, ay), (bx, by) in zip(path, path[1:], strict=False):
        bend = ((ax + bx) / 2 + (by - ay) * 0.16, (ay + by) / 2 - (bx - ax) * 0.16)
        run = spline([(ax, ay), bend, (bx, by)], closed=False, steps=20)
        for at in range(2, len(run) - 3, 3):
            canvas.line([run[at], run[at + 1]], (255, 238, 120), height * 0.007)
    bx, by = path[-1]
    canvas.disc(bx + size * 1.2, by + size * 0.6, size * 0.48, (255, 255, 255))
    canvas.disc(bx + size * 1.2, by + size * 0.6, size * 0.17, (40, 40, 40))
    canvas.vignette(0.3)
    return canvas.done(6)


def chessboard(stream: Stream, width: int, height: int) -> Image.Image:
    """A position on a board, in perspective."""
    hue = stream.uniform(20, 90)
    canvas = Canvas(width, height, ((0, oklch(0.3, 0.04, hue + 180)), (1, oklch(0.2, 0.04, hue + 200))))
    canvas.glow(width * 0.5, height * 0.35, height * 0.8, oklch(0.6, 0.07, hue), 0.5)
    pale, deep = oklch(0.86, 0.06, hue + 20), oklch(0.5, 0.08, hue)

    def place(u: float, v: float) -> tuple[float, float]:
        depth = 0.55 + 0.45 * v / 8
        return (
            width / 2 + (u - 4) * width * 0.098 * depth,
            height * (0.3 + 0.62 * (max(0.0, v) / 8) ** 1.12 + 0.03 * min(0.0, v)),
        )

    rim = dark(deep, 0.4)
    canvas.shape([place(-0.45, -0.3), place(8.45, -0.3), place(8.5, 8.4), place(-0.5, 8.4)], rim)
    for u in range(8):
        for v in range(8):
            canvas.shape(
                [place(u, v), place(u + 1, v), place(u + 1, v + 1), place(u, v + 1)],
                deep if (u + v) % 2 else pale,
            )
    taken: set[tuple[int, int]] = set()
    for _ in range(stream.between(11, 17)):
        u, v = stream.below(8), stream.below(8)
        taken.add((u, v))
    for u, v in sorted(taken, key=lambda square: (square[1], square[0])):
        x, y = place(u + 0.5, v + 0.72)
        size = width * 0.052 * (0.55 + 0.45 * v / 8)
        tint = (244, 236, 220) if (u * 7 + v * 3 + stream.below(2)) % 2 else (58, 44, 44)
        _piece(canvas, stream, x, y, size, tint)
    canvas.vignette(0.45)
    return canvas.done(6)


def dice(stream: Stream, width: int, height: int) -> Image.Image:
    """A game on a table: dice, tokens, cards."""
    hue = stream.uniform(0, 360)
    felt = oklch(0.42, 0.09, stream.pick((150, 160, 260, 20, 300, 200)))
    canvas = Canvas(width, height, ((0, light(felt, 0.06)), (1, dark(felt, 0.2))))
    for at in range(stream.between(4, 6)):
        x, y = width * (0.16 + 0.15 * at), height * (0.3 + 0.42 * stream.unit())
        _card(canvas, stream, x, y, height * 0.17, stream.uniform(-40, 40), oklch(0.65, 0.17, hue + at * 60))
    for at in range(26):
        x, y = stream.unit() * width, stream.unit() * height
        tint = oklch(0.68, 0.18, hue + 90 * (at % 4))
        size = height * 0.02
        canvas.ellipse(x + size * 0.3, y + size * 0.5, size * 1.2, size, (10, 10, 24), 90)
        _meeple(canvas, x, y, size * 1.9, tint) if at % 3 else canvas.box(
            x - size, y - size, x + size, y + size, tint, size * 0.2
        )
    for _ in range(stream.between(2, 4)):
        _die(
            canvas,
            stream,
            width * stream.uniform(0.2, 0.8),
            height * stream.uniform(0.25, 0.8),
            height * 0.075,
            stream.pick(((250, 248, 242), oklch(0.55, 0.2, 25), oklch(0.4, 0.1, 260))),
        )
    canvas.vignette(0.4)
    return canvas.done(6)


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


def _piece(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    kind = stream.pick((0, 0, 0, 0, 1, 2, 3, 4))
    canvas.ellipse(x + size * 0.2, y + size * 0.02, size * 0.62, size * 0.2, (20, 12, 20), 110)
    tall = size * (1.1, 1.5, 1.5, 1.8, 1.9)[kind]
    body = [
        (x - size * 0.44, y),
        (x - size * 0.36, y - size * 0.2),
        (x - size * 0.17, y - tall * 0.4),
        (x - size * 0.15, y - tall * 0.72),
    ]
    shape = spline([*body, *[(2 * x - px, py) for px, py in reversed(body)]])
    canvas.shaded(shape, ((0, light(tint, 0.2)), (1, dark(tint, 0.3))), sideways=True)
    canvas.ellipse(x, y - size * 0.04, size * 0.46, size * 0.16, dark(tint, 0.12))
    top = y - tall * 0.8
    if kind == 0:
        canvas.disc(x, top, size * 0.26, light(tint, 0.1))
    elif kind == 1:
        canvas.box(x - size * 0.28, top - size * 0.2, x + size * 0.28, top + size * 0.16, tint)
        for notch in (-0.28, -0.07, 0.14):
            canvas.box(
                x + size * notch, top - size * 0.34, x + size * (notch + 0.14), top - size * 0.18, tint
            )
    elif kind == 2:
        canvas.ellipse(x, top - size * 0.1, size * 0.22, size * 0.36, tint)
        canvas.disc(x, top - size * 0.5, size * 0.08, tint)
        canvas.line(
            [(x + size * 0.04, top - size * 0.3), (x + size * 0.18, top - size * 0.1)],
            dark(tint, 0.3),
            size * 0.05,
        )
    elif kind == 3:
        canvas.shape(
            [
                (x - size * 0.3, top + size * 0.1),
                (x - size * 0.4, top - size * 0.34),
                (x - size * 0.16, top - size * 0.1),
                (x, top - size * 0.46),
                (x + size * 0.16, top - size * 0.1),
                (x + size * 0.4, top - size * 0.34),
                (x + size * 0.3, top + size * 0.1),
            ],
            light(tint, 0.06),
        )
    else:
        canvas.shape(
            [
                (x - size * 0.32, top + size * 0.1),
                (x - size * 0.36, top - size * 0.2),
                (x + size * 0.36, top - size * 0.2),
                (x + size * 0.32, top + size * 0.1),
            ],
            tint,
        )
        canvas.box(x - size * 0.05, top - size * 0.56, x + size * 0.05, top - size * 0.16, tint)
        canvas.box(x - size * 0.16, top - size * 0.46, x + size * 0.16, top - size * 0.36, tint)


def _card(canvas: Canvas, stream: Stream, x: float, y: float, size: float, turn: float, tint: Color) -> None:
    corners = [
        (x - size * 0.7, y - size),
        (x + size * 0.7, y - size),
        (x + size * 0.7, y + size),
        (x - size * 0.7, y + size),
    ]
    canvas.shape(
        turned([(px + size * 0.06, py + size * 0.1) for px, py in corners], x, y, turn), (10, 10, 20), 90
    )
    canvas.shape(turned(corners, x, y, turn), (250, 248, 240))
    inner = [(x + (px - x) * 0.86, y + (py - y) * 0.9) for px, py in corners]
    canvas.shape(turned(inner, x, y, turn), light(tint, 0.5))
    picture = [
        (x - size * 0.6, y + size * 0.3),
        (x - size * 0.2, y - size * 0.5),
        (x + size * 0.1, y),
        (x + size * 0.3, y - size * 0.3),
        (x + size * 0.6, y + size * 0.3),
        (x + size * 0.6, y + size * 0.88),
        (x - size * 0.6, y + size * 0.88),
    ]
    canvas.shape(turned(picture, x, y, turn), tint)
    canvas.disc(*turned([(x + size * 0.26, y - size * 0.55)], x, y, turn)[0], size * 0.16, (255, 244, 200))


def _meeple(canvas: Canvas, x: float, y: float, size: float, tint: Color) -> None:
    half = [
        (0, -0.95),
        (0.2, -0.86),
        (0.24, -0.62),
        (0.72, -0.36),
        (0.66, -0.1),
        (0.3, -0.12),
        (0.62, 0.5),
        (0.14, 0.5),
        (0, 0.2),
    ]
    points = [(x + px * size, y + py * size) for px, py in half] + [
        (x - px * size, y + py * size) for px, py in reversed(half)
    ]
    canvas.shape([(px + size * 0.1, py + size * 0.12) for px, py in points], dark(tint, 0.4))
    canvas.shape(points, tint)


def _die(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    turn = stream.uniform(-35, 35)
    canvas.shadow(x + size * 0.3, y + size * 0.9, size * 1.9, size * 1.2, 0.6)
    top = turned(
        [(x - size, y - size), (x + size, y - size), (x + size, y + size), (x - size, y + size)], x, y, turn
    )
    low = [(px, py + size * 0.42) for px, py in top]
    canvas.blob(_rounded(low), dark(tint, 0.32))
    canvas.blob(_rounded(top), tint)
    pips = {
        1: ((0, 0),),
        2: ((-1, -1), (1, 1)),
        3: ((-1, -1), (0, 0), (1, 1)),
        4: ((-1, -1), (1, -1), (-1, 1), (1, 1)),
        5: ((-1, -1), (1, -1), (0, 0), (-1, 1), (1, 1)),
        6: ((-1, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (1, 1)),
    }
    dot = (40, 36, 50) if sum(tint) > 500 else (250, 248, 242)
    for px, py in pips[stream.between(1, 6)]:
        canvas.disc(*turned([(x + px * size * 0.5, y + py * size * 0.5)], x, y, turn)[0], size * 0.17, dot)


def _rounded(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    points = []
    for at, (x, y) in enumerate(corners):
        for other in (corners[at - 1], corners[(at + 1) % len(corners)]):
            points.append((x + (other[0] - x) * 0.14, y + (other[1] - y) * 0.14))
    return points
