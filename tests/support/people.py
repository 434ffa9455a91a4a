"""People for tests, quickly: their password is hashed once, ahead, and with next to no work."""

from __future__ import annotations

from itertools import count
from typing import Any

from argon2 import PasswordHasher

from dozen.core import accounts
from tests.support.town import Town

PASSWORD = "correct horse 42"
PASSWORD_HASH = (
    "$argon2id$v=19$m=8,t=1,p=1$1oTBEhoacvjTmcqL69nVDg$uEG7J/NSTE9PxPag7jUxmdXb8MVctU3axuur2C37J6I"
)
"""Of :data:`PASSWORD`; signing in with it replaces it by a hash of full strength."""

EASY = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, hash_len=32, salt_len=16)
"""Makes such hashes, where what they are made of is not what is tested."""

_NAMES = ("Ada", "Bo", "Chen", "Dara", "Eli", "Femi", "Gita", "Hugo", "Ines", "Jun")
_numbers = count(1)


def make_people(town: Town, n: int, **kw: Any) -> list[int]:
    """``n`` new people, by id. ``kw`` are fields of ``NewPerson`` that all of them get."""
    made = []
    for _ in range(n):
        number = next(_numbers)
        name = _NAMES[number % len(_NAMES)]
        given = {
            "username": f"{name.lower()}{number}",
            "name": f"{name} {number}",
            "email": f"{name.lower()}{number}@people.example",
            "password_hash": PASSWORD_HASH,
        }
        made.append(accounts.NewPerson(**given | kw))
    return town.write(accounts.register_many, made)
