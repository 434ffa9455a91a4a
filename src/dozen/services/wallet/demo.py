"""Sample wallets: two months of a town's payments, made by the same verbs as anybody's.

Nouns beside this one add their own to ``LOADERS``: ``fn(env, town, progress)``, called in this order once the
wallets are there.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import msgspec

from dozen.core import accounts, graph, ledger
from dozen.core.jobs import database
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.kit.env import Env
from dozen.kit.money import decimals
from dozen.services.wallet.queries import people as people_queries
from dozen.services.wallet.service import pins, receivers, requests, wallets
from dozen.services.wallet.service.moving import Movement, Party, Standing, move
from dozen.web import Progress

HOLDERS = {"small": 40, "large": 2_000}
SPAN = 62 * clock.DAY
PIN = "4826"
"""Of the first ten, whose logins are printed."""
_WITH_PIN = 10
_BATCH = 200
_NODE = 1020
"""Of ids of the past; ledger transfers of top-ups take the next one."""

_FOR = (
    "Lunch", "Coffee ☕", "Cinema tickets", "Taxi home", "Groceries", "Rent, your part", "Birthday gift 🎁",
    "Football pitch", "Petrol", "Concert", "Pizza 🍕", "Books", "Train tickets", "Electricity, half", "Cake",
    "Thank you!", "चाय और समोसे", "Weekend trip", "Flowers", "Guitar lesson", "", "", "",
)  # fmt: skip


class Town(msgspec.Struct):
    """Who has a wallet, and what all of it is made from."""

    people: list[int]
    seed: int
    size: str
    currency: str
    now: int


Loader = Callable[[Env, Town, Progress], None]
LOADERS: list[Loader] = []


def load(env: Env, *, size: str, seed: int, progress: Progress) -> None:
    """Wallets for the first people, money in them, and what they paid each other."""
    db = database(env)
    chosen = db.run_read(env, lambda tx: _chosen(tx, HOLDERS[size]))
    if len(chosen) < 2:
        return
    town = Town(chosen, seed, size, env.settings.wallet_currency, clock.now())
    hashed = pins.hash_pin(PIN)
    db.run_write(env, lambda tx: _open(tx, town, hashed))
    friends = db.run_read(env, lambda tx: _friends(tx, chosen))
    plan = list(_plan(town, friends))
    for start in range(0, len(plan), _BATCH):
        some = plan[start : start + _BATCH]
        db.run_write(env, lambda tx, some=some: _carry_out(tx, town, some))  # type: ignore[misc]
        progress(min(start + _BATCH, len(plan)), len(plan), "Payments")
    db.run_write(env, lambda tx: _ask(tx, town, friends))
    for loader in LOADERS:
        loader(env, town, progress)
    logins = env.settings.data / "demo-logins.txt"
    if logins.exists():
        with logins.open("a") as file:
            file.write(f"  Wallet PIN of the first ten: {PIN}\n")


def _chosen(tx: Tx, count: int) -> list[int]:
    """The first people: the demo's logins are among them."""
    found: list[int] = []
    before: int | None = None
    while page := accounts.directory(tx, before, 200):
        found += [card.id for card in page]
        before = page[-1].id
    named = [accounts.find_by_email(tx, f"{card.username}@example.org") for card in _cards(tx, found)]
    first = [each for each in named if each is not None]
    rest = [each for each in sorted(found) if each not in set(first)]
    return (sorted(first) + rest)[:count]


def _cards(tx: Tx, people: list[int]) -> list[accounts.Card]:
    return [
        card for n in range(0, len(people), 500) for card in accounts.cards(tx, people[n : n + 500]).values()
    ]


def _open(tx: Tx, town: Town, hashed: str) -> None:
    """Numbers and wallets, as if their people had confirmed them."""
    rnd = _dice(town, "wallets")
    for n, person in enumerate(town.people):
        people_queries.add_holder(tx, person=person, now=town.now - SPAN)
        people_queries.tie(tx, who=person, phone=f"+9198{n:04}{rnd.randrange(10**4):04}", now=town.now - SPAN)
        people_queries.set_tier(tx, who=person, level=rnd.choice((1, 2, 2, 3)))
        if n < _WITH_PIN:
            people_queries.set_pin(tx, who=person, hash=hashed, now=town.now - SPAN)
        wallets.open_wallet(tx, person, town.currency)
    card = accounts.cards(tx, town.people[:1])[town.people[0]]
    receivers.take_handle(tx, town.people[0], f"{card.username[:20].lower().replace('_', '-')}.pays")


def _friends(tx: Tx, people: list[int]) -> dict[int, list[int]]:
    """Whom each one pays: whom they follow, as far as they have a wallet."""
    among = set(people)
    found = {}
    for n, person in enumerate(people):
        follows = [edge.person_id for edge in graph.following(tx, person, limit=200)]
        near = [each for each in follows if each in among][:8]
        found[person] = near or [people[(n + 1) % len(people)], people[(n + 7) % len(people)]]
    return found


class Step(msgspec.Struct):
    at: int
    payer: int
    """0: from outside."""
    payee: int
    amount: int
    note: str


def _plan(town: Town, friends: dict[int, list[int]]) -> Iterator[Step]:
    """In the order of time, so that balances are right at each moment and nobody pays what they have not."""
    rnd = _dice(town, "payments")
    unit = 10 ** decimals(town.currency)
    have = dict.fromkeys(town.people, 0)
    begin, days = town.now - SPAN, SPAN // clock.DAY
    for day in range(days):
        steps: list[Step] = []
        for n, person in enumerate(town.people):
            morning = begin + day * clock.DAY + rnd.randrange(6 * clock.HOUR, 9 * clock.HOUR)
            if day % 30 == n % 5 or (have[person] < 150 * unit and rnd.random() < 0.3):
                amount = rnd.choice((500, 1_000, 1_500, 2_000, 2_500)) * unit
                steps.append(Step(morning, 0, person, amount, ""))
            for _ in range(rnd.choice((0, 0, 0, 1, 1, 2))):
                at = begin + day * clock.DAY + rnd.randrange(9 * clock.HOUR, 23 * clock.HOUR)
                amount = int(rnd.lognormvariate(4.6, 0.9)) * unit
                if rnd.random() < 0.4:
                    amount += rnd.choice((25, 40, 50, 75, 90, 99)) * unit // 100
                steps.append(Step(at, person, rnd.choice(friends[person]), amount, rnd.choice(_FOR)))
        for step in sorted(steps, key=lambda each: each.at):
            if step.payer and (step.payer == step.payee or have[step.payer] < step.amount):
                continue
            if step.at >= town.now - clock.MINUTE or have[step.payee] + step.amount > 45_000 * unit:
                continue
            have[step.payee] += step.amount
            if step.payer:
                have[step.payer] -= step.amount
            yield step


def _carry_out(tx: Tx, town: Town, steps: list[Step]) -> None:
    gateway = ledger.house(tx, "gateway.stripe", town.currency, "asset")
    for step in steps:
        sequence = step.payee % 4096
        payment_id = ids.at(step.at, node=_NODE, sequence=sequence)
        payee = wallets.party(tx, step.payee, town.currency)
        if step.payer:
            move(
                tx,
                Movement(
                    kind="person", actor=step.payer, payer=wallets.party(tx, step.payer, town.currency),
                    payee=payee, amount=step.amount, currency=town.currency, note=step.note,
                    proof=Standing("import"), id=payment_id, quiet=True,
                ),
            )  # fmt: skip
            continue
        made = ledger.pay(
            tx, gateway.id, payee.account, step.amount, kind="payments.capture", actor=step.payee,
            id=ids.at(step.at, node=_NODE + 1, sequence=sequence),
        )  # fmt: skip
        move(
            tx,
            Movement(
                kind="topup", actor=step.payee, payer=Party(gateway.id), payee=payee, amount=step.amount,
                currency=town.currency, detail={"transfer": str(made.id), "name": "Card"},
                proof=Standing("import"), id=payment_id, quiet=True,
            ),
        )  # fmt: skip


def _ask(tx: Tx, town: Town, friends: dict[int, list[int]]) -> None:
    """A few open requests, for the people whose logins are printed."""
    unit = 10 ** decimals(town.currency)
    rnd = _dice(town, "requests")
    for n, person in enumerate(town.people[:_WITH_PIN]):
        asker = rnd.choice([each for each in town.people if each != person])
        requests.ask(tx, asker, person, rnd.randrange(80, 600) * unit, town.currency, note=_FOR[n])
        requests.ask(
            tx, person, rnd.choice(friends[person]), 120 * unit, town.currency, note="Cinema tickets"
        )


def _dice(town: Town, what: str) -> random.Random:
    return random.Random(f"{town.seed}:wallet {what}")  # noqa: S311 - repeatable is the point
