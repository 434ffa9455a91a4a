"""What can go wrong with shops: merchants, their keys, orders, refunds, customers, webhooks."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Fault, Forbidden, Gone, Invalid, NotFound, Unauthenticated

# Merchants and keys


class NoSuchMerchant(NotFound):
    code = "no_such_merchant"
    title = "There is no such shop, or it is not yours"


class BadMerchant(Invalid):
    code = "bad_merchant"
    title = "This shop cannot be registered so"


class TooManyMerchants(Conflict):
    code = "too_many_merchants"
    title = "That is as many shops as one person can have"


class MerchantClosed(Gone):
    code = "merchant_closed"
    title = "This shop is closed"


class MerchantBlocked(Forbidden):
    code = "merchant_blocked"
    title = "This shop is blocked; please ask the people who run the place"


class MerchantInUse(Conflict):
    """``extra``: ``why`` (balance, payments)."""

    code = "merchant_in_use"
    title = "Only a shop with nothing in it and no payment under way can be closed"


class BadKeyName(Invalid):
    code = "bad_key_name"
    title = "A key's name is one line of at most 80 characters"


class BadMerchantKey(Unauthenticated):
    code = "bad_api_key"
    title = "This API key is not valid; it may have been rotated or revoked"


class KeyNotAllowed(Forbidden):
    code = "publishable_key"
    title = "A publishable key may not do that; use a secret one"


class NoSuchKey(NotFound):
    code = "no_such_key"
    title = "There is no such key"


class TooManyKeys(Conflict):
    code = "too_many_keys"
    title = "That is as many keys as a shop can have; revoke one first"


# Orders


class NoSuchIntent(NotFound):
    code = "no_such_intent"
    title = "There is no such payment, or it is not this shop's"


class BadIntent(Invalid):
    code = "bad_intent"
    title = "This payment cannot be made so"


class WrongState(Conflict):
    """``extra``: ``state`` that it is in."""

    code = "intent_wrong_state"
    title = "That cannot be done with this payment as it is"


class IntentExpired(Gone):
    code = "intent_expired"
    title = "The time to pay this is over"


class CaptureExpired(Gone):
    code = "capture_expired"
    title = "The amount was reserved too long ago; it is the payer's again"


class CaptureTooLarge(Conflict):
    """``extra``: ``left`` (minor units)."""

    code = "capture_too_large"
    title = "That is more than is reserved"


class MethodMissing(Conflict):
    code = "method_missing"
    title = "Say first which payment method pays this"


class BadReturnUrl(Invalid):
    code = "bad_return_url"
    title = "People cannot be sent back to this address"


class BadCallbackHost(Invalid):
    code = "bad_callback_host"
    title = "These are not hosts that outcomes can be sent to"


class OtherHost(Forbidden):
    """``extra``: ``host``."""

    code = "other_host"
    title = "This shop has not listed this host; its owner adds it with the shop's keys"


class BadMetadata(Invalid):
    code = "bad_metadata"
    title = "At most 50 entries, names up to 40 and texts up to 500 characters"


class CannotReceive(Fault):
    """Why a payment could not be taken, as the shop is told: nothing of the payer's own affairs."""

    code = "payment_failed"
    status = 402
    title = "The payment could not be taken"


# Refunds


class NoSuchRefund(NotFound):
    code = "no_such_refund"
    title = "There is no such refund"


class BadRefund(Invalid):
    code = "bad_refund"
    title = "This refund cannot be made so"


class RefundTooLarge(Conflict):
    """``extra``: ``left`` (minor units)."""

    code = "refund_too_large"
    title = "That is more than was moved and not yet given back"


class RefundDone(Conflict):
    """``extra``: ``state``."""

    code = "refund_not_pending"
    title = "Only a refund that is still pending can be cancelled"


# Customers and methods


class NoSuchCustomer(NotFound):
    code = "no_such_customer"
    title = "There is no such customer, or it is not this shop's"


class BadCustomer(Invalid):
    code = "bad_customer"
    title = "This customer cannot be kept so"


class NoSuchMethod(NotFound):
    code = "no_such_method"
    title = "There is no such payment method, or it is not this shop's"


class MethodTaken(Conflict):
    code = "method_taken"
    title = "This payment method belongs to a customer already"


class MethodUsedUp(Conflict):
    code = "method_not_usable"
    title = "This payment method can no longer be used"


class BadCap(Invalid):
    code = "bad_cap"
    title = "What may go out each month is an amount above zero"


# Settlements


class NothingToSettle(Conflict):
    code = "nothing_to_settle"
    title = "There is nothing to pay out now"


class BadSettlement(Invalid):
    code = "bad_settlement"
    title = "This cannot be paid out so"


class NoSuchSettlement(NotFound):
    code = "no_such_settlement"
    title = "There is no such settlement"


# Webhooks


class NoSuchWebhook(NotFound):
    code = "no_such_webhook"
    title = "There is no such webhook, or it is not this shop's"


class BadWebhookUrl(Invalid):
    code = "bad_webhook_url"
    title = "This server cannot call that address"


class BadWebhook(Invalid):
    code = "bad_webhook_endpoint"
    title = "This webhook cannot be kept so"


class TooManyWebhooks(Conflict):
    code = "too_many_webhooks"
    title = "That is as many webhooks as a shop can have"


class NoSuchEvent(NotFound):
    code = "no_such_event"
    title = "There is no such event, or it is not this shop's"


class NoSuchDelivery(NotFound):
    code = "no_such_delivery"
    title = "There is no such delivery, or it is not this shop's"
