"""What can go wrong with payments. Codes are public and stable; no money has moved when one is raised."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Forbidden, Invalid, Malformed, NotFound, TooLarge


class NoGateway(Conflict):
    """No gateway is set up (``DOZEN_GATEWAY_URL``), or none of that name. Asking again cannot help."""

    code = "no_gateway"
    title = "Payments by card or bank are not set up here"


class NoSuchCharge(NotFound):
    code = "no_such_charge"
    title = "There is no such payment"


class NoSuchRefund(NotFound):
    code = "no_such_refund"
    title = "There is no such refund"


class NoSuchPayout(NotFound):
    code = "no_such_payout"
    title = "There is no such payout"


class NoSuchMethod(NotFound):
    code = "no_such_payment_method"
    title = "There is no such saved payment method"


class NoSuchDifference(NotFound):
    code = "no_such_difference"
    title = "There is no such difference"


class NoSuchSettlement(NotFound):
    code = "no_such_settlement"
    title = "There is no such settlement"


class BadPayment(Invalid):
    """``fields`` says what cannot be accepted."""

    code = "bad_payment"
    title = "This payment cannot be made so"


class KeyReused(Conflict):
    code = "idempotency_key_reused"
    title = "This idempotency key was used for another request"


class MethodNotReady(Conflict):
    code = "payment_method_not_ready"
    title = "This saved payment method cannot be used for that"


class TooManyMethods(Conflict):
    code = "too_many_payment_methods"
    title = "There are too many saved payment methods; remove one first"


class NotCapturable(Conflict):
    code = "not_capturable"
    title = "Only an authorised payment can be captured, and at most what was authorised"


class NotCancellable(Conflict):
    code = "not_cancellable"
    title = "This payment is over; it can only be refunded"


class NotRefundable(Conflict):
    """``extra``: ``left`` (minor units that can still be refunded)."""

    code = "not_refundable"
    title = "This payment cannot be given back, or not as much of it"


class AlreadyResolved(Conflict):
    code = "already_resolved"
    title = "This difference was resolved before"


class NotYours(Forbidden):
    code = "not_your_account"
    title = "Money can only be paid out from one's own account"


class NotOperator(Forbidden):
    code = "not_operator"
    title = "This is for the people who run the place"


class BadWebhook(Malformed):
    """Its signature is not the gateway's, or it is too old, or it cannot be read. Nothing moved."""

    code = "bad_webhook"
    title = "This is no message of the gateway's"


class BadSettlement(Invalid):
    code = "bad_settlement_file"
    title = "This settlement file cannot be read"


class SettlementTooLarge(TooLarge):
    code = "settlement_file_too_large"
    title = "This settlement file is too large"
