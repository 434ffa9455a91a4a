"""What an operator can set: ``DOZEN_*`` variables, or the same names in a TOML file."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from dozen.kit.allowed import allowed, refusal, wrong


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One installation's settings. Each field is ``DOZEN_`` and its name in capitals."""

    data_dir: str = "data"
    """Where everything lives that is not put elsewhere: database, files, mail, keys."""
    database_url: str = ""
    """``sqlite:///path`` or ``postgresql://…``; empty: ``dozen.db`` in the data folder."""
    replica_url: str = ""
    """A streaming standby of the PostgreSQL database, for what GET requests read."""
    redis_url: str = ""
    """``redis://…`` for cache, rate limits and wake-ups shared by many processes."""
    storage_url: str = ""
    """``s3://bucket/prefix`` or a folder; empty: ``files`` in the data folder."""
    host: str = "127.0.0.1"
    port: int = 8000
    tls_port: int = 8443
    base_url: str = ""
    """How people reach the server, such as ``https://town.example``; empty: the local address."""
    secret: str = ""
    """At least 32 characters; empty: made once and kept in the data folder, mode 600."""
    workers: int = 1
    threads: int = 12
    """Threads that run handlers on PostgreSQL, and heavy work on either database."""
    job_threads: int = 2
    """Background workers inside the server; 0 when ``dozen work`` runs apart."""
    only: str = ""
    """Rooms to run, comma-separated; empty: all."""
    mail_url: str = ""
    """``smtp://user:password@host:587``; empty: mail is written to ``outbox`` in the data folder."""
    mail_from: str = "Dozen <dozen@localhost>"
    outbound_allow: str = ""
    """Where this server may send requests (webhooks, payment gateways): ``*`` for any public address, hosts,
    networks, comma-separated, each with an optional ``:port``; empty: nowhere."""
    gateway_url: str = ""
    """The payment gateway, which speaks as Stripe does; empty: none, or the simulator that ``dozen serve``
    starts beside sample data."""
    gateway_key: str = ""
    """The gateway's API key; empty: the simulator's, made from the secret."""
    gateway_webhook_secret: str = ""
    """What the gateway signs its messages with (several, comma-separated, while it is changed); empty: the
    simulator's. The gateway sends them to ``/webhooks/stripe``."""
    gateway_port: int = 8020
    """Where the simulator listens."""
    wallet_currency: str = "INR"
    """The currency (ISO 4217) of the first wallet that people open."""
    registration: str = "open"
    """``open`` or ``closed``."""
    proxies: str = ""
    """Addresses of reverse proxies whose ``X-Forwarded-*`` is believed, comma-separated."""
    log_format: str = "text"
    """``text`` or ``json``."""
    sqlite_synchronous: str = "FULL"
    """``FULL``: an answer means it is on disk even if the power fails. ``NORMAL``: only if it does not."""
    sqlite_max_pages: int = 0
    """The most pages the SQLite file may grow to; 0: as many as the disk has."""
    rate_limits: bool = True
    upload_mb: int = 64
    """The largest upload, in MiB."""

    @property
    def data(self) -> Path:
        return Path(self.data_dir)

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{quote(str(self.data / 'dozen.db'))}"

    @property
    def storage(self) -> str:
        return self.storage_url or str(self.data / "files")

    @property
    def url(self) -> str:
        return self.base_url.rstrip("/") or f"http://localhost:{self.port}"

    @property
    def rooms(self) -> frozenset[str]:
        """Names of the rooms to run; empty means all."""
        return frozenset(name.strip() for name in self.only.split(",") if name.strip())


class BadSettings(ValueError):
    """A setting has a value that cannot be used. The message names it and what it may be."""


def load(file: Path | None = None, environ: Mapping[str, str] = os.environ, **over: Any) -> Settings:
    """Settings from a TOML file, then the environment, then ``over``; later ones win."""
    values: dict[str, Any] = {}
    if file is None and environ.get("DOZEN_CONFIG"):
        file = Path(environ["DOZEN_CONFIG"])
    if file is not None:
        try:
            values.update(tomllib.loads(file.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise BadSettings(f"{file}: {error}") from error
    names = set(Settings.__struct_fields__)
    for name in names:
        if f"DOZEN_{name.upper()}" in environ:
            values[name] = environ[f"DOZEN_{name.upper()}"]
    values.update({name: value for name, value in over.items() if value is not None})
    if unknown := sorted(set(values) - names):
        raise BadSettings(f"there is no setting {unknown[0]!r}; known are: {', '.join(sorted(names))}")
    try:
        made = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise BadSettings(_unreadable(str(error), values)) from None
    if words := wrong(msgspec.structs.asdict(made)):
        raise BadSettings(words)
    return made


def _unreadable(words: str, values: Mapping[str, Any]) -> str:
    """msgspec's words name the setting, and sometimes its type only."""
    found = re.search(r"\$\.(\w+)", words)
    if found is None:
        return words
    kind = Settings.__annotations__[found[1]]
    return refusal(
        found[1], values[found[1]], allowed(found[1]) or {"bool": "true or false"}.get(kind, "text")
    )


def environment(settings: Settings) -> dict[str, str]:
    """The variables from which :func:`load` makes the same settings, for processes that are started."""
    return {f"DOZEN_{name.upper()}": str(getattr(settings, name)) for name in Settings.__struct_fields__}
