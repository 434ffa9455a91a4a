"""What can go wrong with carts, addresses and buying. When one is raised, nothing was changed."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Gone, Invalid, NotFound


class NotForSale(Conflict):
    """``extra``: ``variant`` (id)."""

    code = "not_for_sale"
    title = "This is not for sale now"


class SoldOut(Conflict):
    """``extra``: ``variant`` (id), ``left`` (how many could still be had)."""

    code = "sold_out"
    title = "There is not enough of it left"


class PriceChanged(Conflict):
    """``extra``: ``totals`` (what it costs now: amounts by currency)."""

    code = "price_changed"
    title = "The price has changed since you last looked; please look again"


class CartEmpty(Conflict):
    code = "cart_empty"
    title = "There is nothing in the cart"


class CartFull(Conflict):
    code = "cart_full"
    title = "There are fifty different things in the cart already"


class BadQuantity(Invalid):
    code = "bad_quantity"
    title = "Between 1 and 20 pieces of each"


class NotInCart(NotFound):
    code = "not_in_cart"
    title = "This is not in the cart"


class OwnShop(Conflict):
    code = "own_shop"
    title = "This is your own shop: nobody buys from themselves"


class NoSuchAddress(NotFound):
    code = "no_such_address"
    title = "There is no such address"


class BadAddress(Invalid):
    code = "bad_delivery_address"
    title = "Please check the address"


class AddressNeeded(Invalid):
    code = "address_needed"
    title = "Say where it is to be sent"


class TooManyAddresses(Conflict):
    code = "too_many_addresses"
    title = "There are twenty addresses already; let one go first"


class NoCheckout(NotFound):
    code = "no_checkout"
    title = "Nothing is held for you now; begin from the cart again"


class CheckoutOver(Gone):
    code = "checkout_over"
    title = "The time for which it was held for you is over; nothing was paid"
