"""Products are put back into the search index, those that can be bought."""

from __future__ import annotations

from dozen.core import search
from dozen.db import Tx
from dozen.services.wallet.indexing import PRODUCTS
from dozen.services.wallet.service.products import SEARCH, NewVariant
from tests.services.wallet.goods import make_product
from tests.services.wallet.shops import make_shop
from tests.support.town import Town


def found(town: Town, words: str) -> list[int]:
    def look(tx: Tx) -> list[int]:
        hits = search.find(tx, search.parse(words), viewer=search.Viewer(), realm=SEARCH, kinds=["product"])
        return sorted(hit.id for hit in hits)

    return town.read(look)


def refill(town: Town, limit: int) -> int:
    """How many were put right, in batches."""
    changed, after = 0, 0
    while True:
        more, onward = town.write(PRODUCTS.some, after, limit)
        changed += more
        if onward is None:
            return changed
        after = onward


def test_what_the_index_lacks_is_found_again(town: Town) -> None:
    shop = make_shop(town)
    variants = (
        NewVariant(price=900, stock=1, choice=("Red",)),
        NewVariant(price=900, stock=1, choice=("Teal",)),
    )
    made = [
        make_product(town, shop),
        make_product(town, shop, title="Tall mug", options=("Colour",), variants=variants),
        make_product(town, shop, title="Old mug"),
    ]
    make_product(town, shop, title="Secret mug", active=False)
    assert town.read(PRODUCTS.count) == 3
    assert refill(town, 2) == 0
    town.write(search.remove, made[0].id)
    town.write(search.put, search.Document(id=made[1].id, realm=SEARCH, kind="product", title="mug", body=""))
    assert found(town, "mug") == [made[1].id, made[2].id]
    assert found(town, "teal") == []
    assert refill(town, 2) == 2
    assert found(town, "mug") == sorted(each.id for each in made)
    assert found(town, "teal") == [made[1].id]
    assert refill(town, 1) == 0
