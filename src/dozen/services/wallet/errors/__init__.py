"""What can go wrong in the wallet: one class per code, stable and public. When one is raised, nothing moved.

By noun, as everything in this room: the errors of a noun that stands apart (merchants, orders) are in a
module of their own here.
"""

from __future__ import annotations

from dozen.core import ledger, payments
from dozen.kit.errors import Conflict, Forbidden, Gone, Invalid, NotFound, TooMany

__all__ = [
    "AlreadyVerified",
    "BadAmount",
    "BadCode",
    "BadHandle",
    "BadLimit",
    "BadNote",
    "BadNumber",
    "BadPin",
    "BadRequest",
    "BadState",
    "BadTime",
    "BalanceCap",
    "CodeExpired",
    "CodesTooOften",
    "CurrencyDiffers",
    "DeviceRevoked",
    "HandleTaken",
    "InsufficientFunds",
    "NoGateway",
    "NoSuchDevice",
    "NoSuchPayment",
    "NoSuchReceiver",
    "NoSuchReminder",
    "NoSuchRequest",
    "NoSuchTopup",
    "NoWallet",
    "NotAllowed",
    "NotRefundable",
    "NumberTaken",
    "OverLimit",
    "OwnWallet",
    "PaymentRefused",
    "PinLocked",
    "PinNeeded",
    "PinNotSet",
    "ReceiverCannot",
    "TooManyHandles",
    "TooManyReminders",
    "TooManyRequests",
    "Unverified",
    "WalletBlocked",
    "WalletClosed",
    "WalletExists",
    "WalletFrozen",
    "WalletInUse",
    "WeakPin",
    "WrongPin",
]

# Wallets


class NoWallet(NotFound):
    code = "no_wallet"
    title = "There is no wallet in this currency yet"


class WalletExists(Conflict):
    code = "wallet_exists"
    title = "There is a wallet in this currency already"


class WalletFrozen(Forbidden):
    code = "wallet_frozen"
    title = "This wallet is frozen; nothing goes out of it until it is let go"


class WalletBlocked(Forbidden):
    code = "wallet_blocked"
    title = "This wallet is blocked; please ask the people who run the place"


class WalletClosed(Gone):
    code = "wallet_closed"
    title = "This wallet is closed"


class WalletInUse(Conflict):
    code = "wallet_in_use"
    title = "Only an empty wallet without payments under way can be closed"


class BadState(Conflict):
    code = "bad_wallet_state"
    title = "That cannot be done with the wallet as it is"


class CurrencyDiffers(Invalid):
    code = "currency_differs"
    title = "This currency is not one of this wallet's"


# Mobile numbers and codes


class Unverified(Forbidden):
    code = "number_unverified"
    title = "Confirm your mobile number first"


class BadNumber(Invalid):
    code = "bad_mobile_number"
    title = "This is not a mobile number; write it with the country code, as in +91 98765 43210"


class NumberTaken(Conflict):
    code = "mobile_number_taken"
    title = "This mobile number belongs to another wallet"


class AlreadyVerified(Conflict):
    code = "number_already_verified"
    title = "This mobile number is confirmed already"


class BadCode(Forbidden):
    code = "wrong_code"
    title = "This code is wrong"


class CodeExpired(Gone):
    code = "code_expired"
    title = "This code is too old, or was tried too often; ask for a new one"


class CodesTooOften(TooMany):
    code = "codes_too_often"
    title = "A code was sent just now; please wait before you ask for another"


# PIN


class PinNeeded(Forbidden):
    code = "pin_needed"
    title = "Enter your wallet PIN"


class PinNotSet(Conflict):
    code = "pin_not_set"
    title = "Choose a wallet PIN first"


class BadPin(Invalid):
    code = "bad_pin"
    title = "A PIN is four to six digits"


class WeakPin(Invalid):
    code = "weak_pin"
    title = "This PIN is one of the first that anybody would try"


class WrongPin(Forbidden):
    """``extra``: ``tries_left`` before it locks."""

    code = "wrong_pin"
    title = "This PIN is wrong"


class BadPass(Forbidden):
    code = "bad_pass"
    title = "This pass has lapsed or is not yours; enter the PIN again"


class PinLocked(TooMany):
    """``retry_after`` is in seconds."""

    code = "pin_locked"
    status = 423
    title = "The PIN was wrong too often; wait, or choose a new one with your password"


# Devices


class NoSuchDevice(NotFound):
    code = "no_such_device"
    title = "There is no such device"


class DeviceRevoked(Forbidden):
    code = "device_revoked"
    title = "This device may no longer use the wallet"


# Moving money

InsufficientFunds = ledger.errors.InsufficientFunds


class BadAmount(Invalid):
    code = "bad_amount"
    title = "An amount is above zero, with no more decimals than its currency has"


class BadNote(Invalid):
    code = "bad_note"
    title = "A note is one line of at most 140 characters"


class OwnWallet(Invalid):
    code = "own_wallet"
    title = "Money cannot be sent to oneself"


class NoSuchReceiver(NotFound):
    code = "no_such_receiver"
    title = "Nobody here has this number, name or handle"


class ReceiverCannot(Conflict):
    code = "receiver_cannot_receive"
    title = "This person cannot receive money now"


class BalanceCap(Conflict):
    """``extra``: ``most`` (minor units)."""

    code = "balance_cap"
    title = "The wallet that is to get this may not hold as much"


class OverLimit(Forbidden):
    """``extra``: ``limit`` (payment, day, month), ``whose`` (tier, own), ``most``, ``left`` (minor units)."""

    code = "over_limit"
    title = "That is more than your limit allows"


class BadLimit(Invalid):
    code = "bad_limit"
    title = "A limit is an amount above zero, and not above what your level allows"


class PaymentRefused(Forbidden):
    """Risk rules said no. The reasons are for operators, not for who was refused."""

    code = "payment_refused"
    title = "This payment was not let through; nothing has moved"


class NoSuchPayment(NotFound):
    code = "no_such_payment"
    title = "There is no such payment, or it is not yours"


class NotAllowed(Forbidden):
    code = "not_your_payment"
    title = "You may not do that with this payment"


class NotRefundable(Conflict):
    """``extra``: ``left`` (minor units that can still be given back)."""

    code = "not_refundable"
    title = "This payment cannot be given back, or not as much of it"


# Requests, reminders, handles, top-ups


class NoSuchRequest(NotFound):
    code = "no_such_request"
    title = "There is no such request (any more)"


class BadRequest(Conflict):
    """``extra``: ``state``."""

    code = "request_not_open"
    title = "This request is no longer open"


class TooManyRequests(TooMany):
    code = "too_many_requests"
    title = "That is too many open requests; wait until some are answered"


class NoSuchReminder(NotFound):
    code = "no_such_reminder"
    title = "There is no such reminder"


class TooManyReminders(TooMany):
    code = "reminded_too_often"
    title = "They were reminded not long ago"


class BadTime(Invalid):
    code = "bad_time"
    title = "This time cannot be used"


class BadHandle(Invalid):
    code = "bad_handle"
    title = "A handle has 3 to 30 letters, digits, dots, dashes or underscores, and begins with a letter"


class HandleTaken(Conflict):
    code = "handle_taken"
    title = "This handle is taken"


class TooManyHandles(Conflict):
    code = "too_many_handles"
    title = "There are five handles already; let one go first"


NoGateway = payments.errors.NoGateway


class NoSuchTopup(NotFound):
    code = "no_such_topup"
    title = "There is no such payment from outside"
