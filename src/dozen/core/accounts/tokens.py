"""Bearer tokens: made by hand for scripts, or got by signing in through the API."""

from __future__ import annotations

import re

from dozen.core.accounts import oauth_queries, people
from dozen.core.accounts.errors import BadScope, NoSuchPerson, NoSuchToken, NotAllowed, TooManyTokens
from dozen.core.accounts.fields import checked_line
from dozen.core.accounts.parts import access_changed
from dozen.core.accounts.structs import ALL, Issued, Scopes, SignedIn, Token, TokenWish, covers
from dozen.db import Tx
from dozen.kit import clock, crypto, text

PREFIX = "dz_"
"""So that people, and scanners for leaked secrets, see what it is."""
MOST = 100
"""Tokens of one person and kind. Of those got by signing in, the oldest give way."""
_LONGEST = 10 * 366 * clock.DAY
_NAME = 60
_SCOPE = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,59}")
_MOST_SCOPES = 60


def checked_scopes(scopes: Scopes | set[str] | list[str]) -> Scopes:
    """Raises BadScope for none, too many, or one that is not a scope's name."""
    found = frozenset(scopes)
    if not found or len(found) > _MOST_SCOPES:
        raise BadScope("name at least one permission")
    for each in found:
        if each != "*" and not _SCOPE.fullmatch(each):
            raise BadScope("a permission looks like microblog:read")
    return ALL if "*" in found else found


def within(wanted: Scopes, have: Scopes) -> bool:
    """Whether ``have`` covers all that is wanted."""
    return "*" in have or all(each != "*" and covers(have, each) for each in wanted)


def issue_token(
    tx: Tx,
    me: int,
    *,
    name: str,
    scopes: Scopes,
    expires_in: int | None = None,
    granting: Scopes | None = None,
    of: int | None = None,
) -> Issued:
    """A token for a script. ``expires_in`` is in seconds; None: until it is revoked.

    ``granting`` are the scopes of the token that asks (None: a browser session): nobody gives more than
    they have. ``of`` is a service account that ``me`` owns, or any as an admin. Raises BadScope,
    NotAllowed, TooManyTokens.
    """
    scopes = checked_scopes(scopes)
    if granting is not None and not within(scopes, granting):
        raise BadScope("a token can only make tokens for what it may do itself")
    person_id = me if of is None else of
    _may_manage(tx, me, person_id)
    people.must_be_active(tx, me)
    if (oauth_queries.count_tokens.first(tx, me=person_id, kind="personal", now=tx.now) or 0) >= MOST:
        raise TooManyTokens
    label = checked_line("name", name, _NAME, least=1)
    made = _add(tx, person_id, kind="personal", name=label, scopes=scopes, expires_in=expires_in)
    assert made.token_id is not None
    return Issued(
        id=made.token_id,
        token=made.token,
        name=label,
        scopes=scopes,
        expires_at=made.expires_at,
        expires_in=made.expires_in,
    )


def open_token(tx: Tx, person_id: int, *, device: str, wish: TokenWish) -> SignedIn:
    """A token for somebody who has proven who they are by password (and code)."""
    kind = "login" if wish.app_id is None else "oauth"
    for old in oauth_queries.oldest_tokens.all(tx, me=person_id, kind=kind, kept=MOST - 1):
        oauth_queries.drop_token(tx, token=old, me=person_id)
    return _add(
        tx,
        person_id,
        kind=kind,
        name=text.clip(text.clean(device[: 4 * _NAME]), _NAME),
        scopes=checked_scopes(wish.scopes),
        expires_in=wish.expires_in,
        app_id=wish.app_id,
    )


def _add(
    tx: Tx,
    person_id: int,
    *,
    kind: str,
    name: str,
    scopes: Scopes,
    expires_in: int | None,
    app_id: int | None = None,
) -> SignedIn:
    if expires_in is not None and not 0 < expires_in * clock.SECOND <= _LONGEST:
        raise BadScope("a token lasts at least a second and at most ten years")
    secret, token_id = PREFIX + crypto.token(), tx.next_id()
    expires_at = None if expires_in is None else tx.now + expires_in * clock.SECOND
    oauth_queries.add_token(
        tx,
        id=token_id,
        digest=crypto.digest(secret),
        kind=kind,
        person_id=person_id,
        app_id=app_id,
        family=None,
        name=name,
        scopes=" ".join(sorted(scopes)),
        sealed=None,
        created_at=tx.now,
        used_at=None,
        expires_at=expires_at,
    )
    return SignedIn(
        person_id=person_id,
        token=secret,
        expires_at=expires_at,
        expires_in=expires_in,
        scopes=scopes,
        token_id=token_id,
    )


def my_tokens(tx: Tx, me: int, *, of: int | None = None) -> list[Token]:
    """Newest first, of every kind; never the secrets. ``of`` as in :func:`issue_token`."""
    person_id = me if of is None else of
    _may_manage(tx, me, person_id)
    return oauth_queries.tokens_of.all(tx, me=person_id, now=tx.now, limit=4 * MOST)


def revoke_token(tx: Tx, me: int, token_id: int, *, of: int | None = None) -> None:
    """Raises NoSuchToken, also for somebody else's."""
    person_id = me if of is None else of
    _may_manage(tx, me, person_id)
    if not oauth_queries.drop_token(tx, token=token_id, me=person_id):
        raise NoSuchToken
    access_changed(tx, person_id)


def _may_manage(tx: Tx, me: int, person_id: int) -> None:
    if me == person_id:
        return
    target = people.person(tx, person_id)
    if target.kind != "service":
        raise NotAllowed
    if target.deleted_at is not None:
        raise NoSuchPerson
    if target.owner_id != me:
        people.must_be_admin(tx, me)
