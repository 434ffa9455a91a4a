"""What shops want to be paid: intents, from being made to being paid, captured or cancelled.

How it goes from one state to the next, by itself when its payment does, is in :mod:`order_states`; what
payers are given is in :mod:`order_links`. Where an intent and its payment are locked, the payment's row is
locked first.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from dozen.db import Tx
from dozen.kit import clock, ids, money
from dozen.kit.text import clean
from dozen.services.wallet.errors.merchants import (
    BadIntent,
    CaptureExpired,
    CaptureTooLarge,
    NoSuchCustomer,
    NoSuchIntent,
    NoSuchMethod,
    WrongState,
)
from dozen.services.wallet.queries import orders as queries
from dozen.services.wallet.queries import payments as payment_queries
from dozen.services.wallet.queries.orders import Condition, Span
from dozen.services.wallet.service import (
    merchants,
    order_links,
    order_states,
    settling,
    shop_events,
    shop_metadata,
    wallets,
)
from dozen.services.wallet.service.moving import MOST_AMOUNT
from dozen.services.wallet.structs import Payment
from dozen.services.wallet.structs.merchants import (
    OPEN,
    Capture,
    Intent,
    IntentState,
    Shop,
)

LASTS = 24 * clock.HOUR
"""How long an intent can be paid, unless its door says otherwise."""
LONGEST = 30 * clock.DAY
HOLD = 7 * clock.DAY
"""How long an amount that is captured by hand stays reserved."""


class NewIntent(msgspec.Struct, frozen=True, kw_only=True):
    amount: int
    currency: str
    reference: str = ""
    description: str = ""
    capture: Capture = "automatic"
    customer_id: int | None = None
    save_method: bool = False
    return_url: str = ""
    echo: dict[str, str] = {}
    metadata: dict[str, str] = {}
    lasts: int = LASTS


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is unset stays as it is. An empty text in ``metadata`` takes its entry away."""

    amount: int | UnsetType = UNSET
    reference: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    customer_id: int | UnsetType | None = UNSET
    method_id: int | UnsetType | None = UNSET
    save_method: bool | UnsetType = UNSET
    metadata: dict[str, str] | UnsetType = UNSET


def create(tx: Tx, shop: Shop, new: NewIntent) -> Intent:
    """Raises MerchantClosed, MerchantBlocked, BadIntent, BadMetadata, BadReturnUrl, NoSuchCustomer."""
    merchants.must_be_open(shop.merchant)
    _check(tx, shop, new.amount, new.currency, new.reference, new.description)
    if not 0 < new.lasts <= LONGEST:
        raise BadIntent(fields={"lasts": "At most thirty days"})
    if new.customer_id is not None:
        _customer(tx, shop, new.customer_id)
    intent = Intent(
        id=tx.next_id(),
        merchant=shop.id,
        live=shop.live,
        state="requires_payment_method",
        amount=new.amount,
        currency=new.currency,
        reference=clean(new.reference),
        description=clean(new.description),
        capture=new.capture,
        customer_id=new.customer_id,
        method_id=None,
        save_method=new.save_method,
        payer=0,
        payment_id=None,
        capturable=0,
        received=0,
        refunded=0,
        fee=0,
        hold_until=None,
        return_url=order_links.checked_return_url(tx.env, shop, new.return_url) if new.return_url else "",
        echo=new.echo,
        metadata=shop_metadata.checked(new.metadata),
        failure=None,
        cancel_reason="",
        canceled_at=None,
        expires_at=tx.now + new.lasts,
        changed_at=tx.now,
    )
    queries.add_intent(tx, **msgspec.structs.asdict(intent))
    _label(tx, intent)
    shop_events.say(tx, shop.id, shop.live, "intent.created", intent.id, intent=intent)
    return intent


def update(tx: Tx, shop: Shop, intent_id: int, changes: Changes) -> Intent:
    """Raises NoSuchIntent, WrongState (the amount, the customer or the method of one that is not new),
    BadIntent, BadMetadata, NoSuchCustomer, NoSuchMethod."""
    intent = locked(tx, shop, intent_id)
    given = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET}
    touches = {"amount", "customer_id", "method_id", "save_method"} & set(given)
    if touches and intent.state not in ("requires_payment_method", "requires_confirmation"):
        raise WrongState(f"Its {sorted(touches)[0]} can no longer be changed", state=intent.state)
    if given.get("customer_id") is not None:
        _customer(tx, shop, given["customer_id"])
    if given.get("method_id") is not None:
        found = queries.method.first(tx, merchant=shop.id, live=shop.live, id=given["method_id"])
        if found is None or found.state == "gone":
            raise NoSuchMethod
    if "metadata" in given:
        given["metadata"] = shop_metadata.merged(intent.metadata, given["metadata"])
    for name in ("reference", "description"):
        if name in given:
            given[name] = clean(given[name])
    after = msgspec.structs.replace(intent, **given)
    _check(tx, shop, after.amount, after.currency, after.reference, after.description)
    if "method_id" in given:
        state: IntentState = "requires_confirmation" if after.method_id else "requires_payment_method"
        after = msgspec.structs.replace(after, state=state)
    after = order_states.save(tx, after)
    if "metadata" in given:
        _label(tx, after, again=True)
    return after


def cancel(tx: Tx, shop: Shop, intent_id: int, reason: str = "requested_by_customer") -> Intent:
    """It will not take place; what was reserved is the payer's again.

    Raises NoSuchIntent, WrongState (it is paid, under way or cancelled).
    """
    intent = lock_both(tx, shop, intent_id)
    if intent.state == "requires_capture":
        assert intent.payment_id is not None
        order_states.save(tx, msgspec.structs.replace(intent, cancel_reason=reason))
        settling.drop(tx, intent.payment_id, "voided")
        return get(tx, shop, intent_id)
    if intent.state not in OPEN:
        raise WrongState(state=intent.state)
    return order_states.step(
        tx, intent, "canceled", "intent.canceled", cancel_reason=reason, canceled_at=tx.now
    )


def capture(tx: Tx, shop: Shop, intent_id: int, amount: int | None = None) -> Intent:
    """Take what was reserved, or a part of it; the rest is the payer's again.

    Raises NoSuchIntent, WrongState, CaptureTooLarge, CaptureExpired, and what the ledger raises.
    """
    intent = lock_both(tx, shop, intent_id)
    if intent.state != "requires_capture" or intent.payment_id is None:
        raise WrongState(state=intent.state)
    merchants.must_be_open(shop.merchant)
    taken = intent.capturable if amount is None else amount
    if not 0 < taken <= intent.capturable:
        most = money.text(intent.capturable, intent.currency)
        raise CaptureTooLarge(f"At most {most} can be captured", left=intent.capturable)
    if intent.hold_until is not None and tx.now >= intent.hold_until:
        raise CaptureExpired
    settling.capture(tx, intent.payment_id, taken, fee=merchants.fee_of(shop, taken))
    return get(tx, shop, intent_id)


def expire(tx: Tx, limit: int = 100) -> bool:
    """Cancel intents whose time is over, a bounded number at a time; True while there are more."""
    found = queries.overdue.all(tx, now=tx.now, limit=limit)
    for each in found:
        intent = queries.intent_by_id_for_update.first(tx, id=each.id)
        if intent is not None and intent.state in OPEN and intent.expires_at <= tx.now:
            order_states.step(
                tx, intent, "canceled", "intent.canceled", cancel_reason="abandoned", canceled_at=tx.now
            )
    return len(found) == limit


# Reading


def get(tx: Tx, shop: Shop, intent_id: int) -> Intent:
    """Raises NoSuchIntent."""
    found = queries.intent.first(tx, merchant=shop.id, live=shop.live, id=intent_id)
    if found is None:
        raise NoSuchIntent
    return found


def of_payment(tx: Tx, shop: Shop, payment_id: int) -> tuple[Intent, Payment]:
    """A movement of money, and the intent that it was for. Raises NoSuchIntent."""
    payment = payment_queries.by_id.first(tx, id=payment_id)
    if payment is None or payment.merchant != shop.id or payment.kind != "merchant":
        raise NoSuchIntent
    return get(tx, shop, payment.subject), payment


def payment_of(tx: Tx, intent: Intent) -> Payment | None:
    """The movement of money that pays it, if there is one."""
    return None if intent.payment_id is None else payment_queries.by_id.first(tx, id=intent.payment_id)


def payments_of(tx: Tx, found: list[Intent]) -> dict[int, Payment]:
    """The same for many, by the payments' ids."""
    wanted = [each.payment_id for each in found if each.payment_id is not None]
    return {each.id: each for each in payment_queries.by_ids.all(tx, ids=wanted)} if wanted else {}


def page(
    tx: Tx,
    shop: Shop,
    *,
    before: int = ids.MAX,
    after: int = 0,
    limit: int = 20,
    up: bool = False,
    conditions: tuple[Condition, ...] = (),
    either: bool = False,
    charged: bool = False,
) -> list[Intent]:
    """A shop's intents between two ids, newest first (``up``: oldest first). ``charged``: those that have a
    payment, and the ids are the payments'."""
    return queries.intents_page(
        tx,
        shop.id,
        shop.live,
        Span(before, after, limit, up),
        conditions=conditions,
        either=either,
        charged=charged,
    )


# Inside


def _check(tx: Tx, shop: Shop, amount: int, currency: str, reference: str, description: str) -> None:
    wrong = {}
    if type(amount) is not int or not 0 < amount <= MOST_AMOUNT:
        wrong["amount"] = "An amount is a whole number of minor units, above zero"
    if currency not in {*wallets.CURRENCIES, wallets.home_currency(tx)}:
        wrong["currency"] = "There are no wallets in this currency"
    if len(reference) > 100:
        wrong["reference"] = "An order number has at most 100 characters"
    if len(description) > 500:
        wrong["description"] = "At most 500 characters"
    if wrong:
        raise BadIntent(fields=wrong)


def _customer(tx: Tx, shop: Shop, customer_id: int) -> None:
    found = queries.customer.first(tx, merchant=shop.id, live=shop.live, id=customer_id)
    if found is None or found.deleted_at is not None:
        raise NoSuchCustomer


# Locks


def locked(tx: Tx, shop: Shop, intent_id: int) -> Intent:
    """Raises NoSuchIntent."""
    tx.must_write()
    found = queries.intent_for_update.first(tx, merchant=shop.id, live=shop.live, id=intent_id)
    if found is None:
        raise NoSuchIntent
    return found


def lock_both(tx: Tx, shop: Shop, intent_id: int) -> Intent:
    """With its payment's row, which is locked first, as everywhere."""
    tx.must_write()
    seen = get(tx, shop, intent_id)
    if seen.payment_id is not None:
        settling.locked(tx, seen.payment_id)
    found = locked(tx, shop, intent_id)
    if found.payment_id != seen.payment_id:  # it was paid just now
        raise WrongState(state=found.state)
    return found


def _label(tx: Tx, intent: Intent, *, again: bool = False) -> None:
    if again:
        queries.drop_labels(tx, intent=intent.id)
    queries.add_label.many(
        tx,
        [
            {"merchant": intent.merchant, "live": intent.live, "name": name, "text": text,
             "intent_id": intent.id}
            for name, text in intent.metadata.items()
        ],
    )  # fmt: skip
