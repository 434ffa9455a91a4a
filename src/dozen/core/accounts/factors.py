"""The second factor: codes of an authenticator (TOTP, RFC 6238) and recovery codes."""

from __future__ import annotations

import base64
import secrets

from pyotp import TOTP

from dozen.core.accounts import access_queries, attempts, letters, people
from dozen.core.accounts.errors import BadCode, FactorActive, FactorMissing
from dozen.core.accounts.passwords import Verdict
from dozen.core.accounts.proof import proven
from dozen.core.accounts.structs import FactorState, TotpSetup
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.crypto import same

STEP = 30 * clock.SECOND
RECOVERY_CODES = 10
ISSUER = "Dozen"
_SECRET_BYTES = 20
_PURPOSE = "accounts.totp"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_HALF = 5


def factor_state(tx: Tx, me: int) -> FactorState:
    found = access_queries.factor.first(tx, me=me)
    return FactorState(
        active_since=found[1] if found else None,
        recovery_codes_left=access_queries.recovery_left.first(tx, me=me) or 0,
    )


def begin_totp(tx: Tx, me: int) -> TotpSetup:
    """A fresh secret to scan. Nothing is asked for it until :func:`confirm_totp`. Raises FactorActive."""
    person = people.person(tx, me)
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    if not access_queries.put_factor(tx, me=me, sealed=_seal(tx, me, secret), now=tx.now):
        raise FactorActive
    return TotpSetup(
        secret=secret, uri=TOTP(secret).provisioning_uri(name=person.username, issuer_name=ISSUER)
    )


def confirm_totp(tx: Tx, me: int, code: str) -> list[str]:
    """Switch it on with a first code from the authenticator; gives ten recovery codes, said once.

    Raises FactorMissing, FactorActive, BadCode.
    """
    found = access_queries.factor.first(tx, me=me)
    if found is None:
        raise FactorMissing
    if found[1] is not None:
        raise FactorActive
    if not _accept_totp(tx, me, found[0], _bare(code)):
        raise BadCode
    if not access_queries.confirm_factor(tx, me=me, now=tx.now):
        raise FactorActive
    access_queries.drop_tickets(tx, me=me)
    _tell(tx, me, "factor_on")
    return _recovery_codes(tx, me)


def new_recovery_codes(tx: Tx, me: int, verdict: Verdict) -> list[str]:
    """Ten new ones; the old ones no longer work. Raises BadCredentials, FactorMissing."""
    proven(tx, verdict, me)
    if factor_state(tx, me).active_since is None:
        raise FactorMissing
    return _recovery_codes(tx, me)


def disable_totp(tx: Tx, me: int, verdict: Verdict) -> None:
    """Raises BadCredentials, FactorMissing."""
    proven(tx, verdict, me)
    found = access_queries.factor.first(tx, me=me)
    if found is None:
        raise FactorMissing
    access_queries.drop_factor(tx, me=me)
    access_queries.drop_recovery(tx, me=me)
    access_queries.drop_tickets(tx, me=me)
    if found[1] is not None:
        _tell(tx, me, "factor_off")


def accept(tx: Tx, person_id: int, code: str) -> bool:
    """Whether a code is right, and uses it up: neither kind works twice. The caller counts attempts."""
    found = access_queries.factor.first(tx, me=person_id)
    if found is None or found[1] is None:
        return False
    bare = _bare(code)
    if len(bare) == 6 and bare.isdigit():
        return _accept_totp(tx, person_id, found[0], bare)
    return (
        len(bare) == 2 * _HALF
        and access_queries.use_recovery(tx, me=person_id, code=_recovery_digest(tx, person_id, bare)) == 1
    )


def check_code(tx: Tx, me: int, code: str) -> bool:
    """For rooms that ask for a code before something dear. Raises LockedOut; a wrong one stays counted
    only if the transaction commits, so answer instead of raising."""
    counted = attempts.count(tx, "factor", str(me))
    if not accept(tx, me, code):
        return False
    attempts.clear(tx, counted)
    return True


def _accept_totp(tx: Tx, person_id: int, sealed: bytes, code: str) -> bool:
    """The current step, or the one before or after; each step once, and never an earlier one."""
    totp = TOTP(tx.env.keys.unseal(_PURPOSE, sealed, bound_to=str(person_id).encode()).decode())
    now = tx.now // STEP
    right = [step for step in (now - 1, now, now + 1) if same(totp.generate_otp(step), code)]
    return any(access_queries.use_step(tx, me=person_id, step=step) == 1 for step in right)


def _bare(code: str) -> str:
    return "".join(c for c in code[:40] if c.isascii() and c.isalnum()).lower()


def _seal(tx: Tx, me: int, secret: str) -> bytes:
    return tx.env.keys.seal(_PURPOSE, secret.encode(), bound_to=str(me).encode())


def _recovery_codes(tx: Tx, me: int) -> list[str]:
    access_queries.drop_recovery(tx, me=me)
    made: set[str] = set()
    while len(made) < RECOVERY_CODES:
        made.add("".join(secrets.choice(_LETTERS) for _ in range(2 * _HALF)))
    for code in made:
        access_queries.add_recovery(tx, me=me, digest=_recovery_digest(tx, me, code))
    return [f"{code[:_HALF]}-{code[_HALF:]}" for code in made]


def _recovery_digest(tx: Tx, me: int, bare: str) -> bytes:
    """Keyed, for 49 bits alone would not stand a search in a stolen database."""
    return tx.env.keys.sign("accounts.recovery", f"{me}\0{bare}".encode())


def _tell(tx: Tx, me: int, letter: str) -> None:
    person = people.person(tx, me)
    if person.email is not None:
        letters.tell(tx, person.email, letter, name=person.name, username=person.username)
