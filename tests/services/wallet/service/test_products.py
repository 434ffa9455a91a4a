"""What shops sell, and finding it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dozen.core import inventory
from dozen.kit.errors import Fault
from dozen.services.wallet.errors.products import (
    BadCategory,
    BadProduct,
    BadRate,
    BadStock,
    BadStore,
    NoSuchCategory,
    NoSuchProduct,
    NoSuchRate,
    NoSuchVariant,
    NotReady,
    SkuTaken,
)
from dozen.services.wallet.service import (
    catalogue,
    categories,
    merchants,
    product_pictures,
    product_stock,
    products,
    stores,
    wallets,
)
from dozen.services.wallet.service.catalogue import Query
from dozen.services.wallet.service.products import NewProduct, NewVariant
from dozen.services.wallet.structs.products import SORTS, Category, Sort
from tests.services.wallet.folk import make_holders
from tests.services.wallet.goods import left, make_product, stocked_shop, variant, variants
from tests.services.wallet.shops import make_shop
from tests.support.people import make_people
from tests.support.town import Town

SHIRT = NewProduct(
    title="Shirt",
    words="Soft cotton",
    category="clothes",
    options=("Size", "Colour"),
    variants=(
        NewVariant(sku="S-RED", choice=("S", "Red"), price=5_000, compare_at=6_000, stock=2),
        NewVariant(sku="M-RED", choice=("M", "Red"), price=5_500, stock=0),
    ),
)


def titles(town: Town, **given: object) -> list[str]:
    found = town.read(catalogue.find, Query(**given))  # type: ignore[arg-type]
    return [each.product.title for each in found.products]


def test_variants_are_stocked_by_themselves(town: Town) -> None:
    shop = make_shop(town)
    made = town.write(products.add, shop, SHIRT)
    assert (made.state, made.low, made.high, made.stocked, made.currency) == (
        "draft", 5_000, 5_500, True, "INR",
    )  # fmt: skip
    small, medium = variants(town, made)
    assert (small.words, left(town, small.id), left(town, medium.id)) == ("S · Red", 2, 0)
    assert town.write(product_stock.change, shop, made.id, medium.id, 4, "new delivery") == 4
    (first,) = town.read(product_stock.journal, shop, made.id, medium.id)
    assert (first.by, first.reason, first.actor) == (4, "new delivery", shop.person)
    for by, reason in ((-5, "lost"), (1, ""), (2**40, "many")):
        with pytest.raises(BadStock):
            town.write(product_stock.change, shop, made.id, medium.id, by, reason)
    found = town.read(products.by_sku, shop, "S-RED")
    assert found is not None
    assert found.id == small.id


def test_editing_keeps_what_is_named(town: Town) -> None:
    shop = make_shop(town)
    made = town.write(products.add, shop, SHIRT)
    small, medium = variants(town, made)
    after = town.write(
        products.edit,
        shop,
        made.id,
        NewProduct(
            title="Good shirt",
            category="clothes",
            options=("Size",),
            variants=(
                NewVariant(id=medium.id, sku="S-RED", choice=("M",), price=4_000),
                NewVariant(sku="L", choice=("L",), price=7_000, stock=1),
            ),
        ),
    )
    assert (after.title, after.low, after.high) == ("Good shirt", 4_000, 7_000)
    assert [(each.id == medium.id, each.sku) for each in variants(town, made)] == [
        (True, "S-RED"),
        (False, "L"),
    ]
    assert town.read(inventory.unit, small.id).state == "closed"
    with pytest.raises(NoSuchVariant):
        town.write(
            products.edit,
            shop,
            made.id,
            NewProduct(title="x", variants=(NewVariant(id=small.id, price=1),), category="clothes"),
        )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"words": "x" * 4_001}, "words"),
        ({"category": "nowhere"}, "category"),
        ({"options": ("Size", "Size")}, "options"),
        ({"options": ("",)}, "options"),
        ({"variants": (NewVariant(price=1), NewVariant(price=2))}, "variants"),
        ({"variants": (NewVariant(price=0),)}, "variants"),
        ({"variants": (NewVariant(price=2, compare_at=2),)}, "variants"),
        ({"variants": (NewVariant(price=2, sku="a b"),)}, "variants"),
        ({"variants": (NewVariant(price=2, stock=-1),)}, "variants"),
        ({"variants": (NewVariant(price=2, choice=("S",)),)}, "variants"),
    ],
)
def test_what_no_product_looks_like(town: Town, wrong: dict[str, object], field: str) -> None:
    shop = make_shop(town)
    new = NewProduct(**{"title": "Mug", "category": "other", "variants": (NewVariant(price=5),)} | wrong)  # type: ignore[arg-type]
    with pytest.raises(BadProduct) as told:
        town.write(products.add, shop, new)
    assert field in told.value.fields
    assert town.read(products.how_many, shop) == {}


def test_a_number_is_used_once_in_a_shop(town: Town) -> None:
    shop, other = make_shop(town), make_shop(town)
    new = NewProduct(title="Mug", variants=(NewVariant(sku="M1", price=5),))
    first = town.write(products.add, shop, new)
    with pytest.raises(SkuTaken):
        town.write(products.add, shop, new)
    town.write(products.add, other, new)
    town.write(products.edit, shop, first.id, NewProduct(title="Mug", variants=(NewVariant(price=5),)))
    town.write(products.add, shop, new)


def test_states(town: Town) -> None:
    shop = make_shop(town)
    bare = town.write(products.add, shop, NewProduct(title="Idea"))
    with pytest.raises(NotReady):
        town.write(products.set_state, shop, bare.id, "active")
    made = make_product(town, shop, active=False)
    with pytest.raises(NoSuchProduct):
        town.read(catalogue.view, made.id)
    assert town.read(catalogue.view, made.id, shop.person).left == 0
    assert titles(town) == []
    town.write(products.set_state, shop, made.id, "active")
    assert town.read(catalogue.view, made.id).left == 5
    assert titles(town, words="mug") == ["Blue mug"]
    town.write(products.set_state, shop, made.id, "archived")
    assert titles(town, words="mug") == titles(town) == []
    assert town.read(catalogue.view, made.id).left == 0
    assert town.read(products.how_many, shop) == {"draft": 1, "archived": 1}


def test_only_ones_own(town: Town) -> None:
    shop, made, mug = stocked_shop(town)
    stranger = make_shop(town)
    for work in (
        lambda tx: products.of(tx, stranger, made.id),
        lambda tx: products.edit(tx, stranger, made.id, SHIRT),
        lambda tx: products.set_state(tx, stranger, made.id, "archived"),
        lambda tx: product_stock.change(tx, stranger, made.id, mug, 5, "mine"),
        lambda tx: product_stock.journal(tx, stranger, made.id, mug),
        lambda tx: product_pictures.add(tx, stranger, made.id, []),
    ):
        with pytest.raises(NoSuchProduct):
            town.write(work)
    other = make_product(town, shop)
    with pytest.raises(NoSuchVariant):
        town.write(product_stock.change, shop, made.id, variant(town, other), 1, "wrong one")


# Finding


def test_searching(town: Town) -> None:
    shop, other = make_shop(town), make_shop(town)
    make_product(town, shop, title="Blue mug", price=10_000)
    make_product(town, shop, title="Red mug", price=20_000, stock=0)
    make_product(town, other, title="Lamp", words="Shines on your mug", price=90_000, category="lighting")
    shirt = town.write(products.add, other, SHIRT)
    town.write(products.set_state, other, shirt.id, "active")
    assert titles(town, words="mug")[2] == "Lamp"  # titles count more
    assert set(titles(town, words="mug")) == {"Blue mug", "Red mug", "Lamp"}
    assert titles(town, words="mug", stocked=True, category="kitchen") == ["Blue mug"]
    assert titles(town, words="red", category="fashion") == ["Shirt"]  # by a variant's colour
    assert titles(town, words="nothing of that") == []
    assert titles(town, least=20_000) == titles(town, least=20_000, sort="sold")
    assert set(titles(town, least=10_000, below=20_000)) == {"Blue mug"}
    assert titles(town, sort="price_up") == ["Shirt", "Blue mug", "Red mug", "Lamp"]
    assert titles(town, sort="price_down") == ["Lamp", "Red mug", "Blue mug", "Shirt"]
    assert titles(town, sort="newest") == ["Shirt", "Lamp", "Red mug", "Blue mug"]
    assert set(titles(town, merchant=shop.id)) == {"Blue mug", "Red mug"}
    assert titles(town, words="mug", sort="price_down") == ["Lamp", "Red mug", "Blue mug"]


def test_facets_count(town: Town) -> None:
    shop = make_shop(town)
    make_product(town, shop, price=10_000)
    make_product(town, shop, price=20_000, stock=0)
    make_product(town, shop, price=990_000, category="lighting")
    facets = town.read(catalogue.find, Query(), facets=True).facets
    assert facets is not None
    assert [(each.id, n) for each, n in facets.categories] == [("home", 1), ("kitchen", 2)]
    assert (facets.total, facets.stocked) == (3, 2)
    assert facets.prices == ((0, 50_000, 2), (500_000, 1_000_000, 1))
    facets = town.read(catalogue.find, Query(category="kitchen", stocked=True), facets=True).facets
    assert facets is not None
    assert [(each.id, n) for each, n in facets.categories] == [("tableware", 1)]
    assert (facets.total, facets.stocked) == (1, 1)
    none = town.read(catalogue.find, Query(words="zzz"), facets=True).facets
    assert none is not None
    assert none.total == 0


def test_prices_compare_within_one_currency(town: Town) -> None:
    rupees, euros = make_shop(town), make_shop(town)
    town.write(stores.set_up, euros, currency="EUR")
    make_product(town, rupees, title="Cup", price=30_000)
    make_product(town, rupees, title="Plate", price=90_000)
    make_product(town, euros, title="Vase", price=4_000)
    make_product(town, euros, title="Bowl", price=60_000, stock=0)
    assert titles(town, sort="price_up") == ["Cup", "Plate"]  # the installation's own
    assert titles(town, sort="price_down", currency="EUR") == ["Bowl", "Vase"]
    assert titles(town, least=4_000, below=60_000) == ["Cup"]
    assert titles(town, least=4_000, below=60_000, currency="EUR") == ["Vase"]
    assert titles(town, sort="newest") == ["Bowl", "Vase", "Plate", "Cup"]
    assert titles(town, sort="newest", currency="EUR") == ["Bowl", "Vase", "Plate", "Cup"]
    assert titles(town, sort="newest", currency="EUR", only=True) == ["Bowl", "Vase"]
    facets = town.read(catalogue.find, Query(currency="EUR"), facets=True).facets
    assert facets is not None
    assert (facets.total, facets.currency, facets.currencies) == (4, "EUR", (("EUR", 2), ("INR", 2)))
    assert facets.prices == ((0, 50_000, 1), (50_000, 100_000, 1))
    facets = town.read(catalogue.find, Query(currency="EUR", below=5_000, stocked=True), facets=True).facets
    assert facets is not None
    assert (facets.total, facets.stocked, facets.currencies) == (1, 1, (("INR", 2), ("EUR", 1)))


def test_in_which_currency_prices_are_meant(town: Town) -> None:
    shop = make_shop(town)
    town.write(stores.set_up, shop, currency="EUR")
    (euro,) = make_holders(town, 1, currency="USD")
    (both,) = make_holders(town, 1, currency="USD")
    town.write(lambda tx: wallets.open_wallet(tx, both, "INR"))
    (none,) = make_people(town, 1)
    seen = [town.read(lambda tx, me=me: catalogue.currency_for(tx, me=me)) for me in (euro, both, none, None)]
    assert seen == ["USD", "INR", "INR", "INR"]
    assert town.read(lambda tx: catalogue.currency_for(tx, merchant=shop.id, me=euro)) == "EUR"
    assert town.read(lambda tx: catalogue.currency_for(tx, "JPY", merchant=shop.id, me=euro)) == "JPY"


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(
    prices=st.lists(st.integers(1, 4), min_size=1, max_size=9),
    sort=st.sampled_from(sorted(SORTS)),
    size=st.integers(1, 4),
    words=st.booleans(),
)
def test_pages_hold_everything_once(
    town: Town, prices: list[int], sort: Sort, size: int, words: bool
) -> None:
    shop = make_shop(town)
    mine = {make_product(town, shop, price=price * 100).id: price for price in prices}
    query = Query(words="mug" if words else "", sort=sort, merchant=shop.id)
    seen: list[int] = []
    after = None
    while True:
        found = town.read(catalogue.find, query, after=after, limit=size)
        seen += [each.product.id for each in found.products]
        after = found.position
        if after is None:
            break
    assert sorted(seen) == sorted(mine)
    if sort in ("price_up", "price_down"):
        order = [mine[each] for each in seen]
        assert order == sorted(order, reverse=sort == "price_down")


def test_shops_that_are_closed_are_not_found(town: Town) -> None:
    shop, made, _ = stocked_shop(town)
    assert titles(town) == ["Blue mug"]
    town.write(lambda tx: merchants._put(tx, replace(shop.merchant, state="blocked")))
    assert titles(town) == []
    with pytest.raises(NoSuchProduct):
        town.read(catalogue.view, made.id)


def test_wishes(town: Town) -> None:
    (me,) = make_holders(town, 1)
    _, mug, _ = stocked_shop(town)
    shop, pot, _ = stocked_shop(town, title="Pot")
    for each in (mug, pot):
        assert town.write(catalogue.wish, me, each.id)
    assert not town.write(catalogue.wish, me, pot.id)
    found, more = town.read(catalogue.wishes, me, limit=1)
    assert [each.product.title for each in found] == ["Pot"]
    found, more = town.read(catalogue.wishes, me, more, 1)
    assert ([each.product.title for each in found], more) == (["Blue mug"], None)
    town.write(products.set_state, shop, pot.id, "archived")
    assert len(town.read(catalogue.wishes, me)[0]) == 1
    assert town.write(catalogue.wish, me, mug.id, on=False)
    assert town.read(catalogue.wishes, me)[0] == []


def test_also_from_this_shop(town: Town) -> None:
    shop, mug, _ = stocked_shop(town)
    make_product(town, shop, title="Pot")
    stocked_shop(town, title="Elsewhere")
    assert [each.product.title for each in town.read(catalogue.also, mug)] == ["Pot"]


# Stores, rates, categories


def test_how_a_shop_sells(town: Town) -> None:
    shop = make_shop(town)
    assert town.read(stores.store, shop.id).return_days == 14
    town.write(lambda tx: stores.set_up(tx, shop, currency="EUR", return_days=30))
    made = make_product(town, shop)
    assert made.currency == "EUR"
    for wrong in ({"currency": "INR"}, {"currency": "XXX"}, {"return_days": -1}, {"return_days": 366}):
        with pytest.raises(BadStore):
            town.write(lambda tx, wrong=wrong: stores.set_up(tx, shop, **wrong))  # type: ignore[misc]
    (plain,) = town.read(stores.rates, [shop.id])[shop.id]
    assert (plain.id, plain.cost(5)) == (0, 0)
    post = town.write(stores.add_rate, shop, stores.NewRate("Post", 500, 5_000, 3))
    assert [post.cost(each) for each in (4_999, 5_000)] == [500, 0]
    for wrong_rate in (
        stores.NewRate("", 1),
        stores.NewRate("x", -1),
        stores.NewRate("x", 1, 0),
        stores.NewRate("x", 1, None, 0),
    ):
        with pytest.raises(BadRate):
            town.write(stores.add_rate, shop, wrong_rate)
    stranger = make_shop(town)
    with pytest.raises(NoSuchRate):
        town.write(stores.change_rate, stranger, post.id, stores.NewRate("Mine", 0))
    with pytest.raises(NoSuchRate):
        town.write(stores.drop_rate, stranger, post.id)
    town.write(stores.change_rate, shop, post.id, stores.NewRate("Letter", 100))
    assert town.write(stores.drop_rate, shop, post.id).name == "Letter"


def test_the_tree_of_goods(town: Town) -> None:
    (admin,) = make_people(town, 1, role="admin")
    tree = town.read(categories.tree)
    assert [each.name for each in categories.path(tree, "tableware")] == ["Kitchen", "Tableware"]
    assert set(categories.below(tree, "kitchen")) == {"kitchen", "tableware", "cookware"}
    town.write(categories.put, admin, Category("mugs", "tableware", "Mugs", "flame", 0))
    tree = town.read(categories.tree)
    assert [each.id for each in categories.path(tree, "mugs")] == ["kitchen", "tableware", "mugs"]
    assert len(tree) == len(categories.standard()) + 1
    for wrong in (
        Category("Mugs", "", "Mugs", "flame", 0),
        Category("x", "nowhere", "X", "flame", 0),
        Category("kitchen", "mugs", "Kitchen", "flame", 0),
        Category("x", "", "", "flame", 0),
    ):
        with pytest.raises(BadCategory):
            town.write(categories.put, admin, wrong)
    with pytest.raises(NoSuchCategory):
        town.read(categories.category, "nowhere")
    (nobody,) = make_people(town, 1)
    with pytest.raises(Fault):
        town.write(categories.put, nobody, Category("y", "", "Y", "flame", 0))
