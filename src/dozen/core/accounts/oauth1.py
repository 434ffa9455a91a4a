"""OAuth 1.0a (RFC 5849): credentials, and the three-legged dance that leads to them.

Both sides sign with their secrets, so the server must have them: they are sealed with the installation's
key, bound to the row they belong to. Checking signatures, timestamps and nonces is the dialect's work.
"""

from __future__ import annotations

from dozen.core.accounts import apps, oauth_queries, people
from dozen.core.accounts.access import SECRET_OF_APP, SECRET_OF_TOKEN, is_plausible
from dozen.core.accounts.apps import OUT_OF_BAND
from dozen.core.accounts.errors import BadClient, BadGrant, NoSuchApp, TooManyTokens
from dozen.core.accounts.structs import App, OAuth1Consumer, OAuth1Credentials, OAuth1Request
from dozen.core.accounts.tokens import MOST
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.crypto import digest, same, token

REQUEST_LASTS = 15 * clock.MINUTE
_SECRET_OF_REQUEST = "accounts.oauth1.request"  # noqa: S105 - the name of a key, not a key
_OOB = ("oob", OUT_OF_BAND, "")


def oauth1_consumer(tx: Tx, consumer_key: str) -> OAuth1Consumer | None:
    """What a request without a token is verified with; None for an application that does not sign."""
    app = (
        oauth_queries.app_by_client.first(tx, client_id=consumer_key) if is_plausible(consumer_key) else None
    )
    if app is None:
        return None
    sealed = (oauth_queries.app_secret.first(tx, id=app.id) or (None, None))[1]
    if sealed is None:
        return None
    secret = tx.env.keys.unseal(SECRET_OF_APP, bytes(sealed), bound_to=app.client_id.encode()).decode()
    return OAuth1Consumer(app_id=app.id, name=app.name, secret=secret)


def issue_oauth1(tx: Tx, me: int, app_id: int) -> OAuth1Credentials:
    """All four credentials at once, for a bot of one's own: ``me`` owns the application.

    Raises NoSuchApp, BadClient when it was not registered as one that signs, TooManyTokens.
    """
    app = oauth_queries.app.first(tx, id=app_id)
    if app is None or app.owner_id != me:
        raise NoSuchApp
    return _credentials(tx, me, app)


def oauth1_start(tx: Tx, consumer_key: str, callback: str) -> OAuth1Request:
    """The first leg, after its signature was verified with :func:`oauth1_consumer`.

    ``callback`` must be registered, or ``oob`` for a number to copy. Raises BadClient, BadRedirect.
    """
    app = apps.app(tx, consumer_key)
    target = OUT_OF_BAND if callback in _OOB else apps.redirect_of(app, callback)
    made, secret = token(24), token()
    oauth_queries.add_oauth1_request(
        tx,
        digest=digest(made),
        app_id=app.id,
        sealed=tx.env.keys.seal(_SECRET_OF_REQUEST, secret.encode(), bound_to=digest(made)),
        callback=target,
        person_id=None,
        verifier=None,
        expires_at=tx.now + REQUEST_LASTS,
    )
    return OAuth1Request(
        token=made, secret=secret, app_id=app.id, app_name=app.name, callback=target, approved=False
    )


def oauth1_request(tx: Tx, request: str) -> OAuth1Request:
    """A request token on its way, for the consent page and for verifying the third leg. Raises BadGrant."""
    app_id, sealed, callback, person_id, _ = _row(tx, request)
    app = oauth_queries.app.first(tx, id=app_id)
    if app is None:
        raise BadGrant
    secret = tx.env.keys.unseal(_SECRET_OF_REQUEST, bytes(sealed), bound_to=digest(request)).decode()
    return OAuth1Request(
        token=request,
        secret=secret,
        app_id=app_id,
        app_name=app.name,
        callback=callback,
        approved=person_id is not None,
    )


def oauth1_approve(tx: Tx, me: int, request: str) -> str:
    """The second leg: ``me`` has agreed. Gives the verifier for the callback. Raises BadGrant."""
    _row(tx, request)
    people.must_be_active(tx, me)
    verifier = token(16)
    if not oauth_queries.approve_oauth1_request(tx, request=digest(request), me=me, code=digest(verifier)):
        raise BadGrant
    return verifier


def oauth1_finish(tx: Tx, consumer_key: str, request: str, verifier: str) -> OAuth1Credentials:
    """The third leg, after its signature was verified: the request token is used up. Raises BadGrant."""
    app_id, _, _, person_id, kept = _row(tx, request)
    app = oauth_queries.app.first(tx, id=app_id)
    if app is None or app.client_id != consumer_key or person_id is None or kept is None:
        raise BadGrant
    if not is_plausible(verifier) or not same(bytes(kept), digest(verifier)):
        raise BadGrant
    if not oauth_queries.drop_oauth1_request(tx, request=digest(request)):
        raise BadGrant
    return _credentials(tx, person_id, app)


def _row(tx: Tx, request: str) -> tuple[int, bytes, str, int | None, bytes | None]:
    key = digest(request) if is_plausible(request) else b""
    found = oauth_queries.oauth1_request.first(tx, digest=key, now=tx.now)
    if found is None:
        raise BadGrant
    return found


def _credentials(tx: Tx, person_id: int, app: App) -> OAuth1Credentials:
    consumer = oauth1_consumer(tx, app.client_id)
    if consumer is None:
        raise BadClient("the application was not registered for OAuth 1.0a")
    if (oauth_queries.count_tokens.first(tx, me=person_id, kind="oauth1", now=tx.now) or 0) >= MOST:
        raise TooManyTokens
    person = people.must_be_active(tx, person_id)
    made, secret = f"{person_id}-{token(30)}", token()
    oauth_queries.add_token(
        tx,
        id=tx.next_id(),
        digest=digest(made),
        kind="oauth1",
        person_id=person_id,
        app_id=app.id,
        family=None,
        name=app.name,
        scopes=" ".join(sorted(app.scopes)),
        sealed=tx.env.keys.seal(SECRET_OF_TOKEN, secret.encode(), bound_to=digest(made)),
        created_at=tx.now,
        used_at=None,
        expires_at=None,
    )
    return OAuth1Credentials(
        consumer_key=app.client_id,
        consumer_secret=consumer.secret,
        token=made,
        token_secret=secret,
        person_id=person_id,
        username=person.username,
    )
