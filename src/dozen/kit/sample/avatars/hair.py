"""Hair: which styles there are, and the part of each that is drawn behind the head."""

from __future__ import annotations

from math import cos, pi, sin

from dozen.kit.sample.avatars.body import Field, Look, Part
from dozen.kit.sample.avatars.hairlines import (
    bald,
    bowl,
    buzz,
    cloud_top,
    cropped,
    curls_top,
    curly_short,
    fade,
    fringe,
    messy,
    parted,
    pixie,
    quiff,
    rim,
    short,
    side_part,
    swept,
)
from dozen.kit.sample.canvas import arc, dark, light, mix
from dozen.kit.sample.streams import Stream


def styles(woman: bool, coiled: bool, age: int) -> tuple[tuple[Part, Part], ...]:
    """The styles to choose from."""
    if woman:
        if coiled:
            return (
                (_cloud, cloud_top),
                (_cloud, cloud_top),
                (_braids, parted),
                (_puff, cropped),
                (_nothing, cropped),
                (_bun, swept),
            )
        if age >= 65:
            return ((_bob, parted), (_bun, swept), (_curls, curls_top), (_nothing, pixie))
        return (
            (_long, parted),
            (_long, fringe),
            (_waves, parted),
            (_waves, swept),
            (_bob, fringe),
            (_bob, parted),
            (_bun, swept),
            (_ponytail, swept),
            (_curls, curls_top),
            (_nothing, pixie),
            (_braids, parted),
            (_two_buns, fringe),
        )
    if coiled:
        return (
            (_nothing, buzz),
            (_nothing, fade),
            (_cloud_small, cloud_top),
            (_locs, cropped),
            (_nothing, bald),
            (_nothing, cropped),
        )
    if age >= 55:
        return (
            (_nothing, bald),
            (_nothing, rim),
            (_nothing, side_part),
            (_nothing, short),
            (_waves_short, swept),
        )
    return (
        (_nothing, short),
        (_nothing, side_part),
        (_nothing, quiff),
        (_nothing, curly_short),
        (_nothing, buzz),
        (_nothing, messy),
        (_waves_short, parted),
        (_knot, swept),
        (_nothing, bald),
        (_nothing, bowl),
    )


def _nothing(field: Field, stream: Stream, look: Look) -> None:
    pass


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
