"""``dozen user`` and ``dozen token``: people and credentials from the command line."""

from __future__ import annotations

import getpass
import sys

import msgspec
from rich.console import Console

from dozen.app import setup
from dozen.app.system import System
from dozen.core import accounts
from dozen.db import Tx
from dozen.kit.errors import Fault
from dozen.kit.settings import Settings

console = Console()


def create(
    settings: Settings,
    username: str,
    *,
    email: str | None,
    name: str | None,
    password: str | None,
    admin: bool,
) -> int:
    """Make a person. Asks for the password when none is given."""
    setup.migrate(settings)
    system = System(settings)
    system.lease_ids()
    try:
        secret = password if password is not None else _typed_password()
        hashed = accounts.hash_password(secret, username=username, email=email)

        def verb(tx: Tx) -> accounts.Person:
            return accounts.register(
                tx,
                username=username,
                name=name or username,
                email=email,
                password_hash=hashed,
                invited=True,
                role="admin" if admin else "member",
            )

        person = system.db.run_write(system.env, verb)
        console.print(f"Made @{person.username} ({person.role}), id {person.id}.")
        return 0
    except Fault as fault:
        return _refused(fault)
    finally:
        system.close()


def _typed_password() -> str:
    """From the keyboard, twice; from a pipe, its first line. ValueError when nothing comes."""
    if not sys.stdin.isatty():
        if line := sys.stdin.readline().rstrip("\r\n"):
            return line
        raise ValueError("a password is needed: --password, or one line on standard input")
    secret = getpass.getpass("Password: ")
    if secret != getpass.getpass("Again: "):
        raise ValueError("the two passwords differ; nobody was made")
    return secret


def promote(settings: Settings, username: str) -> int:
    system = System(settings)
    try:
        person = system.db.run_read(system.env, lambda tx: accounts.person_by_username(tx, username))
        system.db.run_write(system.env, lambda tx: accounts.promote(tx, person.id))
        console.print(f"@{person.username} is an administrator now.")
        return 0
    except Fault as fault:
        return _refused(fault)
    finally:
        system.close()


def token(
    settings: Settings, username: str, *, kind: str, scopes: list[str], days: int, as_json: bool
) -> int:
    """Mint credentials for a script: a bearer token, or the four strings of OAuth 1.0a."""
    system = System(settings)
    system.lease_ids()
    try:
        person = system.db.run_read(system.env, lambda tx: accounts.person_by_username(tx, username))
        allowed = _known(system, accounts.checked_scopes([s.strip() for s in scopes if s.strip()]))
        if kind == "bearer":
            made = system.db.run_write(
                system.env,
                lambda tx: accounts.issue_token(
                    tx, person.id, name="Command line", scopes=allowed, expires_in=days * 86400
                ),
            )
            out: dict[str, object] = {
                "kind": "bearer",
                "user_id": str(person.id),
                "username": person.username,
                "access_token": made.token,
                "token_type": "bearer",
                "expires_in": made.expires_in,
                "scopes": sorted(made.scopes),
            }
        else:

            def mint(tx: Tx) -> accounts.OAuth1Credentials:
                app = accounts.register_app(
                    tx,
                    name="Command line",
                    redirect_uris=[],
                    scopes=allowed,
                    owner=person.id,
                    dialect="twitter",
                    signs=True,
                )
                return accounts.issue_oauth1(tx, person.id, app.app.id)

            credentials = system.db.run_write(system.env, mint)
            out = {"kind": "oauth1", **msgspec.to_builtins(credentials), "user_id": str(person.id)}
            out.pop("person_id", None)
        if as_json:
            print(msgspec.json.encode(out).decode())
        else:
            for name, value in out.items():
                print(f"{name}: {value}")
        return 0
    except Fault as fault:
        return _refused(fault)
    finally:
        system.close()


def _known(system: System, scopes: frozenset[str]) -> frozenset[str]:
    """ValueError for a scope that is no room's, nor the beginning of one: it would open nothing."""
    known = sorted(scope for room in system.rooms for scope in room.scopes)
    for each in sorted(scopes - {"*"}):
        if not any(accounts.covers(frozenset({each}), scope) for scope in known):
            raise ValueError(f"there is no scope {each!r}; there are *, {', '.join(known)}")
    return scopes


def _refused(fault: Fault) -> int:
    print(f"dozen: {fault.detail} ({fault.code})", file=sys.stderr)
    return 1
