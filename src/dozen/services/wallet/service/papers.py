"""Statements as PDF. Names may be in any script: the fonts below, then what an operator put into
``<data>/fonts``, then what the system has are looked through for a letter that is missing."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from functools import cache
from importlib import resources
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from dozen.kit import clock, money
from dozen.kit.text import clip
from dozen.services.wallet.service.history import title_of
from dozen.services.wallet.service.statements import Statement

logging.getLogger("fontTools").setLevel(logging.ERROR)
logging.getLogger("fpdf").setLevel(logging.ERROR)

_PACKAGES = ("arabic", "devanagari", "tamil", "telugu", "thai")
_SYSTEM = Path("/usr/share/fonts/truetype/noto")
_BOLD = (*range(0x20, 0x180), *range(0x2000, 0x2040), *range(0x20A0, 0x20D0), 0x2212)
"""Letters of headings and amounts: Latin, punctuation, signs of currencies, minus."""
_INK, _SOFT, _LINE = (24, 28, 36), (96, 104, 120), (214, 218, 226)


def pdf(found: Statement, folder: Path) -> bytes:
    """The document. Takes a good part of a second: call it in a thread."""
    paper = _Paper(found)
    paper.add_font("noto", "", _shipped("fontpkg_noto_sans"))
    paper.add_font("noto", "B", _bold())
    _fallbacks(paper, found, folder)
    paper.set_text_shaping(True)
    paper.add_page()
    _head(paper, found)
    _lines(paper, found)
    return bytes(paper.output())


class _Paper(FPDF):
    def __init__(self, found: Statement) -> None:
        super().__init__(format="A4")
        self.set_title(f"Statement {found.currency}")
        self.set_creator("Dozen")
        self.set_margins(16, 16)
        self.set_auto_page_break(True, 18)
        self.alias_nb_pages()

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font("noto", size=8)
        self.set_text_color(*_SOFT)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="C")


def _head(paper: FPDF, found: Statement) -> None:
    paper.set_text_color(*_INK)
    paper.set_font("noto", "B", 18)
    paper.cell(0, 10, "Statement", new_x="LMARGIN", new_y="NEXT")
    paper.set_font("noto", size=10)
    paper.set_text_color(*_SOFT)
    for words in (
        found.name,
        found.phone,
        f"{_day(found.start)} – {_day(found.end - 1)} (UTC), {found.currency}",
    ):
        if words:
            paper.cell(0, 5.5, words, new_x="LMARGIN", new_y="NEXT")
    paper.ln(4)
    sums = (
        ("Opening balance", found.opening),
        ("Came in", found.received),
        ("Went out", -found.sent),
        ("Closing balance", found.closing),
    )
    width = paper.epw / len(sums)
    for words, _ in sums:
        paper.cell(width, 5, words)
    paper.ln(5)
    paper.set_text_color(*_INK)
    paper.set_font("noto", "B", 12)
    for _, amount in sums:
        paper.cell(width, 7, money.text(amount, found.currency))
    paper.ln(11)


def _lines(paper: FPDF, found: Statement) -> None:
    paper.set_font("noto", size=8.5)
    paper.set_draw_color(*_LINE)
    if not found.lines:
        paper.cell(0, 8, "Nothing moved in this time.")
        return
    head = FontFace(emphasis="BOLD", color=_SOFT)
    with paper.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=(24, 74, 40, 30, 30),
        text_align=("LEFT", "LEFT", "LEFT", "RIGHT", "RIGHT"),
        headings_style=head,
        line_height=5,
        padding=(1, 1),
    ) as table:
        row = table.row()
        for words in ("Date", "With", "What", "Amount", "Balance"):
            row.cell(words)
        for line in found.lines:
            row = table.row()
            row.cell(_day(line.at))
            named = line.name
            if line.other is not None and f"@{line.other.username}" != line.name:
                named = f"{line.name} (@{line.other.username})"
            row.cell(clip(named, 80) + (f"\n{clip(line.note, 140)}" if line.note else ""))
            row.cell(title_of(line.kind))
            row.cell(money.text(line.amount, found.currency))
            row.cell(money.text(line.balance, found.currency))
    if found.cut:
        paper.ln(4)
        paper.cell(0, 5, "There is more than fits in here: take the CSV, or a shorter time.")


def _day(at: int) -> str:
    return clock.to_datetime(at).strftime("%-d %b %Y")


# Fonts


@cache
def _shipped(package: str) -> str:
    files = sorted(
        each.name
        for each in resources.files(package).joinpath("files").iterdir()
        if each.name.endswith(".ttf") and "Italic" not in each.name
    )
    return str(resources.files(package).joinpath("files", files[0]))


@cache
def _bold() -> str:
    """The first font in bold, cut to ``_BOLD`` once in a process: to make all of it bold takes seconds."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(_shipped("fontpkg_noto_sans"))
    for layout in {"GDEF", "GPOS", "GSUB"} & set(font.keys()):  # large, and nothing that figures need
        del font[layout]
    cutter = Subsetter(Options(notdef_outline=True))
    cutter.populate(unicodes=_BOLD)
    cutter.subset(font)
    axes = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
    made = instantiateVariableFont(font, {**axes, "wght": 700.0})
    folder = tempfile.mkdtemp(prefix="dozen-font-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "bold.ttf"
    made.save(path)
    return str(path)


def _fallbacks(paper: FPDF, found: Statement, folder: Path) -> None:
    """Fonts for the letters that the first one has not, and only those: each costs time and bytes."""
    missing = _letters(found) - _covers(_shipped("fontpkg_noto_sans"))
    names: list[str] = []
    for path in _candidates(folder):
        if not missing:
            break
        has = missing & _covers(path)
        if has:
            name = f"fallback{len(names)}"
            paper.add_font(name, "", path)
            names.append(name)
            missing -= has
    if names:
        paper.set_fallback_fonts(names, exact_match=False)


def _letters(found: Statement) -> set[int]:
    texts = [found.name]
    for line in found.lines:
        texts += (line.name, line.note)
    return {ord(letter) for text in texts for letter in text if ord(letter) > 0x2FF}


def _candidates(folder: Path) -> list[str]:
    shipped = [_shipped(f"fontpkg_noto_sans_{name}") for name in _PACKAGES]
    own = [str(path) for path in sorted(folder.glob("*.[to]tf"))]
    system = [str(path) for path in sorted(_SYSTEM.glob("NotoSans*-Regular.ttf"))]
    return [*shipped, *own, *system]


@cache
def _covers(path: str) -> frozenset[int]:
    """The letters that a font has."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(path, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (OSError, TTLibError):
        return frozenset()
