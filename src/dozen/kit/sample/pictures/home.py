"""At home: house plants, beds of flowers, shelves of books."""

from __future__ import annotations

from math import cos, pi, sin

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, dark, light, mix, oklch, turned
from dozen.kit.sample.pictures.light import pick_sky
from dozen.kit.sample.pictures.pots import blade, cactus_pot, monstera, round_leaves, snake_plant, trailing
from dozen.kit.sample.streams import Stream


def plant(stream: Stream, width: int, height: int) -> Image.Image:
    """House plants against a wall."""
    hue = stream.uniform(0, 360)
    wall = oklch(stream.uniform(0.82, 0.92), 0.05, hue)
    canvas = Canvas(width, height, ((0, light(wall, 0.15)), (1, wall)))
    canvas.disc(width * 0.5, height * 0.46, height * 0.36, mix(wall, oklch(0.72, 0.12, hue + 60), 0.5))
    canvas.box(0, height * 0.84, width, height, dark(oklch(0.68, 0.07, 60), 0.05))
    canvas.box(0, height * 0.84, width, height * 0.855, light(oklch(0.68, 0.07, 60), 0.25))
    count = stream.between(3, 5)
    order = stream.shuffled((monstera, cactus_pot, snake_plant, trailing, round_leaves))
    for at in range(count):
        x = width * (0.5 + (at - (count - 1) / 2) * 0.19)
        order[at % len(order)](
            canvas,
            stream,
            x,
            height * 0.86,
            height * stream.uniform(0.42, 0.62),
            oklch(stream.uniform(0.5, 0.8), 0.1, hue + 75 * at),
        )
    return canvas.done(6)


def garden(stream: Stream, width: int, height: int) -> Image.Image:
    """Flowers and leaves, near enough to touch."""
    sky = pick_sky(stream, "day", "mint", "golden", "dawn", "rose")
    back = Canvas(
        width,
        height,
        ((0, light(sky.middle, 0.2)), (0.5, light(sky.horizon, 0.1)), (1, oklch(0.6, 0.12, 135))),
    )
    for _ in range(46):
        x, y = width * stream.unit(), height * stream.uniform(0.3, 1.0)
        back.disc(
            x,
            y,
            height * stream.uniform(0.03, 0.11),
            oklch(stream.uniform(0.5, 0.82), 0.13, stream.uniform(105, 150)),
            190,
        )
    blooms = [oklch(stream.uniform(0.64, 0.84), 0.17, stream.uniform(-80, 95)) for _ in range(3)]
    for _ in range(16):
        x, y = width * stream.unit(), height * stream.uniform(0.25, 0.9)
        back.disc(x, y, height * stream.uniform(0.02, 0.06), stream.pick(blooms), 200)
    canvas = Canvas(width, height)
    canvas.soft(back, height * 0.016)
    for row in range(3):
        for _ in range(7 - row):
            x = width * stream.uniform(-0.02, 1.02)
            top = height * (0.66 - 0.2 * stream.unit() + 0.08 * row)
            stem = oklch(0.42 + 0.05 * row, 0.11, stream.uniform(128, 148))
            sway = width * 0.03 * stream.bell()
            canvas.curve(
                [(x, height * 1.05), (x + sway, (height + top) / 2), (x + sway * 1.6, top)],
                stem,
                height * 0.008,
            )
            for leaf in range(3):
                y = height - (height - top) * (0.25 + 0.22 * leaf)
                blade(
                    canvas,
                    x + sway * (0.4 + 0.3 * leaf),
                    y,
                    height * stream.uniform(0.09, 0.16),
                    stream.pick((-150, -30, -165, -18)),
                    stem,
                )
            size = height * (0.05 + 0.022 * row) * stream.uniform(0.8, 1.25)
            stream.pick((_daisy, _tulip, _round_bloom, _poppy))(
                canvas, stream, x + sway * 1.6, top, size, stream.pick(blooms)
            )
    for _ in range(14):
        x = width * stream.unit()
        blade(
            canvas,
            x,
            height * 1.03,
            height * stream.uniform(0.16, 0.34),
            -90 + stream.bell() * 40,
            oklch(0.36, 0.09, stream.uniform(130, 150)),
        )
    if stream.chance(60):
        _butterfly(
            canvas,
            stream,
            width * stream.uniform(0.2, 0.8),
            height * stream.uniform(0.12, 0.34),
            height * 0.045,
        )
    return canvas.done(6)


def shelf(stream: Stream, width: int, height: int) -> Image.Image:
    """Shelves of books with a few other things between them."""
    hue = stream.uniform(0, 360)
    wall = oklch(stream.uniform(0.34, 0.86), 0.06, hue)
    canvas = Canvas(width, height, wall)
    wood = oklch(stream.uniform(0.45, 0.7), 0.08, 60)
    rows = stream.between(2, 3)
    tall = height / rows
    palette = [
        oklch(stream.uniform(0.4, 0.82), stream.uniform(0.05, 0.15), hue + stream.uniform(-150, 150))
        for _ in range(9)
    ]
    for row in range(rows):
        floor = tall * (row + 1) - tall * 0.1
        canvas.shaded(
            [(0, floor - tall * 0.9), (width, floor - tall * 0.9), (width, floor), (0, floor)],
            ((0, dark(wall, 0.34)), (0.4, dark(wall, 0.1)), (1, dark(wall, 0.05))),
        )
        x = width * 0.02
        while x < width * 0.97:
            if stream.chance(9):
                order = stream.pick((cactus_pot, snake_plant, round_leaves))
                order(canvas, stream, x + tall * 0.2, floor, tall * 0.56, stream.pick(palette))
                x += tall * 0.42
                continue
            if stream.chance(7):
                for at in range(stream.between(2, 4)):
                    tint = stream.pick(palette)
                    canvas.box(
                        x,
                        floor - tall * (0.1 * (at + 1)),
                        x + tall * 0.5,
                        floor - tall * 0.1 * at - 1,
                        tint,
                        3,
                    )
                    canvas.box(
                        x + tall * 0.06,
                        floor - tall * (0.1 * at + 0.066),
                        x + tall * 0.2,
                        floor - tall * (0.1 * at + 0.04),
                        light(tint, 0.6),
                    )
                x += tall * 0.54
                continue
            wide, high = tall * stream.uniform(0.06, 0.13), tall * stream.uniform(0.56, 0.84)
            tint = stream.pick(palette)
            corners = [(x, floor - high), (x + wide, floor - high), (x + wide, floor), (x, floor)]
            if stream.chance(8):
                corners = turned(corners, x + wide, floor, 9)
                wide *= 1.9
            canvas.shape(corners, tint)
            if corners[0][1] == floor - high:
                canvas.box(x + wide * 0.82, floor - high, x + wide, floor, dark(tint, 0.18))
                canvas.box(
                    x + wide * 0.2, floor - high * 0.84, x + wide * 0.7, floor - high * 0.8, light(tint, 0.6)
                )
                canvas.box(
                    x + wide * 0.2, floor - high * 0.2, x + wide * 0.7, floor - high * 0.12, light(tint, 0.45)
                )
                if stream.chance(40):
                    canvas.box(
                        x + wide * 0.3,
                        floor - high * 0.7,
                        x + wide * 0.58,
                        floor - high * 0.36,
                        light(tint, 0.55),
                    )
            x += wide + 1.5
        canvas.box(0, floor, width, floor + tall * 0.1, wood)
        canvas.box(0, floor, width, floor + tall * 0.018, light(wood, 0.25))
        canvas.box(0, floor + tall * 0.085, width, floor + tall * 0.1, dark(wood, 0.3))
    canvas.vignette(0.4)
    return canvas.done(6)


def _daisy(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    petals = stream.between(10, 15)
    for petal in range(petals):
        _petal(canvas, x, y, size, 360 * petal / petals, light(tint, 0.55), 0.16)
    canvas.disc(x, y, size * 0.3, oklch(0.8, 0.16, 82))
    canvas.disc(x, y + size * 0.06, size * 0.2, oklch(0.72, 0.15, 70))


def _round_bloom(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    for ring in range(4):
        for petal in range(9):
            a = 2 * pi * petal / 9 + ring * 0.4
            reach = size * (0.74 - 0.22 * ring)
            canvas.disc(
                x + reach * cos(a), y + reach * sin(a), size * (0.32 - 0.05 * ring), light(tint, 0.13 * ring)
            )
    canvas.disc(x, y, size * 0.16, light(tint, 0.6))


def _tulip(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    canvas.blob(
        [
            (x - size * 0.62, y - size * 0.8),
            (x - size * 0.66, y + size * 0.1),
            (x, y + size * 0.5),
            (x + size * 0.66, y + size * 0.1),
            (x + size * 0.62, y - size * 0.8),
            (x + size * 0.26, y - size * 0.3),
            (x, y - size * 0.95),
            (x - size * 0.26, y - size * 0.3),
        ],
        tint,
    )
    canvas.blob(
        [
            (x, y - size * 0.95),
            (x - size * 0.34, y - size * 0.2),
            (x, y + size * 0.46),
            (x + size * 0.34, y - size * 0.2),
        ],
        light(tint, 0.2),
    )


def _poppy(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    for petal in range(4):
        a = pi / 2 * petal + 0.6
        canvas.ellipse(
            x + size * 0.42 * cos(a),
            y + size * 0.42 * sin(a),
            size * 0.66,
            size * 0.6,
            light(tint, 0.1 * (petal % 2)),
        )
    canvas.disc(x, y, size * 0.26, (50, 34, 50))
    for dot in range(9):
        a = 2 * pi * dot / 9
        canvas.disc(x + size * 0.34 * cos(a), y + size * 0.34 * sin(a), size * 0.045, (50, 34, 50))


def _petal(canvas: Canvas, x: float, y: float, size: float, turn: float, color: Color, wide: float) -> None:
    outline = [(x, y), (x + size * 0.5, y - size * wide), (x + size, y), (x + size * 0.5, y + size * wide)]
    canvas.blob(turned(outline, x, y, turn), color)


def _butterfly(canvas: Canvas, stream: Stream, x: float, y: float, size: float) -> None:
    tint = oklch(0.7, 0.16, stream.uniform(0, 360))
    turn = stream.uniform(-30, 30)
    for side in (-1, 1):
        for wing, low in (
            ([(0, 0), (0.5, -0.9), (1.1, -0.9), (1.0, -0.1)], 0.0),
            ([(0, 0.1), (0.8, 0.1), (0.8, 0.7), (0.3, 0.8)], 0.2),
        ):
            points = turned([(x + side * px * size, y + py * size) for px, py in wing], x, y, turn)
            canvas.blob(points, light(tint, low))
    canvas.line(turned([(x, y - size * 0.4), (x, y + size * 0.5)], x, y, turn), (50, 40, 50), size * 0.12)
