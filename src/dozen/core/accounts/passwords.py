"""Passwords: what is good enough, how they are kept, and how they are checked.

Hashing takes some 50 ms of CPU, so it never happens inside a transaction. A check has three stages:
a *challenge* is read (and the attempt counted) in a transaction, ``Challenge.verify`` computes in a
thread, and the *verdict* goes into the verb that it is for.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dozen.core.accounts.errors import WeakPassword

MIN_LENGTH = 8
MAX_LENGTH = 256

# OWASP's first choice for Argon2id: 19 MiB, two passes, one lane. 45 ms here, and a small server
# can do a dozen at once without running out of memory.
hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16)

# Of a random password that nobody kept: what a login is checked against when there is no account.
DUMMY = "$argon2id$v=19$m=19456,t=2,p=1$cNPxPuYkUeyrD+oZy6yUwQ$p2vwKlgwdpOYcqXVeyH3g+0iKUe13J+T9wEdAa0jPI4"

_COMMON_SUFFIX = 4
_WORDS = Path(__file__).parent / "words"


class Stored(msgspec.Struct, frozen=True):
    """Whose password, its hash (None: they have none), and which password of theirs it is."""

    person_id: int
    hash: str | None
    version: int


NOBODY = Stored(0, None, 0)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a check. Only the verb that gets it says so to anybody."""

    right: bool
    stored: Stored
    """What was checked against: the verdict is void once there is another password."""
    rehashed: str | None
    """The same password under today's parameters, when the stored hash has older ones."""
    keys: tuple[bytes, ...]
    """The counted attempts, to be taken back when all is well."""


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """What a password is to be checked against. The same work is done whether there is an account or not."""

    stored: Stored
    keys: tuple[bytes, ...]

    def verify(self, password: str) -> Verdict:
        """Some 50 ms of CPU: call it in a thread, outside of transactions."""
        fits = 0 < len(password) <= MAX_LENGTH
        plain = _plain(password[:MAX_LENGTH])
        kept = self.stored.hash
        right = _matches(kept or DUMMY, plain) and fits and kept is not None
        rehashed = hasher.hash(plain) if right and kept and hasher.check_needs_rehash(kept) else None
        return Verdict(right=right, stored=self.stored, rehashed=rehashed, keys=self.keys)


def hash_password(password: str, *, username: str = "", email: str | None = None) -> str:
    """What is stored in a password's place. Some 50 ms of CPU: call it in a thread, outside of transactions.

    Raises WeakPassword for less than 8 or more than 256 characters, for the username or the address,
    and for what everybody tries first.
    """
    check_policy(password, username=username, email=email)
    return hasher.hash(_plain(password))


def check_policy(password: str, *, username: str = "", email: str | None = None) -> None:
    """Raises WeakPassword with a reason under ``password``."""
    if len(password) < MIN_LENGTH:
        raise _weak(f"A password has at least {MIN_LENGTH} characters")
    if len(password) > MAX_LENGTH:
        raise _weak(f"A password has at most {MAX_LENGTH} characters")
    folded = unicodedata.normalize("NFKC", password).casefold()
    for own in (username, email or "", (email or "").partition("@")[0]):
        own = own.casefold()
        if len(own) >= 4 and own in folded and len(folded) - len(own) <= _COMMON_SUFFIX:
            raise _weak("A password must not be your name or address")
        if own and own == folded:
            raise _weak("A password must not be your name or address")
    if len(set(folded)) < 4 or _is_run(folded) or _is_common(folded):
        raise _weak("This password is one of the first that anybody would try")


def _weak(reason: str) -> WeakPassword:
    return WeakPassword(fields={"password": reason})


def _plain(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _matches(stored: str, plain: bytes) -> bool:
    try:
        return hasher.verify(stored, plain)
    except (VerificationError, InvalidHashError):
        return False


def _is_run(folded: str) -> bool:
    """12345678, hgfedcba: each character is the next one, or the one before."""
    steps = {ord(b) - ord(a) for a, b in pairwise(folded)}
    return steps in ({1}, {-1})


def _is_common(folded: str) -> bool:
    bare = folded.rstrip("0123456789!?.,;:#$*+-_@ ")
    return folded in _common() or (len(folded) - len(bare) <= _COMMON_SUFFIX and bare in _common())


@cache
def _common() -> frozenset[str]:
    return frozenset((_WORDS / "passwords.txt").read_text("utf-8").split())
