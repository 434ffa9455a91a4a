"""How much a post weighs: the published counting rules of the field (twitter-text 3, configuration v3).

A post may weigh 280. Latin, Greek, Cyrillic, Arabic, Indic and the like weigh 1 a character, everything else
2; an emoji weighs 2 however many code points it takes; a link weighs 23 however long it is. Counted is the
text in NFC with ``\\n`` as line end, which is also what to keep.

``static/weighted.js`` counts the same in the browser. Both differ from the published rules in two things.
They refuse what no database or reader wants: NUL, lone surrogates, text with nothing visible in it. And they
know the shape of an emoji, not the list of this year's, so new ones need no update; what has the shape but is
no emoji weighs 2 where the published count takes it apart.
"""

from __future__ import annotations

import re
import unicodedata

import msgspec

from dozen.services.microblog.text import chars, urls

MAX_WEIGHT = 280
MAX_INPUT = 25_000  # code points; longer text is refused unread
URL_WEIGHT = 23
EMOJI_WEIGHT = 2

# Putting combining marks in order takes quadratic time in Python and in browsers (25,000 marks: a second). No
# text that fits has so many in a row.
_MAX_MARKS = 300

_HEAVY = re.compile("[^\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]+")
_INVALID = re.compile("[\0\ud800-\udfff\ufeff\ufffe\uffff]")
_VISIBLE = re.compile(
    rf"[^{chars.SPACES}{chars.DIRECTIONS}\0-\x1f\x7f-\x9f\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)

# The blocks of symbols that hold emoji. Each of their characters weighs 2 by itself, so a symbol too many in
# here changes nothing but what a selector, tone or joiner glued to it weighs.
_SYMBOL = (
    "[\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d"
    "\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
_ELEMENT = rf"{_SYMBOL}\ufe0f?(?:[\U0001f3fb-\U0001f3ff]\ufe0f?)?"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # a flag by its two letters
    "|[#*0-9]\ufe0f?\u20e3"  # a keycap
    "|[\xa9\xae]\ufe0f"
    "|\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,7}\U000e007f"  # a flag by its tags
    rf"|{_ELEMENT}(?:\u200d{_ELEMENT}){{0,3}}"  # no emoji joins more than four
)
# Without any of these, every emoji is one heavy character and needs no second look.
_GLUED = re.compile("[\u200d\u20e3\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0030-\U000e007f]")


class Weighted(msgspec.Struct, frozen=True, gc=False):
    """What a text weighs.

    ``permillage`` is the weight in thousandths of the allowed one; ``valid_range`` the half-open range of
    code points of ``normalized`` that fits and holds nothing invalid. A text longer than ``MAX_INPUT`` is not
    read: its weight is its length, its range empty and ``normalized`` too.
    """

    weight: int
    permillage: int
    valid: bool
    valid_range: tuple[int, int]
    normalized: str


def parse(text: str) -> Weighted:
    """Weighs ``text`` as a post."""
    normalized = _normalize(text)
    if normalized is None:
        return Weighted(len(text), len(text) * 1000 // MAX_WEIGHT, False, (0, 0), "")
    links = urls.find(normalized)
    weight = len(links) * URL_WEIGHT
    at = 0
    for link in links:
        weight += _loose(normalized[at : link.start])
        at = link.end
    weight += _loose(normalized[at:])
    invalid = _INVALID.search(normalized)
    if weight <= MAX_WEIGHT and invalid is None:
        fits, valid = len(normalized), _VISIBLE.search(normalized) is not None
    else:
        fits, valid = _fitting(normalized[: invalid.start()] if invalid else normalized, links), False
    return Weighted(weight, weight * 1000 // MAX_WEIGHT, valid, (0, fits), normalized)


def _normalize(text: str) -> str | None:
    """NFC with ``\\n`` as line end; None for what would take too long."""
    if len(text) > MAX_INPUT:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return text
    if len(text) > _MAX_MARKS:
        marks = bytes(unicodedata.category(c)[0] == "M" for c in text)
        if b"\1" * (_MAX_MARKS + 1) in marks:
            return None
    return unicodedata.normalize("NFC", text)


def _loose(text: str) -> int:
    """What a text without links weighs."""
    if text.isascii():
        return len(text)
    emoji = 0
    if _GLUED.search(text):
        text, emoji = _EMOJI.subn("", text)
    return emoji * EMOJI_WEIGHT + len(text) + sum(map(len, _HEAVY.findall(text)))


def _fitting(text: str, links: list[urls.Span]) -> int:
    """Where the longest beginning of ``text`` ends that is not too heavy, cutting no link or emoji in two."""
    link_ends = {link.start: link.end for link in links}
    weight = at = 0
    while at < len(text):
        if link_end := link_ends.get(at):
            end, unit = link_end, URL_WEIGHT
        elif emoji := _EMOJI.match(text, at):
            end, unit = emoji.end(), EMOJI_WEIGHT
        else:
            end, unit = at + 1, _loose(text[at])
        weight += unit
        if weight > MAX_WEIGHT:
            break
        at = end
    return at
