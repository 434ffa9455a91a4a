"""The cart, the address book and the checkout in the HTML door."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dozen.db import Tx
from dozen.kit import clock, money
from dozen.kit.errors import Fault
from dozen.services.wallet import acting
from dozen.services.wallet.errors.carts import CheckoutOver, NoCheckout
from dozen.services.wallet.pages.door import REALM, new_key, pages, problem, shown_again, typed
from dozen.services.wallet.pages.shop import AT, shop_page_of
from dozen.services.wallet.queries import products as product_queries
from dozen.services.wallet.service import addresses, carts, checkouts, purchases, stores, wallets
from dozen.services.wallet.service.checkouts import PaidFor
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs.carts import Checkout, Place, Want
from dozen.web import Call, Form, Page, Redirect, Undo

CART = f"{AT}/cart"
_PLACE = ("name", "lines", "city", "postcode", "country", "phone")


def _want(form: Form, variant: int | None = None) -> Want:
    return Want(variant or form.number("variant") or 0, form.number("quantity") or 1)


@pages.post("/shop/cart", access="public")
def add(call: Call, form: Form) -> Redirect:
    """Into the cart; who is not signed in does so first, and finds their choice again."""
    tx, want = call.tx, _want(form)
    if call.actor is None:
        found = product_queries.variants_by_id.all(tx, ids=[want.variant])
        product = f"{AT}/products/{found[0].product}" if found else AT
        kept = f"{product}?variant={want.variant}&quantity={want.quantity}&kept=1"
        return Redirect(f"/login?next={quote(kept)}", flash="Sign in, and your choice is kept", kind="info")
    try:
        with tx.savepoint():
            quantity = carts.add(tx, call.me, want)
    except Fault as fault:
        return Redirect(
            call.header("referer").removeprefix(call.origin) or AT, flash=fault.detail, kind="danger"
        )
    return Redirect(CART, flash="In your cart" if quantity == want.quantity else f"{quantity} in your cart")


@pages.get("/shop/cart")
def cart(call: Call) -> Page:
    """By shop, with what has changed since the last look."""
    return _cart(call, call.tx)


def _cart(call: Call, tx: Tx, **values: Any) -> Page:
    found = carts.look(tx, call.me)
    return shop_page_of(
        call,
        tx,
        "shop_cart",
        cart=found,
        most=carts.MOST_QUANTITY,
        wallets_missing=[each for each in found.totals if wallets.find(tx, call.me, each) is None],
        **values,
    )


@pages.post("/shop/cart/{variant_id}/quantity")
def quantity(call: Call, variant_id: int, form: Form) -> Any:
    try:
        with call.tx.savepoint():
            carts.put(call.tx, call.me, _want(form, variant_id))
    except Fault as fault:
        return Redirect(CART, flash=fault.detail, kind="danger")
    return Redirect(CART)


@pages.post("/shop/cart/{variant_id}/drop")
def drop(call: Call, variant_id: int, form: Form) -> Redirect:
    gone = carts.drop(call.tx, call.me, variant_id)
    fields = {"variant": str(variant_id), "quantity": str(gone.quantity), "later": "1" if gone.later else ""}
    return Redirect(CART, flash="Taken out", undo=Undo(f"{CART}/restore", fields=fields))


@pages.post("/shop/cart/restore")
def restore(call: Call, form: Form) -> Redirect:
    carts.restore(call.tx, call.me, _want(form), later=form.checked("later"))
    return Redirect(CART, flash="Back again")


@pages.post("/shop/cart/{variant_id}/later")
def later(call: Call, variant_id: int, form: Form) -> Redirect:
    carts.set_later(call.tx, call.me, variant_id, later=True)
    return Redirect(CART, flash="Saved for later")


@pages.post("/shop/cart/{variant_id}/now")
def now(call: Call, variant_id: int, form: Form) -> Redirect:
    carts.set_later(call.tx, call.me, variant_id, later=False)
    return Redirect(CART)


# Addresses


@pages.get("/shop/addresses")
def book(call: Call) -> Page:
    """My addresses."""
    return _book(call, call.tx)


def _book(call: Call, tx: Tx, **values: Any) -> Page:
    return shop_page_of(call, tx, "shop_addresses", addresses=addresses.mine(tx, call.me), **values)


def place_of(form: Form) -> Place:
    return Place(*(form.get(name)[:400] for name in _PLACE))


@pages.post("/shop/addresses", keeps=("lines",))
def add_address(call: Call, form: Form) -> Any:
    try:
        addresses.add(call.tx, call.me, place_of(form), first=form.checked("first"))
    except Fault as fault:
        return _book(call, call.tx, given=typed(form, *_PLACE), **problem(fault))
    return Redirect(f"{AT}/addresses", flash="Kept")


@pages.get("/shop/addresses/{address_id}")
def edit_address_form(call: Call, address_id: int) -> Page:
    found = addresses.one(call.tx, call.me, address_id)
    given = {name: getattr(found.place, name) for name in _PLACE}
    return shop_page_of(call, call.tx, "shop_address", address=found, given=given)


@pages.post("/shop/addresses/{address_id}", keeps=("lines",))
def edit_address(call: Call, address_id: int, form: Form) -> Any:
    found = addresses.one(call.tx, call.me, address_id)
    try:
        addresses.change(call.tx, call.me, address_id, place_of(form))
    except Fault as fault:
        given = typed(form, *_PLACE)
        return shop_page_of(call, call.tx, "shop_address", address=found, given=given, **problem(fault))
    return Redirect(f"{AT}/addresses", flash="Saved")


@pages.post("/shop/addresses/{address_id}/first")
def offer(call: Call, address_id: int, form: Form) -> Redirect:
    addresses.offer(call.tx, call.me, address_id)
    return Redirect(f"{AT}/addresses", flash="This one is offered first from now on")


@pages.post("/shop/addresses/{address_id}/drop")
def drop_address(call: Call, address_id: int, form: Form) -> Redirect:
    gone = addresses.drop(call.tx, call.me, address_id)
    fields = {name: getattr(gone.place, name) for name in _PLACE} | {"first": "1" if gone.first else ""}
    return Redirect(f"{AT}/addresses", flash="Taken away", undo=Undo(f"{AT}/addresses", fields=fields))


# Checkout


@pages.post("/shop/checkout")
def begin(call: Call, form: Form) -> Any:
    """Hold what is in the cart at what it was shown to cost."""
    shown = {
        name.removeprefix("total-"): int(value)
        for name, value in form.fields()
        if name.startswith("total-") and value.isascii() and value.isdigit() and len(value) < 19
    }
    try:
        with call.tx.savepoint():
            checkouts.begin(call.tx, call.me, shown)
    except Fault as fault:
        return Redirect(CART, flash=fault.detail, kind="danger")
    return Redirect(f"{AT}/checkout")


def _back(fault: Fault) -> Redirect:
    return Redirect(CART, flash=fault.detail, kind="warning")


@pages.get("/shop/checkout")
def where(call: Call) -> Any:
    """Where to, and how."""
    try:
        return _where(call, call.tx)
    except (NoCheckout, CheckoutOver) as fault:
        return _back(fault)


def _where(call: Call, tx: Tx, **values: Any) -> Page:
    found = checkouts.current(tx, call.me)
    known = addresses.mine(tx, call.me)
    chosen = next((str(each.id) for each in known if each.place == found.place), "")
    return shop_page_of(
        call,
        tx,
        "shop_checkout",
        checkout=found,
        addresses=known,
        chosen=chosen or ("" if known else "new"),
        rates=stores.rates(tx, [parcel.merchant for parcel in found.parcels]),
        minutes=_minutes(tx, found),
        **({"given": {}} | values),
    )


def _minutes(tx: Tx, found: Checkout) -> int:
    return max(1, (found.expires_at - tx.now) // clock.MINUTE)


@pages.post("/shop/checkout/delivery", keeps=("lines",))
def choose(call: Call, form: Form) -> Any:
    """An address of the book, or a new one, which is kept."""
    tx = call.tx
    picked = form.get("address")
    rates = {
        int(name.removeprefix("rate-")): int(value)
        for name, value in form.fields()
        if name.startswith("rate-") and name[5:].isdigit() and value.isascii() and value.isdigit()
    }
    try:
        with tx.savepoint():
            if picked.isascii() and picked.isdigit() and len(picked) < 20:
                place = addresses.one(tx, call.me, int(picked)).place
            else:
                place = place_of(form)
                addresses.add(tx, call.me, place, first=form.checked("first"))
            checkouts.choose(tx, call.me, place=place, rates=rates)
    except (NoCheckout, CheckoutOver) as fault:
        return _back(fault)
    except Fault as fault:
        return _where(call, tx, **problem(fault), given=typed(form, *_PLACE) | {"address": picked})
    return Redirect(f"{AT}/checkout/pay")


@pages.get("/shop/checkout/pay")
def pay_form(call: Call) -> Any:
    """All of it once more, and the PIN."""
    try:
        found = checkouts.current(call.tx, call.me)
        if found.place is None:
            return Redirect(f"{AT}/checkout")
        return _pay(call, call.tx)
    except (NoCheckout, CheckoutOver) as fault:
        return _back(fault)


def _pay(call: Call, tx: Tx, **values: Any) -> Page:
    found = checkouts.current(tx, call.me)
    mine = {each: wallets.wallet(tx, call.me, each) for each in found.totals}
    balances = {each: wallets.balance(tx, wallet).available or 0 for each, wallet in mine.items()}
    return shop_page_of(
        call,
        tx,
        "shop_pay",
        checkout=found,
        balances=balances,
        short={each: n - balances[each] for each, n in found.totals.items() if n > balances[each]},
        minutes=_minutes(tx, found),
        plain=money.plain,
        key=new_key(),
        **({"given": {}} | values),
    )


@pages.post("/shop/checkout/pay", limit=(60, 600), keeps=("note",))
async def pay(call: Call, form: Form) -> Any:
    """Pay each shop, all or nothing."""
    number = form.number("checkout") or 0
    note = form.get("note")[:400]

    def verb(tx: Tx, proof: Proof | None, device: int) -> PaidFor:
        if checkouts.current(tx, call.me).id != number:
            raise NoCheckout  # another one was begun in another window
        made = checkouts.pay(tx, call.me, note=note, proof=proof, device_id=device)
        return PaidFor(tuple(each.id for each in made))

    try:
        await acting.carry_out(
            call,
            verb,
            result=PaidFor,
            pin=form.get("pin").strip(),
            key=form.get("key"),
            asked=[number],
            realm=REALM,
        )
    except (NoCheckout, CheckoutOver) as fault:
        return _back(fault)
    except Fault as fault:
        return await shown_again(call, lambda tx: _pay(call, tx, given=typed(form, "note")), fault)
    return Redirect(f"{AT}/bought/{number}")


@pages.post("/shop/checkout/leave")
def leave(call: Call, form: Form) -> Redirect:
    checkouts.leave(call.tx, call.me)
    return Redirect(CART, flash="Nothing is held any more; your cart is as it was")


@pages.get("/shop/bought/{checkout_id}")
def bought(call: Call, checkout_id: int) -> Page:
    """Thank you."""
    found = purchases.of_checkout(call.tx, call.me, checkout_id)
    return shop_page_of(
        call,
        call.tx,
        "shop_bought",
        found=found,
        shops=purchases.shops_of(call.tx, found),
        lines=purchases.lines_of(call.tx, found),
    )
