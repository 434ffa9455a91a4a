"""Buying: goods are held, all or nothing, for a quarter of an hour; then they are paid, all or nothing.

What is held keeps the price it had. Each shop gets a payment of its own, the way that all shops are paid
(:mod:`paying`), in one transaction with what is bought. Money moves first and stock is confirmed last,
as where an operator releases a payment later: so two who do both do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from dozen.core import inventory, ledger
from dozen.db import Tx
from dozen.kit import clock, money
from dozen.kit.text import clean
from dozen.services.wallet.errors.carts import (
    AddressNeeded,
    CartEmpty,
    CheckoutOver,
    NoCheckout,
    NotForSale,
    PriceChanged,
    SoldOut,
)
from dozen.services.wallet.errors.products import NoSuchRate
from dozen.services.wallet.queries import carts as queries
from dozen.services.wallet.queries import people
from dozen.services.wallet.service import (
    addresses,
    carts,
    merchants,
    moving,
    orders,
    paying,
    products,
    purchases,
    stores,
    wallets,
)
from dozen.services.wallet.service.movements import Standing
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs.carts import Checkout, Parcel, Part, Place, Want
from dozen.services.wallet.structs.merchants import Shop
from dozen.services.wallet.structs.purchases import Purchase, number_of

LASTS = 15 * clock.MINUTE
KEEP = 30 * clock.DAY
"""How long it is known what was held and not bought."""
MOST_NOTE = 300


class PaidFor(msgspec.Struct, frozen=True):
    """What was bought, as an idempotency key keeps it."""

    purchases: tuple[int, ...]


def begin(tx: Tx, me: int, shown: Mapping[str, int] | None = None) -> Checkout:
    """Hold what is in the cart. ``shown``: the totals that its person has seen; None: as the prices were
    when they last looked.

    Raises CartEmpty, NotForSale, SoldOut, PriceChanged, MerchantBlocked, MerchantClosed.
    """
    tx.must_write()
    cart = carts.look(tx, me)
    if not cart.groups:
        raise CartEmpty
    lines = [line for group in cart.groups for line in group.lines]
    for line in lines:
        if line.trouble == "gone":
            raise NotForSale(f"{line.product.title} is not for sale now", variant=str(line.variant.id))
    if shown is None:
        changed = any(line.trouble == "price" for line in lines)
    else:
        changed = dict(shown) != cart.totals and all(line.buyable for line in lines)
    if changed:
        raise PriceChanged(totals=_plain(cart.totals))
    made = hold(tx, me, [Want(line.variant.id, line.quantity) for line in lines], from_cart=True)
    carts.seen(tx, me, cart)
    return made


def hold(tx: Tx, me: int, wants: Sequence[Want], *, from_cart: bool = False) -> Checkout:
    """Hold all of it for me or nothing; what was held for me before is free again.

    Raises CartEmpty, BadQuantity, NoSuchVariant, NotForSale, OwnShop, SoldOut, MerchantBlocked,
    MerchantClosed.
    """
    tx.must_write()
    if not wants:
        raise CartEmpty
    with tx.savepoint():
        leave(tx, me)
        merged: dict[int, int] = {}
        for want in wants:
            merged[want.variant] = merged.get(want.variant, 0) + want.quantity
        known = carts.goods(tx, me, list(merged))
        by_shop: dict[int, list[Want]] = {}
        for variant_id, quantity in merged.items():
            variant = carts.check(known, me, Want(variant_id, quantity))
            by_shop.setdefault(variant.merchant, []).append(Want(variant_id, quantity))
        rates = stores.rates(tx, list(by_shop))
        offered = addresses.offered(tx, me)
        made = Checkout(
            tx.next_id(), me, "open", (), offered.place if offered is not None else None, from_cart,
            tx.now + LASTS,
        )  # fmt: skip
        parcels = []
        for merchant in sorted(by_shop):  # everybody in the same order
            shop = known.shops[merchant]
            merchants.must_be_open(shop)
            parts = tuple(_part(known, want) for want in sorted(by_shop[merchant], key=lambda w: w.variant))
            held = _hold(tx, me, made, parts)
            currency = known.products[parts[0].product].currency
            parcels.append(Parcel(merchant, shop.name, currency, held.id, rates[merchant][0], parts))
        made = replace(made, parcels=tuple(parcels))
        queries.add_checkout(tx, **msgspec.structs.asdict(made))
        products.refresh(tx, [part.product for parcel in parcels for part in parcel.parts])
    return made


def _part(known: carts.Goods, want: Want) -> Part:
    variant = known.variants[want.variant]
    product = known.products[variant.product]
    return Part(
        product.id, variant.id, product.title, variant.words, variant.sku, variant.price, want.quantity
    )


def _hold(tx: Tx, me: int, made: Checkout, parts: Sequence[Part]) -> inventory.Hold:
    try:
        return inventory.hold(
            tx,
            [inventory.Want(part.variant, part.quantity) for part in parts],
            realm=products.REALM,
            expires_at=made.expires_at,
            owner=me,
            subject=made.id,
        )
    except inventory.errors.OutOfStock as fault:
        unit, left = fault.extra["unit"], fault.extra["left"]
        title = next(part.title for part in parts if str(part.variant) == unit)
        words = f"Only {left} left of {title}" if left else f"{title} is sold out"
        raise SoldOut(words, variant=unit, left=left) from fault
    except inventory.errors.UnitClosed as fault:
        raise NotForSale(variant=fault.extra["unit"]) from fault


def current(tx: Tx, me: int) -> Checkout:
    """What is held for me. Raises NoCheckout, CheckoutOver."""
    found = queries.open_of.first(tx, person=me)
    if found is None:
        raise NoCheckout
    if found.expires_at <= tx.now:
        raise CheckoutOver
    return found


def choose(
    tx: Tx, me: int, *, place: Place | None = None, rates: Mapping[int, int] | None = None
) -> Checkout:
    """Where to, and how each shop (by its id) sends it. Raises NoCheckout, CheckoutOver, BadAddress,
    NoSuchRate."""
    found = _locked(tx, me)
    if place is not None:
        found = replace(found, place=addresses.checked(place))
    if rates:
        if not set(rates) <= {parcel.merchant for parcel in found.parcels}:
            raise NoSuchRate
        offered = stores.rates(tx, list(rates))
        parcels = []
        for parcel in found.parcels:
            if parcel.merchant in rates:
                rate = next((r for r in offered[parcel.merchant] if r.id == rates[parcel.merchant]), None)
                if rate is None:
                    raise NoSuchRate
                parcel = replace(parcel, rate=rate)
            parcels.append(parcel)
        found = replace(found, parcels=tuple(parcels))
    return _save(tx, found)


def leave(tx: Tx, me: int) -> bool:
    """What is held for me is free again; the cart stays. Whether anything was held."""
    found = queries.open_for_update.first(tx, person=me)
    if found is None:
        return False
    _drop(tx, found)
    return True


def pay(
    tx: Tx,
    me: int,
    *,
    shown: Mapping[str, int] | None = None,
    note: str = "",
    proof: Proof | Standing | None = None,
    device_id: int | None = None,
) -> list[Purchase]:
    """Pay each shop for what is held; all of it is bought, or nothing.

    Raises NoCheckout, CheckoutOver, AddressNeeded, PriceChanged (``shown`` is not what it costs),
    MerchantClosed, MerchantBlocked, NoWallet, and what ``move`` raises.
    """
    found = _locked(tx, me)
    if found.place is None:
        raise AddressNeeded
    if shown is not None and dict(shown) != found.totals:
        raise PriceChanged(totals=_plain(found.totals))
    # Locks in everybody's order: whose money it is, then all accounts at once.
    people.holder_for_update.first(tx, person=me)
    ledger.lock(tx, _accounts(tx, me, found))
    made = []
    for parcel in found.parcels:
        shop = _shop(tx, parcel)
        purchase_id = tx.next_id()
        intent = orders.create(
            tx,
            shop,
            orders.NewIntent(
                amount=parcel.total,
                currency=parcel.currency,
                reference=number_of(purchase_id),
                description=purchases.described(parcel.parts),
                metadata={"purchase": str(purchase_id)},
            ),
        )
        intent = paying.approve(tx, me, paying.ask(tx, intent).id, proof=proof, device_id=device_id)
        made.append(purchases.record(tx, found, parcel, purchase_id, intent, clean(note)[:MOST_NOTE]))
    for purchase in made:
        _keep_stock(tx, purchase)
    if found.from_cart:
        for parcel in found.parcels:
            for part in parcel.parts:
                queries.drop(tx, person=me, variant=part.variant)
    _save(tx, replace(found, state="paid"))
    return made


def buy(
    tx: Tx,
    me: int,
    wants: Sequence[Want],
    place: Place | None,
    *,
    rates: Mapping[int, int] | None = None,
    shown: Mapping[str, int] | None = None,
    note: str = "",
    proof: Proof | Standing | None = None,
    device_id: int | None = None,
) -> list[Purchase]:
    """Buy at once, beside the cart; ``place`` None: the address that is offered. Raises what :func:`hold`,
    :func:`choose` and :func:`pay` raise."""
    hold(tx, me, wants)
    choose(tx, me, place=place, rates=rates)
    return pay(tx, me, shown=shown, note=note, proof=proof, device_id=device_id)


def expire(tx: Tx, limit: int = 50) -> bool:
    """Free what nobody paid in time, a bounded number at a time; True while there may be more."""
    tx.must_write()
    found = queries.overdue.all(tx, now=tx.now, limit=limit)
    for each in found:
        _drop(tx, each)
    return len(found) == limit


def trim(tx: Tx) -> None:
    """Forget what was held long ago."""
    queries.old_checkouts(tx, before=tx.now - KEEP)


# Inside


def _locked(tx: Tx, me: int) -> Checkout:
    tx.must_write()
    found = queries.open_for_update.first(tx, person=me)
    if found is None:
        raise NoCheckout
    if found.expires_at <= tx.now:
        raise CheckoutOver
    return found


def _drop(tx: Tx, found: Checkout) -> None:
    for parcel in found.parcels:
        inventory.release(tx, parcel.hold)
    _save(tx, replace(found, state="dropped"))
    products.refresh(tx, [part.product for parcel in found.parcels for part in parcel.parts])


def _save(tx: Tx, after: Checkout) -> Checkout:
    queries.change_checkout(
        tx, checkout=after.id, new_state=after.state, new_parcels=after.parcels, new_place=after.place
    )
    return after


def _shop(tx: Tx, parcel: Parcel) -> Shop:
    found = merchants.merchant(tx, parcel.merchant)
    return Shop(found, True, found.owner)


def _accounts(tx: Tx, me: int, found: Checkout) -> list[int]:
    wanted = []
    for parcel in found.parcels:
        wanted.append(wallets.wallet(tx, me, parcel.currency).account_id)
        wanted.append(merchants.account(tx, _shop(tx, parcel), parcel.currency))
        wanted.append(moving.fees(tx, parcel.currency))
    return sorted(set(wanted))


def _keep_stock(tx: Tx, purchase: Purchase) -> None:
    """Sold, or held for as long as somebody looks at the payment."""
    try:
        if purchase.state == "review":
            inventory.extend(tx, purchase.hold_id, tx.now + moving.REVIEW_LASTS + clock.DAY)
        else:
            inventory.confirm(tx, purchase.hold_id)
    except inventory.errors.HoldOver as fault:
        raise CheckoutOver from fault


def _plain(totals: Mapping[str, int]) -> dict[str, str]:
    return {currency: money.plain(amount, currency) for currency, amount in totals.items()}
