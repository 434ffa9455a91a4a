"""Where the links of a text are, by the published rules of the field (twitter-text 3), in linear time.

A link is ``http(s)://`` and a host under a known top-level domain, or such a host alone; then perhaps a port,
a path and a query. Reading goes token by token and never back, so that no text takes more than linear time.

Where this is stricter or plainer than the published rules, on purpose:
- what is glued to ``#``, ``@`` or ``$`` is never a bare host, in full-width forms and other scripts too;
- a bare host is linked whole or not at all (they link ``b.foo.com`` in ``a_b.foo.com``), its length is its
  own and not that of unspaced text round it, and it is never the name in a mail address;
- ASCII quotes and control characters are no part of a host, and a host has at most 253 characters (DNS).
"""

from __future__ import annotations

import re

import msgspec

from dozen.services.microblog.text import chars, tlds

MAX_URL = 4096  # characters, scheme included, the host in punycode
MAX_HOST = 253
MAX_LABEL = 63
MAX_TCO_SLUG = 40
_DEFAULT_SCHEME = "https://"

# What a hashtag, mention or cashtag may go on with, roughly: letters, marks and digits of all scripts, but no
# general or CJK punctuation, full-width punctuation or emoji.
_GLUE = (
    "0-9A-Z_a-z\xaa-\u1fff\u200c\u200d\u2c00-\u2fff\u3003\u3005-\u3007\u301c\u3021-\u302f\u3031-\u303c"
    "\u3041-\ud7ff\uf900-\ufe0f\ufe20-\ufe2f\ufe70-\ufefe\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff5e"
    "\uff66-\uffef\U00010000-\U0001efff\U00020000-\U000323af\U000e0100-\U000e01ef"
)
_SIGILS = "#＃@＠$"
_WORD = rf"0-9A-Z_a-z\-{chars.ACCENTED}"
_TOKEN = re.compile(rf"[{_SIGILS}][{_GLUE}]*|[.{_WORD}]+")
# Everything up to a token that may hold a host or a scheme; always matches.
_DULL = re.compile(rf"(?:[^.{_SIGILS}{_WORD}]++|[{_WORD}]++(?!\.|://)|[{_SIGILS}][{_GLUE}]*+(?!://))*+")
_HOST = re.compile(
    rf"[^\0-,/:-@\[-^`{{-\x7f{chars.SPACES}{chars.DIRECTIONS}\ud800-\udfff\ufeff\ufffe\uffff＃＠]+"
)

_PLAIN_TLD = re.compile(r"([A-Za-z]++)(?![0-9A-Za-z@+-])|[Xx][Nn]--[-0-9A-Za-z]++(?!@)")
_NAMES = "|".join(sorted(tlds.INTERNATIONAL, key=len, reverse=True))
# Led by what tells most labels apart at once: all but the two that begin with "verm" begin beyond ASCII.
_INTERNATIONAL_TLD = re.compile(rf"(?=[^\0-\x7f]|verm)(?:{_NAMES})(?![0-9A-Za-z@+-])", re.IGNORECASE)

_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NOT_BEFORE_SCHEME = frozenset(_ALNUM + _SIGILS)
_NOT_BEFORE_HOST = frozenset(_ALNUM + _SIGILS + "-_./")

_PORT = re.compile(":[0-9]+")
_STEP = rf"0-9A-Za-z{chars.CYRILLIC}{chars.ACCENTED}!*';:=+,.$/%#\[\]\-\u2013_~@|&"
_PATH = re.compile(rf"/(?:[{_STEP}]++|\((?:[{_STEP}]++|[{_STEP}]*+\([{_STEP}]++\)[{_STEP}]*+)\))*+")
_QUERY = re.compile(r"\?[0-9A-Za-z!?*'@();:&=+$/%#\[\]\-_.,~|]*+")
# Characters that a path or a query may hold but not end with: there they belong to the sentence.
_PATH_SOFT = "!*';:,.$%[]\u2013~@|&"
_QUERY_SOFT = "!?*'@();:+$%[].,~|"

_TCO_SLUG = re.compile("/([0-9A-Za-z]+)")


class Span(msgspec.Struct, frozen=True, gc=False):
    """A half-open range of code points."""

    start: int
    end: int


def find(text: str) -> list[Span]:
    """The links of ``text`` from left to right, none overlapping."""
    if "." not in text:
        return []
    found: list[Span] = []
    at = 0
    while token := _TOKEN.match(text, _DULL.match(text, at).end()):  # type: ignore[union-attr]
        start, end = token.span()
        at = end
        if text[start] not in _SIGILS:
            mail = text.startswith("@", end)
            if not mail and "." in token.group() and (not start or text[start - 1] not in _NOT_BEFORE_HOST):
                span, after = _bare(text, start, end)
                if after:
                    at = after
                    if span:
                        found.append(span)
                    continue
        if text.startswith("://", end):
            span, at = _schemed(text, end)
            if span:
                found.append(span)
    return found


def _bare(text: str, start: int, end: int) -> tuple[Span | None, int]:
    """The link that begins with the host at ``start``, and where to read on (0: there is no host)."""
    stop = _host_end(text, start, end)
    if not stop:
        return None, 0
    after, has_path = _rest(text, stop)
    link_end = after if has_path else stop  # a port or a query alone makes no link without a scheme
    if not _fits(text[start:stop], len(_DEFAULT_SCHEME) + link_end - stop):
        return None, after
    return Span(start, link_end), after


def _schemed(text: str, colon: int) -> tuple[Span | None, int]:
    """The link whose scheme ends at ``colon`` (where ``://`` stands), and where to read on."""
    onward = colon + 3
    word = text[max(0, colon - 5) : colon].lower()
    start = colon - (5 if word == "https" else 4)
    if not word.endswith(("https", "http")) or (start and text[start - 1] in _NOT_BEFORE_SCHEME):
        return None, colon
    host = _HOST.match(text, onward)
    if host is None:
        return None, onward
    stop = _host_end(text, onward, host.end())
    if not stop:
        # The end of what is no host may itself be a scheme: "http://あhttp://example.com".
        return None, onward if text.startswith("://", host.end()) else host.end()
    after, has_path = _rest(text, stop)
    end = after
    if has_path and text[onward:stop].lower() == "t.co" and (slug := _TCO_SLUG.match(text, stop)):
        if len(slug[1]) > MAX_TCO_SLUG:
            return None, after
        end = _query_end(text, slug.end())
    if not _fits(text[onward:stop], onward - start + end - stop):
        return None, after
    return Span(start, end), after


def _host_end(text: str, start: int, end: int) -> int:
    """Where the longest host under a known top-level domain ends within the run ``start:end``; 0: nowhere."""
    best = 0
    at = start
    previous = ""
    for label in text[start:end].split("."):
        if previous and "_" not in previous:
            best = _tld_end(text, at) or best
        if not label or label[0] in "-_" or label[-1] in "-_":
            break
        previous = label
        at += len(label) + 1
    return best


def _tld_end(text: str, at: int) -> int:
    plain = _PLAIN_TLD.match(text, at)
    if plain and (plain[1] is None or plain[1].lower() in tlds.PLAIN):
        return plain.end()
    international = _INTERNATIONAL_TLD.match(text, at)
    return international.end() if international else 0


def _rest(text: str, at: int) -> tuple[int, bool]:
    """Where port, path and query after a host end, and whether there is a path."""
    if port := _PORT.match(text, at):
        at = port.end()
    path = _PATH.match(text, at)
    if path:
        at += len(path.group().rstrip(_PATH_SOFT))
    return _query_end(text, at), path is not None


def _query_end(text: str, at: int) -> int:
    query = _QUERY.match(text, at)
    size = len(query.group().rstrip(_QUERY_SOFT)) if query else 0
    return at + size


def _fits(host: str, others: int) -> bool:
    """Whether DNS can hold the host, and the link with ``others`` more characters is not too long."""
    size = 0
    for label in host.split("."):
        if len(label) > MAX_LABEL:
            return False
        length = len(label)
        if not label.isascii():
            if label[:4].lower() == "xn--":
                return False
            length = 4 + len(label.encode("punycode"))
            if length > MAX_LABEL:
                return False
        size += length + 1
    return size - 1 <= MAX_HOST and size - 1 + others <= MAX_URL
