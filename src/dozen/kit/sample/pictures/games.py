"""Games: a football pitch, a chessboard, dice and cards."""

from __future__ import annotations

import itertools

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, dark, light, oklch, spline, turned
from dozen.kit.sample.streams import Stream


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
    for (ax, ay), (bx, by) in itertools.pairwise(path):
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
