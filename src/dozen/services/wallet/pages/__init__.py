"""The HTML door, by noun. Every page works without scripts. Whoever adds a noun adds its door (or, for
handlers on the shared one, its module) here."""

from dozen.services.wallet.pages import (
    approving,
    bills,
    codes,
    history,
    mandates,
    merchant_payments,
    merchant_webhooks,
    merchants,
    notices,
    outside,
    overview,
    requests,
    sending,
    settings,
)
from dozen.services.wallet.pages.door import pages

DOORS = (pages,)

__all__ = [
    "DOORS",
    "approving",
    "bills",
    "codes",
    "history",
    "mandates",
    "merchant_payments",
    "merchant_webhooks",
    "merchants",
    "notices",
    "outside",
    "overview",
    "requests",
    "sending",
    "settings",
]
