"""UPI links: ``upi://pay?pa=ada@dozen&pn=Ada&am=12.50&cu=INR&tr=…``."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

LONGEST = 1_000
_ADDRESS = re.compile(r"[A-Za-z0-9._-]{2,100}@[A-Za-z0-9.-]{2,64}")


class BadLink(ValueError):
    """It is no UPI link, or not a whole one."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts are decimal text, as they stand in the link."""

    pa: str
    """Whom to pay: name@provider."""
    pn: str = ""
    """What they are called."""
    mc: str = ""
    tr: str = ""
    """The payee's reference."""
    tn: str = ""
    """A note."""
    am: str = ""
    cu: str = ""


def write(link: Link) -> str:
    """Percent-encoded; what is empty is left out. Raises BadLink."""
    if not _ADDRESS.fullmatch(link.pa):
        raise BadLink("an address is name@provider")
    pairs = [(name, value) for name, value in msgspec.structs.asdict(link).items() if value]
    return "upi://pay?" + "&".join(f"{name}={quote(value, safe='@')}" for name, value in pairs)


def parse(text: str) -> Link:
    """Spaces may be written as ``+`` or ``%20``; parameters that are not known are left aside. Raises
    BadLink."""
    text = text.strip()
    if len(text) > LONGEST or not text.isprintable():
        raise BadLink("too long, or with characters that no link has")
    try:
        parts = urlsplit(text)
        given = parse_qsl(parts.query, max_num_fields=40, errors="strict")
    except ValueError as error:
        raise BadLink("it cannot be read") from error
    if parts.scheme.lower() != "upi" or (parts.netloc or parts.path).strip("/").lower() != "pay":
        raise BadLink("a link begins with upi://pay")
    names = [name for name, _ in given]
    if len(set(names)) != len(names):
        raise BadLink("a parameter is there twice")
    known = {name: value for name, value in given if name in Link.__struct_fields__}
    if not _ADDRESS.fullmatch(known.get("pa", "")):
        raise BadLink("it does not say whom to pay")
    return Link(**known)
