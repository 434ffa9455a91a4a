"""Making people findable, and coming back."""

from __future__ import annotations

from typing import Literal

from dozen.core import accounts, graph, media, search
from dozen.db import Tx

REALM = "people"


def index(tx: Tx, person_id: int) -> None:
    """Put somebody into the index and among the names that are suggested, or take them out."""
    if person_id not in accounts.cards(tx, [person_id]):
        search.remove(tx, person_id)
        search.remove_name(tx, REALM, "person", person_id)
        return
    profile = accounts.profile(tx, person_id)
    search.put(tx, document(profile))
    search.put_name(tx, name(profile, graph.counts(tx, [person_id])[person_id].followers))


def index_some(tx: Tx, after: int, limit: int) -> tuple[int, int | None]:
    """As :attr:`dozen.web.Refill.some` wants it: everybody who may be found, newest first."""
    cards = accounts.directory(tx, after or None, limit)
    profiles = [accounts.profile(tx, card.id) for card in cards]
    counts = graph.counts(tx, [card.id for card in cards])
    changed = search.renew(tx, [document(profile) for profile in profiles])
    search.put_names(tx, [name(profile, counts[profile.id].followers) for profile in profiles])
    return changed, cards[-1].id if cards else None


def name(profile: accounts.Profile, followers: int) -> search.Name:
    """Somebody as suggested while one types."""
    return search.Name(
        realm=REALM, kind="person", id=profile.id, name=profile.name, also=profile.username, weight=followers
    )


def document(profile: accounts.Profile) -> search.Document:
    """Somebody as the search block keeps them."""
    return search.Document(
        id=profile.id,
        realm=REALM,
        kind="person",
        author_id=profile.id,
        title=f"{profile.name} {profile.username}",
        body=profile.bio,
    )


Field = Literal["avatar", "header"]


def put_picture(tx: Tx, me: int, field: Field, media_id: int | None) -> accounts.Person:
    """Show an upload as one's picture or header, or (None) no more; the one before is deleted.

    Raises MediaNotFound, AlreadyAttached, AccountSuspended.
    """
    before = accounts.person(tx, me)
    old = before.avatar_id if field == "avatar" else before.header_id
    if media_id is not None:
        media.attach(tx, me, [media_id], me)
    (accounts.set_avatar if field == "avatar" else accounts.set_header)(tx, me, media_id)
    if old is not None and old != media_id:
        media.delete(tx, me, old)
    return accounts.person(tx, me)


def restored(
    tx: Tx,
    verdict: accounts.Verdict,
    *,
    device: str,
    address: str,
    wish: accounts.TokenWish | None = None,
    code: str | None = None,
) -> accounts.SignedIn | accounts.SecondFactorNeeded:
    """Sign in as ``accounts.login`` does, and take the account back first if it was deleted."""
    try:
        return accounts.login(tx, verdict, device=device, address=address, wish=wish, code=code)
    except accounts.errors.AccountDeleted:
        accounts.restore_account(tx, verdict)
        return accounts.login(tx, verdict, device=device, address=address, wish=wish, code=code)


def is_empty(tx: Tx) -> bool:
    """Whether nobody is here yet."""
    return not accounts.directory(tx, limit=1)
