"""How shops are paid: by a payer who approves on our page, or within a cap that they have allowed.

A payer's own reasons for not paying (their balance, limits, a frozen wallet) are theirs: on the approval
page they are told, and nothing changes; the shop, when it takes money without them, is told little.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from dozen.core import ledger
from dozen.db import Tx
from dozen.kit.errors import Fault, Unavailable
from dozen.kit.text import clip
from dozen.services.wallet.errors import (
    InsufficientFunds,
    OverLimit,
    WalletBlocked,
    WalletClosed,
    WalletFrozen,
)
from dozen.services.wallet.errors.merchants import (
    BadIntent,
    IntentExpired,
    MethodMissing,
    MethodUsedUp,
    WrongState,
)
from dozen.services.wallet.queries import orders as queries
from dozen.services.wallet.service import (
    customers,
    merchants,
    order_links,
    order_states,
    orders,
    pins,
    wallets,
)
from dozen.services.wallet.service.movements import Movement, Party, Standing
from dozen.services.wallet.service.moving import MOST_NOTE, move
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs.merchants import OPEN, Failure, Intent, Method, Shop

TEST_METHODS = {
    "visa": "succeeds",
    "mastercard": "succeeds",
    "authenticationRequired": "asks",
    "threeDSecure2Required": "asks",
    "chargeDeclined": "generic_decline",
    "chargeDeclinedInsufficientFunds": "insufficient_funds",
    "chargeDeclinedLostCard": "lost_card",
    "chargeDeclinedStolenCard": "stolen_card",
    "chargeDeclinedExpiredCard": "expired_card",
}
"""Names of test methods, and what becomes of a rehearsed payment by them."""
ASKS_PAYER = Failure(
    "authentication_required", "authentication_required", "The payer has to approve this payment."
)
_SHORT = Failure("card_declined", "insufficient_funds", "There is not enough money in the payer's wallet.")
_LIMIT = Failure("card_declined", "card_velocity_exceeded", "That is more than the payer's limits allow.")
_OUT = Failure("card_declined", "do_not_honor", "The payer's wallet cannot be used now.")
_EXPIRED_CARD = Failure("expired_card", "expired_card", "This payment method has expired.")


def confirm(
    tx: Tx,
    shop: Shop,
    intent_id: int,
    method_id: int | None = None,
    *,
    return_url: str = "",
    echo: dict[str, str] | None = None,
    off_session: bool = False,
) -> Intent:
    """Have an intent paid: at once where the payer allowed it, by asking them otherwise.

    A method that fails leaves it in ``requires_payment_method`` with a ``failure``: that is a result and no
    fault. Raises NoSuchIntent, WrongState, IntentExpired, MethodMissing, NoSuchMethod, MethodUsedUp,
    BadReturnUrl, MerchantClosed, MerchantBlocked.
    """
    intent = _payable(tx, shop, intent_id)
    used = method_id if method_id is not None else intent.method_id
    if used is None:
        raise MethodMissing
    method = customers.method_locked(tx, shop, used)
    if method.state == "gone":
        raise MethodUsedUp
    if method.customer_id is not None and intent.customer_id not in (None, method.customer_id):
        raise BadIntent(fields={"payment_method": "This payment method belongs to another customer"})
    changes: dict[str, Any] = {"method_id": used}
    if return_url:
        changes["return_url"] = order_links.checked_return_url(tx.env, shop, return_url)
    if echo is not None:
        changes["echo"] = echo
    if intent.state == "requires_payment_method":
        intent = order_states.step(tx, intent, "requires_confirmation", **changes)
    elif intent.state == "requires_action":  # asked again, with another method: back to its beginning
        intent = order_states.step(tx, intent, "requires_payment_method", **changes)
    else:
        intent = order_states.save(tx, replace(intent, **changes))
    if method.behaviour:
        return _rehearse(tx, shop, intent, method, off_session)
    if method.state == "approved" and method.person is not None:
        return _take(tx, shop, intent, method, off_session)
    return order_states.fail(tx, intent, ASKS_PAYER) if off_session else ask(tx, intent)


def request(tx: Tx, shop: Shop, intent_id: int) -> Intent:
    """Ask whoever has the link, without a method. Raises NoSuchIntent, WrongState, IntentExpired."""
    intent = _payable(tx, shop, intent_id)
    return intent if intent.state == "requires_action" else ask(tx, intent)


def ask(tx: Tx, intent: Intent) -> Intent:
    """It is the payer's turn."""
    return order_states.step(tx, intent, "requires_action", "intent.requires_action", failure=None)


# The payer


def approve(
    tx: Tx,
    me: int,
    intent_id: int,
    *,
    proof: Proof | Standing | None,
    device_id: int | None = None,
    cap: int = 0,
) -> Intent:
    """Pay it from my wallet. ``cap``: what the shop may take later in each month without asking, if it has
    asked for that; it wants the PIN itself, and no pass. Whoever calls has shown the link's secret.

    Raises WrongState, IntentExpired, BadCap, and what ``move`` raises. What I have paid already stays so.
    """
    tx.must_write()
    intent = _locked(tx, intent_id)
    if intent.payer == me and intent.payment_id is not None:
        return intent
    shop = order_links.shop_of(tx, intent)
    intent = _payable(tx, shop, intent_id)
    if intent.state != "requires_action":
        raise WrongState(state=intent.state)
    if cap and intent.save_method:
        pins.must_be_entered(proof)
        intent = _save_method(tx, shop, intent, me, cap)
    intent = order_states.save(tx, replace(intent, payer=me))
    if not intent.live:
        return _charge(tx, shop, intent, merchants.test_payer(tx, shop, intent.currency), proof=None)
    payer = wallets.party(tx, me, intent.currency)
    return _charge(tx, shop, intent, payer, proof=proof, device_id=device_id)


def decline(tx: Tx, me: int, intent_id: int) -> Intent:
    """I will not pay it. Raises WrongState."""
    tx.must_write()
    intent = _locked(tx, intent_id)
    if intent.state != "requires_action":
        raise WrongState(state=intent.state)
    return order_states.fail(tx, intent, order_states.DECLINED)


def pay(
    tx: Tx,
    me: int,
    merchant_id: int,
    amount: int,
    currency: str,
    *,
    reference: str = "",
    description: str = "",
    metadata: dict[str, str] | None = None,
    proof: Proof | Standing | None,
    device_id: int | None = None,
) -> Intent:
    """Pay a shop in one go, from a code or a page of its own. Raises what :func:`approve` raises, and
    NoSuchMerchant, MerchantClosed, MerchantBlocked, BadIntent."""
    found = merchants.merchant(tx, merchant_id)
    shop = Shop(found, True, found.owner)
    new = orders.NewIntent(
        amount=amount,
        currency=currency,
        reference=reference,
        description=description,
        metadata=metadata or {},
    )
    intent = ask(tx, orders.create(tx, shop, new))
    return approve(tx, me, intent.id, proof=proof, device_id=device_id)


# Inside


def _locked(tx: Tx, intent_id: int) -> Intent:
    found = queries.intent_by_id_for_update.first(tx, id=intent_id)
    if found is None:
        raise WrongState
    return found


def _payable(tx: Tx, shop: Shop, intent_id: int) -> Intent:
    merchants.must_be_open(shop.merchant)
    intent = orders.locked(tx, shop, intent_id)
    if intent.state not in OPEN:
        raise WrongState(state=intent.state)
    if intent.expires_at <= tx.now:
        raise IntentExpired
    return intent


def _charge(
    tx: Tx,
    shop: Shop,
    intent: Intent,
    payer: Party,
    *,
    proof: Proof | Standing | None,
    device_id: int | None = None,
) -> Intent:
    detail = {"shop": shop.merchant.name, "order": intent.reference}
    receipt = move(
        tx,
        Movement(
            kind="merchant",
            actor=payer.person,
            payer=payer,
            payee=merchants.party(tx, shop, intent.currency),
            amount=intent.amount,
            currency=intent.currency,
            note=clip(" ".join((intent.description or intent.reference).split()), MOST_NOTE),
            subject=intent.id,
            detail=detail if intent.live else {**detail, "test": True},
            device_id=device_id,
            proof=proof,
            fee=merchants.fee_of(shop, intent.amount),
            authorise_until=tx.now + orders.HOLD if intent.capture == "manual" else None,
            quiet=not intent.live,
        ),
    )
    after = order_states.follow(tx, receipt.payment)
    assert after is not None
    return after


def _take(tx: Tx, shop: Shop, intent: Intent, method: Method, off_session: bool) -> Intent:
    """From a wallet whose owner has allowed it, as far as the cap goes."""
    assert method.person is not None
    if method.currency != intent.currency:
        return order_states.fail(tx, intent, ASKS_PAYER) if off_session else ask(tx, intent)
    try:
        with tx.savepoint():
            if not customers.use(tx, method, intent.amount):
                raise _BeyondCap
            paid = order_states.save(tx, replace(intent, payer=method.person))
            payer = wallets.party(tx, method.person, intent.currency)
            return _charge(tx, shop, paid, payer, proof=Standing("mandate", method.id))
    except Unavailable:
        raise
    except _BeyondCap:  # the payer may still say yes
        return order_states.fail(tx, intent, ASKS_PAYER) if off_session else ask(tx, intent)
    except Fault as fault:
        return order_states.fail(tx, intent, _reason(fault))


class _BeyondCap(Exception):
    """More than the payer allowed for this month."""


def _reason(fault: Fault) -> Failure:
    if isinstance(fault, InsufficientFunds | ledger.errors.InsufficientFunds):
        return _SHORT
    if isinstance(fault, OverLimit):
        return _LIMIT
    if isinstance(fault, WalletFrozen | WalletBlocked | WalletClosed):
        return _OUT
    return order_states.NOT_LET_THROUGH


def _rehearse(tx: Tx, shop: Shop, intent: Intent, method: Method, off_session: bool) -> Intent:
    """What a test method is made to do."""
    does = TEST_METHODS.get(method.behaviour, "succeeds")
    if does == "succeeds" or (does == "asks" and off_session and method.customer_id is not None):
        payer = merchants.test_payer(tx, shop, intent.currency)
        return _charge(tx, shop, intent, payer, proof=None)
    if does == "asks":
        return order_states.fail(tx, intent, ASKS_PAYER) if off_session else ask(tx, intent)
    if does == "expired_card":
        return order_states.fail(tx, intent, _EXPIRED_CARD)
    if does == "insufficient_funds":
        return order_states.fail(tx, intent, _SHORT)
    return order_states.fail(tx, intent, Failure("card_declined", does, "The payment method was declined."))


def _save_method(tx: Tx, shop: Shop, intent: Intent, me: int, cap: int) -> Intent:
    if intent.method_id is None:
        intent = replace(intent, method_id=customers.make_method(tx, shop).id)
    assert intent.method_id is not None
    method = customers.method_locked(tx, shop, intent.method_id)
    if method.behaviour or method.state == "gone":
        return intent
    customers.approve_method(tx, shop, method, me, intent.currency, cap)
    if intent.customer_id is not None and method.customer_id is None:
        customers.attach(tx, shop, method.id, intent.customer_id)
    return intent
