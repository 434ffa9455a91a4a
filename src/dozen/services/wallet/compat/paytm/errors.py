"""Refusals in the protocol's shape: HTTP 200, and a result status, code and message."""

from __future__ import annotations

from dozen.kit.errors import Fault, Invalid, TooMany, Unavailable
from dozen.services.wallet.errors import InsufficientFunds
from dozen.services.wallet.errors import merchants as shop


class Refused(Fault):
    """``status`` F for what begins a payment, TXN_FAILURE for the rest."""

    code = "paytm_refused"

    def __init__(self, result: str, message: str) -> None:
        super().__init__(message)
        self.result = result


BAD_REQUEST = ("1001", "Request parameters are not valid")
OTHER_HOST = ("1001", "callbackUrl is not on a host that this shop has listed for its merchant id")
BAD_CHECKSUM = ("2005", "Checksum provided is invalid")
BAD_AMOUNT = ("2007", "Txn amount is invalid")
OTHER_MID = ("2013", "Mid in the query param does not match with the Mid sent in the request")
OTHER_ORDER = ("2014", "OrderId in the query param does not match with the OrderId sent in the request")
INCONSISTENT = ("2023", "Repeat Request Inconsistent")
NO_ORDER = ("334", "Invalid Order ID")
NO_SHOP = ("335", "Mid is invalid")
MISMATCH = ("330", "Checksum mismatch")
NOT_REFUNDABLE = ("607", "Refund can not be initiated for a cancelled or unpaid transaction")
REPEATED = ("617", "Refund Already Raised")
BAD_REFUND = ("619", "Invalid refund amount")
NO_REFUND = ("631", "Record not found")
RESTRICTED = ("600", "Invalid refund request or restricted by bank")
SYSTEM = ("501", "System Error")
TOO_MANY = ("501", "Too many requests, please wait a moment")


def result_of(fault: Fault) -> tuple[str, str]:
    """Code and message."""
    if isinstance(fault, Refused):
        return fault.result, fault.detail
    if isinstance(fault, TooMany):
        return TOO_MANY
    if isinstance(fault, Unavailable) or fault.status >= 500:
        return SYSTEM
    if isinstance(fault, shop.RefundTooLarge | shop.BadRefund):
        return BAD_REFUND
    if isinstance(fault, shop.WrongState):
        return NOT_REFUNDABLE
    if isinstance(fault, InsufficientFunds):
        return RESTRICTED
    if isinstance(fault, shop.OtherHost):
        return OTHER_HOST
    if isinstance(fault, shop.BadIntent) and "amount" in fault.fields:
        return BAD_AMOUNT
    if isinstance(fault, Invalid) or fault.status < 500:
        return BAD_REQUEST
    return SYSTEM
