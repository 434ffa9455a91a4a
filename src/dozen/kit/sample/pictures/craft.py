"""Things made by hand: wool and needles, tools above a workbench."""

from __future__ import annotations

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, arc, dark, light, mix, oklch, spline, turned
from dozen.kit.sample.pictures.surface import table
from dozen.kit.sample.streams import Stream


def yarn(stream: Stream, width: int, height: int) -> Image.Image:
    """Balls of wool and needles."""
    canvas = table(stream, width, height)
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
