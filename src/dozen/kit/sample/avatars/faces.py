"""Portraits of invented people, built of simple shapes on a field of 100 by 100."""

from __future__ import annotations

from typing import NamedTuple

from dozen.kit.sample.avatars import hats
from dozen.kit.sample.avatars.body import Field, Look, Part, clothes
from dozen.kit.sample.avatars.hair import styles
from dozen.kit.sample.canvas import Color, arc, dark, light, mix, oklch
from dozen.kit.sample.people import Traits
from dozen.kit.sample.streams import Stream

SKINS: tuple[Color, ...] = (
    (255, 226, 208),
    (252, 214, 190),
    (243, 198, 166),
    (230, 180, 142),
    (214, 160, 120),
    (194, 138, 98),
    (168, 112, 78),
    (141, 90, 62),
    (112, 72, 54),
    (88, 57, 46),
)
_LIGHT_HAIR: tuple[Color, ...] = (
    (238, 208, 140),
    (214, 172, 100),
    (176, 122, 70),
    (140, 88, 52),
    (104, 66, 44),
    (74, 48, 38),
    (190, 92, 48),
    (158, 66, 40),
    (44, 34, 34),
)
_DARK_HAIR: tuple[Color, ...] = ((34, 28, 32), (40, 32, 32), (52, 38, 34), (66, 46, 38), (28, 26, 36))
_DYED: tuple[Color, ...] = ((232, 112, 152), (90, 170, 176), (140, 104, 200), (86, 120, 210), (226, 84, 60))
_GREY: tuple[Color, ...] = ((196, 196, 202), (224, 224, 228), (150, 150, 158), (238, 236, 232))
_COVERED = {"arabic": 30, "persian": 16, "indonesian": 34, "bengali": 22, "turkish": 16, "yoruba": 8}
_COILED = ("yoruba", "ghanaian", "swahili", "zulu", "ethiopian")


class Style(NamedTuple):
    """Drawn choices that several parts share."""

    eyes: int
    brows: float
    nose: int
    mouth: int
    age: int


def portrait(field: Field, stream: Stream, traits: Traits) -> None:
    """A bust in the middle of the field."""
    look = _look(stream, traits)
    style = Style(stream.below(4), stream.uniform(0.9, 1.6), stream.below(4), stream.below(6), look.age)
    behind, before = look.hair
    if not look.covered:
        behind(field, stream, look)
    _neck(field, look)
    clothes(field, stream, look)
    if look.covered:
        hats.cover_behind(field, stream, look)
    _head(field, stream, look)
    _beard(field, stream, look)
    _features(field, stream, look, style)
    if look.covered:
        hats.cover(field, stream, look)
    else:
        before(field, stream, look)
        if look.hat is not None:
            look.hat(field, stream, look)
    _glasses(field, stream, look)
    if look.woman and not look.covered and stream.chance(45):
        _earrings(field, stream, look)


def _look(stream: Stream, traits: Traits) -> Look:
    low, high = traits.tones
    tone = max(0, min(9, stream.between(low, high) + (stream.below(3) - 1 if stream.chance(25) else 0)))
    age = stream.pick((20, 25, 30, 30, 35, 40, 45, 55, 65, 75))
    if tone <= 2 and traits.culture not in (
        "chinese",
        "japanese",
        "korean",
        "vietnamese",
        "arabic",
        "persian",
    ):
        color = stream.pick(_LIGHT_HAIR)
    else:
        color = stream.pick(_DARK_HAIR)
    if age >= 65 or (age >= 55 and stream.chance(50)):
        color = stream.pick(_GREY)
    elif age < 35 and stream.chance(9):
        color = stream.pick(_DYED)
    coiled = traits.culture in _COILED or (tone >= 6 and stream.chance(50))
    to_choose_from = styles(traits.woman, coiled, age)
    hat: Part | None = None
    dice = stream.below(100)
    covered = traits.woman and dice < _COVERED.get(traits.culture, 0)
    if traits.woman and coiled and dice < 14:
        hat = hats.headwrap
    elif not traits.woman and traits.culture == "hindi" and dice < 14:
        hat = hats.turban
    elif dice < 9:
        hat = hats.beanie
    elif dice < 14:
        hat = hats.cap
    elif dice < 17:
        hat = hats.brim
    beard = 0
    if not traits.woman and age >= 25 and stream.chance(52):
        beard = stream.between(1, 4)
    return Look(
        traits.woman,
        SKINS[tone],
        color,
        oklch(stream.uniform(0.4, 0.82), stream.uniform(0.06, 0.17), stream.uniform(0, 360)),
        stream.uniform(19.5, 22.5),
        stream.uniform(24.5, 27.5),
        age,
        stream.pick(to_choose_from),
        hat,
        covered,
        beard,
    )


def _neck(field: Field, look: Look) -> None:
    wide = 8.4 if look.woman else 10.4
    shade = dark(look.skin, 0.2)
    field.shape([(50 - wide, 58), (50 + wide, 58), (50 + wide + 1.5, 92), (50 - wide - 1.5, 92)], look.skin)
    field.blob(
        [(50 - wide, 62), (50 + wide, 62), (50 + wide * 0.8, 73), (50, 77), (50 - wide * 0.8, 73)], shade
    )


def _head(field: Field, stream: Stream, look: Look) -> None:
    w, h = look.wide, look.tall
    for side in (-1, 1):
        field.ellipse(50 + side * (w - 0.3), 49, 3.6, 5.2, look.skin)
        field.ellipse(50 + side * (w + 0.2), 49, 1.8, 3.0, dark(look.skin, 0.17))
    jaw = 0.62 if look.woman else 0.74
    field.blob(
        [
            (50 - w, 44),
            (50 - w * 0.86, 44 - h * 0.62),
            (50, 44 - h),
            (50 + w * 0.86, 44 - h * 0.62),
            (50 + w, 44),
            (50 + w * 0.93, 44 + h * 0.45),
            (50 + w * jaw, 44 + h * 0.82),
            (50, 44 + h),
            (50 - w * jaw, 44 + h * 0.82),
            (50 - w * 0.93, 44 + h * 0.45),
        ],
        look.skin,
    )


def _features(field: Field, stream: Stream, look: Look, style: Style) -> None:
    skin = look.skin
    ink = dark(mix(skin, (60, 34, 34), 0.75), 0.35)
    apart = look.wide * 0.44
    y = 46.5
    if stream.chance(62):
        tint = mix(skin, (236, 96, 96), 0.36)
        for side in (-1, 1):
            field.ellipse(50 + side * look.wide * 0.62, 55, 4.0, 2.7, tint, 150)
    if sum(skin) > 560 and stream.chance(16):
        for _ in range(14):
            x = 50 + stream.bell() * look.wide * 0.85
            field.disc(x, 53.5 + stream.bell() * 3, 0.5, mix(skin, (176, 96, 60), 0.55))
    iris = stream.pick(((58, 40, 34), (58, 40, 34), (84, 60, 44), (72, 104, 124), (84, 110, 80)))
    if sum(skin) < 560:
        iris = (44, 30, 28)
    for side in (-1, 1):
        x = 50 + side * apart
        if style.eyes == 0:
            field.ellipse(x, y, 2.0, 2.5, ink)
            field.disc(x + 0.7, y - 0.9, 0.7, (255, 255, 255))
        elif style.eyes == 1:
            field.ellipse(x, y, 3.5, 2.6, (255, 253, 250))
            field.disc(x, y, 2.0, iris)
            field.disc(x, y, 1.1, (24, 18, 22))
            field.disc(x + 0.7, y - 0.8, 0.6, (255, 255, 255))
            field.line(arc(x, y, 3.6, 2.8, 190, 350, 10), ink, 0.9)
        elif style.eyes == 2:
            field.line(arc(x, y + 1.6, 3.2, 2.8, 205, 335, 10), ink, 1.2)
        else:
            field.ellipse(x, y, 3.0, 3.2, (255, 253, 250))
            field.disc(x, y + 0.2, 2.2, iris)
            field.disc(x + 0.6, y - 0.7, 0.8, (255, 255, 255))
            field.line(arc(x, y, 3.2, 3.3, 200, 340, 10), ink, 0.8)
        if look.woman and style.eyes != 0 and stream.chance(50):
            field.line([(x + side * 3.0, y - 0.8), (x + side * 4.6, y - 2.3)], ink, 0.8)
        arch = stream.uniform(2.2, 3.4)
        brow = (
            dark(look.hair_color, 0.2)
            if sum(look.hair_color) < 600
            else mix(look.hair_color, (120, 100, 90), 0.5)
        )
        field.line(arc(x, y - 4.6 + arch * 0.4, 4.2, arch, 215, 325, 10), brow, style.brows)
    shade = dark(skin, 0.2)
    if style.nose == 0:
        field.curve([(50.6, 48.5), (51.9, 53.4), (49.8, 54.4)], shade, 1.0)
    elif style.nose == 1:
        field.line(arc(50, 52.6, 2.6, 2.2, 20, 160, 8), shade, 1.1)
    elif style.nose == 2:
        field.blob([(50, 47), (52.8, 53.6), (50, 55), (47.2, 53.6)], mix(skin, shade, 0.5))
    else:
        field.curve([(49.2, 47), (48.4, 53), (50.6, 54.4)], shade, 1.0)
    lips = mix(skin, (196, 62, 76), 0.6 if look.woman else 0.4)
    if style.mouth == 0:
        field.line(arc(50, 57, 6.0, 4.8, 25, 155, 12), dark(lips, 0.15), 1.3)
    elif style.mouth == 1:
        field.shape(arc(50, 58.4, 6.2, 5.2, 0, 180, 16), dark(mix(lips, (120, 30, 44), 0.6), 0.2))
        field.box(44.9, 58.4, 55.1, 60.2, (255, 255, 255), 0.6)
    elif style.mouth == 2:
        field.blob([(44.8, 60.6), (48, 59.0), (50, 59.6), (52, 59.0), (55.2, 60.6), (50, 63.4)], lips)
        field.line([(45.2, 60.7), (50, 61.2), (54.8, 60.7)], dark(lips, 0.3), 0.6)
    elif style.mouth == 3:
        field.line(arc(51.5, 57.6, 5.0, 3.8, 15, 130, 10), dark(lips, 0.15), 1.3)
    elif style.mouth == 4:
        field.line([(45.6, 61), (50, 61.5), (54.4, 61)], dark(lips, 0.2), 1.3)
    else:
        field.shape(arc(50, 58.8, 4.6, 3.8, 0, 180, 14), (255, 255, 255))
        field.line([*arc(50, 58.8, 4.8, 4.0, 0, 180, 14), (45.2, 58.8)], dark(lips, 0.15), 1.0)
    if style.age >= 55:
        crease = mix(skin, shade, 0.75)
        for side in (-1, 1):
            field.line(
                arc(
                    50 + side * look.wide * 0.3,
                    55,
                    5.5,
                    6.5,
                    300 if side > 0 else 190,
                    350 if side > 0 else 240,
                    8,
                ),
                crease,
                0.7,
            )
            field.line(arc(50 + side * apart, 48.2, 4.4, 3.2, 40, 120, 8), crease, 0.6)


def _beard(field: Field, stream: Stream, look: Look) -> None:
    if not look.beard:
        return
    w, h = look.wide, look.tall
    color = dark(look.hair_color, 0.08)
    chin = 44 + h
    if look.beard in (1, 2):
        shadow = mix(look.skin, color, 0.34) if look.beard == 1 else color
        longer = 0.0 if look.beard == 1 else stream.uniform(1.5, 7)
        outer = [
            (50 - w * 0.99, 50),
            (50 - w * 0.93, 58),
            (50 - w * 0.72, 65),
            (50 - w * 0.4, chin + longer * 0.7),
            (50, chin + 1 + longer),
        ]
        outer += [(100 - x, y) for x, y in reversed(outer[:-1])]
        inner = [
            (50 + w * 0.78, 54),
            (50 + w * 0.5, 57.2),
            (50, 56.2),
            (50 - w * 0.5, 57.2),
            (50 - w * 0.78, 54),
        ]
        field.shape([*outer, *inner], shadow)
        field.blob([(43.6, 60.2), (50, 58.6), (56.4, 60.2), (54, 63.4), (50, 64.2), (46, 63.4)], look.skin)
    if look.beard in (2, 3):
        field.blob(
            [
                (41.8, 59.8),
                (45, 56.6),
                (50, 57.2),
                (55, 56.6),
                (58.2, 59.8),
                (54, 59.3),
                (50, 58.6),
                (46, 59.3),
            ],
            color,
        )
    if look.beard == 4:
        field.blob(
            [(44.6, 64.5), (50, 63.6), (55.4, 64.5), (53.6, chin + 2.5), (50, chin + 4), (46.4, chin + 2.5)],
            color,
        )
        field.blob([(43.4, 59.4), (46, 57.2), (50, 57.6), (54, 57.2), (56.6, 59.4), (50, 58.8)], color)


def _glasses(field: Field, stream: Stream, look: Look) -> None:
    if not stream.chance(33 if look.age < 45 else 52):
        return
    frame = stream.pick(
        ((40, 36, 44), (40, 36, 44), (120, 74, 44), (190, 60, 60), (60, 96, 150), (200, 170, 90))
    )
    apart = look.wide * 0.44
    dark_glass = stream.chance(14)
    shape = stream.below(3)
    for side in (-1, 1):
        x = 50 + side * apart
        half = 6.3 if shape == 0 else 6.8
        if shape == 0:
            if dark_glass:
                field.disc(x, 47, half, (36, 34, 46))
            else:
                field.disc(x, 47, half, (255, 255, 255), 46)
            field.ring(x, 47, half + 0.5, frame, 1.2)
        else:
            tall = 4.8 if shape == 1 else 5.6
            outline = [
                (x - half, 47 - tall),
                (x + half, 47 - tall),
                (x + half * 0.9, 47 + tall),
                (x - half * 0.9, 47 + tall),
            ]
            if dark_glass:
                field.shape(outline, (36, 34, 46))
            else:
                field.shape(outline, (255, 255, 255), 46)
            field.line([*outline, outline[0], outline[1]], frame, 1.3)
        if dark_glass:
            field.line([(x - 2.4, 45.6), (x + 0.6, 43.6)], (255, 255, 255), 0.9)
        field.line([(x + side * half, 46.2), (50 + side * (look.wide + 0.4), 45.4)], frame, 1.1)
    field.line(arc(50, 47.4, apart - 6.0, 1.8, 200, 340, 8), frame, 1.2)


def _earrings(field: Field, stream: Stream, look: Look) -> None:
    metal = stream.pick(((240, 204, 110), (226, 226, 232), look.cloth, light(look.cloth, 0.4)))
    style = stream.below(3)
    for side in (-1, 1):
        x = 50 + side * (look.wide + 1.4)
        if style == 0:
            field.disc(x, 55, 1.3, metal)
        elif style == 1:
            field.ring(x, 57.5, 3.0, metal, 0.9)
        else:
            field.line([(x, 54.5), (x, 58)], metal, 0.6)
            field.disc(x, 59, 1.7, metal)
