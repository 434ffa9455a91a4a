"""Animals that look at you, on a field of 100 by 100."""

from __future__ import annotations

from collections.abc import Callable

from dozen.kit.sample.avatars.body import Field
from dozen.kit.sample.canvas import Color, arc, dark, light, mix, oklch, spline
from dozen.kit.sample.pictures.heads import FURS, cat_head, dog_head
from dozen.kit.sample.streams import Stream

_INK: Color = (38, 30, 38)


def animal(field: Field, stream: Stream, wish: str = "") -> None:
    """One of the animals; `wish` may be "cat", "dog" or "owl"."""
    draw = {"cat": _cat, "dog": _dog, "owl": _owl}.get(wish) or stream.pick(_ALL)
    draw(field, stream)


def _eyes(field: Field, x: float, y: float, apart: float, size: float, shine: float = 0.34) -> None:
    for side in (-1, 1):
        field.disc(x + side * apart, y, size, _INK)
        field.disc(x + side * apart + size * 0.3, y - size * 0.36, size * shine, (255, 255, 255))


def _smile(field: Field, x: float, y: float, size: float, ink: Color = _INK) -> None:
    for side in (-1, 1):
        field.line(arc(x + side * size, y, size, size * 0.8, 10, 170, 8), ink, size * 0.24)


def _body(field: Field, color: Color, wide: float = 36, top: float = 78) -> None:
    field.shape(
        [
            *spline(
                [
                    (50 - wide, 104),
                    (50 - wide * 0.86, top + 10),
                    (50 - wide * 0.4, top),
                    (50 + wide * 0.4, top),
                    (50 + wide * 0.86, top + 10),
                    (50 + wide, 104),
                ],
                closed=False,
            )
        ],
        color,
    )


def _cat(field: Field, stream: Stream) -> None:
    fur, pale = stream.pick(FURS)
    _body(field, dark(fur, 0.06), 30, 76)
    field.blob([(40, 78), (60, 78), (58, 104), (42, 104)], pale)
    unit = field.unit
    center = field.place(50, 56)
    cat_head(field.canvas, stream, *center, 27 * unit, fur, pale, asleep=stream.chance(18))


def _dog(field: Field, stream: Stream) -> None:
    fur, pale = stream.pick(FURS)
    _body(field, dark(fur, 0.06), 33, 78)
    collar = oklch(0.6, 0.18, stream.uniform(0, 360))
    field.curve([(30, 82), (50, 88), (70, 82)], collar, 5)
    field.disc(50, 90, 3.6, (246, 206, 90))
    dog_head(field.canvas, stream, *field.place(50, 52), 26 * field.unit, fur, pale)


def _fox(field: Field, stream: Stream) -> None:
    fur = stream.pick(((228, 116, 56), (228, 116, 56), (238, 236, 234), (104, 96, 104)))
    pale = (252, 244, 236)
    _body(field, dark(fur, 0.08), 30, 78)
    field.blob([(38, 80), (62, 80), (60, 104), (40, 104)], pale)
    for side in (-1, 1):
        field.shape([(50 + side * 26, 46), (50 + side * 27, 14), (50 + side * 5, 32)], fur)
        field.shape([(50 + side * 22.5, 40), (50 + side * 23.5, 22), (50 + side * 11, 32)], _INK)
    field.blob([(22, 50), (30, 34), (50, 29), (70, 34), (78, 50), (66, 70), (50, 82), (34, 70)], fur)
    for side in (-1, 1):
        field.blob(
            [(50 + side * 27, 52), (50 + side * 20, 50), (50 + side * 4, 62), (50, 80), (50 + side * 13, 73)],
            pale,
        )
    _eyes(field, 50, 52, 11.5, 3.4)
    field.blob([(45.5, 74), (50, 72), (54.5, 74), (50, 79.5)], _INK)


def _bear(field: Field, stream: Stream) -> None:
    fur = stream.pick(((134, 92, 64), (96, 68, 54), (244, 240, 232), (198, 152, 106)))
    _body(field, dark(fur, 0.06), 37, 76)
    for side in (-1, 1):
        field.disc(50 + side * 21, 28, 10, fur)
        field.disc(50 + side * 21, 28, 5.6, mix(fur, (230, 170, 150), 0.5))
    field.ellipse(50, 52, 29, 27, fur)
    field.ellipse(50, 63, 14, 11, light(fur, 0.5))
    _eyes(field, 50, 48, 11, 3.1)
    field.blob([(44, 56.5), (50, 54.5), (56, 56.5), (50, 62.5)], _INK)
    field.line([(50, 61), (50, 65)], _INK, 1.2)
    _smile(field, 50, 65, 3.4)


def _panda(field: Field, stream: Stream) -> None:
    white, black = (248, 246, 242), (44, 40, 48)
    _body(field, black, 36, 76)
    for side in (-1, 1):
        field.disc(50 + side * 22, 29, 10.5, black)
    field.ellipse(50, 52, 30, 27, white)
    for side in (-1, 1):
        field.blob(
            [
                (50 + side * 5, 48),
                (50 + side * 10, 40),
                (50 + side * 18, 44),
                (50 + side * 19, 55),
                (50 + side * 12, 59),
            ],
            black,
        )
        field.disc(50 + side * 11.4, 49.4, 3.2, (250, 250, 250))
        field.disc(50 + side * 11, 49.8, 2.1, _INK)
    field.ellipse(50, 60.5, 4.6, 3.2, black)
    _smile(field, 50, 65.5, 3.4)
    if stream.chance(50):
        leaf = oklch(0.6, 0.14, 140)
        field.line([(60, 68), (84, 58)], leaf, 2.2)
        field.blob([(80, 60), (88, 50), (96, 48), (90, 58)], leaf)


def _rabbit(field: Field, stream: Stream) -> None:
    fur = stream.pick(((236, 226, 216), (176, 148, 124), (150, 146, 152), (250, 246, 242)))
    pink = mix(fur, (240, 150, 160), 0.6)
    _body(field, dark(fur, 0.05), 28, 80)
    droop = stream.chance(30)
    for side in (-1, 1):
        tip = (50 + side * 36, 46) if droop and side > 0 else (50 + side * 15, 2)
        field.blob(
            [(50 + side * 6, 36), (50 + side * 7, 12), tip, (50 + side * 22, 16), (50 + side * 19, 38)], fur
        )
        field.blob(
            [
                (50 + side * 10, 34),
                (50 + side * 11, 14),
                ((tip[0] + 50 + side * 15) / 2, tip[1] + 6),
                (50 + side * 18, 18),
                (50 + side * 16, 34),
            ],
            pink,
        )
    field.ellipse(50, 56, 25, 23, fur)
    field.ellipse(50, 67, 13, 10, light(fur, 0.5))
    _eyes(field, 50, 53, 12, 3.4)
    field.shape([(47, 60), (53, 60), (50, 63.6)], pink)
    _smile(field, 50, 65.6, 3.2)
    field.box(47.4, 68, 52.6, 72.5, (255, 255, 255), 1)
    for side in (-1, 1):
        field.ellipse(50 + side * 16, 63, 4, 2.6, pink, 130)


def _owl(field: Field, stream: Stream) -> None:
    back = stream.pick(((122, 92, 70), (92, 84, 104), (238, 236, 232), (176, 120, 72)))
    pale = light(back, 0.55)
    field.blob(
        [
            (50 - 33, 106),
            (50 - 34, 56),
            (50 - 28, 26),
            (50, 20),
            (50 + 28, 26),
            (50 + 34, 56),
            (50 + 33, 106),
        ],
        back,
    )
    for side in (-1, 1):
        field.shape([(50 + side * 27, 34), (50 + side * 29, 12), (50 + side * 10, 24)], back)
    field.blob([(30, 70), (50, 62), (70, 70), (68, 106), (32, 106)], pale)
    for row in range(4):
        for column in range(5 - row % 2):
            x, y = 50 + (column - (4 - row % 2) / 2) * 8, 74 + row * 7.5
            field.line(arc(x, y, 3, 3, 20, 160, 6), dark(pale, 0.3), 1.2)
    iris = oklch(0.8, 0.16, stream.pick((85, 70, 95)))
    for side in (-1, 1):
        x = 50 + side * 13.5
        field.disc(x, 46, 14, pale)
        field.disc(x, 46, 9, iris)
        field.disc(x, 46, 5.4, _INK)
        field.disc(x + 2, 43.6, 1.8, (255, 255, 255))
    field.shape([(45.5, 51), (54.5, 51), (50, 61)], oklch(0.75, 0.15, 65))


def _penguin(field: Field, stream: Stream) -> None:
    black, white = stream.pick(((44, 48, 66), (56, 74, 96))), (250, 250, 252)
    field.blob(
        [
            (50 - 33, 108),
            (50 - 34, 66),
            (50 - 25, 30),
            (50, 20),
            (50 + 25, 30),
            (50 + 34, 66),
            (50 + 33, 108),
        ],
        black,
    )
    field.blob(
        [(30, 108), (29, 72), (33, 48), (42, 42), (50, 48), (58, 42), (67, 48), (71, 72), (70, 108)], white
    )
    _eyes(field, 50, 50, 10, 3.2)
    field.blob([(43, 57), (50, 54), (57, 57), (50, 64)], oklch(0.76, 0.16, 65))
    for side in (-1, 1):
        field.ellipse(50 + side * 17, 58, 4, 2.8, (246, 170, 170), 170)
    if stream.chance(60):
        scarf = oklch(0.6, 0.18, stream.uniform(0, 360))
        field.curve([(22, 74), (50, 82), (78, 74)], scarf, 7)
        field.shape([(62, 78), (70, 76), (74, 98), (65, 99)], dark(scarf, 0.1))


def _frog(field: Field, stream: Stream) -> None:
    green = oklch(stream.uniform(0.62, 0.76), 0.16, stream.uniform(125, 150))
    _body(field, dark(green, 0.12), 34, 78)
    for side in (-1, 1):
        field.disc(50 + side * 17, 33, 12, green)
        field.disc(50 + side * 17, 32, 8.4, (255, 253, 246))
        field.disc(50 + side * 16, 33, 5, _INK)
        field.disc(50 + side * 16 + 1.6, 31, 1.7, (255, 255, 255))
    field.ellipse(50, 57, 33, 23, green)
    field.line(arc(50, 55, 20, 13, 12, 168, 20), dark(green, 0.5), 1.7)
    field.ellipse(50, 74, 18, 8, light(green, 0.3))
    for side in (-1, 1):
        field.ellipse(50 + side * 24, 60, 4.4, 3, (246, 140, 140), 150)
        field.disc(50 + side * 2.6, 51, 0.9, dark(green, 0.4))


def _koala(field: Field, stream: Stream) -> None:
    fur = stream.pick(((158, 162, 172), (140, 136, 150)))
    _body(field, dark(fur, 0.06), 34, 78)
    for side in (-1, 1):
        field.disc(50 + side * 29, 38, 14, fur)
        field.disc(50 + side * 29, 38, 9, mix(fur, (240, 190, 196), 0.7))
    field.ellipse(50, 54, 28, 26, fur)
    _eyes(field, 50, 50, 12.5, 3.2)
    field.ellipse(50, 58, 6.4, 9, (56, 52, 62))
    field.ellipse(48, 53.6, 1.8, 2.4, (120, 116, 128))
    _smile(field, 50, 69, 3.4)


def _lion(field: Field, stream: Stream) -> None:
    fur, mane = (240, 190, 104), stream.pick(((186, 104, 48), (142, 76, 40), (214, 130, 56)))
    _body(field, fur, 32, 80)
    for at in range(16):
        x, y = arc(50, 53, 31, 30, at * 22.5, at * 22.5, 1)[0]
        field.disc(x, y, 9.5, mane if at % 2 else dark(mane, 0.1))
    field.disc(50, 53, 31, mane)
    for side in (-1, 1):
        field.disc(50 + side * 20, 34, 7, fur)
    field.ellipse(50, 55, 24, 23, fur)
    field.ellipse(50, 65, 12, 9, light(fur, 0.55))
    _eyes(field, 50, 51, 10, 3)
    field.blob([(44.5, 59), (50, 57.4), (55.5, 59), (50, 65)], (110, 62, 50))
    _smile(field, 50, 67, 3.2)


def _elephant(field: Field, stream: Stream) -> None:
    skin = oklch(0.68, stream.uniform(0.02, 0.06), stream.uniform(220, 330))
    _body(field, dark(skin, 0.08), 34, 78)
    for side in (-1, 1):
        field.blob(
            [
                (50 + side * 16, 34),
                (50 + side * 34, 24),
                (50 + side * 47, 44),
                (50 + side * 40, 68),
                (50 + side * 20, 66),
            ],
            skin,
        )
        field.blob(
            [
                (50 + side * 22, 40),
                (50 + side * 34, 34),
                (50 + side * 41, 46),
                (50 + side * 36, 60),
                (50 + side * 24, 58),
            ],
            mix(skin, (244, 170, 180), 0.5),
        )
    field.ellipse(50, 48, 25, 25, light(skin, 0.06))
    _eyes(field, 50, 46, 11.5, 3)
    field.curve([(50, 54), (50, 70), (52, 84), (60, 90), (66, 86)], light(skin, 0.06), 11)
    for ring in (64, 71, 78):
        field.line(arc(50.4, ring, 5, 2.4, 20, 160, 6), dark(skin, 0.16), 0.9)
    for side in (-1, 1):
        field.blob(
            [(50 + side * 9, 62), (50 + side * 13, 62), (50 + side * 14, 74), (50 + side * 10, 70)],
            (252, 248, 240),
        )


def _whale(field: Field, stream: Stream) -> None:
    skin = oklch(0.58, 0.1, stream.uniform(225, 265))
    field.box(0, 74, 100, 100, oklch(0.72, 0.09, 225))
    field.blob(
        [
            (12, 74),
            (14, 52),
            (34, 38),
            (62, 40),
            (80, 58),
            (90, 50),
            (96, 40),
            (98, 52),
            (90, 64),
            (84, 76),
            (48, 88),
            (20, 86),
        ],
        skin,
    )
    field.blob([(14, 72), (40, 76), (66, 76), (52, 87), (22, 85)], light(skin, 0.7))
    for line in range(4):
        field.curve([(20 + line * 7, 76), (28 + line * 7, 84)], dark(skin, 0.1), 0.8)
    field.disc(30, 62, 2.4, _INK)
    field.disc(30.8, 61.2, 0.8, (255, 255, 255))
    field.line(arc(22, 66, 8, 6, 20, 100, 8), dark(skin, 0.3), 1.2)
    for side in (-1, 1):
        field.curve(
            [(42, 38), (42 + side * 3, 26), (42 + side * 10, 24), (42 + side * 12, 30)], (226, 244, 252), 2.4
        )
    for wave in range(5):
        field.curve(
            [
                (wave * 24 - 10, 84 + wave % 2 * 5),
                (wave * 24, 80 + wave % 2 * 5),
                (wave * 24 + 10, 84 + wave % 2 * 5),
            ],
            (232, 246, 250),
            1.2,
        )


_ALL: tuple[Callable[[Field, Stream], None], ...] = (
    _cat,
    _dog,
    _fox,
    _bear,
    _panda,
    _rabbit,
    _owl,
    _penguin,
    _frog,
    _koala,
    _lion,
    _elephant,
    _whale,
)
