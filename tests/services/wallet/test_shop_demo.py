"""The sample goods: believable, the same each time, and money and stock prove right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dozen.core import engagement, inventory, ledger
from dozen.db import Tx
from dozen.services.wallet import demo, listen, merchant_demo, shop_demo
from dozen.services.wallet.queries import products as queries
from dozen.services.wallet.sample_goods import GOODS
from dozen.services.wallet.service import (
    carts,
    catalogue,
    categories,
    orders,
    pins,
    products,
    purchases,
    returns,
)
from dozen.services.wallet.service.catalogue import Query
from dozen.services.wallet.structs.purchases import BOUGHT
from tests.support.people import EASY, make_people
from tests.support.town import Town, found_town

PEOPLE = 12
SOME = GOODS[::4]
"""A quarter of them, for drawing takes its time."""


def sampled(town: Town, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    listen(town.env)
    people = make_people(town, PEOPLE)
    monkeypatch.setitem(demo.HOLDERS, "small", PEOPLE)
    monkeypatch.setattr(pins, "hasher", EASY)
    monkeypatch.setattr(shop_demo, "GOODS", SOME)
    monkeypatch.setattr(demo, "PLANNERS", [merchant_demo.plan, shop_demo.plan])
    monkeypatch.setattr(demo, "LOADERS", [shop_demo.load])
    demo.load(town.env, size="small", seed=12, progress=lambda done, total, what: None)
    return people


def told(town: Town, people: list[int]) -> list[Any]:
    return [
        (each.state, each.goods, each.delivery, each.carrier)
        for person in people
        for each in town.read(lambda tx, person=person: purchases.mine(tx, person, limit=100))  # type: ignore[misc]
    ]


def test_six_weeks_of_trade(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    people = sampled(town, monkeypatch)
    assert town.read(ledger.verify).ok
    assert town.read(inventory.verify)[0] == []
    found = town.read(lambda tx: catalogue.find(tx, Query(sort="newest"), limit=100))
    assert {each.product.title for each in found.products} == {each.title for each in SOME}
    assert all(each.picture is not None and each.picture.alt for each in found.products)
    assert town.read(catalogue.find, Query(words=SOME[0].title)).products
    ids = [each.product.id for each in found.products]
    assert town.read(engagement.recount, ids) == []
    made = [
        each for person in people for each in town.read(lambda tx, p=person: purchases.mine(tx, p, limit=100))
    ]  # type: ignore[misc]
    states = {each.state for each in made}
    assert len(made) > 40
    assert {"delivered", "shipped"} <= states

    def right(tx: Tx) -> None:
        for each in made:
            intent = orders.queries.intent_by_id.first(tx, id=each.intent_id)
            assert intent is not None
            if each.state in BOUGHT:
                assert intent.received == each.total
        for product in queries.by_ids.all(tx, ids=ids):
            reviews = product_rating(tx, product.id)
            assert (product.score > 0) == (reviews > 0)

    town.read(right)
    assert any(each.state == "asked" for p in people for each in town.read(returns.mine, p))
    assert town.read(carts.look, people[0]).groups
    assert town.read(catalogue.wishes, people[0])[0]


def product_rating(tx: Tx, product: int) -> int:
    return (engagement.rating(tx, [product]).get(product) or engagement.Rating()).count


def test_the_same_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        town = found_town("sqlite", folder)
        assert town is not None
        with monkeypatch.context() as patch:
            seen.append(told(town, sampled(town, patch)))
        town.close()
    assert seen[0] == seen[1]


def test_every_sample_can_be_drawn_and_sold() -> None:
    tree = {each.id for each in categories.standard()}
    tops = {path[0].id for each in GOODS if (path := categories.path(categories.standard(), each.category))}
    assert len(GOODS) >= 60
    assert len(tops) >= 8
    assert len({each.title for each in GOODS}) == len(GOODS)
    for each in GOODS:
        assert each.category in tree
        assert each.kind in shop_demo.pictures.KINDS
        assert set(each.tones) <= set(shop_demo.pictures.TONES)
        assert not each.was or each.was > each.price
        assert bool(each.option) == bool(each.choices)
        assert len(each.choices) <= products.MOST_VARIANTS
