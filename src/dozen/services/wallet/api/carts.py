"""Carts, addresses and buying in the native JSON door."""

from __future__ import annotations

import msgspec

from dozen.db import Tx
from dozen.services.wallet import acting
from dozen.services.wallet.api.door import MANAGE, MOVING, PAY, READ, api
from dozen.services.wallet.errors import carts as faults
from dozen.services.wallet.errors import merchants as merchant_faults
from dozen.services.wallet.errors import products as product_faults
from dozen.services.wallet.queries import products as product_queries
from dozen.services.wallet.schemas import carts as shapes
from dozen.services.wallet.schemas import purchases as purchase_shapes
from dozen.services.wallet.schemas.common import number
from dozen.services.wallet.service import addresses, carts, checkouts, purchases
from dozen.services.wallet.service.checkouts import PaidFor
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs.carts import Want
from dozen.web import Call, Listing

_PUTTING = (
    faults.BadQuantity,
    faults.CartFull,
    faults.NotForSale,
    faults.OwnShop,
    faults.SoldOut,
    product_faults.NoSuchVariant,
)
_ADDRESS = (faults.BadAddress, faults.NoSuchAddress)


def _wants(tx: Tx, items: list[shapes.Item]) -> list[Want]:
    named = [number(each.product_id, "product_id") for each in items if each.product_id is not None]
    by_product: dict[int, list[int]] = {}
    for each in product_queries.variants_of.all(tx, products=named) if named else ():
        by_product.setdefault(each.product, []).append(each.id)
    return shapes.wants(items, {product: ids[0] for product, ids in by_product.items() if len(ids) == 1})


@api.post(
    "/api/shopping",
    scope=PAY,
    raises=[
        *MOVING,
        *_PUTTING,
        *_ADDRESS,
        faults.AddressNeeded,
        faults.CartEmpty,
        faults.CheckoutOver,
        faults.PriceChanged,
        product_faults.NoSuchRate,
        merchant_faults.MerchantBlocked,
        merchant_faults.MerchantClosed,
    ],
)
async def buy(call: Call, data: shapes.Buy) -> purchase_shapes.Purchases:
    """Buy at once: all of it, or nothing. One purchase and one payment for each shop."""
    shown = shapes.totals(data.totals)
    rates = {number(m, "delivery"): number(r, "delivery") for m, r in data.delivery.items()}
    address_id = number(data.address_id, "address_id") if data.address_id is not None else None

    def verb(tx: Tx, proof: Proof | None, device: int) -> PaidFor:
        known = addresses.one(tx, call.me, address_id) if address_id is not None else None
        place = shapes.place_of(data, known)
        if data.items is None:
            checkouts.begin(tx, call.me)
        else:
            checkouts.hold(tx, call.me, _wants(tx, data.items))
        checkouts.choose(tx, call.me, place=place, rates=rates)
        made = checkouts.pay(tx, call.me, shown=shown, note=data.note, proof=proof, device_id=device)
        return PaidFor(tuple(each.id for each in made))

    paid = await acting.carry_out(
        call,
        verb,
        result=PaidFor,
        pin=data.pin,
        key=acting.key_of(call),
        asked=msgspec.structs.replace(data, pin=None),
    )
    return await call.read(_shown, call.me, paid)


def _shown(tx: Tx, me: int, paid: PaidFor) -> purchase_shapes.Purchases:
    found = [purchases.of(tx, me, each).purchase for each in paid.purchases]
    return purchase_shapes.all_at_once(found, purchases.shops_of(tx, found))


@api.get("/api/shopping/cart", scope=READ)
def cart(call: Call) -> shapes.CartShape:
    """What is in the cart, by shop, with what has changed since you last looked."""
    return shapes.cart(carts.look(call.tx, call.me))


@api.put("/api/shopping/cart", scope=MANAGE, raises=[*_PUTTING])
def put(call: Call, data: shapes.CartItems) -> shapes.CartShape:
    """Have just this in the cart; what is saved for later stays."""
    carts.replace(call.tx, call.me, _wants(call.tx, data.items))
    return shapes.cart(carts.look(call.tx, call.me))


@api.delete("/api/shopping/cart", scope=MANAGE)
def clear(call: Call) -> None:
    """Take all out."""
    carts.clear(call.tx, call.me)


@api.get("/api/shopping/addresses", scope=READ)
def listed(call: Call) -> Listing[shapes.SavedAddress]:
    """Your address book, the default one first."""
    return Listing([shapes.saved(each) for each in addresses.mine(call.tx, call.me)])


@api.post("/api/shopping/addresses", scope=MANAGE, raises=[faults.BadAddress, faults.TooManyAddresses])
def add_address(call: Call, data: shapes.NewAddress) -> shapes.SavedAddress:
    """Keep an address; the first one is the default one."""
    return shapes.saved(addresses.add(call.tx, call.me, shapes.place(data), first=data.default))


@api.put("/api/shopping/addresses/{address_id}", scope=MANAGE, raises=[*_ADDRESS])
def change_address(call: Call, address_id: int, data: shapes.NewAddress) -> shapes.SavedAddress:
    """Change it; what was sent to it before stays as it was."""
    addresses.change(call.tx, call.me, address_id, shapes.place(data))
    if data.default:
        addresses.offer(call.tx, call.me, address_id)
    return shapes.saved(addresses.one(call.tx, call.me, address_id))


@api.delete("/api/shopping/addresses/{address_id}", scope=MANAGE, raises=[faults.NoSuchAddress])
def drop_address(call: Call, address_id: int) -> None:
    """Keep it no longer."""
    addresses.drop(call.tx, call.me, address_id)
