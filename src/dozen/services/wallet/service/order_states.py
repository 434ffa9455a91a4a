"""How an intent goes from one state to the next.

Its state follows its payment's (:func:`follow`, hung on where money moves), so that what an operator, a job
or the shop does with the money shows in it whichever door it came through.
"""

from __future__ import annotations

import msgspec

from dozen.db import Tx
from dozen.kit.env import Env
from dozen.services.wallet.errors.merchants import WrongState
from dozen.services.wallet.queries import merchants as merchant_queries
from dozen.services.wallet.queries import orders as queries
from dozen.services.wallet.service import shop_events
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.limits import day_of
from dozen.services.wallet.structs import Payment, PaymentState
from dozen.services.wallet.structs.merchants import STEPS, Failure, Intent, IntentState

DECLINED = Failure("card_declined", "generic_decline", "The payer has declined the payment.")
NOT_LET_THROUGH = Failure("card_declined", "generic_decline", "The payment was not let through.")


def step(tx: Tx, intent: Intent, to: IntentState, says: str = "", **fields: object) -> Intent:
    """Bring an intent into another state. Raises WrongState where there is no way."""
    if to not in STEPS[intent.state]:
        raise WrongState(state=intent.state)
    after = save(tx, msgspec.structs.replace(intent, state=to, **fields))
    if says:
        shop_events.say(tx, after.merchant, after.live, says, after.id, intent=after)
    return after


def save(tx: Tx, intent: Intent) -> Intent:
    after = msgspec.structs.replace(intent, changed_at=tx.now)
    queries.change_intent(
        tx,
        intent=after.id,
        new_state=after.state,
        new_amount=after.amount,
        new_reference=after.reference,
        new_description=after.description,
        customer=after.customer_id,
        method=after.method_id,
        saves=after.save_method,
        who=after.payer,
        payment=after.payment_id,
        to_capture=after.capturable,
        got=after.received,
        back=after.refunded,
        new_fee=after.fee,
        until=after.hold_until,
        to=after.return_url,
        new_echo=after.echo,
        new_metadata=after.metadata,
        why=None if after.failure is None else msgspec.to_builtins(after.failure),
        reason=after.cancel_reason,
        canceled=after.canceled_at,
        now=tx.now,
    )
    return after


def follow(tx: Tx, payment: Payment) -> Intent | None:
    """Bring an intent into the state that its payment is in; None when it is no intent's."""
    if payment.kind != "merchant" or not payment.subject or not payment.merchant:
        return None
    intent = queries.intent_by_id_for_update.first(tx, id=payment.subject)
    if intent is None or intent.merchant != payment.merchant or intent.payment_id not in (None, payment.id):
        return None
    state = payment.state
    if state == "done":
        return intent if intent.state == "succeeded" else _paid(tx, intent, payment)
    if state == "authorised":
        after = step(
            tx,
            intent,
            "requires_capture",
            "intent.amount_capturable",
            payment_id=payment.id,
            capturable=payment.amount,
            hold_until=payment.authorise_until,
            failure=None,
        )
        _say_charge(tx, "charge.succeeded", after, payment)
        return after
    if state in ("review", "pending"):
        return step(tx, intent, "processing", "intent.processing", payment_id=payment.id, failure=None)
    if intent.state == "requires_capture":
        return step(
            tx,
            intent,
            "canceled",
            "intent.canceled",
            capturable=0,
            canceled_at=tx.now,
            cancel_reason=intent.cancel_reason or "automatic",
        )
    return fail(tx, intent, NOT_LET_THROUGH)


def fail(tx: Tx, intent: Intent, failure: Failure) -> Intent:
    """A payment could not be taken; another method may be tried."""
    says = "intent.failed"
    fields = {"failure": failure, "payment_id": None, "method_id": None, "payer": 0}
    if intent.state == "requires_payment_method":
        after = save(tx, msgspec.structs.replace(intent, **fields))
        shop_events.say(tx, after.merchant, after.live, says, after.id, intent=after)
        return after
    return step(tx, intent, "requires_payment_method", says, **fields)


def _paid(tx: Tx, intent: Intent, payment: Payment) -> Intent:
    held = intent.state == "requires_capture"
    after = step(
        tx,
        intent,
        "succeeded",
        payment_id=payment.id,
        received=payment.captured,
        capturable=0,
        fee=payment.fee,
        failure=None,
    )
    merchant_queries.bump(
        tx,
        merchant=after.merchant,
        live=after.live,
        currency=after.currency,
        day=day_of(tx.now),
        count=1,
        gross=after.received,
        fees=after.fee,
        refunds=0,
        refunded=0,
    )
    _say_charge(tx, "charge.captured" if held else "charge.succeeded", after, payment)
    shop_events.say(tx, after.merchant, after.live, "intent.succeeded", after.id, intent=after)
    return after


def _say_charge(tx: Tx, type_: str, intent: Intent, payment: Payment) -> None:
    shop_events.say(tx, intent.merchant, intent.live, type_, intent.id, intent=intent, payment=payment)


def changed(tx: Tx, payment: Payment, before: PaymentState | None) -> None:
    """Hung on where money moves: payments change later, after a review or when time is up."""
    if before is not None and before != payment.state:
        follow(tx, payment)


def register(env: Env) -> None:
    env.part(Hooks).on_change("merchant", changed)
