"""Our things in this protocol's words. Texts are plain ASCII without apostrophes: some of the vendor's
libraries take no others."""

from __future__ import annotations

from typing import Any

from dozen.kit import clock, ids, money
from dozen.services.wallet.queries.paytm import PaytmOrder
from dozen.services.wallet.structs.merchants import Intent, Refund

GATEWAY, MODE, TYPE = "WALLET", "PPI", "SALE"


def date(ms: int) -> str:
    """``2026-11-22 13:05:24.0``, UTC."""
    return clock.to_datetime(ms).strftime("%Y-%m-%d %H:%M:%S.0")


def outcome(intent: Intent) -> tuple[str, str, str]:
    """Status, code and message of a payment."""
    if intent.state in ("succeeded", "requires_capture"):
        return "TXN_SUCCESS", "01", "Txn Success"
    if intent.state == "canceled":
        return "TXN_FAILURE", "810", "Transaction Failed"
    if intent.failure is not None:
        return "TXN_FAILURE", "141", "Transaction cancelled by customer"
    return "PENDING", "402", "Looks like the payment is not complete. Please wait while we confirm the status"


def amount(minor: int, intent: Intent) -> str:
    return money.plain(minor, intent.currency)


def txn_id(intent: Intent) -> str:
    return str(intent.id)


def bank_id(intent: Intent) -> str:
    return str(intent.payment_id or "")


def callback(order: PaytmOrder, intent: Intent) -> dict[str, str]:
    """What is sent to the shop's callback address, without its checksum."""
    status, code, message = outcome(intent)
    paid = status == "TXN_SUCCESS"
    return {
        "BANKNAME": GATEWAY if paid else "",
        "BANKTXNID": bank_id(intent),
        "CURRENCY": intent.currency,
        "GATEWAYNAME": GATEWAY,
        "MID": order.mid,
        "ORDERID": order.order_id,
        "PAYMENTMODE": MODE,
        "RESPCODE": code,
        "RESPMSG": message,
        "STATUS": status,
        "TXNAMOUNT": amount(intent.amount, intent),
        "TXNDATE": date(intent.changed_at),
        "TXNID": txn_id(intent),
    }


def result(status: str, code: str, message: str) -> dict[str, str]:
    return {"resultStatus": status, "resultCode": code, "resultMsg": message}


def status(order: PaytmOrder, intent: Intent) -> dict[str, Any]:
    return {
        "resultInfo": result(*outcome(intent)),
        "txnId": txn_id(intent),
        "bankTxnId": bank_id(intent),
        "orderId": order.order_id,
        "txnAmount": amount(intent.amount, intent),
        "txnType": TYPE,
        "gatewayName": GATEWAY,
        "bankName": GATEWAY,
        "mid": order.mid,
        "paymentMode": MODE,
        "refundAmt": amount(intent.refunded, intent),
        "txnDate": date(ids.moment(intent.payment_id or intent.id)),
    }


def raised(order: PaytmOrder, intent: Intent, made: Refund, ref: str) -> dict[str, Any]:
    """A refund that was just asked for."""
    message = "Refund request was raised for this transaction. But it is pending state"
    return {
        "txnTimestamp": date(ids.moment(made.id)),
        "orderId": order.order_id,
        "mid": order.mid,
        "refId": ref,
        "resultInfo": result("PENDING", "601", message),
        "refundId": str(made.id),
        "txnId": txn_id(intent),
        "refundAmount": amount(made.amount, intent),
    }


def refund(order: PaytmOrder, intent: Intent, made: Refund, ref: str) -> dict[str, Any]:
    """What became of a refund."""
    if made.state == "succeeded":
        info = result("TXN_SUCCESS", "10", "Refund Successful")
    elif made.state == "pending":
        info = result(
            "PENDING", "601", "Refund request was raised for this transaction. But it is pending state"
        )
    else:
        info = result("TXN_FAILURE", "629", "Refund is already Failed. Please Initiate another refund")
    return {
        "orderId": order.order_id,
        "mid": order.mid,
        "refId": ref,
        "resultInfo": info,
        "refundId": str(made.id),
        "txnId": txn_id(intent),
        "txnAmount": amount(intent.amount, intent),
        "refundAmount": amount(made.amount, intent),
        "totalRefundAmount": amount(intent.refunded, intent),
        "refundType": "TO_SOURCE",
        "txnTimestamp": date(ids.moment(intent.id)),
        "acceptRefundTimestamp": date(ids.moment(made.id)),
        "acceptRefundStatus": "SUCCESS",
        "userCreditInitiateStatus": "SUCCESS" if made.state == "succeeded" else "PENDING",
        "merchantRefundRequestTimestamp": date(ids.moment(made.id)),
    }
