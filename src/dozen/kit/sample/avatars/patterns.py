"""Avatars that show nobody: patterns, tiles, leaves, single flowers and things."""

from __future__ import annotations

from math import cos, pi, sin

from dozen.kit.sample.canvas import Canvas, Color, arc, dark, light, mix, oklch, turned
from dozen.kit.sample.pictures.graphic import PALETTES
from dozen.kit.sample.streams import Stream


def pattern(stream: Stream, size: int) -> Canvas:
    """A square with a pattern."""
    colors = stream.pick(PALETTES)
    canvas = Canvas(size, size, colors[0], 2)
    stream.pick(
        (_scales, _mirror, _triangles, _tiles, _waves, _orbit, _bloom, _leaf_print, _sun_face, _planet)
    )(canvas, stream, colors)
    return canvas


Colors = tuple[Color, ...]


def _scales(canvas: Canvas, stream: Stream, colors: Colors) -> None:
    """The Japanese pattern of waves."""
    size = canvas.width
    radius = size / stream.between(6, 9)
    main, line = colors[1], colors[0]
    rows = int(size / radius * 2) + 4
    for row in range(rows):
        for column in range(-1, int(size / radius / 2) + 2):
            x, y = column * radius * 2 + radius * (row % 2), row * radius * 0.5
            for ring in range(4):
                canvas.disc(x, y, radius * (1 - ring * 0.24), main if ring % 2 == 0 else line)
            canvas.disc(x, y, radius * 0.16, colors[3])


def _mirror(canvas: Canvas, stream: Stream, colors: Colors) -> None:
    """A small grid, the same left and right."""
    size = canvas.width
    cells = stream.pick((5, 7))
    pad = size * 0.12
    step = (size - 2 * pad) / cells
    ink, other = stream.picks(colors[1:], 2)
    for row in range(cells):
        for column in range((cells + 1) // 2):
            dice = stream.below(100)
            if dice < 46:
                continue
            tint = ink if dice < 82 else other
            for place in {column, cells - 1 - column}:
                x, y = pad + place * step, pad + row * step
                canvas.box(x, y, x + step + 0.6, y + step + 0.6, tint, step * 0.16)


def _triangles(canvas: Canvas, stream: Stream, colors: Colors) -> None:
    """Low polygons that go from one colour to another."""
    size = canvas.width
    cells = 6
    step = size / cells
    corners = [
        [
            (column * step + stream.bell() * step * 0.34, row * step + stream.bell() * step * 0.34)
            for column in range(-1, cells + 2)
        ]
        for row in range(-1, cells + 2)
    ]
    one, two, three = stream.picks(colors, 3)
    for row in range(cells + 2):
        for column in range(cells + 2):
            a, b, c, d = (
                corners[row][column],
                corners[row][column + 1],
                corners[row + 1][column + 1],
                corners[row + 1][column],
            )
            for triangle in ((a, b, c), (a, c, d)):
                t = sum(y for _, y in triangle) / 3 / size
                u = sum(x for x, _ in triangle) / 3 / size
                tint = mix(mix(one, two, min(1, max(0, t))), three, min(1, max(0, u)) * 0.6)
                tint = (
                    light(tint, stream.unit() * 0.14)
                    if stream.chance(50)
                    else dark(tint, stream.unit() * 0.14)
                )
                canvas.shape(triangle, tint)


def _tiles(canvas: Canvas, stream: Stream, colors: Colors) -> None:
    """Quarter circles, each turned by chance."""
    size = canvas.width
    cells = stream.between(3, 5)
    step = size / cells
    for row in range(cells):
        for column in range(cells):
            x, y = column * step, row * step
            ground, ink, third = stream.picks(colors, 3)
            canvas.box(x, y, x + step + 1, y + step + 1, ground)
            turn = stream.below(4) * 90
            corner = turned([(x, y)], x + step / 2, y + step / 2, turn)[0]
            canvas.shape([corner, *arc(*corner, step, step, turn, turn + 90)], ink)
            canvas.shape([corner, *arc(*corner, step * 0.55, step * 0.55, turn, turn + 90)], third)


def _waves(canvas: Canvas, stream: Stream, colors: Colors) -> None:
    size = canvas.width
    count = stream.between(5, 9)
    phase, swing = stream.uniform(0, 6), size * stream.uniform(0.03, 0.08)
    for wave in range(count):
        y = size * (wave + 0.4) / count
        crest = [(size * at / 24, y + swing * sin(phase + at * 0.5 + wave * 0.9)) for at in range(25)]
        canvas.shape([*crest, (size, size), (0, size)], colors[(wave + 1) % 5])


def _orbit(canvas: Canvas, stream: Stream, colors: Colors) -> None:
    size = canvas.width
    middle = size / 2
    for ring in range(5):
        radius = size * (0.46 - 0.09 * ring)
        canvas.ring(middle, middle, radius, colors[1 + ring % 4], size * 0.008)
        for _ in range(stream.between(1, 3)):
            angle = stream.uniform(0, 2 * pi)
            canvas.disc(
                middle + radius * cos(angle),
                middle + radius * sin(angle),
                size * stream.uniform(0.016, 0.05),
                colors[1 + stream.below(4)],
            )
    canvas.disc(middle, middle, size * 0.08, colors[3])


def _bloom(canvas: Canvas, stream: Stream, colors: Colors) -> None:
    """One big flower."""
    size = canvas.width
    middle = size * 0.5
    petals = stream.between(7, 13)
    for ring, reach in enumerate((0.44, 0.32, 0.2)):
        tint = colors[1 + ring]
        for petal in range(petals):
            turn = 360 * (petal + 0.5 * (ring % 2)) / petals
            long = size * reach
            wide = long * 2.6 / petals
            outline = [
                (middle, middle),
                (middle + long * 0.5, middle - wide),
                (middle + long, middle),
                (middle + long * 0.5, middle + wide),
            ]
            canvas.blob(turned(outline, middle, middle, turn), light(tint, 0.1 * (petal % 2)))
    canvas.disc(middle, middle, size * 0.07, colors[4])


def _leaf_print(canvas: Canvas, stream: Stream, colors: Colors) -> None:
    """Branches with leaves."""
    size = canvas.width
    for branch in range(stream.between(2, 4)):
        x, turn = size * (0.2 + 0.25 * branch), stream.uniform(-24, 24)
        tint = colors[1 + branch % 4]
        canvas.line(turned([(x, size * 1.05), (x, size * 0.1)], x, size, turn), tint, size * 0.014)
        for leaf in range(7):
            y = size * (0.9 - 0.115 * leaf)
            for side in (-1, 1):
                long = size * (0.2 - 0.014 * leaf)
                outline = [
                    (x, y),
                    (x + side * long * 0.5, y - long * 0.5),
                    (x + side * long, y - long * 0.56),
                    (x + side * long * 0.6, y - long * 0.06),
                ]
                canvas.blob(turned(outline, x, size, turn), tint if (leaf + branch) % 3 else light(tint, 0.2))


def _sun_face(canvas: Canvas, stream: Stream, colors: Colors) -> None:
    """A sun or moon with closed eyes."""
    size = canvas.width
    middle = size / 2
    gold = colors[3]
    rays = stream.between(10, 16)
    for ray in range(rays):
        turn = 360 * ray / rays
        long = size * (0.44 if ray % 2 else 0.38)
        canvas.shape(
            turned(
                [(middle, middle - size * 0.06), (middle + long, middle), (middle, middle + size * 0.06)],
                middle,
                middle,
                turn,
            ),
            colors[1] if ray % 2 else gold,
        )
    canvas.disc(middle, middle, size * 0.26, colors[0])
    canvas.disc(middle, middle, size * 0.24, gold)
    ink = dark(gold, 0.7)
    for side in (-1, 1):
        canvas.line(
            arc(middle + side * size * 0.09, middle - size * 0.03, size * 0.045, size * 0.035, 10, 170, 10),
            ink,
            size * 0.012,
        )
        canvas.ellipse(
            middle + side * size * 0.13,
            middle + size * 0.05,
            size * 0.035,
            size * 0.022,
            oklch(0.68, 0.18, 25),
            150,
        )
    canvas.line(arc(middle, middle + size * 0.03, size * 0.07, size * 0.06, 20, 160, 10), ink, size * 0.012)


def _planet(canvas: Canvas, stream: Stream, colors: Colors) -> None:
    """A planet with bands and perhaps a ring."""
    size = canvas.width
    night = oklch(0.2, 0.06, stream.uniform(220, 320))
    canvas.box(0, 0, size, size, night)
    for _ in range(70):
        canvas.disc(
            size * stream.unit(),
            size * stream.unit(),
            size * (0.001 + 0.004 * stream.unit() ** 4),
            (255, 250, 240),
            stream.between(110, 250),
        )
    middle, radius = size * 0.5, size * stream.uniform(0.24, 0.3)
    tilt = stream.uniform(-30, 30)
    ringed = stream.chance(60)
    ring = arc(middle, middle, radius * 1.75, radius * 0.5, 0, 360, 60)
    if ringed:
        canvas.line(turned(ring, middle, middle, tilt), colors[3], size * 0.03)
    for band in range(5):
        high = -1 + band * 0.4
        part = [
            (middle + radius * cos(a), middle + radius * sin(a))
            for a in (pi * at / 30 for at in range(60))
            if sin(a) >= high
        ]
        if len(part) > 2:
            canvas.shape(turned(part, middle, middle, tilt), colors[1 + band % 4])
    canvas.shape(
        turned(
            arc(middle, middle, radius, radius, -60, 120, 40)
            + list(reversed(arc(middle - radius * 0.25, middle, radius * 0.96, radius * 1.0, -60, 120, 40))),
            middle,
            middle,
            0,
        ),
        night,
        90,
    )
    if ringed:
        front = arc(middle, middle, radius * 1.75, radius * 0.5, 5, 175, 40)
        canvas.line(turned(front, middle, middle, tilt), colors[3], size * 0.03)
