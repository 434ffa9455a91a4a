"""What settings may be. Told in words that an operator can act on, before anything is opened."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
_HIDDEN = ("secret", "gateway_key", "gateway_webhook_secret")
"""Settings whose value is repeated nowhere."""

NUMBERS: Mapping[str, tuple[int, int]] = {
    "port": (1, 65_535),
    "tls_port": (1, 65_535),
    "gateway_port": (0, 65_535),
    "workers": (1, 256),
    "threads": (1, 500),
    "job_threads": (0, 100),
    "sqlite_max_pages": (0, 4_294_967_294),
    "upload_mb": (1, 16_384),
}
"""The least and the most. ``threads`` and ``job_threads`` each keep a connection to the database."""

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "registration": ("open", "closed"),
    "log_format": ("text", "json"),
    "sqlite_synchronous": ("FULL", "NORMAL", "EXTRA"),
}


def _database(value: str) -> bool:
    scheme, colon, rest = value.partition("://")
    return bool(colon and rest) and (scheme in _POSTGRESQL or (scheme == "sqlite" and rest.startswith("/")))


def _replica(value: str) -> bool:
    scheme, colon, rest = value.partition("://")
    return bool(colon and rest) and scheme in _POSTGRESQL


def _url(*schemes: str, host: bool = True, bare: bool = False) -> Callable[[str], bool]:
    """``bare``: nothing but scheme, host and port."""

    def good(value: str) -> bool:
        try:
            parts: SplitResult = urlsplit(value)
            port = parts.port
        except ValueError:
            return False
        if parts.scheme not in schemes or port == 0 or re.search(r"[\s\x00-\x1f]", value):
            return False
        if bare and (parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc):
            return False
        return bool(parts.hostname) or not host

    return good


def _storage(value: str) -> bool:
    scheme, colon, rest = value.partition("://")
    return not colon or (scheme == "s3" and bool(rest.strip("/")))


def _proxies(value: str) -> bool:
    try:
        for each in filter(None, map(str.strip, value.split(","))):
            ipaddress.ip_address(each)
    except ValueError:
        return False
    return True


_TEXTS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "data_dir": (lambda value: "\0" not in value, "a folder"),
    "database_url": (_database, "sqlite:///path or postgresql://…"),
    "replica_url": (_replica, "postgresql://…"),
    "redis_url": (_url("redis", "rediss", "unix", host=False), "redis://…, rediss://… or unix://path"),
    "storage_url": (_storage, "s3://bucket/prefix or a folder"),
    "host": (re.compile(r"[\w.:%-]+").fullmatch, "an address of this machine, such as 0.0.0.0"),
    "base_url": (_url("http", "https", bare=True), "https://host or http://host, without a path"),
    "secret": (lambda value: len(value) >= 32, "at least 32 characters"),
    "mail_url": (_url("smtp", "smtps"), "smtp://user:password@host:587 or smtps://…"),
    "gateway_url": (_url("http", "https"), "https://host or http://host:port"),
    "wallet_currency": (re.compile(r"[A-Z]{3}").fullmatch, "a currency of ISO 4217, such as EUR"),
    "proxies": (_proxies, "addresses such as 10.0.0.2, comma-separated; no names and no networks"),
}
_NEVER_EMPTY = ("data_dir", "host", "wallet_currency")


def allowed(name: str) -> str:
    """What a setting may be, in words; empty where that is anything of its type."""
    if name in NUMBERS:
        least, most = NUMBERS[name]
        return f"a whole number from {least} to {most}"
    if name in _CHOICES:
        return " or ".join(_CHOICES[name])
    return _TEXTS[name][1] if name in _TEXTS else ""


def refusal(name: str, value: object, may_be: str = "") -> str:
    """``name`` is set to what it may not be."""
    if name in _HIDDEN or value is None:
        shown = "is not usable"
    else:
        shown = "is " + (repr(_without_password(value)) if isinstance(value, str) else str(value)[:100])
    may_be = may_be or allowed(name)
    return f"{name} (DOZEN_{name.upper()}) {shown}" + (f"; it may be {may_be}" if may_be else "")


def _without_password(value: str) -> str:
    return re.sub(r"(?i)(password=)[^&]*", r"\1…", re.sub(r"(?s)^(.*?://)?.*@", r"\1…@", value))[:200]


def wrong(values: Mapping[str, Any]) -> str:
    """What is wrong with the first of the settings that cannot be used; empty when all can."""
    for name, value in values.items():
        if name in NUMBERS:
            least, most = NUMBERS[name]
            good: object = least <= value <= most
        elif name in _CHOICES:
            good = value in _CHOICES[name] or (
                name == "sqlite_synchronous" and value.upper() in _CHOICES[name]
            )
        elif name in _TEXTS:
            good = _TEXTS[name][0](value) if value else name not in _NEVER_EMPTY
        else:
            good = True
        if not good:
            return refusal(name, value)
    if values["replica_url"] and values["database_url"].partition("://")[0] not in _POSTGRESQL:
        return refusal("replica_url", values["replica_url"], "set only beside a database_url of PostgreSQL")
    return ""
