"""The five calls of shops, the hosted page, and the signed way back."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from dozen.db import Duplicate, Tx
from dozen.kit import clock, crypto, money
from dozen.kit.errors import Fault
from dozen.services.wallet.compat.paytm import checksum, errors, mapping, wire
from dozen.services.wallet.compat.paytm.door import BEGIN, LIMIT, door, order_of, read, signed, token
from dozen.services.wallet.compat.paytm.errors import Refused
from dozen.services.wallet.errors.merchants import IntentExpired, NoSuchIntent
from dozen.services.wallet.queries import paytm as queries
from dozen.services.wallet.queries.paytm import PaytmOrder
from dozen.services.wallet.service import (
    merchant_hosts,
    merchant_keys,
    order_links,
    order_refunds,
    orders,
    paying,
)
from dozen.services.wallet.structs.merchants import Intent, Shop
from dozen.web import Call, Form, Page, Redirect, Reply

TOKEN_LASTS = 15 * clock.MINUTE
_ORDER = re.compile(r"[A-Za-z0-9_@.-]{1,50}")
_RETURNED = "/theia/api/v1/returned"
_BACK = "paytm.back"


@door.post(BEGIN, access="public", limit=LIMIT)
def initiate(call: Call, data: wire.Envelope, mid: str = "", orderId: str = "") -> Reply[Any]:  # noqa: N803
    """Begin a payment; the token is for the hosted page."""
    tx = call.tx
    asked, shop, key = read(tx, data, wire.Initiate, begins=True)
    if mid != asked.mid:
        raise Refused(*errors.OTHER_MID)
    if orderId != asked.order_id:
        raise Refused(*errors.OTHER_ORDER)
    amount = _amount(asked.txn_amount.value, asked.txn_amount.currency)
    if not _ORDER.fullmatch(asked.order_id) or asked.request_type != "Payment":
        raise Refused(*errors.BAD_REQUEST)
    if asked.callback_url:
        order_links.checked_return_url(tx.env, shop, asked.callback_url)
        merchant_hosts.must_be_known(tx, shop, asked.callback_url)
    order = queries.order.first(tx, mid=mid, order=asked.order_id)
    if order is None:
        try:
            with tx.savepoint():
                order = _begun(tx, shop, asked, amount)
            return signed(_token(tx, order, "0000", "Success"), key)
        except Duplicate:  # begun at this very moment by another request
            order = queries.order.first(tx, mid=mid, order=asked.order_id)
    assert order is not None
    intent = orders.get(tx, shop, order.intent_id)
    same = (intent.amount, intent.currency, order.callback_url) == (
        amount,
        asked.txn_amount.currency,
        asked.callback_url,
    )
    if not same or intent.state != "requires_action" or intent.expires_at <= tx.now:
        raise Refused(*errors.INCONSISTENT)
    return signed(_token(tx, order, "0002", "Success Idempotent"), key)


def _begun(tx: Tx, shop: Shop, asked: wire.Initiate, amount: int) -> PaytmOrder:
    state = tx.env.cursors.seal(_BACK, asked.mid, asked.order_id)
    intent = orders.create(
        tx,
        shop,
        orders.NewIntent(
            amount=amount,
            currency=asked.txn_amount.currency,
            reference=asked.order_id,
            return_url=f"{tx.env.settings.url}{_RETURNED}?{urlencode({'state': state})}",
            lasts=TOKEN_LASTS,
        ),
    )
    order = PaytmOrder(
        asked.mid,
        asked.order_id,
        intent.id,
        asked.callback_url,
        asked.website_name[:50],
        asked.user_info.cust_id[:100],
        tx.now,
    )
    queries.add_order(
        tx, mid=order.mid, order_id=order.order_id, intent_id=order.intent_id,
        callback_url=order.callback_url, website=order.website, customer=order.customer, made_at=tx.now,
    )  # fmt: skip
    paying.request(tx, shop, intent.id)
    return order


def _token(tx: Tx, order: PaytmOrder, code: str, message: str) -> dict[str, Any]:
    return {
        "resultInfo": mapping.result("S", code, message),
        "txnToken": token(tx.env, order),
        "isPromoCodeValid": False,
        "authenticated": False,
    }


@door.post("/theia/api/v1/showPaymentPage", access="public", limit=LIMIT, media="text/html")
def hosted(call: Call, form: Form, mid: str = "", orderId: str = "") -> Page | Redirect:  # noqa: N803
    """From the shop's page, by the payer's browser: to our page on which it is approved."""
    tx = call.tx
    order = queries.order.first(
        tx, mid=(form.get("mid") or mid)[:50], order=(form.get("orderId") or orderId)[:50]
    )
    if order is None or not crypto.same(form.get("txnToken"), token(call.env, order)):
        return _trouble(NoSuchIntent("This link to pay is not one of ours; begin again in the shop"))
    known = merchant_keys.signing_key(tx, order.mid)
    if known is None:
        return _trouble(NoSuchIntent())
    intent = orders.get(tx, known[0], order.intent_id)
    if intent.state == "requires_action" and intent.expires_at <= tx.now:
        return _trouble(IntentExpired("The time to pay this is over; begin again in the shop"))
    return Redirect(order_links.link(call.env, intent.id))


def _trouble(fault: Fault) -> Page:
    page = Page(
        "error.html",
        status=fault.status,
        title=fault.title,
        happened=fault.detail if fault.detail != fault.title else "",
        unchanged="Nothing was changed.",
        typed="",
        todo=[("Your wallet", "/wallet")],
        request_id="",
    )
    page.values["status"] = fault.status
    return page


@door.get(_RETURNED, access="public", limit=LIMIT, media="text/html")
def returned(call: Call, state: str = "") -> Reply[Any]:
    """From our page back to the shop: a form with the signed outcome, sent by the payer's browser."""
    tx = call.tx
    mid, order_id = call.cursors.open(_BACK, state)
    known = merchant_keys.signing_key(tx, mid)
    if known is None:
        raise Refused(*errors.NO_SHOP)
    shop, key = known
    order, intent = order_of(tx, shop, mid, order_id)
    fields = sealed(order, intent, key)
    # The shop may send the browser on to another of its hosts: form-action holds for that, too.
    origins = " ".join(merchant_hosts.origins(tx, shop, order.callback_url)) if order.callback_url else ""
    page = Page(
        "wallet/merchant_return.html",
        fields=sorted(fields.items()),
        to=order.callback_url,
        website=shop.merchant.website,
        shop=shop.merchant,
        paid=fields["STATUS"] == "TXN_SUCCESS",
    )
    body = call.server.frame.render(page).encode()
    policy = (
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {origins}".rstrip()
    )
    headers = [("content-security-policy", policy), ("referrer-policy", "no-referrer")]
    return Reply(body, media="text/html; charset=utf-8", headers=headers)


def sealed(order: PaytmOrder, intent: Intent, key: str) -> dict[str, str]:
    """The callback's fields with their checksum."""
    fields = mapping.callback(order, intent)
    return {**fields, "CHECKSUMHASH": checksum.sign(checksum.text_of(fields), key)}


@door.post("/v3/order/status", access="public", limit=LIMIT)
def status(call: Call, data: wire.Envelope) -> Reply[Any]:
    """What became of an order."""
    asked, shop, key = read(call.tx, data, wire.Status)
    return signed(mapping.status(*order_of(call.tx, shop, asked.mid, asked.order_id)), key)


@door.post("/refund/apply", access="public", limit=LIMIT)
def refund(call: Call, data: wire.Envelope) -> Reply[Any]:
    """Give back; under the same ``refId`` once."""
    tx = call.tx
    asked, shop, key = read(tx, data, wire.Refund)
    order, intent = order_of(tx, shop, asked.mid, asked.order_id)
    if asked.txn_id != mapping.txn_id(intent) or not _ORDER.fullmatch(asked.ref_id):
        raise Refused(*errors.BAD_REQUEST)
    orders.lock_both(tx, shop, intent.id)
    if queries.refund.first(tx, mid=asked.mid, order=asked.order_id, ref=asked.ref_id) is not None:
        raise Refused(*errors.REPEATED)
    amount = _amount(asked.refund_amount, intent.currency, errors.BAD_REFUND)
    made = order_refunds.create(tx, shop, intent.id, amount)
    queries.add_refund(tx, mid=asked.mid, order_id=asked.order_id, ref_id=asked.ref_id, refund_id=made.id)
    return signed(mapping.raised(order, intent, made, asked.ref_id), key)


@door.post("/v2/refund/status", access="public", limit=LIMIT)
def refund_status(call: Call, data: wire.Envelope) -> Reply[Any]:
    """What became of a refund."""
    tx = call.tx
    asked, shop, key = read(tx, data, wire.RefundStatus)
    order, intent = order_of(tx, shop, asked.mid, asked.order_id)
    refund_id = queries.refund.first(tx, mid=asked.mid, order=asked.order_id, ref=asked.ref_id)
    if refund_id is None:
        raise Refused(*errors.NO_REFUND)
    return signed(mapping.refund(order, intent, order_refunds.get(tx, shop, refund_id), asked.ref_id), key)


def _amount(text: str, currency: str, refusal: tuple[str, str] = errors.BAD_AMOUNT) -> int:
    try:
        found = money.parse(text, currency)
    except ValueError as error:
        raise Refused(*refusal) from error
    if found <= 0:
        raise Refused(*refusal)
    return found
