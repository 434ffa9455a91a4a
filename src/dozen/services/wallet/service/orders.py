"""What shops want to be paid: intents, from being made to being paid, captured or cancelled.

An intent's state follows its payment's (:func:`follow`, hung on where money moves), so that what an
operator, a job or the shop does with the money shows in it whichever door it came through. Where both are
locked, the payment's row is locked first.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import UNSET, UnsetType

from dozen.db import Tx
from dozen.kit import clock, crypto, ids
from dozen.kit.env import Env
from dozen.kit.text import clean
from dozen.services.wallet.errors.merchants import (
    BadIntent,
    BadMetadata,
    BadReturnUrl,
    CaptureExpired,
    CaptureTooLarge,
    NoSuchCustomer,
    NoSuchIntent,
    NoSuchMethod,
    WrongState,
)
from dozen.services.wallet.queries import merchants as merchant_queries
from dozen.services.wallet.queries import orders as queries
from dozen.services.wallet.queries import payments as payment_queries
from dozen.services.wallet.queries.orders import Condition, Span
from dozen.services.wallet.service import merchants, settling, shop_events, wallets
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.limits import day_of
from dozen.services.wallet.service.moving import MOST_AMOUNT
from dozen.services.wallet.structs import Payment, PaymentState
from dozen.services.wallet.structs.merchants import (
    OPEN,
    STEPS,
    Capture,
    Failure,
    Intent,
    IntentState,
    Shop,
)

LASTS = 24 * clock.HOUR
"""How long an intent can be paid, unless its door says otherwise."""
LONGEST = 30 * clock.DAY
HOLD = 7 * clock.DAY
"""How long an amount that is captured by hand stays reserved."""
DECLINED = Failure("card_declined", "generic_decline", "The payer has declined the payment.")
NOT_LET_THROUGH = Failure("card_declined", "generic_decline", "The payment was not let through.")
_MOST_METADATA, _MOST_NAME, _MOST_TEXT = 50, 40, 500


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
        return_url=checked_return_url(tx.env, shop, new.return_url) if new.return_url else "",
        echo=new.echo,
        metadata=checked_metadata(new.metadata),
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
        given["metadata"] = merged(intent.metadata, given["metadata"])
    for name in ("reference", "description"):
        if name in given:
            given[name] = clean(given[name])
    after = msgspec.structs.replace(intent, **given)
    _check(tx, shop, after.amount, after.currency, after.reference, after.description)
    if "method_id" in given:
        state: IntentState = "requires_confirmation" if after.method_id else "requires_payment_method"
        after = msgspec.structs.replace(after, state=state)
    after = save(tx, after)
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
        save(tx, msgspec.structs.replace(intent, cancel_reason=reason))
        settling.drop(tx, intent.payment_id, "voided")
        return get(tx, shop, intent_id)
    if intent.state not in OPEN:
        raise WrongState(state=intent.state)
    return step(tx, intent, "canceled", "intent.canceled", cancel_reason=reason, canceled_at=tx.now)


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
        raise CaptureTooLarge(left=intent.capturable)
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
            step(tx, intent, "canceled", "intent.canceled", cancel_reason="abandoned", canceled_at=tx.now)
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


# What payers are given


def secret(env: Env, intent_id: int) -> str:
    """What only the shop, and whom it gives it to, can know of an intent."""
    return crypto.b64(env.keys.sign("wallet.intent", intent_id.to_bytes(8), size=18))


def link(env: Env, intent_id: int) -> str:
    """Where the payer approves it: a path on this server that nobody can guess."""
    return f"/wallet/approve/{intent_id}-{secret(env, intent_id)}"


def by_link(tx: Tx, token: str) -> Intent:
    """The intent of the last part of :func:`link`. Raises NoSuchIntent."""
    number, _, given = token.partition("-")
    if number.isascii() and number.isdigit() and len(number) <= 19 and int(number) <= ids.MAX:
        intent_id = int(number)
        if crypto.same(given, secret(tx.env, intent_id)):
            found = queries.intent_by_id.first(tx, id=intent_id)
            if found is not None:
                return found
    raise NoSuchIntent


def shop_of(tx: Tx, intent: Intent) -> Shop:
    """For verbs that payers start: the shop that is paid."""
    found = merchants.merchant(tx, intent.merchant)
    return Shop(found, intent.live, found.owner)


def back(intent: Intent) -> str:
    """Where the payer goes when they are done; empty: nowhere."""
    if not intent.return_url:
        return ""
    if intent.state in ("succeeded", "requires_capture"):
        status = "succeeded"
    else:
        status = "pending" if intent.state in ("processing", "requires_action") else "failed"
    query = urlencode({**intent.echo, "redirect_status": status})
    address, hash_, fragment = intent.return_url.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{query}{hash_}{fragment}"


def checked_return_url(env: Env, shop: Shop, url: str) -> str:
    """An address that a browser may be sent to: whole, without a user in it, and over https unless it is a
    rehearsal or this server is not on https itself. Raises BadReturnUrl."""
    url = url.strip()
    if not merchants.is_address(url):
        raise BadReturnUrl(fields={"return_url": BadReturnUrl.title})
    plain = urlsplit(url).scheme == "http"
    if plain and shop.live and env.settings.url.startswith("https://"):
        raise BadReturnUrl(fields={"return_url": "With live keys this must be an https address"})
    return url


# Words


def checked_metadata(given: dict[str, str]) -> dict[str, str]:
    """Raises BadMetadata."""
    out = {}
    for name, text in given.items():
        if not 1 <= len(name) <= _MOST_NAME or len(text) > _MOST_TEXT or "[" in name or "]" in name:
            raise BadMetadata(fields={f"metadata[{name[:_MOST_NAME]}]": BadMetadata.title})
        tidy = clean(text, lines=True)
        if tidy:
            out[name] = tidy
    if len(out) > _MOST_METADATA:
        raise BadMetadata(fields={"metadata": BadMetadata.title})
    return out


def merged(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Metadata with changes; an empty text takes its entry away. Raises BadMetadata."""
    return checked_metadata({**old, **new})


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


# States


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


def changed(tx: Tx, payment: Payment, before: PaymentState | None) -> None:
    """Hung on where money moves: payments change later, after a review or when time is up."""
    if before is not None and before != payment.state:
        follow(tx, payment)


def register(env: Env) -> None:
    env.part(Hooks).on_change("merchant", changed)
