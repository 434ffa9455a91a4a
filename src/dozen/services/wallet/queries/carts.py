"""Carts, address books, checkouts."""

from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update

from dozen.db import action, param, rows, upsert, values
from dozen.services.wallet.structs.carts import Address, CartRow, Checkout, Parcel, Place
from dozen.services.wallet.tables.carts import addresses, checkouts, lines

_line = tuple(getattr(lines.c, name) for name in CartRow.__struct_fields__)
_address = tuple(getattr(addresses.c, name) for name in Address.__struct_fields__)
_checkout = tuple(getattr(checkouts.c, name) for name in Checkout.__struct_fields__)

of = rows(
    CartRow,
    select(*_line).where(lines.c.person == param("person")).order_by(lines.c.added_at, lines.c.variant),
)
one = rows(
    CartRow, select(*_line).where(lines.c.person == param("person"), lines.c.variant == param("variant"))
)
put = action(
    lambda dialect: (
        upsert(dialect, lines)
        .values(
            person=param("person"), variant=param("variant"), quantity=param("quantity"),
            seen_price=param("price"), later=param("later", lines.c.later.type), added_at=param("now"),
        )
        .on_conflict_do_update(
            index_elements=[lines.c.person, lines.c.variant],
            set_={
                "quantity": param("quantity"), "seen_price": param("price"),
                "later": param("later", lines.c.later.type),
            },
        )
    )
)  # fmt: skip
drop = action(delete(lines).where(lines.c.person == param("person"), lines.c.variant == param("variant")))
clear = action(delete(lines).where(lines.c.person == param("person"), lines.c.later == 0))
forget = action(delete(lines).where(lines.c.person == param("person")))
pieces = values(
    int,
    select(func.coalesce(func.sum(lines.c.quantity), 0)).where(
        lines.c.person == param("person"), lines.c.later == 0
    ),
)

# Addresses


def _address_of(id_: int, person: int, place: Any, first: bool) -> Address:
    return Address(id_, person, msgspec.convert(place, Place), first)


addresses_of = rows(
    _address_of,
    select(*_address)
    .where(addresses.c.person == param("person"))
    .order_by(addresses.c.first.desc(), addresses.c.id.desc())
    .limit(100),
)
address = rows(
    _address_of,
    select(*_address).where(addresses.c.id == param("id"), addresses.c.person == param("person")),
)
add_address = action(insert(addresses))
change_address = action(
    update(addresses)
    .where(addresses.c.id == param("address"), addresses.c.person == param("who"))
    .values(place=param("new_place", addresses.c.place.type))
)
drop_address = action(
    delete(addresses).where(addresses.c.id == param("id"), addresses.c.person == param("person"))
)
none_first = action(
    update(addresses).where(addresses.c.person == param("person"), addresses.c.first == 1).values(first=False)
)
set_first = action(
    update(addresses)
    .where(addresses.c.id == param("id"), addresses.c.person == param("person"))
    .values(first=True)
)
forget_addresses = action(delete(addresses).where(addresses.c.person == param("person")))

# Checkouts


def _checkout_of(
    id_: int, person: int, state: Any, parcels: Any, place: Any, from_cart: bool, expires_at: int
) -> Checkout:
    return Checkout(
        id_,
        person,
        state,
        msgspec.convert(parcels, tuple[Parcel, ...]),
        msgspec.convert(place, Place | None),
        from_cart,
        expires_at,
    )


add_checkout = action(insert(checkouts))
open_of = rows(
    _checkout_of,
    select(*_checkout).where(checkouts.c.person == param("person"), checkouts.c.state == "open"),
)
open_for_update = rows(
    _checkout_of,
    select(*_checkout)
    .where(checkouts.c.person == param("person"), checkouts.c.state == "open")
    .with_for_update(),
)
overdue = rows(
    _checkout_of,
    select(*_checkout)
    .where(checkouts.c.state == "open", checkouts.c.expires_at <= param("now"))
    .order_by(checkouts.c.expires_at)
    .limit(param("limit"))
    .with_for_update(skip_locked=True),
)
change_checkout = action(
    update(checkouts)
    .where(checkouts.c.id == param("checkout"))
    .values(
        state=param("new_state"),
        parcels=param("new_parcels", checkouts.c.parcels.type),
        place=param("new_place", checkouts.c.place.type),
    )
)
old_checkouts = action(
    delete(checkouts).where(checkouts.c.state != "open", checkouts.c.expires_at < param("before"))
)
forget_checkouts = action(
    delete(checkouts).where(checkouts.c.person == param("person"), checkouts.c.state != "open")
)
