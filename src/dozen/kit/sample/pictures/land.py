"""Landscapes: mountains, forest, desert, snow, stars, field, road, sky."""

from __future__ import annotations

from PIL import Image

from dozen.kit.sample.canvas import Canvas, dark, light, mix, oklch, ridge, spline
from dozen.kit.sample.pictures.light import flock, pick_sky, stars, sun
from dozen.kit.sample.pictures.props import (
    cactus,
    caravan,
    fir,
    hut,
    mirror,
    pines,
    rays,
    snowcaps,
    tent,
    tree,
    turbine,
)
from dozen.kit.sample.streams import Stream


def mountains(stream: Stream, width: int, height: int) -> Image.Image:
    """Ridges one behind the other, with haze between them."""
    sky = pick_sky(stream, "dawn", "golden", "dusk", "rose", "teal", "night", "ember", "mint", "day")
    canvas = Canvas(width, height, sky.stops)
    if sky.name in ("night", "dusk"):
        stars(canvas, stream, 160, height * 0.5)
    x, y = sun(canvas, stream, sky, height * 0.16, height * 0.48)
    layers = stream.between(4, 6)
    lake = stream.chance(35)
    floor = height * (0.74 if lake else 1.02)
    for layer in range(layers):
        depth = (layer + 1) / layers
        base = height * 0.42 + (floor - height * 0.36) * depth**1.25 * 0.78
        tall = height * (0.4 - 0.22 * depth)
        line = ridge(stream, width, base, tall, 0.56 - 0.08 * depth, 6, 3 if layer < layers - 1 else 1)
        tint = mix(sky.far, sky.near, depth**1.3)
        foot = mix(tint, sky.horizon, 0.45 * (1 - depth * 0.7))
        canvas.shaded([*line, (width, floor), (0, floor)], ((0, tint), (1, foot)))
        if layer == 0 and stream.chance(60):
            snowcaps(canvas, line, base - tall * 0.06, light(sky.horizon, 0.4))
    if not lake:
        pines(canvas, stream, height * 0.99, dark(sky.near, 0.3), stream.between(14, 34), 0.16)
    if lake:
        mirror(canvas, stream, floor, sky.horizon)
        bank = ridge(stream, width, height * 0.97, height * 0.07, 0.5)
        canvas.shape([*bank, (width, height), (0, height)], dark(sky.near, 0.35))
        pines(canvas, stream, height * 0.99, dark(sky.near, 0.42), stream.between(5, 12), 0.2)
    if stream.chance(50):
        flock(
            canvas,
            stream,
            (x + width * 0.3) % width,
            y + height * 0.02,
            dark(sky.near, 0.1),
            stream.between(3, 8),
        )
    return canvas.done()


def forest(stream: Stream, width: int, height: int) -> Image.Image:
    """Rows of firs that vanish in the mist."""
    sky = pick_sky(stream, "mint", "grey", "teal", "dawn", "golden", "day")
    green = oklch(stream.uniform(0.24, 0.32), 0.05, stream.uniform(140, 230))
    canvas = Canvas(width, height, ((0, light(sky.middle, 0.1)), (1, light(sky.horizon, 0.25))))
    if stream.chance(60):
        sun(canvas, stream, sky, height * 0.12, height * 0.36)
    rows = 5
    for row in range(rows):
        near = (row + 1) / rows
        tint = mix(mix(sky.horizon, sky.far, 0.35), green, near**1.15)
        base = height * (0.42 + 0.62 * near)
        ground = ridge(stream, width, base, height * 0.1, 0.5, 5)
        tall = height * (0.16 + 0.42 * near**1.4)
        count = round(34 - 22 * near)
        for at in range(count):
            x = width * (at + stream.uniform(-0.4, 0.4)) / (count - 1)
            place = min(len(ground) - 1, max(0, round(x / width * (len(ground) - 1))))
            fir(canvas, stream, x, ground[place][1] + tall * 0.06, tall * stream.uniform(0.6, 1.1), tint)
        canvas.shape([*ground, (width, height), (0, height)], tint)
        if row < rows - 1:
            canvas.haze(base - height * 0.24, base + height * 0.12, light(sky.horizon, 0.4), 0.62, stream)
    if stream.chance(45):
        rays(canvas, stream, light(sky.sun, 0.2))
    return canvas.done(6)


def desert(stream: Stream, width: int, height: int) -> Image.Image:
    """Dunes with a lit and a shaded side."""
    sky = pick_sky(stream, "day", "golden", "dusk", "rose", "ember", "teal")
    canvas = Canvas(
        width, height, ((0, sky.zenith), (0.36, sky.middle), (0.62, sky.horizon), (1, sky.horizon))
    )
    sun(canvas, stream, sky, height * 0.1, height * 0.4)
    sand = oklch(stream.uniform(0.72, 0.82), stream.uniform(0.08, 0.13), stream.uniform(48, 82))
    mesa = mix(sky.horizon, dark(sand, 0.4), 0.42)
    canvas.shape(
        [*ridge(stream, width, height * 0.55, height * 0.09, 0.42, 6), (width, height), (0, height)], mesa
    )
    for layer in range(4):
        near = (layer + 1) / 4
        base = height * (0.54 + 0.32 * near**1.2)
        crest = spline(
            [(width * at / 5, base + stream.bell() * height * 0.09) for at in range(-1, 7)], closed=False
        )
        tint = mix(mix(sand, sky.horizon, 0.5), mix(sand, sky.far, 0.12), near)
        canvas.shaded([*crest, (width, height), (0, height)], ((0, light(tint, 0.16)), (1, dark(tint, 0.1))))
        peak = min(crest[len(crest) // 4 : -len(crest) // 4], key=lambda point: point[1])
        start = crest.index(peak)
        lean = width * stream.uniform(0.03, 0.09)
        fall = height - peak[1]
        edge = spline(
            [
                peak,
                (peak[0] + lean * 0.5, peak[1] + fall * 0.16),
                (peak[0] - lean * 0.6, peak[1] + fall * 0.42),
                (peak[0] + lean * 0.2, peak[1] + fall * 0.7),
                (peak[0] - lean * 2, height * 1.02),
            ],
            closed=False,
        )
        canvas.shaded(
            [*crest[start:], (width * 1.2, height * 1.1), *reversed(edge)],
            ((0, dark(mix(tint, sky.far, 0.35), 0.36)), (1, dark(tint, 0.2))),
            alpha=215,
        )
    if stream.chance(55):
        caravan(canvas, stream, height * 0.8, dark(mix(sand, sky.near, 0.8), 0.4))
    if stream.chance(40):
        for _ in range(stream.between(1, 3)):
            cactus(
                canvas,
                stream,
                width * stream.uniform(0.08, 0.92),
                height * stream.uniform(0.86, 0.98),
                sky.near,
            )
    return canvas.done(7)


def snow(stream: Stream, width: int, height: int) -> Image.Image:
    """White hills, bare trees, a hut with a light."""
    sky = pick_sky(stream, "night", "dusk", "grey", "rose", "dawn", "teal")
    canvas = Canvas(width, height, sky.stops)
    if sky.name in ("night", "dusk"):
        stars(canvas, stream, 140, height * 0.5)
    sun(canvas, stream, sky, height * 0.12, height * 0.36)
    white = mix(sky.horizon, (240, 246, 255), 0.72)
    for layer in range(4):
        near = (layer + 1) / 4
        base = height * (0.5 + 0.34 * near)
        hill = spline(
            [(width * at / 4, base + stream.bell() * height * 0.1) for at in range(-1, 6)], closed=False
        )
        tint = mix(mix(white, sky.far, 0.55), white, near)
        canvas.shaded([*hill, (width, height), (0, height)], ((0, tint), (1, mix(tint, sky.zenith, 0.22))))
        firs = mix(mix(sky.far, sky.near, 0.5), sky.near, near)
        for _ in range(round(20 * (1 - near * 0.55))):
            at = stream.between(8, len(hill) - 9)
            x, y = hill[at]
            fir(
                canvas,
                stream,
                x,
                y + height * 0.02,
                height * (0.05 + 0.15 * near) * stream.uniform(0.6, 1.2),
                firs,
                white,
            )
        if layer == 2:
            x, y = hill[stream.between(len(hill) // 3, len(hill) * 2 // 3)]
            hut(canvas, x, y + height * 0.02, height * 0.11, dark(sky.near, 0.1), white)
    for _ in range(stream.pick((0, 160, 260))):
        x, y = stream.unit() * width, stream.unit() * height
        canvas.disc(x, y, height / 500 * stream.uniform(0.6, 2.2), (255, 255, 255), stream.between(120, 240))
    return canvas.done()


def starry(stream: Stream, width: int, height: int) -> Image.Image:
    """The Milky Way above a dark horizon."""
    hue = stream.uniform(220, 330)
    canvas = Canvas(
        width,
        height,
        ((0, oklch(0.14, 0.05, hue)), (0.6, oklch(0.26, 0.09, hue)), (1, oklch(0.42, 0.1, hue - 50))),
    )
    x0, slope = width * stream.uniform(0.2, 0.8), stream.uniform(-0.7, 0.7) * width
    for at in range(20):
        t = at / 19
        x, y = x0 + slope * (t - 0.5) + stream.bell() * width * 0.05, height * t * 0.95
        canvas.glow(
            x, y, height * stream.uniform(0.12, 0.26), oklch(0.7, 0.09, hue + stream.uniform(-50, 60)), 0.22
        )
    for _ in range(480):
        t = stream.unit()
        spread = stream.bell() * width * 0.16
        canvas.disc(
            x0 + slope * (t - 0.5) + spread,
            t * height,
            height / 900 * stream.uniform(0.4, 1.3),
            (255, 246, 236),
            stream.between(70, 220),
        )
    stars(canvas, stream, 320, height * 0.95)
    for _ in range(7):
        x, y = stream.unit() * width, stream.unit() * height * 0.7
        canvas.glow(x, y, height * 0.02, (255, 255, 255), 0.8)
        canvas.disc(x, y, height / 360, (255, 255, 255))
    if stream.chance(50):
        x, y = width * stream.uniform(0.2, 0.8), height * stream.uniform(0.1, 0.4)
        tail = [(x, y), (x - width * 0.11, y - height * 0.06)]
        canvas.line(tail, (255, 250, 236), height / 500, 150)
        canvas.line([tail[0], (x - width * 0.05, y - height * 0.027)], (255, 255, 255), height / 320)
    ground = oklch(0.12, 0.03, hue)
    line = ridge(stream, width, height * 0.9, height * 0.16, 0.5)
    canvas.shape([*line, (width, height), (0, height)], ground)
    pines(canvas, stream, height * 0.99, ground, stream.between(10, 26), 0.2)
    if stream.chance(50):
        x = width * stream.uniform(0.25, 0.75)
        tent(canvas, x, height * 0.955, height * 0.1)
    return canvas.done(6)


def field(stream: Stream, width: int, height: int) -> Image.Image:
    """Rolling fields, wind turbines or a lone tree."""
    sky = pick_sky(stream, "day", "mint", "golden", "rose", "dawn")
    canvas = Canvas(width, height, sky.stops)
    sun(canvas, stream, sky, height * 0.12, height * 0.34)
    for _ in range(stream.between(2, 5)):
        cloud = light(sky.horizon, 0.55)
        canvas.cloud(
            width * stream.unit(),
            height * stream.uniform(0.1, 0.36),
            width * stream.uniform(0.14, 0.3),
            cloud,
            stream,
            170,
        )
    hue = stream.uniform(112, 152)
    turbines = stream.chance(60)
    for layer in range(4):
        near = (layer + 1) / 4
        base = height * (0.46 + 0.36 * near)
        hill = spline(
            [(width * at / 3, base + stream.bell() * height * 0.12) for at in range(-1, 5)], closed=False
        )
        if turbines and layer in (1, 2):
            for part in range(stream.between(2, 4)):
                x, y = hill[6 + part * (len(hill) - 12) // 4 + stream.between(0, 4)]
                turbine(canvas, stream, x, y + height * 0.03, height * (0.16 + 0.2 * near))
        tint = oklch(0.8 - 0.16 * near, 0.13, hue - 34 * (layer % 2) * stream.unit())
        tint = mix(tint, sky.horizon, 0.4 * (1 - near))
        canvas.shaded([*hill, (width, height), (0, height)], ((0, light(tint, 0.1)), (1, dark(tint, 0.2))))
        if layer % 2 == 1:
            for furrow in range(9):
                x = width * furrow / 8
                canvas.line(
                    [(x, base + height * 0.06), ((x - width / 2) * 2.2 + width / 2, height)],
                    dark(tint, 0.16),
                    height / 260,
                    90,
                )
    if not turbines:
        tree(
            canvas,
            stream,
            width * stream.uniform(0.25, 0.75),
            height * 0.84,
            height * 0.34,
            oklch(0.42, 0.1, hue),
        )
    return canvas.done()


def road(stream: Stream, width: int, height: int) -> Image.Image:
    """A road that runs to the horizon."""
    sky = pick_sky(stream)
    canvas = Canvas(
        width, height, ((0, sky.zenith), (0.4, sky.middle), (0.58, sky.horizon), (1, sky.horizon))
    )
    if sky.name == "night":
        stars(canvas, stream, 150, height * 0.5)
    horizon = height * stream.uniform(0.5, 0.58)
    end = width * stream.uniform(0.42, 0.58)
    sun(canvas, stream, sky, height * 0.2, horizon * 0.92)
    for layer in range(2):
        line = ridge(stream, width, horizon - height * 0.02, height * (0.24 - 0.12 * layer), 0.52)
        canvas.shape([*line, (width, height), (0, height)], mix(sky.far, sky.near, 0.15 + 0.35 * layer))
    ground = mix(sky.near, oklch(0.62, 0.09, stream.uniform(50, 150)), 0.55)
    canvas.shaded(
        [(0, horizon), (width, horizon), (width, height), (0, height)],
        ((0, light(mix(ground, sky.far, 0.4), 0.1)), (1, dark(ground, 0.3))),
    )
    bend = width * stream.uniform(-0.16, 0.16)
    left, right = [], []
    for at in range(41):
        t = at / 40
        y = horizon + (height - horizon) * t**1.7
        half = width * (0.002 + 0.36 * ((y - horizon) / (height - horizon)))
        middle = end + bend * (1 - t) * t * 3 + (width / 2 - end) * t
        left.append((middle - half, y))
        right.append((middle + half, y))
    canvas.shaded(
        [*left, *reversed(right)],
        ((0, mix((70, 70, 84), sky.far, 0.5)), (1, mix((52, 52, 62), sky.near, 0.25))),
    )
    for at in range(4, 40, 4):
        (lx, ly), (rx, _), (lx2, ly2), (rx2, _) = left[at], right[at], left[at + 1], right[at + 1]
        m, m2 = (lx + rx) / 2, (lx2 + rx2) / 2
        wide, wide2 = (rx - lx) * 0.016, (rx2 - lx2) * 0.016
        canvas.shape(
            [
                (m - wide, ly),
                (m + wide, ly),
                (m2 + wide2, ly2 + (ly2 - ly) * 0.5),
                (m2 - wide2, ly2 + (ly2 - ly) * 0.5),
            ],
            (244, 226, 160),
        )
    for side, edge in ((-1, left), (1, right)):
        for at in range(6, 40, 5):
            x, y = edge[at]
            tall = (y - horizon) * 0.34
            canvas.line(
                [(x + side * tall * 0.3, y), (x + side * tall * 0.3, y - tall)],
                mix((236, 236, 236), sky.near, 0.3),
                tall * 0.1 + 0.5,
            )
    return canvas.done(6)


def sky_only(stream: Stream, width: int, height: int) -> Image.Image:
    """Nothing but clouds and light."""
    sky = pick_sky(stream)
    canvas = Canvas(width, height, sky.stops)
    if sky.name == "night":
        stars(canvas, stream, 220, height)
    sun(canvas, stream, sky, height * 0.3, height * 0.75)
    for layer in range(5):
        near = (layer + 1) / 5
        tint = mix(light(sky.horizon, 0.5), mix(sky.far, sky.middle, 0.5), stream.unit() * 0.6)
        for _ in range(4):
            canvas.cloud(
                width * stream.uniform(-0.05, 1.05),
                height * (0.1 + 0.85 * near) + stream.bell() * height * 0.06,
                width * (0.16 + 0.34 * near) * stream.uniform(0.6, 1.2),
                tint,
                stream,
                110 + layer * 22,
            )
    if stream.chance(35) and sky.name != "night":
        x, y, radius = width * 0.5, height * 1.05, height * 0.85
        for band, hue in enumerate((25, 55, 95, 145, 235, 300)):
            canvas.ring(
                x,
                y,
                radius - band * height * 0.022,
                mix(oklch(0.75, 0.15, hue), sky.middle, 0.55),
                height * 0.023,
            )
    flock(
        canvas,
        stream,
        width * stream.uniform(0.3, 0.7),
        height * 0.3,
        dark(sky.near, 0.1),
        stream.between(4, 12),
    )
    return canvas.done()
