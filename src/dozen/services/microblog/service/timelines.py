"""Reading: home, a person's posts, tags, mentions, everything public."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dozen.core import accounts, engagement, feeds, graph
from dozen.core.cache import Lru
from dozen.core.feeds import Stream
from dozen.db import Tx
from dozen.kit import ids
from dozen.kit import text as kit_text
from dozen.kit.env import Env
from dozen.services.microblog import queries
from dozen.services.microblog.errors import NoSuchPerson
from dozen.services.microblog.service.posts import REALM, STREAM
from dozen.services.microblog.service.views import load, must_see, view, views
from dozen.services.microblog.structs import Post, Profile, Thread, View

HOME = Stream(STREAM, graph.followees_at_home)
_ROUNDS = 10
"""How often a page is filled up when posts in it are not for the viewer."""
_ABOVE = 40

Fetch = Callable[[int, int], Sequence[int]]
Sift = Callable[[Sequence[int]], list[int]]


class Slice(tuple[list[View], int | None]):
    """Views, and the id to go on before; None at the end."""

    __slots__ = ()

    @property
    def views(self) -> list[View]:
        return self[0]

    @property
    def next_before(self) -> int | None:
        return self[1]


def fill(
    tx: Tx,
    viewer: int | None,
    fetch: Fetch,
    before: int | None,
    limit: int,
    keep: Callable[[list[View]], list[View]] | None = None,
    *,
    sift: Sift | None = None,
    quiet: bool = True,
) -> Slice:
    """A full page of what the viewer may see, however much of the list is not for them.

    ``sift`` takes out posts before they are looked at closely, ``keep`` afterwards.
    """
    shown: list[View] = []
    position = before or ids.MAX
    for _ in range(_ROUNDS):
        room = limit - len(shown)
        ask = room if sift is None else room + limit  # much of it goes, and asking again costs more
        got = fetch(position, ask)
        if not got:
            return Slice((shown, None))
        chosen = sift(got) if sift is not None else got
        cut = len(chosen) > room
        chosen = chosen[:room]
        found = views(tx, viewer, chosen, quiet=quiet)
        shown += keep(found) if keep is not None else found
        position = chosen[-1] if cut else got[-1]
        if not cut and len(got) < ask:
            return Slice((shown, None))
        if len(shown) >= limit:
            break
    return Slice((shown, position))


def home(tx: Tx, me: int, *, before: int | None = None, limit: int = 20) -> Slice:
    """What the people one follows posted and reposted, and oneself; answers only to people one follows.

    Those on an exclusive list of one's own are in that list's timeline only, and answers to them too.
    """
    return fill(
        tx,
        me,
        lambda top, n: feeds.home(tx, HOME, me, before=top, limit=n),
        before,
        limit,
        sift=lambda found: _addressed(tx, me, found),
    )


def warm(tx: Tx, me: int) -> None:
    """Have one's timeline in memory, so that new posts in it are told to one's browsers."""
    feeds.keep_warm(tx, HOME, me)


def newer(tx: Tx, me: int, *, after: int, limit: int = 200) -> list[View]:
    """What came into one's timeline after ``after``, newest first."""
    found = feeds.newer(tx, HOME, me, after=after, limit=limit)
    return views(tx, me, _addressed(tx, me, found), quiet=True)


class Sifted:
    """What is left of the page that somebody saw last: most come again before there is anything new in it."""

    def __init__(self) -> None:
        self.lru: Lru[int, tuple[Sequence[int], graph.Hidden, list[int]]] = Lru(20_000)

    @classmethod
    def build(cls, env: Env) -> Sifted:
        return cls()


def _addressed(tx: Tx, me: int, found: Sequence[int]) -> list[int]:
    """Without answers to people whom the reader does not follow, and without reposts they do not want."""
    hidden = graph.hidden_from(tx, me)
    last = tx.part(Sifted).lru.get(me)
    # The same object: then neither what is in it nor whom its reader follows has changed.
    if last is not None and last[0] is found and last[1] is hidden:
        return last[2]
    stored = load(tx, found)
    kept = [stored[i] for i in found if i in stored]
    chosen = _addressed_among(tx, me, kept, hidden.no_reposts)
    if len(kept) == len(found) and not tx.writes:
        tx.part(Sifted).lru.put(me, (found, hidden, chosen))
    return chosen


def _addressed_among(tx: Tx, me: int, kept: list[Post], unwanted: frozenset[int]) -> list[int]:
    if unwanted:
        kept = [post for post in kept if post.repost_of_id is None or post.author_id not in unwanted]
    strangers = {
        to
        for post in kept
        if not post.alone
        and (to := post.reply_to_author_id) is not None
        and post.author_id not in (to, me)
        and to != me
    }
    if strangers:
        strangers -= feeds.sources_among(tx, HOME, me, strangers)
    if not strangers:
        return [post.id for post in kept]
    return [
        post.id
        for post in kept
        if post.reply_to_author_id not in strangers or post.author_id in (me, post.reply_to_author_id)
    ]


def by_person(
    tx: Tx,
    viewer: int | None,
    person_id: int,
    *,
    before: int | None = None,
    limit: int = 20,
    replies: bool = True,
    reposts: bool = True,
    media_only: bool = False,
) -> Slice:
    """A person's own posts and reposts, newest first. Empty for those who may not see them."""

    def keep(found: list[View]) -> list[View]:
        return [
            v
            for v in found
            if (replies or v.post.reply_to_id is None or v.post.reply_to_author_id == person_id)
            and (reposts or v.repost_of is None)
            and (not media_only or v.media)
        ]

    return fill(
        tx,
        viewer,
        lambda top, n: feeds.by_author(tx, STREAM, person_id, before=top, limit=max(n, 20)),
        before,
        limit,
        keep,
        quiet=False,
    )


def by_tag(tx: Tx, viewer: int | None, tag: str, *, before: int | None = None, limit: int = 20) -> Slice:
    folded = kit_text.fold(kit_text.clean(tag).lstrip("#＃"))
    return fill(
        tx, viewer, lambda top, n: queries.tagged.all(tx, tag=folded, before=top, limit=n), before, limit
    )


def mentions(tx: Tx, me: int, *, before: int | None = None, limit: int = 20) -> Slice:
    return fill(
        tx, me, lambda top, n: queries.mentioned.all(tx, person=me, before=top, limit=n), before, limit
    )


def public(tx: Tx, viewer: int | None, *, before: int | None = None, limit: int = 20) -> Slice:
    """Everything that people here post for all to see."""
    return fill(tx, viewer, lambda top, n: queries.public.all(tx, before=top, limit=n), before, limit)


def bookmarks(tx: Tx, me: int, *, before: int | None = None, limit: int = 20) -> Slice:
    """What one has kept, latest kept first. ``before`` is a mark's id, not a post's."""
    return _marked(tx, me, me, "bookmark", before, limit)


def likes_of(
    tx: Tx, viewer: int | None, person_id: int, *, before: int | None = None, limit: int = 20
) -> Slice:
    return _marked(tx, viewer, person_id, "like", before, limit)


def _marked(tx: Tx, viewer: int | None, person: int, kind: str, before: int | None, limit: int) -> Slice:
    marks = engagement.marked_by(tx, person, kind, REALM, before=before, limit=limit)
    found = views(tx, viewer, [mark.subject_id for mark in marks])
    return Slice((found, marks[-1].id if len(marks) == limit else None))


def quotes(tx: Tx, viewer: int | None, post_id: int, *, before: int | None = None, limit: int = 20) -> Slice:
    post = must_see(tx, viewer, post_id)
    return fill(
        tx, viewer, lambda top, n: queries.quotes.all(tx, post=post.id, before=top, limit=n), before, limit
    )


def thread(tx: Tx, viewer: int | None, post_id: int, *, before: int | None = None, limit: int = 40) -> Thread:
    """A post, what it answers (up to the first of the conversation), and the answers to it, newest last."""
    focus = view(tx, viewer, must_see(tx, viewer, post_id).id)
    above: list[int] = []
    step = focus.post.reply_to_id
    while step is not None and len(above) < _ABOVE:
        above.append(step)
        parent = queries.by_id.first(tx, id=step)
        step = parent.reply_to_id if parent is not None else None
    above.reverse()
    after = before or 0
    replies = queries.replies_oldest.all(tx, post=focus.post.id, after=after, limit=limit)
    return Thread(
        tuple(views(tx, viewer, above)),
        focus,
        tuple(views(tx, viewer, replies, quiet=True)),
        replies[-1] if len(replies) == limit else None,
    )


def person(tx: Tx, username: str) -> int:
    """The id behind a name. Raises NoSuchPerson."""
    card = accounts.by_username(tx, username.lstrip("@"))
    if card is None:
        raise NoSuchPerson
    return card.id


def profiles(tx: Tx, people: list[int]) -> dict[int, Profile]:
    found = {profile.person_id: profile for profile in queries.profile_of.all(tx, ids=people)}
    return {person: found.get(person, Profile(person, 0, None)) for person in people}
