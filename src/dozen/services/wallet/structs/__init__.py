"""What this room's verbs take and give. Amounts are whole minor units above zero; times are milliseconds.

The structs of a noun that stands apart (merchants, orders) are in a module of their own here.
"""

from dozen.services.wallet.structs.payments import (
    DONE,
    HELD,
    KINDS,
    Kind,
    Payment,
    PaymentState,
    Receipt,
)
from dozen.services.wallet.structs.people import (
    Device,
    Handle,
    Holder,
    Limits,
    Payer,
    Usage,
    Wallet,
    WalletState,
)
from dozen.services.wallet.structs.requests import Ask, AskState, Reminder, Split

__all__ = [
    "DONE",
    "HELD",
    "KINDS",
    "Ask",
    "AskState",
    "Device",
    "Handle",
    "Holder",
    "Kind",
    "Limits",
    "Payer",
    "Payment",
    "PaymentState",
    "Receipt",
    "Reminder",
    "Split",
    "Usage",
    "Wallet",
    "WalletState",
]
