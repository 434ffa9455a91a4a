"""Water: sea and sun, boats, birds on a wire."""

from __future__ import annotations

from math import sin

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, arc, dark, light, mix, oklch, ridge, spline
from dozen.kit.sample.pictures.light import Sky, flock, pick_sky, stars, sun
from dozen.kit.sample.streams import Stream


def sea(stream: Stream, width: int, height: int) -> Image.Image:
    """The sun above the sea, and its path on the water."""
    canvas, sky, horizon, _ = _water(stream, width, height)
    if stream.chance(45):
        _beach(canvas, stream, sky)
    elif stream.chance(50):
        _lighthouse(
            canvas, stream, width * stream.pick((0.14, 0.86)), horizon + height * 0.07, height * 0.34, sky
        )
    if stream.chance(50):
        _sailboat(
            canvas, stream, width * stream.uniform(0.25, 0.75), horizon + height * 0.03, height * 0.06, sky
        )
    flock(
        canvas,
        stream,
        width * stream.uniform(0.3, 0.7),
        height * 0.25,
        dark(sky.near, 0.1),
        stream.between(0, 6),
    )
    return canvas.done()


def boat(stream: Stream, width: int, height: int) -> Image.Image:
    """A sailing boat close by."""
    canvas, sky, horizon, _ = _water(stream, width, height)
    for _ in range(stream.between(0, 3)):
        _sailboat(canvas, stream, width * stream.unit(), horizon + height * 0.012, height * 0.03, sky)
    x = width * stream.uniform(0.36, 0.64)
    y = height * stream.uniform(0.74, 0.8)
    _sailboat(canvas, stream, x, y, height * stream.uniform(0.26, 0.32), sky)
    crest = light(mix(sky.horizon, sky.far, 0.3), 0.2)
    for _ in range(26):
        wx, wy = x + stream.bell() * width * 0.28, y + height * stream.uniform(0.0, 0.1)
        canvas.line(
            [(wx, wy), (wx + width * stream.uniform(0.02, 0.07), wy)],
            crest,
            height / 320,
            stream.between(70, 190),
        )
    return canvas.done()


def birds(stream: Stream, width: int, height: int) -> Image.Image:
    """Small birds on wires or on a branch."""
    sky = pick_sky(stream, "golden", "rose", "mint", "dawn", "teal", "day", "dusk")
    canvas = Canvas(width, height, sky.stops)
    sun(canvas, stream, sky, height * 0.2, height * 0.7)
    ink = dark(sky.near, 0.25)
    if stream.chance(50):
        canvas.shape(
            [*ridge(stream, width, height * 0.9, height * 0.1, 0.5, 6), (width, height), (0, height)],
            mix(sky.far, sky.near, 0.5),
        )
        for wire in range(stream.between(3, 4)):
            sag = height * stream.uniform(0.03, 0.07)
            base = height * (0.24 + 0.16 * wire)
            tilt = height * stream.uniform(-0.08, 0.08)

            def at(t: float, base: float = base, sag: float = sag, tilt: float = tilt) -> float:
                return base + tilt * t + sag * 4 * t * (1 - t)

            canvas.line([(width * t / 30, at(t / 30)) for t in range(31)], ink, height / 260)
            for _ in range(stream.between(2, 7)):
                t = stream.uniform(0.06, 0.94)
                _small_bird(
                    canvas,
                    stream,
                    width * t,
                    at(t),
                    height * 0.045,
                    ink if stream.chance(70) else mix(ink, sky.far, 0.3),
                )
        return canvas.done()
    bough = [
        (-width * 0.02, height * 0.62),
        (width * 0.3, height * 0.56),
        (width * 0.62, height * 0.6),
        (width * 0.94, height * 0.46),
    ]
    line = spline(bough, closed=False, steps=12)
    blossom = stream.pick(
        (oklch(0.84, 0.1, 0), oklch(0.94, 0.03, 90), oklch(0.7, 0.14, 145), oklch(0.76, 0.15, 60))
    )
    wood = dark(mix(sky.near, (86, 58, 50), 0.6), 0.15)
    canvas.line(line, wood, height * 0.022)
    for _ in range(stream.between(6, 9)):
        x, y = line[stream.between(3, len(line) - 3)]
        tip = (x + width * stream.uniform(0.02, 0.12), y + height * stream.uniform(-0.22, 0.14))
        canvas.curve(
            [(x, y), ((x + tip[0]) / 2, (y + tip[1]) / 2 - height * 0.02), tip], wood, height * 0.008
        )
        for _ in range(7):
            bx, by = tip[0] + stream.bell() * width * 0.04, tip[1] + stream.bell() * height * 0.05
            _flower(
                canvas,
                bx,
                by,
                height * stream.uniform(0.012, 0.022),
                mix(blossom, (255, 255, 255), stream.unit() * 0.4),
            )
    places = [line[len(line) * part // 10] for part in stream.picks((2, 4, 6, 8), stream.between(1, 3))]
    for x, y in places:
        _song_bird(canvas, stream, x, y - height * 0.008, height * stream.uniform(0.085, 0.12))
    return canvas.done()


def _water(stream: Stream, width: int, height: int) -> tuple[Canvas, Sky, float, float]:
    sky = pick_sky(stream)
    canvas = Canvas(width, height, sky.stops)
    horizon = height * stream.uniform(0.5, 0.62)
    if sky.name == "night":
        stars(canvas, stream, 150, horizon)
    x, _ = sun(canvas, stream, sky, height * 0.2, horizon * 0.97)
    for _ in range(stream.between(0, 4)):
        canvas.cloud(
            width * stream.unit(),
            height * stream.uniform(0.08, 0.36),
            width * stream.uniform(0.12, 0.26),
            mix(sky.horizon, sky.middle, 0.3),
            stream,
            190,
        )
    if stream.chance(60):
        line = ridge(stream, width, horizon + height * 0.03, height * 0.1, 0.5, 6, 2)
        clipped = [(px, min(py, horizon + 1)) for px, py in line]
        canvas.shape([*clipped, (width, horizon + 1), (0, horizon + 1)], mix(sky.far, sky.horizon, 0.35))
    deep = mix(sky.near, oklch(0.42, 0.09, 232), 0.45)
    canvas.shaded(
        [(0, horizon), (width, horizon), (width, height), (0, height)],
        ((0, mix(sky.horizon, sky.far, 0.45)), (0.35, mix(sky.far, deep, 0.5)), (1, deep)),
    )
    for wave in range(150):
        t = (wave + stream.unit()) / 150
        y = horizon + (height - horizon) * t**1.6
        away = abs(stream.bell())
        near_path = stream.chance(60)
        px = x + stream.bell() * width * (0.02 + 0.12 * t) if near_path else stream.unit() * width
        long = width * (0.004 + 0.05 * t) * (0.5 + away)
        tint = sky.sun if near_path else light(mix(sky.far, deep, 0.4), 0.16)
        canvas.line(
            [(px - long, y), (px + long, y)], tint, height * (0.0012 + 0.005 * t), stream.between(90, 220)
        )
    return canvas, sky, horizon, x


def _beach(canvas: Canvas, stream: Stream, sky: Sky) -> None:
    width, height = canvas.width, canvas.height
    sand = mix(oklch(0.84, 0.07, 78), sky.far, 0.2)
    side = stream.pick((0, 1))
    edge = [
        (at / 10, 0.84 + 0.1 * (at / 10 if side else 1 - at / 10) + 0.012 * sin(at * 1.4)) for at in range(11)
    ]
    foam = [(width * t, height * (v - 0.018)) for t, v in edge]
    canvas.shape([*spline(foam, closed=False), (width, height), (0, height)], light(sky.horizon, 0.6), 200)
    canvas.shaded(
        [*spline([(width * t, height * v) for t, v in edge], closed=False), (width, height), (0, height)],
        ((0, dark(sand, 0.1)), (1, sand)),
    )
    if stream.chance(60):
        px = width * (0.1 if side else 0.9)
        _palm(canvas, stream, px, height * 0.97, height * 0.62, dark(sky.near, 0.2), 1 if side else -1)
    else:
        _parasol(canvas, stream, width * (0.2 if side else 0.8), height * 0.97, height * 0.22)


def _palm(canvas: Canvas, stream: Stream, x: float, y: float, tall: float, color: Color, lean: int) -> None:
    top = (x + lean * tall * 0.26, y - tall)
    canvas.curve(
        [(x, y), (x + lean * tall * 0.03, y - tall * 0.4), (x + lean * tall * 0.13, y - tall * 0.75), top],
        color,
        tall * 0.035,
    )
    for at in range(9):
        angle = 3.5 + at * 0.42
        reach = tall * stream.uniform(0.34, 0.44)
        from_x, from_y = top
        tip = (from_x + reach * _cos(angle), from_y + reach * 0.45 * _sin(angle) + reach * 0.34)
        bend = (from_x + reach * 0.55 * _cos(angle), from_y + reach * 0.5 * _sin(angle) - reach * 0.02)
        spine = spline([top, bend, tip], closed=False, steps=8)
        under = [
            (px, py + tall * 0.05 * (1 - abs(2 * place / len(spine) - 1)))
            for place, (px, py) in enumerate(spine)
        ]
        canvas.shape([*spine, *reversed(under)], light(color, 0.05 * (at % 3)))


def _cos(angle: float) -> float:
    return sin(angle + 1.5707963267948966)


def _sin(angle: float) -> float:
    return sin(angle)


def _parasol(canvas: Canvas, stream: Stream, x: float, y: float, tall: float) -> None:
    tint = oklch(0.65, 0.19, stream.uniform(0, 360))
    canvas.shadow(x + tall * 0.2, y, tall * 0.7, tall * 0.1, 0.4)
    canvas.line([(x, y), (x, y - tall)], (240, 236, 226), tall * 0.03)
    half = tall * 0.62
    for part in range(6):
        a, b = 180 + part * 30, 210 + part * 30
        canvas.shape(
            [(x, y - tall * 1.06), *arc(x, y - tall * 0.72, half, tall * 0.34, a, b, 8)],
            tint if part % 2 else (250, 246, 238),
        )


def _lighthouse(canvas: Canvas, stream: Stream, x: float, y: float, tall: float, sky: Sky) -> None:
    rock = dark(sky.near, 0.15)
    canvas.blob(
        [
            (x - tall * 0.7, y + tall * 0.06),
            (x - tall * 0.4, y - tall * 0.1),
            (x, y - tall * 0.16),
            (x + tall * 0.5, y - tall * 0.06),
            (x + tall * 0.74, y + tall * 0.08),
        ],
        rock,
    )
    base = y - tall * 0.12
    tint = oklch(0.58, 0.19, stream.pick((25, 25, 250)))
    for band in range(5):
        low, high = base - tall * 0.16 * band, base - tall * 0.16 * (band + 1)
        a, b = tall * (0.11 - 0.009 * band), tall * (0.11 - 0.009 * (band + 1))
        color = mix(tint if band % 2 == 0 else (246, 244, 240), sky.near, 0.12)
        canvas.shape([(x - a, low), (x - b, high), (x + b, high), (x + a, low)], color)
        canvas.shape([(x + a * 0.3, low), (x + b * 0.3, high), (x + b, high), (x + a, low)], dark(color, 0.2))
    top = base - tall * 0.8
    canvas.glow(x, top - tall * 0.07, tall * 0.5, (255, 236, 170), 0.8)
    canvas.box(x - tall * 0.09, top - tall * 0.02, x + tall * 0.09, top, rock)
    canvas.box(x - tall * 0.05, top - tall * 0.12, x + tall * 0.05, top - tall * 0.02, (255, 240, 190))
    canvas.shape(
        [(x - tall * 0.07, top - tall * 0.12), (x, top - tall * 0.2), (x + tall * 0.07, top - tall * 0.12)],
        tint,
    )


def _sailboat(canvas: Canvas, stream: Stream, x: float, y: float, size: float, sky: Sky) -> None:
    hull = stream.pick((oklch(0.4, 0.08, 250), oklch(0.5, 0.16, 25), (246, 244, 238), oklch(0.45, 0.09, 55)))
    sail = stream.pick(((252, 250, 244), (252, 250, 244), oklch(0.72, 0.15, 45), oklch(0.9, 0.06, 90)))
    lean = size * stream.uniform(-0.08, 0.08)
    canvas.ellipse(x, y + size * 0.1, size * 0.62, size * 0.035, dark(sky.near, 0.2), 110)
    mast = (x + lean, y - size * 1.5)
    canvas.line([(x, y - size * 0.08), mast], dark((120, 90, 70), 0.2), size * 0.022)
    main = spline(
        [
            (mast[0] + size * 0.03, mast[1] + size * 0.05),
            (x + size * 0.36 + lean, y - size * 0.72),
            (x + size * 0.62, y - size * 0.24),
        ],
        closed=False,
    )
    canvas.shaded([*main, (x + size * 0.04, y - size * 0.2)], ((0, sail), (1, mix(sail, sky.far, 0.22))))
    jib = spline(
        [
            (mast[0] - size * 0.03, mast[1] + size * 0.16),
            (x - size * 0.34 + lean, y - size * 0.66),
            (x - size * 0.54, y - size * 0.2),
        ],
        closed=False,
    )
    canvas.shaded(
        [*jib, (x - size * 0.04, y - size * 0.2)],
        ((0, mix(sail, sky.far, 0.1)), (1, mix(sail, sky.far, 0.34))),
    )
    body = [
        (x - size * 0.66, y - size * 0.12),
        (x + size * 0.7, y - size * 0.12),
        (x + size * 0.5, y + size * 0.1),
        (x - size * 0.42, y + size * 0.1),
    ]
    canvas.shaded(body, ((0, hull), (1, dark(hull, 0.25))))
    canvas.line(
        [(x - size * 0.66, y - size * 0.11), (x + size * 0.7, y - size * 0.11)],
        light(hull, 0.5),
        size * 0.025,
    )
    if size > canvas.height * 0.1:
        canvas.shape(
            [mast, (mast[0] + size * 0.16, mast[1] + size * 0.04), (mast[0], mast[1] + size * 0.08)],
            oklch(0.62, 0.2, 25),
        )
        canvas.disc(x + size * 0.3, y - size * 0.2, size * 0.05, oklch(0.6, 0.07, 50))
        canvas.box(
            x + size * 0.24,
            y - size * 0.17,
            x + size * 0.36,
            y - size * 0.1,
            oklch(0.7, 0.16, 80),
            size * 0.03,
        )


def _flower(canvas: Canvas, x: float, y: float, size: float, color: Color) -> None:
    for petal in range(5):
        canvas.disc(
            x + size * 0.7 * _cos(petal * 1.2566), y + size * 0.7 * _sin(petal * 1.2566), size * 0.62, color
        )
    canvas.disc(x, y, size * 0.4, (250, 214, 120))


def _small_bird(canvas: Canvas, stream: Stream, x: float, y: float, size: float, color: Color) -> None:
    way = stream.pick((-1, 1))
    canvas.blob(
        [
            (x - way * size * 0.5, y - size * 0.1),
            (x - way * size * 0.3, y - size * 0.72),
            (x + way * size * 0.25, y - size * 0.95),
            (x + way * size * 0.36, y - size * 0.4),
            (x, y + size * 0.02),
        ],
        color,
    )
    canvas.disc(x + way * size * 0.24, y - size * 0.95, size * 0.27, color)
    canvas.shape(
        [
            (x + way * size * 0.44, y - size * 1.04),
            (x + way * size * 0.74, y - size * 0.94),
            (x + way * size * 0.44, y - size * 0.86),
        ],
        color,
    )
    canvas.shape(
        [
            (x - way * size * 0.32, y - size * 0.3),
            (x - way * size * 0.86, y + size * 0.34),
            (x - way * size * 0.1, y - size * 0.02),
        ],
        color,
    )


def _song_bird(canvas: Canvas, stream: Stream, x: float, y: float, size: float) -> None:
    way = stream.pick((-1, 1))
    back = oklch(stream.uniform(0.42, 0.6), 0.1, stream.pick((250, 230, 40, 60, 150, 280)))
    breast = oklch(0.76, 0.15, stream.pick((45, 85, 30, 60)))
    tail = [
        (x - way * size * 0.5, y - size * 0.4),
        (x - way * size * 1.3, y + size * 0.16),
        (x - way * size * 1.1, y + size * 0.3),
        (x - way * size * 0.3, y - size * 0.1),
    ]
    canvas.shape(tail, dark(back, 0.25))
    canvas.blob(
        [
            (x - way * size * 0.66, y - size * 0.4),
            (x - way * size * 0.3, y - size * 0.96),
            (x + way * size * 0.4, y - size * 1.1),
            (x + way * size * 0.58, y - size * 0.5),
            (x + way * size * 0.1, y - size * 0.06),
        ],
        breast,
    )
    canvas.blob(
        [
            (x - way * size * 0.78, y - size * 0.3),
            (x - way * size * 0.4, y - size * 0.9),
            (x + way * size * 0.1, y - size * 0.86),
            (x - way * size * 0.02, y - size * 0.44),
        ],
        back,
    )
    canvas.disc(x + way * size * 0.36, y - size * 1.12, size * 0.38, back)
    canvas.disc(x + way * size * 0.52, y - size * 1.0, size * 0.22, light(breast, 0.3))
    canvas.shape(
        [
            (x + way * size * 0.68, y - size * 1.2),
            (x + way * size * 1.02, y - size * 1.08),
            (x + way * size * 0.68, y - size * 1.0),
        ],
        (70, 60, 56),
    )
    canvas.disc(x + way * size * 0.48, y - size * 1.2, size * 0.075, (20, 18, 26))
    canvas.disc(x + way * size * 0.5, y - size * 1.22, size * 0.028, (255, 255, 255))
    for leg in (-0.08, 0.12):
        canvas.line(
            [(x + way * size * leg, y - size * 0.1), (x + way * size * leg, y + size * 0.08)],
            (70, 56, 50),
            size * 0.045,
        )
