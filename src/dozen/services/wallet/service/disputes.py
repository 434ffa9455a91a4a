"""Disputes: a payer wants money back, the other side answers, an operator decides.

States are :data:`structs.disputes.STEPS`. The payment's row is locked first, then the dispute's. What is
given back goes the way of all refunds, so that it is never more than what came. What operators decide is in
:mod:`decisions`, what both sides show in :mod:`exhibits`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import msgspec

from dozen.core import accounts, notifications
from dozen.db import Duplicate, Tx
from dozen.kit import clock, ids, money
from dozen.kit.env import Env
from dozen.kit.text import clean
from dozen.services.wallet.errors import BadAmount, NoSuchPayment
from dozen.services.wallet.errors.disputes import (
    BadDispute,
    DisputeEnded,
    DisputeExists,
    NoSuchDispute,
    NotDisputable,
    TooManyDisputes,
)
from dozen.services.wallet.errors.merchants import NoSuchIntent
from dozen.services.wallet.queries import disputes as queries
from dozen.services.wallet.queries import payments as payment_queries
from dozen.services.wallet.service import (
    exhibits,
    merchants,
    notes,
    order_refunds,
    orders,
    refunding,
    settling,
)
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Standing
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs import Payment, PaymentState
from dozen.services.wallet.structs.disputes import STEPS, Dispute, DisputeReason, DisputeState
from dozen.services.wallet.structs.merchants import Shop

DISPUTABLE_FOR = 120 * clock.DAY
ANSWER_WITHIN = 7 * clock.DAY
MOST_A_MONTH = 10
MOST_WORDS = 2_000
KINDS = (
    notes.kind("disputed", "Payments that are disputed", "{name} disputes a payment of {amount} to you"),
    notes.kind("dispute_answered", "Answers to your disputes", "{name} answered your dispute over {amount}"),
    notes.kind("dispute_ended", "What became of disputes", "The dispute over {amount} has ended: {what}"),
)
_WHAT: dict[DisputeState, str] = {
    "refunded": "money goes back",
    "rejected": "it stays as it is",
    "accepted": "the money was given back",
    "withdrawn": "it was taken back",
}


class NewDispute(msgspec.Struct, frozen=True, kw_only=True):
    payment_id: int
    reason: str
    words: str
    amount: int | None = None
    """What is wanted back; None: all that is left of the payment."""
    files: tuple[int, ...] = ()


# The payer


def disputable(tx: Tx, me: int, payment_id: int) -> Payment:
    """A payment of mine that I may dispute. Raises NoSuchPayment, NotDisputable, DisputeExists."""
    payment = payment_queries.by_id.first(tx, id=payment_id)
    if payment is None or payment.payer != me:
        raise NoSuchPayment
    _must_be_disputable(tx, payment)
    return payment


def may_dispute(tx: Tx, me: int, payment: Payment) -> bool:
    """Whether to offer it."""
    try:
        disputable(tx, me, payment.id)
    except (NoSuchPayment, NotDisputable, DisputeExists):
        return False
    return True


def open_dispute(tx: Tx, me: int, new: NewDispute) -> Dispute:
    """Raises NoSuchPayment, NotDisputable, DisputeExists, BadDispute, BadAmount, BadEvidence,
    TooManyDisputes, MediaNotFound, AlreadyAttached, and what ``accounts.must_be_active`` raises."""
    accounts.must_be_active(tx, me)
    payment = settling.locked(tx, new.payment_id)
    if payment.payer != me:
        raise NoSuchPayment
    _must_be_disputable(tx, payment)
    words, wrong = clean(new.words, lines=True), {}
    if new.reason not in get_args(DisputeReason):
        wrong["reason"] = "Choose one of the list"
    if not 10 <= len(words) <= MOST_WORDS:
        wrong["words"] = f"Tell in 10 to {MOST_WORDS:,} characters what happened"
    if wrong:
        raise BadDispute(fields=wrong)
    amount = payment.refundable if new.amount is None else new.amount
    if type(amount) is not int or not 0 < amount <= payment.refundable:
        left = money.text(payment.refundable, payment.currency)
        raise BadAmount(fields={"amount": f"At most {left} can be given back"})
    if (
        queries.opened_since.first(tx, person=me, after=ids.at(tx.now - 30 * clock.DAY)) or 0
    ) >= MOST_A_MONTH:
        raise TooManyDisputes
    respondent = _respondent(tx, payment)
    made = Dispute(
        id=tx.next_id(), payment_id=payment.id, payer=me, respondent=respondent, merchant=payment.merchant,
        amount=amount, currency=payment.currency, reason=new.reason,  # type: ignore[arg-type]
        words=words, state="open" if respondent else "deciding",
        due_at=tx.now + ANSWER_WITHIN if respondent else None, answer="", answered_at=None, refund_id=None,
        refunded=0, decided_by=0, decided_at=None, decision="", changed_at=tx.now,
    )  # fmt: skip
    try:
        with tx.savepoint():
            queries.add(tx, **msgspec.structs.asdict(made))
    except Duplicate as error:
        raise DisputeExists from error
    exhibits.attach(tx, me, new.files, made.id)
    if respondent:
        _tell(tx, made, respondent, "disputed", me)
    return made


def withdraw(tx: Tx, me: int, dispute_id: int) -> Dispute:
    """Take a dispute back; the payment may be disputed again. Raises NoSuchDispute, DisputeEnded."""
    found = locked(tx, dispute_id)
    if found.payer != me:
        raise NoSuchDispute
    after = step(tx, found, "withdrawn", due_at=None)
    tell_end(tx, after, found.respondent)
    return after


# The other side


def answer(tx: Tx, me: int, dispute_id: int, words: str, files: Sequence[int] = ()) -> Dispute:
    """Say how it was; once. Also after the deadline, as long as nobody has decided.

    Raises NoSuchDispute, DisputeEnded, BadDispute, BadEvidence, MediaNotFound, AlreadyAttached.
    """
    found = locked(tx, dispute_id)
    if found.respondent != me:
        raise NoSuchDispute
    if not found.standing or found.answered_at is not None:
        raise DisputeEnded(state=found.state)
    said = clean(words, lines=True)
    if not 10 <= len(said) <= MOST_WORDS:
        raise BadDispute(fields={"words": f"Say in 10 to {MOST_WORDS:,} characters how it was"})
    fields: dict[str, Any] = {"answer": said, "answered_at": tx.now, "due_at": None}
    after = step(tx, found, "deciding", **fields) if found.state == "open" else put(tx, found, **fields)
    exhibits.attach(tx, me, files, found.id)
    _tell(tx, after, found.payer, "dispute_answered", me)
    return after


def accept(
    tx: Tx, me: int, dispute_id: int, *, proof: Proof | None = None, device_id: int | None = None
) -> Dispute:
    """Give back what is asked for. Who was paid as a person does so with their PIN; a shop's owner without,
    as with all refunds of shops.

    Raises NoSuchDispute, DisputeEnded, and what ``refunding.refund`` and ``order_refunds.create`` raise.
    """
    found = locked(tx, dispute_id)
    if found.respondent != me:
        raise NoSuchDispute
    payment = payment_of(tx, found)
    give = min(found.amount, payment.refundable)
    # Ended first: what hangs on the refund must not take the dispute for one that stands.
    ended = step(tx, found, "accepted", due_at=None, refunded=give)
    note = "Given back after a dispute"
    if found.merchant:
        refund_id = shop_gives(tx, found, give, note, Standing("merchant", found.merchant))
    else:
        refund_id = refunding.refund(
            tx, me, payment.id, give, note=note, proof=proof, device_id=device_id
        ).payment.id
    after = put(tx, ended, refund_id=refund_id)
    tell_end(tx, after, found.payer)
    return after


def add_files(tx: Tx, me: int, dispute_id: int, files: Sequence[int]) -> Dispute:
    """More evidence, of either side, as long as nobody has decided. Raises NoSuchDispute, DisputeEnded,
    BadEvidence, MediaNotFound, AlreadyAttached."""
    found = locked(tx, dispute_id)
    if me not in (found.payer, found.respondent):
        raise NoSuchDispute
    if not found.standing:
        raise DisputeEnded(state=found.state)
    exhibits.attach(tx, me, files, found.id)
    return put(tx, found)


# Both sides


def one(tx: Tx, me: int, dispute_id: int) -> Dispute:
    """Raises NoSuchDispute."""
    found = queries.by_id.first(tx, id=dispute_id)
    if found is None or me not in (found.payer, found.respondent):
        raise NoSuchDispute
    return found


def of_payment(tx: Tx, me: int, payment_id: int) -> Dispute | None:
    """The dispute over a payment of mine, if there is one that was not taken back."""
    found = queries.of_payment.first(tx, payment=payment_id)
    return found if found is not None and me in (found.payer, found.respondent) else None


def mine(tx: Tx, me: int, *, against: bool = False, before: int = ids.MAX, limit: int = 20) -> list[Dispute]:
    """Those that I opened, or ``against`` what I was paid; newest first."""
    query = queries.of_respondent if against else queries.of_payer
    return query.all(tx, person=me, before=before, limit=limit)


# By the clock, and with payments


def pass_on(tx: Tx, limit: int = 50) -> bool:
    """What nobody answered in time goes to the operators; True while there may be more."""
    found = queries.due.all(tx, now=tx.now, limit=limit)
    for each in found:
        locked = queries.by_id_for_update.first(tx, id=each.id)
        if locked is not None and locked.state == "open":
            step(tx, locked, "deciding", due_at=None)
    return len(found) == limit


def changed(tx: Tx, payment: Payment, before: PaymentState | None) -> None:
    """Hung on where money moves: a disputed payment that was given back by itself needs no decision."""
    if not payment.refunded or payment.refundable or before != payment.state:
        return
    found = queries.of_payment_for_update.first(tx, payment=payment.id)
    if found is not None and found.standing:
        after = step(tx, found, "accepted", due_at=None, refunded=min(found.amount, payment.refunded))
        tell_end(tx, after, found.payer)


def register(env: Env) -> None:
    env.part(Hooks).on_change("*", changed)
    env.part(notifications.Kinds).add(*KINDS)


def forget(tx: Tx, person: int) -> None:
    """What somebody who is gone said and showed. That there was a dispute, over how much, and how it ended
    stays with the payment's books."""
    after = 0
    while found := queries.of_person.all(tx, person=person, after=after, limit=100):
        for each in found:
            exhibits.drop(tx, each.id, person)
            if each.payer == person and each.standing:
                put(tx, each, state="withdrawn", due_at=None)
        after = found[-1].id
    queries.forget_words(tx, who=person)
    queries.forget_answers(tx, who=person)


# Inside


def _must_be_disputable(tx: Tx, payment: Payment) -> None:
    existing = queries.of_payment.first(tx, payment=payment.id)
    if existing is not None:
        raise DisputeExists(dispute=str(existing.id))
    if payment.kind not in refunding.REFUNDABLE or payment.refundable <= 0:
        raise NotDisputable(left=payment.refundable)
    if ids.moment(payment.id) < tx.now - DISPUTABLE_FOR:
        raise NotDisputable("Payments can be disputed for 120 days", left=payment.refundable)


def _respondent(tx: Tx, payment: Payment) -> int:
    person = merchants.merchant(tx, payment.merchant).owner if payment.merchant else payment.payee
    return person if person != payment.payer and person in accounts.cards(tx, [person]) else 0


def shop_gives(tx: Tx, found: Dispute, amount: int, note: str, proof: Standing) -> int:
    """A refund of a shop is known to its order as well."""
    owner = merchants.merchant(tx, found.merchant)
    shop = Shop(owner, True, owner.owner)
    try:
        intent, _ = orders.of_payment(tx, shop, found.payment_id)
    except NoSuchIntent:
        return refunding.refund(tx, shop.person, found.payment_id, amount, note=note, proof=proof).payment.id
    return order_refunds.create(tx, shop, intent.id, amount, note=note).refund_id


def payment_of(tx: Tx, found: Dispute) -> Payment:
    payment = payment_queries.by_id.first(tx, id=found.payment_id)
    assert payment is not None
    return payment


def locked(tx: Tx, dispute_id: int) -> Dispute:
    """The dispute, with the payment's row locked before it, as refunds lock it."""
    tx.must_write()
    seen = queries.by_id.first(tx, id=dispute_id)
    if seen is None:
        raise NoSuchDispute
    settling.locked(tx, seen.payment_id)
    found = queries.by_id_for_update.first(tx, id=dispute_id)
    assert found is not None
    return found


def step(tx: Tx, found: Dispute, to: DisputeState, **fields: Any) -> Dispute:
    """Go on to a state. Raises DisputeEnded."""
    if to not in STEPS[found.state]:
        raise DisputeEnded(state=found.state)
    return put(tx, found, state=to, **fields)


def put(tx: Tx, found: Dispute, **fields: Any) -> Dispute:
    """Write what is so now. When a dispute ends by it, its files are let go some time later."""
    after = msgspec.structs.replace(found, **fields, changed_at=tx.now)
    queries.change(
        tx, dispute=after.id, new_state=after.state, due=after.due_at, words=after.answer,
        answered=after.answered_at, refund=after.refund_id, given=after.refunded, by=after.decided_by,
        at=after.decided_at, said=after.decision, now=tx.now,
    )  # fmt: skip
    if found.standing and not after.standing:
        exhibits.ended(tx, after.id, again_until=_again_until(after))
    return after


def _again_until(found: Dispute) -> int:
    """Until when the payment may be disputed once more: only if this was taken back."""
    return ids.moment(found.payment_id) + DISPUTABLE_FOR if found.state == "withdrawn" else 0


def _tell(tx: Tx, found: Dispute, to: int, kind: str, other: int) -> None:
    notes.about(tx, to, kind, other=other, amount=found.amount, currency=found.currency, subject=found.id)


def tell_end(tx: Tx, found: Dispute, to: int) -> None:
    if to and to in accounts.cards(tx, [to]):
        shown = money.text(found.amount, found.currency)
        data = {"amount": shown, "what": _WHAT[found.state]}
        notifications.notify(tx, to, "wallet.dispute_ended", subject=found.id, data=data)
