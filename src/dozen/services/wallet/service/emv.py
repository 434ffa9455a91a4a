"""EMVCo merchant-presented QR payloads: objects of two digits id, two digits length, and the value.

After the EMV QR Code Specification for Payment Systems, Merchant-Presented Mode, version 1.1. Lengths count
characters; the checksum (id 63) is CRC-16/CCITT-FALSE over the UTF-8 of all before its value. Nothing here
knows of shops or money: :mod:`codes` does.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable
from typing import TypeAlias

LONGEST = 512
"""Characters of a payload."""
TEMPLATES = frozenset((*(f"{n:02}" for n in range(26, 52)), "62", "64", *(f"{n:02}" for n in range(80, 100))))
"""Objects whose value is made of objects again."""
MUST = ("52", "53", "58", "59", "60")
"""What a payload cannot be without, besides 00 and 63 and an account (02 to 51)."""
Objects: TypeAlias = dict[str, str]


class BadPayload(ValueError):
    """It is no payload, or not a whole one."""


def crc(text: str) -> str:
    """CRC-16/CCITT-FALSE (polynomial 0x1021, from 0xFFFF) as four capital hex digits."""
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def objects(pairs: Iterable[tuple[str, str]]) -> str:
    """Text of objects in this order; empty ones are left out. Raises BadPayload."""
    made = []
    for name, value in pairs:
        if not value:
            continue
        if len(name) != 2 or not name.isascii() or not name.isdigit() or len(value) > 99:
            raise BadPayload(f"{name!r} cannot be written")
        made.append(f"{name}{len(value):02}{value}")
    return "".join(made)


def write(pairs: Iterable[tuple[str, str]]) -> str:
    """A payload of what stands between 00 and 63, with both. Raises BadPayload when it is too long."""
    text = objects([("00", "01"), *pairs]) + "6304"
    if len(text) + 4 > LONGEST:
        raise BadPayload("At most 512 characters")
    return text + crc(text)


def split(text: str) -> Objects:
    """The objects of a text, in their order. Raises BadPayload."""
    found: Objects = {}
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        if len(head) < 4 or not head.isascii() or not head.isdigit():
            raise BadPayload("an object begins with four digits")
        name, size = head[:2], int(head[2:])
        value = text[at + 4 : at + 4 + size]
        if not size or len(value) != size:
            raise BadPayload(f"the value of {name} is not as long as it says")
        if name in found:
            raise BadPayload(f"{name} is there twice")
        found[name] = value
        at += 4 + size
    return found


def parse(text: str) -> Objects:
    """The objects of a whole payload, by id. Templates are texts: :func:`split` them. Raises BadPayload."""
    text = text.strip()
    if len(text) > LONGEST:
        raise BadPayload("At most 512 characters")
    if not text.startswith("000201"):
        raise BadPayload("a payload begins with 000201")
    if text[-8:-4] != "6304" or crc(text[:-4]) != text[-4:].upper():
        raise BadPayload("the checksum is wrong")
    found = split(text)
    if list(found)[-1] != "63":
        raise BadPayload("the checksum stands last")
    missing = [name for name in MUST if name not in found]
    if missing or not any("02" <= name <= "51" for name in found):
        raise BadPayload(f"{missing[0] if missing else 'the account'} is missing")
    return found
