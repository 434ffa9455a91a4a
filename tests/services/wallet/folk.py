"""People with wallets for tests: a number that is confirmed, a PIN, and money in it."""

from __future__ import annotations

from itertools import count

from dozen.core import accounts
from dozen.db import Tx
from dozen.services.wallet import listen
from dozen.services.wallet.queries import people as people_queries
from dozen.services.wallet.service import limits, pins, wallets
from dozen.services.wallet.service.movements import Movement, Standing
from dozen.services.wallet.service.moving import move
from dozen.services.wallet.structs import Receipt
from tests.support.people import make_people
from tests.support.site import Client, Site
from tests.support.town import Town

PIN = "4821"
PIN_HASH = "$argon2id$v=19$m=8,t=1,p=1$xrnTBF707xFUS54tBM7Dcw$ajnypyOeshPT40PVl9MJ5w"
"""Of :data:`PIN`, with next to no work."""
_numbers = count(1)


def make_holders(
    town: Town, n: int, *, money: int = 0, currency: str = "INR", tier: int = 1, pin: bool = True
) -> list[int]:
    """``n`` new people with wallets, and so many minor units in each."""
    if not getattr(town.env, "wallet_listens", False):
        listen(town.env)
        town.env.wallet_listens = True  # type: ignore[attr-defined]
    people = make_people(town, n)

    def give(tx: Tx) -> None:
        for person in people:
            open_for(tx, person, currency, tier=tier, pin=pin)
            if money:
                fund(tx, person, money, currency)

    town.write(give)
    return people


def open_for(tx: Tx, person: int, currency: str = "INR", *, tier: int = 1, pin: bool = True) -> None:
    """A wallet for somebody, without the letters."""
    people_queries.add_holder(tx, person=person, now=tx.now)
    people_queries.tie(tx, who=person, phone=f"+9198{next(_numbers):08}", now=tx.now)
    people_queries.set_tier(tx, who=person, level=tier)
    if pin:
        people_queries.set_pin(tx, who=person, hash=PIN_HASH, now=tx.now)
    wallets.open_wallet(tx, person, currency)


def fund(tx: Tx, person: int, amount: int, currency: str = "INR") -> Receipt:
    """Money out of nowhere: the house's account for it goes below zero."""
    return move(
        tx,
        Movement(
            kind="adjustment",
            actor=0,
            payer=wallets.house_party(tx, "wallet.tests", currency, "expense"),
            payee=wallets.party(tx, person, currency),
            amount=amount,
            currency=currency,
            proof=Standing("operator"),
            quiet=True,
        ),
    )


def proof(tx: Tx, person: int, pin: str = PIN) -> pins.Proof:
    """As a door makes one."""
    return pins.begin(tx, person).verify(pin)


class Bank:
    """A server, and people on it who have wallets with money in."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.town = site.town

    def holder(self, username: str, *, money: int = 0, currency: str = "INR", tier: int = 1) -> Client:
        """Somebody's client, with a token that may do everything."""
        client = self.site.as_(username)
        self.give(client.id, money, currency, tier)
        return client

    def browser(self, username: str, *, money: int = 0, currency: str = "INR", tier: int = 1) -> Client:
        """A browser in which somebody with a wallet is signed in."""
        client = self.site.browser(username)
        card = self.town.read(accounts.by_username, username)
        assert card is not None
        client.id = card.id
        self.give(card.id, money, currency, tier)
        return client

    def give(self, person: int, money: int, currency: str, tier: int) -> None:
        def work(tx: Tx) -> None:
            open_for(tx, person, currency, tier=tier)
            if money:
                fund(tx, person, money, currency)

        self.town.write(work)

    def balance(self, person: int, currency: str = "INR") -> int:
        return self.town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, person, currency)).balance)


def spent_today(tx: Tx, person: int, currency: str = "INR") -> int:
    """What limits have counted today."""
    holder = wallets.holder(tx, person)
    assert holder is not None
    return limits.allowance(tx, holder, currency).used.day
