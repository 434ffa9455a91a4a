"""The parts of Stripe's objects that we read. Everything else in them is passed over."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Redirect(msgspec.Struct):
    url: str


class NextAction(msgspec.Struct):
    redirect_to_url: Redirect | None = None


class Error(msgspec.Struct):
    type: str = "api_error"
    code: str | None = None
    decline_code: str | None = None
    message: str | None = None
    payment_intent: Intent | None = None


class ErrorBody(msgspec.Struct):
    error: Error


class Txn(msgspec.Struct):
    id: str
    fee: int
    created: int


class Charge(msgspec.Struct):
    id: str
    balance_transaction: str | Txn | None = None


class Intent(msgspec.Struct):
    id: str
    status: str
    amount: int
    currency: str
    amount_received: int = 0
    metadata: dict[str, str] = {}
    next_action: NextAction | None = None
    last_payment_error: Error | None = None
    latest_charge: str | Charge | None = None

    def __post_init__(self) -> None:
        if isinstance(self.latest_charge, Charge) and isinstance(self.latest_charge.balance_transaction, str):
            self.latest_charge = self.latest_charge.id


class Refund(msgspec.Struct):
    id: str
    status: str
    amount: int
    currency: str
    metadata: dict[str, str] = {}
    failure_reason: str | None = None
    balance_transaction: str | Txn | None = None


class Payout(msgspec.Struct):
    id: str
    status: str
    amount: int
    currency: str
    metadata: dict[str, str] = {}
    failure_code: str | None = None
    balance_transaction: str | Txn | None = None


class Card(msgspec.Struct):
    brand: str
    last4: str
    exp_month: int
    exp_year: int


class BankAccount(msgspec.Struct):
    bank_name: str
    last4: str


class PaymentMethod(msgspec.Struct):
    id: str
    type: str
    card: Card | None = None
    bank_account: BankAccount | None = None


class Setup(msgspec.Struct):
    id: str
    status: str
    metadata: dict[str, str] = {}
    next_action: NextAction | None = None
    payment_method: str | PaymentMethod | None = None
    last_setup_error: Error | None = None


class Listing(msgspec.Struct, Generic[T]):
    data: list[T]
    has_more: bool = False


class _Data(msgspec.Struct):
    object: msgspec.Raw


class EventObject(msgspec.Struct):
    id: str
    type: str
    created: int
    data: _Data
