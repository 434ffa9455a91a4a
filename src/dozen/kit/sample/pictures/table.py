"""On the table, from above or from the side: food, bread, coffee, records, wool, tools."""

from __future__ import annotations

from math import cos, pi, sin

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, arc, dark, light, mix, oklch, spline, turned
from dozen.kit.sample.streams import Stream


def plate(stream: Stream, width: int, height: int) -> Image.Image:
    """A meal from above."""
    canvas = _table(stream, width, height)
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
        _cup_above(
            canvas,
            stream,
            width * stream.pick((0.13, 0.87)),
            height * stream.uniform(0.14, 0.3),
            height * 0.1,
        )
    canvas.vignette(0.35)
    return canvas.done(6)


def bread(stream: Stream, width: int, height: int) -> Image.Image:
    """A loaf on a board."""
    canvas = _table(stream, width, height)
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
    long, wide = (half * 0.66, height * 0.17) if stream.chance(60) else (height * 0.24, height * 0.23)
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
        canvas = _table(stream, width, height)
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
        _cup_above(canvas, stream, x, y, size)
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


def yarn(stream: Stream, width: int, height: int) -> Image.Image:
    """Balls of wool and needles."""
    canvas = _table(stream, width, height)
    hue, spread = stream.uniform(0, 360), stream.uniform(25, 90)
    places = [(0.3, 0.4), (0.55, 0.3), (0.72, 0.56), (0.42, 0.68), (0.2, 0.74), (0.84, 0.26)]
    for at, (px, py) in enumerate(places[: stream.between(3, 6)]):
        x, y = width * px + stream.bell() * width * 0.03, height * py + stream.bell() * height * 0.03
        _wool(
            canvas,
            stream,
            x,
            y,
            height * stream.uniform(0.13, 0.2),
            oklch(stream.uniform(0.58, 0.8), 0.11, hue + spread * at),
        )
    for side in (-1, 1):
        x, y = width * 0.52, height * 0.74
        needle = turned([(x - width * 0.26, y), (x + width * 0.2, y)], x, y, 18 * side - 8)
        canvas.line([(px + 6, py + 9) for px, py in needle], (20, 12, 16), height * 0.013, 100)
        canvas.line(needle, oklch(0.72, 0.09, 65), height * 0.014)
        canvas.disc(*needle[1], height * 0.02, oklch(0.5, 0.16, hue))
    _swatch(canvas, stream, width * 0.6, height * 0.78, height * 0.2, oklch(0.7, 0.12, hue + spread))
    canvas.vignette(0.3)
    return canvas.done(6)


def workshop(stream: Stream, width: int, height: int) -> Image.Image:
    """Tools on a wall above a bench."""
    hue = stream.uniform(150, 260)
    wall = oklch(stream.uniform(0.5, 0.8), 0.05, hue)
    canvas = Canvas(width, height, ((0, light(wall, 0.1)), (1, dark(wall, 0.1))))
    for plank in range(9):
        canvas.box(width * plank / 9, 0, width * plank / 9 + width * 0.004, height * 0.7, dark(wall, 0.16))
    canvas.glow(width * stream.uniform(0.2, 0.8), height * 0.05, height * 0.9, (255, 226, 160), 0.45)
    rail = oklch(0.55, 0.09, 60)
    canvas.box(width * 0.05, height * 0.16, width * 0.95, height * 0.19, rail)
    wood, steel = oklch(0.62, 0.11, 58), (186, 192, 202)
    tools = stream.shuffled((_hammer, _saw, _plane, _chisel, _wrench, _square, _brush))
    for at, tool in enumerate(tools[:6]):
        x = width * (0.13 + 0.148 * at)
        canvas.disc(x, height * 0.175, height * 0.01, steel)
        tool(
            canvas,
            stream,
            x,
            height * 0.2,
            height * 0.3,
            mix(wood, oklch(0.55, 0.16, stream.uniform(0, 360)), 0.3),
            steel,
        )
    bench = oklch(0.64, 0.09, 62)
    canvas.shaded(
        [(0, height * 0.72), (width, height * 0.72), (width, height), (0, height)],
        ((0, light(bench, 0.16)), (0.2, bench), (1, dark(bench, 0.34))),
    )
    for grain in range(6):
        y = height * (0.76 + 0.045 * grain)
        canvas.curve(
            [(0, y), (width * 0.3, y + stream.bell() * 8), (width * 0.7, y - stream.bell() * 8), (width, y)],
            dark(bench, 0.12),
            height / 320,
        )
    for _ in range(stream.between(2, 4)):
        x = width * stream.uniform(0.1, 0.8)
        long = width * stream.uniform(0.12, 0.3)
        tint = oklch(stream.uniform(0.6, 0.8), 0.08, stream.uniform(50, 80))
        y = height * stream.uniform(0.72, 0.8)
        canvas.box(x, y - height * 0.045, x + long, y, tint, 3)
        canvas.box(x, y - height * 0.01, x + long, y, dark(tint, 0.25), 3)
    for _ in range(18):
        x, y = width * stream.unit(), height * stream.uniform(0.8, 0.97)
        size = height * stream.uniform(0.012, 0.026)
        canvas.line(
            arc(x, y, size, size * 0.7, stream.uniform(0, 180), stream.uniform(230, 420), 12),
            light(bench, 0.42),
            height * 0.006,
        )
    _pot_of_pencils(canvas, stream, width * stream.pick((0.14, 0.86)), height * 0.78, height * 0.14)
    return canvas.done(6)


def _table(stream: Stream, width: int, height: int) -> Canvas:
    style = stream.below(4)
    hue = stream.uniform(0, 360)
    if style == 0:
        wood = oklch(stream.uniform(0.4, 0.68), 0.07, stream.uniform(48, 70))
        canvas = Canvas(width, height, wood)
        planks = stream.between(4, 6)
        for plank in range(planks):
            tint = mix(wood, stream.pick((light(wood, 0.2), dark(wood, 0.2))), stream.unit() * 0.5)
            top = height * plank / planks
            canvas.box(0, top, width, top + height / planks - height * 0.005, tint)
            for _ in range(5):
                y = top + height / planks * stream.unit()
                canvas.curve(
                    [
                        (0, y),
                        (width * 0.35, y + stream.bell() * 9),
                        (width * 0.7, y + stream.bell() * 9),
                        (width, y),
                    ],
                    dark(tint, 0.09),
                    height / 330,
                )
        return canvas
    cloth = oklch(stream.uniform(0.62, 0.92), stream.uniform(0.03, 0.1), hue)
    canvas = Canvas(width, height, ((0, light(cloth, 0.08)), (1, dark(cloth, 0.06))))
    if style == 1:
        step = height / 14
        for at in range(24):
            canvas.box(at * step * 2, 0, at * step * 2 + step, height, light(cloth, 0.5), alpha=80)
            canvas.box(0, at * step * 2, width, at * step * 2 + step, light(cloth, 0.5), alpha=80)
    elif style == 2:
        for _ in range(5):
            x, y = stream.unit() * width, stream.unit() * height
            canvas.glow(x, y, height * 0.6, light(cloth, 0.3), 0.5)
    return canvas


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
    for _ in range(38):
        px, py = _inside(stream, x, y, r * 0.84)
        _leaf(
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
            _leaf(canvas, px, py, r * 0.17, stream.uniform(0, 360), oklch(0.5, 0.14, 142))
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
        _leaf(canvas, x + r * (0.1 + 0.1 * at), y - r * 0.06 * at, r * 0.2, 60 * at, oklch(0.58, 0.15, 140))


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
        _leaf(canvas, x + r * 0.1 * (at - 3), y - r * 0.66, r * 0.2, 40 * at, oklch(0.56, 0.13, 138))


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
            _leaf(canvas, px, py - r * 0.09, r * 0.09, 20, oklch(0.55, 0.13, 140))


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
        _leaf(canvas, x + r * 0.1 * at, y - r * 0.08 * at, r * 0.26, 110 * at, oklch(0.55, 0.14, 140))


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


def _leaf(canvas: Canvas, x: float, y: float, size: float, turn: float, color: Color) -> None:
    outline = [
        (x, y),
        (x + size * 0.3, y - size * 0.26),
        (x + size * 0.75, y - size * 0.2),
        (x + size, y),
        (x + size * 0.75, y + size * 0.2),
        (x + size * 0.3, y + size * 0.26),
    ]
    canvas.blob(turned(outline, x, y, turn), color)
    canvas.line(turned([(x, y), (x + size * 0.9, y)], x, y, turn), light(color, 0.3), size * 0.04)


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
            _leaf(canvas, x, y, size * 0.5, at * 72, oklch(0.52, 0.13, 140))
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
            _leaf(
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


def _cup_above(canvas: Canvas, stream: Stream, x: float, y: float, size: float) -> None:
    ware = stream.pick(((250, 248, 244), oklch(0.72, 0.11, stream.uniform(0, 360)), (70, 72, 82)))
    canvas.shadow(x + size * 0.1, y + size * 0.16, size * 1.5, size * 1.5, 0.6)
    canvas.box(
        x - size * 1.42, y - size * 0.13, x - size * 0.8, y + size * 0.13, dark(ware, 0.06), size * 0.1
    )
    canvas.disc(x, y, size, dark(ware, 0.05))
    canvas.disc(x, y, size * 0.96, ware)
    crema = oklch(0.5, 0.09, 58)
    canvas.disc(x, y, size * 0.84, dark(crema, 0.3))
    canvas.disc(x, y + size * 0.01, size * 0.82, crema)
    foam = (250, 236, 214)
    style = stream.below(4)
    if style == 0:
        canvas.shape(
            [
                (x, y + size * 0.6),
                *spline(
                    [
                        (x - size * 0.05, y + size * 0.56),
                        (x - size * 0.56, y),
                        (x - size * 0.34, y - size * 0.42),
                        (x, y - size * 0.16),
                        (x + size * 0.34, y - size * 0.42),
                        (x + size * 0.56, y),
                        (x + size * 0.05, y + size * 0.56),
                    ],
                    closed=False,
                ),
            ],
            foam,
        )
    elif style == 1:
        for at in range(5):
            half, top = size * (0.56 - 0.09 * at), y + size * (0.3 - 0.22 * at)
            canvas.blob(
                [
                    (x - half, top - size * 0.1),
                    (x, top + size * 0.1),
                    (x + half, top - size * 0.1),
                    (x, top - size * 0.02),
                ],
                foam,
            )
        canvas.line([(x, y - size * 0.62), (x, y + size * 0.58)], crema, size * 0.035)
    elif style == 2:
        canvas.disc(x, y, size * 0.5, foam)
        canvas.ring(x, y, size * 0.66, light(crema, 0.35), size * 0.05)
    else:
        canvas.ellipse(x - size * 0.3, y - size * 0.34, size * 0.3, size * 0.16, light(crema, 0.3), 130)


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


def _wool(canvas: Canvas, stream: Stream, x: float, y: float, r: float, tint: Color) -> None:
    canvas.shadow(x + r * 0.15, y + r * 0.3, r * 1.6, r * 1.5, 0.7)
    tail = [
        (x + r * 0.5, y + r * 0.8),
        (x + r * 1.2, y + r * 1.1),
        (x + r * 1.6, y + r * 0.7),
        (x + r * 2.3, y + r * 1.1),
    ]
    canvas.curve(tail, dark(tint, 0.06), r * 0.05)
    canvas.disc(x, y, r, dark(tint, 0.2))
    canvas.disc(x - r * 0.02, y - r * 0.03, r * 0.96, tint)
    for turn in (stream.uniform(0, 60), stream.uniform(60, 120), stream.uniform(120, 180)):
        for strand in range(-4, 5):
            away = strand * 0.15
            reach = (1 - away * away) ** 0.5 * 0.92
            bend = [(x - r * reach, y + r * away), (x, y + r * (away + 0.16)), (x + r * reach, y + r * away)]
            canvas.line(
                turned(spline(bend, closed=False), x, y, turn),
                light(tint, 0.16) if strand % 2 else dark(tint, 0.1),
                r * 0.055,
            )


def _swatch(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    canvas.box(
        x - size * 1.05 + 6,
        y - size * 0.52 + 10,
        x + size * 1.05 + 6,
        y + size * 0.62 + 10,
        (20, 12, 20),
        6,
        80,
    )
    rows, columns = 8, 17
    step = size * 2.1 / columns
    for row in range(rows):
        for column in range(columns):
            px, py = x - size * 1.05 + step * column, y - size * 0.52 + step * 1.1 * row
            shade = light(tint, 0.35) if row in (2, 5) and column % 2 else tint
            canvas.line([(px, py), (px + step * 0.5, py + step * 0.9)], dark(shade, 0.05), step * 0.42)
            canvas.line(
                [(px + step, py), (px + step * 0.5, py + step * 0.9)], light(shade, 0.08), step * 0.42
            )


def _hammer(
    canvas: Canvas, stream: Stream, x: float, y: float, size: float, wood: Color, steel: Color
) -> None:
    canvas.box(x - size * 0.05, y, x + size * 0.05, y + size * 1.3, wood, size * 0.04)
    canvas.box(
        x - size * 0.28, y + size * 0.02, x + size * 0.3, y + size * 0.22, dark(steel, 0.35), size * 0.04
    )
    canvas.box(x + size * 0.22, y - size * 0.01, x + size * 0.34, y + size * 0.25, steel, size * 0.03)


def _saw(canvas: Canvas, stream: Stream, x: float, y: float, size: float, wood: Color, steel: Color) -> None:
    blade = [
        (x - size * 0.16, y + size * 0.36),
        (x + size * 0.2, y + size * 0.36),
        (x + size * 0.02, y + size * 1.5),
        (x - size * 0.12, y + size * 1.5),
    ]
    canvas.shape(blade, steel)
    for tooth in range(14):
        t = tooth / 14
        tx, ty = x + size * (0.2 - 0.18 * t), y + size * (0.36 + 1.14 * t)
        canvas.shape(
            [(tx, ty), (tx + size * 0.05, ty + size * 0.04), (tx - size * 0.01, ty + size * 0.08)], steel
        )
    canvas.box(x - size * 0.22, y, x + size * 0.24, y + size * 0.42, wood, size * 0.1)
    canvas.box(x - size * 0.1, y + size * 0.1, x + size * 0.12, y + size * 0.3, dark(wood, 0.5), size * 0.08)


def _plane(
    canvas: Canvas, stream: Stream, x: float, y: float, size: float, wood: Color, steel: Color
) -> None:
    canvas.box(x - size * 0.17, y, x + size * 0.17, y + size * 1.2, wood, size * 0.06)
    canvas.box(
        x - size * 0.11, y + size * 0.4, x + size * 0.11, y + size * 0.74, dark(wood, 0.45), size * 0.02
    )
    canvas.shape(
        [
            (x - size * 0.1, y + size * 0.5),
            (x + size * 0.1, y + size * 0.5),
            (x + size * 0.1, y + size * 0.9),
            (x - size * 0.1, y + size * 0.9),
        ],
        steel,
    )
    canvas.disc(x, y + size * 0.22, size * 0.1, light(wood, 0.2))


def _chisel(
    canvas: Canvas, stream: Stream, x: float, y: float, size: float, wood: Color, steel: Color
) -> None:
    for at in (-0.16, 0.0, 0.16):
        canvas.box(x + size * (at - 0.05), y, x + size * (at + 0.05), y + size * 0.45, wood, size * 0.05)
        canvas.box(x + size * (at - 0.03), y + size * 0.45, x + size * (at + 0.03), y + size * 0.95, steel)
        canvas.shape(
            [
                (x + size * (at - 0.03), y + size * 0.95),
                (x + size * (at + 0.03), y + size * 0.95),
                (x + size * (at + 0.03), y + size * 1.02),
            ],
            light(steel, 0.4),
        )


def _wrench(
    canvas: Canvas, stream: Stream, x: float, y: float, size: float, wood: Color, steel: Color
) -> None:
    canvas.line([(x, y + size * 0.2), (x, y + size * 1.1)], dark(steel, 0.15), size * 0.11)
    canvas.disc(x, y + size * 0.16, size * 0.17, dark(steel, 0.15))
    canvas.box(x - size * 0.07, y - size * 0.06, x + size * 0.07, y + size * 0.16, dark(steel, 0.6))
    canvas.ring(x, y + size * 1.16, size * 0.15, dark(steel, 0.15), size * 0.07)


def _square(
    canvas: Canvas, stream: Stream, x: float, y: float, size: float, wood: Color, steel: Color
) -> None:
    canvas.box(x - size * 0.24, y, x - size * 0.1, y + size * 0.7, wood, size * 0.02)
    canvas.box(x - size * 0.1, y, x + size * 0.36, y + size * 0.13, steel)
    for mark in range(8):
        canvas.line(
            [
                (x - size * 0.06 + mark * size * 0.05, y + size * 0.02),
                (x - size * 0.06 + mark * size * 0.05, y + size * 0.07),
            ],
            dark(steel, 0.5),
            size * 0.01,
        )


def _brush(
    canvas: Canvas, stream: Stream, x: float, y: float, size: float, wood: Color, steel: Color
) -> None:
    canvas.blob(
        [
            (x - size * 0.06, y),
            (x + size * 0.06, y),
            (x + size * 0.05, y + size * 0.3),
            (x + size * 0.14, y + size * 0.6),
            (x - size * 0.14, y + size * 0.6),
            (x - size * 0.05, y + size * 0.3),
        ],
        wood,
    )
    canvas.box(x - size * 0.15, y + size * 0.56, x + size * 0.15, y + size * 0.72, steel)
    canvas.box(
        x - size * 0.15, y + size * 0.72, x + size * 0.15, y + size * 1.0, (236, 216, 176), size * 0.04
    )
    canvas.box(
        x - size * 0.15,
        y + size * 0.9,
        x + size * 0.15,
        y + size * 1.02,
        oklch(0.6, 0.18, stream.uniform(0, 360)),
        size * 0.05,
    )


def _pot_of_pencils(canvas: Canvas, stream: Stream, x: float, y: float, size: float) -> None:
    for at in range(6):
        tilt = (at - 2.5) * 7
        tint = oklch(0.68, 0.17, stream.uniform(0, 360))
        canvas.line(
            turned(
                [(x, y - size * 0.3), (x + (at - 2.5) * size * 0.08, y - size * stream.uniform(1.3, 1.7))],
                x,
                y,
                tilt,
            ),
            tint,
            size * 0.08,
        )
    tin = oklch(0.62, 0.12, stream.uniform(0, 360))
    canvas.shaded(
        [
            (x - size * 0.42, y - size * 0.9),
            (x + size * 0.42, y - size * 0.9),
            (x + size * 0.42, y),
            (x - size * 0.42, y),
        ],
        ((0, light(tin, 0.3)), (0.4, tin), (1, dark(tin, 0.3))),
        sideways=True,
    )
    canvas.box(x - size * 0.42, y - size * 0.62, x + size * 0.42, y - size * 0.3, light(tin, 0.75))
