"""Our books against the gateways' own files: comparing a day, and putting right what differs."""

from __future__ import annotations

import msgspec

from dozen.core import jobs
from dozen.core import payments as gateways
from dozen.core.accounts import Actor
from dozen.core.jobs import Job
from dozen.core.ledger import Account
from dozen.core.payments import Difference, Report, Settlement
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.services.wallet.errors import BadTime
from dozen.services.wallet.errors.desk import BadAdjustment, NoSuchGateway
from dozen.services.wallet.service import adjustments, desk, leaving

COMPARE = "wallet.compare"
_SCOPE = "payments"
"""What core/payments asks of tokens; ours has been asked for when it is given on."""


class Day(msgspec.Struct, frozen=True):
    """A day's comparison, with all that differed."""

    settlement: Settlement
    differences: tuple[Difference, ...]


def _onward(actor: Actor) -> Actor:
    """The caller as core/payments wants them. Raises NotOperator."""
    desk.must_be_admin(actor)
    return actor if actor.scopes is None else msgspec.structs.replace(actor, scopes=actor.scopes | {_SCOPE})


def names(env: Env, actor: Actor) -> list[str]:
    """The gateways of this installation. Raises NotOperator."""
    desk.must_be_admin(actor)
    return sorted(env.part(gateways.Gateways).names())


def _known(tx: Tx, actor: Actor, gateway: str) -> str:
    if gateway not in names(tx.env, actor):
        raise NoSuchGateway
    return gateway


def settlements(
    tx: Tx, actor: Actor, gateway: str, *, before: int | None = None, limit: int = 50
) -> list[Settlement]:
    """Compared days, the last first; ``before`` is the day of the last on the page before. Raises
    NotOperator, NoSuchGateway."""
    return gateways.settlements(tx, _onward(actor), _known(tx, actor, gateway), before, limit)


def day(tx: Tx, actor: Actor, settlement_id: int) -> Day:
    """Raises NotOperator, NoSuchSettlement."""
    onward = _onward(actor)
    found = gateways.settlement(tx, onward, settlement_id)
    return Day(found, tuple(gateways.differences_of(tx, onward, settlement_id)))


def differences(tx: Tx, actor: Actor, *, before: int | None = None, limit: int = 50) -> list[Difference]:
    """Open ones, newest first. Raises NotOperator."""
    return gateways.differences(tx, _onward(actor), before, limit)


def difference(tx: Tx, actor: Actor, difference_id: int) -> Difference:
    """Raises NotOperator, NoSuchDifference."""
    return gateways.difference(tx, _onward(actor), difference_id)


def resolve(tx: Tx, actor: Actor, difference_id: int, reason: str, account: str = "") -> Difference:
    """Put it right with a reason. Where money must move, a journal entry takes the gap from (or to)
    ``account``, one of the house's own, named as in an adjustment; empty: that for differences. One person
    decides this, also about a file that they brought, so nobody's wallet is touched by it: what is somebody's
    goes on to them by an adjustment.

    Raises NotOperator, ReasonNeeded, NoSuchDifference, AlreadyResolved, BadAdjustment (no such account of the
    house's), and what ledger transfers raise.
    """
    onward = _onward(actor)
    why = desk.reason(reason)
    found = gateways.difference(tx, onward, difference_id)
    target: Account | None = None
    if account.strip():
        target = adjustments.account_named(tx, account, found.currency)
        if target.owner:
            raise BadAdjustment(
                "Name an account of the house's. What is somebody's goes on to them by an adjustment, which "
                "a second administrator approves"
            )
        if target.purpose == leaving.UNCLAIMED:
            raise BadAdjustment("What people left is moved by an adjustment, which says who left it")
    return gateways.resolve(tx, onward, difference_id, why, account=target.id if target is not None else None)


def ask_to_compare(tx: Tx, actor: Actor, gateway: str, day: int) -> None:
    """Have a job fetch the gateway's file of a day that is over, and compare it. Raises NotOperator,
    NoSuchGateway, BadTime."""
    _known(tx, actor, gateway)
    _over(tx, day)
    jobs.enqueue(tx, COMPARE, {"gateway": gateway, "day": day}, key=f"{COMPARE} {gateway} {day}")
    desk.record(tx, actor.person_id, "compare", 0, after={"gateway": gateway, "day": clock.rfc3339(day)[:10]})


def compare_file(tx: Tx, actor: Actor, gateway: str, day: int, file: bytes) -> Report:
    """Compare a file that an operator brings. Raises NotOperator, NoSuchGateway, BadTime, BadSettlement,
    SettlementTooLarge."""
    _known(tx, actor, gateway)
    _over(tx, day)
    report = gateways.reconcile(tx, gateway, day, file)
    desk.record(
        tx, actor.person_id, "compare", report.settlement.id,
        after={"gateway": gateway, "day": clock.rfc3339(day)[:10], "file": report.settlement.digest},
    )  # fmt: skip
    return report


def _over(tx: Tx, day: int) -> None:
    if day < 0 or day % clock.DAY or day + clock.DAY > tx.now:
        raise BadTime(fields={"day": "Choose a day that is over"})


def compare(env: Env, job: Job) -> None:
    """The job: no transaction is open while the gateway is asked."""
    name, day = str(job.payload["gateway"]), int(job.payload["day"])
    try:
        file = env.part(gateways.Gateways).get(name).settlement_file(day)
    except gateways.Refused as refused:
        raise jobs.GiveUp(f"{name} has no settlement file of day {day}: {refused}") from refused
    jobs.database(env).run_write(env, lambda tx: gateways.reconcile(tx, name, day, file))


def waiting(tx: Tx) -> int:
    """How many differences wait for somebody."""
    return gateways.unresolved(tx)
