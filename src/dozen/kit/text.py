"""Small text rules that several rooms share."""

from __future__ import annotations

import re
import unicodedata

# Runs of scripts that are written without spaces: each character becomes a word of its own for search.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003134f]"
)
_BREAK = re.compile("\r\n|[\r\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_MOST_MARKS = 30  # combining marks in a row: normalizing takes quadratic time in them
_SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")


def clean(text: str, *, lines: bool = False) -> str:
    """NFC, no control characters or lone surrogates, no space at the ends; one line unless ``lines``."""
    text = _CONTROL.sub("", _BREAK.sub("\n", text))
    if not text.isascii():
        text = _few_marks(unicodedata.normalize("NFC", _few_marks(text)))
    if not lines:
        text = _SPACES.sub(" ", text.replace("\n", " "))
    return text.strip()


def _few_marks(text: str) -> str:
    """``text`` with no more than so many combining marks on one letter."""
    if len(text) <= _MOST_MARKS or text.isascii():
        return text
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept) if len(kept) < len(text) else text


def fold(text: str) -> str:
    """For comparing and searching: case and compatibility forms folded, accents off."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", _few_marks(text)).casefold()
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def words_for_search(text: str) -> str:
    """Text with unspaced scripts set apart, so that a word-based index can find them."""
    return _UNSPACED.sub(lambda match: f" {match.group()} ", text) if not text.isascii() else text


def clip(text: str, size: int) -> str:
    """At most ``size`` characters, with an ellipsis where something was cut."""
    return text if len(text) <= size else text[: size - 1].rstrip() + "…"


def compact(number: int) -> str:
    """For people in a hurry: 999, 1.2K, 34K, 5.6M."""
    for unit, size in (("B", 10**9), ("M", 10**6), ("K", 10**3)):
        if number >= size:
            tenths = number * 10 // size
            return f"{tenths // 10}{unit}" if tenths >= 100 or tenths % 10 == 0 else f"{tenths / 10}{unit}"
    return str(number)
