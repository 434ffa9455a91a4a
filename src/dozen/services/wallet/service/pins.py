"""The wallet's PIN: what only its person knows, asked for whenever money leaves.

Like passwords (:mod:`dozen.core.accounts`), hashing takes some 50 ms of CPU and never happens in a
transaction. ``begin`` counts an attempt and gives a :class:`Challenge`; ``Challenge.verify`` computes, in a
thread; the :class:`Proof` goes into the movement that it is for, which takes the count back. A wrong one
stays counted, and after :data:`FREE` of them each waits longer than the one before.
"""

from __future__ import annotations

import re

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dozen.core import accounts
from dozen.db import Tx
from dozen.kit import clock, crypto
from dozen.kit.env import Env
from dozen.services.wallet.errors import (
    BadPass,
    BadPin,
    NoWallet,
    PinLocked,
    PinNeeded,
    PinNotSet,
    WeakPin,
    WrongPin,
)
from dozen.services.wallet.queries import people
from dozen.services.wallet.service import notes
from dozen.services.wallet.structs import Holder

FREE = 5
"""Wrong tries before it locks."""
FIRST_LOCK = 15 * clock.MINUTE
LONGEST_LOCK = 24 * clock.HOUR
_MELTS = 24 * clock.HOUR
"""After so long without a try, earlier ones are forgotten."""
PASS_LASTS = 5 * clock.MINUTE
_PURPOSE = "wallet.pass"
_SIGNATURE = 20
_PIN = re.compile("[0-9]{4,6}")
_RUNS = "01234567890 09876543210"
_COMMON = frozenset(
    (
        "1212", "2121", "1122", "1004", "2580", "0852", "1010", "6969", "1313", "1230", "7777", "8520",
        "123123", "112233", "121212", "159753", "147258", "102030", "696969", "246810", "135790", "131313",
        "12321", "11223",
    )
)  # fmt: skip

hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16)


class Pass(msgspec.Struct, frozen=True):
    word: str
    until: int


class Challenge(msgspec.Struct, frozen=True):
    """What a PIN is to be checked against."""

    person: int
    hash: str
    version: int
    tries: int

    def verify(self, pin: str) -> Proof:
        """Some 50 ms of CPU: call it in a thread, outside of transactions."""
        return Proof(self.person, self.version, self.tries, _matches(self.hash, pin[:12]))


class Proof(msgspec.Struct, frozen=True):
    """That somebody has just entered their PIN, or has entered a wrong one. :func:`accept` says which."""

    person: int
    version: int
    tries: int
    right: bool
    by_pass: bool = False
    """It was entered some minutes ago, for a :func:`make_pass`."""


def lock_after(tries: int) -> int:
    """Milliseconds that the next try has to wait after so many wrong ones in a row."""
    return 0 if tries < FREE else int(min(LONGEST_LOCK, FIRST_LOCK << min(tries - FREE, 10)))


def check_pin(pin: str) -> None:
    """Raises BadPin, WeakPin."""
    if not _PIN.fullmatch(pin):
        raise BadPin(fields={"pin": BadPin.title})
    half = len(pin) // 2
    if (
        len(set(pin)) <= 1
        or pin in _RUNS
        or pin in _COMMON
        or (len(pin) % 2 == 0 and pin[:half] == pin[half:])
        or (len(pin) == 4 and pin[:2] in ("19", "20"))
    ):
        raise WeakPin(fields={"pin": WeakPin.title})


def hash_pin(pin: str) -> str:
    """What is stored. Some 50 ms of CPU: call it in a thread. Raises BadPin, WeakPin."""
    check_pin(pin)
    return hasher.hash(pin)


def begin(tx: Tx, me: int) -> Challenge:
    """Count a try, in a transaction of its own. Raises PinLocked, PinNotSet, NoWallet."""
    hashed, version, tries, last = _row(tx, me)
    if hashed is None:
        raise PinNotSet
    passed = max(0, tx.now - (last or 0))
    wait = lock_after(tries)
    if passed < wait:
        raise PinLocked(retry_after=-(-(wait - passed) // clock.SECOND))
    if passed >= max(_MELTS, wait):
        tries = 0
    people.count_try(tx, who=me, tries=tries + 1, now=tx.now)
    return Challenge(me, hashed, version, tries + 1)


def accept(tx: Tx, proof: Proof, me: int, *, passes: bool = False, holder: Holder | None = None) -> None:
    """The proof is right, of this person and of the PIN as it is now; or WrongPin. A pass is no proof
    (PinNeeded) but where ``passes`` says so. ``holder``: the person's row, if the caller has locked it."""
    must_be_right(proof)
    if not passes:
        must_be_entered(proof)
    if holder is None:
        holder = people.holder.first(tx, person=me)
    if proof.person != me or holder is None or (holder.person, holder.pin_version) != (me, proof.version):
        raise WrongPin
    if not proof.by_pass:
        people.clear_tries.soon(tx, who=me)


def must_be_entered(proof: object) -> None:
    """A pass will not do where more is agreed to than this one payment. Raises PinNeeded."""
    if isinstance(proof, Proof) and proof.by_pass:
        raise PinNeeded


def must_be_right(proof: Proof) -> None:
    """Raises WrongPin."""
    if not proof.right:
        raise WrongPin(f"This PIN is wrong; {_left(proof)}", tries_left=max(0, FREE - proof.tries))


def _left(proof: Proof) -> str:
    left = max(0, FREE - proof.tries)
    return "it is locked for a while" if not left else f"{left} more {'try' if left == 1 else 'tries'}"


def forgive(tx: Tx, proof: Proof) -> None:
    """Take back the count of a right proof whose movement was refused for another reason. A pass was not
    counted: were it to clear what others have tried, a PIN could be guessed at beside it."""
    if proof.right and not proof.by_pass:
        people.clear_tries(tx, who=proof.person)


def make_pass(tx: Tx, proof: Proof | None, me: int, caller: int) -> Pass:
    """A word that stands for the PIN for :data:`PASS_LASTS`, from this caller (token or session) alone.

    Another PIN ends it. Raises PinNeeded, WrongPin.
    """
    if proof is None:
        raise PinNeeded
    accept(tx, proof, me)
    until = tx.now + PASS_LASTS
    body = msgspec.msgpack.encode((me, proof.version, caller, until))
    return Pass(crypto.b64(tx.env.keys.sign(_PURPOSE, body, size=_SIGNATURE) + body), until)


def use_pass(env: Env, given: str, me: int, caller: int) -> Proof:
    """The proof that a pass stands for. Raises BadPass."""
    try:
        raw = crypto.unb64(given[:200])
        signature, body = raw[:_SIGNATURE], raw[_SIGNATURE:]
        if len(signature) < _SIGNATURE or not env.keys.verify(_PURPOSE, body, signature):
            raise BadPass
        person, version, bound, until = msgspec.msgpack.decode(body, type=tuple[int, int, int, int])
    except (ValueError, msgspec.DecodeError):
        raise BadPass from None
    if (person, bound) != (me, caller) or clock.now() >= until:
        raise BadPass
    return Proof(me, version, 0, True, by_pass=True)


def locked_for(tx: Tx, me: int) -> int:
    """Seconds until a PIN may be tried again; 0: now."""
    found = people.pin.first(tx, person=me)
    if found is None:
        return 0
    wait = lock_after(found[2]) - max(0, tx.now - (found[3] or 0))
    return max(0, -(-wait // clock.SECOND))


def set_first(tx: Tx, me: int, hashed: str) -> None:
    """Choose a PIN where there is none. ``hashed`` is :func:`hash_pin`'s.

    Raises NoWallet, WrongPin (there is one)."""
    found = _row(tx, me)
    if found[0] is not None:
        raise WrongPin("There is a PIN already; change it with the old one")
    people.set_pin(tx, who=me, hash=hashed, now=tx.now)


def change(tx: Tx, me: int, proof: Proof | None, hashed: str) -> None:
    """Another PIN, with the old one. Raises PinNeeded, WrongPin."""
    _row(tx, me)
    if proof is None:
        raise PinNeeded
    accept(tx, proof, me)
    people.set_pin(tx, who=me, hash=hashed, now=tx.now)
    notes.security(tx, me, "Your wallet PIN was changed")


def reset(tx: Tx, me: int, verdict: accounts.Verdict, hashed: str) -> None:
    """Another PIN with the account's password; the caller has used up a code (:mod:`numbers`).

    It unlocks, too. Raises BadCredentials.
    """
    if not verdict.right or verdict.stored.person_id != me:
        raise accounts.errors.BadCredentials
    _row(tx, me)
    people.set_pin(tx, who=me, hash=hashed, now=tx.now)
    notes.security(tx, me, "Your wallet PIN was reset")


def _row(tx: Tx, me: int) -> tuple[str | None, int, int, int | None]:
    tx.must_write()
    found = people.pin_locked.first(tx, person=me)
    if found is None:
        raise NoWallet
    return found


def _matches(stored: str, pin: str) -> bool:
    try:
        return bool(_PIN.fullmatch(pin)) and hasher.verify(stored, pin)
    except (VerificationError, InvalidHashError):
        return False
