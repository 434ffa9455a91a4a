"""Signing in: password first, then the second factor where there is one.

The stages, so that no lock is held while hashing: ``login_challenge`` in a write transaction (it counts
the attempt), ``Challenge.verify`` in a thread, ``login`` in another write transaction. Nothing in their
answers, nor in how long they take, says whether there is an account.
"""

from __future__ import annotations

from typing import Any

import msgspec

from dozen.core.accounts import access_queries, attempts, factors, names, people_queries, sessions, tokens
from dozen.core.accounts.access import is_plausible
from dozen.core.accounts.deletion import restorable_until
from dozen.core.accounts.errors import AccountDeleted, AccountSuspended, BadCode, TicketExpired
from dozen.core.accounts.passwords import NOBODY, Challenge, Verdict
from dozen.core.accounts.proof import proven
from dozen.core.accounts.structs import Person, Refused, SecondFactorNeeded, SignedIn, TokenWish
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.crypto import digest, same, token

TICKET_LASTS = 10 * clock.MINUTE
_LONGEST_LOGIN = 254


def login_challenge(tx: Tx, login: str, *, address: str) -> Challenge:
    """The first stage, for a username or an e-mail address, whether or not there is such an account.

    Counts the attempt, for the login and for the address it comes from. Raises LockedOut.
    """
    typed = login.strip()[:_LONGEST_LOGIN]
    if "@" in typed[1:]:
        key = names.key_of_typed_email(typed) or ""
        found = access_queries.login_by_email.first(tx, key=key)
    else:
        key = names.typed_username_key(typed) or ""
        found = access_queries.login_by_name.first(tx, key=key)
    stored = found or NOBODY
    line = attempts.bucket(address)
    # Where somebody has signed in before they are counted apart, so that others cannot lock them out.
    known = (
        access_queries.known_address.first(
            tx, me=stored.person_id, address=sessions.kept_address(address), now=tx.now
        )
        is not None
    )
    counted = attempts.count(tx, "login", f"{key or typed}\0{line if known else ''}")
    counted_line = attempts.count(tx, "address", line)
    return Challenge(stored=stored, keys=(counted, counted_line))


def login(
    tx: Tx,
    verdict: Verdict,
    *,
    device: str,
    address: str,
    wish: TokenWish | None = None,
    code: str | None = None,
) -> SignedIn | SecondFactorNeeded:
    """The last stage: a new session, or with ``wish`` a bearer token.

    ``device`` is what the client calls itself. With a second factor on, a ticket comes back instead,
    unless ``code`` was given along. Raises BadCredentials, AccountDeleted, AccountSuspended, BadCode.
    """
    person = proven(tx, verdict)
    _admitted(tx, person)
    by_login, by_line = verdict.keys
    if verdict.rehashed is not None:
        people_queries.rehash(tx, me=person.id, old=verdict.stored.hash, new=verdict.rehashed)
    if person.second_factor:
        if code is None:
            attempts.take_back(tx, by_login)
            attempts.take_back(tx, by_line)
            return _ticket(tx, person.id, device, wish)
        if not factors.accept(tx, person.id, code):
            raise BadCode
    attempts.clear(tx, by_login)
    attempts.take_back(tx, by_line)
    return _open(tx, person.id, device, address, wish)


def second_factor(tx: Tx, ticket: str, code: str, *, device: str, address: str) -> SignedIn | Refused:
    """Lead on from ``login`` with a code of the authenticator, or one of the recovery codes.

    A wrong code is returned as Refused(BadCode), for the attempt is counted. Raises LockedOut, and
    TicketExpired also when the device is not the one that the password came from.
    """
    ticket_digest = digest(ticket) if is_plausible(ticket) else b""
    found = access_queries.ticket.first(tx, digest=ticket_digest, now=tx.now)
    if found is None or not same(found[1], _device_mark(tx, device)):
        raise TicketExpired
    person_id, _, plain_wish = found
    counted = attempts.count(tx, "factor", str(person_id))
    person = people_queries.person.first(tx, id=person_id)
    if person is None:
        raise TicketExpired
    _admitted(tx, person)
    if not factors.accept(tx, person_id, code):
        return Refused(BadCode())
    attempts.clear(tx, counted)
    access_queries.drop_ticket(tx, ticket=ticket_digest)
    wish = None if plain_wish is None else msgspec.convert(plain_wish, TokenWish)
    return _open(tx, person_id, device, address, wish)


def _admitted(tx: Tx, person: Person) -> None:
    """Said only to somebody who knew the password."""
    if person.deleted_at is not None:
        raise AccountDeleted(until=restorable_until(person.deleted_at))
    if person.suspended(tx.now):
        raise AccountSuspended(person.suspended_reason or None, until=person.suspended_until)


def _ticket(tx: Tx, person_id: int, device: str, wish: TokenWish | None) -> SecondFactorNeeded:
    secret = token()
    plain: Any = None if wish is None else msgspec.to_builtins(wish)
    access_queries.add_ticket(
        tx,
        digest=digest(secret),
        person_id=person_id,
        device=_device_mark(tx, device),
        wish=plain,
        expires_at=tx.now + TICKET_LASTS,
    )
    return SecondFactorNeeded(ticket=secret, expires_in=TICKET_LASTS // clock.SECOND)


def _device_mark(tx: Tx, device: str) -> bytes:
    return tx.env.keys.sign("accounts.device", device.encode("utf-8", "surrogatepass"), size=16)


def _open(tx: Tx, person_id: int, device: str, address: str, wish: TokenWish | None) -> SignedIn:
    if wish is None:
        return sessions.open_session(tx, person_id, device=device, address=address)
    return tokens.open_token(tx, person_id, device=device, wish=wish)
