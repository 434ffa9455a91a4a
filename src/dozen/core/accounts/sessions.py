"""Browser sessions: a random token in a cookie, of which only the digest is stored."""

from __future__ import annotations

from dozen.core.accounts import access_queries
from dozen.core.accounts.access import SESSION_LASTS, is_plausible
from dozen.core.accounts.errors import NoSuchSession
from dozen.core.accounts.parts import access_changed
from dozen.core.accounts.structs import Session, SignedIn
from dozen.db import Tx
from dozen.kit import clock, text
from dozen.kit.crypto import digest, token

MOST = 50
"""Sessions of one person; the oldest give way."""
_DEVICE = 200
_ADDRESS = 100


def open_session(tx: Tx, person_id: int, *, device: str, address: str) -> SignedIn:
    """A new session, for somebody who has proven who they are. Never an old one again (fixation)."""
    for old in access_queries.oldest_sessions.all(tx, me=person_id, kept=MOST - 1):
        access_queries.end_session(tx, session=old, me=person_id)
    secret, session_id, expires_at = token(), tx.next_id(), tx.now + SESSION_LASTS
    access_queries.add_session(
        tx,
        id=session_id,
        digest=digest(secret),
        person_id=person_id,
        device=text.clip(text.clean(device[: 4 * _DEVICE]), _DEVICE),
        address=kept_address(address),
        created_at=tx.now,
        seen_at=tx.now,
        expires_at=expires_at,
    )
    return SignedIn(
        person_id=person_id,
        token=secret,
        expires_at=expires_at,
        expires_in=SESSION_LASTS // clock.SECOND,
        scopes=None,
        session_id=session_id,
    )


def kept_address(address: str) -> str:
    return text.clip(text.clean(address[: 4 * _ADDRESS]), _ADDRESS)


def my_sessions(tx: Tx, me: int) -> list[Session]:
    """Newest first."""
    return access_queries.sessions_of.all(tx, me=me, now=tx.now)


def revoke_session(tx: Tx, me: int, session_id: int) -> None:
    """Raises NoSuchSession, also for somebody else's."""
    if not access_queries.end_session(tx, session=session_id, me=me):
        raise NoSuchSession
    access_changed(tx, me)


def revoke_other_sessions(tx: Tx, me: int, keep: int | None = None) -> int:
    """End all sessions but ``keep``; gives how many."""
    ended = access_queries.end_sessions(tx, me=me, kept=keep or 0)
    access_changed(tx, me)
    return ended


def logout(tx: Tx, token_text: str) -> bool:
    """End the session that this token is for; False when it had ended before."""
    found = (
        access_queries.session_owner.first(tx, digest=digest(token_text))
        if is_plausible(token_text)
        else None
    )
    if found is None:
        return False
    session_id, person_id = found
    revoke_session(tx, person_id, session_id)
    return True
