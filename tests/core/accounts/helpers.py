"""The stages of signing in, one after the other, as a door does them."""

from __future__ import annotations

from typing import Any

from dozen.core import accounts
from dozen.core.realtime import Hub
from tests.support.people import PASSWORD
from tests.support.town import Town

HERE = "192.0.2.7"


def verdict_on(town: Town, login: str, password: str = PASSWORD, *, address: str = HERE) -> accounts.Verdict:
    return town.write(accounts.login_challenge, login, address=address).verify(password)


def attempt(
    town: Town,
    login: str,
    password: str = PASSWORD,
    *,
    address: str = HERE,
    device: str = "Firefox",
    **kw: Any,
) -> accounts.SignedIn | accounts.SecondFactorNeeded:
    verdict = verdict_on(town, login, password, address=address)
    return town.write(accounts.login, verdict, device=device, address=address, **kw)


def sign_in(town: Town, login: str, password: str = PASSWORD, **kw: Any) -> accounts.SignedIn:
    done = attempt(town, login, password, **kw)
    assert isinstance(done, accounts.SignedIn)
    return done


def proof(town: Town, me: int, password: str = PASSWORD) -> accounts.Verdict:
    return town.write(accounts.password_challenge, me).verify(password)


def catch_up(town: Town) -> None:
    """Read the event log, as every process keeps doing."""
    town.read(town.env.part(Hub).catch_up)


def stored(town: Town, table: str) -> str:
    """All rows of a table as text, to see what is not in there."""
    return repr(town.read(lambda tx: tx.driver.execute(f"SELECT * FROM {table}").fetchall()))


def count(town: Town, table: str, where: str = "1 = 1") -> int:
    found = town.read(lambda tx: tx.driver.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone())
    return int(found[0])


def username(town: Town, person_id: int) -> str:
    return town.read(accounts.person, person_id).username
