"""Shops, their keys, what they took by day, settlements."""

from typing import Any

from sqlalchemy import delete, func, insert, select, update

from dozen.db import action, param, rows, upsert, values
from dozen.services.wallet.structs.merchants import ApiKey, Day, Merchant, Settlement
from dozen.services.wallet.tables.merchants import days, hosts, keys, merchants, settlements

_merchant = tuple(merchants.c[name] for name in Merchant.__struct_fields__)
add = action(insert(merchants))
by_id = rows(Merchant, select(*_merchant).where(merchants.c.id == param("id")))
by_id_for_update = rows(Merchant, select(*_merchant).where(merchants.c.id == param("id")).with_for_update())
of_owner = rows(
    Merchant,
    select(*_merchant)
    .where(merchants.c.owner == param("owner"), merchants.c.state != "closed")
    .order_by(merchants.c.id.desc())
    .limit(param("limit")),
)
how_many = values(
    int, select(func.count()).where(merchants.c.owner == param("owner"), merchants.c.state != "closed")
)
change = action(
    update(merchants)
    .where(merchants.c.id == param("merchant"))
    .values(
        name=param("new_name"),
        category=param("new_category"),
        website=param("new_website"),
        email=param("new_email"),
        about=param("new_about"),
        state=param("new_state"),
        fee_bps=param("new_fee"),
        settle=param("new_settle"),
        settle_at=param("then"),
        changed_at=param("now"),
    )
)
due = rows(
    Merchant,
    select(*_merchant)
    .where(merchants.c.settle_at.is_not(None), merchants.c.settle_at <= param("now"))
    .order_by(merchants.c.settle_at)
    .limit(param("limit")),
)

# Callback hosts

hosts_of = values(
    str, select(hosts.c.host).where(hosts.c.merchant == param("merchant")).order_by(hosts.c.host)
)
add_host = action(insert(hosts))
drop_hosts = action(delete(hosts).where(hosts.c.merchant == param("merchant")))

# Keys

_key = tuple(keys.c[name] for name in ApiKey.__struct_fields__)
add_key = action(insert(keys))
key_by_digest = rows(ApiKey, select(*_key).where(keys.c.digest == param("digest")))
key_by_id = rows(ApiKey, select(*_key).where(keys.c.id == param("id"), keys.c.merchant == param("merchant")))
keys_of = rows(
    ApiKey,
    select(*_key)
    .where(keys.c.merchant == param("merchant"))
    .order_by(keys.c.id.desc())
    .limit(param("limit")),
)
usable_keys = values(
    int,
    select(func.count()).where(
        keys.c.merchant == param("merchant"),
        keys.c.revoked_at.is_(None),
        (keys.c.expires_at.is_(None)) | (keys.c.expires_at > param("now")),
    ),
)
end_key = action(
    update(keys)
    .where(keys.c.id == param("key"), keys.c.merchant == param("of"))
    .values(expires_at=param("ends"), revoked_at=param("revoked"))
)
used_key = action(update(keys).where(keys.c.id == param("key")).values(used_at=param("now")))

# Days


def _bump(dialect: str) -> Any:
    added = {name: param(name) for name in ("count", "gross", "fees", "refunds", "refunded")}
    return (
        upsert(dialect, days)
        .values(
            merchant=param("merchant"), live=param("live"), currency=param("currency"), day=param("day"),
            **added,
        )
        .on_conflict_do_update(
            index_elements=[days.c.merchant, days.c.live, days.c.currency, days.c.day],
            set_={name: days.c[name] + param(name, days.c[name].type) for name in added},
        )
    )  # fmt: skip


bump = action(_bump)
days_between = rows(
    Day,
    select(*(days.c[name] for name in Day.__struct_fields__))
    .where(
        days.c.merchant == param("merchant"),
        days.c.live == param("live"),
        days.c.currency == param("currency"),
        days.c.day >= param("start"),
        days.c.day < param("end"),
    )
    .order_by(days.c.day),
)
currencies = values(
    str,
    select(days.c.currency)
    .where(days.c.merchant == param("merchant"), days.c.live == param("live"))
    .group_by(days.c.currency)
    .order_by(days.c.currency),
)

# Settlements

_settlement = tuple(settlements.c[name] for name in Settlement.__struct_fields__)
add_settlement = action(insert(settlements))
_of_shop = (settlements.c.merchant == param("merchant")) & (settlements.c.live == param("live"))
settlement = rows(Settlement, select(*_settlement).where(_of_shop, settlements.c.id == param("id")))
settlement_of_payment = rows(
    Settlement, select(*_settlement).where(settlements.c.payment_id == param("payment"))
)
finish_settlement = action(
    update(settlements)
    .where(settlements.c.id == param("settlement"))
    .values(state=param("new_state"), changed_at=param("now"))
)


def settlements_page(transfers: bool, *, up: bool = False) -> Any:
    """Payouts or transfers of a shop between two ids, newest first (``up``: oldest first)."""
    where = settlements.c.to_merchant != 0 if transfers else settlements.c.to_merchant == 0
    return rows(
        Settlement,
        select(*_settlement)
        .where(_of_shop, where, settlements.c.id < param("before"), settlements.c.id > param("after"))
        .order_by(settlements.c.id if up else settlements.c.id.desc())
        .limit(param("limit")),
    )
