"""What stands in landscapes: trees, huts, tents, turbines, reflections."""

from __future__ import annotations

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, dark, light, mix, turned
from dozen.kit.sample.streams import Stream


def snowcaps(canvas: Canvas, line: list[tuple[float, float]], below: float, color: Color) -> None:
    cap: list[tuple[float, float]] = []
    for x, y in line:
        if y < below:
            cap.append((x, y))
        elif cap:
            _cap(canvas, cap, color)
            cap = []
    if cap:
        _cap(canvas, cap, color)


def _cap(canvas: Canvas, top: list[tuple[float, float]], color: Color) -> None:
    if len(top) < 4:
        return
    deep = max(y for _, y in top)
    lower = [(x, y + (deep - y) * (0.42 if at % 3 else 0.62)) for at, (x, y) in enumerate(top)]
    canvas.shape([*top, *reversed(lower)], color, 210)


def pines(canvas: Canvas, stream: Stream, base: float, color: Color, count: int, size: float) -> None:
    for _ in range(count):
        # More of them at the sides, which frames the view.
        side = stream.unit() ** 2 * 0.5
        x = canvas.width * (side if stream.chance(50) else 1 - side)
        fir(
            canvas,
            stream,
            x,
            base + canvas.height * 0.02,
            canvas.height * size * stream.uniform(0.5, 1.3),
            color,
        )


def fir(
    canvas: Canvas, stream: Stream, x: float, y: float, tall: float, color: Color, snowy: Color | None = None
) -> None:
    wide = tall * stream.uniform(0.17, 0.24)
    canvas.box(x - tall * 0.018, y - tall * 0.16, x + tall * 0.018, y, dark(color, 0.2))
    left, right = [], []
    tiers = 5
    for tier in range(tiers):
        top, low = y - tall * (1 - tier * 0.17), y - tall * (0.76 - tier * 0.165)
        half = wide * (0.3 + 0.7 * (tier + 1) / tiers)
        left += [(x - half * 0.3 * (tier > 0), top), (x - half, low)]
        right += [(x + half * 0.3 * (tier > 0), top), (x + half, low)]
    canvas.shape([*left, *reversed(right)], color)
    if snowy is not None:
        for tier in range(1, tiers):
            low = y - tall * (0.76 - tier * 0.165)
            half = wide * (0.3 + 0.7 * (tier + 1) / tiers)
            canvas.shape(
                [(x - half, low), (x - half * 0.3, low - tall * 0.13), (x + half * 0.1, low - tall * 0.08)],
                snowy,
                200,
            )


def tree(canvas: Canvas, stream: Stream, x: float, y: float, tall: float, color: Color) -> None:
    canvas.shadow(x, y, tall * 0.5, tall * 0.06, 0.3)
    trunk = dark(mix(color, (110, 70, 50), 0.7), 0.3)
    canvas.shape(
        [
            (x - tall * 0.04, y),
            (x - tall * 0.02, y - tall * 0.5),
            (x + tall * 0.02, y - tall * 0.5),
            (x + tall * 0.05, y),
        ],
        trunk,
    )
    for at in range(16):
        shade = light(color, 0.22 * at / 16)
        canvas.disc(
            x + stream.bell() * tall * 0.34,
            y - tall * 0.66 + stream.bell() * tall * 0.24 - at * tall * 0.006,
            tall * stream.uniform(0.1, 0.17),
            shade,
        )


def turbine(canvas: Canvas, stream: Stream, x: float, y: float, tall: float) -> None:
    color = (248, 248, 250)
    canvas.shape(
        [
            (x - tall * 0.016, y),
            (x - tall * 0.008, y - tall),
            (x + tall * 0.008, y - tall),
            (x + tall * 0.016, y),
        ],
        color,
    )
    turn = stream.uniform(0, 120)
    for blade in range(3):
        shape = [
            (x, y - tall),
            (x + tall * 0.035, y - tall * 1.1),
            (x, y - tall * 1.56),
            (x - tall * 0.008, y - tall),
        ]
        canvas.shape(turned(shape, x, y - tall, turn + 120 * blade), color)
    canvas.disc(x, y - tall, tall * 0.02, color)


def hut(canvas: Canvas, x: float, y: float, size: float, color: Color, roof: Color) -> None:
    canvas.box(x - size * 0.6, y - size * 0.6, x + size * 0.6, y, color)
    canvas.shape(
        [(x - size * 0.78, y - size * 0.52), (x, y - size * 1.15), (x + size * 0.78, y - size * 0.52)], roof
    )
    canvas.box(x + size * 0.3, y - size * 1.15, x + size * 0.44, y - size * 0.7, color)
    canvas.glow(x - size * 0.2, y - size * 0.3, size * 1.1, (255, 206, 120), 0.6)
    canvas.box(x - size * 0.34, y - size * 0.45, x - size * 0.08, y - size * 0.18, (255, 220, 140))
    canvas.box(x + size * 0.12, y - size * 0.42, x + size * 0.34, y, dark(color, 0.4))


def tent(canvas: Canvas, x: float, y: float, size: float) -> None:
    canvas.glow(x, y - size * 0.3, size * 2.2, (255, 190, 110), 0.5)
    canvas.shape([(x - size, y), (x, y - size), (x + size, y)], (255, 176, 92))
    canvas.shape([(x, y - size), (x + size, y), (x + size * 0.3, y)], (222, 126, 62))
    canvas.shape([(x - size * 0.16, y), (x, y - size), (x + size * 0.1, y)], (255, 226, 160))


def cactus(canvas: Canvas, stream: Stream, x: float, y: float, color: Color) -> None:
    tall = canvas.height * stream.uniform(0.1, 0.24)
    wide = tall * 0.15
    green = mix(color, (58, 110, 82), 0.55)
    canvas.line([(x, y), (x, y - tall)], green, wide)
    canvas.line(
        [(x, y - tall * 0.4), (x - tall * 0.24, y - tall * 0.4), (x - tall * 0.24, y - tall * 0.72)],
        green,
        wide * 0.72,
    )
    canvas.line(
        [(x, y - tall * 0.3), (x + tall * 0.22, y - tall * 0.3), (x + tall * 0.22, y - tall * 0.56)],
        green,
        wide * 0.72,
    )


def caravan(canvas: Canvas, stream: Stream, y: float, color: Color) -> None:
    size = canvas.height * 0.045
    x = canvas.width * stream.uniform(0.2, 0.5)
    for at in range(stream.between(3, 5)):
        cx, cy = x + at * size * 2.1, y - at * size * 0.08
        canvas.ellipse(cx, cy - size * 0.75, size * 0.55, size * 0.28, color)
        canvas.disc(cx - size * 0.05, cy - size * 1.0, size * 0.24, color)
        canvas.curve(
            [
                (cx + size * 0.5, cy - size * 0.7),
                (cx + size * 0.72, cy - size * 0.8),
                (cx + size * 0.8, cy - size * 1.3),
            ],
            color,
            size * 0.14,
        )
        canvas.ellipse(cx + size * 0.9, cy - size * 1.34, size * 0.19, size * 0.1, color)
        for leg in (-0.38, -0.2, 0.22, 0.4):
            canvas.line([(cx + size * leg, cy - size * 0.6), (cx + size * leg, cy)], color, size * 0.09)


def rays(canvas: Canvas, stream: Stream, color: Color) -> None:
    x = canvas.width * stream.uniform(0.2, 0.8)
    for _ in range(6):
        at = canvas.width * stream.uniform(-0.3, 0.9)
        wide = canvas.width * stream.uniform(0.03, 0.1)
        canvas.shape([(x, -20), (x + 30, -20), (at + wide, canvas.height), (at, canvas.height)], color, 24)


def mirror(canvas: Canvas, stream: Stream, shore: float, tint: Color) -> None:
    """What stands above the shore, upside down in the water."""
    scale = canvas.scale
    top = round(shore * scale)
    deep = canvas.image.height - top
    above = canvas.image.crop((0, max(0, top - deep), canvas.image.width, top)).transpose(
        Image.Transpose.FLIP_TOP_BOTTOM
    )
    veil = Image.new("RGB", above.size, tint)
    canvas.image.paste(Image.blend(above, veil, 0.22), (0, top))
    for _ in range(46):
        y = shore + (canvas.height - shore) * stream.unit() ** 0.8
        x = canvas.width * stream.unit()
        long = canvas.width * stream.uniform(0.02, 0.12)
        canvas.line([(x, y), (x + long, y)], light(tint, 0.5), canvas.height / 600, stream.between(40, 120))
