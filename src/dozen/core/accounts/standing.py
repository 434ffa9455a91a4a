"""Roles and suspensions. What reports and appeals are about is the moderation block's, above."""

from __future__ import annotations

from dozen.core.accounts import people, people_queries
from dozen.core.accounts.errors import LastAdmin, NotAllowed
from dozen.core.accounts.parts import access_changed, card_changed
from dozen.core.accounts.structs import Person, Role
from dozen.db import Tx
from dozen.kit import text

_RANK: dict[Role, int] = {"member": 0, "moderator": 1, "admin": 2}
_REASON = 500


def suspend(tx: Tx, me: int, person_id: int, *, reason: str, until: int | None = None) -> None:
    """They can no longer act or sign in, until then (ms) or until :func:`unsuspend`.

    Open sessions stay, so that the next page can say why; ``Actor.suspended`` says so. Raises NotAllowed,
    NoSuchPerson.
    """
    _outranked(tx, me, person_id)
    _set(tx, person_id, since=tx.now, until=until, reason=text.clip(text.clean(reason), _REASON))


def unsuspend(tx: Tx, me: int, person_id: int) -> None:
    """Raises NotAllowed, NoSuchPerson."""
    _outranked(tx, me, person_id)
    _set(tx, person_id, since=None, until=None, reason="")


def _set(tx: Tx, person_id: int, *, since: int | None, until: int | None, reason: str) -> None:
    people_queries.set_suspended(
        tx, me=person_id, suspended_at=since, suspended_until=until, suspended_reason=reason, now=tx.now
    )
    card_changed(tx, person_id)
    access_changed(tx, person_id)


def set_role(tx: Tx, me: int, person_id: int, role: Role) -> None:
    """Only administrators may. Raises NotAllowed, NoSuchPerson, LastAdmin."""
    people.must_be_admin(tx, me)
    target = people.person(tx, person_id)
    if target.role == "admin" and role != "admin":
        not_the_last_admin(tx, target)
    _give(tx, person_id, role)


def promote(tx: Tx, person_id: int) -> None:
    """Make somebody an administrator. For the operator's command line: no door may call this."""
    people.person(tx, person_id)
    _give(tx, person_id, "admin")


def _give(tx: Tx, person_id: int, role: Role) -> None:
    people_queries.set_role(tx, me=person_id, role=role, now=tx.now)
    card_changed(tx, person_id)
    access_changed(tx, person_id)


def set_verified(tx: Tx, me: int, person_id: int, verified: bool) -> None:
    """The mark beside the name. Only administrators may. Raises NotAllowed, NoSuchPerson."""
    people.must_be_admin(tx, me)
    people.person(tx, person_id)
    people_queries.set_verified(tx, me=person_id, verified=verified, now=tx.now)
    card_changed(tx, person_id)


def not_the_last_admin(tx: Tx, person: Person) -> None:
    if person.role == "admin" and not people_queries.other_admins.first(tx, me=person.id):
        raise LastAdmin


def _outranked(tx: Tx, me: int, person_id: int) -> None:
    mine, target = people.person(tx, me), people.person(tx, person_id)
    if mine.suspended(tx.now) or mine.deleted_at is not None or me == person_id:
        raise NotAllowed
    if mine.role != "admin" and _RANK[mine.role] <= _RANK[target.role]:
        raise NotAllowed
