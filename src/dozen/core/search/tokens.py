"""How text becomes the words of the index: the same for both databases, and for what is asked.

Neither database's own parser sees anything but these tokens. A word token consists of letters,
digits, marks and ``_`` (or is one symbol, such as an emoji); a facet token always has a ``=``, which
a word token never has, so nobody can forge a facet by writing it in a text.
"""

from __future__ import annotations

import re
from functools import lru_cache

from dozen.kit.text import fold, words_for_search

MOST_WORDS = 10_000
"""Of a document's title or body; the rest is not indexed."""

# ``\w`` knows no combining vowels, of which the scripts of South Asia are full; U+0964 and U+0965 are
# their full stops. Pictures and signs are words of their own. A longer word becomes several.
_LETTERS = "[\\w\u0900-\u0963\u0966-\u0dff\u0f71-\u0f84]{1,40}"
_WORD = re.compile(f"{_LETTERS}|[\u2600-\u27bf\u2b50\u2b55\U0001f1e6-\U0001faff]")
_ASCII_WORD = re.compile("[a-z0-9_]{1,40}")
_TAG = re.compile(_LETTERS)
_UNSAFE = re.compile(r"[^\w/.-]")
_KEY = re.compile("[a-z]+")
_RESERVED = frozenset({"kind", "audience", "author", "from", "weight"})


def words(text: str, most: int = MOST_WORDS) -> list[str]:
    """The words of a text, folded, in order."""
    if text.isascii():
        found = _ASCII_WORD.findall(text.lower())
    else:
        found = _WORD.findall(words_for_search(fold(text)))
    if len(found) > most:
        del found[most:]
    return found


@lru_cache(4096)
def token(key: str, value: str) -> str:
    """The token of one facet."""
    return f"{key}={_UNSAFE.sub(_escaped, fold(value.strip()))[:200]}"


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"~{byte:02x}" for byte in match.group().encode("utf-8", "surrogatepass"))


@lru_cache(4096)
def facet(text: str) -> str:
    """The token of a facet that a room gives as ``key:value``. ValueError when it is none."""
    key, colon, value = text.partition(":")
    if not colon or not value.strip() or not _KEY.fullmatch(key) or key in _RESERVED:
        raise ValueError(f"a facet is written key:value with a key of small letters, not {text!r}")
    return token(key, value)


def tag(text: str) -> str | None:
    """The token of a hashtag, as ``tag:…`` among a document's facets gives it; None when it is none."""
    found = _TAG.match(fold(text))
    return token("tag", found.group()) if found else None
