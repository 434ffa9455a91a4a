"""What shops sell: stores, ways of sending, categories, products and their variants."""

from functools import cache
from typing import Any

from sqlalchemy import case, delete, func, insert, literal, select, update

from dozen.db import action, member, param, rows, upsert, values
from dozen.services.wallet.structs.merchants import Merchant
from dozen.services.wallet.structs.products import Category, Product, Rate, Sort, Store, Variant
from dozen.services.wallet.tables.merchants import merchants
from dozen.services.wallet.tables.products import categories, products, rates, stores, variants

_merchant = tuple(merchants.c[name] for name in Merchant.__struct_fields__)
_store = tuple(getattr(stores.c, name) for name in Store.__struct_fields__)
_rate = tuple(getattr(rates.c, name) for name in Rate.__struct_fields__)
_category = tuple(getattr(categories.c, name) for name in Category.__struct_fields__)
_product = tuple(getattr(products.c, name) for name in Product.__struct_fields__)
_variant = tuple(getattr(variants.c, name) for name in Variant.__struct_fields__)
_p = products.c


def _product_of(*row: Any) -> Product:
    found = list(row)
    found[7] = tuple(found[7])
    return Product(*found)


def _variant_of(*row: Any) -> Variant:
    found = list(row)
    found[4] = tuple(found[4])
    return Variant(*found)


shops = rows(Merchant, select(*_merchant).where(member(merchants.c.id, "ids")))

# Stores and how they send

store = rows(Store, select(*_store).where(stores.c.merchant == param("merchant")))
stores_of = rows(Store, select(*_store).where(member(stores.c.merchant, "merchants")))
put_store = action(
    lambda dialect: (
        upsert(dialect, stores)
        .values(
            merchant=param("merchant"), currency=param("currency"), return_days=param("days"),
            changed_at=param("now"),
        )
        .on_conflict_do_update(
            index_elements=[stores.c.merchant],
            set_={"currency": param("currency"), "return_days": param("days"), "changed_at": param("now")},
        )
    )
)  # fmt: skip
rates_of = rows(
    Rate, select(*_rate).where(member(rates.c.merchant, "merchants")).order_by(rates.c.merchant, rates.c.id)
)
rate = rows(Rate, select(*_rate).where(rates.c.id == param("id"), rates.c.merchant == param("merchant")))
add_rate = action(insert(rates))
change_rate = action(
    update(rates)
    .where(rates.c.id == param("rate"), rates.c.merchant == param("of"))
    .values(
        name=param("new_name"),
        price=param("new_price"),
        free_above=param("new_free"),
        days=param("new_days"),
    )
)
drop_rate = action(delete(rates).where(rates.c.id == param("id"), rates.c.merchant == param("merchant")))

# Categories

all_categories = rows(Category, select(*_category).order_by(categories.c.position, categories.c.name))
put_category = action(
    lambda dialect: (
        upsert(dialect, categories)
        .values(
            id=param("id"), parent=param("parent"), name=param("name"), icon=param("icon"),
            position=param("position"),
        )
        .on_conflict_do_update(
            index_elements=[categories.c.id],
            set_={
                "parent": param("parent"), "name": param("name"), "icon": param("icon"),
                "position": param("position"),
            },
        )
    )
)  # fmt: skip

# Products

add = action(insert(products))
by_id = rows(_product_of, select(*_product).where(_p.id == param("id")))
by_id_for_update = rows(_product_of, select(*_product).where(_p.id == param("id")).with_for_update())
by_ids = rows(_product_of, select(*_product).where(member(_p.id, "ids")))
_active = select(*_product).where(_p.state == "active", _p.id > param("after"))
active_after = rows(_product_of, _active.order_by(_p.id).limit(param("limit")))
count_active = values(int, select(func.count()).select_from(products).where(_p.state == "active"))
change = action(
    update(products)
    .where(_p.id == param("product"))
    .values(
        title=param("new_title"),
        words=param("new_words"),
        category=param("new_category"),
        state=param("new_state"),
        options=param("new_options", _p.options.type),
        low=param("new_low"),
        high=param("new_high"),
        listed_at=param("listed"),
        changed_at=param("now"),
    )
)
set_stocked = action(
    update(products).where(_p.id == param("product")).values(stocked=param("there", _p.stocked.type))
)
add_sold = action(
    update(products)
    .where(_p.id == param("product"))
    .values(
        sold=case((_p.sold + param("by", _p.sold.type) < 0, 0), else_=_p.sold + param("by", _p.sold.type))
    )
)
set_score = action(update(products).where(_p.id == param("product")).values(score=param("new_score")))
how_many = values(int, select(func.count()).select_from(products).where(_p.merchant == param("merchant")))
of_merchant = rows(
    _product_of,
    select(*_product)
    .where(_p.merchant == param("merchant"), _p.state == param("state"), _p.id < param("before"))
    .order_by(_p.id.desc())
    .limit(param("limit")),
)
also_of = rows(
    _product_of,
    select(*_product)
    .where(_p.merchant == param("merchant"), _p.state == "active", _p.id != param("but"))
    .order_by(_p.sold.desc(), _p.id.desc())
    .limit(param("limit")),
)
count_by_state = rows(
    lambda state, n: (state, n),
    select(_p.state, func.count()).where(_p.merchant == param("merchant")).group_by(_p.state),
)

# Variants

add_variant = action(insert(variants))
variants_of = rows(
    _variant_of,
    select(*_variant)
    .where(member(variants.c.product, "products"), variants.c.state == "active")
    .order_by(variants.c.product, variants.c.position, variants.c.id),
)
variants_by_id = rows(_variant_of, select(*_variant).where(member(variants.c.id, "ids")))
change_variant = action(
    update(variants)
    .where(variants.c.id == param("variant"))
    .values(
        sku=param("new_sku"),
        choice=param("new_choice", variants.c.choice.type),
        price=param("new_price"),
        compare_at=param("new_compare"),
        state=param("new_state"),
        position=param("new_position"),
    )
)
by_sku = rows(
    _variant_of,
    select(*_variant).where(
        variants.c.merchant == param("merchant"), variants.c.sku == param("sku"), variants.c.state == "active"
    ),
)

# Searching: filters that are given at run time, each mix prepared once

_ORDER: dict[str, tuple[Any, bool]] = {
    "newest": (_p.listed_at, False),
    "price_up": (_p.low, True),
    "price_down": (_p.low, False),
    "rating": (_p.score, False),
    "sold": (_p.sold, False),
}
FILTERS = ("ids", "categories", "currency", "least", "below", "stocked", "merchant")


def _tests(given: frozenset[str]) -> list[Any]:
    """``given`` of :data:`FILTERS` are parameters of the statement."""
    made: dict[str, Any] = {
        "ids": member(_p.id, "ids"),
        "categories": member(_p.category, "categories"),
        "currency": _p.currency == param("currency"),
        "least": _p.low >= param("least"),
        "below": _p.low < param("below"),
        "stocked": _p.stocked == 1,
        "merchant": _p.merchant == param("merchant"),
    }
    return [_p.state == "active", *(made[name] for name in FILTERS if name in given)]


@cache
def found(sort: Sort, given: frozenset[str], onward: bool) -> Any:
    """Products in an order; ``onward``: behind (``key``, ``last``)."""
    key, up = _ORDER[sort]
    statement = select(*_product).where(*_tests(given))
    if onward:
        at, last = param("key"), param("last")
        behind = (key > at) if up else (key < at)
        statement = statement.where(behind | ((key == at) & (_p.id < last)))
    return rows(
        _product_of,
        statement.order_by(key if up else key.desc(), _p.id.desc()).limit(param("limit")),
    )


def key_of(sort: Sort, product: Product) -> int:
    """By what a product is ordered."""
    return int(getattr(product, _ORDER[sort][0].name))


@cache
def counted(given: frozenset[str]) -> Any:
    """(category, low, stocked, currency) of at most ``most`` products that pass the filters."""
    some = (
        select(_p.category, _p.low, _p.stocked, _p.currency)
        .where(*_tests(given))
        .limit(param("most"))
        .subquery()
    )
    return rows(
        lambda category, low, stocked, currency, n: (category, low, stocked, currency, n),
        select(some.c.category, some.c.low, some.c.stocked, some.c.currency, func.count())
        .group_by(some.c.category, some.c.low, some.c.stocked, some.c.currency)
        .order_by(literal(1)),
    )
