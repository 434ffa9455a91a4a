"""What operators do about differences with a gateway's file."""

from __future__ import annotations

from dozen.core import ledger, moderation
from dozen.core.accounts import Actor
from dozen.core.ledger import Leg
from dozen.core.payments import booking, settlement_queries
from dozen.core.payments.asking import LONGEST
from dozen.core.payments.errors import (
    AlreadyResolved,
    BadPayment,
    NoSuchDifference,
    NoSuchSettlement,
    NotOperator,
)
from dozen.core.payments.structs import Difference, Settlement
from dozen.db import Tx
from dozen.kit.ids import MAX
from dozen.kit.text import clean

SCOPE = "payments"
"""What an administrator's token needs."""
_MOST = 200


def resolve(
    tx: Tx, actor: Actor, difference_id: int, reason: str, *, account: int | None = None
) -> Difference:
    """Put the books right by a journal entry: what the gateway holds more (or less) goes to ``account``
    (or from it); the house's ``payments.differences`` if not said. It is in the audit log.

    Raises NotOperator, NoSuchDifference, AlreadyResolved, BadPayment (no reason) and what ledger
    transfers raise.
    """
    _require_operator(actor)
    reason = clean(reason)
    if not 3 <= len(reason) <= LONGEST:
        raise BadPayment(fields={"reason": f"Give a reason of 3 to {LONGEST} characters"})
    found = settlement_queries.difference.first(tx, id=difference_id)
    if found is None:
        raise NoSuchDifference
    entry = _entry(tx, actor, found, reason, account)
    changed = settlement_queries.resolve_difference(
        tx, this=difference_id, by=actor.person_id, at=tx.now, why=reason, entry=entry
    )
    if not changed:
        raise AlreadyResolved
    settlement_queries.count_resolved(tx, this=found.settlement_id)
    moderation.record(
        tx,
        actor.person_id,
        "payments.resolve",
        realm="payments",
        subject_id=difference_id,
        reason=reason,
        after={"transfer": str(entry) if entry else None, "gap": found.gap},
    )
    done = settlement_queries.difference.first(tx, id=difference_id)
    assert done is not None
    return done


def _entry(tx: Tx, actor: Actor, found: Difference, reason: str, account: int | None) -> int | None:
    if not found.gap:
        return None
    target = booking.differences(tx, found.currency).id if account is None else account
    return ledger.transfer(
        tx,
        (
            Leg(booking.at_gateway(tx, found.gateway, found.currency).id, -found.gap),
            Leg(target, found.gap),
        ),
        kind="payments.adjustment",
        actor=actor.person_id,
        subject=found.subject_id or 0,
        memo=reason,
        data={"difference": str(found.id), "ref": found.ref},
    ).id


def differences(tx: Tx, actor: Actor, before: int | None = None, limit: int = 50) -> list[Difference]:
    """Open ones, newest first. Raises NotOperator."""
    _require_operator(actor)
    return settlement_queries.open_differences.all(tx, before=before or MAX, limit=min(limit, _MOST))


def settlements(
    tx: Tx, actor: Actor, gateway: str, before: int | None = None, limit: int = 50
) -> list[Settlement]:
    """Days, the last first; ``before`` is the day of the last on the page before. Raises NotOperator."""
    _require_operator(actor)
    return settlement_queries.settlements_before.all(
        tx, gateway=gateway, before=before or MAX, limit=min(limit, _MOST)
    )


def settlement(tx: Tx, actor: Actor, settlement_id: int) -> Settlement:
    """One day's comparison. Raises NotOperator, NoSuchSettlement."""
    _require_operator(actor)
    found = settlement_queries.settlement_by_id.first(tx, id=settlement_id)
    if found is None:
        raise NoSuchSettlement
    return found


def differences_of(tx: Tx, actor: Actor, settlement_id: int) -> list[Difference]:
    """All of a day, oldest first: open, resolved and vanished ones. Raises NotOperator."""
    _require_operator(actor)
    return settlement_queries.differences_of.all(tx, settlement_id=settlement_id)


def difference(tx: Tx, actor: Actor, difference_id: int) -> Difference:
    """Raises NotOperator, NoSuchDifference."""
    _require_operator(actor)
    found = settlement_queries.difference.first(tx, id=difference_id)
    if found is None:
        raise NoSuchDifference
    return found


def unresolved(tx: Tx) -> int:
    """How many differences wait for an operator."""
    return settlement_queries.unresolved.first(tx) or 0


def _require_operator(actor: Actor) -> None:
    if not actor.admin or actor.suspended or not actor.may(SCOPE):
        raise NotOperator
