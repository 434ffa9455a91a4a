"""Going: an account is deleted at once for everybody to see, can be restored for 30 days, then is purged."""

from __future__ import annotations

from typing import Any

import msgspec

from dozen.core.accounts import (
    access_queries,
    credentials,
    letters,
    oauth_queries,
    people,
    people_queries,
    preferences,
    sessions,
    tokens,
)
from dozen.core.accounts.errors import AccountInUse, BadCredentials, NoSuchPerson, NotAllowed
from dozen.core.accounts.parts import access_changed, card_changed
from dozen.core.accounts.passwords import Verdict
from dozen.core.accounts.proof import proven
from dozen.core.accounts.standing import not_the_last_admin
from dozen.core.accounts.structs import Person, Purged
from dozen.core.accounts.ties import Ties
from dozen.core.realtime import publish
from dozen.db import Tx
from dozen.kit import clock

RESTORABLE = 30 * clock.DAY
FRESH = 10 * clock.MINUTE
"""How long the password counts as just given."""
DELETED = "accounts.deleted"
"""Topic: somebody was purged (key: their id). Rooms remove what they keep of them; who was away asks
:func:`purged`."""


def restorable_until(deleted_at: int) -> int:
    return deleted_at + RESTORABLE


def delete_account(tx: Tx, me: int, verdict: Verdict) -> None:
    """One's own, with the password. Nobody sees it any more, and it cannot sign in.

    Raises BadCredentials, LastAdmin, AccountInUse (there is something of theirs to be settled first).
    """
    person = proven(tx, verdict, me)
    _settled(tx, me)
    _delete(tx, person)


def delete_freshly(tx: Tx, me: int, token_id: int | None) -> None:
    """One's own, by a token that the password has bought so lately that it need not be asked for again.

    Raises BadCredentials for any other token (or none), LastAdmin, AccountInUse.
    """
    person = people.must_be_active(tx, me)
    since = tx.now - FRESH
    fresh = person.created_at > since or any(
        each.id == token_id and each.kind == "login" and each.created_at > since
        for each in tokens.my_tokens(tx, me)
    )
    if token_id is None or not fresh:
        raise BadCredentials
    _settled(tx, me)
    _delete(tx, person)


def _settled(tx: Tx, me: int) -> None:
    if todo := tx.part(Ties).of(tx, me):
        raise AccountInUse(" ".join(each.text for each in todo), todo=msgspec.to_builtins(todo))


def remove_account(tx: Tx, me: int, person_id: int) -> None:
    """Somebody else's, by an administrator; a service account, by its owner. Raises NotAllowed, LastAdmin."""
    target = people.person(tx, person_id)
    if not (target.kind == "service" and target.owner_id == me):
        people.must_be_admin(tx, me)
    _delete(tx, target)


def _delete(tx: Tx, person: Person) -> None:
    if person.deleted_at is not None:
        raise NoSuchPerson
    not_the_last_admin(tx, person)
    people_queries.set_deleted(tx, me=person.id, deleted_at=tx.now, now=tx.now)
    access_queries.end_sessions(tx, me=person.id, kept=0)
    access_queries.drop_tickets(tx, me=person.id)
    credentials.end_tokens(tx, person.id)
    for kind in ("verify", "change", "reset"):
        access_queries.drop_letters(tx, me=person.id, of_kind=kind)
    card_changed(tx, person.id, {"gone": True})
    access_changed(tx, person.id)
    if person.email is not None:
        until = clock.rfc3339(restorable_until(tx.now))[:10]
        letters.tell(tx, person.email, "deleted", name=person.name, username=person.username, until=until)


def restore_account(tx: Tx, verdict: Verdict) -> int:
    """Undo one's own deletion, with the verdict that ``login`` answered AccountDeleted to; gives who it is.

    They sign in again afterwards. Raises BadCredentials.
    """
    person = proven(tx, verdict)
    if person.deleted_at is None:
        raise BadCredentials
    return _restore(tx, person)


def restore_removed(tx: Tx, me: int, person_id: int) -> int:
    """Undo a deletion as an administrator. Raises NotAllowed, NoSuchPerson."""
    people.must_be_admin(tx, me)
    person = people.person(tx, person_id)
    return person.id if person.deleted_at is None else _restore(tx, person)


def _restore(tx: Tx, person: Person) -> int:
    people_queries.set_deleted(tx, me=person.id, deleted_at=None, now=tx.now)
    card_changed(tx, person.id, {"new": True})
    return person.id


def due_for_purge(tx: Tx, limit: int = 100) -> list[int]:
    """Whose 30 days are over, the longest first."""
    return people_queries.due.all(tx, until=tx.now - RESTORABLE, limit=limit)


def purge(tx: Tx, person_id: int) -> None:
    """Remove everything accounts knows of a deleted person, for good; the username is free again.

    Publishes ``accounts.deleted``. Raises NoSuchPerson, NotAllowed when they are not deleted.
    """
    person = people.person(tx, person_id)
    if person.deleted_at is None:
        raise NotAllowed("only a deleted account can be purged")
    apps = oauth_queries.apps_of.all(tx, me=person_id)
    for app in apps:
        for drop in oauth_queries.drop_app:
            drop(tx, app=app.id)
    for statement in people_queries.purge:
        statement(tx, me=person_id)
    people_queries.add_purged(tx, at=tx.now, person_id=person_id)
    publish(tx, DELETED, person_id)
    card_changed(tx, person_id, {"gone": True})
    access_changed(tx, 0 if apps else person_id)


def purged(tx: Tx, after: tuple[int, int] = (0, 0), limit: int = 500) -> list[Purged]:
    """Who was purged after that (at, person id), oldest first. Events are kept for minutes, this for good."""
    return people_queries.purged_since.all(tx, at=after[0], id=after[1], limit=limit)


def export(tx: Tx, me: int) -> dict[str, Any]:
    """Everything that accounts knows of somebody and may tell them, as plain JSON values. No secrets."""
    person = people.person(tx, me)
    apps = oauth_queries.apps_of.all(tx, me=me)
    consents = oauth_queries.consents.all(tx, me=me)
    made: dict[str, Any] = msgspec.to_builtins(
        {
            "account": person,
            "settings": preferences.my_settings(tx, me),
            "sessions": sessions.my_sessions(tx, me),
            "tokens": tokens.my_tokens(tx, me),
            "applications": apps,
            "consents": consents,
        }
    )
    return made
