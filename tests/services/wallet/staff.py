"""Operators for tests of verbs."""

from __future__ import annotations

from itertools import count
from typing import Any

from dozen.core import accounts
from dozen.core.accounts import Actor
from tests.support.town import Town

_numbers = count(1)


def staff(town: Town, role: Any = "admin", scopes: set[str] | None = None) -> Actor:
    """A new operator in a browser; with ``scopes``, by a token."""
    new = accounts.NewPerson(username=f"operator{next(_numbers)}", name="Operator", role=role)
    person = town.write(accounts.register_many, [new])[0]
    return actor(person, role, scopes)


def actor(person: int, role: Any = "admin", scopes: set[str] | None = None) -> Actor:
    """Somebody as an operator."""
    return Actor(
        person_id=person, username="op", name="Operator", avatar_id=None, language="en", time_zone="UTC",
        role=role, suspended=False, scopes=frozenset(scopes) if scopes is not None else None,
    )  # fmt: skip
