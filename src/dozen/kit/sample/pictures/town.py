"""The city: its skyline, its lights in the rain."""

from __future__ import annotations

from math import cos, pi, sin

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, arc, dark, gradient, light, mix, oklch, spline
from dozen.kit.sample.pictures.light import Sky, pick_sky, stars, sun
from dozen.kit.sample.streams import Stream


def city(stream: Stream, width: int, height: int) -> Image.Image:
    """A skyline, by day or with lit windows; sometimes above water."""
    sky = pick_sky(stream, "night", "night", "dusk", "ember", "rose", "teal", "golden", "dawn")
    canvas = Canvas(width, height, sky.stops)
    if sky.name in ("night", "dusk"):
        stars(canvas, stream, 90, height * 0.5)
    sun(canvas, stream, sky, height * 0.14, height * 0.45)
    water = stream.chance(50)
    ground = height * (0.8 if water else 1.0)
    for layer in range(3):
        near = (layer + 1) / 3
        tint = mix(sky.far, dark(sky.near, 0.25), near)
        x = -width * 0.02
        while x < width:
            wide = width * stream.uniform(0.035, 0.085) * (0.8 + 0.4 * near)
            hill = 1 - abs(x / width - 0.5) * 0.7
            tall = ground * stream.uniform(0.2, 0.6) * (1.1 - 0.4 * near) * hill
            _tower(
                canvas,
                stream,
                x,
                ground,
                wide,
                tall,
                mix(tint, sky.horizon, 0.12 * stream.unit()),
                sky,
                layer,
            )
            x += wide * stream.uniform(0.86, 1.2)
        if layer < 2:
            canvas.haze(ground - height * 0.3, ground + height * 0.06, sky.horizon, 0.3, stream)
    if water:
        _reflected(canvas, stream, ground, sky)
    return canvas.done()


def rain(stream: Stream, width: int, height: int) -> Image.Image:
    """Lights of the street behind a wet window."""
    hue = stream.uniform(190, 290)
    back = Canvas(
        width,
        height,
        ((0, oklch(0.2, 0.04, hue)), (0.6, oklch(0.32, 0.06, hue)), (1, oklch(0.18, 0.04, hue))),
    )
    for _ in range(46):
        x, y = stream.unit() * width, height * stream.uniform(0.12, 0.92)
        radius = height * stream.uniform(0.02, 0.085)
        tint = oklch(
            stream.uniform(0.6, 0.82), 0.15, stream.pick((30, 60, 85, 20, 200, 340)) + stream.bell() * 20
        )
        back.disc(x, y, radius, tint, stream.between(110, 220))
        back.ellipse(x, y + height * 0.16, radius * 0.7, height * 0.14, tint, 40)
    canvas = Canvas(width, height)
    canvas.soft(back, height * 0.008)
    for _ in range(240):
        x, y = stream.unit() * width, stream.unit() * height
        size = height * (0.003 + 0.011 * stream.unit() ** 3)
        canvas.ellipse(x, y, size * 0.86, size, (10, 14, 30), 90)
        canvas.ellipse(x, y + size * 0.24, size * 0.66, size * 0.62, (190, 206, 226), 90)
        canvas.disc(x - size * 0.28, y - size * 0.36, size * 0.26, (255, 255, 255), 210)
    for _ in range(16):
        x, y = stream.unit() * width, stream.unit() * height * 0.6
        size = height * stream.uniform(0.008, 0.014)
        path = [(x, y)]
        for _ in range(5):
            path.append(
                (
                    path[-1][0] + stream.bell() * width * 0.008,
                    path[-1][1] + height * stream.uniform(0.03, 0.08),
                )
            )
        canvas.line(spline(path, closed=False), (200, 214, 234), size * 0.5, 60)
        end = path[-1]
        canvas.ellipse(end[0], end[1], size, size * 1.3, (206, 220, 238), 130)
        canvas.disc(end[0] - size * 0.3, end[1] - size * 0.4, size * 0.3, (255, 255, 255), 230)
    frame = dark(oklch(0.4, 0.05, hue - 150), 0.35)
    if stream.chance(60):
        canvas.box(0, height * 0.93, width, height, frame)
        canvas.box(0, height * 0.93, width, height * 0.94, light(frame, 0.2))
        _sill_plant(canvas, stream, width * stream.uniform(0.12, 0.88), height * 0.935, height * 0.34)
    return canvas.done(6)


def _tower(
    canvas: Canvas,
    stream: Stream,
    x: float,
    ground: float,
    wide: float,
    tall: float,
    tint: Color,
    sky: Sky,
    layer: int,
) -> None:
    top = ground - tall
    style = stream.below(6)
    canvas.shaded(
        [(x, top), (x + wide, top), (x + wide, ground), (x, ground)],
        ((0, tint), (1, mix(tint, sky.horizon, 0.16 * (2 - layer)))),
    )
    canvas.box(x + wide * 0.78, top, x + wide, ground, dark(tint, 0.16), alpha=120)
    if style == 0:
        canvas.box(x + wide * 0.2, top - wide * 0.3, x + wide * 0.8, top, tint)
        canvas.line(
            [(x + wide * 0.5, top - wide * 0.3), (x + wide * 0.5, top - wide * 1.1)],
            tint,
            canvas.height / 400,
        )
        canvas.disc(x + wide * 0.5, top - wide * 1.1, canvas.height / 300, (255, 90, 80))
    elif style == 1:
        canvas.shape([(x, top), (x + wide / 2, top - wide * 0.6), (x + wide, top)], tint)
    elif style == 2:
        canvas.shape([(x, top), (x + wide, top), (x + wide, top - wide * 0.5)], tint)
    elif style == 3:
        canvas.shape([*arc(x + wide / 2, top, wide / 2, wide * 0.5, 180, 360)], tint)
    if layer == 0:
        return
    lit = stream.between(24, 60) if sky.name in ("night", "dusk", "ember", "teal") else stream.between(4, 22)
    glow = mix((255, 214, 130), (180, 220, 255), stream.pick((0, 0, 0, 0.7)))
    columns, step = max(2, round(wide / (canvas.height * 0.018))), canvas.height * 0.024
    pane = wide / columns
    rows = int((tall - step) / step)
    for row in range(min(rows, 40)):
        for column in range(columns):
            bright = stream.below(100) < lit
            if bright or layer == 2:
                color = mix(glow, tint, stream.unit() * 0.4) if bright else dark(tint, 0.2)
                px, py = x + pane * (column + 0.24), top + step * (row + 0.6)
                canvas.box(px, py, px + pane * 0.5, py + step * 0.52, color)


def _reflected(canvas: Canvas, stream: Stream, shore: float, sky: Sky) -> None:
    scale = canvas.scale
    top = round(shore * scale)
    deep = canvas.image.height - top
    above = canvas.image.crop((0, max(0, top - deep * 2), canvas.image.width, top))
    above = above.resize((canvas.image.width, deep)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    water = gradient(above.size, ((0, mix(sky.middle, sky.near, 0.35)), (1, dark(sky.near, 0.1))))
    canvas.image.paste(Image.blend(above, water, 0.5), (0, top))
    for _ in range(90):
        x, y = stream.unit() * canvas.width, shore + (canvas.height - shore) * stream.unit()
        canvas.line(
            [(x, y), (x + canvas.width * stream.uniform(0.01, 0.06), y)],
            light(sky.horizon, 0.2),
            canvas.height / 500,
            stream.between(30, 110),
        )


def _sill_plant(canvas: Canvas, stream: Stream, x: float, y: float, size: float) -> None:
    pot = oklch(0.56, 0.11, stream.pick((40, 30, 230, 80)))
    leaf = dark(oklch(0.46, 0.1, stream.uniform(135, 165)), 0.25)
    for at in range(9):
        angle = (-165 + at * 18.5) * pi / 180
        long = size * stream.uniform(0.5, 0.8)
        tip = (x + cos(angle) * long * 0.6, y - size * 0.28 + sin(angle) * long)
        middle = ((x + tip[0]) / 2 + sin(angle) * size * 0.07, (y - size * 0.28 + tip[1]) / 2 - size * 0.05)
        side = ((x + tip[0]) / 2 - sin(angle) * size * 0.07, (y - size * 0.28 + tip[1]) / 2 + size * 0.05)
        canvas.blob([(x, y - size * 0.28), middle, tip, side], light(leaf, 0.12 * (at % 3)))
    canvas.shape(
        [
            (x - size * 0.2, y - size * 0.3),
            (x + size * 0.2, y - size * 0.3),
            (x + size * 0.15, y),
            (x - size * 0.15, y),
        ],
        dark(pot, 0.2),
    )
    canvas.box(
        x - size * 0.23, y - size * 0.33, x + size * 0.23, y - size * 0.25, dark(pot, 0.1), size * 0.02
    )
