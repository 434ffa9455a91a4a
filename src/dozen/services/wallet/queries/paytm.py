"""What only the Paytm-shaped dialect needs."""

import msgspec
from sqlalchemy import insert, select

from dozen.db import action, param, rows, upsert, values
from dozen.services.wallet.tables.paytm import orders, refunds, shops


class PaytmShop(msgspec.Struct, frozen=True):
    """``key`` is sealed."""

    mid: str
    merchant: int
    live: bool
    key: bytes
    made_at: int


class PaytmOrder(msgspec.Struct, frozen=True):
    mid: str
    order_id: str
    intent_id: int
    callback_url: str
    website: str
    customer: str
    made_at: int


_shop = tuple(shops.c[name] for name in PaytmShop.__struct_fields__)
shop = rows(PaytmShop, select(*_shop).where(shops.c.mid == param("mid")))
shop_of = rows(
    PaytmShop,
    select(*_shop).where(shops.c.merchant == param("merchant"), shops.c.live == param("live")),
)
put_shop = action(
    lambda dialect: (
        upsert(dialect, shops)
        .values(
            mid=param("mid"), merchant=param("merchant"), live=param("live"), key=param("key"),
            made_at=param("now"),
        )
        .on_conflict_do_update(
            index_elements=[shops.c.merchant, shops.c.live],
            set_={"key": param("key"), "made_at": param("now")},
        )
    )
)  # fmt: skip

_order = tuple(orders.c[name] for name in PaytmOrder.__struct_fields__)
order = rows(
    PaytmOrder, select(*_order).where(orders.c.mid == param("mid"), orders.c.order_id == param("order"))
)
order_of_intent = rows(PaytmOrder, select(*_order).where(orders.c.intent_id == param("intent")))
add_order = action(insert(orders))

refund = values(
    int,
    select(refunds.c.refund_id).where(
        refunds.c.mid == param("mid"),
        refunds.c.order_id == param("order"),
        refunds.c.ref_id == param("ref"),
    ),
)
add_refund = action(insert(refunds))
refund_refs = rows(
    lambda *row: row,
    select(refunds.c.ref_id, refunds.c.refund_id).where(
        refunds.c.mid == param("mid"), refunds.c.order_id == param("order")
    ),
)
