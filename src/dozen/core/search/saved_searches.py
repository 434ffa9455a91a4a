"""Searches that people keep."""

from __future__ import annotations

from dozen.core.search import queries
from dozen.core.search.errors import BadQuery, NoSuchSavedSearch, TooManySavedSearches
from dozen.core.search.parse import parse
from dozen.core.search.structs import Saved
from dozen.db import Tx
from dozen.kit.text import clean

MOST_SAVED = 25
"""Searches that one person may keep in one room."""
_LONGEST_NAME = 100


def save(tx: Tx, me: int, realm: str, text: str, name: str = "") -> Saved:
    """Keep a search; one that is kept already stays as it is. Raises BadQuery, TooManySavedSearches."""
    text = clean(text)
    query = parse(text)
    if query.empty and not query.excluded:
        raise BadQuery("There is nothing to search for")
    if found := queries.saved_by_text.first(tx, person_id=me, realm=realm, text=text):
        return found
    if len(saved(tx, me, realm)) >= MOST_SAVED:
        raise TooManySavedSearches
    made = Saved(tx.next_id(), realm, clean(name)[:_LONGEST_NAME] or text, text, tx.now)
    queries.save(
        tx, id=made.id, person_id=me, realm=realm, name=made.name, text=text, created_at=made.created_at
    )
    return made


def saved(tx: Tx, me: int, realm: str) -> list[Saved]:
    """All that somebody keeps in a room, newest first."""
    return queries.saved_of.all(tx, person_id=me, realm=realm, limit=MOST_SAVED)


def saved_search(tx: Tx, me: int, saved_id: int) -> Saved:
    """Raises NoSuchSavedSearch, also for another person's."""
    found = queries.saved_by_id.first(tx, id=saved_id, person_id=me)
    if found is None:
        raise NoSuchSavedSearch
    return found


def delete_saved(tx: Tx, me: int, saved_id: int) -> Saved:
    """Forget a saved search and return what it was. Raises NoSuchSavedSearch."""
    found = saved_search(tx, me, saved_id)
    queries.delete_saved(tx, id=saved_id, person_id=me)
    return found
