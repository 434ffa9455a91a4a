"""Making people findable."""

from __future__ import annotations

from dozen.core import accounts, graph, search
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


def is_empty(tx: Tx) -> bool:
    """Whether nobody is here yet."""
    return not accounts.directory(tx, limit=1)
