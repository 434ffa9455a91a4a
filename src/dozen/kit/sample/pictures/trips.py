"""Ways to get about: train, bicycle, balloons."""

from __future__ import annotations

from math import cos, pi, sin

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, arc, dark, light, mix, oklch, ridge, spline
from dozen.kit.sample.pictures.light import Sky, flock, pick_sky, sun
from dozen.kit.sample.streams import Stream


def train(stream: Stream, width: int, height: int) -> Image.Image:
    """A train on a viaduct or along the coast."""
    sky = pick_sky(stream, "day", "golden", "rose", "teal", "mint", "dusk", "dawn")
    canvas = Canvas(width, height, sky.stops)
    sun(canvas, stream, sky, height * 0.12, height * 0.36)
    for layer in range(3):
        line = ridge(stream, width, height * (0.46 + 0.1 * layer), height * (0.26 - 0.06 * layer), 0.52, 6, 2)
        tint = mix(sky.far, sky.near, 0.15 + 0.28 * layer)
        canvas.shaded([*line, (width, height), (0, height)], ((0, tint), (1, mix(tint, sky.horizon, 0.3))))
    deck = height * 0.66
    stone = mix(oklch(0.72, 0.05, 60), sky.near, 0.28)
    pier = width / stream.between(6, 9)
    canvas.haze(height * 0.66, height * 1.0, light(sky.horizon, 0.2), 0.5, stream)
    x = -pier * stream.unit()
    while x < width + pier:
        canvas.shaded(
            [
                (x, deck),
                (x + pier, deck),
                (x + pier, height),
                *reversed(arc(x + pier / 2, deck + pier * 0.58, pier * 0.4, pier * 0.46, 180, 360)),
                (x, height),
            ],
            ((0, stone), (1, dark(stone, 0.36))),
        )
        low = [
            (x + pier * 0.1, deck + pier * 0.58),
            (x + pier * 0.1, height),
            (x, height),
            (x, deck + pier * 0.4),
        ]
        canvas.shape(low, dark(stone, 0.16))
        x += pier
    canvas.box(0, deck - height * 0.012, width, deck + height * 0.018, light(stone, 0.12))
    body = oklch(stream.uniform(0.5, 0.68), 0.16, stream.pick((25, 28, 150, 250, 262, 85, 200)))
    _cars(canvas, stream, deck - height * 0.012, body, sky)
    for _ in range(stream.between(6, 16)):
        x = stream.unit() * width
        canvas.disc(
            x,
            height * 1.0,
            height * stream.uniform(0.05, 0.12),
            dark(mix(sky.near, (40, 90, 60), 0.4), stream.uniform(0.1, 0.3)),
        )
    flock(canvas, stream, width * 0.3, height * 0.2, dark(sky.near, 0.1), stream.between(3, 7))
    return canvas.done()


def bike(stream: Stream, width: int, height: int) -> Image.Image:
    """A bicycle against a wall or the evening."""
    hue = stream.uniform(0, 360)
    wall = stream.chance(55)
    if wall:
        base = oklch(stream.uniform(0.72, 0.86), stream.uniform(0.05, 0.1), hue)
        canvas = Canvas(width, height, ((0, light(base, 0.14)), (0.8, base), (1, dark(base, 0.08))))
        _bricks(canvas, stream, base)
        _window(canvas, stream, width * stream.pick((0.16, 0.84)), height * 0.3, height * 0.24, base)
        canvas.box(0, height * 0.82, width, height, dark(mix(base, (120, 116, 122), 0.7), 0.12))
        canvas.box(0, height * 0.82, width, height * 0.828, dark(base, 0.3))
    else:
        sky = pick_sky(stream, "golden", "dusk", "rose", "teal", "mint")
        canvas = Canvas(width, height, sky.stops)
        sun(canvas, stream, sky, height * 0.3, height * 0.5)
        line = ridge(stream, width, height * 0.66, height * 0.12, 0.45)
        canvas.shape([*line, (width, height), (0, height)], mix(sky.far, sky.near, 0.3))
        canvas.shaded(
            [(0, height * 0.8), (width, height * 0.8), (width, height), (0, height)],
            ((0, mix(sky.near, sky.far, 0.3)), (1, dark(sky.near, 0.2))),
        )
    frame = oklch(stream.uniform(0.5, 0.72), 0.17, hue + stream.uniform(120, 240))
    _bicycle(
        canvas,
        stream,
        width * stream.uniform(0.42, 0.58),
        height * 0.845,
        height * stream.uniform(0.2, 0.235),
        frame,
    )
    return canvas.done(6)


def balloons(stream: Stream, width: int, height: int) -> Image.Image:
    """Hot-air balloons above hills."""
    sky = pick_sky(stream, "day", "rose", "golden", "mint", "dawn", "teal")
    canvas = Canvas(width, height, sky.stops)
    for _ in range(4):
        canvas.cloud(
            width * stream.unit(),
            height * stream.uniform(0.3, 0.7),
            width * stream.uniform(0.2, 0.4),
            light(sky.horizon, 0.5),
            stream,
            170,
        )
    for layer in range(3):
        line = ridge(stream, width, height * (0.78 + 0.08 * layer), height * 0.14, 0.45, 6, 2)
        tint = mix(sky.far, sky.near, 0.1 + 0.32 * layer)
        canvas.shaded([*line, (width, height), (0, height)], ((0, tint), (1, mix(tint, sky.horizon, 0.25))))
    hue = stream.uniform(0, 360)
    for at, size in enumerate((0.05, 0.06, 0.075, 0.1, 0.13, 0.19)[: stream.between(4, 6)]):
        x, y = (
            width * (0.12 + 0.76 * (at * 0.618 + stream.unit() * 0.12) % 0.86),
            height * stream.uniform(0.2, 0.56),
        )
        _balloon(canvas, stream, x, y, height * size, hue + at * 70)
    return canvas.done()


def _cars(canvas: Canvas, stream: Stream, rail: float, body: Color, sky: Sky) -> None:
    tall = canvas.height * 0.088
    long = canvas.width * 0.21
    x = -canvas.width * stream.uniform(0.0, 0.25)
    count = stream.between(4, 5)
    lit = sky.name in ("dusk", "teal")
    for car in range(count):
        head = car == count - 1
        left, right = x, x + long
        nose = tall * 1.1 if head else 0
        shape = [
            (left, rail - tall),
            (right - nose * 0.7, rail - tall),
            (right, rail - tall * 0.34),
            (right, rail - tall * 0.1),
            (left, rail - tall * 0.1),
        ]
        canvas.shaded(shape, ((0, light(body, 0.22)), (0.5, body), (1, dark(body, 0.25))))
        canvas.shape(
            [
                (left, rail - tall),
                (right - nose * 0.7, rail - tall),
                (right - nose * 0.6, rail - tall * 0.92),
                (left, rail - tall * 0.92),
            ],
            (236, 236, 240),
        )
        canvas.box(left, rail - tall * 0.36, right - nose * 0.1, rail - tall * 0.28, (246, 244, 236))
        pane = (255, 228, 160) if lit else mix((60, 74, 96), sky.horizon, 0.3)
        for at in range(7):
            px = left + long * (0.05 + at * 0.13)
            if px + long * 0.09 < right - nose * 0.8:
                canvas.box(px, rail - tall * 0.78, px + long * 0.09, rail - tall * 0.46, pane, tall * 0.06)
        if head:
            canvas.shape(
                [
                    (right - nose * 0.62, rail - tall * 0.86),
                    (right - nose * 0.2, rail - tall * 0.46),
                    (right - nose * 0.7, rail - tall * 0.46),
                ],
                (40, 46, 66),
            )
            canvas.glow(right, rail - tall * 0.24, tall * 0.9, (255, 240, 190), 0.7)
        for axle in (0.12, 0.2, 0.8, 0.88):
            canvas.disc(left + long * axle, rail - tall * 0.06, tall * 0.085, (44, 44, 54))
        x = right + long * 0.018


def _bricks(canvas: Canvas, stream: Stream, base: Color) -> None:
    tall, wide = canvas.height * 0.034, canvas.width * 0.062
    for _ in range(70):
        row, column = stream.below(24), stream.below(17)
        x, y = (column + (row % 2) * 0.5 - 0.5) * wide, row * tall
        tint = mix(base, stream.pick((light(base, 0.3), dark(base, 0.22))), stream.uniform(0.2, 0.6))
        canvas.box(x + 2, y + 2, x + wide - 2, y + tall - 2, tint, 2)


def _window(canvas: Canvas, stream: Stream, x: float, y: float, size: float, base: Color) -> None:
    frame = light(base, 0.7)
    glass = oklch(0.5, 0.06, 230)
    shutter = oklch(0.48, 0.09, stream.uniform(140, 260))
    canvas.box(x - size * 0.5, y - size * 0.65, x + size * 0.5, y + size * 0.65, frame)
    canvas.box(x - size * 0.42, y - size * 0.57, x + size * 0.42, y + size * 0.57, glass)
    canvas.shape(
        [
            (x - size * 0.42, y + size * 0.3),
            (x + size * 0.1, y - size * 0.57),
            (x + size * 0.34, y - size * 0.57),
            (x - size * 0.42, y + size * 0.57),
        ],
        light(glass, 0.25),
        120,
    )
    canvas.box(x - size * 0.03, y - size * 0.57, x + size * 0.03, y + size * 0.57, frame)
    canvas.box(x - size * 0.42, y - size * 0.08, x + size * 0.42, y - size * 0.02, frame)
    for side in (-1, 1):
        left = x + side * size * 0.72 - size * 0.2
        canvas.box(left, y - size * 0.65, left + size * 0.4, y + size * 0.65, shutter)
        for slat in range(9):
            top = y - size * 0.58 + slat * size * 0.13
            canvas.box(left + size * 0.05, top, left + size * 0.35, top + size * 0.05, dark(shutter, 0.2))
    canvas.box(x - size * 0.62, y + size * 0.65, x + size * 0.62, y + size * 0.74, frame)
    for _ in range(14):
        canvas.disc(
            x + stream.bell() * size * 0.5,
            y + size * 0.6 + stream.bell() * size * 0.08,
            size * 0.07,
            oklch(0.55, 0.12, 145),
        )
    for _ in range(12):
        canvas.disc(
            x + stream.bell() * size * 0.5,
            y + size * 0.57 + stream.bell() * size * 0.1,
            size * 0.05,
            oklch(0.66, 0.2, stream.pick((15, 25, 350, 85))),
        )


def _bicycle(canvas: Canvas, stream: Stream, x: float, ground: float, wheel: float, frame: Color) -> None:
    tyre, metal = (38, 38, 46), (214, 214, 220)
    rear, front = (x - wheel * 1.32, ground - wheel), (x + wheel * 1.36, ground - wheel)
    canvas.shadow(x, ground, wheel * 2.7, wheel * 0.2, 0.5)
    for hx, hy in (rear, front):
        for spoke in range(12):
            angle = pi * spoke / 6
            canvas.line(
                [(hx, hy), (hx + wheel * 0.9 * cos(angle), hy + wheel * 0.9 * sin(angle))],
                metal,
                wheel * 0.012,
            )
        canvas.ring(hx, hy, wheel, tyre, wheel * 0.085)
        canvas.ring(hx, hy, wheel * 0.915, metal, wheel * 0.03)
        canvas.disc(hx, hy, wheel * 0.07, metal)
    crank = (x - wheel * 0.12, ground - wheel * 0.86)
    seat = (x - wheel * 0.5, ground - wheel * 2.12)
    head = (x + wheel * 0.92, ground - wheel * 2.06)
    step = stream.chance(35)
    tube = wheel * 0.075
    canvas.line([rear, crank], frame, tube * 0.8)
    canvas.line([rear, (seat[0] + wheel * 0.06, seat[1] + wheel * 0.34)], frame, tube * 0.7)
    canvas.line([seat, crank], frame, tube)
    low = (head[0] + wheel * 0.07, head[1] + wheel * 0.3)
    canvas.line([low, crank], frame, tube)
    if step:
        canvas.curve(
            [
                (head[0] + wheel * 0.03, head[1] + wheel * 0.1),
                (x + wheel * 0.3, ground - wheel * 1.4),
                (x - wheel * 0.28, ground - wheel * 1.4),
            ],
            frame,
            tube,
        )
    else:
        canvas.line(
            [
                (head[0] + wheel * 0.03, head[1] + wheel * 0.1),
                (seat[0] + wheel * 0.06, seat[1] + wheel * 0.34),
            ],
            frame,
            tube,
        )
    canvas.curve(
        [(head[0], head[1]), (head[0] + wheel * 0.16, head[1] + wheel * 0.6), front], frame, tube * 0.9
    )
    canvas.line([(head[0], head[1]), (head[0] - wheel * 0.04, head[1] - wheel * 0.28)], tyre, tube * 0.7)
    if stream.chance(50):
        canvas.curve(
            [
                (head[0] - wheel * 0.34, head[1] - wheel * 0.34),
                (head[0] - wheel * 0.02, head[1] - wheel * 0.28),
                (head[0] + wheel * 0.2, head[1] - wheel * 0.34),
            ],
            tyre,
            tube * 0.8,
        )
    else:
        canvas.curve(
            [
                (head[0] - wheel * 0.06, head[1] - wheel * 0.27),
                (head[0] + wheel * 0.3, head[1] - wheel * 0.27),
                (head[0] + wheel * 0.36, head[1] - wheel * 0.04),
                (head[0] + wheel * 0.16, head[1] + wheel * 0.06),
            ],
            tyre,
            tube * 0.8,
        )
    saddle = dark(oklch(0.5, 0.09, 50), 0.2)
    canvas.blob(
        [
            (seat[0] - wheel * 0.3, seat[1] - wheel * 0.13),
            (seat[0] - wheel * 0.1, seat[1] - wheel * 0.16),
            (seat[0] + wheel * 0.3, seat[1] - wheel * 0.07),
            (seat[0] + wheel * 0.02, seat[1] - wheel * 0.02),
            (seat[0] - wheel * 0.24, seat[1]),
        ],
        saddle,
    )
    canvas.ring(*crank, wheel * 0.24, metal, wheel * 0.035)
    canvas.line(
        [
            (crank[0] - wheel * 0.16, crank[1] - wheel * 0.28),
            (crank[0] + wheel * 0.16, crank[1] + wheel * 0.28),
        ],
        tyre,
        wheel * 0.05,
    )
    for side in (-1, 1):
        canvas.box(
            crank[0] + side * wheel * 0.16 - wheel * 0.12,
            crank[1] + side * wheel * 0.28 - wheel * 0.025,
            crank[0] + side * wheel * 0.16 + wheel * 0.12,
            crank[1] + side * wheel * 0.28 + wheel * 0.025,
            tyre,
            2,
        )
    if stream.chance(60):
        bx, by = head[0] + wheel * 0.36, head[1] - wheel * 0.05
        wicker = oklch(0.68, 0.09, 70)
        for _ in range(12):
            canvas.disc(
                bx + wheel * 0.16 + stream.bell() * wheel * 0.26,
                by - wheel * 0.05 - stream.unit() * wheel * 0.24,
                wheel * 0.085,
                oklch(0.7, 0.16, stream.pick((20, 350, 85, 300, 140))),
            )
        canvas.shape(
            [
                (bx - wheel * 0.12, by),
                (bx + wheel * 0.46, by),
                (bx + wheel * 0.38, by + wheel * 0.42),
                (bx - wheel * 0.04, by + wheel * 0.42),
            ],
            wicker,
        )
        for weave in range(4):
            y = by + wheel * (0.05 + 0.1 * weave)
            canvas.line([(bx - wheel * 0.1, y), (bx + wheel * 0.44, y)], dark(wicker, 0.2), wheel * 0.02)


def _balloon(canvas: Canvas, stream: Stream, x: float, y: float, size: float, hue: float) -> None:
    main, second = oklch(0.68, 0.17, hue), oklch(0.9, 0.07, hue + stream.uniform(40, 180))
    outline = [
        *arc(x, y, size, size, 180, 360, 30),
        *spline(
            [
                (x + size, y),
                (x + size * 0.78, y + size * 0.66),
                (x + size * 0.24, y + size * 1.3),
                (x - size * 0.24, y + size * 1.3),
                (x - size * 0.78, y + size * 0.66),
                (x - size, y),
            ],
            closed=False,
        ),
    ]
    canvas.shape(outline, main)
    for part in (0.66, 0.33):
        narrow = [(x + (px - x) * part, py) for px, py in outline]
        canvas.shape(narrow, second if part == 0.66 else main)
    canvas.shaded(
        outline, ((0, (255, 255, 255)), (0.55, (255, 255, 255)), (1, (255, 255, 255))), sideways=True, alpha=1
    )
    shade = [(x + (px - x), py) for px, py in outline if px > x + size * 0.1]
    canvas.shape(shade, (30, 16, 50), 34)
    canvas.ellipse(x - size * 0.4, y - size * 0.35, size * 0.2, size * 0.34, (255, 255, 255), 70)
    for side in (-0.2, 0.2):
        canvas.line(
            [(x + size * side, y + size * 1.3), (x + size * side * 0.7, y + size * 1.62)],
            (90, 70, 60),
            size * 0.03,
        )
    canvas.box(
        x - size * 0.18, y + size * 1.6, x + size * 0.18, y + size * 1.86, oklch(0.5, 0.09, 60), size * 0.05
    )
