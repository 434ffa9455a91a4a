"""Disputes against somebody who is gone: their account was purged, their wallet or shop is closed, and what
was in it lies in the house's account of money left behind (:mod:`leaving`).

The payer's claim is not gone with them. What that person left pays first, as far as it goes; the rest is
the house's loss (an expense, :data:`LOSSES`). Both are the house's money, so this goes by the rule of
adjustments: one administrator proposes, another approves. The entry puts the money into the account that is
closed, and in the same transaction it is given back to the payer as any refund: the payment, a shop's order
and the receipts say so, and the closed account is as empty as before. A shop's fee goes back in its share,
and is no loss.
Until then the dispute is being decided, and nobody decides otherwise. Who is deleted but not purged yet can
come back: their disputes are decided as all others are.
"""

from __future__ import annotations

import msgspec

from dozen.core import ledger
from dozen.core.accounts import Actor
from dozen.db import Tx
from dozen.kit import money
from dozen.kit.env import Env
from dozen.services.wallet.errors import BadAmount
from dozen.services.wallet.errors.disputes import DisputeProposed, RespondentPays
from dozen.services.wallet.queries import disputes as queries
from dozen.services.wallet.service import adjustments, decisions, desk, disputes, leaving, unclaimed
from dozen.services.wallet.structs.adjustments import Adjustment, NewLeg
from dozen.services.wallet.structs.disputes import Dispute, Proposal

LOSSES = "wallet.dispute_losses"
"""Purpose of the house's accounts of what it gave back for people who are gone: an expense."""


class _Tried(Exception):
    """No error: it ends a trial."""

    def __init__(self, needed: int) -> None:
        self.needed = needed


def propose(
    tx: Tx, actor: Actor, dispute_id: int, amount: int, words: str, *, left_behind: int | None = None
) -> Adjustment:
    """Propose that the house gives the payer ``amount`` back. ``left_behind``: how much of it comes out of
    what that person left; None: as much as the books say there is. ``words`` are for the payer.

    Raises NotOperator, OwnMatter, NoSuchDispute, DisputeEnded, DisputeProposed, RespondentPays, BadAmount,
    ReasonNeeded, and what refunds raise.
    """
    desk.must_be_admin(actor)
    said = desk.reason(words)
    found = decisions.to_decide(tx, actor, dispute_id, amount)
    payment = disputes.payment_of(tx, found)
    person = decisions.gone(tx, payment)
    if not person:
        raise RespondentPays
    waits = queries.open_proposal.first(tx, dispute=found.id, now=tx.now)
    if waits is not None:
        raise DisputeProposed(adjustment=str(waits.adjustment))
    if not amount:
        raise BadAmount(fields={"amount": BadAmount.title})
    needed = _needed(tx, actor, found, payment.target, amount)
    there = unclaimed.left_by(tx, person, found.currency)
    taken = min(there, needed) if left_behind is None else left_behind
    if type(taken) is not int or not 0 <= taken <= min(there, needed):
        most = money.text(min(there, needed), found.currency)
        raise BadAmount(fields={"left_behind": f"At most {most} of it can come from what they left"})
    sides = (
        (payment.target, needed),
        (ledger.house(tx, leaving.UNCLAIMED, found.currency, "liability").id, -taken),
        (ledger.house(tx, LOSSES, found.currency, "expense").id, taken - needed),
    )
    legs = [NewLeg(str(account), amount) for account, amount in sides if amount]
    why = f"Dispute {found.id}: {said}"[: desk.LONGEST]
    made = adjustments.propose(tx, actor, found.currency, why, legs, left_by=person if taken else 0)
    row = Proposal(made.id, found.id, person, amount, taken, said)
    queries.add_proposal(tx, **msgspec.structs.asdict(row))
    return made


def waiting(tx: Tx, dispute_id: int) -> Proposal | None:
    """What is proposed and not decided; for pages whose handler has been through a verb that authorises."""
    return queries.open_proposal.first(tx, dispute=dispute_id, now=tx.now)


def of_adjustment(tx: Tx, adjustment_id: int) -> Proposal | None:
    """What an adjustment is for, if it is for a dispute."""
    return queries.proposal.first(tx, adjustment=adjustment_id)


def posted(tx: Tx, actor: Actor, found: Adjustment) -> None:
    """An adjustment was approved: if it is for a dispute, the payer has their money back, and it has ended.
    Raises OwnMatter, DisputeEnded, BadAmount, and what refunds raise: then nothing was posted."""
    row = of_adjustment(tx, found.id)
    if row is not None:
        dispute = decisions.to_decide(tx, actor, row.dispute, row.amount)
        decisions.end(tx, actor, dispute, row.amount, row.words)


def register(env: Env) -> None:
    env.part(adjustments.Followers).add(posted)


def _needed(tx: Tx, actor: Actor, found: Dispute, account: int, amount: int) -> int:
    """What has to be in the closed account so that ``amount`` goes back: less than that where the house had
    kept a fee. It is tried, and undone."""
    losses = ledger.house(tx, LOSSES, found.currency, "expense")
    try:
        with tx.savepoint():
            before = ledger.balance(tx, account).balance
            ledger.pay(tx, losses.id, account, amount, kind=adjustments.KIND, even_frozen=True)
            decisions.give(tx, actor.person_id, found, amount)
            raise _Tried(amount - (ledger.balance(tx, account).balance - before))
    except _Tried as tried:
        return tried.needed
