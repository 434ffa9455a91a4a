"""Counting attempts, so that guessing gets slower and slower.

An attempt is counted before it is checked, in a transaction of its own, and taken back when it was
right: many guesses at once gain nothing, and a refusal may roll its transaction back. What is counted
melts away with time. A key that nobody has an account for is counted like any other.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

import msgspec

from dozen.core.accounts import access_queries
from dozen.core.accounts.errors import LockedOut
from dozen.db import Tx
from dozen.kit import clock


class Rule(msgspec.Struct, frozen=True):
    """``free`` attempts at once; after that each waits twice as long as the one before, up to ``longest``.

    One is forgotten every ``melts`` milliseconds.
    """

    free: int
    melts: int
    first: int = 30 * clock.SECOND
    longest: int = 15 * clock.MINUTE

    def wait(self, n: int) -> int:
        """Milliseconds between the ``n``-th failure and the next attempt."""
        return 0 if n < self.free else min(self.longest, self.first << min(n - self.free, 20))


RULES = {
    "login": Rule(free=5, melts=clock.HOUR),
    "address": Rule(free=40, melts=clock.MINUTE),
    "password": Rule(free=5, melts=clock.HOUR),
    "factor": Rule(free=5, melts=clock.HOUR),
    "letter": Rule(free=4, melts=15 * clock.MINUTE),
}


def bucket(address: str) -> str:
    """An IPv4 address, or the /64 that one line has of IPv6; what is neither, as it is."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:100]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
    return str(found)


def count(tx: Tx, kind: str, text: str) -> bytes:
    """Count one; gives the key to take it back with. Raises LockedOut when it comes too early."""
    rule = RULES[kind]
    key = tx.env.keys.sign("accounts.attempts", f"{kind}\0{text}".encode("utf-8", "surrogatepass"), size=16)
    access_queries.start_attempts(tx, key=key, now=tx.now)
    n, last_at = access_queries.attempt_locked.first(tx, key=key) or (0, tx.now)
    passed = max(0, tx.now - last_at)
    n = max(0, n - passed // rule.melts)
    if passed < (wait := rule.wait(n)):
        raise LockedOut(retry_after=-(-(wait - passed) // clock.SECOND))
    access_queries.set_attempts(tx, attempt=key, count=n + 1, now=tx.now)
    return key


def allowed(tx: Tx, kind: str, text: str) -> bool:
    """Count one, or say no."""
    try:
        count(tx, kind, text)
    except LockedOut:
        return False
    return True


def take_back(tx: Tx, key: bytes) -> None:
    """The one that was just counted was right."""
    access_queries.refund_attempt(tx, attempt=key)


def clear(tx: Tx, key: bytes) -> None:
    """It was right, and so much so that the earlier ones are forgotten."""
    access_queries.clear_attempts(tx, attempt=key)
