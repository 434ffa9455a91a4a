"""Mobile numbers, and the codes that prove them.

A code of six digits goes to the telephone by ``core/texting``, and to the account's address as well where
that is confirmed (there may be no carrier for texts). It is good for ten minutes and five tries; what is
stored is a keyed digest, for six digits alone would not stand a search.
"""

from __future__ import annotations

import secrets

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from dozen.core import accounts, mail, texting
from dozen.db import Duplicate, Tx
from dozen.kit import clock
from dozen.kit.crypto import same
from dozen.kit.errors import Fault
from dozen.services.wallet.errors import (
    AlreadyVerified,
    BadCode,
    BadNumber,
    CodeExpired,
    CodesTooOften,
    NoWallet,
    NumberTaken,
    PinNeeded,
)
from dozen.services.wallet.queries import people
from dozen.services.wallet.service import notes, pins
from dozen.services.wallet.service.pins import Proof

LASTS = 10 * clock.MINUTE
TRIES = 5
_PAUSE = 30 * clock.SECOND
_MOST_A_DAY = 8
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_REGIONS = {"INR": "IN", "GBP": "GB", "JPY": "JP", "CHF": "CH", "BRL": "BR", "CNY": "CN", "KES": "KE"}


def e164(text: str, region: str | None = None) -> str:
    """``+919876543210``. ``region`` (``IN``) is where a number without a country code is from.

    Raises BadNumber for what is none, or is not a mobile telephone's.
    """
    try:
        if len(text) > 40:
            raise BadNumber(fields={"mobile_number": BadNumber.title})
        found = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise BadNumber(fields={"mobile_number": BadNumber.title}) from error
    if not phonenumbers.is_valid_number(found) or phonenumbers.number_type(found) not in _MOBILE:
        raise BadNumber(fields={"mobile_number": BadNumber.title})
    return phonenumbers.format_number(found, PhoneNumberFormat.E164)


def shown(phone: str) -> str:
    """For people: ``+91 98765 43210``."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(phone), PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return phone


def region_of(currency: str) -> str | None:
    """Where numbers without a country code are taken to be from."""
    return _REGIONS.get(currency)


def begin(tx: Tx, me: int, mobile_number: str, proof: Proof | None = None) -> str:
    """Ask for a number to be tied to one's wallets: a code is sent to it. Gives the number as it is kept.
    In the place of another one, it wants the PIN.

    Raises BadNumber, NumberTaken, AlreadyVerified, CodesTooOften, PinNeeded, WrongPin.
    """
    accounts.must_be_active(tx, me)
    phone = e164(mobile_number, region_of(tx.env.settings.wallet_currency))
    people.add_holder(tx, person=me, now=tx.now)
    holder = people.holder_for_update.first(tx, person=me)
    assert holder is not None
    if holder.phone == phone:
        raise AlreadyVerified
    if proof is not None:
        pins.accept(tx, proof, me)
    elif holder.phone is not None and holder.pin_set_at is not None:
        raise PinNeeded
    if people.by_phone.first(tx, phone=phone) is not None:
        raise NumberTaken(fields={"mobile_number": NumberTaken.title})
    _send(tx, me, "number", phone, "is your code to confirm this number for your wallet")
    return phone


def confirm(tx: Tx, me: int, code: str) -> str | Fault:
    """Tie the number that the code was sent to; gives it. A wrong code is *returned* as a fault, not raised:
    the try must stay counted, so the caller commits and raises it then.

    Raises CodeExpired, NumberTaken, and what ``accounts.edit_profile`` raises.
    """
    phone = use_code(tx, me, "number", code)
    if isinstance(phone, Fault):
        return phone
    accounts.edit_profile(tx, me, accounts.Changes(phone=phone))
    try:
        accounts.confirm_phone(tx, me)
        with tx.savepoint():
            people.tie(tx, who=me, phone=phone, now=tx.now)
    except (accounts.errors.PhoneTaken, Duplicate) as error:
        raise NumberTaken(fields={"mobile_number": NumberTaken.title}) from error
    notes.security(tx, me, f"Your wallet is tied to {shown(phone)}")
    return phone


def pending(tx: Tx, me: int) -> str | None:
    """The number that a code was sent to and that is not confirmed yet."""
    found = people.waiting_code.first(tx, person=me, purpose="number")
    return found[0] if found is not None and tx.now < found[1] else None


def send_pin_code(tx: Tx, me: int) -> None:
    """Send the code that, with the password, resets the PIN. Raises NoWallet, CodesTooOften."""
    holder = people.holder_for_update.first(tx, person=me)
    if holder is None or holder.phone is None:
        raise NoWallet
    _send(tx, me, "pin", holder.phone, "is your code to choose a new wallet PIN. Give it to nobody")


def use_code(tx: Tx, me: int, purpose: str, code: str) -> str | Fault:
    """The number that a code was sent to, if it is right, and the code is used up. A wrong one is returned as
    a fault (see :func:`confirm`). Raises CodeExpired."""
    tx.must_write()
    found = people.code.first(tx, person=me, purpose=purpose)
    if found is None:
        raise CodeExpired
    phone, digest, tries, _, expires_at, _ = found
    if tx.now >= expires_at or tries >= TRIES:
        raise CodeExpired
    if not same(digest, _digest(tx, me, purpose, "".join(c for c in code[:20] if c.isdigit()))):
        people.count_code(tx, who=me, for_what=purpose)
        left = TRIES - tries - 1
        return BadCode(
            f"This code is wrong; {left} more tries" if left else CodeExpired.title,
            fields={"code": BadCode.title},
        )
    people.drop_code(tx, person=me, purpose=purpose)
    return str(phone)


def _send(tx: Tx, me: int, purpose: str, phone: str, words: str) -> None:
    found = people.code.first(tx, person=me, purpose=purpose)
    sent = 0
    if found is not None:
        if tx.now < found[3] + _PAUSE:
            raise CodesTooOften(retry_after=-(-(found[3] + _PAUSE - tx.now) // clock.SECOND))
        sent = found[5] if found[3] // clock.DAY == tx.now // clock.DAY else 0
        if sent >= _MOST_A_DAY:
            raise CodesTooOften("Too many codes were sent today", retry_after=clock.HOUR // clock.SECOND)
    code = f"{secrets.randbelow(10**6):06}"
    people.put_code(
        tx, person=me, purpose=purpose, phone=phone, digest=_digest(tx, me, purpose, code), sent_at=tx.now,
        expires_at=tx.now + LASTS, sent=sent + 1,
    )  # fmt: skip
    texting.send(tx, phone, f"{code} {words}.")
    person = accounts.person(tx, me)
    if person.email is not None and person.email_verified_at is not None:
        mail.send(
            tx,
            person.email,
            f"{code} is your wallet code",
            f"Hello {person.name},\n\n{code} {words}.\n\nIt was sent to {shown(phone)} as well, and is good"
            " for ten minutes. If you did not ask for it, somebody else did: nothing happens without it.\n",
        )


def _digest(tx: Tx, me: int, purpose: str, code: str) -> bytes:
    return tx.env.keys.sign("wallet.code", f"{me}\0{purpose}\0{code}".encode())
