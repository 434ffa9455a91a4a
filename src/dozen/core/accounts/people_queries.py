"""SQL of people: names, profiles, settings, and their end."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, delete, exists, func, insert, literal, or_, select, text, tuple_, update

from dozen.core.accounts.row_queries import add_row, alive, columns, make, named
from dozen.core.accounts.structs import Card, Person, Profile, Purged
from dozen.core.accounts.tables import (
    apps,
    attempts,
    codes,
    factors,
    letters,
    names,
    oauth1_requests,
    people,
    purged,
    recovery_codes,
    refreshes,
    sessions,
    settings,
    tickets,
    tokens,
)
from dozen.db import Action, action, member, param, rows, upsert, values

# Names

take_name = action(
    lambda dialect: (
        upsert(dialect, names)
        .values(key=param("key"), person_id=param("person_id"), until=None)
        .on_conflict_do_nothing()
    )
)
retake_name = action(
    update(names).where(names.c.key == param("name_key"), names.c.person_id == param("me")).values(until=None)
)
free_stale_name = action(delete(names).where(names.c.key == param("name_key"), names.c.until <= param("now")))
hold_name = action(
    update(names).where(names.c.person_id == param("me"), names.c.until.is_(None)).values(until=param("end"))
)
held_names = values(
    int, select(func.count()).where(names.c.person_id == param("me"), names.c.until.is_not(None))
)
is_taken = values(
    int,
    select(literal(1)).where(
        names.c.key == param("name_key"), or_(names.c.until.is_(None), names.c.until > param("now"))
    ),
)
add_names = action(insert(names).values(key=param("key"), person_id=param("person_id"), until=None))

# People

_factor = exists().where(factors.c.person_id == people.c.id, factors.c.confirmed_at.is_not(None))
_person = select(
    *columns(
        Person,
        people,
        has_password=people.c.password_hash.is_not(None).label("has_password"),
        second_factor=_factor,
    )
)
_person_of = make(Person, has_password=bool, second_factor=bool)
person = rows(_person_of, _person.where(people.c.id == param("id")))
person_locked = rows(_person_of, _person.where(people.c.id == param("id")).with_for_update(of=people))
person_by_name = rows(
    _person_of,
    _person.join(names, (names.c.person_id == people.c.id) & names.c.until.is_(None)).where(
        names.c.key == param("key")
    ),
)


PEOPLE = tuple(people.c.keys())
SHOWN = tuple(name for name in Profile.__struct_fields__ if name != "suspended")
profile = rows(
    lambda *row: row,
    select(*(people.c[name] for name in SHOWN), people.c.suspended_at, people.c.suspended_until).where(
        people.c.id == param("id"), alive
    ),
)

_card = select(*columns(Card, people))
cards = rows(Card, _card.where(member(people.c.id, "ids"), alive), packed=True)
card_by_name = rows(Card, _card.select_from(named).where(names.c.key == param("key"), alive))
directory = rows(
    Card,
    _card.where(
        people.c.id < param("before"),
        alive,
        or_(people.c.suspended_at.is_(None), people.c.suspended_until <= param("now")),
    )
    .order_by(people.c.id.desc())
    .limit(param("limit")),
)
how_many = values(int, select(func.count()).select_from(people).where(alive, people.c.id > param("after")))

add_person = action(
    lambda dialect: (
        upsert(dialect, people)
        .values({column.name: param(column.name) for column in people.c})
        .on_conflict_do_nothing(index_elements=[people.c.email_key])
    )
)
add_people = add_row(people)
_EDITED = [
    "name",
    "bio",
    "location",
    "website",
    "birth_date",
    "pronouns",
    "language",
    "time_zone",
    "phone",
    "phone_verified_at",
    "protected",
    "bot",
]
edit = action(
    update(people)
    .where(people.c.id == param("me"))
    .values({name: param(name) for name in _EDITED} | {"changed_at": param("now")})
)


def _set(*columns: str) -> Action:
    """Set columns of one person, and when they were changed."""
    return action(
        update(people)
        .where(people.c.id == param("me"))
        .values({name: param(name) for name in columns} | {"changed_at": param("now")})
    )


set_avatar = _set("avatar_id")
set_header = _set("header_id")
set_username = _set("username")
set_password = _set("password_hash", "password_version")
set_verified = _set("verified")
set_role = _set("role")
set_email = _set("email", "email_key", "email_verified_at")
set_phone_verified = _set("phone_verified_at")
set_suspended = _set("suspended_at", "suspended_until", "suspended_reason")
set_deleted = _set("deleted_at")
rehash = action(
    update(people)
    .where(people.c.id == param("me"), people.c.password_hash == param("old"))
    .values(password_hash=param("new"))
)
confirm_email = action(
    update(people)
    .where(people.c.id == param("me"), people.c.email == param("old"), people.c.email_verified_at.is_(None))
    .values(email_verified_at=param("now"))
)
by_email = values(int, select(people.c.id).where(people.c.email_key == param("key"), alive))
by_phone = values(
    int,
    select(people.c.id).where(
        people.c.phone == param("phone"), people.c.phone_verified_at.is_not(None), alive
    ),
)
_staff = text("role <> 'member'")  # as in the partial index: SQLite does not see that it is implied
other_admins = values(
    int,
    select(func.count()).where(_staff, people.c.role == "admin", people.c.id != param("me"), alive),
)
staff = rows(Card, _card.where(_staff, alive).order_by(people.c.role, people.c.id))
due = values(
    int,
    select(people.c.id)
    .where(people.c.deleted_at <= param("until"))
    .order_by(people.c.deleted_at)
    .limit(param("limit")),
)

# Settings

setting = values(
    Any,
    select(settings.c.value).where(
        settings.c.person_id == param("me"), settings.c.namespace == param("namespace")
    ),
)
put_setting = action(
    lambda dialect: (
        upsert(dialect, settings)
        .values(person_id=param("me"), namespace=param("namespace"), value=param("value"))
        .on_conflict_do_update(
            index_elements=[settings.c.person_id, settings.c.namespace],
            set_={"value": param("value", settings.c.value.type)},
        )
    )
)
drop_setting = action(
    delete(settings).where(settings.c.person_id == param("me"), settings.c.namespace == param("namespace"))
)
namespaces = values(int, select(func.count()).where(settings.c.person_id == param("me")))
all_settings = rows(
    lambda namespace, value: (str(namespace), value),
    select(settings.c.namespace, settings.c.value).where(settings.c.person_id == param("me")),
)

# Going, and cleaning up

_OF_A_PERSON = (
    names,
    settings,
    sessions,
    tickets,
    factors,
    recovery_codes,
    letters,
    tokens,
    refreshes,
    codes,
    oauth1_requests,
)
purge = [
    *(action(delete(table).where(table.c.person_id == param("me"))) for table in _OF_A_PERSON),
    action(update(people).where(people.c.owner_id == param("me")).values(owner_id=None)),
    action(delete(people).where(people.c.id == param("me"))),
]
add_purged = add_row(purged)
purged_since = rows(
    Purged,
    select(purged.c.person_id, purged.c.at)
    .where(
        tuple_(purged.c.at, purged.c.person_id) > tuple_(param("at", BigInteger()), param("id", BigInteger()))
    )
    .order_by(purged.c.at, purged.c.person_id)
    .limit(param("limit")),
)
sweep = [
    *(
        action(delete(table).where(table.c.expires_at <= param("now")))
        for table in (sessions, tickets, letters, refreshes, oauth1_requests, tokens)
    ),
    action(delete(names).where(names.c.until <= param("now"))),
]
sweep_attempts = action(delete(attempts).where(attempts.c.last_at <= param("until")))
sweep_codes = action(delete(codes).where(codes.c.expires_at <= param("until")))
sweep_apps = action(
    delete(apps).where(
        apps.c.owner_id.is_(None),
        apps.c.created_at <= param("until"),
        ~exists().where(tokens.c.app_id == apps.c.id),
    )
)
