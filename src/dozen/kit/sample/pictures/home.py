"""At home and in the garden: cats and dogs at windows, plants, shelves of books, beds of flowers."""

from __future__ import annotations

from math import cos, pi, sin

from PIL import Image

from dozen.kit.sample.canvas import Canvas, Color, arc, dark, light, mix, oklch, ridge, spline, turned
from dozen.kit.sample.pictures.light import Sky, pick_sky, stars, sun
from dozen.kit.sample.streams import Stream

FURS: tuple[tuple[Color, Color], ...] = (
    ((58, 54, 62), (92, 88, 98)),
    ((226, 150, 78), (252, 226, 190)),
    ((168, 164, 170), (226, 224, 228)),
    ((246, 240, 230), (255, 252, 246)),
    ((150, 112, 84), (226, 198, 166)),
    ((104, 78, 62), (206, 176, 146)),
    ((214, 182, 138), (250, 240, 222)),
)


def cat(stream: Stream, width: int, height: int) -> Image.Image:
    """A cat on a windowsill."""
    canvas, sill, sky = _window(stream, width, height)
    x = width * stream.uniform(0.36, 0.64)
    fur, pale = stream.pick(FURS)
    if stream.chance(55):
        _sitting_cat(canvas, stream, x, sill, height * 0.36, fur, pale)
    else:
        _lying_cat(canvas, stream, x, sill, height * 0.3, fur, pale)
    _sill_things(canvas, stream, width, height, sill, x)
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


def plant(stream: Stream, width: int, height: int) -> Image.Image:
    """House plants against a wall."""
    hue = stream.uniform(0, 360)
    wall = oklch(stream.uniform(0.82, 0.92), 0.05, hue)
    canvas = Canvas(width, height, ((0, light(wall, 0.15)), (1, wall)))
    canvas.disc(width * 0.5, height * 0.46, height * 0.36, mix(wall, oklch(0.72, 0.12, hue + 60), 0.5))
    canvas.box(0, height * 0.84, width, height, dark(oklch(0.68, 0.07, 60), 0.05))
    canvas.box(0, height * 0.84, width, height * 0.855, light(oklch(0.68, 0.07, 60), 0.25))
    count = stream.between(3, 5)
    order = stream.shuffled((_monstera, _cactus_pot, _snake_plant, _trailing, _round_leaves))
    for at in range(count):
        x = width * (0.5 + (at - (count - 1) / 2) * 0.19)
        order[at % len(order)](
            canvas,
            stream,
            x,
            height * 0.86,
            height * stream.uniform(0.42, 0.62),
            oklch(stream.uniform(0.5, 0.8), 0.1, hue + 75 * at),
        )
    return canvas.done(6)


def garden(stream: Stream, width: int, height: int) -> Image.Image:
    """Flowers and leaves, near enough to touch."""
    sky = pick_sky(stream, "day", "mint", "golden", "dawn", "rose")
    back = Canvas(
        width,
        height,
        ((0, light(sky.middle, 0.2)), (0.5, light(sky.horizon, 0.1)), (1, oklch(0.6, 0.12, 135))),
    )
    for _ in range(46):
        x, y = width * stream.unit(), height * stream.uniform(0.3, 1.0)
        back.disc(
            x,
            y,
            height * stream.uniform(0.03, 0.11),
            oklch(stream.uniform(0.5, 0.82), 0.13, stream.uniform(105, 150)),
            190,
        )
    blooms = [oklch(stream.uniform(0.62, 0.82), 0.17, stream.uniform(0, 360)) for _ in range(3)]
    for _ in range(16):
        x, y = width * stream.unit(), height * stream.uniform(0.25, 0.9)
        back.disc(x, y, height * stream.uniform(0.02, 0.06), stream.pick(blooms), 200)
    canvas = Canvas(width, height)
    canvas.soft(back, height * 0.016)
    for row in range(3):
        for _ in range(7 - row):
            x = width * stream.uniform(-0.02, 1.02)
            top = height * (0.66 - 0.2 * stream.unit() + 0.08 * row)
            stem = oklch(0.42 + 0.05 * row, 0.11, stream.uniform(128, 148))
            sway = width * 0.03 * stream.bell()
            canvas.curve(
                [(x, height * 1.05), (x + sway, (height + top) / 2), (x + sway * 1.6, top)],
                stem,
                height * 0.008,
            )
            for leaf in range(3):
                y = height - (height - top) * (0.25 + 0.22 * leaf)
                _blade(
                    canvas,
                    x + sway * (0.4 + 0.3 * leaf),
                    y,
                    height * stream.uniform(0.09, 0.16),
                    stream.pick((-150, -30, -165, -18)),
                    stem,
                )
            size = height * (0.05 + 0.022 * row) * stream.uniform(0.8, 1.25)
            stream.pick((_daisy, _tulip, _round_bloom, _poppy))(
                canvas, stream, x + sway * 1.6, top, size, stream.pick(blooms)
            )
    for _ in range(14):
        x = width * stream.unit()
        _blade(
            canvas,
            x,
            height * 1.03,
            height * stream.uniform(0.16, 0.34),
            -90 + stream.bell() * 40,
            oklch(0.36, 0.09, stream.uniform(130, 150)),
        )
    if stream.chance(60):
        _butterfly(
            canvas,
            stream,
            width * stream.uniform(0.2, 0.8),
            height * stream.uniform(0.12, 0.34),
            height * 0.045,
        )
    return canvas.done(6)


def shelf(stream: Stream, width: int, height: int) -> Image.Image:
    """Shelves of books with a few other things between them."""
    hue = stream.uniform(0, 360)
    wall = oklch(stream.uniform(0.34, 0.86), 0.06, hue)
    canvas = Canvas(width, height, wall)
    wood = oklch(stream.uniform(0.45, 0.7), 0.08, 60)
    rows = stream.between(2, 3)
    tall = height / rows
    palette = [
        oklch(stream.uniform(0.4, 0.82), stream.uniform(0.05, 0.15), hue + stream.uniform(-150, 150))
        for _ in range(9)
    ]
    for row in range(rows):
        floor = tall * (row + 1) - tall * 0.1
        canvas.shaded(
            [(0, floor - tall * 0.9), (width, floor - tall * 0.9), (width, floor), (0, floor)],
            ((0, dark(wall, 0.34)), (0.4, dark(wall, 0.1)), (1, dark(wall, 0.05))),
        )
        x = width * 0.02
        while x < width * 0.97:
            if stream.chance(9):
                order = stream.pick((_cactus_pot, _snake_plant, _round_leaves))
                order(canvas, stream, x + tall * 0.2, floor, tall * 0.56, stream.pick(palette))
                x += tall * 0.42
                continue
            if stream.chance(7):
                for at in range(stream.between(2, 4)):
                    tint = stream.pick(palette)
                    canvas.box(
                        x,
                        floor - tall * (0.1 * (at + 1)),
                        x + tall * 0.5,
                        floor - tall * 0.1 * at - 1,
                        tint,
                        3,
                    )
                    canvas.box(
                        x + tall * 0.06,
                        floor - tall * (0.1 * at + 0.066),
                        x + tall * 0.2,
                        floor - tall * (0.1 * at + 0.04),
                        light(tint, 0.6),
                    )
                x += tall * 0.54
                continue
            wide, high = tall * stream.uniform(0.06, 0.13), tall * stream.uniform(0.56, 0.84)
            tint = stream.pick(palette)
            corners = [(x, floor - high), (x + wide, floor - high), (x + wide, floor), (x, floor)]
            if stream.chance(8):
                corners = turned(corners, x + wide, floor, 9)
                wide *= 1.9
            canvas.shape(corners, tint)
            if corners[0][1] == floor - high:
                canvas.box(x + wide * 0.82, floor - high, x + wide, floor, dark(tint, 0.18))
                canvas.box(
                    x + wide * 0.2, floor - high * 0.84, x + wide * 0.7, floor - high * 0.8, light(tint, 0.6)
                )
                canvas.box(
                    x + wide * 0.2, floor - high * 0.2, x + wide * 0.7, floor - high * 0.12, light(tint, 0.45)
                )
                if stream.chance(40):
                    canvas.box(
                        x + wide * 0.3,
                        floor - high * 0.7,
                        x + wide * 0.58,
                        floor - high * 0.36,
                        light(tint, 0.55),
                    )
            x += wide + 1.5
        canvas.box(0, floor, width, floor + tall * 0.1, wood)
        canvas.box(0, floor, width, floor + tall * 0.018, light(wood, 0.25))
        canvas.box(0, floor + tall * 0.085, width, floor + tall * 0.1, dark(wood, 0.3))
    canvas.vignette(0.4)
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
        stream.pick((_cactus_pot, _snake_plant, _round_leaves, _monstera))(
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


def cat_head(
    canvas: Canvas,
    stream: Stream,
    x: float,
    y: float,
    size: float,
    fur: Color,
    pale: Color,
    away: bool = False,
    asleep: bool = False,
) -> None:
    """A cat's head about a point; `size` is half its width."""
    for side in (-1, 1):
        canvas.shape(
            [
                (x + side * size * 0.9, y - size * 0.2),
                (x + side * size * 0.84, y - size * 1.16),
                (x + side * size * 0.14, y - size * 0.66),
            ],
            fur,
        )
        if not away:
            canvas.shape(
                [
                    (x + side * size * 0.76, y - size * 0.42),
                    (x + side * size * 0.74, y - size * 0.94),
                    (x + side * size * 0.36, y - size * 0.64),
                ],
                mix(fur, (240, 160, 160), 0.6),
            )
    canvas.ellipse(x, y, size, size * 0.84, fur)
    if away:
        return
    for stripe in (-0.2, 0.0, 0.2):
        canvas.line(
            [(x + size * stripe, y - size * 0.78), (x + size * stripe * 0.8, y - size * 0.5)],
            dark(fur, 0.22),
            size * 0.06,
        )
    canvas.ellipse(x, y + size * 0.36, size * 0.5, size * 0.38, pale)
    iris = stream.pick(
        (oklch(0.78, 0.16, 110), oklch(0.72, 0.14, 75), oklch(0.68, 0.12, 210), oklch(0.72, 0.15, 140))
    )
    for side in (-1, 1):
        ex, ey = x + side * size * 0.4, y - size * 0.08
        if asleep:
            canvas.line(arc(ex, ey, size * 0.17, size * 0.12, 10, 170, 10), dark(fur, 0.55), size * 0.05)
        else:
            canvas.ellipse(ex, ey, size * 0.19, size * 0.2, iris)
            canvas.ellipse(ex, ey, size * 0.08, size * 0.18, (20, 16, 24))
            canvas.disc(ex + size * 0.05, ey - size * 0.08, size * 0.045, (255, 255, 255))
        for whisker in (-0.06, 0.06):
            canvas.line(
                [
                    (x + side * size * 0.34, y + size * (0.36 + whisker)),
                    (x + side * size * 1.2, y + size * (0.3 + whisker * 3.4)),
                ],
                light(pale, 0.5),
                size * 0.022,
            )
    canvas.shape(
        [(x - size * 0.11, y + size * 0.14), (x + size * 0.11, y + size * 0.14), (x, y + size * 0.26)],
        (226, 128, 134),
    )
    for side in (-1, 1):
        canvas.line(
            arc(x + side * size * 0.12, y + size * 0.28, size * 0.12, size * 0.13, 0, 180, 8),
            dark(fur, 0.5),
            size * 0.035,
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


def dog_head(
    canvas: Canvas, stream: Stream, x: float, y: float, size: float, fur: Color, pale: Color
) -> None:
    """A dog's head about a point; `size` is half its width."""
    ears = stream.below(3)
    ear = dark(fur, 0.22)
    if ears == 1:
        for side in (-1, 1):
            canvas.shape(
                [
                    (x + side * size * 0.92, y - size * 0.1),
                    (x + side * size * 0.88, y - size * 1.3),
                    (x + side * size * 0.16, y - size * 0.7),
                ],
                ear,
            )
    canvas.blob(
        [
            (x - size * 0.9, y - size * 0.24),
            (x - size * 0.5, y - size * 0.86),
            (x + size * 0.5, y - size * 0.86),
            (x + size * 0.9, y - size * 0.24),
            (x + size * 0.66, y + size * 0.62),
            (x, y + size * 0.9),
            (x - size * 0.66, y + size * 0.62),
        ],
        fur,
    )
    if ears != 1:
        drop = 0.76 if ears == 0 else 0.3
        for side in (-1, 1):
            canvas.blob(
                [
                    (x + side * size * 0.56, y - size * 0.84),
                    (x + side * size * 1.06, y - size * 0.62),
                    (x + side * size * 1.2, y + size * drop * 0.3),
                    (x + side * size * 0.98, y + size * drop),
                    (x + side * size * 0.76, y - size * 0.1),
                ],
                ear,
            )
    if stream.chance(45):
        side = stream.pick((-1, 1))
        canvas.ellipse(x + side * size * 0.4, y - size * 0.24, size * 0.3, size * 0.36, dark(fur, 0.3))
    canvas.blob(
        [
            (x - size * 0.1, y - size * 0.84),
            (x + size * 0.1, y - size * 0.84),
            (x + size * 0.14, y - size * 0.1),
            (x + size * 0.54, y + size * 0.4),
            (x, y + size * 0.84),
            (x - size * 0.54, y + size * 0.4),
            (x - size * 0.14, y - size * 0.1),
        ],
        pale,
    )
    for side in (-1, 1):
        ex, ey = x + side * size * 0.4, y - size * 0.2
        canvas.disc(ex, ey, size * 0.13, (34, 24, 24))
        canvas.disc(ex + size * 0.04, ey - size * 0.05, size * 0.04, (255, 255, 255))
        canvas.line(
            arc(ex, ey - size * 0.16, size * 0.14, size * 0.09, 200, 340, 6), dark(fur, 0.3), size * 0.04
        )
    canvas.blob(
        [
            (x - size * 0.24, y + size * 0.12),
            (x, y + size * 0.06),
            (x + size * 0.24, y + size * 0.12),
            (x + size * 0.1, y + size * 0.32),
            (x - size * 0.1, y + size * 0.32),
        ],
        (40, 32, 36),
    )
    canvas.ellipse(x - size * 0.07, y + size * 0.14, size * 0.06, size * 0.03, (140, 130, 140))
    if stream.chance(60):
        canvas.blob(
            [
                (x - size * 0.13, y + size * 0.56),
                (x + size * 0.13, y + size * 0.56),
                (x + size * 0.11, y + size * 0.88),
                (x, y + size * 0.98),
                (x - size * 0.11, y + size * 0.88),
            ],
            (236, 120, 132),
        )
    canvas.line([(x, y + size * 0.3), (x, y + size * 0.48)], (60, 44, 44), size * 0.04)
    for side in (-1, 1):
        canvas.line(
            arc(x + side * size * 0.2, y + size * 0.44, size * 0.2, size * 0.15, 10, 170, 8),
            (60, 44, 44),
            size * 0.04,
        )


def _pot(canvas: Canvas, x: float, y: float, wide: float, tall: float, tint: Color) -> None:
    canvas.shaded(
        [(x - wide, y - tall), (x + wide, y - tall), (x + wide * 0.76, y), (x - wide * 0.76, y)],
        ((0, light(tint, 0.2)), (0.5, tint), (1, dark(tint, 0.25))),
        sideways=True,
    )
    canvas.box(
        x - wide * 1.08, y - tall * 1.08, x + wide * 1.08, y - tall * 0.82, light(tint, 0.08), tall * 0.05
    )


def _blade(canvas: Canvas, x: float, y: float, size: float, turn: float, color: Color) -> None:
    outline = [
        (x, y),
        (x + size * 0.3, y - size * 0.15),
        (x + size * 0.7, y - size * 0.13),
        (x + size, y),
        (x + size * 0.7, y + size * 0.12),
        (x + size * 0.3, y + size * 0.13),
    ]
    canvas.blob(turned(outline, x, y, turn), color)
    canvas.line(turned([(x, y), (x + size * 0.92, y)], x, y, turn), light(color, 0.2), size * 0.025)


def _monstera(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    green = oklch(0.48, 0.11, stream.uniform(140, 162))
    for at in range(7):
        turn = -168 + at * 26 + stream.bell() * 8
        reach = size * stream.uniform(0.42, 0.66)
        tip = (x + reach * 0.8 * cos(turn * pi / 180), y - size * 0.34 + reach * sin(turn * pi / 180))
        canvas.curve(
            [(x, y - size * 0.3), ((x + tip[0]) / 2, (y - size * 0.34 + tip[1]) / 2 - size * 0.04), tip],
            dark(green, 0.15),
            size * 0.016,
        )
        leaf, shade = size * 0.17, light(green, 0.07 * (at % 4))
        heart = [
            (0, 0.3),
            (-0.5, 0.75),
            (-1.0, 0.3),
            (-0.9, -0.45),
            (0, -1.25),
            (0.9, -0.45),
            (1.0, 0.3),
            (0.5, 0.75),
        ]
        canvas.blob(
            turned([(tip[0] + px * leaf, tip[1] + py * leaf) for px, py in heart], *tip, turn + 90), shade
        )
        for side in (-1, 1):
            for notch in range(3):
                slit = [
                    (tip[0] + side * leaf * 1.04, tip[1] + leaf * (0.28 - 0.38 * notch)),
                    (tip[0] + side * leaf * 0.3, tip[1] + leaf * (0.14 - 0.3 * notch)),
                ]
                canvas.line(turned(slit, *tip, turn + 90), dark(shade, 0.3), leaf * 0.08)
    _pot(canvas, x, y, size * 0.17, size * 0.32, tint)


def _snake_plant(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    for at in range(7):
        turn = -90 + (at - 3) * 8 + stream.bell() * 5
        green = oklch(0.5, 0.1, stream.uniform(135, 165))
        _blade(
            canvas,
            x + (at - 3) * size * 0.025,
            y - size * 0.26,
            size * stream.uniform(0.45, 0.75),
            turn,
            light(green, 0.1 * (at % 2)),
        )
    _pot(canvas, x, y, size * 0.16, size * 0.3, tint)


def _cactus_pot(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    green = oklch(0.56, 0.11, stream.uniform(140, 165))
    for dx, top, wide in ((0, 0.74, 0.11), (-0.13, 0.5, 0.07), (0.13, 0.56, 0.07))[: stream.between(1, 3)]:
        canvas.line(
            [(x + dx * size, y - size * 0.24), (x + dx * size, y - size * top)], green, size * wide * 2
        )
        for row in range(8):
            ry = y - size * (0.28 + (top - 0.28) * row / 8)
            for column in (-0.5, 0, 0.5):
                canvas.line(
                    [
                        (x + dx * size + column * size * wide, ry),
                        (x + dx * size + column * size * wide, ry - size * 0.018),
                    ],
                    (250, 250, 230),
                    size * 0.008,
                )
        if stream.chance(50):
            canvas.disc(x + dx * size, y - size * (top + wide * 0.9), size * 0.04, oklch(0.68, 0.19, 0))
    _pot(canvas, x, y, size * 0.18, size * 0.26, tint)


def _trailing(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    green = oklch(0.54, 0.12, stream.uniform(130, 155))
    for at in range(9):
        side = (at - 4) / 4
        path = [
            (x + side * size * 0.1, y - size * 0.34),
            (x + side * size * 0.26, y - size * 0.5),
            (x + side * size * 0.4, y - size * 0.26),
            (x + side * size * 0.44, y - size * 0.02 + size * 0.1 * stream.bell()),
        ]
        for number, (px, py) in enumerate(spline(path, closed=False, steps=5)):
            canvas.ellipse(
                px + (number % 2 * 2 - 1) * size * 0.025,
                py,
                size * 0.036,
                size * 0.028,
                light(green, 0.06 * (number % 4)),
            )
    _pot(canvas, x, y, size * 0.18, size * 0.3, tint)


def _round_leaves(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    green = oklch(0.56, 0.11, stream.uniform(140, 170))
    for at in range(11):
        turn = (-170 + at * 16) * pi / 180
        reach = size * stream.uniform(0.28, 0.5)
        tip = (x + reach * 0.8 * cos(turn), y - size * 0.26 + reach * sin(turn))
        canvas.line([(x, y - size * 0.24), tip], dark(green, 0.2), size * 0.012)
        canvas.disc(*tip, size * stream.uniform(0.06, 0.085), light(green, 0.06 * (at % 4)))
        canvas.disc(tip[0] - size * 0.01, tip[1] - size * 0.01, size * 0.012, light(green, 0.5))
    _pot(canvas, x, y, size * 0.16, size * 0.26, tint)


def _daisy(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    petals = stream.between(10, 15)
    for petal in range(petals):
        _petal(canvas, x, y, size, 360 * petal / petals, light(tint, 0.55), 0.16)
    canvas.disc(x, y, size * 0.3, oklch(0.8, 0.16, 82))
    canvas.disc(x, y + size * 0.06, size * 0.2, oklch(0.72, 0.15, 70))


def _round_bloom(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    for ring in range(4):
        for petal in range(9):
            a = 2 * pi * petal / 9 + ring * 0.4
            reach = size * (0.74 - 0.22 * ring)
            canvas.disc(
                x + reach * cos(a), y + reach * sin(a), size * (0.32 - 0.05 * ring), light(tint, 0.13 * ring)
            )
    canvas.disc(x, y, size * 0.16, light(tint, 0.6))


def _tulip(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    canvas.blob(
        [
            (x - size * 0.62, y - size * 0.8),
            (x - size * 0.66, y + size * 0.1),
            (x, y + size * 0.5),
            (x + size * 0.66, y + size * 0.1),
            (x + size * 0.62, y - size * 0.8),
            (x + size * 0.26, y - size * 0.3),
            (x, y - size * 0.95),
            (x - size * 0.26, y - size * 0.3),
        ],
        tint,
    )
    canvas.blob(
        [
            (x, y - size * 0.95),
            (x - size * 0.34, y - size * 0.2),
            (x, y + size * 0.46),
            (x + size * 0.34, y - size * 0.2),
        ],
        light(tint, 0.2),
    )


def _poppy(canvas: Canvas, stream: Stream, x: float, y: float, size: float, tint: Color) -> None:
    for petal in range(4):
        a = pi / 2 * petal + 0.6
        canvas.ellipse(
            x + size * 0.42 * cos(a),
            y + size * 0.42 * sin(a),
            size * 0.66,
            size * 0.6,
            light(tint, 0.1 * (petal % 2)),
        )
    canvas.disc(x, y, size * 0.26, (50, 34, 50))
    for dot in range(9):
        a = 2 * pi * dot / 9
        canvas.disc(x + size * 0.34 * cos(a), y + size * 0.34 * sin(a), size * 0.045, (50, 34, 50))


def _petal(canvas: Canvas, x: float, y: float, size: float, turn: float, color: Color, wide: float) -> None:
    outline = [(x, y), (x + size * 0.5, y - size * wide), (x + size, y), (x + size * 0.5, y + size * wide)]
    canvas.blob(turned(outline, x, y, turn), color)


def _butterfly(canvas: Canvas, stream: Stream, x: float, y: float, size: float) -> None:
    tint = oklch(0.7, 0.16, stream.uniform(0, 360))
    turn = stream.uniform(-30, 30)
    for side in (-1, 1):
        for wing, low in (
            ([(0, 0), (0.5, -0.9), (1.1, -0.9), (1.0, -0.1)], 0.0),
            ([(0, 0.1), (0.8, 0.1), (0.8, 0.7), (0.3, 0.8)], 0.2),
        ):
            points = turned([(x + side * px * size, y + py * size) for px, py in wing], x, y, turn)
            canvas.blob(points, light(tint, low))
    canvas.line(turned([(x, y - size * 0.4), (x, y + size * 0.5)], x, y, turn), (50, 40, 50), size * 0.12)
