"""``expand[]``: ids in an answer that are replaced by what they name, up to four levels deep."""

from __future__ import annotations

from typing import Any

from dozen.db import Tx
from dozen.kit.errors import NotFound
from dozen.services.wallet.compat.stripe import ids as names
from dozen.services.wallet.compat.stripe import mapping, money
from dozen.services.wallet.compat.stripe.errors import BadParam
from dozen.services.wallet.compat.stripe.params import Params
from dozen.services.wallet.service import customers, order_refunds, orders
from dozen.services.wallet.structs.merchants import Shop

_DEEPEST = 4
_MOST = 20
_FIELDS = frozenset(
    (
        "customer",
        "payment_method",
        "latest_charge",
        "payment_intent",
        "charge",
        "balance_transaction",
        "source",
    )
)


def expand(tx: Tx, shop: Shop, found: dict[str, Any], params: Params) -> dict[str, Any]:
    """``found`` with what ``expand`` names in place. Raises BadParam."""
    wanted = params.list("expand", _MOST)
    for each in wanted:
        path = each.split(".")
        if len(path) > _DEEPEST + 1:
            raise BadParam("expand", "You cannot expand more than 4 levels of a property")
        _walk(tx, shop, found, path, each)
    return found


def _walk(tx: Tx, shop: Shop, at: Any, path: list[str], said: str) -> None:
    field, rest = path[0], path[1:]
    if isinstance(at, dict) and field == "data" and isinstance(at.get("data"), list):
        if not rest:
            raise BadParam("expand", f"This property cannot be expanded ({said}).")
        for item in at["data"]:
            _walk(tx, shop, item, rest, said)
        return
    if not isinstance(at, dict) or field not in _FIELDS or field not in at:
        raise BadParam("expand", f"This property cannot be expanded ({said}).")
    value = at[field]
    if isinstance(value, str):
        try:
            at[field] = value = load(tx, shop, value)
        except NotFound:
            return
    if rest and value is not None:
        _walk(tx, shop, value, rest, said)


def load(tx: Tx, shop: Shop, text: str) -> dict[str, Any]:
    """What an id names. Raises NotFound."""
    prefix = text.partition("_")[0]
    number = names.read(prefix, text)
    if number is None:
        raise NotFound
    if prefix == names.INTENT:
        return mapping.intent(tx.env, orders.get(tx, shop, number))
    if prefix == names.CHARGE:
        return mapping.charge(*orders.of_payment(tx, shop, number))
    if prefix == names.CUSTOMER:
        return mapping.customer(customers.get(tx, shop, number))
    if prefix == names.METHOD:
        return mapping.method(customers.method(tx, shop, number))
    if prefix == names.REFUND:
        return mapping.refunds(tx, [order_refunds.get(tx, shop, number)])[0]
    if prefix == names.TRANSACTION:
        return money.transaction(tx, shop, number)
    raise NotFound
