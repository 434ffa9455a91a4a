"""What somebody says of themselves: the profile, their username, their pictures."""

from __future__ import annotations

from dozen.core.accounts import fields, letters, names, people, people_queries
from dozen.core.accounts.errors import NoSuchPerson, PhoneTaken, TooManyNames
from dozen.core.accounts.parts import card_changed
from dozen.core.accounts.structs import Changes, Person
from dozen.db import Duplicate, Tx
from dozen.kit import clock

HELD = 30 * clock.DAY
"""How long an old username stays reserved for its owner."""
_MOST_HELD = 5


def edit_profile(tx: Tx, me: int, changes: Changes, *, of: int | None = None) -> Person:
    """Change what is set in ``changes``; ``of`` is whose profile, if not one's own (administrators).

    Another phone number has to be proven again. Raises BadProfile with each wrong field, BadPhone,
    NotAllowed, NoSuchPerson.
    """
    person_id = me if of is None else of
    if person_id == me:
        people.must_be_active(tx, me)
    else:
        people.must_be_admin(tx, me)
    old = people_queries.person_locked.first(tx, id=person_id)
    if old is None or old.deleted_at is not None:
        raise NoSuchPerson
    new = fields.checked(changes, today=clock.to_datetime(tx.now).date())
    if not new:
        return old
    whole = {name: getattr(old, name) for name in Changes.__struct_fields__} | new
    same_phone = whole["phone"] == old.phone
    people_queries.edit(
        tx, me=person_id, now=tx.now, phone_verified_at=old.phone_verified_at if same_phone else None, **whole
    )
    card_changed(tx, person_id)
    return people.person(tx, person_id)


# Pictures and the name


def set_avatar(tx: Tx, me: int, media_id: int | None) -> None:
    """The caller has made sure that the picture is theirs."""
    people.must_be_active(tx, me)
    people_queries.set_avatar(tx, me=me, avatar_id=media_id, now=tx.now)
    card_changed(tx, me)


def set_header(tx: Tx, me: int, media_id: int | None) -> None:
    """The caller has made sure that the picture is theirs."""
    people.must_be_active(tx, me)
    people_queries.set_header(tx, me=me, header_id=media_id, now=tx.now)
    card_changed(tx, me)


def change_username(tx: Tx, me: int, username: str) -> Person:
    """The old name stays reserved for ``me`` for 30 days, and can be taken back within them.

    Raises BadUsername, UsernameTaken, TooManyNames.
    """
    old = people.must_be_active(tx, me)
    username = names.checked_username(
        username, allow_reserved=names.username_key(username) == old.username.lower()
    )
    if username == old.username:
        return old
    with tx.savepoint():
        people_queries.hold_name(tx, me=me, end=tx.now + HELD)
        people.claim_name(tx, me, username)
        if (people_queries.held_names.first(tx, me=me) or 0) > _MOST_HELD:
            raise TooManyNames(retry_after=HELD // clock.SECOND)
    people_queries.set_username(tx, me=me, username=username, now=tx.now)
    card_changed(tx, me, {"was": old.username})
    if old.email is not None:
        letters.tell(tx, old.email, "username", old=old.username, new=username)
    return people.person(tx, me)


def confirm_phone(tx: Tx, me: int) -> None:
    """The caller has proven that ``me`` has their phone number. Raises PhoneTaken."""
    try:
        with tx.savepoint():
            people_queries.set_phone_verified(tx, me=me, phone_verified_at=tx.now, now=tx.now)
    except Duplicate as error:
        raise PhoneTaken(fields={"phone": PhoneTaken.title}) from error
