"""What the templates need beside views: text as HTML, addresses, people to follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from dozen.core import accounts, graph, media
from dozen.core.accounts import Card
from dozen.core.cache import Lru
from dozen.core.media import Media
from dozen.core.realtime import Event, Hub
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.services.microblog import text
from dozen.services.microblog.service import messages, timelines, trends, views
from dozen.services.microblog.structs import Post, View
from dozen.web import Call, Page

_HALF_A_MINUTE, _FIVE_MINUTES = 30 * clock.SECOND, 5 * clock.MINUTE
_SUGGESTED = 3
_WAITING = {
    "processing": "The video is being prepared. It will be here in a moment.",
    "failed": "This video could not be prepared",
}
_LATELY, _HEARD = 200, 30
_READERS = 20_000
_LINKS = text.Links(
    mention=lambda name: f"/@{name}",
    hashtag=lambda tag: f"/microblog/timeline/tag/{quote(tag, safe='')}",
    cashtag=lambda symbol: f"/microblog/search?q=%24{quote(symbol, safe='')}",
)


def html(post: Post) -> Markup:
    """A post's text with its links; everything else escaped."""
    found = post.entities

    def entities(spans: Any) -> tuple[text.Entity, ...]:
        return tuple(text.Entity(span.start, span.end, span.value) for span in spans)

    linked = text.Entities(
        urls=entities(found.urls),
        mentions=entities(found.mentions),
        hashtags=entities(found.hashtags),
        cashtags=entities(found.cashtags),
    )
    return Markup(text.html(post.text, linked, link=_LINKS))  # noqa: S704 - escaped by text.html


def message_html(body: str) -> Markup:
    """A message's text with its links; everything else escaped."""
    return Markup(text.html(body, text.extract(body), link=_LINKS))  # noqa: S704 - escaped by text.html


def bubble(call: Call, tx: Tx, message: int) -> str:
    """A message as it stands in a conversation, for a live stream. Raises NoSuchMessage."""
    line = messages.line(tx, call.me, message)
    chat = messages.chat(tx, call.me, line.message.conversation_id)
    return call.server.frame.render(Page("microblog/bubble.html", line=line, chat=chat, **helpers(call)))


def figures(call: Call, tx: Tx, post_id: int) -> tuple[View, str]:
    """A post, and its numbers as they stand on its own page. Raises NoSuchPost."""
    view = views.view(tx, call.me, post_id)
    page = Page("microblog/figures.html", view=view, **helpers(call))
    return view, call.server.frame.render(page)


def answer(call: Call, tx: Tx, post_id: int) -> str:
    """A post as it stands in a list, for a live stream; a poll shows how it stands. Raises NoSuchPost."""
    view = views.view(tx, call.me, post_id)
    return call.server.frame.render(Page("microblog/entry.html", view=view, **helpers(call)))


def path(view: View) -> str:
    return f"/microblog/tweets/{view.post.id}"


def mark(card: Card) -> str:
    """The sign beside a name."""
    return "verified" if card.verified else "locked" if card.protected else ""


def suggested(tx: Tx, viewer: int | None) -> list[Card]:
    """A few people to follow: near ones, and for somebody new those who are heard most."""
    if viewer is None:
        return []
    beside = tx.part(Beside)
    found = beside.near(tx, viewer)
    if not found:
        heard = [each for each in beside.heard(tx) if each != viewer]
        now = graph.relations(tx, viewer, heard)
        found = [each for each in heard if not (now[each].following or now[each].requested)]
        found = [each for each in found if not (now[each].blocked or now[each].muting)][:_SUGGESTED]
    return list(accounts.cards(tx, found).values())


def pictures(view: View) -> list[dict[str, Any]]:
    """What a post carries, as the media grid takes it."""
    return [_picture(item, f"?ticket={ticket}" if ticket else "") for item, ticket in view.pictures]


HELPERS: dict[str, Callable[..., Any]] = {
    "html": html,
    "mark": mark,
    "message_html": message_html,
    "path": path,
    "pictures": pictures,
}
"""What every template may call, as ``microblog.path(view)``."""


def helpers(call: Call) -> dict[str, Any]:
    """What templates of messages may call besides, for one caller."""
    env, now = call.env, clock.now()

    def message_pictures(line: messages.Line) -> list[dict[str, Any]]:
        return [_picture(item, f"?ticket={media.ticket(env, item.id, now)}") for item in line.media]

    return {"message_pictures": message_pictures}


class Beside:
    """What stands beside every page, and is not asked for by each: what trends, and who is heard."""

    def __init__(self) -> None:
        self._kept: tuple[int, list[trends.Trend]] = (0, [])
        self._heard: tuple[int, list[int]] = (0, [])
        self._near: Lru[int, tuple[int, list[int]]] = Lru(_READERS)

    @classmethod
    def build(cls, env: Env) -> Beside:
        made = cls()
        hub = env.part(Hub)
        hub.listen("graph", made._tied)
        hub.on_reset(made._near.clear)
        return made

    def _tied(self, event: Event) -> None:
        """Somebody followed, hid or blocked somebody: for both, others are near now."""
        self._near.drop(event.key)
        if other := (event.data or {}).get("other"):
            self._near.drop(int(other))

    def near(self, tx: Tx, viewer: int) -> list[int]:
        """Whom somebody might know, by whom they follow."""
        until, found = self._near.get(viewer) or (0, [])
        if tx.now >= until:
            stamp = self._near.stamp
            found = [each.person_id for each in graph.suggestions(tx, viewer, limit=_SUGGESTED)]
            if not tx.writes:
                self._near.put(viewer, (tx.now + _HALF_A_MINUTE, found), stamp)
        return found

    def trends(self, tx: Tx) -> list[trends.Trend]:
        until, found = self._kept
        if tx.now >= until:
            found = trends.trending(tx, limit=5)
            self._kept = (tx.now + _HALF_A_MINUTE, found)
        return found

    def heard(self, tx: Tx) -> list[int]:
        """Who posted for all to see lately, those with most followers first."""
        until, found = self._heard
        if tx.now >= until:
            lately = timelines.public(tx, None, limit=_LATELY).views
            authors = list(dict.fromkeys(view.author.id for view in lately))
            ties = graph.counts(tx, authors)
            found = sorted(authors, key=lambda each: -ties[each].followers)[:_HEARD]
            self._heard = (tx.now + _FIVE_MINUTES, found)
        return found


def page(call: Call, template: str, **values: Any) -> Page:
    """A page of the microblog, with what stands beside it."""
    if not call.enhanced:
        values.setdefault("trends", call.env.part(Beside).trends(call.tx))
        values.setdefault("suggested", suggested(call.tx, call.viewer))
    values.setdefault("stream", "/microblog/stream" if call.viewer is not None else "")
    return Page(template, **values, **helpers(call))


def _picture(item: Media, query: str) -> dict[str, Any]:
    def at(width: int) -> str:
        return f"/media/{item.id}/{width}.webp{query}"

    shown: dict[str, Any] = {
        "src": at(680),
        "alt": item.alt,
        "width": item.width or 680,
        "height": item.height or 453,
        "kind": item.kind,
    }
    if item.state != "ready":
        shown["wait"] = _WAITING[item.state]
        if item.state == "processing":
            shown["stream"] = f"/media/{item.id}/stream{query}"
        return shown
    if item.kind == "video":
        seconds = (item.duration_ms or 0) // 1000
        return {
            **shown,
            "src": f"/media/{item.id}/720.mp4{query}",
            "poster": at(680),
            "length": f"{seconds // 60}:{seconds % 60:02}",
        }
    if item.kind == "image":
        shown["srcset"] = ", ".join(f"{at(width)} {width}w" for width in (320, 680, 1280))
        shown["href"] = at(2048)
    return shown
