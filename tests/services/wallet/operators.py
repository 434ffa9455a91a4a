"""Operators for tests, as their doors know them."""

from __future__ import annotations

import msgspec

from dozen.core import accounts
from dozen.core.accounts import Actor, Role
from tests.support.town import Town


def operator(town: Town, username: str, role: Role = "admin", scopes: set[str] | None = None) -> Actor:
    """Somebody with a role; made if need be. ``scopes``: what their token may do; None: a browser."""
    card = town.read(accounts.by_username, username)
    if card is None:
        new = accounts.NewPerson(username=username, name=username.title(), role=role)
        person = town.write(accounts.register_many, [new])[0]
    else:
        person = card.id
    return Actor(
        person_id=person, username=username, name=username.title(), avatar_id=None, language="en",
        time_zone="UTC", role=role, suspended=False,
        scopes=None if scopes is None else frozenset(scopes),
    )  # fmt: skip


def outsiders(town: Town) -> list[Actor]:
    """Those whom nothing at the desk may let in who are not administrators."""
    boss = operator(town, "boss")
    return [
        operator(town, "mem", "member"),
        operator(town, "mod", "moderator"),
        msgspec.structs.replace(boss, suspended=True),
        msgspec.structs.replace(boss, scopes=frozenset({"wallet:pay", "wallet:manage"})),
    ]
