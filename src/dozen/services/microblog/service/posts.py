"""Writing posts: new ones, changes, deletions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b

from dozen.core import accounts, engagement, feeds, graph, jobs, media, notifications, realtime, search
from dozen.core.accounts import Card
from dozen.core.analytics import Buffer
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.kit import text as kit_text
from dozen.services.microblog import queries, text
from dozen.services.microblog.errors import (
    BadMedia,
    BadText,
    Empty,
    MayNotReply,
    MayNotRepost,
    NoSuchPerson,
    NoSuchPost,
    NoSuchTarget,
    NotYours,
    Repeated,
    TooLong,
    TooManyEdits,
)
from dozen.services.microblog.service import polls, trends
from dozen.services.microblog.service.views import changed, load, must_see
from dozen.services.microblog.structs import NOTHING, Draft, Edit, Entities, Post, Span

REALM = "microblog"
AUDIENCE: media.Audience = "account"
"""Of pictures: who may load them is as open as who may read the post."""
STREAM = "microblog"
POSTS = "microblog.posts"
"""The count of posts written, in the analytics."""
VIEWS, ENGAGEMENTS = "microblog.views", "microblog.engagements"
"""Of all posts together, in the analytics: that one was shown, and that somebody did something with it."""
COUNTS = "microblog.counts"
"""Topic: the numbers of a post changed (key: its id); where an answer came, its id and author."""
MOST_PICTURES = 4
MOST_TOLD = 50
"""Mentions that tell somebody; a post that names more is shown whole, but rings no more bells."""
MOST_TAGS = 30
MOST_EDITS = 20
MOST_TAGGED = 10
_BETWEEN = re.compile(r"[\s,;]+")
_REPEAT_MS = clock.MINUTE
_LABEL = 100


def write(tx: Tx, me: int, draft: Draft) -> Post:
    """Post something. Raises Empty, TooLong, BadText, Repeated, BadMedia, NoSuchTarget, MayNotReply, …"""
    body = _checked(draft.text, bare=not (draft.media_ids or draft.poll or draft.quote_of_id))
    digest = _digest(body, draft)
    # First, for it makes somebody's posts take turns: the same sent twice at once is seen to be the same.
    queries.count_posts(tx, person=me, first=1, by=1)
    _refuse_repeat(tx, me, digest)
    target = _reply_target(tx, me, draft.reply_to_id)
    quoted = _quote_target(tx, me, draft.quote_of_id)
    post_id = tx.next_id()
    items = _attach(tx, me, draft.media_ids, post_id)
    named, entities = _entities(tx, body)
    tagged = _tagged(tx, me, draft.tagged) if items else ()
    post = Post(
        id=post_id,
        author_id=me,
        text=body,
        lang=draft.lang,
        warning=_label(draft.warning),
        place=_label(draft.place),
        reply_to_id=target.id if target else None,
        reply_to_author_id=target.author_id if target else None,
        root_id=target.root_id if target else post_id,
        quote_of_id=quoted.id if quoted else None,
        repost_of_id=None,
        media_ids=draft.media_ids,
        entities=entities,
        tagged=tagged,
        has_poll=draft.poll is not None,
        edited_at=None,
    )
    _store(tx, post, digest)
    if draft.poll is not None:
        polls.open_poll(tx, post_id, draft.poll)
    if target is not None:
        engagement.adjust(tx, target.id, comments=1)
        realtime.publish(tx, COUNTS, target.id, {"reply": str(post_id), "author": str(me)})
    if quoted is not None:
        engagement.adjust(tx, quoted.id, quotes=1)
        realtime.publish(tx, COUNTS, quoted.id, None)
    feeds.publish(tx, STREAM, me, post_id)
    _index(tx, post, items, named)
    _tell(tx, post, named, target, quoted)
    tx.after_commit(lambda: tx.part(Buffer).count(POSTS))
    if target is not None or quoted is not None:
        engaged(tx)
    return post


def engaged(tx: Tx) -> None:
    """Somebody did something with a post: once it is sure, operators see it in their figures."""
    tx.after_commit(lambda: tx.part(Buffer).count(ENGAGEMENTS))


def edit(tx: Tx, me: int, post_id: int, *, text: str, warning: str | None) -> Post:
    """Change a post's words; the old ones are kept for all to see."""
    old = _mine(tx, me, post_id)
    if old.repost_of_id is not None:
        raise NoSuchPost
    body = _checked(text, bare=not (old.media_ids or old.has_poll or old.quote_of_id))
    warning = _label(warning)
    if body == old.text and warning == old.warning:
        return old
    if (queries.count_versions.first(tx, post=post_id) or 0) >= MOST_EDITS:
        raise TooManyEdits
    # Two edits within one millisecond are one version.
    at = max(tx.now, (old.edited_at or ids.moment(post_id)) + 1)
    queries.keep_version(tx, post_id=post_id, at=at, text=old.text, warning=old.warning)
    named, entities = _entities(tx, body)
    queries.change(
        tx,
        post_id=post_id,
        text=body,
        digest=_digest(body, None),
        warning=warning,
        entities=entities,
        edited_at=at,
    )
    for tag in _tags(old.entities):
        queries.untag(tx, tag=tag, post=post_id)
    queries.unmention(tx, post=post_id)
    changed(tx, post_id)
    fresh = queries.by_id.first(tx, id=post_id)
    assert fresh is not None
    _index(tx, fresh, list(media.get(tx, fresh.media_ids).values()), named, again=True)
    was_named = {span.id for span in old.entities.mentions}
    for person in named[:MOST_TOLD]:
        if str(person.id) not in was_named:
            _notify(tx, person.id, "mention", fresh)
    return fresh


def versions(tx: Tx, viewer: int | None, post_id: int) -> list[Edit]:
    """What a post said before, oldest first."""
    post = must_see(tx, viewer, post_id)
    return queries.versions.all(tx, post=post.id)


def delete(tx: Tx, me: int, post_id: int) -> None:
    """Delete a post of one's own. Reposts of it go too; answers stay."""
    take_down(tx, _mine(tx, me, post_id))


def take_down(tx: Tx, post: Post) -> None:
    """Remove a post and what hangs on it. Who may ask for it is the caller's rule."""
    queries.remove(tx, id=post.id)
    feeds.retract(tx, STREAM, post.author_id, post.id)
    if post.repost_of_id is not None:
        engagement.unmark(tx, post.author_id, "repost", post.repost_of_id)
        notifications.retract(tx, f"{REALM}.repost", actor=post.author_id, subject=post.repost_of_id)
        changed(tx, post.id)
        return
    for tag in _tags(post.entities):
        queries.untag(tx, tag=tag, post=post.id)
    queries.unmention(tx, post=post.id)
    queries.forget_versions(tx, post=post.id)
    queries.count_posts(tx, person=post.author_id, first=0, by=-1)
    queries.unpin(tx, person=post.author_id, post=post.id)
    if post.reply_to_id is not None:
        engagement.adjust(tx, post.reply_to_id, comments=-1)
        realtime.publish(tx, COUNTS, post.reply_to_id, None)
    if post.quote_of_id is not None:
        engagement.adjust(tx, post.quote_of_id, quotes=-1)
        realtime.publish(tx, COUNTS, post.quote_of_id, None)
    if post.has_poll:
        polls.forget(tx, post.id)
    if post.media_ids:
        media.delete_of(tx, post.id)
    search.remove(tx, post.id)
    changed(tx, post.id)
    # Likes and reposts may be many: they go in the background, in batches.
    jobs.enqueue(tx, "microblog.sweep", {"post": str(post.id)})


def _mine(tx: Tx, me: int, post_id: int) -> Post:
    post = load(tx, [post_id]).get(post_id)
    if post is None:
        raise NoSuchPost
    if post.author_id != me:
        must_see(tx, me, post_id)
        raise NotYours
    return post


def _checked(raw: str, *, bare: bool) -> str:
    if len(raw) > text.MAX_INPUT:
        raise TooLong
    body = kit_text.clean(raw, lines=True)
    if not body:
        if bare:
            raise Empty
        return ""
    weighed = text.parse(body)
    if weighed.weight > text.MAX_WEIGHT:
        raise TooLong(
            f"A post has at most {text.MAX_WEIGHT} characters; take out {weighed.weight - text.MAX_WEIGHT}",
            weight=weighed.weight,
            max_weight=text.MAX_WEIGHT,
        )
    if not weighed.valid:
        raise BadText("The text has characters that cannot be shown")
    return body


def _digest(body: str, draft: Draft | None) -> int:
    extra = (draft.media_ids, draft.reply_to_id, draft.quote_of_id) if draft is not None else ()
    return int.from_bytes(blake2b(f"{body}\0{extra}".encode(), digest_size=7).digest(), "big")


def _refuse_repeat(tx: Tx, me: int, digest: int) -> None:
    if queries.same_lately.first(tx, author=me, digest=digest, after=ids.at(tx.now - _REPEAT_MS)):
        raise Repeated


def _reply_target(tx: Tx, me: int, target_id: int | None) -> Post | None:
    if target_id is None:
        return None
    try:
        target = must_see(tx, me, target_id)
    except NoSuchPost as error:
        raise NoSuchTarget from error
    if graph.is_blocked_either(tx, me, target.author_id):
        raise MayNotReply
    return target


def _quote_target(tx: Tx, me: int, target_id: int | None) -> Post | None:
    if target_id is None:
        return None
    try:
        target = must_see(tx, me, target_id)
    except NoSuchPost as error:
        raise NoSuchTarget from error
    author = accounts.cards(tx, [target.author_id])[target.author_id]
    if author.protected and author.id != me:
        raise MayNotRepost
    return target


def _attach(tx: Tx, me: int, media_ids: tuple[int, ...], post_id: int) -> list[media.Media]:
    if not media_ids:
        return []
    if len(set(media_ids)) != len(media_ids) or len(media_ids) > MOST_PICTURES:
        raise BadMedia
    items = media.attach(tx, me, media_ids, post_id, audience=AUDIENCE, unfinished=True)
    if len(items) > 1 and any(item.kind != "image" for item in items):
        raise BadMedia
    if any(item.kind not in ("image", "gif", "video") for item in items):
        raise BadMedia
    return items


def _entities(tx: Tx, body: str) -> tuple[list[Card], Entities]:
    """Who is named, and the spans to store. Only people who exist are mentions."""
    if not body:
        return [], NOTHING
    found = text.extract(body)
    people: dict[str, Card | None] = {}
    mentions: list[Span] = []
    for each in found.mentions:
        name = each.value.lower()
        if name not in people:
            people[name] = accounts.by_username(tx, name) if len(people) < 4 * MOST_TOLD else None
        card = people[name]
        if card is not None:
            mentions.append(Span(each.start, each.end, card.username, str(card.id)))

    def spans(entities: Iterable[text.Entity]) -> tuple[Span, ...]:
        return tuple(Span(each.start, each.end, each.value) for each in entities)

    named = list({card.id: card for card in people.values() if card is not None}.values())
    return named, Entities(
        urls=spans(found.urls),
        mentions=tuple(mentions),
        hashtags=spans(found.hashtags),
        cashtags=spans(found.cashtags),
    )


def named_in(tx: Tx, typed: str) -> tuple[int, ...]:
    """The people whose names were typed, with or without ``@``, in any list. Raises NoSuchPerson."""
    found: list[int] = []
    for name in _BETWEEN.split(typed.strip(" ,;"))[:MOST_TAGGED]:
        card = accounts.by_username(tx, name.removeprefix("@"))
        if card is None:
            raise NoSuchPerson(f"There is nobody named {kit_text.clip(name, 30)}")
        found.append(card.id)
    return tuple(found)


def _tagged(tx: Tx, me: int, people: tuple[int, ...]) -> tuple[int, ...]:
    """People who are marked in the pictures; those who do not exist or block the author are left out."""
    wanted = list(dict.fromkeys(people))[:MOST_TAGGED]
    known = accounts.cards(tx, wanted)
    return tuple(p for p in wanted if p in known and not graph.is_blocked_either(tx, me, p))


def _label(raw: str | None) -> str | None:
    return kit_text.clip(kit_text.clean(raw), _LABEL) or None if raw else None


def _tags(entities: Entities) -> list[str]:
    return list(dict.fromkeys(kit_text.fold(span.value) for span in entities.hashtags))[:MOST_TAGS]


def _store(tx: Tx, post: Post, digest: int) -> None:
    queries.add(
        tx,
        id=post.id,
        author_id=post.author_id,
        text=post.text,
        digest=digest,
        lang=post.lang,
        warning=post.warning,
        place=post.place,
        reply_to_id=post.reply_to_id,
        reply_to_author_id=post.reply_to_author_id,
        root_id=post.root_id,
        quote_of_id=post.quote_of_id,
        repost_of_id=post.repost_of_id,
        media=[str(i) for i in post.media_ids] or None,
        entities=None if post.entities == NOTHING else post.entities,
        tagged=[str(i) for i in post.tagged] or None,
        poll=post.has_poll,
        edited_at=None,
    )


def _index(tx: Tx, post: Post, items: list[media.Media], named: list[Card], *, again: bool = False) -> None:
    """Make a post findable: by its words, its tags, whom it names."""
    hashtags = _tags(post.entities)
    for tag in hashtags:
        queries.tag(tx, tag=tag, post=post.id)
    for person in named:
        queries.mention(tx, person=person.id, post=post.id)
    protected = accounts.cards(tx, [post.author_id])[post.author_id].protected
    if not again and hashtags and not protected:  # trends are for everybody to see
        trends.used(
            tx,
            [(tag, span.value) for tag, span in zip(hashtags, _first_spans(post.entities), strict=False)],
            post.place,
        )
    search.put(tx, document(post, items, protected=protected))


def _first_spans(entities: Entities) -> list[Span]:
    seen: dict[str, Span] = {}
    for span in entities.hashtags:
        seen.setdefault(kit_text.fold(span.value), span)
    return list(seen.values())


def document(post: Post, items: Iterable[media.Media], *, protected: bool) -> search.Document:
    """A post as the search block keeps it."""
    facets = [f"tag:{tag}" for tag in _tags(post.entities)]
    kinds = {item.kind for item in items}
    if kinds:
        facets.append("has:media")
        facets += [f"has:{'images' if kind == 'image' else kind}" for kind in sorted(kinds)]
    if post.entities.urls:
        facets.append("has:links")
    if post.has_poll:
        facets.append("has:poll")
    if post.reply_to_id is not None:
        facets += ["is:reply", f"to:{post.reply_to_author_id}"]
    if post.quote_of_id is not None:
        facets.append("is:quote")
    if post.lang:
        facets.append(f"lang:{post.lang}")
    return search.Document(
        id=post.id,
        realm=REALM,
        kind="post",
        author_id=post.author_id,
        audience=search.followers_of(post.author_id) if protected else search.PUBLIC,
        body=post.text,
        facets=tuple(facets),
    )


def _tell(tx: Tx, post: Post, named: list[Card], target: Post | None, quoted: Post | None) -> None:
    told = {post.author_id}
    if target is not None and target.author_id not in told:
        told.add(target.author_id)
        _notify(tx, target.author_id, "reply", post)
    if quoted is not None and quoted.author_id not in told:
        told.add(quoted.author_id)
        _notify(tx, quoted.author_id, "quote", post)
    for person in named[:MOST_TOLD]:
        if person.id not in told:
            told.add(person.id)
            _notify(tx, person.id, "mention", post)
    if target is None and graph.follower_ids(tx, post.author_id, notify=True, limit=1).ids:
        jobs.enqueue(tx, "microblog.tell_subscribers", {"post": str(post.id)})


def _notify(tx: Tx, to: int, what: str, post: Post) -> None:
    if post.author_id not in graph.can_see(tx, to, [post.author_id]):
        return
    notifications.notify(
        tx,
        to,
        f"{REALM}.{what}",
        actor=post.author_id,
        subject=post.id,
        data={"text": kit_text.clip(post.text, 140)},
        hidden=graph.hidden_from(tx, to).silenced,
    )
