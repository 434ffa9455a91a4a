"""All SQL of accounts, noun by noun."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Table,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    tuple_,
    update,
)

from dozen.core.accounts.passwords import Stored
from dozen.core.accounts.structs import App, Card, Consent, Person, Profile, Purged, Session, Token
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

S = TypeVar("S", bound=msgspec.Struct)


def _add(table: Table) -> Action:
    """Insert a row; every column by its own name."""
    return action(insert(table).values({column.name: param(column.name) for column in table.c}))


def _make(kind: type[S], **convert: Callable[[Any], Any]) -> Callable[..., S]:
    """A row in the order of the struct's fields, into the struct."""
    fields = kind.__struct_fields__

    def make(*row: Any) -> S:
        given = dict(zip(fields, row, strict=True))
        for name, to in convert.items():
            given[name] = to(given[name])
        return kind(**given)

    return make


def _columns(kind: type[msgspec.Struct], table: Table, **other: ColumnElement[Any]) -> Sequence[Any]:
    return [other.get(name, table.c.get(name)) for name in kind.__struct_fields__]


def _scopes(stored: str) -> frozenset[str]:
    return frozenset(stored.split())


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

_alive = people.c.deleted_at.is_(None)
_named = people.join(names, (names.c.person_id == people.c.id) & names.c.until.is_(None))
_factor = exists().where(factors.c.person_id == people.c.id, factors.c.confirmed_at.is_not(None))
_person = select(
    *_columns(
        Person,
        people,
        has_password=people.c.password_hash.is_not(None).label("has_password"),
        second_factor=_factor,
    )
)
_person_of = _make(Person, has_password=bool, second_factor=bool)
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
        people.c.id == param("id"), _alive
    ),
)

_card = select(*_columns(Card, people))
cards = rows(Card, _card.where(member(people.c.id, "ids"), _alive))
card_by_name = rows(Card, _card.select_from(_named).where(names.c.key == param("key"), _alive))
directory = rows(
    Card,
    _card.where(
        people.c.id < param("before"),
        _alive,
        or_(people.c.suspended_at.is_(None), people.c.suspended_until <= param("now")),
    )
    .order_by(people.c.id.desc())
    .limit(param("limit")),
)

add_person = action(
    lambda dialect: (
        upsert(dialect, people)
        .values({column.name: param(column.name) for column in people.c})
        .on_conflict_do_nothing(index_elements=[people.c.email_key])
    )
)
add_people = _add(people)
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
by_email = values(int, select(people.c.id).where(people.c.email_key == param("key"), _alive))
by_phone = values(
    int,
    select(people.c.id).where(
        people.c.phone == param("phone"), people.c.phone_verified_at.is_not(None), _alive
    ),
)
_staff = text("role <> 'member'")  # as in the partial index: SQLite does not see that it is implied
other_admins = values(
    int,
    select(func.count()).where(_staff, people.c.role == "admin", people.c.id != param("me"), _alive),
)
staff = rows(Card, _card.where(_staff, _alive).order_by(people.c.id))
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

# Attempts

start_attempts = action(
    lambda dialect: (
        upsert(dialect, attempts).values(key=param("key"), n=0, last_at=param("now")).on_conflict_do_nothing()
    )
)
attempt_locked = rows(
    lambda n, at: (int(n), int(at)),
    select(attempts.c.n, attempts.c.last_at).where(attempts.c.key == param("key")).with_for_update(),
)
set_attempts = action(
    update(attempts).where(attempts.c.key == param("attempt")).values(n=param("count"), last_at=param("now"))
)
refund_attempt = action(
    update(attempts).where(attempts.c.key == param("attempt"), attempts.c.n > 0).values(n=attempts.c.n - 1)
)
clear_attempts = action(delete(attempts).where(attempts.c.key == param("attempt")))

# Signing in

_login = select(people.c.id, people.c.password_hash, people.c.password_version)
login_by_name = rows(Stored, _login.select_from(_named).where(names.c.key == param("key")))
login_by_email = rows(Stored, _login.where(people.c.email_key == param("key")))
login_by_id = rows(Stored, _login.where(people.c.id == param("id")))

add_session = _add(sessions)
_session = select(*_columns(Session, sessions))
sessions_of = rows(
    _make(Session),
    _session.where(sessions.c.person_id == param("me"), sessions.c.expires_at > param("now")).order_by(
        sessions.c.id.desc()
    ),
)
known_address = values(
    int,
    select(literal(1))
    .where(
        sessions.c.person_id == param("me"),
        sessions.c.address == param("address"),
        sessions.c.expires_at > param("now"),
    )
    .limit(1),
)
oldest_sessions = values(
    int,
    select(sessions.c.id)
    .where(sessions.c.person_id == param("me"))
    .order_by(sessions.c.id.desc())
    .limit(1000)
    .offset(param("kept")),
)
end_session = action(
    delete(sessions).where(sessions.c.id == param("session"), sessions.c.person_id == param("me"))
)
end_sessions = action(
    delete(sessions).where(sessions.c.person_id == param("me"), sessions.c.id != param("kept"))
)
session_owner = rows(
    lambda id_, person_id: (int(id_), int(person_id)),
    select(sessions.c.id, sessions.c.person_id).where(sessions.c.digest == param("digest")),
)
touch_session = action(
    update(sessions)
    .where(sessions.c.id == param("session"), sessions.c.seen_at < param("at"))
    .values(seen_at=param("at"), expires_at=param("end"))
)

_caller = (
    people.c.id,
    people.c.username,
    people.c.name,
    people.c.avatar_id,
    people.c.language,
    people.c.time_zone,
    people.c.role,
    people.c.suspended_at,
    people.c.suspended_until,
)
session_caller = rows(
    lambda *row: row,
    select(sessions.c.id, sessions.c.expires_at, sessions.c.seen_at, *_caller)
    .join_from(sessions, people, people.c.id == sessions.c.person_id)
    .where(sessions.c.digest == param("digest"), sessions.c.expires_at > param("now"), _alive),
)
token_caller = rows(
    lambda *row: row,
    select(
        tokens.c.id,
        tokens.c.expires_at,
        tokens.c.used_at,
        tokens.c.kind,
        tokens.c.scopes,
        tokens.c.app_id,
        tokens.c.sealed,
        *_caller,
    )
    .select_from(tokens.outerjoin(people, people.c.id == tokens.c.person_id))
    .where(
        tokens.c.digest == param("digest"),
        or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > param("now")),
        people.c.deleted_at.is_(None),
    ),
)

add_ticket = _add(tickets)
ticket = rows(
    lambda person_id, device, wish: (int(person_id), bytes(device), wish),
    select(tickets.c.person_id, tickets.c.device, tickets.c.wish).where(
        tickets.c.digest == param("digest"), tickets.c.expires_at > param("now")
    ),
)
drop_ticket = action(delete(tickets).where(tickets.c.digest == param("ticket")))
drop_tickets = action(delete(tickets).where(tickets.c.person_id == param("me")))

# Second factor

put_factor = action(
    lambda dialect: (
        upsert(dialect, factors)
        .values(
            person_id=param("me"),
            sealed=param("sealed"),
            created_at=param("now"),
            confirmed_at=None,
            last_step=0,
        )
        .on_conflict_do_update(
            index_elements=[factors.c.person_id],
            set_={
                "sealed": param("sealed", factors.c.sealed.type),
                "created_at": param("now"),
                "last_step": 0,
            },
            where=factors.c.confirmed_at.is_(None),
        )
    )
)
factor = rows(
    lambda sealed, confirmed_at: (bytes(sealed), confirmed_at),
    select(factors.c.sealed, factors.c.confirmed_at).where(factors.c.person_id == param("me")),
)
use_step = action(
    update(factors)
    .where(factors.c.person_id == param("me"), factors.c.last_step < param("step"))
    .values(last_step=param("step"))
)
confirm_factor = action(
    update(factors)
    .where(factors.c.person_id == param("me"), factors.c.confirmed_at.is_(None))
    .values(confirmed_at=param("now"))
)
drop_factor = action(delete(factors).where(factors.c.person_id == param("me")))
add_recovery = action(
    lambda dialect: (
        upsert(dialect, recovery_codes)
        .values(person_id=param("me"), digest=param("digest"))
        .on_conflict_do_nothing()
    )
)
use_recovery = action(
    delete(recovery_codes).where(
        recovery_codes.c.person_id == param("me"), recovery_codes.c.digest == param("code")
    )
)
drop_recovery = action(delete(recovery_codes).where(recovery_codes.c.person_id == param("me")))
recovery_left = values(int, select(func.count()).where(recovery_codes.c.person_id == param("me")))

# Letters

add_letter = _add(letters)
letter = rows(
    lambda person_id, email: (int(person_id), str(email)),
    select(letters.c.person_id, letters.c.email).where(
        letters.c.digest == param("digest"),
        letters.c.kind == param("kind"),
        letters.c.expires_at > param("now"),
    ),
)
use_letter = action(
    delete(letters).where(
        letters.c.digest == param("letter"),
        letters.c.kind == param("of_kind"),
        letters.c.expires_at > param("now"),
    )
)
drop_letters = action(
    delete(letters).where(letters.c.person_id == param("me"), letters.c.kind == param("of_kind"))
)

# Applications

add_app = _add(apps)
_app_columns = _columns(App, apps)
_app_of = _make(App, scopes=_scopes, redirect_uris=tuple)
app = rows(_app_of, select(*_app_columns).where(apps.c.id == param("id")))
app_by_client = rows(_app_of, select(*_app_columns).where(apps.c.client_id == param("client_id")))
app_secret = rows(
    lambda digest, sealed: (digest, sealed),
    select(apps.c.secret_digest, apps.c.sealed).where(apps.c.id == param("id")),
)
apps_of = rows(
    _app_of, select(*_app_columns).where(apps.c.owner_id == param("me")).order_by(apps.c.id.desc())
)
count_apps = values(int, select(func.count()).where(apps.c.owner_id == param("me")))
set_app_secret = action(
    update(apps)
    .where(apps.c.id == param("app"))
    .values(secret_digest=param("digest"), sealed=param("sealed"))
)
drop_app = [
    action(delete(table).where(table.c.app_id == param("app")))
    for table in (tokens, refreshes, codes, oauth1_requests)
] + [action(delete(apps).where(apps.c.id == param("app")))]

# Tokens

add_token = _add(tokens)
_token_of = _make(Token, scopes=_scopes)
tokens_of = rows(
    _token_of,
    select(*_columns(Token, tokens))
    .where(
        tokens.c.person_id == param("me"),
        or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > param("now")),
    )
    .order_by(tokens.c.id.desc())
    .limit(param("limit")),
)
count_tokens = values(
    int,
    select(func.count()).where(
        tokens.c.person_id == param("me"),
        tokens.c.kind == param("kind"),
        or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > param("now")),
    ),
)
oldest_tokens = values(
    int,
    select(tokens.c.id)
    .where(tokens.c.person_id == param("me"), tokens.c.kind == param("kind"))
    .order_by(tokens.c.id.desc())
    .limit(1000)
    .offset(param("kept")),
)
oldest_app_tokens = values(
    int,
    select(tokens.c.id)
    .where(tokens.c.app_id == param("app"), tokens.c.person_id.is_(None))
    .order_by(tokens.c.id.desc())
    .limit(1000)
    .offset(param("kept")),
)
drop_token = action(delete(tokens).where(tokens.c.id == param("token"), tokens.c.person_id == param("me")))
drop_tokens = action(delete(tokens).where(tokens.c.person_id == param("me")))
drop_tokens_of_kind = action(
    delete(tokens).where(tokens.c.person_id == param("me"), tokens.c.kind == param("of_kind"))
)
touch_token = action(
    update(tokens)
    .where(tokens.c.id == param("token"), func.coalesce(tokens.c.used_at, 0) < param("at"))
    .values(used_at=param("at"))
)
token_by_digest = rows(
    lambda *row: row,
    select(
        tokens.c.id,
        tokens.c.person_id,
        tokens.c.app_id,
        tokens.c.family,
        tokens.c.scopes,
        tokens.c.created_at,
        tokens.c.expires_at,
        people.c.username,
    )
    .select_from(tokens.outerjoin(people, people.c.id == tokens.c.person_id))
    .where(tokens.c.digest == param("digest"), people.c.deleted_at.is_(None)),
)
drop_token_by_id = action(delete(tokens).where(tokens.c.id == param("token")))

# OAuth 2 grants

add_code = _add(codes)
code = rows(
    lambda *row: row,
    select(
        codes.c.family,
        codes.c.app_id,
        codes.c.person_id,
        codes.c.scopes,
        codes.c.redirect_uri,
        codes.c.challenge,
        codes.c.used_at,
        codes.c.expires_at,
    ).where(codes.c.digest == param("digest")),
)
use_code = action(
    update(codes)
    .where(codes.c.digest == param("code"), codes.c.used_at.is_(None))
    .values(used_at=param("now"))
)
add_refresh = _add(refreshes)
refresh = rows(
    lambda *row: row,
    select(
        refreshes.c.family,
        refreshes.c.app_id,
        refreshes.c.person_id,
        refreshes.c.scopes,
        refreshes.c.used_at,
        refreshes.c.expires_at,
    ).where(refreshes.c.digest == param("digest")),
)
use_refresh = action(
    update(refreshes)
    .where(refreshes.c.digest == param("refresh"), refreshes.c.used_at.is_(None))
    .values(used_at=param("now"))
)
drop_family = [
    action(delete(tokens).where(tokens.c.family == param("of"))),
    action(delete(refreshes).where(refreshes.c.family == param("of"))),
]
drop_consent = [
    action(delete(table).where(table.c.app_id == param("app"), table.c.person_id == param("me")))
    for table in (tokens, refreshes, codes)
]
drop_grants = [
    action(delete(table).where(table.c.person_id == param("me")))
    for table in (refreshes, codes, oauth1_requests)
]
consents = rows(
    lambda app_id, name, website, scopes, since, used_at: Consent(
        app_id=app_id, name=name, website=website, scopes=_scopes(scopes), since=since, used_at=used_at
    ),
    select(
        apps.c.id,
        apps.c.name,
        apps.c.website,
        func.max(tokens.c.scopes),
        func.min(tokens.c.created_at),
        func.max(tokens.c.used_at),
    )
    .join_from(tokens, apps, apps.c.id == tokens.c.app_id)
    .where(tokens.c.person_id == param("me"))
    .group_by(apps.c.id, apps.c.name, apps.c.website)
    .order_by(apps.c.id.desc()),
)

# OAuth 1.0a

add_oauth1_request = _add(oauth1_requests)
oauth1_request = rows(
    lambda *row: row,
    select(
        oauth1_requests.c.app_id,
        oauth1_requests.c.sealed,
        oauth1_requests.c.callback,
        oauth1_requests.c.person_id,
        oauth1_requests.c.verifier,
    ).where(oauth1_requests.c.digest == param("digest"), oauth1_requests.c.expires_at > param("now")),
)
approve_oauth1_request = action(
    update(oauth1_requests)
    .where(oauth1_requests.c.digest == param("request"), oauth1_requests.c.person_id.is_(None))
    .values(person_id=param("me"), verifier=param("code"))
)
drop_oauth1_request = action(delete(oauth1_requests).where(oauth1_requests.c.digest == param("request")))

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
add_purged = _add(purged)
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
