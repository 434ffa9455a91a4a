"""What a text names: links, mentions, hashtags and cashtags, by the published rules (twitter-text 3).

Two things differ. A user name is followed by a boundary, so that a name too long is no mention (the
published rules link its first 20 letters); and the selectors that turn a character into an emoji are part of
no hashtag.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right

import msgspec

from dozen.services.microblog.text import chars, urls, weight

MAX_EACH = 500  # of a kind in one text; what follows stays plain

_WORD = "0-9A-Z_a-z"
_MENTION = re.compile(rf"[@＠]([{_WORD}]{{1,20}}+)(?![{_WORD}@＠{chars.ACCENTED}]|://)")
_NOT_BEFORE_MENTION = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_!#$%&*@＠")
# "RT@name": the only letters that a mention may follow, when they stand alone.
_RETWEET = re.compile(rf"(?<![{_WORD}+~.\-])[Rr][Tt]")

_CASHTAG = re.compile(
    rf"(?<![^{chars.SPACES}{chars.DIRECTIONS}])\$([A-Za-z]{{1,6}}(?:[._][A-Za-z]{{1,2}})?)"
    rf"(?![^{chars.SPACES}{chars.DIRECTIONS}{chars.PUNCTUATION}])"
)

_HASH = re.compile("[#＃]")
_TAG_ASCII = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
# Joiners, hyphens and dots that are part of words in some script, and the dashes of Japanese names.
_TAG_SPECIAL = frozenset(
    "·\u05be\u05f3\u05f4\u0f0b\u0f0c\u200c\u200d\u3003\u301c\u309b\u309c\u30a0\u30fb\ua67e\uff5e"
)
_SELECTORS = frozenset("\u20e3\ufe0e\ufe0f")


class Entity(msgspec.Struct, frozen=True, gc=False):
    """One thing named: the half-open range of code points that it takes, and its value without the sign."""

    start: int
    end: int
    value: str


class Entities(msgspec.Struct, frozen=True, gc=False):
    """What a text names, each kind from left to right; nothing overlaps anything."""

    urls: tuple[Entity, ...] = ()
    mentions: tuple[Entity, ...] = ()
    hashtags: tuple[Entity, ...] = ()
    cashtags: tuple[Entity, ...] = ()


def extract(text: str) -> Entities:
    """The entities of ``text``, ``MAX_EACH`` of a kind at most; none in text longer than ``MAX_INPUT``."""
    if len(text) > weight.MAX_INPUT:
        return Entities()
    links = urls.find(text)
    free = _Gaps(links)
    return Entities(
        urls=tuple(Entity(link.start, link.end, text[link.start : link.end]) for link in links[:MAX_EACH]),
        mentions=_mentions(text, free) if "@" in text or "＠" in text else (),
        hashtags=_hashtags(text, free) if "#" in text or "＃" in text else (),
        cashtags=_cashtags(text, free) if "$" in text else (),
    )


class _Gaps:
    """The parts of a text that no link takes."""

    def __init__(self, links: list[urls.Span]) -> None:
        self._starts = [link.start for link in links]
        self._ends = [link.end for link in links]

    def hold(self, start: int, end: int) -> bool:
        after = bisect_right(self._starts, start)
        return (not after or self._ends[after - 1] <= start) and (
            after == len(self._starts) or self._starts[after] >= end
        )


def _mentions(text: str, free: _Gaps) -> tuple[Entity, ...]:
    found: list[Entity] = []
    for match in _MENTION.finditer(text):
        start, end = match.span()
        allowed = not start or text[start - 1] not in _NOT_BEFORE_MENTION
        if (allowed or _RETWEET.fullmatch(text, start - 2, start)) and free.hold(start, end):
            found.append(Entity(start, end, match[1]))
            if len(found) == MAX_EACH:
                break
    return tuple(found)


def _hashtags(text: str, free: _Gaps) -> tuple[Entity, ...]:
    found: list[Entity] = []
    for match in _HASH.finditer(text):
        start = match.start()
        if start and (text[start - 1] == "&" or _is_tag(text[start - 1])):
            continue
        end = start + 1
        while end < len(text) and _is_tag(text[end]):
            end += 1
        value = text[start + 1 : end]
        if text.startswith(("#", "＃", "://"), end) or not any(map(_is_letter, value)):
            continue
        if free.hold(start, end):
            found.append(Entity(start, end, value))
            if len(found) == MAX_EACH:
                break
    return tuple(found)


def _cashtags(text: str, free: _Gaps) -> tuple[Entity, ...]:
    found = [Entity(*match.span(), match[1]) for match in _CASHTAG.finditer(text) if free.hold(*match.span())]
    return tuple(found[:MAX_EACH])


def _is_tag(c: str) -> bool:
    return c in _TAG_ASCII or c in _TAG_SPECIAL or c.isdecimal() or _is_letter(c)


def _is_letter(c: str) -> bool:
    return c.isalpha() or (not c.isascii() and unicodedata.category(c)[0] == "M" and c not in _SELECTORS)
