"""Letters that accounts sends, and the links in them: confirm an address, reset a password.

A link holds a random token; only its digest is stored, it works once, and only for a while.
"""

from __future__ import annotations

from typing import Literal

from dozen.core import jobs, mail
from dozen.core.accounts import access_queries, attempts, names, people_queries
from dozen.core.accounts.access import is_plausible
from dozen.core.accounts.errors import AlreadyVerified, EmailTaken, NoEmail, NoSuchPerson, TokenExpired
from dozen.core.accounts.structs import Person
from dozen.core.accounts.texts import LETTERS
from dozen.db import Duplicate, Tx
from dozen.kit import clock, text
from dozen.kit.crypto import digest, token

VERIFY_PATH = "/account/verify"
"""Where the home pages take ``?token=`` of a letter that confirms an address (new or changed)."""
RESET_PATH = "/account/reset"
"""Where the home pages take ``?token=`` of a letter that resets a password."""
RESET_JOB = "accounts.reset_asked"

LetterKind = Literal["verify", "change", "reset"]
_LASTS = {"verify": clock.DAY, "change": clock.DAY, "reset": clock.HOUR}
_PATHS = {"verify": VERIFY_PATH, "change": VERIFY_PATH, "reset": RESET_PATH}


def tell(tx: Tx, to: str, letter: str, **values: str) -> None:
    """Send one of the letters in :mod:`texts`."""
    subject, body = LETTERS[letter]
    values = {"site": tx.env.settings.url} | values
    mail.send(tx, to, subject.format_map(values), body.format_map(values))


def _send_link(tx: Tx, kind: LetterKind, person: Person, email: str) -> None:
    secret = token()
    access_queries.drop_letters(tx, me=person.id, of_kind=kind)
    access_queries.add_letter(
        tx,
        digest=digest(secret),
        kind=kind,
        person_id=person.id,
        email=email,
        expires_at=tx.now + _LASTS[kind],
    )
    link = f"{tx.env.settings.url}{_PATHS[kind]}?token={secret}"
    tell(tx, email, kind, name=person.name, username=person.username, link=link)


def _person(tx: Tx, person_id: int) -> Person:
    found = people_queries.person.first(tx, id=person_id)
    if found is None or found.deleted_at is not None:
        raise NoSuchPerson
    return found


def _known(secret: str) -> bytes:
    return digest(secret) if is_plausible(secret) else b""


# Confirming an address


def ask_verification(tx: Tx, me: int) -> None:
    """Send (again) the letter that confirms the address. Raises NoEmail, AlreadyVerified, LockedOut."""
    person = _person(tx, me)
    if person.email is None:
        raise NoEmail
    if person.email_verified_at is not None:
        raise AlreadyVerified
    attempts.count(tx, "letter", f"verify {me}")
    _send_link(tx, "verify", person, person.email)


def verify_email(tx: Tx, secret: str) -> int:
    """Take the link of a letter, sent at registration or for a new address; gives whose it was.

    Nobody has to be signed in for it. Raises TokenExpired, EmailTaken.
    """
    found = access_queries.letter.first(tx, digest=_known(secret), kind="verify", now=tx.now)
    if found is not None:
        access_queries.use_letter(tx, letter=_known(secret), of_kind="verify", now=tx.now)
        person_id, email = found
        if not people_queries.confirm_email(tx, me=person_id, old=email, now=tx.now):
            raise TokenExpired
        return person_id
    found = access_queries.letter.first(tx, digest=_known(secret), kind="change", now=tx.now)
    if found is None:
        raise TokenExpired
    person_id, email = found
    person = _person(tx, person_id)
    access_queries.use_letter(tx, letter=_known(secret), of_kind="change", now=tx.now)
    put_email(tx, person, email)
    return person_id


def put_email(tx: Tx, person: Person, email: str) -> None:
    """Make an address somebody's, confirmed, and tell the old one. Raises EmailTaken."""
    try:
        with tx.savepoint():
            people_queries.set_email(
                tx,
                me=person.id,
                email=email,
                email_key=names.email_key(email),
                email_verified_at=tx.now,
                now=tx.now,
            )
    except Duplicate as error:
        raise EmailTaken(fields={"email": EmailTaken.title}) from error
    for kind in ("verify", "change", "reset"):  # what went to the old address is void
        access_queries.drop_letters(tx, me=person.id, of_kind=kind)
    if person.email is not None and person.email != email:
        tell(tx, person.email, "email_changed", name=person.name, username=person.username, new=email)


def send_change(tx: Tx, person: Person, email: str) -> None:
    """Send the letter whose link changes the address. Raises BadEmail, EmailTaken, LockedOut."""
    email = names.checked_email(email)
    owner = people_queries.by_email.first(tx, key=names.email_key(email))
    if owner is not None and owner != person.id:
        raise EmailTaken(fields={"email": EmailTaken.title})
    attempts.count(tx, "letter", f"change {person.id}")
    _send_link(tx, "change", person, email)


# Resetting a password


def ask_reset(tx: Tx, email: str, *, address: str) -> None:
    """Somebody forgot their password. What happens here is the same whether there is an account or not:

    looking and writing is left to a job. Raises LockedOut when ``address`` asks too often.
    """
    attempts.count(tx, "address", f"reset {attempts.bucket(address)}")
    jobs.enqueue(tx, RESET_JOB, {"email": text.clean(email[: names.MAX_EMAIL])})


def send_reset(tx: Tx, email: str) -> None:
    """The job behind :func:`ask_reset`."""
    key = names.key_of_typed_email(email)
    person_id = people_queries.by_email.first(tx, key=key) if key else None
    if person_id is None:
        return
    person = _person(tx, person_id)
    if (
        person.email is not None
        and person.has_password
        and attempts.allowed(tx, "letter", f"reset {person_id}")
    ):
        _send_link(tx, "reset", person, person.email)


def reset_target(tx: Tx, secret: str) -> Person:
    """Whose password a link resets: for the form, and for ``hash_password``. Raises TokenExpired."""
    found = access_queries.letter.first(tx, digest=_known(secret), kind="reset", now=tx.now)
    person = people_queries.person.first(tx, id=found[0]) if found is not None else None
    if found is None or person is None or person.deleted_at is not None or person.email != found[1]:
        raise TokenExpired
    return person


def use_reset(tx: Tx, secret: str) -> Person:
    """As :func:`reset_target`, and the link is used up."""
    person = reset_target(tx, secret)
    if not access_queries.use_letter(tx, letter=_known(secret), of_kind="reset", now=tx.now):
        raise TokenExpired
    return person
