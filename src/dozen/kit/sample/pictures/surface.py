"""Table tops, and what stands on several of them."""

from __future__ import annotations

from dozen.kit.sample.canvas import Canvas, Color, dark, light, mix, oklch, spline, turned
from dozen.kit.sample.streams import Stream


def table(stream: Stream, width: int, height: int) -> Canvas:
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


def leaf(canvas: Canvas, x: float, y: float, size: float, turn: float, color: Color) -> None:
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


def cup_above(canvas: Canvas, stream: Stream, x: float, y: float, size: float) -> None:
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
