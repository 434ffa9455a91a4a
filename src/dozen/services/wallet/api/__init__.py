"""The native JSON door, by noun. Whoever adds a noun adds its door (or, for handlers on the shared one, its
module) here."""

from dozen.services.wallet.api import (
    bills,
    books,
    carts,
    codes,
    desk,
    desk_products,
    disputes,
    figures,
    identities,
    mandates,
    merchant_payments,
    merchant_products,
    merchants,
    notices,
    outside,
    payments,
    products,
    purchases,
    requests,
    reviews,
    wallets,
)
from dozen.services.wallet.api.door import api
from dozen.services.wallet.api.outside import webhooks

DOORS = (api, desk.desk, webhooks)

__all__ = [
    "DOORS",
    "bills",
    "books",
    "carts",
    "codes",
    "desk",
    "desk_products",
    "disputes",
    "figures",
    "identities",
    "mandates",
    "merchant_payments",
    "merchant_products",
    "merchants",
    "notices",
    "outside",
    "payments",
    "products",
    "purchases",
    "requests",
    "reviews",
    "wallets",
]
