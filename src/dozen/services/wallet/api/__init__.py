"""The native JSON door, by noun. Whoever adds a noun adds its door (or, for handlers on the shared one, its
module) here."""

from dozen.services.wallet.api import (
    bills,
    codes,
    mandates,
    merchant_payments,
    merchants,
    notices,
    outside,
    payments,
    requests,
    wallets,
)
from dozen.services.wallet.api.door import api
from dozen.services.wallet.api.outside import webhooks

DOORS = (api, webhooks)

__all__ = [
    "DOORS",
    "bills",
    "codes",
    "mandates",
    "merchant_payments",
    "merchants",
    "notices",
    "outside",
    "payments",
    "requests",
    "wallets",
]
