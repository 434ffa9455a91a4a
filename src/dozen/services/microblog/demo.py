"""Sample posts: conversations, pictures, reposts, likes, as a town would leave them behind."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import chain, cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from dozen.core import accounts, engagement, feeds, graph, media, search
from dozen.core.jobs import database
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.kit import text as kit_text
from dozen.kit.env import Env
from dozen.kit.sample import people as folk
from dozen.kit.sample import pictures, prose
from dozen.services.microblog import queries, text, trend_queries
from dozen.services.microblog.service import trends
from dozen.services.microblog.service.posts import AUDIENCE, REALM, STREAM, document
from dozen.services.microblog.structs import NOTHING, Entities, Post, Span
from dozen.web import Progress

POSTS = {"small": 6_000, "large": 1_000_000}
PICTURES = {"small": 60, "large": 500}
SPAN = {"small": 40 * clock.DAY, "large": 700 * clock.DAY}
_BATCH = 2_000
_LATEST = 500  # posts: those that are seen first have pictures more often
_TALK_SPAN = (trends.RECENT_HOURS - 1) * clock.HOUR
"""How long the town has talked about the same few things: whatever minute it is, that is within what trends
look at."""
_TALKED_ABOUT = 5


class _Town(msgspec.Struct):
    """What the generator knows of the people: the busy ones come first."""

    people: list[int]
    names: dict[str, int]
    seed: int


def load(env: Env, *, size: str, seed: int, progress: Progress) -> None:
    """Posts over the last weeks (``large``: two years), oldest first, with answers, reposts and likes."""
    db = database(env)
    people = _everyone(env)
    town = _Town(people, {}, seed)
    maker = _Maker(town, POSTS[size], SPAN[size], PICTURES[size])
    total = POSTS[size]
    done = 0
    batch: list[_Made] = []
    with TemporaryDirectory() as folder:
        for made in maker.posts():
            if made.picture is not None:
                made.media = _picture(env, made, Path(folder), seed)
            batch.append(made)
            if len(batch) >= _BATCH:
                db.run_write(env, lambda tx, batch=batch: _store(tx, batch))  # type: ignore[misc]
                done += len(batch)
                batch = []
            progress(min(total, done + len(batch)), total, "Posts")
    db.run_write(env, lambda tx: _store(tx, batch))
    progress(total, total, "Posts")
    _count(env, maker, progress)


class _Made(msgspec.Struct):
    post: Post
    text_digest: int
    picture: tuple[int, str, str] | None = None
    media: media.Media | None = None
    likers: list[int] = []


class _Talk:
    """What the town talks about today, so that there are trends to see: a handful of topics, dealt so that
    each comes up often enough to trend, and the first of them more often."""

    def __init__(self, seed: int) -> None:
        rnd = random.Random(f"{seed}:microblog talk")  # noqa: S311 - repeatable is the point
        topics = rnd.sample(prose.TOPICS, _TALKED_ABOUT)
        first = topics * trends.LEAST_POSTS
        rnd.shuffle(first)
        more = [topic for n in range(_TALKED_ABOUT) for topic in topics[: _TALKED_ABOUT - n]]
        self._next = chain(first, cycle(more))
        self.topic = next(self._next)

    def join(self, written: prose.SamplePost) -> prose.SamplePost:
        """The post with today's tag, if it is about the topic whose turn it is."""
        tag = self.topic
        if written.topic != tag:
            return written
        self.topic = next(self._next)
        if kit_text.fold(tag) in map(kit_text.fold, written.tags):
            return written
        return written._replace(text=f"{written.text} #{tag}", tags=(*written.tags, tag))


class _Maker:
    """Makes posts in the order of time. Everything depends on the seed alone."""

    def __init__(self, town: _Town, count: int, span: int, pictures: int) -> None:
        self._town = town
        self._count = count
        self._span = span
        self._pictures = pictures
        self._random = random.Random(f"{town.seed}:microblog")  # noqa: S311 - repeatable is the point
        self._talk = _Talk(town.seed)
        self._recent: list[tuple[Post, prose.SamplePost]] = []
        self.written: Counter[int] = Counter()
        self.comments: Counter[int] = Counter()
        self.quotes: Counter[int] = Counter()
        self._repeated: set[tuple[int, int]] = set()
        self._sequence = 0

    def posts(self) -> Iterator[_Made]:
        rnd = self._random
        now = clock.now()
        start = now - self._span
        every = max(1, self._count // self._pictures)
        for n in range(self._count):
            # More lately than long ago, and by day more than by night.
            at = start + int(self._span * (n / self._count) ** 0.8)
            at -= at % clock.DAY // 4 if at % clock.DAY < 6 * clock.HOUR else 0
            at = min(max(at, start), now - 1_000 * (self._count - n) // 50)
            dice = rnd.random()
            made: _Made | None
            if dice < 0.30 and len(self._recent) > 50:
                made = self._answer(n, at)
            elif dice < 0.42 and len(self._recent) > 50:
                made = self._repeat(at)
            elif dice < 0.46 and len(self._recent) > 50:
                made = self._quote(n, at)
            else:
                often = 6 if n > self._count - _LATEST else every
                made = self._fresh(n, at, picture=n % often == 0, talk=at >= now - _TALK_SPAN)
            if made is not None:
                made.likers = self._likers(made.post)
                yield made

    def _who(self) -> int:
        """A person's number: a few write much, most write little."""
        people = len(self._town.people)
        return min(people - 1, int(people * self._random.random() ** 2.6))

    def _id(self, at: int) -> int:
        self._sequence = (self._sequence + 1) % 4096
        return ids.at(at, node=1023, sequence=self._sequence)

    def _mention(self, draw: int) -> str:
        """Somebody to name, by a random number of the text's own."""
        return folk.username(self._town.seed, draw % min(200, len(self._town.people)))

    def _fresh(self, n: int, at: int, *, picture: bool, talk: bool) -> _Made:
        who = self._who()
        seed = self._town.seed
        interests = (self._talk.topic,) if talk else folk.interests(seed, who)
        written = prose.post(seed, n, interests, mention=self._mention)
        if talk:
            written = self._talk.join(written)
        made = self._made(who, at, written.text, lang=written.language)
        kind = written.picture_kind
        if picture and kind is not None:
            made.picture = (n, kind, pictures.caption(seed, n, kind))
        self._remember(made.post, written)
        return made

    def _target(self) -> tuple[Post, prose.SamplePost]:
        """Something recent; what others answered is answered more."""
        back = min(len(self._recent), int(self._random.expovariate(1 / 60)) + 1)
        found = self._recent[-back]
        other = self._recent[-min(len(self._recent), back + 3)]
        return other if self.comments[other[0].id] > self.comments[found[0].id] else found

    def _answer(self, n: int, at: int) -> _Made:
        target, written = self._target()
        who = self._who()
        body = prose.reply(self._town.seed, n, written)
        made = self._made(who, at, body, lang=written.language, reply_to=target)
        self.comments[target.id] += 1
        self._remember(made.post, written._replace(text=body))
        return made

    def _quote(self, n: int, at: int) -> _Made:
        target, written = self._target()
        made = self._made(
            self._who(), at, prose.quote(self._town.seed, n, written), lang=None, quote_of=target
        )
        self.quotes[target.id] += 1
        self._remember(made.post, written)
        return made

    def _repeat(self, at: int) -> _Made | None:
        target, _ = self._target()
        who = self._town.people[self._who()]
        if who == target.author_id or (who, target.id) in self._repeated:
            return None
        if len(self._repeated) > 50_000:  # what is so long ago is not reposted again
            self._repeated.clear()
        self._repeated.add((who, target.id))
        post_id = self._id(at)
        return _Made(
            Post(
                id=post_id,
                author_id=who,
                text="",
                lang=None,
                warning=None,
                place=None,
                reply_to_id=None,
                reply_to_author_id=None,
                root_id=post_id,
                quote_of_id=None,
                repost_of_id=target.id,
                media_ids=(),
                entities=NOTHING,
                tagged=(),
                has_poll=False,
                edited_at=None,
            ),
            0,
        )

    def _made(
        self,
        who: int,
        at: int,
        body: str,
        *,
        lang: str | None,
        reply_to: Post | None = None,
        quote_of: Post | None = None,
    ) -> _Made:
        body = kit_text.clean(body, lines=True)
        post_id = self._id(at)
        person = self._town.people[who]
        self.written[person] += 1
        return _Made(
            Post(
                id=post_id,
                author_id=person,
                text=body,
                lang=lang,
                warning=None,
                place=None,
                reply_to_id=reply_to.id if reply_to else None,
                reply_to_author_id=reply_to.author_id if reply_to else None,
                root_id=reply_to.root_id if reply_to else post_id,
                quote_of_id=quote_of.id if quote_of else None,
                repost_of_id=None,
                media_ids=(),
                entities=self._entities(body),
                tagged=(),
                has_poll=False,
                edited_at=None,
            ),
            post_id & 0xFFFFFFFFFFFF,
        )

    def _entities(self, body: str) -> Entities:
        if not any(sign in body for sign in "#@$.＃＠"):
            return NOTHING
        found = text.extract(body)
        names = self._town.names
        return Entities(
            urls=tuple(Span(e.start, e.end, e.value) for e in found.urls),
            mentions=tuple(
                Span(e.start, e.end, e.value, str(names[e.value.lower()]))
                for e in found.mentions
                if e.value.lower() in names
            ),
            hashtags=tuple(Span(e.start, e.end, e.value) for e in found.hashtags),
            cashtags=tuple(Span(e.start, e.end, e.value) for e in found.cashtags),
        )

    def _remember(self, post: Post, written: prose.SamplePost) -> None:
        self._recent.append((post, written))
        if len(self._recent) > 2_000:
            del self._recent[:1_000]

    def _likers(self, post: Post) -> list[int]:
        if post.repost_of_id is not None:
            return []
        people = self._town.people
        many = min(len(people) // 3, int(self._random.paretovariate(1.1)) - 1)
        return [people[self._random.randrange(len(people))] for _ in range(min(many, 400))]


def _everyone(env: Env) -> list[int]:
    """All people, those with most followers first."""
    db = database(env)
    people: list[int] = []
    before = None
    while page := db.run_read(env, lambda tx, before=before: accounts.directory(tx, before, limit=200)):  # type: ignore[misc]
        people += [card.id for card in page]
        before = page[-1].id
    counts: dict[int, int] = {}
    for start in range(0, len(people), 5_000):
        some = people[start : start + 5_000]
        found = db.run_read(env, lambda tx, some=some: graph.counts(tx, some))  # type: ignore[misc]
        counts.update({person: each.followers for person, each in found.items()})
    return sorted(people, key=lambda person: (-counts[person], person))


def _picture(env: Env, made: _Made, folder: Path, seed: int) -> media.Media:
    assert made.picture is not None
    n, kind, caption = made.picture
    path = folder / "picture.jpg"
    pictures.draw(seed, n, kind, 1280, 853).convert("RGB").save(path, quality=92)
    return media.receive(env, made.post.author_id, path, alt=caption)


def _store(tx: Tx, batch: list[_Made]) -> None:
    rows = []
    for made in batch:
        post = made.post
        if made.media is not None:
            media.attach(tx, post.author_id, [made.media.id], post.id, audience=AUDIENCE)
            post = made.post = msgspec.structs.replace(post, media_ids=(made.media.id,))
        row = {name: getattr(post, name) for name in _SAME}
        row |= {
            "digest": made.text_digest,
            "media": [str(i) for i in post.media_ids] or None,
            "entities": None if post.entities == NOTHING else post.entities,
            "tagged": None,
            "poll": False,
        }
        rows.append(row)
    queries.add.many(tx, rows)
    feeds.publish_many(tx, STREAM, ((made.post.author_id, made.post.id) for made in batch))
    originals = [made for made in batch if made.post.repost_of_id is None]
    search.put_many(tx, [document(m.post, [m.media] if m.media else [], protected=False) for m in originals])
    tags = {(kit_text.fold(s.value), m.post.id): s.value for m in originals for s in m.post.entities.hashtags}
    queries.tag.many(tx, ({"tag": tag, "post": post} for tag, post in tags))
    hours = Counter((ids.moment(post) // clock.HOUR, tag) for tag, post in tags)
    shown = {tag: value for (tag, _), value in tags.items()}
    trend_queries.used_many.many(
        tx,
        (
            {"hour": hour, "tag": tag, "place": "", "shown": shown[tag], "n": n}
            for (hour, tag), n in hours.items()
        ),
    )
    queries.mention.many(
        tx,
        (
            {"person": int(s.id), "post": m.post.id}
            for m in originals
            for s in m.post.entities.mentions
            if s.id
        ),
    )
    engagement.mark_many(tx, _marks(batch))


_SAME = (
    "id",
    "author_id",
    "text",
    "lang",
    "warning",
    "place",
    "reply_to_id",
    "reply_to_author_id",
    "root_id",
    "quote_of_id",
    "repost_of_id",
    "edited_at",
)


def _marks(batch: list[_Made]) -> Iterator[engagement.NewMark]:
    for made in batch:
        post = made.post
        if post.repost_of_id is not None:
            yield engagement.NewMark(post.author_id, "repost", post.repost_of_id, REALM, post.id)
        for index, person in enumerate(dict.fromkeys(made.likers)):
            moment = ids.moment(post.id) + 60_000 * (index + 1)
            yield engagement.NewMark(
                person, "like", post.id, REALM, ids.at(moment, node=1022, sequence=(post.id + index) % 4096)
            )


def _count(env: Env, maker: _Maker, progress: Progress) -> None:
    """Counters that rooms keep themselves."""
    db = database(env)
    subjects = sorted({*maker.comments, *maker.quotes})
    for start in range(0, len(subjects), 5_000):
        some = subjects[start : start + 5_000]

        def adjust(tx: Tx, some: list[int] = some) -> None:
            for subject in some:
                engagement.adjust(tx, subject, comments=maker.comments[subject], quotes=maker.quotes[subject])

        db.run_write(env, adjust)
        progress(start + len(some), len(subjects), "Counting")
    people = list(maker.written.items())
    for start in range(0, len(people), 5_000):
        written = people[start : start + 5_000]

        def count(tx: Tx, written: list[tuple[int, int]] = written) -> None:
            queries.count_posts.many(tx, ({"person": person, "first": n, "by": n} for person, n in written))
            feeds.settle_width(tx, STREAM, [person for person, _ in written])

        db.run_write(env, count)
