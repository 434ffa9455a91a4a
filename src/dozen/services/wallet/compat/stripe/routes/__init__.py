"""The handlers, by noun. Importing them puts them on the door."""

from dozen.services.wallet.compat.stripe.routes import (
    charges,
    customers,
    events,
    intents,
    methods,
    payouts,
    refunds,
)

__all__ = ["charges", "customers", "events", "intents", "methods", "payouts", "refunds"]
