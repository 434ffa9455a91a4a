"""The operators' desk in the native JSON door: people, adjustments, reconciling.

A token needs the scope ``wallet:desk``, and its person the role.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from dozen.core import ledger
from dozen.core import payments as gateways
from dozen.kit import money
from dozen.services.wallet import errors, finding, looking
from dozen.services.wallet.api.door import currency_of
from dozen.services.wallet.errors import desk as faults
from dozen.services.wallet.errors.disputes import DisputeEnded
from dozen.services.wallet.errors.risk import OwnMatter
from dozen.services.wallet.schemas import desk as shapes
from dozen.services.wallet.schemas.common import number
from dozen.services.wallet.service import adjustments, members, reconciling
from dozen.services.wallet.service.desk import SCOPE
from dozen.services.wallet.structs.adjustments import NewLeg
from dozen.web import Api, Call, Cursor, Limit, Listing, Reply

desk = Api("/wallet/api/desk", tag="Wallet desk")
Short = Annotated[str, Meta(max_length=100)]
Date = Annotated[str, Meta(max_length=40, description="RFC 3339 date or time.")]
Decimals = Annotated[str, Meta(max_length=24, description="An exact decimal amount.")]
_POSTING = (
    ledger.errors.InsufficientFunds,
    ledger.errors.AccountClosed,
    ledger.errors.BalanceLimit,
)


# People


@desk.get("/people/{username}", access="moderator", scope=SCOPE, raises=[faults.NoSuchMember])
def person(call: Call, username: str) -> shapes.MemberShape:
    """Somebody's wallets: level, states, and for administrators what is in them."""
    return shapes.member(members.member(call.tx, looking.operator(call), username))


_BLOCKING = (faults.NoSuchMember, faults.ReasonNeeded, faults.NotOperator, errors.NoWallet, errors.BadState)


@desk.post(
    "/people/{username}/block", access="moderator", scope=SCOPE, status=200, raises=_BLOCKING, limit=(60, 600)
)
def block(call: Call, username: str, data: shapes.Block) -> shapes.MemberShape:
    """Nothing moves in this wallet any more. Moderators may block members, administrators everybody."""
    return _block(call, username, data, on=True)


@desk.post(
    "/people/{username}/unblock", access="moderator", scope=SCOPE, status=200, raises=_BLOCKING,
    limit=(60, 600),
)  # fmt: skip
def unblock(call: Call, username: str, data: shapes.Block) -> shapes.MemberShape:
    """The wallet may be used again."""
    return _block(call, username, data, on=False)


def _block(call: Call, username: str, data: shapes.Block, *, on: bool) -> shapes.MemberShape:
    actor = looking.operator(call)
    members.block(call.tx, actor, username, currency_of(call, data.currency), data.reason, on=on)
    return shapes.member(members.member(call.tx, actor, username))


# Adjustments


@desk.post(
    "/adjustments",
    access="admin",
    scope=SCOPE,
    raises=[faults.BadAdjustment, faults.ReasonNeeded],
    limit=(60, 600),
)
def propose(call: Call, data: shapes.NewAdjustment) -> Reply[shapes.AdjustmentShape]:
    """Propose a journal entry; another administrator must approve it within seven days."""
    currency = currency_of(call, data.currency)
    legs = []
    for n, each in enumerate(data.legs):
        try:
            legs.append(NewLeg(each.account, money.parse(each.amount.strip(), currency)))
        except ValueError as error:
            raise faults.BadAdjustment(fields={f"leg-{n}": "This is not an amount"}) from error
    left_by = number(data.left_by, "left_by") if data.left_by else 0
    made = adjustments.propose(call.tx, looking.operator(call), currency, data.reason, legs, left_by=left_by)
    where = f"/wallet/api/desk/adjustments/{made.id}"
    return Reply(shapes.adjustment(made, call.tx.now), status=201, headers=[("location", where)])


@desk.get("/adjustments", access="admin", scope=SCOPE)
def proposed(
    call: Call, waiting: bool = False, cursor: Cursor | None = None, limit: Limit = 50
) -> Listing[shapes.AdjustmentShape]:
    """The latest first; `waiting=true` for those that nobody decided yet."""
    scope = f"desk adjustments {waiting}"
    found = adjustments.listed(
        call.tx,
        looking.operator(call),
        waiting_only=waiting,
        before=call.cursors.open_id(scope, cursor),
        limit=limit,
    )
    more = call.cursors.seal(scope, found[-1].id) if len(found) == limit else None
    return Listing([shapes.adjustment(each, call.tx.now) for each in found], more)


@desk.get("/adjustments/{adjustment_id}", access="admin", scope=SCOPE, raises=[faults.NoSuchAdjustment])
def adjustment(call: Call, adjustment_id: int) -> shapes.AdjustmentShape:
    """One adjustment, and what became of it."""
    found = adjustments.get(call.tx, looking.operator(call), adjustment_id)
    return shapes.adjustment(found, call.tx.now)


_DECIDING = (faults.NoSuchAdjustment, faults.AdjustmentDecided, faults.AdjustmentExpired)


@desk.post(
    "/adjustments/{adjustment_id}/approve",
    access="admin",
    scope=SCOPE,
    status=200,
    raises=[
        *_DECIDING,
        faults.SamePerson,
        faults.LeftLess,
        *_POSTING,
        OwnMatter,
        DisputeEnded,
        errors.BadAmount,
    ],
    limit=(60, 600),
)
def approve(call: Call, adjustment_id: int, data: shapes.AdjustmentDecision) -> shapes.AdjustmentShape:
    """Post it. Whoever proposed it may not. One that is for a dispute ends it."""
    done = adjustments.approve(call.tx, looking.operator(call), adjustment_id, data.reason)
    return shapes.adjustment(done, call.tx.now)


@desk.post(
    "/adjustments/{adjustment_id}/reject",
    access="admin",
    scope=SCOPE,
    status=200,
    raises=[*_DECIDING, faults.ReasonNeeded],
    limit=(60, 600),
)
def reject(call: Call, adjustment_id: int, data: shapes.AdjustmentDecision) -> shapes.AdjustmentShape:
    """It shall not be; whoever proposed it withdraws it so."""
    done = adjustments.reject(call.tx, looking.operator(call), adjustment_id, data.reason)
    return shapes.adjustment(done, call.tx.now)


# Reconciling


@desk.get("/settlements", access="admin", scope=SCOPE, raises=[faults.NoSuchGateway])
def settlements(
    call: Call, gateway: Short, cursor: Cursor | None = None, limit: Limit = 50
) -> Listing[shapes.ComparedDay]:
    """Compared days of a gateway, the last first."""
    scope = f"desk settlements {gateway}"
    before = call.cursors.open_id(scope, cursor)
    found = reconciling.settlements(call.tx, looking.operator(call), gateway, before=before, limit=limit)
    more = call.cursors.seal(scope, found[-1].day) if len(found) == limit else None
    return Listing([shapes.settlement(each) for each in found], more)


@desk.get(
    "/settlements/{settlement_id}", access="admin", scope=SCOPE, raises=[gateways.errors.NoSuchSettlement]
)
def settlement(call: Call, settlement_id: int) -> shapes.ComparedDayWhole:
    """A day with all that differed."""
    found = reconciling.day(call.tx, looking.operator(call), settlement_id)
    return shapes.ComparedDayWhole(
        shapes.settlement(found.settlement), [shapes.difference(each) for each in found.differences]
    )


@desk.post(
    "/settlements",
    access="admin",
    scope=SCOPE,
    status=202,
    raises=[faults.NoSuchGateway, errors.BadTime],
    limit=(60, 3600),
)
def compare(call: Call, data: shapes.Compare) -> None:
    """Have a job fetch the gateway's file of a day, and compare it."""
    try:
        day = finding.moment_of(data.day)
    except ValueError as error:
        raise errors.BadTime(fields={"day": "This is not a day"}) from error
    reconciling.ask_to_compare(call.tx, looking.operator(call), data.gateway, day)


@desk.get("/differences", access="admin", scope=SCOPE)
def differences(
    call: Call, cursor: Cursor | None = None, limit: Limit = 50
) -> Listing[shapes.DifferenceShape]:
    """What is to be resolved, newest first."""
    before = call.cursors.open_id("desk differences", cursor)
    found = reconciling.differences(call.tx, looking.operator(call), before=before, limit=limit)
    more = call.cursors.seal("desk differences", found[-1].id) if len(found) == limit else None
    return Listing([shapes.difference(each) for each in found], more)


@desk.get(
    "/differences/{difference_id}", access="admin", scope=SCOPE, raises=[gateways.errors.NoSuchDifference]
)
def difference(call: Call, difference_id: int) -> shapes.DifferenceShape:
    """One difference, resolved or not."""
    return shapes.difference(reconciling.difference(call.tx, looking.operator(call), difference_id))


@desk.post(
    "/differences/{difference_id}/resolve",
    access="admin",
    scope=SCOPE,
    status=200,
    raises=[
        gateways.errors.NoSuchDifference,
        gateways.errors.AlreadyResolved,
        faults.ReasonNeeded,
        faults.BadAdjustment,
        *_POSTING,
    ],
    limit=(120, 3600),
)
def resolve(call: Call, difference_id: int, data: shapes.Resolve) -> shapes.DifferenceShape:
    """Resolve it with a reason; where money must move, by a journal entry."""
    return shapes.difference(
        reconciling.resolve(call.tx, looking.operator(call), difference_id, data.reason, data.account)
    )
