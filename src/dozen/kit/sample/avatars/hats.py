"""What is worn on the head."""

from __future__ import annotations

from dozen.kit.sample.avatars.body import Field, Look
from dozen.kit.sample.canvas import Point, dark, light, mix, oklch, spline
from dozen.kit.sample.streams import Stream


def crown(look: Look, grow: float, side_low: float) -> list[Point]:
    """The outline of the top of the head, a little larger than it."""
    w, h = look.wide + grow, look.tall + grow
    return [
        (50 - w, side_low),
        (50 - w * 1.01, 42),
        (50 - w * 0.86, 44 - h * 0.62),
        (50 - w * 0.42, 44 - h * 0.94),
        (50, 44 - h),
        (50 + w * 0.42, 44 - h * 0.94),
        (50 + w * 0.86, 44 - h * 0.62),
        (50 + w * 1.01, 42),
        (50 + w, side_low),
    ]


def beanie(field: Field, stream: Stream, look: Look) -> None:
    """A knitted cap."""
    wool = oklch(stream.uniform(0.45, 0.78), 0.13, stream.uniform(0, 360))
    field.shape([*spline(crown(look, 3.4, 36), closed=False)], wool)
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
    field.shape([*spline(crown(look, 2.8, 35), closed=False)], cloth)
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
    for _dot in range(9):
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
