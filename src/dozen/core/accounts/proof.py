"""Proof that whoever asks knows the password: for what a stolen session must not be able to do."""

from __future__ import annotations

from dozen.core.accounts import access_queries, attempts, people_queries
from dozen.core.accounts.errors import BadCredentials
from dozen.core.accounts.passwords import NOBODY, Challenge, Verdict
from dozen.core.accounts.structs import Person
from dozen.db import Tx


def password_challenge(tx: Tx, me: int) -> Challenge:
    """The first stage for somebody who is signed in (the next is ``Challenge.verify``, in a thread).

    The verdict goes to the verb that wants it: ``change_password``, ``delete_account`` and so on.
    Counts the attempt. Raises LockedOut.
    """
    stored = access_queries.login_by_id.first(tx, id=me) or NOBODY
    return Challenge(stored=stored, keys=(attempts.count(tx, "password", str(me)),))


def proven(tx: Tx, verdict: Verdict, me: int | None = None) -> Person:
    """Whose password it was. Raises BadCredentials if it was wrong, has changed since, or is not ``me``'s."""
    person_id = verdict.stored.person_id
    if not verdict.right or (me is not None and person_id != me):
        raise BadCredentials
    person = people_queries.person.first(tx, id=person_id)
    stored = access_queries.login_by_id.first(tx, id=person_id)
    if person is None or stored is None or stored.version != verdict.stored.version:
        raise BadCredentials
    if me is not None:
        attempts.clear(tx, verdict.keys[0])
    return person
