"""What an item belongs to: a post, a message, a profile. It is attached once, by its owner.

The verbs with a ``subject`` but no ``me`` are for the block or room that owns the subject, which has
asked already whether the person may change it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dozen.core.media import queries
from dozen.core.media.errors import AlreadyAttached, MediaNotFound, ProcessingFailed, StillProcessing
from dozen.core.media.service import changed, get, remove
from dozen.core.media.structs import Audience, Media
from dozen.db import Tx
from dozen.kit.errors import Invalid

MOST_AT_ONCE = 50


def attach(
    tx: Tx,
    me: int,
    ids: Sequence[int],
    subject: int,
    *,
    audience: Audience = "public",
    unfinished: bool = False,
) -> list[Media]:
    """Attach items of mine to a subject, in this order, and open them to its audience.

    ``public``: everybody may load them. ``account``: everybody while my account is open; while it is
    protected, as private ones, at once and for all of them. ``private``: only I, and who is handed a ticket
    (see :func:`ticket`). ``unfinished``: a video that is still processing will do. Attaching to the same
    subject again changes nothing. Raises MediaNotFound, AlreadyAttached, StillProcessing, ProcessingFailed.
    """
    if len(ids) > MOST_AT_ONCE or len(set(ids)) != len(ids):
        raise Invalid(f"At most {MOST_AT_ONCE} different items can be attached.")
    found = get(tx, ids)
    for place, this in enumerate(ids):
        media = found.get(this)
        if media is None or media.owner_id != me:
            raise MediaNotFound
        if media.attached is not None:
            if media.attached != subject:
                raise AlreadyAttached
            continue
        if media.state == "failed":
            raise ProcessingFailed(media.error)
        if media.state == "processing" and not unfinished:
            raise StillProcessing
        if not queries.attach(tx, this=this, me=me, subject=subject, place=place, who=audience):
            raise AlreadyAttached  # by another transaction, since it was read here
        changed(tx, media)
    fresh = get(tx, ids)
    return [fresh[this] for this in ids]


def attached_to(tx: Tx, subjects: Collection[int]) -> dict[int, list[Media]]:
    """The items of each subject, in their order. Subjects without any are left out."""
    found: dict[int, list[Media]] = {}
    for media in queries.of_subjects.all(tx, subjects=subjects) if subjects else ():
        assert media.attached is not None
        found.setdefault(media.attached, []).append(media)
    return found


def detach(tx: Tx, subject: int, ids: Collection[int] | None = None) -> int:
    """Let go of a subject's items, or of some of them; they are private again, and deleted after a day."""
    found = [
        media for media in queries.of_subjects.all(tx, subjects=[subject]) if ids is None or media.id in ids
    ]
    if found:
        queries.detach(tx, subject=subject, ids=[media.id for media in found], now=tx.now)
    for media in found:
        changed(tx, media)
    return len(found)


def hold(tx: Tx, subject: int, why: str) -> None:
    """Keep a subject's items, and what is attached to it from now on, from being deleted by their owner, who
    is told ``why``; until :func:`release`."""
    queries.lock_of_subject.all(tx, subject=subject)  # a deletion that is under way comes first, or sees this
    queries.hold(tx, subject=subject, why=why, at=tx.now)


def release(tx: Tx, subject: int) -> bool:
    """Their owner may delete a subject's items again; whether they were held."""
    return queries.release(tx, subject=subject) > 0


def set_audience(tx: Tx, subject: int, audience: Audience) -> int:
    """Open or close a subject's items."""
    found = queries.of_subjects.all(tx, subjects=[subject])
    for media in found:
        changed(tx, media)
    return queries.set_audience(tx, subject=subject, who=audience) if found else 0


def delete_of(tx: Tx, subject: int) -> int:
    """Delete a subject's items with their files, held or not."""
    release(tx, subject)
    return remove(tx, queries.of_subjects.all(tx, subjects=[subject]))
