"""The stock of what a merchant sells, as they change it by hand. A variant's id is its unit in
``core/inventory``."""

from __future__ import annotations

from dozen.core import inventory
from dozen.db import Tx
from dozen.services.wallet.errors.products import BadStock, NoSuchVariant
from dozen.services.wallet.queries import products as queries
from dozen.services.wallet.service import products
from dozen.services.wallet.structs.merchants import Shop


def change(tx: Tx, shop: Shop, product_id: int, variant_id: int, by: int, reason: str) -> int:
    """So many more, or fewer; how many can be had then. Raises NoSuchProduct, NoSuchVariant, BadStock."""
    found = products.of(tx, shop, product_id)
    if all(each.id != variant_id for each in queries.variants_of.all(tx, products=[found.id])):
        raise NoSuchVariant
    if not by:
        raise BadStock(fields={"by": "A whole number, not zero"})
    try:
        inventory.adjust(tx, variant_id, by, reason, actor=shop.person)
    except inventory.errors.StockInUse as fault:
        raise BadStock("So many are not free: some are held or sold") from fault
    except inventory.errors.BadWant as fault:
        raise BadStock(fields=fault.fields or {"by": "A whole number, not zero"}) from fault
    products.refresh(tx, [found.id])
    return inventory.availability(tx, [variant_id])[variant_id]


def journal(tx: Tx, shop: Shop, product_id: int, variant_id: int) -> list[inventory.Change]:
    """How its stock was changed by hand, newest first. Raises NoSuchProduct, NoSuchVariant."""
    products.of(tx, shop, product_id)
    found = queries.variants_by_id.all(tx, ids=[variant_id])
    if not found or found[0].product != product_id:
        raise NoSuchVariant
    return inventory.journal(tx, variant_id)
