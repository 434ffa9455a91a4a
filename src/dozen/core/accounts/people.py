"""People: registering, finding, and reading them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from dozen.core.accounts import fields, letters, names, people_queries
from dozen.core.accounts.errors import (
    AccountSuspended,
    EmailTaken,
    NoSuchPerson,
    NotAllowed,
    RegistrationClosed,
    UsernameTaken,
)
from dozen.core.accounts.parts import Cards, card_changed
from dozen.core.accounts.structs import Card, Changes, Kind, NewPerson, Person, Profile, Role, is_suspended
from dozen.db import Duplicate, Tx
from dozen.kit import clock, ids

_EMPTY: dict[str, object] = dict.fromkeys(people_queries.PEOPLE)
_PAGE = 200
_AT_ONCE = 5000


def register(
    tx: Tx,
    *,
    username: str,
    name: str,
    email: str | None,
    password_hash: str,
    language: str = "",
    time_zone: str = "",
    invited: bool = False,
    role: Role = "member",
) -> Person:
    """A new account. ``password_hash`` comes from ``hash_password``, computed before the transaction.

    With an address, a letter to confirm it is sent. ``invited``: the operator or an administrator asks,
    so closed registration and reserved names do not matter; only then may ``role`` be another.
    Raises RegistrationClosed, BadUsername, UsernameTaken, BadEmail, EmailTaken, BadProfile.
    """
    if not invited:
        if tx.env.settings.registration != "open":
            raise RegistrationClosed
        if role != "member":
            raise NotAllowed
    changes = Changes(name=name or username, language=language, time_zone=time_zone)
    checked = fields.checked(changes, today=clock.to_datetime(tx.now).date())
    made = _create(
        tx,
        username=names.checked_username(username, allow_reserved=invited),
        email=names.checked_email(email) if email else None,
        password_hash=password_hash,
        role=role,
        **checked,
    )
    if made.email is not None:
        letters.ask_verification(tx, made.id)
    return made


def register_service(tx: Tx, me: int, *, username: str, name: str) -> Person:
    """An account for a program, with tokens but without a password, that ``me`` (an admin) answers for."""
    must_be_admin(tx, me)
    return _create(
        tx,
        username=names.checked_username(username, allow_reserved=True),
        name=fields.checked_line("name", name or username, fields.NAME, least=1),
        kind="service",
        owner_id=me,
        bot=True,
    )


def _create(
    tx: Tx,
    *,
    username: str,
    name: str,
    email: str | None = None,
    password_hash: str | None = None,
    kind: Kind = "person",
    owner_id: int | None = None,
    role: Role = "member",
    bot: bool = False,
    language: str = "",
    time_zone: str = "",
) -> Person:
    person_id = tx.next_id()
    row = _row(
        tx,
        person_id,
        NewPerson(
            username=username,
            name=name,
            email=email,
            password_hash=password_hash,
            role=role,
            bot=bot,
            language=language,
            time_zone=time_zone,
        ),
    )
    with tx.savepoint():
        claim_name(tx, person_id, username)
        if not people_queries.add_person(tx, **row | {"kind": kind, "owner_id": owner_id}):
            raise EmailTaken(fields={"email": EmailTaken.title})
    card_changed(tx, person_id, {"new": True})
    return person(tx, person_id)


def claim_name(tx: Tx, person_id: int, username: str) -> None:
    """Make a free username somebody's. Raises UsernameTaken, also for the slower of two at once."""
    key = names.username_key(username)
    people_queries.free_stale_name(tx, name_key=key, now=tx.now)
    if not people_queries.take_name(tx, key=key, person_id=person_id) and not people_queries.retake_name(
        tx, name_key=key, me=person_id
    ):
        raise UsernameTaken(fields={"username": UsernameTaken.title})


def register_many(tx: Tx, people: Iterable[NewPerson]) -> list[int]:
    """Put many people in at once, for demo data and imports; their ids, in order.

    They may share a password hash; what they say of themselves is taken as it is. Nobody is written to
    and no events are published. Raises BadUsername, UsernameTaken or EmailTaken, for the whole of them.
    """
    made: list[int] = []
    coming = iter(people)
    with tx.savepoint():
        while some := list(islice(coming, _AT_ONCE)):
            made += _register_some(tx, some)
    return made


def _register_some(tx: Tx, people: list[NewPerson]) -> list[int]:
    rows: list[dict[str, object]] = []
    keys: list[dict[str, object]] = []
    made: list[int] = []
    for each in people:
        person_id = tx.next_id() if each.id is None else each.id
        username = names.checked_username(each.username, allow_reserved=True)
        rows.append(_row(tx, person_id, each) | {"username": username})
        made.append(person_id)
        keys.append({"key": names.username_key(username), "person_id": person_id})
    try:
        people_queries.add_names.many(tx, keys)
    except Duplicate as error:
        raise UsernameTaken from error
    try:
        people_queries.add_people.many(tx, rows)
    except Duplicate as error:
        raise EmailTaken from error
    return made


def _row(tx: Tx, person_id: int, new: NewPerson) -> dict[str, object]:
    made = _EMPTY | {name: getattr(new, name) for name in NewPerson.__struct_fields__ if name in _EMPTY}
    at = tx.now if new.created_at is None else new.created_at
    return made | {
        "id": person_id,
        "password_version": person_id,
        "kind": "person",
        "email_key": names.email_key(new.email) if new.email else None,
        "email_verified_at": at if new.email and new.email_verified else None,
        "created_at": at,
        "changed_at": at,
        "suspended_reason": "",
    }


# Reading


def person(tx: Tx, person_id: int) -> Person:
    """The whole account, also a deleted one, for its owner and for administrators. Raises NoSuchPerson."""
    found = people_queries.person.first(tx, id=person_id)
    if found is None:
        raise NoSuchPerson
    return found


def must_be_active(tx: Tx, me: int) -> Person:
    """Raises NoSuchPerson for who is deleted or never was, AccountSuspended for who may not act."""
    found = people_queries.person.first(tx, id=me)
    if found is None or found.deleted_at is not None:
        raise NoSuchPerson
    if found.suspended(tx.now):
        raise AccountSuspended(found.suspended_reason or None, until=found.suspended_until)
    return found


def must_be_admin(tx: Tx, me: int) -> Person:
    """Raises NotAllowed, also for a suspended or deleted administrator, and for nobody."""
    found = people_queries.person.first(tx, id=me)
    if found is None or not found.admin or found.suspended(tx.now) or found.deleted_at is not None:
        raise NotAllowed
    return found


def person_by_username(tx: Tx, username: str) -> Person:
    """As :func:`person`."""
    key = names.typed_username_key(username)
    found = people_queries.person_by_name.first(tx, key=key) if key else None
    if found is None:
        raise NoSuchPerson
    return found


def profile(tx: Tx, person_id: int) -> Profile:
    """What everybody may see. Raises NoSuchPerson, also for an account that was deleted."""
    row = people_queries.profile.first(tx, id=person_id)
    if row is None:
        raise NoSuchPerson
    *shown, since, until = row
    given = dict(zip(people_queries.SHOWN, shown, strict=True))
    return Profile(**given, suspended=is_suspended(since, until, tx.now))


def cards(tx: Tx, person_ids: Iterable[int]) -> dict[int, Card]:
    """Cards by id; who does not exist or was deleted is missing. Mostly from memory."""
    part = tx.part(Cards)
    found: dict[int, Card] = {}
    missing = part.many(person_ids, tx.now, found)
    if missing:
        fresh = people_queries.cards.all(tx, ids=missing)
        part.remember(tx, fresh)
        for card in fresh:
            found[card.id] = card
    return found


def by_username(tx: Tx, username: str) -> Card | None:
    """Who has this username now, however it is written. Mostly from memory."""
    key = names.typed_username_key(username)
    if key is None:
        return None
    part = tx.part(Cards)
    known = part.id_of(key)
    if known is not None:
        card = part.get(known, tx.now)
        if card is not None and names.username_key(card.username) == key:
            return card
    card = people_queries.card_by_name.first(tx, key=key)
    if card is not None:
        part.remember(tx, [card], [(key, card.id)])
    return card


def is_username_free(tx: Tx, username: str) -> bool:
    """For a form that says so while one types. Raises BadUsername."""
    key = names.username_key(names.checked_username(username))
    return people_queries.is_taken.first(tx, name_key=key, now=tx.now) is None


def find_by_email(tx: Tx, email: str) -> int | None:
    """Whose address this is. Not for showing: it tells that there is an account."""
    key = names.key_of_typed_email(email)
    return people_queries.by_email.first(tx, key=key) if key else None


def find_by_phone(tx: Tx, phone: str) -> int | None:
    """Whose proven phone number this is. Raises BadPhone."""
    return people_queries.by_phone.first(tx, phone=names.checked_phone(phone))


def directory(tx: Tx, before: int | None = None, limit: int = 50) -> list[Card]:
    """Everybody who is neither deleted nor suspended, newest first; ``before`` is the last id seen."""
    bound = ids.MAX if before is None else before
    return people_queries.directory.all(tx, before=bound, now=tx.now, limit=max(1, min(limit, _PAGE)))


def how_many(tx: Tx, since: int = 0) -> int:
    """How many accounts there are, or were made since then (ms). Counts them one by one: keep the answer."""
    return people_queries.how_many.first(tx, after=ids.at(since) if since else 0) or 0


def staff(tx: Tx) -> list[Card]:
    """Administrators, then moderators; each by age."""
    return people_queries.staff.all(tx)
