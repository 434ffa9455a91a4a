"""What readers do with a post: like, repost, bookmark; each can be taken back, and twice is once."""

from __future__ import annotations

from dozen.core import accounts, engagement, feeds, graph, notifications, realtime
from dozen.db import Tx
from dozen.kit import text as kit_text
from dozen.services.microblog import queries
from dozen.services.microblog.errors import MayNotRepost, NotYours
from dozen.services.microblog.service.posts import COUNTS, REALM, STREAM, engaged
from dozen.services.microblog.service.views import blocked_among, changed, must_see, original
from dozen.services.microblog.structs import NOTHING, Post


def like(tx: Tx, me: int, post_id: int) -> bool:
    """Like a post. False when it was liked already."""
    post = must_see(tx, me, post_id)
    fresh = engagement.mark(tx, me, "like", post.id, REALM)
    if fresh:
        engaged(tx)
        _tell(tx, me, "like", post)
        _changed(tx, post)
    return fresh


def unlike(tx: Tx, me: int, post_id: int) -> bool:
    """Take a like back, also of a post that one may not see any more. False when there was none."""
    post = _marked(tx, me, "like", post_id)
    gone = engagement.unmark(tx, me, "like", post.id)
    if gone:
        notifications.retract(tx, f"{REALM}.like", actor=me, subject=post.id)
        _changed(tx, post)
    return gone


def bookmark(tx: Tx, me: int, post_id: int) -> bool:
    """Keep a post for oneself; nobody is told."""
    post = must_see(tx, me, post_id)
    fresh = engagement.mark(tx, me, "bookmark", post.id, REALM)
    if fresh:
        engaged(tx)
    return fresh


def unbookmark(tx: Tx, me: int, post_id: int) -> bool:
    """Keep a post no longer. False when it was not kept."""
    post = original(tx, post_id)
    return engagement.unmark(tx, me, "bookmark", post.id if post is not None else post_id)


def repost(tx: Tx, me: int, post_id: int) -> tuple[Post, bool]:
    """Show a post to one's own followers. Gives the repost, and whether it is new."""
    post = must_see(tx, me, post_id)
    author = accounts.cards(tx, [post.author_id])[post.author_id]
    if author.protected:
        raise MayNotRepost
    if not engagement.mark(tx, me, "repost", post.id, REALM):
        existing = queries.repost_by.first(tx, post=post.id, author=me)
        found = queries.by_id.first(tx, id=existing) if existing else None
        if found is not None:
            return found, False
    repost_id = tx.next_id()
    made = Post(
        id=repost_id,
        author_id=me,
        text="",
        lang=None,
        warning=None,
        place=None,
        reply_to_id=None,
        reply_to_author_id=None,
        root_id=repost_id,
        quote_of_id=None,
        repost_of_id=post.id,
        media_ids=(),
        entities=NOTHING,
        tagged=(),
        has_poll=False,
        edited_at=None,
    )
    queries.add(
        tx,
        id=repost_id,
        author_id=me,
        text="",
        digest=0,
        lang=None,
        warning=None,
        place=None,
        reply_to_id=None,
        reply_to_author_id=None,
        root_id=repost_id,
        quote_of_id=None,
        repost_of_id=post.id,
        media=None,
        entities=None,
        tagged=None,
        poll=False,
        edited_at=None,
    )
    feeds.publish(tx, STREAM, me, repost_id)
    engaged(tx)
    _tell(tx, me, "repost", post)
    _changed(tx, post)
    return made, True


def unrepost(tx: Tx, me: int, post_id: int) -> bool:
    """Take a repost back, also of a post that one may not see any more. False when there was none."""
    post = _marked(tx, me, "repost", post_id)
    existing = queries.repost_by.first(tx, post=post.id, author=me)
    if existing is None:
        return False
    queries.remove(tx, id=existing)
    feeds.retract(tx, STREAM, me, existing)
    engagement.unmark(tx, me, "repost", post.id)
    notifications.retract(tx, f"{REALM}.repost", actor=me, subject=post.id)
    changed(tx, existing)
    _changed(tx, post)
    return True


def pin(tx: Tx, me: int, post_id: int | None) -> None:
    """Show one post of one's own first on one's page; None takes it off."""
    post = must_see(tx, me, post_id) if post_id is not None else None
    if post is not None and post.author_id != me:
        raise NotYours
    queries.pin(tx, person=me, post=post.id if post is not None else None)


def who(
    tx: Tx, viewer: int | None, kind: str, post_id: int, *, before: int | None = None, limit: int = 20
) -> tuple[list[engagement.Mark], int | None]:
    """Who liked (``like``) or reposted (``repost``) a post, latest first, and the id to go on before. Without
    those who block the viewer or are blocked by them. Raises NoSuchPost."""
    post = must_see(tx, viewer, post_id)
    found = engagement.who(tx, kind, post.id, before=before, limit=limit)
    hidden = blocked_among(tx, viewer, [each.person_id for each in found])
    onward = found[-1].id if len(found) == limit else None
    return [each for each in found if each.person_id not in hidden], onward


def likes(tx: Tx, post_id: int) -> int:
    return _counted(tx, post_id).likes


def reposts(tx: Tx, post_id: int) -> int:
    return _counted(tx, post_id).reposts


def _counted(tx: Tx, post_id: int) -> engagement.Counts:
    post = original(tx, post_id)
    found = engagement.counts(tx, [post.id]).get(post.id) if post is not None else None
    return found or engagement.Counts()


def _marked(tx: Tx, me: int, kind: str, post_id: int) -> Post:
    """The post, if I marked it so or may see it. Raises NoSuchPost."""
    post = original(tx, post_id)
    if post is not None and kind in engagement.marks_of(tx, me, [post.id]).get(post.id, ()):
        return post
    return must_see(tx, me, post_id)


def _tell(tx: Tx, me: int, what: str, post: Post) -> None:
    if post.author_id == me:
        return
    notifications.notify(
        tx,
        post.author_id,
        f"{REALM}.{what}",
        actor=me,
        subject=post.id,
        group_key=f"{what}:{post.id}",
        data={"text": kit_text.clip(post.text, 140)},
        hidden=graph.hidden_from(tx, post.author_id).silenced,
    )


def _changed(tx: Tx, post: Post) -> None:
    """Let open pages of this post count along."""
    realtime.publish(tx, COUNTS, post.id, None)
