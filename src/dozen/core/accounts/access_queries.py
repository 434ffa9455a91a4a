"""SQL of signing in: attempts, sessions, the second factor, letters."""

from __future__ import annotations

from sqlalchemy import delete, func, literal, or_, select, update

from dozen.core.accounts.passwords import Stored
from dozen.core.accounts.row_queries import add_row, alive, columns, make, named
from dozen.core.accounts.structs import Session
from dozen.core.accounts.tables import (
    attempts,
    factors,
    letters,
    names,
    people,
    recovery_codes,
    sessions,
    tickets,
    tokens,
)
from dozen.db import action, param, rows, upsert, values

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
login_by_name = rows(Stored, _login.select_from(named).where(names.c.key == param("key")))
login_by_email = rows(Stored, _login.where(people.c.email_key == param("key")))
login_by_id = rows(Stored, _login.where(people.c.id == param("id")))

add_session = add_row(sessions)
_session = select(*columns(Session, sessions))
sessions_of = rows(
    make(Session),
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
    .where(sessions.c.digest == param("digest"), sessions.c.expires_at > param("now"), alive),
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

add_ticket = add_row(tickets)
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

add_letter = add_row(letters)
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
