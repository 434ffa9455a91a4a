"""All tables of the room, one module a noun."""

from dozen.services.wallet.tables import (
    bills,
    codes,
    days,
    mandates,
    merchants,
    orders,
    payments,
    paytm,
    people,
    requests,
    topups,
    webhooks,
)

__all__ = [
    "bills",
    "codes",
    "days",
    "mandates",
    "merchants",
    "orders",
    "payments",
    "paytm",
    "people",
    "requests",
    "topups",
    "webhooks",
]
