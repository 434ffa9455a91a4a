"""Changing what one signs in with: the password and the e-mail address."""

from __future__ import annotations

from dozen.core.accounts import access_queries, letters, names, oauth_queries, people, people_queries
from dozen.core.accounts.parts import access_changed
from dozen.core.accounts.passwords import Verdict
from dozen.core.accounts.proof import proven
from dozen.core.accounts.structs import Person
from dozen.db import Tx


def change_password(
    tx: Tx, me: int, verdict: Verdict, password_hash: str, *, keep: int | None = None
) -> None:
    """``verdict`` is of the old password, ``password_hash`` comes from ``hash_password`` for the new one.

    Ends every session but ``keep`` and every token got by signing in. Raises BadCredentials.
    """
    person = proven(tx, verdict, me)
    _set_password(tx, person, password_hash, keep=keep)


def reset_password(tx: Tx, secret: str, password_hash: str) -> int:
    """Set a new password by the link of a letter; gives whose it was. Raises TokenExpired.

    Ends every session, and every token got by signing in. If nobody had ever confirmed the address, all
    other tokens and applications end too: somebody else may have registered it. Signs nobody in.
    """
    person = letters.use_reset(tx, secret)
    assert person.email is not None
    _set_password(tx, person, password_hash, keep=None)
    if person.email_verified_at is None:
        end_tokens(tx, person.id)
        people_queries.confirm_email(tx, me=person.id, old=person.email, now=tx.now)
    return person.id


def _set_password(tx: Tx, person: Person, password_hash: str, *, keep: int | None) -> None:
    people_queries.set_password(
        tx, me=person.id, password_hash=password_hash, password_version=tx.next_id(), now=tx.now
    )
    access_queries.end_sessions(tx, me=person.id, kept=keep or 0)
    oauth_queries.drop_tokens_of_kind(tx, me=person.id, of_kind="login")
    access_queries.drop_tickets(tx, me=person.id)
    access_queries.drop_letters(tx, me=person.id, of_kind="reset")
    access_changed(tx, person.id)
    if person.email is not None:
        letters.tell(tx, person.email, "password_changed", name=person.name, username=person.username)


def end_tokens(tx: Tx, person_id: int) -> None:
    """Every token of somebody, with the applications' consents. The caller publishes."""
    oauth_queries.drop_tokens(tx, me=person_id)
    for drop in oauth_queries.drop_grants:
        drop(tx, me=person_id)


def change_email(tx: Tx, me: int, verdict: Verdict, email: str) -> None:
    """Ask for a new address: it becomes ``me``'s once the link in the letter to it was taken.

    Then the old address is told. Raises BadCredentials, BadEmail, EmailTaken, LockedOut.
    """
    person = proven(tx, verdict, me)
    letters.send_change(tx, person, email)


def set_email(tx: Tx, admin: int, person_id: int, email: str) -> None:
    """An administrator's way round the letter. Raises NotAllowed, BadEmail, EmailTaken."""
    people.must_be_admin(tx, admin)
    letters.put_email(tx, people.person(tx, person_id), names.checked_email(email))
