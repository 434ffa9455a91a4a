"""Hair and what is worn on it. Each style draws one part behind the head and one before it."""

from __future__ import annotations

from math import cos, pi, sin

from dozen.kit.sample.avatars.body import Field, Look, Part
from dozen.kit.sample.canvas import Point, arc, dark, light, mix, oklch, spline
from dozen.kit.sample.streams import Stream


def styles(woman: bool, coiled: bool, age: int) -> tuple[tuple[Part, Part], ...]:
    """The styles to choose from."""
    if woman:
        if coiled:
            return (
                (_cloud, _cloud_top),
                (_cloud, _cloud_top),
                (_braids, _parted),
                (_puff, _cropped),
                (_nothing, _cropped),
                (_bun, _swept),
            )
        if age >= 65:
            return ((_bob, _parted), (_bun, _swept), (_curls, _curls_top), (_nothing, _pixie))
        return (
            (_long, _parted), (_long, _fringe), (_waves, _parted), (_waves, _swept), (_bob, _fringe), (_bob, _parted),
            (_bun, _swept), (_ponytail, _swept), (_curls, _curls_top), (_nothing, _pixie), (_braids, _parted),
            (_two_buns, _fringe),
        )  # fmt: skip
    if coiled:
        return (
            (_nothing, _buzz),
            (_nothing, _fade),
            (_cloud_small, _cloud_top),
            (_locs, _cropped),
            (_nothing, _bald),
            (_nothing, _cropped),
        )
    if age >= 55:
        return (
            (_nothing, _bald),
            (_nothing, _rim),
            (_nothing, _side_part),
            (_nothing, _short),
            (_waves_short, _swept),
        )
    return (
        (_nothing, _short), (_nothing, _side_part), (_nothing, _quiff), (_nothing, _curly_short), (_nothing, _buzz),
        (_nothing, _messy), (_waves_short, _parted), (_knot, _swept), (_nothing, _bald), (_nothing, _bowl),
    )  # fmt: skip


def _nothing(field: Field, stream: Stream, look: Look) -> None:
    pass


def _crown(look: Look, grow: float, side_low: float) -> list[Point]:
    """The outline of the top of the head, a little larger than it."""
    w, h = look.wide + grow, look.tall + grow
    return [
        (50 - w, side_low), (50 - w * 1.01, 42), (50 - w * 0.86, 44 - h * 0.62), (50 - w * 0.42, 44 - h * 0.94),
        (50, 44 - h), (50 + w * 0.42, 44 - h * 0.94), (50 + w * 0.86, 44 - h * 0.62), (50 + w * 1.01, 42), (50 + w, side_low),
    ]  # fmt: skip


def _cap_of_hair(field: Field, look: Look, grow: float, side_low: float, hairline: list[Point]) -> None:
    field.shape(
        [*spline(_crown(look, grow, side_low), closed=False), *spline(hairline, closed=False)],
        look.hair_color,
    )


def _long(field: Field, stream: Stream, look: Look) -> None:
    w = look.wide + 3.5
    low = stream.uniform(82, 96)
    field.blob(
        [
            (50 - w, 40),
            (50 - w * 0.8, 20),
            (50, 14.5),
            (50 + w * 0.8, 20),
            (50 + w, 40),
            (50 + w + 2.5, low - 12),
            (50 + w - 3, low),
            (50, low - 4),
            (50 - w + 3, low),
            (50 - w - 2.5, low - 12),
        ],
        dark(look.hair_color, 0.14),
    )


def _waves(field: Field, stream: Stream, look: Look) -> None:
    w = look.wide + 4
    color = dark(look.hair_color, 0.14)
    low = stream.uniform(78, 92)
    field.blob(
        [
            (50 - w, 40),
            (50 - w * 0.8, 19),
            (50, 14),
            (50 + w * 0.8, 19),
            (50 + w, 40),
            (50 + w, low - 6),
            (50, low),
            (50 - w, low - 6),
        ],
        color,
    )
    for side in (-1, 1):
        for at in range(6):
            y = 36 + at * (low - 40) / 5
            field.disc(50 + side * (w - 0.5 + 2.2 * (at % 2)), y, 5.4, color)


def _waves_short(field: Field, stream: Stream, look: Look) -> None:
    w = look.wide + 3
    color = dark(look.hair_color, 0.14)
    field.blob(
        [
            (50 - w, 40),
            (50 - w * 0.8, 19),
            (50, 15),
            (50 + w * 0.8, 19),
            (50 + w, 40),
            (50 + w + 1.5, 66),
            (50 + w - 5, 73),
            (50 - w + 5, 73),
            (50 - w - 1.5, 66),
        ],
        color,
    )


def _bob(field: Field, stream: Stream, look: Look) -> None:
    w = look.wide + 4
    low = stream.uniform(62, 70)
    field.blob(
        [
            (50 - w, 40),
            (50 - w * 0.8, 19),
            (50, 14.5),
            (50 + w * 0.8, 19),
            (50 + w, 40),
            (50 + w + 1.5, low - 3),
            (50 + w - 4, low),
            (50, low - 6),
            (50 - w + 4, low),
            (50 - w - 1.5, low - 3),
        ],
        dark(look.hair_color, 0.14),
    )


def _bun(field: Field, stream: Stream, look: Look) -> None:
    y = 44 - look.tall - 4
    field.disc(50, y, 8.6, dark(look.hair_color, 0.1))
    field.line(arc(50, y, 5, 5, 200, 340, 8), light(look.hair_color, 0.14), 0.9)


def _two_buns(field: Field, stream: Stream, look: Look) -> None:
    for side in (-1, 1):
        field.disc(50 + side * 17, 22, 7.6, dark(look.hair_color, 0.08))
    _bob(field, stream, look)


def _knot(field: Field, stream: Stream, look: Look) -> None:
    field.disc(50, 44 - look.tall - 2, 6, dark(look.hair_color, 0.1))


def _ponytail(field: Field, stream: Stream, look: Look) -> None:
    side = stream.pick((-1, 1))
    color = dark(look.hair_color, 0.12)
    field.blob(
        [
            (50 + side * 10, 22),
            (50 + side * 27, 20),
            (50 + side * 34, 40),
            (50 + side * 31, 68),
            (50 + side * 25, 78),
            (50 + side * 24, 50),
        ],
        color,
    )
    field.disc(50 + side * 19, 25, 3.4, look.cloth)


def _curls(field: Field, stream: Stream, look: Look) -> None:
    color = dark(look.hair_color, 0.12)
    for at in range(22):
        angle = pi * (0.82 + 1.36 * at / 21)
        reach = look.wide + stream.uniform(2.5, 6)
        field.disc(
            50 + reach * cos(angle), 44 + (reach + 3) * sin(angle) * 1.05, stream.uniform(5.2, 7.2), color
        )
    for side in (-1, 1):
        for at in range(4):
            field.disc(50 + side * (look.wide + 3), 46 + at * 6.5, 6.2, color)


def _curls_top(field: Field, stream: Stream, look: Look) -> None:
    for at in range(13):
        x = 50 + (at - 6) * look.wide / 6.2
        y = 44 - look.tall * 0.84 + (x - 50) ** 2 / 44 + stream.bell() * 1.6
        field.disc(x, y, stream.uniform(4.0, 5.6), mix(look.hair_color, light(look.hair_color, 0.14), at % 2))


def _cloud(field: Field, stream: Stream, look: Look) -> None:
    size = stream.uniform(9.5, 14)
    color = dark(look.hair_color, 0.05)
    field.disc(50, 38, look.wide + size, color)
    for at in range(26):
        angle = 2 * pi * at / 26
        field.disc(
            50 + (look.wide + size - 1.5) * cos(angle),
            38 + (look.wide + size - 1.5) * sin(angle),
            stream.uniform(3.2, 5),
            color,
        )


def _cloud_small(field: Field, stream: Stream, look: Look) -> None:
    field.ellipse(50, 34, look.wide + 5, 24, look.hair_color)
    for at in range(18):
        angle = pi + pi * at / 17
        field.disc(
            50 + (look.wide + 4) * cos(angle), 34 + 22 * sin(angle), stream.uniform(3, 4.6), look.hair_color
        )


def _cloud_top(field: Field, stream: Stream, look: Look) -> None:
    for at in range(15):
        x = 50 + (at - 7) * look.wide / 7.4
        y = 44 - look.tall * 0.8 + (x - 50) ** 2 / 40 + stream.bell()
        field.disc(x, y, 3.8, look.hair_color)


def _puff(field: Field, stream: Stream, look: Look) -> None:
    for side in (-1, 1):
        field.disc(50 + side * 18, 24, 10.5, look.hair_color)
        for at in range(10):
            angle = 2 * pi * at / 10
            field.disc(50 + side * 18 + 9.5 * cos(angle), 24 + 9.5 * sin(angle), 2.8, look.hair_color)


def _braids(field: Field, stream: Stream, look: Look) -> None:
    color = dark(look.hair_color, 0.08)
    w = look.wide + 2.5
    field.blob(
        [
            (50 - w, 40),
            (50 - w * 0.8, 19),
            (50, 15.5),
            (50 + w * 0.8, 19),
            (50 + w, 40),
            (50 + w, 62),
            (50 - w, 62),
        ],
        color,
    )
    tie = look.cloth
    for side in (-1, 1):
        for at in range(7):
            field.ellipse(
                50 + side * (w + 0.5 + 0.9 * (at % 2)),
                58 + at * 5.2,
                4.6,
                3.9,
                mix(color, light(color, 0.1), at % 2),
            )
        field.box(50 + side * (w + 1) - 2.4, 94, 50 + side * (w + 1) + 2.4, 96.6, tie, 1)


def _locs(field: Field, stream: Stream, look: Look) -> None:
    color = dark(look.hair_color, 0.05)
    field.ellipse(50, 36, look.wide + 3, 23, color)
    for at in range(11):
        x = 50 + (at - 5) * (look.wide + 3) / 5
        field.curve(
            [(x, 34), (x + stream.bell() * 2, 52), (x + stream.bell() * 3, 66 + 6 * abs(at - 5) / 5)],
            mix(color, light(color, 0.13), at % 2),
            4,
        )


def _parted(field: Field, stream: Stream, look: Look) -> None:
    w, top = look.wide, 44 - look.tall
    part = stream.uniform(-6, 6)
    _cap_of_hair(
        field,
        look,
        2.2,
        53,
        [
            (50 + w * 0.97, 50),
            (50 + w * 0.86, 40),
            (50 + w * 0.5, 33),
            (50 + part, top + 4.5),
            (50 - w * 0.5, 33),
            (50 - w * 0.86, 40),
            (50 - w * 0.97, 50),
        ],
    )
    field.curve([(50 + part, top + 4), (50 + part * 0.7, top - 1.6)], dark(look.hair_color, 0.25), 0.7)


def _fringe(field: Field, stream: Stream, look: Look) -> None:
    w = look.wide
    level = stream.uniform(36.5, 40)
    _cap_of_hair(
        field,
        look,
        2.2,
        55,
        [
            (50 + w * 0.97, 52),
            (50 + w * 0.82, level),
            (50 + w * 0.4, level + 1),
            (50, level - 0.5),
            (50 - w * 0.4, level + 1),
            (50 - w * 0.82, level),
            (50 - w * 0.97, 52),
        ],
    )
    for at in range(-2, 3):
        field.curve(
            [(50 + at * 5.5, level - 1), (50 + at * 5.0, level - 8)], dark(look.hair_color, 0.15), 0.6
        )


def _swept(field: Field, stream: Stream, look: Look) -> None:
    w, side = look.wide, stream.pick((-1, 1))
    line = [
        (50 + w * 0.98, 47),
        (50 + w * 0.86, 37),
        (50 + w * 0.3 * side, 31.5),
        (50 - w * 0.86, 37),
        (50 - w * 0.98, 47),
    ]
    _cap_of_hair(field, look, 1.9, 48, line)


def _pixie(field: Field, stream: Stream, look: Look) -> None:
    w, side = look.wide, stream.pick((-1, 1))
    line = [
        (50 + w * 0.99, 50),
        (50 + w * 0.9, 40),
        (50 + side * w * 0.5, 37),
        (50 - side * w * 0.1, 33),
        (50 - side * w * 0.6, 31),
        (50 - w * 0.9, 40),
        (50 - w * 0.99, 50),
    ]
    if side < 0:
        line = [
            line[0],
            line[1],
            (50 + w * 0.6, 31),
            (50 + w * 0.1, 33),
            (50 - w * 0.5, 37),
            line[5],
            line[6],
        ]
    _cap_of_hair(field, look, 3.2, 52, line)


def _short(field: Field, stream: Stream, look: Look) -> None:
    w = look.wide
    _cap_of_hair(
        field,
        look,
        1.8,
        46,
        [
            (50 + w * 0.98, 44),
            (50 + w * 0.82, 36),
            (50 + w * 0.42, 30),
            (50, 31.5),
            (50 - w * 0.42, 30),
            (50 - w * 0.82, 36),
            (50 - w * 0.98, 44),
        ],
    )


def _side_part(field: Field, stream: Stream, look: Look) -> None:
    w, side = look.wide, stream.pick((-1, 1))
    top = 44 - look.tall
    line = [
        (50 + w * 0.98, 45),
        (50 + w * 0.84, 36),
        (50 + side * w * 0.55, top + 6),
        (50 - side * w * 0.2, 34),
        (50 - w * 0.84, 36),
        (50 - w * 0.98, 45),
    ]
    if side < 0:
        line = [line[0], line[1], (50 + w * 0.2, 34), (50 - w * 0.55, top + 6), line[4], line[5]]
    _cap_of_hair(field, look, 2.8, 47, line)
    field.curve(
        [(50 + side * w * 0.55, top + 6), (50 + side * w * 0.5, top - 1)], dark(look.hair_color, 0.28), 0.8
    )


def _quiff(field: Field, stream: Stream, look: Look) -> None:
    _short(field, stream, look)
    top, side = 44 - look.tall, stream.pick((-1, 1))
    field.blob(
        [
            (50 - 14, top + 7),
            (50 - 15, top - 2),
            (50 + side * 4, top - 8),
            (50 + 15, top - 3),
            (50 + 14, top + 7),
            (50, top + 9),
        ],
        look.hair_color,
    )
    field.curve(
        [(50 - side * 9, top + 5), (50, top - 2), (50 + side * 10, top - 3)],
        light(look.hair_color, 0.16),
        1.1,
    )


def _curly_short(field: Field, stream: Stream, look: Look) -> None:
    _short(field, stream, look)
    for at in range(15):
        x = 50 + (at - 7) * look.wide / 7.6
        y = 44 - look.tall * 1.0 + (x - 50) ** 2 / 40 + stream.bell() * 1.5
        field.disc(x, y, stream.uniform(3.6, 5), mix(look.hair_color, light(look.hair_color, 0.12), at % 2))


def _messy(field: Field, stream: Stream, look: Look) -> None:
    _short(field, stream, look)
    top = 44 - look.tall
    spikes: list[Point] = []
    for at in range(13):
        x = 50 + (at - 6) * look.wide / 5.8
        rise = (x - 50) ** 2 / 42
        spikes.append((x + stream.bell() * 1.5, top + rise - (4.5 if at % 2 else -3)))
    field.shape([*spikes, (50 + look.wide * 0.9, 36), (50, 31), (50 - look.wide * 0.9, 36)], look.hair_color)


def _bowl(field: Field, stream: Stream, look: Look) -> None:
    w = look.wide
    _cap_of_hair(
        field,
        look,
        3,
        50,
        [(50 + w * 1.0, 45), (50 + w * 0.8, 39.5), (50, 38.5), (50 - w * 0.8, 39.5), (50 - w * 1.0, 45)],
    )


def _buzz(field: Field, stream: Stream, look: Look) -> None:
    w = look.wide
    color = mix(look.skin, look.hair_color, 0.62)
    field.shape(
        [
            *spline(_crown(look, 0.5, 44), closed=False),
            *spline(
                [
                    (50 + w * 0.94, 42),
                    (50 + w * 0.78, 34),
                    (50, 29.5),
                    (50 - w * 0.78, 34),
                    (50 - w * 0.94, 42),
                ],
                closed=False,
            ),
        ],
        color,
    )


def _cropped(field: Field, stream: Stream, look: Look) -> None:
    w = look.wide
    _cap_of_hair(
        field,
        look,
        1.2,
        46,
        [(50 + w * 0.96, 43), (50 + w * 0.8, 34), (50, 29), (50 - w * 0.8, 34), (50 - w * 0.96, 43)],
    )


def _fade(field: Field, stream: Stream, look: Look) -> None:
    _buzz(field, stream, look)
    top = 44 - look.tall
    field.blob(
        [
            (50 - look.wide * 0.84, top + 9),
            (50 - look.wide * 0.8, top - 2),
            (50, top - 5),
            (50 + look.wide * 0.8, top - 2),
            (50 + look.wide * 0.84, top + 9),
            (50, top + 7),
        ],
        look.hair_color,
    )


def _rim(field: Field, stream: Stream, look: Look) -> None:
    for side in (-1, 1):
        x = 50 + side * look.wide
        field.blob(
            [
                (x - side * 0.5, 50),
                (x + side * 2, 42),
                (x - side * 0.2, 31),
                (x - side * 3.4, 33),
                (x - side * 2, 42),
            ],
            look.hair_color,
        )


def _bald(field: Field, stream: Stream, look: Look) -> None:
    field.ellipse(50 - look.wide * 0.35, 44 - look.tall * 0.7, 5, 2.6, light(look.skin, 0.35), 150)


def beanie(field: Field, stream: Stream, look: Look) -> None:
    """A knitted cap."""
    wool = oklch(stream.uniform(0.45, 0.78), 0.13, stream.uniform(0, 360))
    field.shape([*spline(_crown(look, 3.4, 36), closed=False)], wool)
    w = look.wide + 4.2
    field.box(50 - w, 29, 50 + w, 37.5, dark(wool, 0.1), 3.4)
    for rib in range(9):
        x = 50 - w + 2 + rib * (2 * w - 4) / 8
        field.line([(x, 30.5), (x, 36)], dark(wool, 0.22), 0.7)
    if stream.chance(55):
        field.disc(50, 44 - look.tall - 4.5, 5.4, light(wool, 0.35))


def cap(field: Field, stream: Stream, look: Look) -> None:
    """A cap with a peak."""
    cloth = oklch(stream.uniform(0.35, 0.7), 0.14, stream.uniform(0, 360))
    field.shape([*spline(_crown(look, 2.8, 35), closed=False)], cloth)
    field.blob(
        [
            (50 - look.wide - 1, 35),
            (50, 30.5),
            (50 + look.wide + 1, 35),
            (50 + look.wide * 0.7, 38.5),
            (50, 36),
            (50 - look.wide * 0.7, 38.5),
        ],
        dark(cloth, 0.25),
    )
    field.disc(50, 44 - look.tall - 2.4, 1.4, dark(cloth, 0.2))
    field.disc(50, 26, 3.4, light(cloth, 0.6))


def brim(field: Field, stream: Stream, look: Look) -> None:
    """A hat with a wide brim."""
    straw = stream.pick(
        (oklch(0.84, 0.09, 88), oklch(0.5, 0.08, 50), oklch(0.35, 0.04, 280), oklch(0.62, 0.12, 30))
    )
    field.ellipse(50, 31, look.wide + 19, 7.5, dark(straw, 0.12))
    field.shape(
        [
            *spline(
                [
                    (50 - look.wide * 0.92, 31),
                    (50 - look.wide * 0.84, 14),
                    (50, 9.5),
                    (50 + look.wide * 0.84, 14),
                    (50 + look.wide * 0.92, 31),
                ],
                closed=False,
            )
        ],
        straw,
    )
    field.shape(
        [
            (50 - look.wide * 0.94, 31),
            (50 - look.wide * 0.91, 25),
            (50 + look.wide * 0.91, 25),
            (50 + look.wide * 0.94, 31),
        ],
        look.cloth,
    )


def turban(field: Field, stream: Stream, look: Look) -> None:
    """A turban."""
    cloth = oklch(stream.uniform(0.5, 0.75), 0.16, stream.uniform(0, 360))
    field.blob(
        [
            (50 - look.wide - 3, 40),
            (50 - look.wide - 5, 26),
            (50 - 12, 11),
            (50 + 12, 11),
            (50 + look.wide + 5, 26),
            (50 + look.wide + 3, 40),
            (50, 31),
        ],
        cloth,
    )
    for fold in range(4):
        field.curve(
            [(50 - look.wide - 2, 37 - fold * 5), (50 - 3, 28 - fold * 5), (50 + look.wide, 24 - fold * 3)],
            dark(cloth, 0.16),
            1.0,
        )


def headwrap(field: Field, stream: Stream, look: Look) -> None:
    """A cloth wound round the head, with a knot."""
    cloth = oklch(stream.uniform(0.58, 0.78), 0.17, stream.uniform(0, 360))
    second = oklch(0.8, 0.15, stream.uniform(0, 360))
    field.blob(
        [
            (50 - look.wide - 2, 38),
            (50 - look.wide - 4, 22),
            (50 - 10, 8),
            (50 + 12, 6),
            (50 + look.wide + 4, 22),
            (50 + look.wide + 2, 38),
            (50, 31),
        ],
        cloth,
    )
    for dot in range(9):
        x, y = 50 + stream.bell() * 17, 21 + stream.bell() * 9
        field.disc(x, y, 1.7, second)
    field.blob([(56, 14), (62, 4), (72, 6), (68, 14), (60, 18)], light(cloth, 0.12))
    field.blob([(56, 14), (50, 4), (58, 0), (63, 8), (60, 18)], dark(cloth, 0.08))
    field.curve([(50 - look.wide, 34), (50, 26), (50 + look.wide, 34)], dark(cloth, 0.18), 1.0)


def cover_behind(field: Field, stream: Stream, look: Look) -> None:
    """The part of a headscarf that lies on the shoulders."""
    cloth = _scarf_cloth(look)
    field.blob(
        [
            (50 - 26, 44),
            (50 - 31, 80),
            (50 - 26, 97),
            (50, 104),
            (50 + 26, 97),
            (50 + 31, 80),
            (50 + 26, 44),
            (50, 20),
        ],
        dark(cloth, 0.08),
    )


def cover(field: Field, stream: Stream, look: Look) -> None:
    """A headscarf that frames the face."""
    cloth = _scarf_cloth(look)
    w, h = look.wide, look.tall
    outer = [
        (50 - w - 6, 50),
        (50 - w - 5, 30),
        (50 - 13, 13.5),
        (50, 11.5),
        (50 + 13, 13.5),
        (50 + w + 5, 30),
        (50 + w + 6, 50),
        (50 + w + 2, 68),
        (50 + 12, 80),
        (50, 84),
        (50 - 12, 80),
        (50 - w - 2, 68),
    ]
    inner = [
        (50 - w * 0.9, 46),
        (50 - w * 0.78, 31),
        (50, 24.5),
        (50 + w * 0.78, 31),
        (50 + w * 0.9, 46),
        (50 + w * 0.78, 58),
        (50 + w * 0.42, 67),
        (50, 44 + h - 0.5),
        (50 - w * 0.42, 67),
        (50 - w * 0.78, 58),
    ]
    ring_outer, ring_inner = (
        spline([*outer, outer[0]], closed=False),
        spline([*inner, inner[0]], closed=False),
    )
    field.shape([*ring_outer, *reversed(ring_inner)], cloth)
    field.curve([(50 + w * 0.85, 60), (50 + 8, 76), (50 - 10, 84), (50 - 22, 88)], dark(cloth, 0.16), 1.2)
    field.curve([(50 - w * 0.5, 18), (50, 15.5), (50 + w * 0.7, 20)], light(cloth, 0.2), 1.0)


def _scarf_cloth(look: Look) -> tuple[int, int, int]:
    return mix(look.cloth, (236, 226, 220), 0.3)
