"""Purchases, their lines and steps."""

from functools import cache
from typing import Any

import msgspec
from sqlalchemy import exists, func, insert, select, update

from dozen.db import action, member, param, rows, values
from dozen.services.wallet.structs.carts import Place
from dozen.services.wallet.structs.purchases import BOUGHT, Purchase, PurchaseLine, Step
from dozen.services.wallet.tables.purchases import lines, purchases, steps

_purchase = tuple(getattr(purchases.c, name) for name in Purchase.__struct_fields__)
_line = tuple(getattr(lines.c, name) for name in PurchaseLine.__struct_fields__)
_step = tuple(getattr(steps.c, name) for name in Step.__struct_fields__)
_PLACE = Purchase.__struct_fields__.index("place")


def _of_row(*row: Any) -> Purchase:
    found = list(row)
    found[_PLACE] = msgspec.convert(found[_PLACE], Place | None)
    return Purchase(*found)


add = action(insert(purchases))
add_line = action(insert(lines))
add_step = action(insert(steps))
by_id = rows(_of_row, select(*_purchase).where(purchases.c.id == param("id")))
by_ids = rows(_of_row, select(*_purchase).where(member(purchases.c.id, "ids")))
by_id_for_update = rows(_of_row, select(*_purchase).where(purchases.c.id == param("id")).with_for_update())
by_intent_for_update = rows(
    _of_row, select(*_purchase).where(purchases.c.intent_id == param("intent")).with_for_update()
)
of_checkout = rows(
    _of_row,
    select(*_purchase).where(purchases.c.checkout == param("checkout")).order_by(purchases.c.id),
)
change = action(
    update(purchases)
    .where(purchases.c.id == param("purchase"))
    .values(
        state=param("new_state"),
        payment_id=param("payment"),
        carrier=param("new_carrier"),
        tracking=param("new_tracking"),
        delivered_at=param("delivered"),
        changed_at=param("now"),
    )
)


@cache
def page(whose: str, in_state: bool) -> Any:
    """``whose``: ``buyer`` or ``merchant``; newest first, below ``before``."""
    test = purchases.c[whose] == param("whose")
    if in_state:
        test &= member(purchases.c.state, "states")
    statement = select(*_purchase).where(
        test, purchases.c.id < param("before"), purchases.c.id >= param("since")
    )
    return rows(_of_row, statement.order_by(purchases.c.id.desc()).limit(param("limit")))


count_by_state = rows(
    lambda state, n: (state, n),
    select(purchases.c.state, func.count())
    .where(purchases.c.merchant == param("merchant"))
    .group_by(purchases.c.state),
)
lines_of = rows(
    PurchaseLine,
    select(*_line).where(member(lines.c.purchase, "purchases")).order_by(lines.c.purchase, lines.c.id),
)
add_back = action(
    update(lines)
    .where(
        lines.c.id == param("line"),
        lines.c.back + param("by", lines.c.back.type) >= 0,
        lines.c.back + param("by", lines.c.back.type) <= lines.c.quantity,
    )
    .values(back=lines.c.back + param("by", lines.c.back.type))
)
steps_of = rows(Step, select(*_step).where(steps.c.purchase == param("purchase")).order_by(steps.c.id))
has_bought = values(
    int,
    select(func.count()).where(
        exists().where(
            lines.c.buyer == param("buyer"),
            lines.c.product == param("product"),
            purchases.c.id == lines.c.purchase,
            purchases.c.state.in_(sorted(BOUGHT)),
        )
    ),
)
who_bought = values(
    int,
    select(lines.c.buyer.distinct()).where(
        lines.c.product == param("product"), member(lines.c.buyer, "people")
    ),
)
forget_places = action(
    update(purchases)
    .where(
        purchases.c.buyer == param("who"),
        purchases.c.state.in_(("delivered", "cancelled", "failed")),
        purchases.c.place.is_not(None),
    )
    .values(place=None, note="")
)
