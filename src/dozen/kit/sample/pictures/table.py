"""On the table: bread, coffee, records."""

from __future__ import annotations

from math import cos, pi, sin

from PIL import Image

from dozen.kit.sample.canvas import Canvas, arc, dark, light, oklch, spline, turned
from dozen.kit.sample.pictures.surface import cup_above, table
from dozen.kit.sample.streams import Stream


def bread(stream: Stream, width: int, height: int) -> Image.Image:
    """A loaf on a board."""
    canvas = table(stream, width, height)
    board = oklch(0.66, 0.09, 62)
    bx, by, half = width / 2, height * 0.53, width * 0.3
    canvas.shadow(bx, by + height * 0.06, half * 1.4, height * 0.5, 0.7)
    canvas.box(bx - half, by - height * 0.32, bx + half, by + height * 0.32, dark(board, 0.2), height * 0.05)
    canvas.box(bx - half, by - height * 0.33, bx + half, by + height * 0.3, board, height * 0.05)
    for grain in range(9):
        y = by - height * 0.3 + grain * height * 0.068
        canvas.curve(
            [
                (bx - half * 0.96, y),
                (bx - half * 0.3, y + stream.bell() * height * 0.02),
                (bx + half * 0.4, y),
                (bx + half * 0.96, y),
            ],
            dark(board, 0.1),
            height / 300,
        )
    crust = oklch(stream.uniform(0.54, 0.64), 0.11, 58)
    turn = stream.uniform(-24, 24)
    long, wide = (half * 0.8, height * 0.2) if stream.chance(60) else (height * 0.28, height * 0.27)
    canvas.shadow(bx, by + height * 0.03, long * 1.3, wide * 1.5, 0.6)
    loaf = [
        (bx + long * cos(a) * (1 + 0.03 * stream.bell()), by + wide * sin(a) * (1 + 0.05 * stream.bell()))
        for a in (pi * at / 10 for at in range(20))
    ]
    canvas.blob(turned(loaf, bx, by, turn), dark(crust, 0.25))
    for part, shade in ((0.94, 0.0), (0.8, 0.1), (0.6, 0.16)):
        canvas.blob(
            turned(
                [(bx + (x - bx) * part - long * 0.03, by + (y - by) * part - wide * 0.06) for x, y in loaf],
                bx,
                by,
                turn,
            ),
            light(crust, shade),
        )
    cuts = stream.between(2, 5)
    for cut in range(cuts):
        x = bx + long * (cut + 0.5 - cuts / 2) / cuts * 1.4
        slash = [
            (x - wide * 0.3, by + wide * 0.5),
            (x - wide * 0.06, by),
            (x + wide * 0.26, by - wide * 0.56),
            (x + wide * 0.12, by + wide * 0.02),
        ]
        canvas.blob(turned(slash, bx, by, turn), oklch(0.87, 0.06, 78))
    for _ in range(90):
        a, r = stream.uniform(0, 2 * pi), stream.unit() ** 0.5 * 0.8
        x, y = bx + long * r * cos(a), by + wide * r * sin(a)
        canvas.disc(*turned([(x, y)], bx, by, turn)[0], height * 0.003, (255, 250, 240), 180)
    for slice_ in range(stream.between(0, 2)):
        sx, sy = bx + half * (0.62 - 0.1 * slice_) * stream.pick((-1, 1)), by + height * (0.14 - 0.3 * slice_)
        canvas.ellipse(sx + 4, sy + 6, height * 0.1, height * 0.12, (30, 16, 10), 80)
        canvas.ellipse(sx, sy, height * 0.1, height * 0.12, crust)
        canvas.ellipse(sx, sy, height * 0.088, height * 0.107, oklch(0.9, 0.05, 82))
        for _ in range(12):
            canvas.ellipse(
                sx + stream.bell() * height * 0.06,
                sy + stream.bell() * height * 0.07,
                height * 0.006,
                height * 0.008,
                oklch(0.82, 0.06, 78),
            )
    for _ in range(stream.between(4, 8)):
        x, y = width * stream.unit(), height * stream.pick((0.07, 0.93)) + stream.bell() * height * 0.04
        _wheat(canvas, stream, x, y, height * 0.13)
    canvas.vignette(0.35)
    return canvas.done(6)


def coffee(stream: Stream, width: int, height: int) -> Image.Image:
    """A cup from above with a drawing in the foam, or from the side with steam."""
    if stream.chance(55):
        canvas = table(stream, width, height)
        x, y, size = (
            width * stream.uniform(0.42, 0.58),
            height * stream.uniform(0.48, 0.56),
            height * stream.uniform(0.24, 0.3),
        )
        canvas.shadow(x + size * 0.1, y + size * 0.18, size * 1.9, size * 1.9, 0.7)
        saucer = stream.pick(
            ((248, 246, 240), oklch(0.8, 0.07, stream.uniform(0, 360)), oklch(0.4, 0.06, 250))
        )
        canvas.disc(x, y, size * 1.42, dark(saucer, 0.1))
        canvas.disc(x, y, size * 1.39, saucer)
        canvas.disc(x, y, size * 1.08, dark(saucer, 0.07))
        cup_above(canvas, stream, x, y, size)
        canvas.shape(
            turned(
                [
                    (x + size * 1.0, y - size * 0.05),
                    (x + size * 1.8, y - size * 0.09),
                    (x + size * 1.8, y + size * 0.02),
                    (x + size * 1.0, y + size * 0.05),
                ],
                x,
                y,
                52,
            ),
            (206, 206, 214),
        )
        canvas.ellipse(
            *turned([(x + size * 1.86, y - size * 0.03)], x, y, 52)[0],
            size * 0.15,
            size * 0.13,
            (214, 214, 222),
        )
        for _ in range(stream.between(3, 9)):
            bx, by = width * stream.pick((0.1, 0.88)) + stream.bell() * width * 0.08, height * stream.unit()
            _bean(canvas, stream, bx, by, height * 0.024)
        if stream.chance(60):
            _notebook(canvas, stream, width * stream.pick((0.13, 0.88)), height * 0.52, height * 0.26)
        canvas.vignette(0.3)
        return canvas.done(6)
    hue = stream.uniform(0, 360)
    wall = oklch(0.86, 0.05, hue)
    canvas = Canvas(width, height, ((0, light(wall, 0.2)), (1, dark(wall, 0.06))))
    sunlit = [(width * 0.1, 0), (width * 0.5, 0), (width * 0.9, height * 0.76), (width * 0.4, height * 0.76)]
    canvas.shape(sunlit, light(wall, 0.55), 110)
    canvas.shape(
        [(width * 0.29, 0), (width * 0.31, 0), (width * 0.67, height * 0.76), (width * 0.64, height * 0.76)],
        wall,
        150,
    )
    wood = oklch(0.6, 0.09, 58)
    canvas.shaded(
        [(0, height * 0.74), (width, height * 0.74), (width, height), (0, height)],
        ((0, light(wood, 0.12)), (1, dark(wood, 0.2))),
    )
    x, y, size = width * stream.uniform(0.4, 0.6), height * 0.82, height * 0.19
    canvas.shadow(x + size * 0.4, y + size * 0.12, size * 2.2, size * 0.4, 0.7)
    mug = oklch(stream.uniform(0.5, 0.8), 0.12, hue + stream.uniform(100, 260))
    canvas.ring(x + size * 1.06, y - size * 0.66, size * 0.46, mug, size * 0.17)
    canvas.shaded(
        [
            (x - size, y - size * 1.5),
            (x + size, y - size * 1.5),
            (x + size * 0.9, y - size * 0.1),
            *arc(x, y - size * 0.14, size * 0.9, size * 0.24, 0, 180),
            (x - size * 0.9, y - size * 0.1),
        ],
        ((0, dark(mug, 0.1)), (0.3, light(mug, 0.2)), (1, dark(mug, 0.26))),
        sideways=True,
    )
    canvas.ellipse(x, y - size * 1.5, size, size * 0.24, light(mug, 0.3))
    canvas.ellipse(x, y - size * 1.49, size * 0.9, size * 0.19, (74, 42, 26))
    canvas.ellipse(x, y - size * 1.46, size * 0.8, size * 0.14, (112, 68, 40))
    for strand in (-0.4, 0.05, 0.45):
        path = [
            (x + size * (strand + 0.16 * sin(at * 1.2 + strand * 9)), y - size * (1.7 + 0.26 * at))
            for at in range(7)
        ]
        for at, (px, py) in enumerate(spline(path, closed=False, steps=6)):
            canvas.glow(px, py, size * 0.2, (255, 255, 255), max(0.02, 0.34 - at * 0.008))
    for book in range(stream.between(0, 3)):
        tint = oklch(0.6, 0.13, hue + 80 * book)
        left = width * (0.1 + 0.02 * stream.bell())
        top = height * 0.84 - (book + 1) * height * 0.055
        canvas.box(left, top, left + width * 0.2, top + height * 0.052, tint, height * 0.006)
        canvas.box(
            left + width * 0.012,
            top + height * 0.02,
            left + width * 0.06,
            top + height * 0.03,
            light(tint, 0.5),
        )
    return canvas.done(6)


def vinyl(stream: Stream, width: int, height: int) -> Image.Image:
    """A record player, or records in a row."""
    hue = stream.uniform(0, 360)
    wood = oklch(stream.uniform(0.42, 0.62), 0.09, 55)
    canvas = Canvas(width, height, oklch(0.78, 0.09, hue))
    canvas.box(
        width * 0.09,
        height * 0.07,
        width * 0.91,
        height * 0.96,
        dark(oklch(0.78, 0.09, hue), 0.4),
        height * 0.04,
        120,
    )
    canvas.box(width * 0.08, height * 0.05, width * 0.92, height * 0.94, wood, height * 0.04)
    canvas.box(
        width * 0.095,
        height * 0.075,
        width * 0.905,
        height * 0.915,
        dark(oklch(0.34, 0.02, hue), 0.1),
        height * 0.03,
    )
    x, y, radius = width * 0.43, height * 0.495, height * 0.37
    canvas.disc(x, y, radius * 1.06, (96, 96, 104))
    canvas.disc(x, y, radius * 1.03, (58, 58, 64))
    tint = oklch(0.2, 0.02, hue) if stream.chance(75) else oklch(0.4, 0.14, hue)
    canvas.disc(x, y, radius, tint)
    for groove in range(30):
        canvas.ring(
            x, y, radius * (0.97 - groove * 0.021), light(tint, 0.07 if groove % 3 else 0.16), height / 700
        )
    for start in (18, 198):
        canvas.shape(
            [(x, y), *arc(x, y, radius * 0.97, radius * 0.97, start, start + 24)], (255, 255, 255), 26
        )
        canvas.shape(
            [(x, y), *arc(x, y, radius * 0.97, radius * 0.97, start + 8, start + 14)], (255, 255, 255), 34
        )
    label = oklch(0.72, 0.17, hue + stream.uniform(60, 300))
    canvas.disc(x, y, radius * 0.36, label)
    canvas.shape(arc(x, y, radius * 0.36, radius * 0.36, 20, 200), light(label, 0.4))
    canvas.ring(x, y, radius * 0.27, dark(label, 0.2), height / 300)
    canvas.disc(x, y, radius * 0.035, (230, 230, 230))
    ax, ay = width * 0.8, height * 0.24
    canvas.disc(ax, ay, height * 0.075, (110, 110, 118))
    canvas.disc(ax, ay, height * 0.052, (198, 198, 206))
    arm = [
        (ax, ay),
        (width * 0.79, height * 0.52),
        (width * 0.7, height * 0.68),
        (x + radius * 0.6, y + radius * 0.46),
    ]
    canvas.line([(px + 6, py + 9) for px, py in spline(arm, closed=False)], (12, 12, 16), height * 0.016, 120)
    canvas.curve(arm, (222, 222, 228), height * 0.016)
    canvas.shape(
        turned(
            [
                (arm[3][0] - 22, arm[3][1] - 14),
                (arm[3][0] + 26, arm[3][1] - 14),
                (arm[3][0] + 26, arm[3][1] + 14),
                (arm[3][0] - 22, arm[3][1] + 14),
            ],
            *arm[3],
            -42,
        ),
        (56, 56, 64),
    )
    for at in range(2):
        kx = width * 0.845
        ky = height * (0.7 + 0.1 * at)
        canvas.disc(kx, ky, height * 0.034, (150, 150, 158))
        canvas.disc(kx - 2, ky - 2, height * 0.027, (206, 206, 212))
    canvas.disc(width * 0.845, height * 0.85, height * 0.01, (255, 120, 90))
    canvas.vignette(0.25)
    return canvas.done(6)


def _bean(canvas: Canvas, stream: Stream, x: float, y: float, size: float) -> None:
    turn = stream.uniform(0, 180)
    body = turned(arc(x, y, size, size * 0.68, 0, 360, 20), x, y, turn)
    canvas.shape([(px + 3, py + 5) for px, py in body], (16, 8, 8), 90)
    canvas.shape(body, (88, 52, 34))
    seam = [
        (x - size * 0.9, y),
        (x - size * 0.3, y + size * 0.16),
        (x + size * 0.3, y - size * 0.16),
        (x + size * 0.9, y),
    ]
    canvas.line(turned(spline(seam, closed=False), x, y, turn), (52, 28, 20), size * 0.14)


def _notebook(canvas: Canvas, stream: Stream, x: float, y: float, size: float) -> None:
    tint = oklch(0.55, 0.12, stream.uniform(0, 360))
    turn = stream.uniform(-18, 18)
    corners = [
        (x - size * 0.72, y - size),
        (x + size * 0.72, y - size),
        (x + size * 0.72, y + size),
        (x - size * 0.72, y + size),
    ]
    canvas.shape(turned([(px + 10, py + 14) for px, py in corners], x, y, turn), (16, 10, 16), 90)
    canvas.shape(turned(corners, x, y, turn), tint)
    canvas.shape(
        turned(
            [
                (x - size * 0.66, y - size * 0.96),
                (x - size * 0.5, y - size * 0.96),
                (x - size * 0.5, y + size * 0.96),
                (x - size * 0.66, y + size * 0.96),
            ],
            x,
            y,
            turn,
        ),
        dark(tint, 0.2),
    )
    canvas.shape(
        turned(
            [
                (x - size * 0.2, y - size * 0.6),
                (x + size * 0.5, y - size * 0.6),
                (x + size * 0.5, y - size * 0.36),
                (x - size * 0.2, y - size * 0.36),
            ],
            x,
            y,
            turn,
        ),
        light(tint, 0.7),
    )
    canvas.line(
        turned([(x + size * 0.3, y - size * 0.2), (x + size * 0.46, y + size * 0.9)], x, y, turn + 8),
        (244, 190, 70),
        size * 0.06,
    )


def _wheat(canvas: Canvas, stream: Stream, x: float, y: float, size: float) -> None:
    turn = stream.uniform(0, 360)
    gold = oklch(0.78, 0.11, 82)
    canvas.line(turned([(x, y), (x + size * 1.5, y)], x, y, turn), gold, size * 0.03)
    for at in range(6):
        for side in (-1, 1):
            px = x + size * (0.1 + 0.12 * at)
            grain = [
                (px, y),
                (px - size * 0.06, y + side * size * 0.09),
                (px - size * 0.16, y + side * size * 0.1),
                (px - size * 0.08, y + side * size * 0.02),
            ]
            canvas.blob(turned(grain, x, y, turn), gold)
