"""OAuth 2: codes, access and refresh tokens (RFC 6749, 7009, 7636, 7662, 9700).

Everything that came from one consent is a *family*. A code or refresh token that shows up a second time
was stolen or copied, so its family ends; that has to be committed, which is why such refusals are
returned (``Refused``) and not raised.
"""

from __future__ import annotations

import re
from hashlib import sha256

from dozen.core.accounts import apps, oauth_queries, people
from dozen.core.accounts.access import is_plausible
from dozen.core.accounts.errors import BadClient, BadGrant, BadScope, ChallengeRequired
from dozen.core.accounts.parts import access_changed
from dozen.core.accounts.structs import App, Granted, Introspection, Refused, Scopes
from dozen.core.accounts.tokens import checked_scopes, within
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.crypto import b64, digest, same, token

CODE_LASTS = 10 * clock.MINUTE
REFRESH_LASTS = 90 * clock.DAY
"""Since the last refresh."""
ACCESS_SECONDS = 3600
_APP_TOKENS = 50
_PREFIX, _REFRESH_PREFIX = "dz_", "dzr_"
_S256 = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def authorize(
    tx: Tx,
    me: int,
    app: App,
    *,
    scopes: Scopes,
    redirect_uri: str | None,
    challenge: str | None = None,
    method: str = "S256",
) -> str:
    """``me`` has agreed: a code for ``app``, good once and for ten minutes.

    Raises BadRedirect (show it, do not redirect), BadScope, ChallengeRequired.
    """
    target = apps.redirect_of(app, redirect_uri)
    scopes = granted_scopes(app, scopes)
    if challenge is None:
        if not app.confidential:
            raise ChallengeRequired
    elif method != "S256" or not _S256.fullmatch(challenge):
        raise ChallengeRequired("only S256 is accepted")
    people.must_be_active(tx, me)
    code = token()
    oauth_queries.add_code(
        tx,
        digest=digest(code),
        family=tx.next_id(),
        app_id=app.id,
        person_id=me,
        scopes=_text(scopes),
        # What was left out at the start must be left out at the exchange (RFC 6749, 4.1.3).
        redirect_uri=target if redirect_uri is not None else "",
        challenge=challenge or "",
        used_at=None,
        expires_at=tx.now + CODE_LASTS,
    )
    return code


def granted_scopes(app: App, scopes: Scopes) -> Scopes:
    """What an application may ask for. Raises BadScope."""
    scopes = checked_scopes(scopes)
    if not within(scopes, app.scopes):
        raise BadScope("the application did not register for this permission")
    return scopes


def exchange_code(
    tx: Tx,
    app: App,
    code: str,
    *,
    redirect_uri: str | None,
    verifier: str | None = None,
    expires_in: int | None = ACCESS_SECONDS,
    refreshable: bool = True,
) -> Granted | Refused:
    """Tokens for a code; ``app`` comes from ``authenticate_app``. Refused with BadGrant.

    ``expires_in`` (seconds) and ``refreshable`` are the dialect's habit: some know no refreshing.
    """
    key = _key(code)
    found = oauth_queries.code.first(tx, digest=key)
    if found is None:
        return Refused(BadGrant())
    family, app_id, person_id, scope_text, target, challenge, used_at, expires_at = found
    if app_id != app.id:
        return Refused(BadGrant())
    if used_at is not None:
        return _stolen(tx, family, person_id)
    if expires_at <= tx.now or (target and redirect_uri != target):
        return Refused(BadGrant())
    if challenge and not _verified(challenge, verifier):
        return Refused(BadGrant("the code verifier does not match"))
    if not oauth_queries.use_code(tx, code=key, now=tx.now):  # somebody else was faster by a hair
        return _stolen(tx, family, person_id)
    return _grant(
        tx, app, person_id, family, _set(scope_text), expires_in=expires_in, refreshable=refreshable
    )


def refresh(
    tx: Tx,
    app: App,
    refresh_token: str,
    *,
    scopes: Scopes | None = None,
    expires_in: int | None = ACCESS_SECONDS,
) -> Granted | Refused:
    """New tokens for a refresh token, which is used up. ``scopes`` may be fewer. Refused with BadGrant.

    Raises BadScope.
    """
    key = _key(refresh_token)
    found = oauth_queries.refresh.first(tx, digest=key)
    if found is None:
        return Refused(BadGrant())
    family, app_id, person_id, scope_text, used_at, expires_at = found
    if app_id != app.id or expires_at <= tx.now:
        return Refused(BadGrant())
    if used_at is not None:
        return _stolen(tx, family, person_id)
    had = _set(scope_text)
    wanted = had if scopes is None else checked_scopes(scopes)
    if not within(wanted, had):
        raise BadScope
    if not oauth_queries.use_refresh(tx, refresh=key, now=tx.now):
        return _stolen(tx, family, person_id)
    return _grant(tx, app, person_id, family, wanted, expires_in=expires_in, refreshable=True, keeps=had)


def client_credentials(
    tx: Tx, app: App, *, scopes: Scopes, expires_in: int | None = 30 * 24 * ACCESS_SECONDS
) -> Granted:
    """A token with which an application calls for itself; see ``caller_for_token``.

    Raises BadClient, BadScope.
    """
    if not app.confidential:
        raise BadClient("a public application cannot prove who it is")
    scopes = granted_scopes(app, scopes)
    for old in oauth_queries.oldest_app_tokens.all(tx, app=app.id, kept=_APP_TOKENS - 1):
        oauth_queries.drop_token_by_id(tx, token=old)
    access, token_id = _access(tx, app, None, tx.next_id(), scopes, expires_in)
    return Granted(
        token_id=token_id,
        access_token=access,
        expires_in=expires_in,
        refresh_token=None,
        scopes=scopes,
        person_id=None,
    )


def revoke(tx: Tx, token_text: str, app: App | None = None) -> None:
    """End an access or refresh token, and its family. Unknown ones are no error (RFC 7009).

    With ``app`` only one of that application's; without, whoever holds a token may end it.
    """
    key = _key(token_text)
    if found := oauth_queries.token_by_digest.first(tx, digest=key):
        token_id, person_id, app_id, family = found[:4]
        if app is not None and app_id != app.id:
            return
        oauth_queries.drop_token_by_id(tx, token=token_id)
    elif kept := oauth_queries.refresh.first(tx, digest=key):
        family, app_id, person_id = kept[:3]
        if app is not None and app_id != app.id:
            return
    else:
        return
    if family is not None:
        _end_family(tx, family)
    access_changed(tx, person_id or 0)


def introspect(tx: Tx, app: App, token_text: str) -> Introspection:
    """What a token of ``app`` may do; of others' and dead ones only that they are not active."""
    found = oauth_queries.token_by_digest.first(tx, digest=_key(token_text))
    if found is None:
        return Introspection(active=False)
    _, person_id, app_id, _, scope_text, created_at, expires_at, username = found
    if app_id != app.id or (expires_at is not None and expires_at <= tx.now):
        return Introspection(active=False)
    return Introspection(
        active=True,
        scopes=_set(scope_text),
        client_id=app.client_id,
        username=username or "",
        person_id=person_id,
        issued_at=created_at,
        expires_at=expires_at,
    )


def _grant(
    tx: Tx,
    app: App,
    person_id: int,
    family: int,
    scopes: Scopes,
    *,
    expires_in: int | None,
    refreshable: bool,
    keeps: Scopes | None = None,
) -> Granted:
    access, token_id = _access(tx, app, person_id, family, scopes, expires_in)
    renewal = None
    if refreshable:
        renewal = _REFRESH_PREFIX + token()
        oauth_queries.add_refresh(
            tx,
            digest=digest(renewal),
            family=family,
            app_id=app.id,
            person_id=person_id,
            scopes=_text(scopes if keeps is None else keeps),
            used_at=None,
            expires_at=tx.now + REFRESH_LASTS,
        )
    return Granted(
        token_id=token_id,
        access_token=access,
        expires_in=expires_in,
        refresh_token=renewal,
        scopes=scopes,
        person_id=person_id,
    )


def _access(
    tx: Tx, app: App, person_id: int | None, family: int, scopes: Scopes, expires_in: int | None
) -> tuple[str, int]:
    secret, token_id = _PREFIX + token(), tx.next_id()
    oauth_queries.add_token(
        tx,
        id=token_id,
        digest=digest(secret),
        kind="oauth",
        person_id=person_id,
        app_id=app.id,
        family=family,
        name=app.name,
        scopes=_text(scopes),
        sealed=None,
        created_at=tx.now,
        used_at=None,
        expires_at=None if expires_in is None else tx.now + expires_in * clock.SECOND,
    )
    return secret, token_id


def _stolen(tx: Tx, family: int, person_id: int) -> Refused:
    _end_family(tx, family)
    access_changed(tx, person_id)
    return Refused(BadGrant("this was used before; everything that came from it was revoked"))


def _end_family(tx: Tx, family: int) -> None:
    for drop in oauth_queries.drop_family:
        drop(tx, of=family)


def _verified(challenge: str, verifier: str | None) -> bool:
    if verifier is None or not _VERIFIER.fullmatch(verifier):
        return False
    return same(b64(sha256(verifier.encode()).digest()), challenge)


def _key(secret: str) -> bytes:
    return digest(secret) if is_plausible(secret) else b""


def _text(scopes: Scopes) -> str:
    return " ".join(sorted(scopes))


def _set(text: str) -> Scopes:
    return frozenset(text.split())
