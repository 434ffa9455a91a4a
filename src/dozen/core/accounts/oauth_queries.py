"""SQL of tokens and applications."""

from __future__ import annotations

from sqlalchemy import delete, func, or_, select, update

from dozen.core.accounts.row_queries import add_row, columns, make, scope_set
from dozen.core.accounts.structs import App, Consent, Token
from dozen.core.accounts.tables import apps, codes, oauth1_requests, people, refreshes, tokens
from dozen.db import action, param, rows, values

# Applications

add_app = add_row(apps)
_app_columns = columns(App, apps)
_app_of = make(App, scopes=scope_set, redirect_uris=tuple)
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

add_token = add_row(tokens)
_token_of = make(Token, scopes=scope_set)
tokens_of = rows(
    _token_of,
    select(*columns(Token, tokens))
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

add_code = add_row(codes)
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
add_refresh = add_row(refreshes)
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
        app_id=app_id, name=name, website=website, scopes=scope_set(scopes), since=since, used_at=used_at
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

add_oauth1_request = add_row(oauth1_requests)
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
