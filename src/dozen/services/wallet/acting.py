"""What the doors share when money is to move: the device that calls, the PIN, the idempotency key.

``carry_out`` is the one way from a handler to a verb that moves money. Handlers that use it are ``async``:
the PIN is hashed in a thread, between a transaction that counts the try and the one that moves the money.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias, TypeVar

from dozen.core import accounts, ledger
from dozen.core.ledger import Answer
from dozen.db import Tx
from dozen.kit import crypto
from dozen.kit.errors import Fault
from dozen.services.wallet.errors import DeviceRevoked, PaymentRefused
from dozen.services.wallet.service import ahead, devices, numbers, pins, refusals
from dozen.services.wallet.service.moving import REMEMBERED
from dozen.services.wallet.service.risk import checking
from dozen.services.wallet.structs import Device
from dozen.web import Call, Cookie
from dozen.web.agents import browser_name

T = TypeVar("T")
Verb: TypeAlias = Callable[[Tx, pins.Proof | None, int], T]
"""``verb(tx, proof, device_id)``."""

_COOKIE = "dozen_device"
_COOKIE_LASTS = 400 * 86_400


def key_of(call: Call) -> str:
    """The ``Idempotency-Key`` header; empty when there is none."""
    return call.header("idempotency-key").strip()


def caller_id(call: Call) -> int:
    """The token or session that calls."""
    actor = call.actor
    assert actor is not None
    return actor.token_id or actor.session_id or 0


async def prove(call: Call, pin: str | None) -> pins.Proof | None:
    """That the caller knows the PIN; None when none was given.

    Raises WrongPin, PinLocked, PinNotSet, NoWallet, BadPass.
    """
    if not pin:
        word = call.header("wallet-pass").strip()
        return pins.use_pass(call.env, word, call.me, caller_id(call)) if word else None
    try:
        challenge = await call.write(pins.begin, call.me)
        proof = await call.heavy(challenge.verify, pin)
        pins.must_be_right(proof)
    except Fault as fault:
        refusals.count(call.env, fault)
        raise
    return proof


async def carry_out(
    call: Call,
    verb: Verb[T],
    *,
    result: type[T],
    pin: str | None = None,
    key: str = "",
    asked: object = None,
    realm: str = "wallet.api",
    to: tuple[str, str] | None = None,
) -> T:
    """Run a verb that moves money. ``to``: where it is sent to somebody, by what name and in which currency;
    then it shares its transaction with others.

    ``asked`` is all that makes the request what it is, besides its method and path and *without the PIN*;
    under the same ``key`` and the same of these the first answer is given again, and nothing moves.
    """
    proof = await prove(call, pin)

    def work(tx: Tx) -> Answer[T]:
        device = seen(call, tx)
        if not key:
            return _once_without_key(tx, lambda tx: verb(tx, proof, device.id), call.me)
        print_ = ledger.fingerprint(call.scope["method"], call.path, asked)
        answer = ledger.once(
            tx,
            ledger.Key(realm, call.me, key),
            print_,
            lambda tx: verb(tx, proof, device.id),
            result,
            remember=REMEMBERED,
        )
        if answer.refusal is not None and answer.refusal.code == PaymentRefused.code and not answer.replayed:
            checking.keep_refused(tx, call.me)
        return answer

    remember_device(call)
    try:
        if to is None:
            answer = await call.write(work)
        else:
            wish = ahead.Wish(call.me, *to, devices.digest_of(*_device(call)), realm, key)
            answer = await call.write_with(ahead.SENDING, wish, work)
        return answer.get()
    except Fault:
        if proof is not None:
            await call.write(pins.forgive, proof)
        raise


def _once_without_key(tx: Tx, verb: Callable[[Tx], T], me: int) -> Answer[T]:
    """What the risk rules refuse is undone, and what they found is written in its place."""
    try:
        with tx.savepoint():
            return Answer(verb(tx))
    except PaymentRefused as fault:
        checking.keep_refused(tx, me)
        return Answer(None, ledger.Refusal(fault.code, fault.status, fault.title, fault.detail, fault.extra))


def keyed(
    call: Call,
    key: str,
    asked: object,
    result: type[T],
    verb: Callable[[Tx], T],
    *,
    realm: str = "wallet.shop",
) -> T:
    """Run a verb in the call's own transaction, where no PIN is wanted: once under a key, if there is one."""
    if not key:
        return verb(call.tx)
    print_ = ledger.fingerprint(call.scope["method"], call.path, asked)
    return ledger.once(call.tx, ledger.Key(realm, call.me, key), print_, verb, result).get()


# What else wants a PIN


async def proven(call: Call, pin: str | None, verb: Callable[[Tx, pins.Proof | None], T]) -> T:
    """Run a verb that moves no money but wants the PIN. A revoked device may not."""
    proof = await prove(call, pin)

    def work(tx: Tx) -> T:
        must_not_be_revoked(call, tx)
        return verb(tx, proof)

    try:
        return await call.write(work)
    except Fault:
        if proof is not None:
            await call.write(pins.forgive, proof)
        raise


async def choose_pin(
    call: Call, pin: str, *, old: str | None = None, password: str | None = None, code: str | None = None
) -> None:
    """The first PIN; or another one with the old one, or with the account's password and a code.

    Raises BadPin, WeakPin, WrongPin, PinLocked, NoWallet, BadCredentials, LockedOut, BadCode, CodeExpired.
    """
    hashed = await call.heavy(pins.hash_pin, pin)
    if old:
        await proven(call, old, lambda tx, proof: pins.change(tx, call.me, proof, hashed))
    elif password:
        challenge = await call.write(accounts.password_challenge, call.me)
        verdict = await call.heavy(challenge.verify, password)

        def reset(tx: Tx) -> Fault | None:
            if not verdict.right:
                raise accounts.errors.BadCredentials
            used = numbers.use_code(tx, call.me, "pin", code or "")
            if isinstance(used, Fault):
                return used
            pins.reset(tx, call.me, verdict, hashed)
            return None

        fault = await call.write(reset)
        if fault is not None:
            raise fault
    else:
        await call.write(pins.set_first, call.me, hashed)


# Devices


def must_not_be_revoked(call: Call, tx: Tx) -> None:
    """Raises DeviceRevoked."""
    device = this_device(call, tx)
    if device is not None and device.revoked_at is not None:
        raise DeviceRevoked


def remember_device(call: Call) -> None:
    """Give a browser the cookie by which it is known again, unless it has it."""
    actor = call.actor
    if actor is None or actor.token_id is not None or call.cookie(_COOKIE):
        return
    made = crypto.token(18)
    call.cookies[("__Host-" if call.secure else "") + _COOKIE] = made
    call.headers_out.append(Cookie.set(_COOKIE, made, secure=call.secure, max_age=_COOKIE_LASTS))


def seen(call: Call, tx: Tx) -> Device:
    """Note the device that calls. Raises DeviceRevoked."""
    kind, secret = _device(call)
    name = browser_name(call.header("user-agent")) if kind == "browser" else f"Access token {secret}"
    return devices.seen(tx, call.me, secret, kind=kind, name=name, address=call.address)


def this_device(call: Call, tx: Tx) -> Device | None:
    """The device that calls, if it is known."""
    kind, secret = _device(call)
    return devices.known(tx, call.me, secret, kind)


def _device(call: Call) -> tuple[Literal["browser", "token"], str]:
    """What calls, and by what it is known."""
    actor = call.actor
    assert actor is not None
    if actor.token_id is not None:
        return "token", str(actor.token_id)
    return "browser", call.cookie(_COOKIE)[:64] or f"session {actor.session_id}"
