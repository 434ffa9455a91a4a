"""The door that the modules beside this put their handlers on, and what they share.

Addresses are as the service's sheet has them, below ``/wallet``. Every call that moves money takes an
``Idempotency-Key`` header: the same key and the same request give the same answer, and one movement.
"""

from __future__ import annotations

from dozen.core import accounts, ledger
from dozen.core import payments as outside
from dozen.db import Tx
from dozen.services.wallet import errors
from dozen.services.wallet.schemas import payments as shapes
from dozen.services.wallet.schemas.common import checked_currency
from dozen.services.wallet.structs import Receipt
from dozen.web import Api, Call

api = Api("/wallet", tag="Wallet")
READ, PAY, MANAGE = "wallet:read", "wallet:pay", "wallet:manage"

KEYED = (ledger.errors.KeyReused, ledger.errors.KeyInUse, ledger.errors.BadKey)
MOVING = (
    *KEYED,
    errors.BadAmount,
    errors.BadNote,
    errors.BadPass,
    errors.BalanceCap,
    errors.CurrencyDiffers,
    errors.DeviceRevoked,
    errors.InsufficientFunds,
    errors.NoSuchReceiver,
    errors.NoWallet,
    errors.OverLimit,
    errors.OwnWallet,
    errors.PaymentRefused,
    errors.PinLocked,
    errors.PinNeeded,
    errors.PinNotSet,
    errors.ReceiverCannot,
    errors.Unverified,
    errors.WalletBlocked,
    errors.WalletClosed,
    errors.WalletFrozen,
    errors.WrongPin,
)
"""What a call that moves money may answer."""
PROVING = (
    errors.BadPass,
    errors.DeviceRevoked,
    errors.NoWallet,
    errors.PinLocked,
    errors.PinNeeded,
    errors.PinNotSet,
    errors.WrongPin,
)
"""What a call that only wants the PIN may answer."""
OUTSIDE = (
    errors.NoGateway,
    outside.errors.KeyReused,
    outside.errors.NoSuchMethod,
    outside.errors.MethodNotReady,
    outside.errors.BadPayment,
)


def currency_of(call: Call, given: str | None) -> str:
    """The currency that was named, or the installation's own."""
    return checked_currency(given, call.env.settings.wallet_currency)


def shown(tx: Tx, receipt: Receipt) -> shapes.PaymentShape:
    found = receipt.payment
    return shapes.receipt(receipt, accounts.cards(tx, {found.payer, found.payee} - {0}))
