"""Sample goods: what the sample shops sell, with pictures and stock; six weeks of purchases and reviews.

All of it is made by the same verbs as anybody's, at moments that are over (:class:`demo.Past`).
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from dozen.core import accounts, media
from dozen.core.jobs import database
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.kit.money import decimals
from dozen.kit.sample import goods as pictures
from dozen.services.wallet.demo import LOADERS, PLANNERS, SPAN, Past, Step, Town
from dozen.services.wallet.merchant_demo import shops
from dozen.services.wallet.queries import products as queries
from dozen.services.wallet.sample_goods import GOODS, REVIEWS, Goods
from dozen.services.wallet.service import (
    addresses,
    carts,
    catalogue,
    checkouts,
    product_pictures,
    product_reviews,
    products,
    purchases,
    returns,
    stores,
)
from dozen.services.wallet.service.movements import Standing
from dozen.services.wallet.service.products import NewProduct, NewVariant
from dozen.services.wallet.structs.carts import Place, Want
from dozen.services.wallet.structs.merchants import Shop
from dozen.services.wallet.structs.products import Product, Variant
from dozen.web import Progress

PURCHASES = {"small": 60, "large": 1_500}
WEEKS = 6
_SIZE = 560
_STREETS = ("Hill Road", "Station Street", "Temple Lane", "Lake View", "Market Square", "Garden Row")
_CARRIERS = ("Town Post", "Swift Couriers", "By bicycle")
_UNTIL_PACKED, _UNTIL_SENT, _UNTIL_THERE, _UNTIL_REVIEWED = (
    5 * clock.HOUR,
    26 * clock.HOUR,
    3 * clock.DAY,
    5 * clock.DAY,
)


class Item(msgspec.Struct):
    """Something that is sold, as the plan needs it."""

    shop: Shop
    product: int
    variants: list[Variant]


class Purchase(msgspec.Struct):
    """What a purchase and what becomes of it share."""

    id: int = 0


def plan(env: Env, town: Town) -> list[Step]:
    """The goods at once, as if they had been there all the time; their purchases as steps."""
    db = database(env)
    found = db.run_read(env, shops)
    wanted = [each for each in GOODS if each.shop in found]
    if not wanted:
        return []
    drawn = _draw(env, town, wanted, found)
    past = Past(env)
    items = db.run_write(env, lambda tx: _stock(tx, town, past, wanted, found, drawn))
    db.run_write(env, lambda tx: _live(tx, town, past))
    return _trade(env, town, items)


# Goods


def _draw(env: Env, town: Town, wanted: list[Goods], found: dict[str, Shop]) -> list[list[media.Prepared]]:
    """Pictures of each, checked and stored like anybody's. Drawing and encoding let other threads run."""

    def one(n: int, folder: str) -> list[media.Prepared]:
        made = []
        for m, tone in enumerate(wanted[n].tones):
            path = Path(folder) / f"{n}-{m}.jpg"
            pictures.draw(town.seed, n, wanted[n].kind, tone, _SIZE).save(path, quality=90)
            prepared = media.prepare_image(path)
            media.store(env, prepared)
            made.append(prepared)
        return made

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as threads:
        return list(threads.map(lambda n: one(n, folder), range(len(wanted))))


def _stock(
    tx: Tx,
    town: Town,
    past: Past,
    wanted: list[Goods],
    found: dict[str, Shop],
    drawn: list[list[media.Prepared]],
) -> list[Item]:
    unit = 10 ** decimals(town.currency)
    rnd = random.Random(f"{town.seed}:wallet goods")  # noqa: S311 - repeatable is the point
    begin, many = town.now - SPAN + clock.HOUR, PURCHASES[town.size] // PURCHASES["small"]
    with past.at(tx, begin):
        for shop in found.values():
            stores.set_up(tx, shop, return_days=14)
            stores.add_rate(tx, shop, stores.NewRate("Town Post", 40 * unit, 800 * unit, 4))
        stores.add_rate(tx, found["bright-home"], stores.NewRate("Courier", 120 * unit, None, 1))
    items = []
    for n, each in enumerate(wanted):
        shop = found[each.shop]
        with past.at(tx, begin + (n + 1) * 7 * clock.HOUR):
            made = products.add(tx, shop, _new(n, each, unit, rnd, many))
            ids = [
                media.add(tx, shop.person, one, alt=f"{each.title}, {tone}").id
                for one, tone in zip(drawn[n], each.tones, strict=True)
            ]
            product_pictures.add(tx, shop, made.id, ids)
            products.set_state(tx, shop, made.id, "active")
            items.append(Item(shop, made.id, queries.variants_of.all(tx, products=[made.id])))
    with past.at(tx, begin + len(wanted) * 7 * clock.HOUR + clock.HOUR):
        draft = NewProduct(title="Clay teapot, new this autumn", category="tableware")
        products.add(tx, found["corner-tea"], draft)
    return items


def _new(number: int, each: Goods, unit: int, rnd: random.Random, many: int) -> NewProduct:
    choices = each.choices or ("",)
    variants = tuple(
        NewVariant(
            sku=f"{each.kind[:3].upper()}-{number + 101}-{n + 1}",
            choice=(choice,) if each.choices else (),
            price=(each.price + n * each.more) * unit,
            compare_at=(each.was + n * each.more) * unit if each.was else None,
            stock=0 if each.gone and n == len(choices) - 1 else rnd.randrange(6, 40) * many,
        )
        for n, choice in enumerate(choices)
    )
    return NewProduct(
        title=each.title,
        words=each.words,
        category=each.category,
        options=(each.option,) if each.choices else (),
        variants=variants,
    )


def _live(tx: Tx, town: Town, past: Past) -> None:
    """Addresses of the first people."""
    with past.at(tx, town.now - SPAN + 2 * clock.HOUR):
        for n, person in enumerate(town.people[:10]):
            addresses.add(tx, person, _place(tx, person, n))


def _place(tx: Tx, person: int, n: int) -> Place:
    card = accounts.cards(tx, [person])[person]
    name = (card.name or card.username)[:80]
    street = _STREETS[n % len(_STREETS)]
    return Place(name, f"{7 + n * 3} {street}", "Pune", f"4110{n % 90 + 10}", "IN", "")


# Six weeks of trade


def _trade(env: Env, town: Town, items: list[Item]) -> list[Step]:
    rnd = random.Random(f"{town.seed}:wallet purchases")  # noqa: S311 - repeatable is the point
    steps: list[Step] = []
    span = WEEKS * 7 * clock.DAY
    for n in range(PURCHASES[town.size]):
        # More and more of them, so that some are on their way.
        before = int(span * (1 - n / PURCHASES[town.size]) ** 2)
        at = town.now - before - rnd.randrange(8 * clock.HOUR)
        buyer = n % len(town.people) if n % 3 else n % min(10, len(town.people))
        person = town.people[buyer]
        some = [each for each in items if each.shop.person != person]
        if not some:
            continue
        chosen = rnd.sample(some, min(rnd.choice((1, 1, 2, 3)), len(some)))
        wants = [(each, rnd.choice(each.variants), rnd.choice((1, 1, 1, 2))) for each in chosen]
        steps += _one(town, rnd, n, person, at, wants)
    return steps


def _one(
    town: Town, rnd: random.Random, n: int, person: int, at: int, wants: list[tuple[Item, Variant, int]]
) -> list[Step]:
    """A purchase and what becomes of it: as many purchases as there are shops in it."""
    made: dict[int, Purchase] = {item.shop.id: Purchase() for item, _, _ in wants}
    owners = {item.shop.id: item.shop for item, _, _ in wants}
    goods: dict[int, int] = dict.fromkeys(made, 0)
    for item, variant, quantity in wants:
        goods[item.shop.id] += variant.price * quantity
    unit = 10 ** decimals(town.currency)
    total = sum(worth + (0 if worth >= 800 * unit else 40 * unit) for worth in goods.values())

    def buy(tx: Tx) -> None:
        some = [Want(variant.id, quantity) for _, variant, quantity in wants]
        for each in checkouts.buy(tx, person, some, _place(tx, person, n), proof=Standing("import")):
            made[each.merchant].id = each.id

    bought = Step(at=at, payer=person, amount=total, act=buy)
    steps = [Step(at=at - clock.MINUTE, payee=person, amount=total), bought]
    for merchant, purchase in made.items():
        shop, fate = owners[merchant], rnd.random()
        delay = rnd.randrange(6 * clock.HOUR)

        def later(after: int, act: Callable[[Tx], Any], delay: int = delay) -> None:
            steps.append(Step(at=at + after + delay, act=act, after=bought))

        if fate < 0.05:
            later(2 * clock.HOUR, _calling_off(person, purchase))
            continue
        carrier = rnd.choice(_CARRIERS)
        later(_UNTIL_PACKED, _moving(shop, purchase, "packed"))
        later(_UNTIL_SENT, _moving(shop, purchase, "shipped", carrier, f"TP{n:04}{merchant % 1000:03}"))
        if carrier == "Town Post":
            later(_UNTIL_THERE - 6 * clock.HOUR, _moving(shop, purchase, "out_for_delivery"))
        later(_UNTIL_THERE, _moving(shop, purchase, "delivered"))
        for item, _, _ in wants:
            if item.shop.id == merchant and rnd.random() < 0.75:
                rating = rnd.choices((5, 4, 3, 2, 1), (50, 28, 12, 6, 4))[0]
                text = rnd.choice(REVIEWS[rating])
                later(_UNTIL_REVIEWED, _reviewing(item, person, rating, text, rnd.random() < 0.3))
        if 0.05 <= fate < 0.12:
            later(_UNTIL_THERE + clock.DAY, _sending_back(shop, person, purchase))
    return steps


def _moving(
    shop: Shop, purchase: Purchase, to: Any, carrier: str = "", tracking: str = ""
) -> Callable[[Tx], object]:
    return lambda tx: purchases.advance(tx, shop, purchase.id, to, carrier=carrier, tracking=tracking)


def _calling_off(person: int, purchase: Purchase) -> Callable[[Tx], object]:
    return lambda tx: purchases.cancel(tx, person, purchase.id, "Found it in the cupboard")


def _reviewing(item: Item, person: int, rating: int, text: str, answered: bool) -> Callable[[Tx], object]:
    def act(tx: Tx) -> None:
        made = product_reviews.put(tx, person, item.product, rating, text)
        if answered and text:
            words = "Thank you!" if rating > 3 else "We are sorry. Please send it back, and we make it good."
            product_reviews.answer(tx, item.shop, made.review.id, words)

    return act


def _sending_back(shop: Shop, person: int, purchase: Purchase) -> Callable[[Tx], object]:
    def act(tx: Tx) -> None:
        line = purchases.of(tx, person, purchase.id).lines[0]
        back = returns.ask(tx, person, purchase.id, {line.id: 1}, reason="unlike", words="Another colour")
        returns.answer(tx, shop, back.id, accept=True, words="Bring it along, or send it by post.")
        returns.settle(tx, shop, back.id, line.price, restock=True)

    return act


# What is there now


def load(env: Env, town: Town, progress: Progress) -> None:
    database(env).run_write(env, lambda tx: _load(tx, town))
    progress(1, 1, "Goods")


def _load(tx: Tx, town: Town) -> None:
    """Carts with something in, wishes, a return that waits for its shop."""
    found = catalogue.find(tx, catalogue.Query(stocked=True, sort="rating"), limit=40).products
    for k, me in enumerate(town.people[:10]):
        others = [each.product for each in found if each.shop.owner != me][k:]
        for product in others[6:12]:
            catalogue.wish(tx, me, product.id)
        for n, product in enumerate(others[:3]):
            variant = _in_stock(tx, me, product)
            if variant is not None:
                carts.put(tx, me, Want(variant.id, 1 + n % 2), later=n == 2)
    _ask_back(tx, town)


def _in_stock(tx: Tx, me: int, product: Product) -> Variant | None:
    some = [choice for choice in catalogue.view(tx, product.id, me).choices if choice.left > 1]
    return some[0].variant if some else None


def _ask_back(tx: Tx, town: Town) -> None:
    for person in town.people:
        for each in purchases.mine(tx, person, limit=8):
            if each.state != "delivered":
                continue
            lines = purchases.of(tx, person, each.id).lines
            until = each.return_until
            if until is not None and until > tx.now and all(not line.back for line in lines):
                returns.ask(
                    tx, person, each.id, {lines[0].id: 1}, reason="damaged",
                    words="It came with a crack on one side. The parcel looked fine.",
                )  # fmt: skip
                return


PLANNERS.append(plan)
LOADERS.append(load)
