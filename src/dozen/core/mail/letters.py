"""What a message is made of, checked; and the message itself."""

from __future__ import annotations

import re
import unicodedata
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import msgspec
from email_validator import EmailNotValidError, validate_email

from dozen.core.mail.errors import BadAddress, BadSubject, MessageTooLarge
from dozen.kit import clock
from dozen.kit.text import clean

MOST_SUBJECT = 200
"""Characters."""
MOST_TEXT = 128 << 10
"""Bytes of the plain part."""
MOST_HTML = 256 << 10
"""Bytes of the HTML part."""

_MOST_NAME = 100
_MOST_ADDRESS = 254
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.I
)
_BREAKING = frozenset(("Cc", "Cs", "Zl", "Zp"))  # control characters, half characters, line separators

# 7-bit on the wire, so that the message arrives the same through any server.
_POLICY = SMTP.clone(cte_type="7bit")
_PLAIN = re.compile(r"(?!.*=\?)[!-~]([ -~]{0,58}[!-~])?")
_SIMPLE = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*")


class Letter(msgspec.Struct, frozen=True):
    """A message to one person, checked by :func:`letter`."""

    to: str
    subject: str
    text: str
    html: str | None = None


def letter(to: str, subject: str, text: str, html: str | None) -> Letter:
    """Raises BadAddress, BadSubject or MessageTooLarge."""
    address(to)
    if not subject.strip() or len(subject) > MOST_SUBJECT or _breaks(subject):
        raise BadSubject(f"a subject is one line of 1 to {MOST_SUBJECT} characters")
    return Letter(to, subject, _bounded(text, MOST_TEXT), None if html is None else _bounded(html, MOST_HTML))


def address(text: str) -> Address:
    """``ada@example.org`` or ``Ada <ada@example.org>``: exactly one, on one line. Raises BadAddress.

    Host names need no dot (``localhost``); international ones become ASCII.
    """
    if _breaks(text):
        raise BadAddress("an address is one line")
    named = _NAMED.fullmatch(text.strip())
    name, bare = (named["name"].strip(), named["address"]) if named else ("", text.strip())
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1].strip()
    local, _, host = bare.rpartition("@")
    if len(name) > _MOST_NAME or len(bare) > _MOST_ADDRESS:
        raise BadAddress("that address is too long")
    try:
        if _HOST.fullmatch(host):  # the library refuses local and reserved hosts, which mail servers may have
            found = validate_email(f"{local}@example.org", check_deliverability=False)
            return Address(name, found.local_part, host.lower())
        found = validate_email(bare, check_deliverability=False)
        return Address(name, found.local_part, found.ascii_domain)
    except (EmailNotValidError, ValueError, IndexError) as error:
        raise BadAddress from error


def message(letter: Letter, sender: Address, *, number: int, at: int, host: str) -> bytes:
    """The message, the same for each try: ``number`` is unique at ``host``, ``at`` its time in ms.

    The headers that hold people's words are written here, for the email package decodes what looks like
    an encoded word before it writes it, and unquotes names when it folds them; both let words out of
    their header. ASCII, unless the part of an address before the @ is not.
    """
    body = EmailMessage(_POLICY)
    body.set_content(letter.text + "\n")
    if letter.html is not None:
        body.add_alternative(letter.html + "\n", subtype="html")
    headers = {
        "From": _mailbox(sender),
        "To": _mailbox(address(letter.to)),
        "Subject": letter.subject if _PLAIN.fullmatch(letter.subject) else _encoded(letter.subject),
        "Date": format_datetime(clock.to_datetime(at)),
        "Message-ID": f"<{number}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return head.encode() + body.as_bytes()


def _mailbox(to: Address) -> str:
    """``Name <address>`` for a header."""
    if not to.display_name:
        return to.addr_spec
    simple = _SIMPLE.fullmatch(to.display_name)
    return f"{to.display_name if simple else _encoded(to.display_name)}\r\n <{to.addr_spec}>"


def _encoded(text: str) -> str:
    """Text as encoded words (RFC 2047), folded: nothing in them means anything to a mail program."""
    return Header(text, "utf-8", header_name="Auto-Submitted").encode(linesep="\r\n")


def _breaks(text: str) -> bool:
    return any(unicodedata.category(each) in _BREAKING for each in text)


def _bounded(text: str, most: int) -> str:
    text = clean(text, lines=True)
    if len(text.encode()) > most:
        raise MessageTooLarge(f"a message has at most {most // 1024} KiB")
    return text
