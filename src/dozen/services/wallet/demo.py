"""Sample wallets: two months of a town's payments, made by the same verbs as anybody's.

Nouns beside this one add their own. To ``PLANNERS`` what happens in those two months: ``fn(env, town)`` is
called when the wallets are there and nothing was paid yet, and gives steps, which happen among the others in
the order of time (a statement is the ledger's entries in the order in which they were written: what is paid
later cannot be put in before). To ``LOADERS`` what happens now: ``fn(env, town, progress)``, called when all
that is over.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

import msgspec

from dozen.core import accounts, graph, payments
from dozen.core.jobs import database
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.kit.env import Env
from dozen.kit.errors import Fault
from dozen.kit.files import write_whole
from dozen.kit.money import decimals
from dozen.services.wallet.queries import people as people_queries
from dozen.services.wallet.service import pins, receivers, requests, topups, wallets
from dozen.services.wallet.service.movements import Movement, Standing
from dozen.services.wallet.service.moving import move
from dozen.web import Progress

HOLDERS = {"small": 40, "large": 2_000}
SPAN = 62 * clock.DAY
PIN = "4826"
"""Of the first ten, whose logins are printed."""
_WITH_PIN = 10
_BATCH = 200
_NODE = 1020
"""Of ids of the past; :class:`Past` takes the one before."""

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


class Step(msgspec.Struct, kw_only=True):
    """One thing that happens."""

    at: int
    payer: int = 0
    """0: from outside, or it is no person's money."""
    payee: int = 0
    amount: int = 0
    note: str = ""
    act: Callable[[Tx], object] | None = None
    """Called instead of a plain payment, in a transaction of that moment. It may raise a Fault: then nothing
    has happened."""
    after: Step | None = None
    """Left out unless that one happened."""
    happened: bool = False


Loader = Callable[[Env, Town, Progress], None]
Planner = Callable[[Env, Town], list[Step]]
LOADERS: list[Loader] = []
PLANNERS: list[Planner] = []


class Past:
    """Lets verbs act at moments that are over, in the order of time."""

    def __init__(self, env: Env) -> None:
        self._moment = 0
        self._env = copy.copy(env)  # with the same parts
        self._env.ids = ids.Snowflakes(_NODE - 1, now=lambda: self._moment)

    @contextmanager
    def at(self, tx: Tx, moment: int) -> Iterator[None]:
        """All in it happens then: ``tx.now``, and ids. What raises is undone."""
        now, env = tx.now, tx.env
        self._moment = tx.now = moment
        tx.env = self._env
        try:
            with tx.savepoint():
                yield
        finally:
            tx.now, tx.env = now, env


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
    others = [step for planner in PLANNERS for step in planner(env, town)]
    plan = list(_plan(town, friends, others))
    past, charged = Past(env), list[str]()
    for start in range(0, len(plan), _BATCH):
        some = plan[start : start + _BATCH]
        charged += db.run_write(env, lambda tx, some=some: _carry_out(tx, town, past, some))  # type: ignore[misc]
        progress(min(start + _BATCH, len(plan)), len(plan), "Payments")
    write_whole(env.settings.data / payments.KNOWN, "".join(f"{line}\n" for line in charged).encode())
    db.run_write(env, lambda tx: _ask(tx, town, friends))
    for loader in LOADERS:
        loader(env, town, progress)
    logins = env.settings.data / "demo-logins.txt"
    if logins.exists():
        with logins.open("a") as file:
            file.write(f"  Wallet PIN of the first ten: {PIN}\n")


def proven(env: Env, people: Iterable[int]) -> dict[int, pins.Proof]:
    """That people of the town know their PIN, as doors prove it: the hash is computed between transactions,
    not in one that everybody else waits for. Those without a PIN are left out."""
    db, found = database(env), dict[int, pins.Proof]()
    for person in dict.fromkeys(people):
        with suppress(Fault):
            found[person] = db.run_write(env, lambda tx, me=person: pins.begin(tx, me)).verify(PIN)  # type: ignore[misc]
    return found


def _chosen(tx: Tx, count: int) -> list[int]:
    """The first people, before all those whose logins are printed."""
    found: list[int] = []
    before: int | None = None
    while page := accounts.directory(tx, before, 200):
        found += [card.id for card in page]
        before = page[-1].id
    named = [accounts.find_by_email(tx, f"{card.username}@example.org") for card in _cards(tx, found)]
    first = sorted(each for each in named if each is not None)
    logins = tx.env.settings.data / "demo-logins.txt"
    printed = re.findall(r"^ +@(\w+)$", logins.read_text(), re.MULTILINE) if logins.exists() else []
    known = [card.id for name in printed if (card := accounts.by_username(tx, name)) is not None]
    return list(dict.fromkeys([*known, *first, *sorted(found)]))[:count]


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


def _plan(town: Town, friends: dict[int, list[int]], others: list[Step]) -> Iterator[Step]:
    """In the order of time, so that balances are right at each moment and nobody pays what they have not."""
    rnd = _dice(town, "payments")
    unit = 10 ** decimals(town.currency)
    have = dict.fromkeys(town.people, 0)
    begin, days = town.now - SPAN, SPAN // clock.DAY
    on_day: dict[int, list[Step]] = {}
    for step in others:
        on_day.setdefault((step.at - begin) // clock.DAY, []).append(step)
    for day in range(days):
        steps: list[Step] = on_day.get(day, [])
        for n, person in enumerate(town.people):
            morning = begin + day * clock.DAY + rnd.randrange(6 * clock.HOUR, 9 * clock.HOUR)
            if day % 30 == n % 5 or (have[person] < 150 * unit and rnd.random() < 0.3):
                amount = rnd.choice((500, 1_000, 1_500, 2_000, 2_500)) * unit
                steps.append(Step(at=morning, payee=person, amount=amount))
            for _ in range(rnd.choice((0, 0, 0, 1, 1, 2))):
                at = begin + day * clock.DAY + rnd.randrange(9 * clock.HOUR, 23 * clock.HOUR)
                amount = int(rnd.lognormvariate(4.6, 0.9)) * unit
                if rnd.random() < 0.4:
                    amount += rnd.choice((25, 40, 50, 75, 90, 99)) * unit // 100
                friend, note = rnd.choice(friends[person]), rnd.choice(_FOR)
                steps.append(Step(at=at, payer=person, payee=friend, amount=amount, note=note))
        for step in sorted(steps, key=lambda each: each.at):
            if step.payer and (step.payer == step.payee or have[step.payer] < step.amount):
                continue
            if step.at >= town.now - clock.MINUTE or (step.after is not None and not step.after.happened):
                continue
            if step.payee:
                if have[step.payee] + step.amount > 45_000 * unit:
                    continue
                have[step.payee] += step.amount
            step.happened = True
            if step.payer:
                have[step.payer] -= step.amount
            yield step


def _carry_out(tx: Tx, town: Town, past: Past, steps: list[Step]) -> list[str]:
    """Lines for the gateway's simulator: what it has charged."""
    charged: list[str] = []
    places = {person: n for n, person in enumerate(town.people)}
    for step in steps:
        if step.act is not None:
            with suppress(Fault), past.at(tx, step.at):
                step.act(tx)
            continue
        sequence = places[step.payee]  # different for two who are paid in the same millisecond
        payment_id = ids.at(step.at, node=_NODE, sequence=sequence)
        if step.payer:
            move(
                tx,
                Movement(
                    kind="person", actor=step.payer, payer=wallets.party(tx, step.payer, town.currency),
                    payee=wallets.party(tx, step.payee, town.currency), amount=step.amount,
                    currency=town.currency, note=step.note,
                    proof=Standing("import"), id=payment_id, quiet=True,
                ),
            )  # fmt: skip
            continue
        with past.at(tx, step.at):
            fee = (step.amount * 290 + 5_000) // 10_000 + 30  # as the simulator takes for cards
            charge = topups.recorded(
                tx, step.payee, step.amount, town.currency, fee=fee, payment_id=payment_id
            )
        charged.append(payments.known_line(tx.env, charge))
    return charged


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
