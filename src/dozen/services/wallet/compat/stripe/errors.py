"""Faults in the protocol's shape: ``{"error": {"type", "code", "param", "message", …}}``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dozen.core import ledger
from dozen.kit.errors import Fault, Forbidden, Invalid, NotFound, TooMany, Unauthenticated, Unavailable
from dozen.services.wallet.errors import BalanceCap, InsufficientFunds
from dozen.services.wallet.errors import merchants as shop
from dozen.web.replies import Header


class BadParam(Invalid):
    """A parameter that cannot be read. ``fields`` has its one name."""

    code = "parameter_invalid"
    title = "A parameter is not what it should be"

    def __init__(self, param: str, message: str, code: str = "") -> None:
        super().__init__(message, fields={param: message})
        self.param = param
        self.said = code


class Missing(NotFound):
    """``what``: the protocol's word for it."""

    code = "resource_missing"

    def __init__(self, what: str, text: str, param: str) -> None:
        super().__init__(f"No such {what}: '{text}'")
        self.param = param


@contextmanager
def missing(what: str, text: str, param: str) -> Iterator[None]:
    """Say of what is not there in which parameter it was named."""
    try:
        yield
    except Missing:
        raise
    except NotFound as error:
        raise Missing(what, text[:100], param) from error


_CODES: dict[type[Fault], tuple[int, str]] = {
    shop.WrongState: (400, "payment_intent_unexpected_state"),
    shop.MethodMissing: (400, "payment_intent_unexpected_state"),
    shop.IntentExpired: (400, "payment_intent_unexpected_state"),
    shop.CaptureExpired: (400, "charge_expired_for_capture"),
    shop.CaptureTooLarge: (400, "amount_too_large"),
    shop.RefundDone: (400, "refund_not_cancelable"),
    shop.MethodTaken: (400, "payment_method_unexpected_state"),
    shop.MethodUsedUp: (400, "payment_method_unexpected_state"),
    shop.BadReturnUrl: (400, "url_invalid"),
    shop.BadWebhookUrl: (400, "url_invalid"),
    shop.NothingToSettle: (400, "balance_insufficient"),
    shop.MerchantClosed: (403, "account_closed"),
    shop.MerchantBlocked: (403, "account_invalid"),
    InsufficientFunds: (400, "balance_insufficient"),
    BalanceCap: (400, "payouts_not_allowed"),
    ledger.errors.HoldExpired: (400, "charge_expired_for_capture"),
}
_PARAMS: dict[type[Fault], str] = {shop.CaptureTooLarge: "amount_to_capture", shop.RefundTooLarge: "amount"}
_NAMES = {"cap": "amount", "events": "enabled_events", "reference": "metadata[order_id]"}


def document(fault: Fault) -> tuple[int, dict[str, Any]]:
    """Status and body."""
    status, kind, code, param = 400, "invalid_request_error", "", ""
    if isinstance(fault, ledger.errors.KeyReused):
        kind = "idempotency_error"
    elif isinstance(fault, ledger.errors.KeyInUse):
        status, kind, code = 409, "idempotency_error", "idempotency_key_in_use"
    elif isinstance(fault, Unauthenticated):
        status, code = 401, "" if type(fault) is Unauthenticated else "api_key_invalid"
    elif isinstance(fault, TooMany):
        status, code = 429, "rate_limit"
    elif isinstance(fault, Unavailable) or fault.status >= 500:
        status, kind, code = max(500, fault.status), "api_error", ""
    elif type(fault) in _CODES:
        status, code = _CODES[type(fault)]
        param = _PARAMS.get(type(fault), "")
    elif isinstance(fault, shop.RefundTooLarge):
        left = fault.extra.get("left")
        code, param = ("amount_too_large", "amount") if left else ("charge_already_refunded", "")
    elif isinstance(fault, Missing):
        status, code, param = 404, "resource_missing", fault.param
    elif isinstance(fault, NotFound):
        status, code = 404, "resource_missing"
    elif isinstance(fault, Forbidden):
        status, code = 403, ""
    elif isinstance(fault, BadParam):
        code = fault.said or ("parameter_missing" if "required" in fault.detail else "parameter_invalid")
        param = fault.param
    elif isinstance(fault, Invalid):
        first = next(iter(fault.fields), "")
        param, code = _NAMES.get(first, first), "parameter_invalid"
    else:
        status, code = (fault.status if fault.status in (404, 405, 409, 413, 415) else 400), fault.code
    error: dict[str, Any] = {"type": kind, "message": fault.detail}
    if code:
        error["code"] = code
    if param:
        error["param"] = param
    return status, {"error": error}


def retries(status: int) -> Header:
    """Whether the same request may be sent again."""
    return "stripe-should-retry", "true" if status in (409, 429) or status >= 500 else "false"


def declined(failure: Any, intent: dict[str, Any]) -> dict[str, Any]:
    """What a payment that could not be taken is answered with, status 402."""
    return {
        "error": {
            "type": "card_error",
            "code": failure.code,
            "decline_code": failure.decline,
            "message": failure.message,
            "payment_intent": intent,
        }
    }
