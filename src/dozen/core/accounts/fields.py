"""What each field of a profile may hold."""

from __future__ import annotations

import re
import unicodedata
import zoneinfo
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET

from dozen.core.accounts import names
from dozen.core.accounts.errors import BadProfile
from dozen.core.accounts.structs import Changes
from dozen.kit import text

NAME = 50
BIO = 500
LOCATION = 100
WEBSITE = 200
PRONOUNS = 40
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that show nothing
_PLACE = re.compile(r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/")
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


def checked(changes: Changes, *, today: date) -> dict[str, Any]:
    """The set fields as they are kept. Raises BadProfile, naming every wrong field."""
    good: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in msgspec.structs.asdict(changes).items():
        if value is UNSET:
            continue
        try:
            good[name] = _check(name, value, today)
        except BadProfile as error:
            wrong |= error.fields
    if wrong:
        raise BadProfile(fields=wrong)
    return good


def _check(field: str, value: Any, today: date) -> Any:
    match field:
        case "name":
            return checked_line(field, value, NAME, least=1)
        case "bio":
            return _bounded(field, text.clean(value[: 4 * BIO], lines=True), BIO, len(value) > 4 * BIO)
        case "location":
            return checked_line(field, value, LOCATION)
        case "pronouns":
            return checked_line(field, value, PRONOUNS)
        case "website":
            return _website(value)
        case "birth_date":
            return _birth_date(value, today)
        case "language":
            if value and not _LANGUAGE.fullmatch(value):
                raise _wrong(field, "This is not a language code such as en or pt-BR")
            return value
        case "time_zone":
            if value and not is_time_zone(value):
                raise _wrong(field, "This is not a time zone such as Europe/Vienna")
            return value
        case "phone":
            return names.checked_phone(value) if value else None
        case _:
            return bool(value)


def checked_line(field: str, value: str, most: int, *, least: int = 0) -> str:
    """One line, cleaned, of ``least`` to ``most`` characters. Raises BadProfile.

    Characters that turn the direction of what stands round them go: a name stands among others' words.
    """
    bare = _DIRECTIONS.sub("", value[: 4 * most])
    line = _bounded(field, text.clean(bare), most, len(value) > 4 * most)
    if least and (len(line) < least or not _seen(line)):
        raise _wrong(field, "This must not be empty")
    return line


def _seen(line: str) -> bool:
    """Whether anything of it can be seen."""
    return any(unicodedata.category(char)[0] in "LNPS" and char not in _BLANK for char in line)


def _bounded(field: str, value: str, most: int, cut: bool) -> str:
    if cut or len(value) > most:
        raise _wrong(field, f"This has at most {most} characters")
    return value


def _website(value: str) -> str:
    url = checked_line("website", value, WEBSITE)
    if not url:
        return ""
    if "://" not in url:
        url = "https://" + url
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
        _ = parts.port
    except ValueError:
        good = False
    if not good or any(c.isspace() or c in "<>\"'`\\" for c in url) or len(url) > WEBSITE:
        raise _wrong("website", "This is not an http or https address")
    return url


def _birth_date(value: str | None, today: date) -> str | None:
    if not value:
        return None
    try:
        born = date.fromisoformat(value)
    except ValueError:
        raise _wrong("birth_date", "This is not a date such as 1990-12-31") from None
    if not date(1900, 1, 1) <= born <= today:
        raise _wrong("birth_date", "This date cannot be right")
    return born.isoformat()


def time_zones() -> list[str]:
    """Those that a person may choose from, by continent and city; empty where the machine knows none."""
    return sorted(name for name in _zones() if name == "UTC" or _PLACE.match(name))


def is_time_zone(name: str) -> bool:
    known = _zones()
    return name in known if known else bool(_ZONE.fullmatch(name))


@cache
def _zones() -> frozenset[str]:
    """Empty on a machine without a time zone database."""
    return frozenset(zoneinfo.available_timezones())


def _wrong(field: str, reason: str) -> BadProfile:
    return BadProfile(fields={field: reason})
