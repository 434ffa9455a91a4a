"""Letting callers in by what they show: a session's token, a bearer token, an OAuth 1.0a token.

Asked with every request, so mostly answered from memory (see ``parts``); what is revoked is refused at
once in the process that did it, and in the others as soon as they have read the event log.
"""

from __future__ import annotations

from typing import Any

from dozen.core.accounts import access_queries, oauth_queries
from dozen.core.accounts.parts import ACCESS_TTL, Access, Caller
from dozen.core.accounts.structs import Actor, AppActor, OAuth1Secrets, Scopes, is_suspended
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.crypto import digest

SESSION_LASTS = 30 * clock.DAY
"""Since it was last used."""
_LONGEST_TOKEN = 128
SECRET_OF_TOKEN = "accounts.oauth1.token"  # noqa: S105 - the name of a key, not a key
SECRET_OF_APP = "accounts.oauth1.consumer"  # noqa: S105


def actor_for_session(tx: Tx, token: str) -> Actor | None:
    """Who has this session; None for one that is unknown, ended, or its person's who is gone.

    A suspended person is known, with ``suspended`` set, so that they can be told why they may not come in.
    """
    if not is_plausible(token):
        return None
    key = b"s" + digest(token)
    access = tx.part(Access)
    caller = access.get(key, tx.now)
    if caller is None:
        row = access_queries.session_caller.first(tx, digest=key[1:], now=tx.now)
        if row is None:
            return None
        session_id, expires_at, seen_at, *who = row
        actor, until = _actor(tx.now, who, scopes=None, expires_at=expires_at, session_id=session_id)
        caller = Caller(actor, until, seen_at)
        access.remember(tx, key, caller)
    access.saw(caller, tx.now)
    assert isinstance(caller.actor, Actor)
    return caller.actor


def caller_for_token(tx: Tx, token: str) -> Actor | AppActor | None:
    """Who calls with this bearer token: somebody, or an application for itself."""
    if not is_plausible(token):
        return None
    key = b"t" + digest(token)
    access = tx.part(Access)
    caller = access.get(key, tx.now)
    if caller is None:
        row = access_queries.token_caller.first(tx, digest=key[1:], now=tx.now)
        # An OAuth 1.0a token is said aloud in every request: alone it proves nothing.
        if row is None or row[3] == "oauth1":
            return None
        caller = _token_caller(tx.now, row)
        access.remember(tx, key, caller)
    access.saw(caller, tx.now)
    return caller.actor


def actor_for_token(tx: Tx, token: str) -> Actor | None:
    """Who has this bearer token; None also for a token that stands for an application only."""
    found = caller_for_token(tx, token)
    return found if isinstance(found, Actor) else None


def oauth1_secrets(tx: Tx, consumer_key: str, token: str) -> OAuth1Secrets | None:
    """What a request's signature is verified with; None when key and token are not ours or not of one app.

    The caller is only let in once the signature is right: then say so with :func:`oauth1_seen`.
    """
    if not is_plausible(token) or not is_plausible(consumer_key):
        return None
    key = b"1" + digest(f"{consumer_key}\0{token}")
    access = tx.part(Access)
    caller = access.get(key, tx.now)
    if caller is None:
        token_digest = digest(token)
        row = access_queries.token_caller.first(tx, digest=token_digest, now=tx.now)
        app = oauth_queries.app_by_client.first(tx, client_id=consumer_key)
        if row is None or app is None or row[3] != "oauth1" or row[5] != app.id:
            return None
        sealed = (oauth_queries.app_secret.first(tx, id=app.id) or (None, None))[1]
        if sealed is None:
            return None
        keys = tx.env.keys
        caller = _token_caller(tx.now, row)
        caller.secrets = (
            keys.unseal(SECRET_OF_APP, bytes(sealed), bound_to=consumer_key.encode()).decode(),
            keys.unseal(SECRET_OF_TOKEN, bytes(row[6]), bound_to=token_digest).decode(),
        )
        access.remember(tx, key, caller)
    if caller.secrets is None or not isinstance(caller.actor, Actor):
        return None
    return OAuth1Secrets(
        consumer_secret=caller.secrets[0], token_secret=caller.secrets[1], actor=caller.actor
    )


def oauth1_seen(tx: Tx, consumer_key: str, token: str) -> None:
    """The signature was right: note when the token was used."""
    access = tx.part(Access)
    caller = access.get(b"1" + digest(f"{consumer_key}\0{token}"), tx.now)
    if caller is not None:
        access.saw(caller, tx.now)


def flush_seen(tx: Tx) -> int:
    """Write down when sessions and tokens were last used; sessions last 30 days from then.

    Every process calls this for itself, once a minute or so; gives how many were written.
    """
    access = tx.part(Access)
    sessions, tokens = access.seen()
    if sessions:
        access_queries.touch_session.many(
            tx, [{"session": key, "at": at, "end": at + SESSION_LASTS} for key, at in sessions.items()]
        )
    if tokens:
        oauth_queries.touch_token.many(tx, [{"token": key, "at": at} for key, at in tokens.items()])
    tx.after_commit(lambda: access.written(sessions, tokens))
    return len(sessions) + len(tokens)


def is_plausible(token: str) -> bool:
    """Whether it is worth asking the database for a token, key or code that somebody sent."""
    return 0 < len(token) <= _LONGEST_TOKEN and token.isascii() and token.isprintable()


def _token_caller(now: int, row: tuple[Any, ...]) -> Caller:
    token_id, expires_at, used_at, _, scope_text, app_id, _, *who = row
    scopes: Scopes = frozenset(scope_text.split())
    if who[0] is None:
        app_actor = AppActor(app_id=app_id, token_id=token_id, scopes=scopes)
        return Caller(app_actor, _until(now, expires_at), used_at or 0)
    actor, until = _actor(now, who, scopes=scopes, expires_at=expires_at, token_id=token_id, app_id=app_id)
    return Caller(actor, until, used_at or 0)


def _until(now: int, *ends: int | None) -> int:
    return min([now + ACCESS_TTL, *(end for end in ends if end is not None and end > now)])


def _actor(
    now: int,
    who: list[Any],
    *,
    scopes: Scopes | None,
    expires_at: int | None,
    session_id: int | None = None,
    token_id: int | None = None,
    app_id: int | None = None,
) -> tuple[Actor, int]:
    """The caller, and until when that is known to hold."""
    person_id, username, name, avatar_id, language, time_zone, role, since, suspended_until = who
    actor = Actor(
        person_id=person_id,
        username=username,
        name=name,
        avatar_id=avatar_id,
        language=language,
        time_zone=time_zone,
        role=role,
        suspended=is_suspended(since, suspended_until, now),
        scopes=scopes,
        session_id=session_id,
        token_id=token_id,
        app_id=app_id,
    )
    return actor, _until(now, expires_at, suspended_until if since is not None else None)
