"""Sample shops: two months of what people paid them, refunds, payouts, keys, codes, and mandates.

Whoever adds to them asks :func:`shops` for them, by the handles in ``SHOPS``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress

import msgspec

from dozen.core import accounts
from dozen.core.jobs import database
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.kit.errors import Fault
from dozen.kit.money import decimals
from dozen.services.wallet.demo import LOADERS, PLANNERS, SPAN, Past, Step, Town, proven
from dozen.services.wallet.queries import people as people_queries
from dozen.services.wallet.service import (
    bills,
    codes,
    mandates,
    merchant_keys,
    merchants,
    order_refunds,
    orders,
    paying,
    pins,
    receivers,
    shop_settlements,
)
from dozen.services.wallet.service.movements import Standing
from dozen.services.wallet.structs.mandates import Every, Payee
from dozen.services.wallet.structs.merchants import Shop
from dozen.web import Progress


class Sample(msgspec.Struct, frozen=True):
    """One of the shops."""

    handle: str
    name: str
    category: str
    about: str
    owner: int
    """The how-manieth of the town's people."""
    goods: tuple[str, ...]
    least: int
    """Of a payment; whole units of the currency."""
    most: int
    a_day: int
    """About so many payments, in the small town."""


SHOPS = (
    Sample("corner-tea", "Corner Tea House", "food", "Tea, samosas and a bench in the sun.", 0,
           ("Masala chai", "Samosas", "Breakfast", "Lemon tea and cake", "Lunch plate"), 20, 260, 3),
    Sample("green-basket", "Green Basket", "groceries", "Vegetables from farms that we can name.", 1,
           ("Weekly box", "Vegetables", "Rice and lentils", "Fruit", "Groceries"), 90, 900, 2),
    Sample("page-and-spine", "Page & Spine", "culture", "Books, new and old, and who has read them.", 2,
           ("Novel", "Two paperbacks", "Cookbook", "Picture book", "Atlas"), 150, 1_100, 1),
    Sample("thread-lane", "Thread Lane", "clothes", "Cotton and linen, made two streets away.", 4,
           ("Linen shirt", "Scarf", "Cotton trousers", "Kurta", "Socks, three pairs"), 250, 2_400, 1),
    Sample("bright-home", "Bright Home", "home", "Lamps, pots and what holds a home together.", 7,
           ("Desk lamp", "Flower pots", "Cushion", "Tool box", "Kettle"), 180, 2_900, 1),
)  # fmt: skip
BUSIER = {"small": 1, "large": 15}
"""How many times as busy they are."""


def shops(tx: Tx) -> dict[str, Shop]:
    """The sample shops, by their handles."""
    found = {}
    for sample in SHOPS:
        handle = people_queries.handle.first(tx, handle=sample.handle)
        if handle is not None and handle.merchant:
            found[sample.handle] = Shop(merchants.merchant(tx, handle.merchant), True, handle.person)
    return found


# What happens in the two months


def plan(env: Env, town: Town) -> list[Step]:
    made = database(env).run_write(env, lambda tx: _open(tx, town, Past(env)))
    rnd = random.Random(f"{town.seed}:wallet shops")  # noqa: S311 - repeatable is the point
    steps = [
        step for sample, shop in zip(SHOPS, made, strict=True) for step in _trade(town, rnd, sample, shop)
    ]
    return steps + _mandates(town, made, proven(env, town.people[:3]))


def _owner(town: Town, sample: Sample) -> int:
    return town.people[sample.owner % len(town.people)]


def _open(tx: Tx, town: Town, past: Past) -> list[Shop]:
    """The shops, with their keys, as their owners have opened them."""
    made = []
    with past.at(tx, town.now - SPAN):
        for sample in SHOPS:
            owner = _owner(town, sample)
            people_queries.set_tier(tx, who=owner, level=3)
            new = merchants.NewMerchant(
                name=sample.name,
                category=sample.category,
                about=sample.about,
                website=f"https://{sample.handle}.example",
                email=f"hello@{sample.handle}.example",
                settle="weekly",
            )
            shop = Shop(merchants.register(tx, owner, new), True, owner)
            receivers.take_handle(tx, owner, sample.handle, merchant=shop.id)
            merchant_keys.make(tx, shop, "secret", "Till")
            merchant_keys.make(tx, shop, "publishable", "Web page")
            made.append(shop)
    return made


class _Order(msgspec.Struct):
    """What a purchase and its refund share."""

    intent: int = 0


def _trade(town: Town, rnd: random.Random, sample: Sample, shop: Shop) -> list[Step]:
    unit = 10 ** decimals(town.currency)
    begin, days = town.now - SPAN, SPAN // clock.DAY
    guests = [person for person in town.people if person != shop.person]
    often = rnd.sample(guests, min(12, len(guests)))
    steps: list[Step] = []
    number = 1_000
    for day in range(2, days + 1):
        for _ in range(rnd.randrange(sample.a_day * 2 + 1) * BUSIER[town.size]):
            at = begin + day * clock.DAY + rnd.randrange(9 * clock.HOUR, 21 * clock.HOUR)
            number += 1
            order, amount = _Order(), rnd.randrange(sample.least, sample.most) * unit
            new = orders.NewIntent(
                amount=amount,
                currency=town.currency,
                description=rnd.choice(sample.goods),
                **({"metadata": {"qr": "static"}} if rnd.random() < 0.5 else {"reference": f"{number}"}),
            )
            payer = rnd.choice(often if rnd.random() < 0.7 else guests)
            bought = Step(at=at, payer=payer, amount=amount, act=_buying(shop, payer, new, order))
            steps.append(bought)
            if rnd.random() < 0.06:
                part = amount if rnd.random() < 0.6 else amount // 2
                back = at + rnd.randrange(clock.DAY, 4 * clock.DAY)
                steps.append(Step(at=back, act=_giving_back(shop, order, part), after=bought))
        if day % 7 == 0:
            at = begin + day * clock.DAY + clock.MINUTE
            steps.append(Step(at=at, act=lambda tx: shop_settlements.settle(
                tx, shop, town.currency, cause="schedule")))  # fmt: skip
    return steps


def _buying(shop: Shop, payer: int, new: orders.NewIntent, order: _Order) -> Callable[[Tx], object]:
    def act(tx: Tx) -> None:
        intent = paying.ask(tx, orders.create(tx, shop, new))
        order.intent = paying.approve(tx, payer, intent.id, proof=Standing("import")).id

    return act


def _giving_back(shop: Shop, order: _Order, amount: int) -> Callable[[Tx], object]:
    return lambda tx: order_refunds.create(
        tx, shop, order.intent, amount, reason="requested_by_customer", note="Sorry that it did not fit"
    )


def _mandates(town: Town, made: list[Shop], proofs: dict[int, pins.Proof]) -> list[Step]:
    """Payments that recur: some weeks old, with what they have paid until now."""
    unit = 10 ** decimals(town.currency)
    people = town.people
    if len(people) < 4:
        return []
    tea, books = made[0], made[2]
    return [
        *_recurring(town, proofs, people[0], "person", people[1], 900 * unit, "month", 47, "Rent, your part"),
        *_recurring(town, proofs, people[0], "shop", books.id, 240 * unit, "month", 40, "Book of the month"),
        *_recurring(town, proofs, people[1], "shop", tea.id, 90 * unit, "week", 30, "Tea for the week"),
        *_recurring(town, proofs, people[2], "shop", tea.id, 90 * unit, "week", 23, "Tea for the week"),
        *_recurring(
            town, proofs, people[2], "person", people[3], 150 * unit, "quarter", 20, "Football pitch"
        ),
    ]


def _recurring(
    town: Town,
    proofs: dict[int, pins.Proof],
    payer: int,
    kind: Payee,
    payee: int,
    amount: int,
    every: Every,
    days: int,
    note: str,
) -> list[Step]:
    made: list[int] = []
    first = town.now - days * clock.DAY

    def approve(tx: Tx) -> None:
        new = mandates.NewMandate(
            payee_kind=kind,
            to=f"@{accounts.cards(tx, [payee])[payee].username}" if kind == "person" else "",
            payee=payee if kind == "shop" else 0,
            amount=amount,
            cap=amount * 2,
            every=every,
            start_at=first,
            note=note,
        )
        made.append(mandates.make(tx, payer, new, proof=proofs.get(payer)).id)

    steps = [Step(at=first - 2 * clock.DAY, act=approve)]
    period = 0
    while (at := mandates.moment_of(first, every, period)) < town.now - clock.MINUTE:
        steps += [
            Step(at=at - clock.DAY, payer=payer, act=mandates.announce),
            Step(at=at - clock.HOUR, payee=payer, amount=amount * 2),  # as one who was told
            Step(at=at, payer=payer, amount=amount, act=lambda tx: mandates.debit(tx, made[0])),
        ]
        period += 1
    return steps


# What is there now


def load(env: Env, town: Town, progress: Progress) -> None:
    db = database(env)
    proof = proven(env, town.people[:1]).get(town.people[0])
    keys = db.run_write(env, lambda tx: _load(tx, town, proof))
    logins = env.settings.data / "demo-logins.txt"
    if logins.exists():
        with logins.open("a") as file:
            for name, key in keys:
                file.write(f"  Test key of {name}: {key}\n")
    progress(1, 1, "Shops")


def _load(tx: Tx, town: Town, proof: pins.Proof | None) -> list[tuple[str, str]]:
    """What waits: a reserved amount, codes of orders, a mandate for bills; and a rehearsal with its key."""
    unit = 10 ** decimals(town.currency)
    found = shops(tx)
    for shop in found.values():
        merchants.put_off(tx, shop.id)  # it was paid out until now
    keys = []
    for sample in SHOPS[:3]:
        shop = found[sample.handle]
        payer = next(person for person in reversed(town.people) if person != shop.person)
        with suppress(Fault), tx.savepoint():  # whose wallet is nearly empty
            new = orders.NewIntent(
                amount=sample.least * unit, currency=town.currency, reference="To be sent", capture="manual"
            )
            paying.approve(
                tx, payer, paying.ask(tx, orders.create(tx, shop, new)).id, proof=Standing("import")
            )
        if town.currency in codes.NUMERIC:
            codes.make(
                tx, shop, codes.NewCode(amount=sample.least * 2 * unit, currency=town.currency,
                                        reference="Table 4", lasts=codes.LONGEST),
            )  # fmt: skip
        rehearsal = Shop(shop.merchant, False, shop.person)
        keys.append((sample.name, merchant_keys.make(tx, rehearsal, "secret", "To try").text))
        new = orders.NewIntent(amount=100 * unit, currency=town.currency, reference="A rehearsal")
        paying.approve(tx, payer, paying.ask(tx, orders.create(tx, rehearsal, new)).id, proof=None)
    broadband = next((each for each in bills.billers(tx) if each.category == "broadband"), None)
    me = town.people[0]
    if broadband is not None:
        mandates.make(
            tx,
            me,
            mandates.NewMandate(
                payee_kind="biller", payee=broadband.id, given={"number": "0041002011"}, cap=1_500 * unit,
                every="month", start_at=town.now + 9 * clock.DAY, note="Broadband",
            ),
            proof=proof,
        )  # fmt: skip
    return keys


PLANNERS.append(plan)
LOADERS.append(load)
