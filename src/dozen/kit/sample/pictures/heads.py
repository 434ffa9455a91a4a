"""Heads of cats and dogs, which avatars show too."""

from __future__ import annotations

from dozen.kit.sample.canvas import Canvas, Color, arc, dark, light, mix, oklch
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
