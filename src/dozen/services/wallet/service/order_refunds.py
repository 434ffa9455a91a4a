"""Refunds of what shops took: in part or whole, never above what was captured, also at the same moment."""

from __future__ import annotations

import msgspec

from dozen.core import ledger
from dozen.db import Tx
from dozen.kit import ids, money
from dozen.kit.env import Env
from dozen.kit.text import clean
from dozen.services.wallet.errors.merchants import (
    BadRefund,
    NoSuchRefund,
    RefundDone,
    RefundTooLarge,
    WrongState,
)
from dozen.services.wallet.queries import merchants as merchant_queries
from dozen.services.wallet.queries import orders as queries
from dozen.services.wallet.queries.orders import Span
from dozen.services.wallet.service import (
    moving,
    order_states,
    orders,
    refunding,
    settling,
    shop_events,
    shop_metadata,
)
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.limits import day_of
from dozen.services.wallet.service.movements import Standing
from dozen.services.wallet.structs import Payment, PaymentState
from dozen.services.wallet.structs.merchants import Intent, Refund, RefundState, Shop

REASONS = ("duplicate", "fraudulent", "requested_by_customer")
_STATES: dict[PaymentState, RefundState] = {
    "done": "succeeded",
    "review": "pending",
    "authorised": "pending",
    "pending": "pending",
    "voided": "canceled",
}


def create(
    tx: Tx,
    shop: Shop,
    intent_id: int,
    amount: int | None = None,
    *,
    reason: str = "",
    metadata: dict[str, str] | None = None,
    note: str = "",
) -> Refund:
    """Give back what is left of a payment, or ``amount`` of it; the house gives back its fee in the same
    share.

    Raises NoSuchIntent, WrongState (nothing was captured), RefundTooLarge, BadRefund, BadMetadata,
    InsufficientFunds (the shop has not got it), ReceiverCannot, and what the ledger raises.
    """
    intent = orders.lock_both(tx, shop, intent_id)
    if intent.state != "succeeded" or intent.payment_id is None:
        raise WrongState("Only what was captured can be given back", state=intent.state)
    left = intent.received - intent.refunded
    give = left if amount is None else amount
    if reason and reason not in REASONS:
        raise BadRefund(fields={"reason": f"One of {', '.join(REASONS)}"})
    if amount is not None and (type(amount) is not int or amount <= 0):
        raise BadRefund(fields={"amount": "A whole number of minor units, above zero"})
    if not 0 < give <= left:
        most = money.text(left, intent.currency)
        raise RefundTooLarge(f"At most {most} can be given back" if left else None, left=left)
    labels = shop_metadata.checked(metadata or {})
    receipt = refunding.refund(
        tx,
        shop.person,
        intent.payment_id,
        give,
        note=clean(note)[: moving.MOST_NOTE],
        detail={"shop": shop.merchant.name, "order": intent.reference},
        proof=Standing("merchant", shop.id),
    )
    intent = order_states.save(tx, msgspec.structs.replace(intent, refunded=intent.refunded + give))
    made = Refund(
        id=tx.next_id(),
        merchant=shop.id,
        live=shop.live,
        intent_id=intent.id,
        payment_id=receipt.payment.subject,
        refund_id=receipt.payment.id,
        amount=give,
        currency=intent.currency,
        fee=_fee_back(tx, receipt.payment),
        reason=reason,
        state=_STATES.get(receipt.payment.state, "failed"),
        metadata=labels,
        changed_at=tx.now,
    )
    queries.add_refund(tx, **msgspec.structs.asdict(made))
    _say(tx, "refund.created", made)
    if made.state == "succeeded":
        _count(tx, made)
        _say_charge(tx, intent)
    return made


def get(tx: Tx, shop: Shop, refund_id: int) -> Refund:
    """Raises NoSuchRefund."""
    found = queries.refund.first(tx, merchant=shop.id, live=shop.live, id=refund_id)
    if found is None:
        raise NoSuchRefund
    return found


def page(
    tx: Tx,
    shop: Shop,
    *,
    intent_id: int | None = None,
    before: int = ids.MAX,
    after: int = 0,
    limit: int = 20,
    up: bool = False,
) -> list[Refund]:
    return queries.refunds_page(tx, shop.id, shop.live, Span(before, after, limit, up), intent_id=intent_id)


def update(tx: Tx, shop: Shop, refund_id: int, metadata: dict[str, str]) -> Refund:
    """Raises NoSuchRefund, BadMetadata."""
    found = get(tx, shop, refund_id)
    after = _put(tx, msgspec.structs.replace(found, metadata=shop_metadata.merged(found.metadata, metadata)))
    _say(tx, "refund.updated", after)
    return after


def cancel(tx: Tx, shop: Shop, refund_id: int) -> Refund:
    """Only one that is still being looked at. Raises NoSuchRefund, RefundDone."""
    found = get(tx, shop, refund_id)
    if found.state != "pending":
        raise RefundDone(state=found.state)
    settling.drop(tx, found.refund_id, "voided")
    return get(tx, shop, refund_id)


# Inside


def changed(tx: Tx, payment: Payment, before: PaymentState | None) -> None:
    """Hung on where money moves: what becomes of a refund that was looked at first."""
    if before is None or before == payment.state:
        return
    found = queries.refund_by_payment_for_update.first(tx, payment=payment.id)
    state = _STATES.get(payment.state, "failed")
    if found is None or found.state != "pending" or state == "pending":
        return
    after = _put(tx, msgspec.structs.replace(found, state=state, fee=_fee_back(tx, payment)))
    intent = queries.intent_by_id_for_update.first(tx, id=found.intent_id)
    assert intent is not None
    if state == "succeeded":
        _count(tx, after)
        _say_charge(tx, intent)
    else:
        order_states.save(tx, msgspec.structs.replace(intent, refunded=intent.refunded - found.amount))
    _say(tx, "refund.failed" if state == "failed" else "refund.updated", after)


def register(env: Env) -> None:
    env.part(Hooks).on_change("refund", changed)


def _fee_back(tx: Tx, payment: Payment) -> int:
    """What the house gave back with it."""
    if payment.transfer_id is None:
        return 0
    fees = moving.fees(tx, payment.currency)
    made = ledger.one_transfer(tx, payment.transfer_id)
    return -sum(each.amount for each in made.postings if each.account_id == fees)


def _count(tx: Tx, made: Refund) -> None:
    merchant_queries.bump(
        tx,
        merchant=made.merchant,
        live=made.live,
        currency=made.currency,
        day=day_of(tx.now),
        count=0,
        gross=0,
        fees=-made.fee,
        refunds=1,
        refunded=made.amount,
    )


def _say(tx: Tx, type_: str, made: Refund) -> None:
    shop_events.say(tx, made.merchant, made.live, type_, made.id, refund=made)


def _say_charge(tx: Tx, intent: Intent) -> None:
    payment = orders.payment_of(tx, intent)
    assert payment is not None
    shop_events.say(
        tx, intent.merchant, intent.live, "charge.refunded", intent.id, intent=intent, payment=payment
    )


def _put(tx: Tx, after: Refund) -> Refund:
    after = msgspec.structs.replace(after, changed_at=tx.now)
    queries.change_refund(
        tx,
        refund=after.id,
        new_state=after.state,
        new_fee=after.fee,
        new_metadata=after.metadata,
        now=tx.now,
    )
    return after
