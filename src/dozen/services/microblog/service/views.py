"""Posts as somebody sees them: visibility in one place, and everything a page needs in few queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from dozen.core import accounts, engagement, graph, media, realtime
from dozen.core.cache import Lru
from dozen.core.engagement import Counts
from dozen.core.realtime import Event, Hub
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.services.microblog import queries
from dozen.services.microblog.errors import NoSuchPost
from dozen.services.microblog.service import polls
from dozen.services.microblog.service.kept import CHANGED, Kept, KeptViews, everything_in
from dozen.services.microblog.structs import Memo, Post, View

_NO_MARKS: frozenset[str] = frozenset()
_NO_COUNTS = Counts()
_NOTHING_HIDDEN = graph.Hidden()


class HotPosts:
    """The posts that are read most, by id. What is kept never changes but by an edit or a deletion,
    and those are heard of through the event log."""

    def __init__(self, hub: Hub) -> None:
        self.lru: Lru[int, Post] = Lru(50_000)
        hub.listen(CHANGED, self._forget)
        hub.on_reset(self.lru.clear)

    @classmethod
    def build(cls, env: Env) -> HotPosts:
        return cls(env.part(Hub))

    def _forget(self, event: Event) -> None:
        self.lru.drop(event.key)


def changed(tx: Tx, post_id: int) -> None:
    """A post was edited or deleted: nobody may be shown what was kept of it, this transaction included."""
    tx.part(HotPosts).lru.drop(post_id)
    realtime.publish(tx, CHANGED, post_id)


def load(tx: Tx, wanted: Iterable[int]) -> dict[int, Post]:
    """Posts by id, whoever asks; those that are gone are missing."""
    lru = tx.part(HotPosts).lru
    stamp = lru.stamp
    found: dict[int, Post] = {}
    missing = lru.many(wanted, found)
    if missing:
        for post in queries.by_ids.all(tx, ids=missing):
            found[post.id] = post
            if not tx.writes:  # what this transaction wrote may be undone
                lru.put(post.id, post, stamp)
    return found


def _inside(posts: Iterable[Post], stored: dict[int, Post]) -> list[int]:
    """What these posts repeat or quote, as far as it is not among those stored."""
    return [
        i
        for post in posts
        for i in (post.repost_of_id, post.quote_of_id)
        if i is not None and i not in stored
    ]


def views(
    tx: Tx,
    viewer: int | None,
    wanted: Sequence[int],
    *,
    quiet: bool = False,
) -> list[View]:
    """The given posts as ``viewer`` sees them, in the given order; what they may not see is left out.

    ``quiet`` also leaves out people whom the viewer has muted, as timelines do.
    """
    kept: dict[int, Kept] = {}
    hidden = graph.hidden_from(tx, viewer) if viewer is not None else _NOTHING_HIDDEN
    if hidden.whole and not tx.writes:  # what this transaction wrote may be undone
        kept = tx.part(KeptViews).of(tx, wanted)
        if out := hidden.blocked | hidden.muted if quiet else hidden.blocked:
            kept = {i: each for i, each in kept.items() if out.isdisjoint(each.authors)}
    inner = [i for each in kept.values() for i in each.inner]
    if len(kept) == len(wanted):
        found = [each.view for each in kept.values()]
    else:
        rest = [i for i in wanted if i not in kept]
        made = _make(tx, viewer, rest, quiet=quiet)
        rich = [view for view in made.values() if not view.post.alone]
        inner += [within.post.id for view in rich for within in everything_in(view)]
        found = [kept[i].view if i in kept else made[i] for i in wanted if i in kept or i in made]
    if viewer is not None and (marks := engagement.marks_of(tx, viewer, [*wanted, *inner])):
        found = [_marked(view, marks) for view in found]
    return found


def _marked(view: View, marks: Mapping[int, frozenset[str]]) -> View:
    """The view with what its viewer did with the posts in it."""
    mine = marks.get(view.post.id, _NO_MARKS)
    repost_of = _marked(view.repost_of, marks) if view.repost_of is not None else None
    quote_of = _marked(view.quote_of, marks) if view.quote_of is not None else None
    if not mine and repost_of is view.repost_of and quote_of is view.quote_of:
        return view
    return msgspec.structs.replace(view, marks=mine, repost_of=repost_of, quote_of=quote_of, memo=None)


def _make(
    tx: Tx,
    viewer: int | None,
    wanted: Sequence[int],
    *,
    quiet: bool,
) -> dict[int, View]:
    """The given posts as ``viewer`` sees them, by id, without their marks; kept where others see the same."""
    posts = load(tx, wanted)
    rich = [post for post in posts.values() if not post.alone]
    # A repost may be of a quote: one level more, and never another.
    for _ in range(2):
        if not rich or not (inner := _inside(rich, posts)):
            break
        more = load(tx, inner)
        posts.update(more)
        rich += [post for post in more.values() if not post.alone]
    people = authors = {post.author_id for post in posts.values()}
    if rich:
        people = authors.union(*[post.tagged for post in rich])
        people.update([post.reply_to_author_id for post in rich if post.reply_to_author_id])
    cards = accounts.cards(tx, people)
    counts = engagement.counts(tx, [post.id for post in posts.values() if post.repost_of_id is None])
    pictures = [i for post in rich for i in post.media_ids]
    items = media.views(tx, pictures) if pictures else {}
    with_polls = [post.id for post in rich if post.has_poll]
    poll_views = polls.views(tx, viewer, with_polls) if with_polls else {}
    visible = graph.can_see(tx, viewer, authors, cards=cards)
    if quiet and viewer is not None and (muted := graph.hidden_from(tx, viewer).muted):
        visible -= muted

    def show(post: Post, depth: int) -> View | None:
        if post.author_id not in visible:
            return None
        author = cards[post.author_id]
        numbers = counts.get(post.id, _NO_COUNTS)
        if post.alone:  # most are, and lists are long
            return View(post, author, numbers, _NO_MARKS)
        repost_of = quote_of = None
        if post.repost_of_id is not None:
            original = posts.get(post.repost_of_id)
            repost_of = show(original, depth) if original is not None else None
            if repost_of is None:
                return None
        elif post.quote_of_id is not None and depth == 0:
            original = posts.get(post.quote_of_id)
            quote_of = show(original, 1) if original is not None else None
        files = tuple([items[i] for i in post.media_ids if i in items])
        return View(
            post,
            author,
            numbers,
            _NO_MARKS,
            media=files,
            tickets=tuple([media.ticket(tx.env, item.id, tx.now) for item in files])
            if author.protected
            else (),
            poll=poll_views.get(post.id),
            repost_of=repost_of,
            quote_of=quote_of,
            quote_gone=depth == 0 and post.quote_of_id is not None and quote_of is None,
            reply_to=cards.get(post.reply_to_author_id) if post.reply_to_author_id else None,
            tagged=tuple([cards[i] for i in post.tagged if i in cards]),
        )

    def same_for_all(view: View) -> bool:
        post = view.post
        if post.alone:
            return not view.author.protected
        return not (
            view.author.protected
            or post.has_poll
            or (view.repost_of is not None and not same_for_all(view.repost_of))
            or (view.quote_of is not None and not same_for_all(view.quote_of))
            or (view.quote_gone and post.quote_of_id in posts)
        )

    made: dict[int, View] = {}
    for post_id in wanted:
        post = posts.get(post_id)
        view = show(post, 0) if post is not None else None
        if view is None:
            continue
        if not tx.writes and same_for_all(view):
            msgspec.structs.force_setattr(view, "memo", Memo())
            tx.part(KeptViews).keep(tx, view)
        made[post_id] = view
    return made


def view(tx: Tx, viewer: int | None, post_id: int) -> View:
    """One post as ``viewer`` sees it. Raises NoSuchPost, whether it is gone or not for them."""
    found = views(tx, viewer, (post_id,))
    if not found:
        raise NoSuchPost
    return found[0]


def written(tx: Tx, post: Post) -> View:
    """A post that this transaction has written, as its author sees it."""
    if not post.alone:
        return view(tx, post.author_id, post.id)
    return View(post, accounts.cards(tx, (post.author_id,))[post.author_id], _NO_COUNTS, _NO_MARKS)


def must_see(tx: Tx, viewer: int | None, post_id: int) -> Post:
    """The stored post, if the viewer may see it; of a repost, the post that it repeats."""
    post = original(tx, post_id)
    if post is None:
        raise NoSuchPost
    if post.author_id not in graph.can_see(tx, viewer, [post.author_id]):
        raise NoSuchPost
    return post


def original(tx: Tx, post_id: int) -> Post | None:
    """The stored post, whoever asks; of a repost, the post that it repeats."""
    post = load(tx, [post_id]).get(post_id)
    if post is not None and post.repost_of_id is not None:
        return load(tx, [post.repost_of_id]).get(post.repost_of_id)
    return post


def blocked_among(tx: Tx, viewer: int | None, people: list[int]) -> frozenset[int]:
    """Who of ``people`` blocks the viewer or is blocked by them: lists of people leave them out."""
    return graph.hidden_among(tx, viewer, people).blocked if viewer is not None else frozenset()
