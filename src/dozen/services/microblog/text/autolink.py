"""A text as HTML: everything escaped, what it names turned into links.

Line breaks stay line breaks: show the result with ``white-space: pre-wrap``. The result is a plain ``str``
that is safe to mark as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from urllib.parse import quote

import msgspec

from dozen.services.microblog.text.entities import Entities, Entity

_SHOWN = 30  # characters of a link that are shown, unless its host alone is longer
_SCHEME = re.compile("https?://", re.IGNORECASE)
_HIDDEN = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)
_AFTER_HOST = re.compile("[:/?]")


def _mention(name: str) -> str:
    return f"/microblog/@{name}"


def _hashtag(tag: str) -> str:
    return f"/microblog/tags/{quote(tag, safe='')}"


def _cashtag(symbol: str) -> str:
    return f"/microblog/search?q=%24{quote(symbol, safe='')}"


def _url(url: str) -> str:
    return url if _SCHEME.match(url) else f"https://{url}"


class Links(msgspec.Struct, frozen=True):
    """Where each kind leads: functions from an entity's value to an address. The result is escaped here."""

    mention: Callable[[str], str] = _mention
    hashtag: Callable[[str], str] = _hashtag
    cashtag: Callable[[str], str] = _cashtag
    url: Callable[[str], str] = _url


_LINKS = Links()


def html(text: str, entities: Entities, *, link: Links = _LINKS) -> str:
    """``text`` as HTML with a link for each entity; an entity that does not lie in ``text`` is left out."""
    parts: list[str] = []
    at = 0
    for entity, anchor in sorted(_anchors(text, entities, link), key=lambda pair: pair[0].start):
        if at <= entity.start < entity.end <= len(text):
            parts += (escape(text[at : entity.start]), anchor)
            at = entity.end
    parts.append(escape(text[at:]))
    return "".join(parts)


def display(url: str) -> str:
    """``url`` as people see it: no scheme, no ``www.``, a long path cut with "…", the host always whole."""
    shown = _HIDDEN.sub("", url, count=1)
    keep = max(_SHOWN, len(_AFTER_HOST.split(shown, maxsplit=1)[0]))
    return shown if len(shown) <= keep + 1 else shown[:keep] + "…"


def _anchors(text: str, entities: Entities, link: Links) -> Iterator[tuple[Entity, str]]:
    kinds = (
        ("mention", entities.mentions, link.mention),
        ("hashtag", entities.hashtags, link.hashtag),
        ("cashtag", entities.cashtags, link.cashtag),
    )
    for kind, found, target in kinds:
        for entity in found:
            shown = escape(text[entity.start : entity.end])
            yield entity, f'<a class="{kind}" href="{escape(target(entity.value))}">{shown}</a>'
    for entity in entities.urls:
        shown = display(entity.value)
        title = f' title="{escape(entity.value)}"' if shown.endswith("…") else ""
        href = escape(link.url(entity.value))
        yield entity, f'<a class="url" href="{href}" rel="nofollow noopener ugc"{title}>{escape(shown)}</a>'
