"""Applications that people may let act for them."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from dozen.core.accounts import oauth_queries, people
from dozen.core.accounts.access import SECRET_OF_APP, is_plausible
from dozen.core.accounts.errors import BadApp, BadClient, BadProfile, BadRedirect, NoSuchApp, TooManyTokens
from dozen.core.accounts.fields import checked_line
from dozen.core.accounts.parts import access_changed
from dozen.core.accounts.structs import App, Consent, NewApp, Scopes
from dozen.core.accounts.tokens import checked_scopes
from dozen.db import Tx
from dozen.kit.crypto import digest, same, token

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""Redirect address of applications that have none: the code is shown for copying."""
MOST = 50
"""Applications of one owner."""
_NAME = 60
_MOST_REDIRECTS = 10
_LONGEST_REDIRECT = 500
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_NEVER = {"javascript", "data", "vbscript", "file", "about", "blob", "ftp", "ws", "wss"}


def register_app(
    tx: Tx,
    *,
    name: str,
    redirect_uris: list[str],
    scopes: Scopes,
    owner: int | None,
    dialect: str = "native",
    website: str = "",
    confidential: bool = True,
    signs: bool = False,
) -> NewApp:
    """``scopes`` are the most it may ever ask for. ``dialect`` is the protocol it speaks with us.

    Only a ``confidential`` application gets a secret. ``signs``: it uses OAuth 1.0a, so that the secret
    is kept sealed and not as a digest only. Without ``owner`` nobody can manage it (Mastodon's way); the
    door limits how many there can be. Raises BadApp, BadScope, TooManyTokens.
    """
    if owner is not None:
        people.must_be_active(tx, owner)
    if owner is not None and (oauth_queries.count_apps.first(tx, me=owner) or 0) >= MOST:
        raise TooManyTokens
    try:
        label, site = checked_line("name", name, _NAME, least=1), checked_line("website", website, 500)
    except BadProfile as error:
        raise BadApp(fields=error.fields) from error
    if site and urlsplit(site).scheme not in ("http", "https"):
        raise BadApp(fields={"website": "This is not an http or https address"})
    if len(redirect_uris) > _MOST_REDIRECTS:
        raise BadApp(fields={"redirect_uris": f"There can be at most {_MOST_REDIRECTS} redirect addresses"})
    if signs and not confidential:
        raise BadApp("an application that signs its requests must keep a secret")
    app = App(
        id=tx.next_id(),
        client_id=token(16),
        name=label,
        website=site,
        redirect_uris=tuple(checked_redirect(uri) for uri in redirect_uris),
        scopes=checked_scopes(scopes),
        owner_id=owner,
        dialect=dialect,
        confidential=confidential,
        created_at=tx.now,
    )
    secret = token() if confidential else ""
    oauth_queries.add_app(
        tx,
        id=app.id,
        client_id=app.client_id,
        name=app.name,
        website=app.website,
        redirect_uris=app.redirect_uris,
        scopes=" ".join(sorted(app.scopes)),
        owner_id=owner,
        dialect=dialect,
        confidential=confidential,
        created_at=tx.now,
        secret_digest=digest(secret) if confidential else None,
        sealed=_sealed(tx, app, secret) if signs else None,
    )
    return NewApp(app=app, client_secret=secret)


def _sealed(tx: Tx, app: App, secret: str) -> bytes:
    return tx.env.keys.seal(SECRET_OF_APP, secret.encode(), bound_to=app.client_id.encode())


def checked_redirect(uri: str) -> str:
    """An http or https address or an app's private scheme, but nothing a browser would run. Raises BadApp."""
    if uri == OUT_OF_BAND:
        return uri
    good = 0 < len(uri) <= _LONGEST_REDIRECT and uri.isascii() and uri.isprintable() and " " not in uri
    parts = _split(uri) if good else None
    if (
        parts is None
        or not parts.scheme
        or parts.scheme in _NEVER
        or parts.fragment
        or "#" in uri
        or "@" in parts.netloc
        or (parts.scheme in ("http", "https") and not parts.hostname)
    ):
        raise BadApp(fields={"redirect_uris": "This is not an address that an answer could be sent to"})
    return uri


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    return parts


def redirect_of(app: App, asked: str | None) -> str:
    """Where the answer goes: exactly one of the registered addresses, or their only one if none is asked for.

    On the loopback interface the port may differ (RFC 8252). Raises BadRedirect.
    """
    if asked is None:
        if len(app.redirect_uris) == 1:
            return app.redirect_uris[0]
    elif asked in app.redirect_uris or any(_same_loopback(known, asked) for known in app.redirect_uris):
        return asked
    raise BadRedirect


def _same_loopback(known: str, asked: str) -> bool:
    a, b = _split(known), _split(asked)
    if a is None or b is None or a.scheme != "http" or a.hostname not in _LOOPBACK or "@" in b.netloc:
        return False
    return (a.scheme, a.hostname, a.path, a.query, a.fragment) == (
        b.scheme,
        b.hostname,
        b.path,
        b.query,
        b.fragment,
    )


def app(tx: Tx, client_id: str) -> App:
    """Raises BadClient."""
    found = oauth_queries.app_by_client.first(tx, client_id=client_id) if is_plausible(client_id) else None
    if found is None:
        raise BadClient
    return found


def authenticate_app(tx: Tx, client_id: str, client_secret: str | None) -> App:
    """The application that calls the token endpoint; a public one has no secret to show. Raises BadClient."""
    found = app(tx, client_id)
    if not found.confidential:
        if client_secret:
            raise BadClient
        return found
    kept = (oauth_queries.app_secret.first(tx, id=found.id) or (None, None))[0]
    shown = digest(client_secret) if client_secret and is_plausible(client_secret) else b""
    if kept is None or not same(bytes(kept), shown):
        raise BadClient
    return found


def my_apps(tx: Tx, me: int) -> list[App]:
    """Those that ``me`` registered, newest first."""
    return oauth_queries.apps_of.all(tx, me=me)


def _owned(tx: Tx, me: int, app_id: int) -> App:
    found = oauth_queries.app.first(tx, id=app_id)
    if found is None or found.owner_id != me:
        raise NoSuchApp
    return found


def new_app_secret(tx: Tx, me: int, app_id: int) -> NewApp:
    """The old secret no longer works; tokens stay. Raises NoSuchApp, BadApp for a public application."""
    found = _owned(tx, me, app_id)
    if not found.confidential:
        raise BadApp("a public application has no secret")
    secret = token()
    signs = (oauth_queries.app_secret.first(tx, id=app_id) or (None, None))[1] is not None
    oauth_queries.set_app_secret(
        tx, app=app_id, digest=digest(secret), sealed=_sealed(tx, found, secret) if signs else None
    )
    access_changed(tx, 0)
    return NewApp(app=found, client_secret=secret)


def delete_app(tx: Tx, me: int, app_id: int) -> None:
    """With every token that it got. Raises NoSuchApp, also for somebody else's."""
    _owned(tx, me, app_id)
    for drop in oauth_queries.drop_app:
        drop(tx, app=app_id)
    access_changed(tx, 0)


def consents(tx: Tx, me: int) -> list[Consent]:
    """The applications that may act for ``me``."""
    return oauth_queries.consents.all(tx, me=me)


def withdraw(tx: Tx, me: int, app_id: int) -> None:
    """Take back all that an application was allowed. Raises NoSuchApp when it was allowed nothing."""
    if not sum(drop(tx, app=app_id, me=me) for drop in oauth_queries.drop_consent):
        raise NoSuchApp
    access_changed(tx, me)
