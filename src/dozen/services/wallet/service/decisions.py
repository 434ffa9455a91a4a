"""Decisions: operators look at disputes, and say what becomes of the money."""

from __future__ import annotations

from dozen.core import accounts
from dozen.core.accounts import Actor
from dozen.db import Tx
from dozen.kit import ids, money
from dozen.services.wallet.errors import BadAmount
from dozen.services.wallet.errors.disputes import (
    DisputeEnded,
    DisputeProposed,
    NoSuchDispute,
    RespondentGone,
)
from dozen.services.wallet.errors.risk import OwnMatter
from dozen.services.wallet.queries import disputes as queries
from dozen.services.wallet.queries import people
from dozen.services.wallet.service import desk, disputes, merchants, refunding
from dozen.services.wallet.service.movements import Standing
from dozen.services.wallet.structs import Payment
from dozen.services.wallet.structs.disputes import Dispute, DisputeState


def waiting(tx: Tx) -> int:
    """How many an operator is to decide; counted up to a thousand."""
    return queries.how_many_to_decide.first(tx) or 0


def queue(
    tx: Tx, actor: Actor, state: DisputeState = "deciding", *, before: int | None = None, limit: int = 30
) -> list[Dispute]:
    """Those to decide, the oldest first, where ``before`` is the id to go on after; others newest first.
    Raises NotOperator."""
    desk.must_be_staff(actor)
    if state == "deciding":
        return queries.to_decide.all(tx, after=before or 0, limit=limit)
    return queries.in_state.all(tx, state=state, before=before or ids.MAX, limit=limit)


def look(tx: Tx, actor: Actor, dispute_id: int) -> tuple[Dispute, Payment]:
    """Raises NotOperator, NoSuchDispute."""
    desk.must_be_staff(actor)
    found = queries.by_id.first(tx, id=dispute_id)
    if found is None:
        raise NoSuchDispute
    return found, disputes.payment_of(tx, found)


def decide(tx: Tx, actor: Actor, dispute_id: int, amount: int, words: str) -> Dispute:
    """Give the payer ``amount`` back, which may be a part; 0: nothing. ``words`` are for both sides.

    Moderators decide as well: the money goes the way of any refund, from who got it.
    A frozen wallet pays, too; for somebody who is gone, see :mod:`dispute_losses`. Raises NotOperator,
    OwnMatter, NoSuchDispute, DisputeEnded, BadAmount, ReasonNeeded, RespondentGone, DisputeProposed,
    InsufficientFunds and WalletClosed (of who was paid), and what else refunds raise.
    """
    desk.must_be_staff(actor)
    said = desk.reason(words)
    found = to_decide(tx, actor, dispute_id, amount)
    waits = queries.open_proposal.first(tx, dispute=found.id, now=tx.now)
    if waits is not None:
        raise DisputeProposed(adjustment=str(waits.adjustment))
    if amount and gone(tx, disputes.payment_of(tx, found)):
        raise RespondentGone
    return end(tx, actor, found, amount, said)


def to_decide(tx: Tx, actor: Actor, dispute_id: int, amount: int) -> Dispute:
    """Locked, and ``actor`` (who has been authorised) may decide so. Raises NoSuchDispute, OwnMatter,
    DisputeEnded, BadAmount."""
    found = disputes.locked(tx, dispute_id)
    if actor.person_id in (found.payer, found.respondent):
        raise OwnMatter
    if found.state != "deciding":
        raise DisputeEnded(state=found.state)
    most = min(found.amount, disputes.payment_of(tx, found).refundable)
    if type(amount) is not int or not 0 <= amount <= most:
        raise BadAmount(fields={"amount": f"At most {money.text(most, found.currency)}"})
    return found


def gone(tx: Tx, payment: Payment) -> int:
    """Who was paid, where their account was purged and the wallet or shop is closed; else 0."""
    if payment.merchant:
        shop = merchants.merchant(tx, payment.merchant)
        person, closed = shop.owner, shop.state == "closed"
    else:
        person = payment.payee
        wallet = people.wallet_by_account.first(tx, account=payment.target)
        closed = wallet is not None and wallet.state == "closed"
    return person if closed and not accounts.cards(tx, [person]) else 0


def give(tx: Tx, actor_id: int, found: Dispute, amount: int) -> int:
    """Give back what was decided; the id of the refund."""
    proof, note = Standing("operator", found.id), "Given back after a dispute"
    if found.merchant:
        return disputes.shop_gives(tx, found, amount, note, proof)
    return refunding.refund(tx, actor_id, found.payment_id, amount, note=note, proof=proof).payment.id


def end(tx: Tx, actor: Actor, found: Dispute, amount: int, said: str) -> Dispute:
    """What was decided, of a dispute that :func:`to_decide` gave; both are told."""
    after = disputes.step(
        tx, found, "refunded" if amount else "rejected", due_at=None, refunded=amount,
        decided_by=actor.person_id, decided_at=tx.now, decision=said,
    )  # fmt: skip
    if amount:
        after = disputes.put(tx, after, refund_id=give(tx, actor.person_id, found, amount))
    desk.record(
        tx, actor.person_id, "dispute.decided", found.id, said,
        before={"state": found.state}, after={"state": after.state, "refunded": amount},
    )  # fmt: skip
    disputes.tell_end(tx, after, found.payer)
    disputes.tell_end(tx, after, found.respondent)
    return after
