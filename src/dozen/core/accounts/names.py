"""What a username, an e-mail address and a phone number may look like, and when two are the same."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from email_validator import EmailNotValidError, validate_email

from dozen.core.accounts.errors import BadEmail, BadPhone, BadUsername

MAX_USERNAME = 20
MAX_EMAIL = 254

_USERNAME = re.compile(r"[A-Za-z0-9_]{1,20}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_FILLERS = re.compile(r"[ ()./-]")
_WORDS = Path(__file__).parent / "words"


@cache
def reserved() -> frozenset[str]:
    """Usernames that would be taken for a page or for the operator."""
    return frozenset((_WORDS / "reserved.txt").read_text("utf-8").split())


def username_key(username: str) -> str:
    """By what usernames are told apart. They are ASCII, so lower case is all there is to it."""
    return username.lower()


def typed_username_key(typed: str) -> str | None:
    """The key of a username that somebody typed; None when it cannot be one."""
    username = typed.strip().removeprefix("@")
    return username_key(username) if _USERNAME.fullmatch(username) else None


def checked_username(username: str, *, allow_reserved: bool = False) -> str:
    """The username as it is kept. Raises BadUsername."""
    username = username.removeprefix("@")
    if not _USERNAME.fullmatch(username):
        raise BadUsername(fields={"username": BadUsername.title})
    if not allow_reserved and username_key(username) in reserved():
        raise BadUsername(fields={"username": "This username is reserved; please choose another"})
    return username


def checked_email(email: str) -> str:
    """The address in its normal form (NFC, domain in lower case). Looks nothing up. Raises BadEmail."""
    if len(email) > MAX_EMAIL:
        raise BadEmail(fields={"email": BadEmail.title})
    try:
        # Deliverability is what the letter with the link finds out; ".test" and the like are for tests.
        found = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise BadEmail(fields={"email": BadEmail.title}) from error
    if len(found.normalized) > MAX_EMAIL:
        raise BadEmail(fields={"email": BadEmail.title})
    return found.normalized


def email_key(normal: str) -> str:
    """By what addresses are told apart. Case never matters in practice; ``+tags`` and dots do."""
    return unicodedata.normalize("NFC", normal.casefold())


def key_of_typed_email(typed: str) -> str | None:
    """The key of an address that somebody typed; None when it is none."""
    try:
        return email_key(checked_email(typed))
    except BadEmail:
        return None


def checked_phone(phone: str) -> str:
    """E.164, ``+4915112345678``. Raises BadPhone."""
    bare = _PHONE_FILLERS.sub("", phone) if len(phone) <= 40 else ""
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    if not _PHONE.fullmatch(bare):
        raise BadPhone(fields={"phone": BadPhone.title})
    return bare
