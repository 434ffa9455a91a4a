"""What verbs take and give. Ids are ints here; the doors write them as strings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from dozen.core.accounts import Card
from dozen.core.engagement import Counts
from dozen.core.media import Media


class PollDraft(msgspec.Struct, frozen=True):
    options: tuple[str, ...]
    minutes: int
    many: bool = False


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A post to be."""

    text: str = ""
    media_ids: tuple[int, ...] = ()
    reply_to_id: int | None = None
    quote_of_id: int | None = None
    place: str | None = None
    warning: str | None = None
    lang: str | None = None
    poll: PollDraft | None = None
    tagged: tuple[int, ...] = ()


class Span(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A piece of the text that means something: code points ``start`` to ``end``."""

    start: int
    end: int
    value: str
    id: str | None = None


class Entities(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    urls: tuple[Span, ...] = ()
    mentions: tuple[Span, ...] = ()
    hashtags: tuple[Span, ...] = ()
    cashtags: tuple[Span, ...] = ()


NOTHING = Entities()


class Post(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A post as it is stored. A repost is a post with ``repost_of_id`` and no text."""

    id: int
    author_id: int
    text: str
    lang: str | None
    warning: str | None
    place: str | None
    reply_to_id: int | None
    reply_to_author_id: int | None
    root_id: int
    quote_of_id: int | None
    repost_of_id: int | None
    media_ids: tuple[int, ...]
    entities: Entities
    tagged: tuple[int, ...]
    has_poll: bool
    edited_at: int | None
    alone: bool = False
    """Nothing else belongs to it: no picture, poll or other post, and nobody but its author (derived)."""

    def __post_init__(self) -> None:
        others = self.media_ids or self.tagged or self.has_poll or self.reply_to_author_id
        alone = not (others or self.quote_of_id or self.repost_of_id)
        msgspec.structs.force_setattr(self, "alone", alone)

    @classmethod
    def of_row(
        cls,
        id: int,  # noqa: A002
        author_id: int,
        text: str,
        lang: str | None,
        warning: str | None,
        place: str | None,
        reply_to_id: int | None,
        reply_to_author_id: int | None,
        root_id: int,
        quote_of_id: int | None,
        repost_of_id: int | None,
        media: list[str] | None,
        entities: Any,
        tagged: list[str] | None,
        poll: bool,
        edited_at: int | None,
    ) -> Post:
        return cls(
            id=id,
            author_id=author_id,
            text=text,
            lang=lang,
            warning=warning,
            place=place,
            reply_to_id=reply_to_id,
            reply_to_author_id=reply_to_author_id,
            root_id=root_id,
            quote_of_id=quote_of_id,
            repost_of_id=repost_of_id,
            media_ids=tuple(map(int, media)) if media else (),
            entities=msgspec.convert(entities, Entities) if entities else NOTHING,
            tagged=tuple(map(int, tagged)) if tagged else (),
            has_poll=poll,
            edited_at=edited_at,
        )


class PollView(msgspec.Struct, frozen=True, kw_only=True):
    options: tuple[str, ...]
    votes: tuple[int, ...]
    total: int
    ends_at: int
    over: bool
    many: bool
    mine: tuple[int, ...]


class Memo:
    """What the JSON door has made of a view. It says nothing of the view itself, so two views that differ in
    nothing else are equal."""

    __slots__ = ("json",)

    def __init__(self) -> None:
        self.json: bytes | None = None

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, Memo)

    def __hash__(self) -> int:
        return hash(None)


class View(msgspec.Struct, frozen=True):
    """A post as somebody sees it: with its people, pictures, numbers, and what they did with it."""

    post: Post
    author: Card
    counts: Counts
    marks: frozenset[str]
    media: tuple[Media, ...] = ()
    tickets: tuple[str, ...] = ()
    """What opens each of ``media`` to whom it is shown; none where everybody may load them. They lapse, so
    nothing that is kept may hold them."""
    poll: PollView | None = None
    repost_of: View | None = None
    quote_of: View | None = None
    quote_gone: bool = False
    reply_to: Card | None = None
    tagged: tuple[Card, ...] = ()
    memo: Memo | None = None
    """On a view that many share."""

    @property
    def subject(self) -> View:
        """The post that is shown: itself, or what it reposts."""
        return self.repost_of or self

    @property
    def pictures(self) -> Iterable[tuple[Media, str | None]]:
        """``media``, each with its ticket if it needs one."""
        return zip(self.media, self.tickets or (None,) * len(self.media), strict=True)


class Thread(msgspec.Struct, frozen=True):
    """A conversation round one post: what it answers, from the first on, and the answers to it."""

    above: tuple[View, ...]
    focus: View
    replies: tuple[View, ...]
    next_before: int | None


class Edit(msgspec.Struct, frozen=True):
    """A version that stood until ``at``."""

    at: int
    text: str
    warning: str | None


class Profile(msgspec.Struct, frozen=True):
    person_id: int
    posts: int
    pinned_id: int | None
