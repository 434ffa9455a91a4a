"""A cat on a windowsill, a dog in a meadow."""

from __future__ import annotations

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, dark, light, mix, oklch, ridge, spline
from dozen.kit.sample.pictures.heads import FURS, cat_head, dog_head
from dozen.kit.sample.pictures.light import Sky, pick_sky, stars, sun
from dozen.kit.sample.pictures.pots import cactus_pot, monstera, round_leaves, snake_plant
from dozen.kit.sample.streams import Stream


def cat(stream: Stream, width: int, height: int) -> Image.Image:
    """A cat on a windowsill."""
    canvas, sill, _sky = _window(stream, width, height)
    x = width * stream.uniform(0.36, 0.64)
    _sill_things(canvas, stream, width, height, sill, x)
    fur, pale = stream.pick(FURS)
    if stream.chance(55):
        _sitting_cat(canvas, stream, x, sill, height * 0.36, fur, pale)
    else:
        _lying_cat(canvas, stream, x, sill, height * 0.3, fur, pale)
    _curtains(canvas, stream, width, height, sill)
    return canvas.done(6)


def dog(stream: Stream, width: int, height: int) -> Image.Image:
    """A dog outside, looking at you."""
    sky = pick_sky(stream, "golden", "mint", "day", "dawn", "rose")
    canvas = Canvas(width, height, sky.stops)
    sun(canvas, stream, sky, height * 0.14, height * 0.4)
    for layer in range(2):
        line = ridge(stream, width, height * (0.6 + 0.08 * layer), height * 0.14, 0.45, 6, 2)
        canvas.shape([*line, (width, height), (0, height)], mix(sky.far, sky.near, 0.2 + 0.25 * layer))
    meadow = oklch(0.68, 0.13, stream.uniform(105, 140))
    canvas.shaded(
        [(0, height * 0.76), (width, height * 0.74), (width, height), (0, height)],
        ((0, light(meadow, 0.1)), (1, dark(meadow, 0.2))),
    )
    for _ in range(60):
        x, y = width * stream.unit(), height * stream.uniform(0.78, 1.0)
        canvas.line(
            [(x, y), (x + height * 0.008 * stream.bell(), y - height * 0.03)],
            dark(meadow, 0.15),
            height / 320,
        )
    for _ in range(stream.between(8, 22)):
        x, y = width * stream.unit(), height * stream.uniform(0.78, 0.98)
        canvas.disc(x, y, height * 0.008, stream.pick(((255, 255, 250), (255, 220, 90), (236, 120, 150))))
    fur, pale = stream.pick(FURS)
    _dog_bust(canvas, stream, width * stream.uniform(0.4, 0.6), height * 1.02, height * 0.5, fur, pale)
    return canvas.done(6)


def _window(stream: Stream, width: int, height: int) -> tuple[Canvas, float, Sky]:
    sky = pick_sky(stream)
    canvas = Canvas(width, height, sky.stops)
    if sky.name == "night":
        stars(canvas, stream, 80, height * 0.6)
    sun(canvas, stream, sky, height * 0.14, height * 0.44)
    sill = height * 0.8
    style = stream.below(3)
    if style == 0:
        for layer in range(3):
            line = ridge(stream, width, height * (0.54 + 0.1 * layer), height * 0.2, 0.5, 6, 2)
            canvas.shape([*line, (width, height), (0, height)], mix(sky.far, sky.near, 0.2 + 0.25 * layer))
    elif style == 1:
        x = 0.0
        while x < width:
            wide, tall = width * stream.uniform(0.06, 0.13), height * stream.uniform(0.2, 0.46)
            tint = mix(mix(sky.far, oklch(0.62, 0.1, stream.uniform(0, 360)), 0.3), sky.near, 0.3)
            canvas.box(x, sill - tall, x + wide, sill, tint)
            canvas.shape(
                [(x - 3, sill - tall), (x + wide / 2, sill - tall - wide * 0.4), (x + wide + 3, sill - tall)],
                dark(tint, 0.25),
            )
            for row in range(4):
                for column in range(2):
                    lit = (255, 220, 140) if stream.chance(40) else dark(tint, 0.3)
                    canvas.box(
                        x + wide * (0.2 + 0.36 * column),
                        sill - tall + height * (0.04 + 0.09 * row),
                        x + wide * (0.42 + 0.36 * column),
                        sill - tall + height * (0.09 + 0.09 * row),
                        lit,
                    )
            x += wide
    else:
        for _ in range(18):
            tint = mix(oklch(0.5, 0.1, stream.uniform(110, 160)), sky.near, 0.35 * stream.unit())
            canvas.disc(
                width * stream.unit(),
                sill - height * 0.04 * stream.unit(),
                height * stream.uniform(0.09, 0.24),
                tint,
            )
    frame = stream.pick(((248, 246, 240), (248, 246, 240), oklch(0.45, 0.07, 50), oklch(0.5, 0.06, 200)))
    bar = height * 0.026
    canvas.box(width * 0.5 - bar / 2, 0, width * 0.5 + bar / 2, sill, frame)
    canvas.box(0, height * 0.3 - bar / 2, width, height * 0.3 + bar / 2, frame)
    canvas.box(0, 0, width, bar, frame)
    canvas.shape([(0, 0), (width * 0.2, 0), (0, height * 0.4)], (255, 255, 255), 26)
    board = light(frame, 0.05)
    canvas.shaded(
        [(0, sill), (width, sill), (width, height), (0, height)],
        ((0, board), (0.12, board), (0.13, dark(board, 0.12)), (1, dark(board, 0.22))),
    )
    return canvas, sill + height * 0.008, sky


def _sill_things(canvas: Canvas, stream: Stream, width: int, height: int, sill: float, keep: float) -> None:
    for place in stream.picks((0.16, 0.26, 0.76, 0.86), stream.between(1, 2)):
        if abs(place * width - keep) < width * 0.2:
            continue
        stream.pick((cactus_pot, snake_plant, round_leaves, monstera))(
            canvas,
            stream,
            width * place,
            sill,
            height * stream.uniform(0.24, 0.36),
            oklch(0.62, 0.12, stream.uniform(0, 360)),
        )


def _curtains(canvas: Canvas, stream: Stream, width: int, height: int, sill: float) -> None:
    if not stream.chance(65):
        return
    cloth = oklch(stream.uniform(0.6, 0.85), 0.09, stream.uniform(0, 360))
    for side in (0, 1):
        edge = [(0.0, 0.0), (0.16, 0.0), (0.14, 0.3), (0.09, 0.55), (0.11, 0.82), (0.0, 0.84)]
        points = [((1 - u if side else u) * width, v * height) for u, v in edge]
        canvas.shape([points[0], *spline(points[1:5], closed=False), points[5]], cloth)
        for fold in (0.03, 0.065, 0.1):
            line = [
                ((1 - u if side else u) * width, v * height)
                for u, v in ((fold, 0.0), (fold * 0.9, 0.3), (fold * 0.6, 0.56), (fold * 0.75, 0.81))
            ]
            canvas.curve(line, dark(cloth, 0.14), height * 0.006)


def _sitting_cat(
    canvas: Canvas, stream: Stream, x: float, y: float, size: float, fur: Color, pale: Color
) -> None:
    canvas.ellipse(x, y, size * 0.62, size * 0.05, (20, 14, 30), 70)
    away = stream.chance(45)
    way = stream.pick((-1, 1))
    tail = [
        (x + way * size * 0.3, y - size * 0.08),
        (x + way * size * 0.62, y - size * 0.02),
        (x + way * size * 0.74, y + size * 0.16),
        (x + way * size * 0.6, y + size * 0.3),
    ]
    canvas.curve(tail, dark(fur, 0.1), size * 0.1)
    body = [
        (x - size * 0.4, y - size * 0.02),
        (x - size * 0.44, y - size * 0.3),
        (x - size * 0.24, y - size * 0.74),
        (x, y - size * 0.86),
        (x + size * 0.24, y - size * 0.74),
        (x + size * 0.44, y - size * 0.3),
        (x + size * 0.4, y - size * 0.02),
        (x, y + size * 0.01),
    ]
    canvas.blob(body, fur)
    if not away:
        canvas.blob(
            [
                (x - size * 0.17, y - size * 0.66),
                (x + size * 0.17, y - size * 0.66),
                (x + size * 0.14, y - size * 0.2),
                (x - size * 0.14, y - size * 0.2),
            ],
            pale,
        )
        for side in (-1, 1):
            canvas.ellipse(x + side * size * 0.13, y - size * 0.03, size * 0.11, size * 0.06, pale)
            canvas.line(
                [(x + side * size * 0.02, y - size * 0.06), (x + side * size * 0.03, y - size * 0.36)],
                dark(fur, 0.15),
                size * 0.012,
            )
    elif stream.chance(60):
        for stripe in range(4):
            canvas.curve(
                [
                    (x - size * 0.2, y - size * (0.24 + 0.14 * stripe)),
                    (x, y - size * (0.28 + 0.14 * stripe)),
                    (x + size * 0.2, y - size * (0.24 + 0.14 * stripe)),
                ],
                dark(fur, 0.22),
                size * 0.022,
            )
    cat_head(canvas, stream, x, y - size * 0.98, size * 0.3, fur, pale, away)


def _lying_cat(
    canvas: Canvas, stream: Stream, x: float, y: float, size: float, fur: Color, pale: Color
) -> None:
    canvas.ellipse(x, y, size * 1.1, size * 0.06, (20, 14, 30), 70)
    way = stream.pick((-1, 1))
    body = [
        (x - way * size * 0.95, y - size * 0.04),
        (x - way * size * 0.98, y - size * 0.34),
        (x - way * size * 0.5, y - size * 0.54),
        (x + way * size * 0.2, y - size * 0.48),
        (x + way * size * 0.62, y - size * 0.36),
        (x + way * size * 0.74, y - size * 0.02),
        (x, y),
    ]
    canvas.blob(body, fur)
    canvas.curve(
        [
            (x - way * size * 0.9, y - size * 0.1),
            (x - way * size * 1.16, y + size * 0.1),
            (x - way * size * 1.05, y + size * 0.34),
            (x - way * size * 0.86, y + size * 0.4),
        ],
        dark(fur, 0.08),
        size * 0.11,
    )
    for stripe in range(3):
        sx = x - way * size * (0.1 + 0.22 * stripe)
        canvas.curve(
            [(sx, y - size * 0.5), (sx - way * size * 0.04, y - size * 0.38), (sx, y - size * 0.28)],
            dark(fur, 0.18),
            size * 0.03,
        )
    canvas.ellipse(x + way * size * 0.66, y - size * 0.05, size * 0.22, size * 0.07, pale)
    cat_head(
        canvas,
        stream,
        x + way * size * 0.62,
        y - size * 0.4,
        size * 0.32,
        fur,
        pale,
        away=False,
        asleep=stream.chance(60),
    )


def _dog_bust(
    canvas: Canvas, stream: Stream, x: float, y: float, size: float, fur: Color, pale: Color
) -> None:
    chest = [
        (x - size * 0.56, y),
        (x - size * 0.46, y - size * 0.5),
        (x - size * 0.26, y - size * 0.76),
        (x + size * 0.26, y - size * 0.76),
        (x + size * 0.46, y - size * 0.5),
        (x + size * 0.56, y),
    ]
    canvas.shape([*spline(chest, closed=False), (x + size * 0.56, y + 10), (x - size * 0.56, y + 10)], fur)
    canvas.blob(
        [
            (x - size * 0.24, y - size * 0.6),
            (x + size * 0.24, y - size * 0.6),
            (x + size * 0.2, y + size * 0.1),
            (x - size * 0.2, y + size * 0.1),
        ],
        pale,
    )
    collar = oklch(0.58, 0.18, stream.uniform(0, 360))
    canvas.curve(
        [(x - size * 0.36, y - size * 0.6), (x, y - size * 0.5), (x + size * 0.36, y - size * 0.6)],
        collar,
        size * 0.08,
    )
    canvas.disc(x, y - size * 0.44, size * 0.06, (246, 206, 90))
    dog_head(canvas, stream, x, y - size * 0.98, size * 0.42, fur, pale)
