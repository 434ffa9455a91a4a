"""Street maps of towns that do not exist."""

from __future__ import annotations

import itertools
from math import cos, sin

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, arc, dark, light, mix, oklch, spline
from dozen.kit.sample.streams import Stream


def street_map(stream: Stream, width: int, height: int) -> Image.Image:
    """A map without a place: blocks, parks, a river, a route."""
    night = stream.chance(35)
    hue = stream.uniform(0, 360)
    ground = oklch(0.24, 0.03, 262) if night else oklch(0.955, 0.012, hue)
    block = light(ground, 0.07) if night else oklch(0.91, 0.022, hue)
    way = oklch(0.42, 0.035, 262) if night else (255, 255, 255)
    green = oklch(0.36, 0.06, 152) if night else oklch(0.86, 0.08, 146)
    water = oklch(0.34, 0.08, 250) if night else oklch(0.82, 0.07, 228)
    canvas = Canvas(width, height, ground)
    turn = stream.uniform(-0.35, 0.35)
    unit = height / stream.between(7, 10)
    c, s = cos(turn), sin(turn)

    def place(u: float, v: float) -> tuple[float, float]:
        # A slow swell keeps the grid from looking ruled.
        u2, v2 = u + 0.22 * sin(v * 0.7), v + 0.2 * sin(u * 0.6 + 1)
        return (width / 2 + unit * (u2 * c - v2 * s), height / 2 + unit * (u2 * s + v2 * c))

    reach = int(width / unit * 0.7) + 4
    for u in range(-reach, reach):
        for v in range(-reach, reach):
            if (
                abs(place(u, v)[0] - width / 2) > width * 0.62
                or abs(place(u, v)[1] - height / 2) > height * 0.68
            ):
                continue
            dice = stream.below(100)
            tint = green if dice < 11 else mix(block, ground, stream.unit() * 0.7)
            half = 0.5 if dice > 90 else 1.0
            gap = 0.07
            canvas.shape(
                [
                    place(u + gap, v + gap),
                    place(u + half - gap, v + gap),
                    place(u + half - gap, v + 1 - gap),
                    place(u + gap, v + 1 - gap),
                ],
                tint,
            )
            if half < 1:
                canvas.shape(
                    [
                        place(u + 0.5 + gap, v + gap),
                        place(u + 1 - gap, v + gap),
                        place(u + 1 - gap, v + 1 - gap),
                        place(u + 0.5 + gap, v + 1 - gap),
                    ],
                    block,
                )
            if tint == green:
                for _ in range(5):
                    x, y = place(u + stream.uniform(0.2, 0.8), v + stream.uniform(0.2, 0.8))
                    canvas.disc(x, y, unit * 0.07, dark(green, 0.16))
    bank = spline(
        [(width * (at / 5), height * 0.5 + stream.bell() * height * 0.36) for at in range(-1, 7)],
        closed=False,
    )
    canvas.line(bank, light(water, 0.3) if not night else dark(water, 0.2), unit * 1.15)
    canvas.line(bank, water, unit * 0.9)
    for _ in range(3):
        u = stream.between(-5, 5)
        points = (
            [place(u, v / 2) for v in range(-2 * reach, 2 * reach)]
            if stream.chance(50)
            else [place(v / 2, u) for v in range(-2 * reach, 2 * reach)]
        )
        canvas.line(points, dark(way, 0.12) if not night else dark(way, 0.3), unit * 0.3)
        canvas.line(points, oklch(0.92, 0.09, 90) if not night else way, unit * 0.22)
    tone = oklch(0.62, 0.2, stream.pick((25, 262, 300, 150, 350)))
    u, v = stream.between(-6, -4), stream.between(-3, 3)
    path = [(float(u), float(v))]
    for _ in range(stream.between(5, 8)):
        u, v = (
            (u + stream.between(1, 3), v)
            if stream.chance(60)
            else (u, max(-3, min(3, v + stream.pick((-2, -1, 1, 2)))))
        )
        path.append((float(u), float(v)))
    route = [
        place(u0 + (u1 - u0) * t / 6, v0 + (v1 - v0) * t / 6)
        for (u0, v0), (u1, v1) in itertools.pairwise(path)
        for t in range(7)
    ]
    canvas.line(route, light(tone, 0.6), unit * 0.22)
    canvas.line(route, tone, unit * 0.13)
    canvas.disc(*route[0], unit * 0.2, (255, 255, 255))
    canvas.disc(*route[0], unit * 0.13, tone)
    _pin(canvas, *route[-1], unit * 0.8, tone)
    return canvas.done(4)


def _pin(canvas: Canvas, x: float, y: float, size: float, tone: Color) -> None:
    canvas.shadow(x, y, size * 0.34, size * 0.14, 0.5)
    canvas.shape([*arc(x, y - size * 0.7, size * 0.3, size * 0.3, 150, 390), (x, y)], dark(tone, 0.08))
    canvas.disc(x, y - size * 0.7, size * 0.12, (255, 255, 255))
