"""Who may load a file, and which variant answers a request."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dozen.core import accounts
from dozen.core.media import animation
from dozen.core.media.errors import MediaNotFound
from dozen.core.media.service import views
from dozen.core.media.structs import Media, Served, Variant
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.crypto import b64, unb64
from dozen.kit.env import Env

TICKET_LIFE = clock.DAY
IMAGES = ("image/webp", "image/jpeg")
_SIZED = re.compile(r"(\d{1,5})\.(webp|jpg|mp4)")
_MIMES = {"webp": "image/webp", "jpg": "image/jpeg", "mp4": "video/mp4"}
_PURPOSE = "media-ticket"


def variant_for(
    media: Media, width: int, mimes: Sequence[str] = IMAGES, *, animated: bool = True
) -> Variant | None:
    """The smallest variant at least ``width`` pixels wide, else the largest, of the first type that there is.

    ``mimes`` are types that the reader takes, the best liked first: ``video/mp4`` for a video's film,
    image types for its poster. ``animated``: an animation's moving variant comes before its stills.
    """
    moving = media.variants.get(animation.NAME)
    if animated and moving is not None and moving.mime in mimes:
        return moving
    for mime in mimes:
        fitting = sorted(
            (each for each in media.variants.values() if each.mime == mime and each is not moving),
            key=lambda each: each.width,
        )
        if fitting:
            return next((variant for variant in fitting if variant.width >= width), fitting[-1])
    return None


def serve(tx: Tx, viewer: int | None, id: int, name: str, *, ticket: str | None = None) -> Served:  # noqa: A002
    """The file behind ``/media/{id}/{name}``, if ``viewer`` (None: nobody is signed in) may load it.

    Its owner always may; everybody, once it is attached to something public, or to something of an account
    that is open; else who has a ticket. A size that was not made (``400.webp`` of a small picture) is
    answered by the next. Raises MediaNotFound, whether it is not there or not theirs.
    """
    media, public = _theirs(tx, viewer, id, ticket)
    if media.state != "ready":
        raise MediaNotFound
    variant = media.variants.get(name)
    if variant is None and (asked := _SIZED.fullmatch(name)):
        variant = variant_for(media, int(asked[1]), (_MIMES[asked[2]],), animated=False)
    if variant is None:
        raise MediaNotFound
    return Served(media, variant, inline=media.kind != "file", public=public)


def awaited(tx: Tx, viewer: int | None, id: int, *, ticket: str | None = None) -> str:  # noqa: A002
    """The state of an item that ``viewer`` may load once it is ready; whoever follows :data:`TOPIC` under its
    id hears when that changes. Raises MediaNotFound."""
    return _theirs(tx, viewer, id, ticket)[0].state


def _theirs(tx: Tx, viewer: int | None, id: int, ticket: str | None) -> tuple[Media, bool]:  # noqa: A002
    """The item, and whether it is everybody's. Raises MediaNotFound."""
    media = views(tx, (id,)).get(id)
    if media is None:
        raise MediaNotFound
    public = _is_public(tx, media)
    if not (public or media.owner_id == viewer or (ticket and ticket_opens(tx.env, id, ticket, tx.now))):
        raise MediaNotFound
    return media, public


def _is_public(tx: Tx, media: Media) -> bool:
    if media.attached is None or media.audience == "private":
        return False
    if media.audience == "public":
        return True
    owner = accounts.cards(tx, (media.owner_id,)).get(media.owner_id)
    return owner is not None and not owner.protected


def ticket(env: Env, id: int, now: int) -> str:  # noqa: A002
    """A text that opens one item to whoever shows it, for one to two days; the same all day long, so that
    browsers can keep what they loaded. Hand it only to people who may see what the item is attached to."""
    until = now // TICKET_LIFE + 2
    return b64(until.to_bytes(4, "big") + env.keys.sign(_PURPOSE, _message(id, until), size=12))


def ticket_opens(env: Env, id: int, text: str, now: int) -> bool:  # noqa: A002
    """Whether ``text`` is a ticket for this item that has not lapsed."""
    if len(text) > 32:
        return False
    try:
        raw = unb64(text)
    except ValueError:
        return False
    until = int.from_bytes(raw[:4], "big")
    return (
        len(raw) == 16
        and now < until * TICKET_LIFE
        and env.keys.verify(_PURPOSE, _message(id, until), raw[4:])
    )


def _message(id: int, until: int) -> bytes:  # noqa: A002
    return b"%d:%d" % (id, until)
