"""The part of a hairstyle that is drawn before the head."""

from __future__ import annotations

from dozen.kit.sample.avatars.body import Field, Look
from dozen.kit.sample.avatars.hats import crown
from dozen.kit.sample.canvas import Point, dark, light, mix, spline
from dozen.kit.sample.streams import Stream


def _cap_of_hair(field: Field, look: Look, grow: float, side_low: float, hairline: list[Point]) -> None:
    field.shape(
        [*spline(crown(look, grow, side_low), closed=False), *spline(hairline, closed=False)],
        look.hair_color,
    )


def curls_top(field: Field, stream: Stream, look: Look) -> None:
    for at in range(13):
        x = 50 + (at - 6) * look.wide / 6.2
        y = 44 - look.tall * 0.84 + (x - 50) ** 2 / 44 + stream.bell() * 1.6
        field.disc(x, y, stream.uniform(4.0, 5.6), mix(look.hair_color, light(look.hair_color, 0.14), at % 2))


def cloud_top(field: Field, stream: Stream, look: Look) -> None:
    for at in range(15):
        x = 50 + (at - 7) * look.wide / 7.4
        y = 44 - look.tall * 0.8 + (x - 50) ** 2 / 40 + stream.bell()
        field.disc(x, y, 3.8, look.hair_color)


def parted(field: Field, stream: Stream, look: Look) -> None:
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


def fringe(field: Field, stream: Stream, look: Look) -> None:
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


def swept(field: Field, stream: Stream, look: Look) -> None:
    w, side = look.wide, stream.pick((-1, 1))
    line: list[Point] = [
        (50 + w * 0.98, 47),
        (50 + w * 0.86, 37),
        (50 + w * 0.3 * side, 31.5),
        (50 - w * 0.86, 37),
        (50 - w * 0.98, 47),
    ]
    _cap_of_hair(field, look, 1.9, 48, line)


def pixie(field: Field, stream: Stream, look: Look) -> None:
    w, side = look.wide, stream.pick((-1, 1))
    line: list[Point] = [
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


def short(field: Field, stream: Stream, look: Look) -> None:
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


def side_part(field: Field, stream: Stream, look: Look) -> None:
    w, side = look.wide, stream.pick((-1, 1))
    top = 44 - look.tall
    line: list[Point] = [
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


def quiff(field: Field, stream: Stream, look: Look) -> None:
    short(field, stream, look)
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


def curly_short(field: Field, stream: Stream, look: Look) -> None:
    short(field, stream, look)
    for at in range(15):
        x = 50 + (at - 7) * look.wide / 7.6
        y = 44 - look.tall * 1.0 + (x - 50) ** 2 / 40 + stream.bell() * 1.5
        field.disc(x, y, stream.uniform(3.6, 5), mix(look.hair_color, light(look.hair_color, 0.12), at % 2))


def messy(field: Field, stream: Stream, look: Look) -> None:
    short(field, stream, look)
    top = 44 - look.tall
    spikes: list[Point] = []
    for at in range(13):
        x = 50 + (at - 6) * look.wide / 5.8
        rise = (x - 50) ** 2 / 42
        spikes.append((x + stream.bell() * 1.5, top + rise - (4.5 if at % 2 else -3)))
    field.shape([*spikes, (50 + look.wide * 0.9, 36), (50, 31), (50 - look.wide * 0.9, 36)], look.hair_color)


def bowl(field: Field, stream: Stream, look: Look) -> None:
    w = look.wide
    _cap_of_hair(
        field,
        look,
        3,
        50,
        [(50 + w * 1.0, 45), (50 + w * 0.8, 39.5), (50, 38.5), (50 - w * 0.8, 39.5), (50 - w * 1.0, 45)],
    )


def buzz(field: Field, stream: Stream, look: Look) -> None:
    w = look.wide
    color = mix(look.skin, look.hair_color, 0.62)
    field.shape(
        [
            *spline(crown(look, 0.5, 44), closed=False),
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


def cropped(field: Field, stream: Stream, look: Look) -> None:
    w = look.wide
    _cap_of_hair(
        field,
        look,
        1.2,
        46,
        [(50 + w * 0.96, 43), (50 + w * 0.8, 34), (50, 29), (50 - w * 0.8, 34), (50 - w * 0.96, 43)],
    )


def fade(field: Field, stream: Stream, look: Look) -> None:
    buzz(field, stream, look)
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


def rim(field: Field, stream: Stream, look: Look) -> None:
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


def bald(field: Field, stream: Stream, look: Look) -> None:
    field.ellipse(50 - look.wide * 0.35, 44 - look.tall * 0.7, 5, 2.6, light(look.skin, 0.35), 150)
