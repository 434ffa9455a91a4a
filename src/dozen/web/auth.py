"""Who calls, and whether they may come in."""

from __future__ import annotations

import secrets

from dozen.core import accounts
from dozen.core.analytics import Buffer
from dozen.core.cache import Limiter
from dozen.core.realtime import Hub
from dozen.db import Tx
from dozen.kit import crypto
from dozen.kit.errors import Forbidden, Unauthenticated
from dozen.web.call import Call
from dozen.web.doors import Dialect
from dozen.web.replies import SESSION, Cookie, cookie_name

GUEST = "dozen_guest"
ACTIVE = "people.active"
"""Who was here, by the day, in the analytics."""
_STAFF = {"admin": ("admin",), "moderator": ("moderator", "admin")}
_READS = (600, 60)
_WRITES = (120, 60)
"""Requests and seconds that a caller has, where a route says nothing of its own."""


class BadToken(Unauthenticated):
    code = "bad_token"
    title = "This access token is not valid; it may have expired or been revoked"


class MissingScope(Forbidden):
    code = "missing_scope"
    title = "This access token is not allowed to do that"


class BadCsrf(Forbidden):
    code = "bad_csrf"
    title = "This form was not sent from our own page, or the page was too old; please try again"


class NotStaff(Forbidden):
    code = "not_staff"
    title = "This is for the people who run the place"


def turn_strangers_away(call: Call) -> None:
    """Raise Unauthenticated where the headers alone show that nobody known is calling: so that not a
    byte of a stranger's body is taken in where only members may send one."""
    door = call.route.door
    if call.route.access == "public" or isinstance(door, Dialect):
        return
    if (door.tokens and b"authorization" in call.headers) or (door.sessions and call.cookie(SESSION)):
        return
    raise Unauthenticated


def admit(call: Call, tx: Tx) -> None:
    """Find out who calls and let them in, or raise. Sets ``call.actor``."""
    route = call.route
    door = route.door
    by_session = False
    if tx.dialect == "sqlite":
        # Another process may just have ended this session. On PostgreSQL asking would cost a round trip,
        # and it is heard of within half a second.
        tx.part(Hub).catch_up(tx)
    if isinstance(door, Dialect):
        call.actor = door.authenticate(call, tx)
    else:
        authorization = call.headers.get(b"authorization") if door.tokens else None
        if authorization is not None:
            call.actor = _by_token(tx, authorization)
        elif door.sessions and (token := call.cookie(SESSION)):
            call.actor = accounts.actor_for_session(tx, token)
            by_session = call.actor is not None
    actor = call.actor
    if actor is None:
        if route.access != "public":
            raise Unauthenticated
    else:
        if actor.suspended:
            accounts.must_be_active(tx, actor.person_id)  # says why, and until when
            raise accounts.errors.AccountSuspended
        if route.scope is not None and not actor.may(route.scope):
            raise MissingScope(f"The token needs the scope {route.scope!r}", scope=route.scope)
        if route.access not in ("public", "member") and actor.role not in _STAFF[route.access]:
            raise NotStaff
        call.env.part(Buffer).seen(ACTIVE, 0, actor.person_id)
    if route.writes and door.sessions and (by_session or (door.kind == "page" and actor is None)):
        _check_same_site(call)


def _by_token(tx: Tx, authorization: bytes) -> accounts.Actor:
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"bearer" or not token.isascii() or len(token) > 512:
        raise BadToken
    actor = accounts.actor_for_token(tx, token.strip().decode())
    if actor is None:
        raise BadToken
    return actor


def limit(call: Call) -> None:
    """Count this request against the caller's allowance. Raises TooMany."""
    if not call.env.settings.rate_limits:
        return
    route = call.route
    per, seconds = route.limit or (_WRITES if route.writes else _READS)
    what = f"{route.method}{route.path}" if route.limit else ("w" if route.writes else "r")
    call.env.part(Limiter).check(f"{what}:{call.caller}", per=per, seconds=seconds)


# Forms


def csrf_field(call: Call) -> str:
    """The token that this browser's forms carry: bound to its session or to a guest cookie, and masked
    anew each time, so that compressing a page tells nothing of it."""
    real = _csrf(call)
    mask = secrets.token_bytes(len(real))
    return crypto.b64(mask + bytes(a ^ b for a, b in zip(mask, real, strict=True)))


def _csrf(call: Call) -> bytes:
    return call.env.keys.sign("csrf", _browser(call).encode(), size=18)


def _browser(call: Call) -> str:
    if token := call.cookie(SESSION):
        return crypto.digest(token).hex()
    guest = call.cookie(GUEST)
    if not guest:
        guest = crypto.token(16)
        call.cookies[cookie_name(GUEST, call.secure)] = guest
        call.headers_out.append(Cookie.set(GUEST, guest, secure=call.secure, max_age=30 * 86400))
    return guest


def _check_same_site(call: Call) -> None:
    site = call.headers.get(b"sec-fetch-site", b"")
    if site in (b"cross-site", b"same-site"):
        raise BadCsrf
    origin = call.headers.get(b"origin")
    if (
        origin is not None
        and origin not in (b"null", call.origin.encode("latin-1"))
        and origin.decode("latin-1") != call.env.settings.url
    ):
        raise BadCsrf
    # The token itself: in a header, or in the form once that is read (see serve.py).
    given = call.headers.get(b"x-csrf-token")
    if given is not None:
        check_csrf(call, given.decode("latin-1"))
    elif call.route.door.kind != "page":
        raise BadCsrf


def check_csrf(call: Call, given: str) -> None:
    """Raises BadCsrf unless ``given`` is a token of :func:`csrf_field` for this browser."""
    real = _csrf(call)
    try:
        raw = crypto.unb64(given[:200])
    except ValueError as error:
        raise BadCsrf from error
    mask, masked = raw[: len(real)], raw[len(real) :]
    if len(raw) != 2 * len(real) or not crypto.same(
        bytes(a ^ b for a, b in zip(mask, masked, strict=True)), real
    ):
        raise BadCsrf
    call.csrf_checked = True
