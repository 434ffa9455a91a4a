"""Stock that shops change by hand."""

from __future__ import annotations

import pytest

from dozen.core import inventory
from dozen.services.wallet.errors.products import BadStock, NoSuchProduct, NoSuchVariant
from dozen.services.wallet.service import product_stock, products
from tests.services.wallet.goods import stocked_shop
from tests.services.wallet.shops import make_shop
from tests.support.town import Town


def test_more_and_fewer_and_why(town: Town) -> None:
    shop, product, mug = stocked_shop(town)
    before = town.read(inventory.availability, [mug])[mug]
    assert town.write(product_stock.change, shop, product.id, mug, 5, "A box came") == before + 5
    assert town.write(product_stock.change, shop, product.id, mug, -(before + 5), "Stolen") == 0
    assert not town.read(products.of, shop, product.id).stocked
    assert [each.by for each in town.read(product_stock.journal, shop, product.id, mug)][:2] == [
        -(before + 5),
        5,
    ]
    for wrong in (-1, 0):
        with pytest.raises(BadStock):
            town.write(product_stock.change, shop, product.id, mug, wrong, "By mistake")
    assert town.write(product_stock.change, shop, product.id, mug, 1, "Found again") == 1
    assert town.read(products.of, shop, product.id).stocked


def test_of_others(town: Town) -> None:
    shop, product, mug = stocked_shop(town)
    other = make_shop(town)
    with pytest.raises(NoSuchProduct):
        town.write(product_stock.change, other, product.id, mug, 1, "Mine now")
    with pytest.raises(NoSuchProduct):
        town.read(product_stock.journal, other, product.id, mug)
    for verb in (lambda tx: product_stock.change(tx, shop, product.id, 7, 1, "?"),
                 lambda tx: product_stock.journal(tx, shop, product.id, 7)):  # fmt: skip
        with pytest.raises(NoSuchVariant):
            town.write(verb)
