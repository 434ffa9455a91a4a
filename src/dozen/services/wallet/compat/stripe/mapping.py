"""Our things as this protocol's objects. Clients read attributes, so every documented key is there."""

from __future__ import annotations

from typing import Any

import msgspec

from dozen.core import ledger
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.kit.env import Env
from dozen.services.wallet.compat.stripe import ids as names
from dozen.services.wallet.compat.stripe.ids import maybe, show
from dozen.services.wallet.queries import payments as payment_queries
from dozen.services.wallet.service import order_links, order_states
from dozen.services.wallet.structs import Payment
from dozen.services.wallet.structs.merchants import (
    Customer,
    Event,
    Intent,
    Merchant,
    Method,
    Refund,
    Settlement,
    Webhook,
)

Object = dict[str, Any]
EVENTS = {
    "intent.created": "payment_intent.created",
    "intent.requires_action": "payment_intent.requires_action",
    "intent.processing": "payment_intent.processing",
    "intent.amount_capturable": "payment_intent.amount_capturable_updated",
    "intent.succeeded": "payment_intent.succeeded",
    "intent.failed": "payment_intent.payment_failed",
    "intent.canceled": "payment_intent.canceled",
    "charge.succeeded": "charge.succeeded",
    "charge.captured": "charge.captured",
    "charge.refunded": "charge.refunded",
    "refund.created": "refund.created",
    "refund.updated": "refund.updated",
    "refund.failed": "refund.failed",
    "customer.created": "customer.created",
    "customer.updated": "customer.updated",
    "customer.deleted": "customer.deleted",
    "method.attached": "payment_method.attached",
    "method.detached": "payment_method.detached",
    "settlement.paid": "payout.paid",
    "settlement.failed": "payout.failed",
    "transfer.created": "transfer.created",
}
CARDS = {
    "visa": ("visa", "4242"),
    "mastercard": ("mastercard", "4444"),
    "authenticationRequired": ("visa", "3155"),
    "threeDSecure2Required": ("visa", "3220"),
    "chargeDeclined": ("visa", "0002"),
    "chargeDeclinedInsufficientFunds": ("visa", "9995"),
    "chargeDeclinedLostCard": ("visa", "9987"),
    "chargeDeclinedStolenCard": ("visa", "9979"),
    "chargeDeclinedExpiredCard": ("visa", "0069"),
}


def seconds(snowflake: int) -> int:
    return ids.moment(snowflake) // clock.SECOND


def at(ms: int | None) -> int | None:
    return None if ms is None else ms // clock.SECOND


def client_secret(env: Env, intent_id: int) -> str:
    return f"{show(names.INTENT, intent_id)}_secret_{order_links.secret(env, intent_id)}"


def intent(env: Env, found: Intent) -> Object:
    return {
        "id": show(names.INTENT, found.id),
        "object": "payment_intent",
        "amount": found.amount,
        "amount_capturable": found.capturable,
        "amount_details": {"tip": {}},
        "amount_received": found.received,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "canceled_at": at(found.canceled_at),
        "cancellation_reason": found.cancel_reason or None,
        "capture_method": found.capture,
        "client_secret": client_secret(env, found.id),
        "confirmation_method": "automatic",
        "created": seconds(found.id),
        "currency": found.currency.lower(),
        "customer": maybe(names.CUSTOMER, found.customer_id),
        "description": found.description or None,
        "last_payment_error": _failure(found),
        "latest_charge": maybe(names.CHARGE, found.payment_id),
        "livemode": found.live,
        "metadata": found.metadata,
        "next_action": _next_action(env, found),
        "on_behalf_of": None,
        "payment_method": maybe(names.METHOD, found.method_id),
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["wallet"] if found.live else ["card", "wallet"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": "off_session" if found.save_method else None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": found.state,
        "transfer_data": None,
        "transfer_group": None,
    }


def _failure(found: Intent) -> Object | None:
    if found.failure is None:
        return None
    return {
        "charge": None,
        "code": found.failure.code,
        "decline_code": found.failure.decline,
        "message": found.failure.message,
        "param": None,
        "payment_method": None,
        "type": "card_error",
    }


def _next_action(env: Env, found: Intent) -> Object | None:
    if found.state != "requires_action":
        return None
    return {
        "type": "redirect_to_url",
        "redirect_to_url": {
            "return_url": found.return_url or None,
            "url": env.settings.url + order_links.link(env, found.id),
        },
    }


def charge(found: Intent, payment: Payment) -> Object:
    mine = found.payment_id == payment.id
    captured = payment.state == "done"
    bad = payment.state in ("declined", "failed") or (payment.state == "expired" and not mine)
    refunded = found.refunded if mine else payment.refunded
    return {
        "id": show(names.CHARGE, payment.id),
        "object": "charge",
        "amount": payment.amount,
        "amount_captured": payment.captured,
        "amount_refunded": refunded,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": maybe(names.TRANSACTION, payment.transfer_id),
        "billing_details": _billing(),
        "calculated_statement_descriptor": None,
        "captured": captured,
        "created": seconds(payment.id),
        "currency": payment.currency.lower(),
        "customer": maybe(names.CUSTOMER, found.customer_id),
        "description": found.description or None,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": "card_declined" if bad else None,
        "failure_message": order_states.NOT_LET_THROUGH.message if bad else None,
        "fraud_details": {},
        "livemode": found.live,
        "metadata": found.metadata,
        "outcome": None,
        "paid": not bad and payment.state in ("done", "authorised"),
        "payment_intent": show(names.INTENT, found.id),
        "payment_method": maybe(names.METHOD, found.method_id) if mine else None,
        "payment_method_details": {"type": "wallet", "wallet": {}},
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": captured and refunded == payment.captured,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "failed" if bad else "pending" if payment.state in ("review", "pending") else "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def refunds(tx: Tx, found: list[Refund]) -> list[Object]:
    """With the ids of the movements that gave back."""
    moved = {
        each.id: each.transfer_id
        for each in payment_queries.by_ids.all(tx, ids=[each.refund_id for each in found])
    }
    return [refund(each, moved.get(each.refund_id)) for each in found]


def refund(found: Refund, transfer_id: int | None) -> Object:
    return {
        "id": show(names.REFUND, found.id),
        "object": "refund",
        "amount": found.amount,
        "balance_transaction": maybe(names.TRANSACTION, transfer_id),
        "charge": show(names.CHARGE, found.payment_id),
        "created": seconds(found.id),
        "currency": found.currency.lower(),
        "destination_details": None,
        "failure_balance_transaction": None,
        "failure_reason": "declined" if found.state == "failed" else None,
        "metadata": found.metadata,
        "payment_intent": show(names.INTENT, found.intent_id),
        "reason": found.reason or None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": found.state,
        "transfer_reversal": None,
    }


def customer(found: Customer) -> Object:
    if found.deleted_at is not None:
        return {"id": show(names.CUSTOMER, found.id), "object": "customer", "deleted": True}
    return {
        "id": show(names.CUSTOMER, found.id),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": seconds(found.id),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": found.description or None,
        "discount": None,
        "email": found.email or None,
        "invoice_prefix": None,
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": found.live,
        "metadata": found.metadata,
        "name": found.name or None,
        "phone": found.phone or None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def _billing() -> Object:
    return {
        "address": {
            "city": None,
            "country": None,
            "line1": None,
            "line2": None,
            "postal_code": None,
            "state": None,
        },
        "email": None,
        "name": None,
        "phone": None,
        "tax_id": None,
    }


def method(found: Method) -> Object:
    made: Object = {
        "id": show(names.METHOD, found.id),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": _billing(),
        "created": seconds(found.id),
        "customer": maybe(names.CUSTOMER, found.customer_id),
        "livemode": found.live,
        "metadata": found.metadata,
        "type": found.kind,
    }
    if found.kind == "card":
        brand, last4 = CARDS.get(found.behaviour, ("visa", "4242"))
        made["card"] = {
            "brand": brand,
            "checks": None,
            "country": None,
            "display_brand": brand,
            "exp_month": 12,
            "exp_year": 2040,
            "fingerprint": None,
            "funding": "credit",
            "generated_from": None,
            "last4": last4,
            "networks": {"available": [brand], "preferred": None},
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        }
    else:
        made["wallet"] = {
            "approved": found.state == "approved",
            "currency": found.currency.lower() or None,
            "monthly_cap": found.cap or None,
        }
    return made


def payout(found: Settlement) -> Object:
    return {
        "id": show(names.PAYOUT, found.id),
        "object": "payout",
        "amount": found.amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": seconds(found.id),
        "automatic": found.cause == "schedule",
        "balance_transaction": show(names.TRANSACTION, found.payment_id),
        "created": seconds(found.id),
        "currency": found.currency.lower(),
        "description": found.note or None,
        "destination": None,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": found.live,
        "metadata": found.metadata,
        "method": "instant",
        "original_payout": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": found.state,
        "type": "bank_account",
    }


def transfer(found: Settlement) -> Object:
    made = show(names.TRANSFER, found.id)
    return {
        "id": made,
        "object": "transfer",
        "amount": found.amount,
        "amount_reversed": 0,
        "balance_transaction": show(names.TRANSACTION, found.payment_id),
        "created": seconds(found.id),
        "currency": found.currency.lower(),
        "description": found.note or None,
        "destination": show(names.ACCOUNT, found.to_merchant),
        "destination_payment": None,
        "livemode": found.live,
        "metadata": found.metadata,
        "reversals": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/transfers/{made}/reversals",
        },
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": None,
    }


def balance(live: bool, found: list[ledger.Balance]) -> Object:
    def part(amount: int, currency: str) -> Object:
        return {"amount": amount, "currency": currency.lower(), "source_types": {"card": amount}}

    return {
        "object": "balance",
        "available": [part(each.balance - each.held, each.account.currency) for each in found],
        "livemode": live,
        "pending": [part(each.held, each.account.currency) for each in found],
    }


def transaction(
    transfer_id: int, moment: int, currency: str, net: int, fee: int, kind: str, source: str | None, note: str
) -> Object:
    """A movement in the shop's account. ``net`` is signed; ``fee`` what the house kept (negative: gave
    back)."""
    details = [
        {
            "amount": fee,
            "application": None,
            "currency": currency.lower(),
            "description": "Processing fee",
            "type": "stripe_fee",
        }
    ]
    return {
        "id": show(names.TRANSACTION, transfer_id),
        "object": "balance_transaction",
        "amount": net + fee,
        "available_on": at(moment),
        "balance_type": "payments",
        "created": at(moment),
        "currency": currency.lower(),
        "description": note or None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": details if fee else [],
        "net": net,
        "reporting_category": kind,
        "source": source,
        "status": "available",
        "type": kind,
    }


def account(found: Merchant, live: bool, currency: str) -> Object:
    return {
        "id": show(names.ACCOUNT, found.id),
        "object": "account",
        "business_profile": {"name": found.name, "url": found.website or None, "support_email": None},
        "charges_enabled": found.state == "open",
        "created": seconds(found.id),
        "default_currency": currency.lower(),
        "details_submitted": True,
        "email": found.email or None,
        "livemode": live,
        "metadata": {},
        "payouts_enabled": found.state == "open",
        "type": "standard",
    }


def webhook(found: Webhook, secret: str = "") -> Object:
    made: Object = {
        "id": show(names.WEBHOOK, found.id),
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": seconds(found.id),
        "description": found.description or None,
        "enabled_events": list(found.events),
        "livemode": found.live,
        "metadata": found.metadata,
        "status": "enabled" if found.enabled else "disabled",
        "url": found.url,
    }
    if secret:
        made["secret"] = secret
    return made


def event(env: Env, found: Event, waiting: int, version: str) -> Object:
    return {
        "id": show(names.EVENT, found.id),
        "object": "event",
        "api_version": version,
        "created": seconds(found.id),
        "data": {"object": _thing(env, found)},
        "livemode": found.live,
        "pending_webhooks": waiting,
        "request": {"id": None, "idempotency_key": None},
        "type": EVENTS.get(found.type, found.type),
    }


def _thing(env: Env, found: Event) -> Object:
    """What it is about, as it was then."""
    data = found.data
    if "payment" in data:
        return charge(msgspec.convert(data["intent"], Intent), msgspec.convert(data["payment"], Payment))
    if "intent" in data:
        return intent(env, msgspec.convert(data["intent"], Intent))
    if "refund" in data:
        return refund(msgspec.convert(data["refund"], Refund), None)
    if "customer" in data:
        return customer(msgspec.convert(data["customer"], Customer))
    if "method" in data:
        return method(msgspec.convert(data["method"], Method))
    settlement = msgspec.convert(data["settlement"], Settlement)
    return transfer(settlement) if settlement.to_merchant else payout(settlement)
