"""Adjustments, reconciling and people at the operators' desk, on the wire."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from dozen.core.accounts import Card
from dozen.core.payments import Difference, Settlement
from dozen.kit import clock
from dozen.services.wallet.schemas.common import Currency, Money, Person, of_minor, person
from dozen.services.wallet.service.members import Member
from dozen.services.wallet.structs.adjustments import Adjustment, AdjustmentState
from dozen.services.wallet.structs.products import ProductState

Reason = Annotated[str, Meta(max_length=400, description="3 to 140 characters, for the audit log.")]
Named = Annotated[
    str,
    Meta(
        max_length=60,
        description="An account's id, `@username` for their wallet, or the purpose of one of the house's.",
        examples=["@ada", "wallet.adjustments"],
    ),
]
Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-05-01"])]


def moment(ms: int | None) -> str | None:
    return None if ms is None else clock.rfc3339(ms)


def date(day: int) -> str:
    return clock.rfc3339(day)[:10]


# What moderators take down of what shops sell


class Judgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(min_length=1, max_length=1_000, description="For the audit log.")]


class JudgedShape(msgspec.Struct, frozen=True):
    """A product as it is then."""

    id: str
    title: str
    state: ProductState


# Adjustments


class LegShape(msgspec.Struct, frozen=True):
    account_id: str
    amount: Money


class NewLegShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`amount` is an exact decimal: above zero goes in, below zero comes out."""

    account: Named
    amount: Annotated[str, Meta(max_length=24, examples=["-150.00"])]


class NewAdjustment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason
    legs: Annotated[list[NewLegShape], Meta(min_length=2, max_length=20)]
    currency: Currency | None = None
    left_by: Annotated[
        str,
        Meta(
            max_length=19,
            description="Where a side is `wallet.unclaimed`: the id of who is gone and left it.",
        ),
    ] = ""


class AdjustmentDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason = ""


class AdjustmentShape(msgspec.Struct, frozen=True):
    id: str
    state: AdjustmentState
    currency: str
    reason: str
    legs: list[LegShape]
    proposed_by: str
    proposed_at: str
    expires_at: str
    decided_by: str | None
    decided_at: str | None
    note: str
    transfer_id: str | None


def adjustment(found: Adjustment, now: int) -> AdjustmentShape:
    lapsed = found.state == "proposed" and not found.open(now)
    return AdjustmentShape(
        str(found.id),
        "expired" if lapsed else found.state,
        found.currency,
        found.reason,
        [LegShape(str(each.account_id), of_minor(each.amount, found.currency)) for each in found.legs],
        str(found.proposed_by),
        clock.rfc3339(found.proposed_at),
        clock.rfc3339(found.expires_at),
        str(found.decided_by) if found.decided_by else None,
        moment(found.decided_at),
        found.note,
        str(found.transfer_id) if found.transfer_id is not None else None,
    )


# Reconciling


class ComparedDay(msgspec.Struct, frozen=True):
    """A compared day. `differences` are those that are open."""

    id: str
    gateway: str
    day: str
    lines: int
    matched: int
    differences: int
    digest: str
    compared_at: str


class DifferenceShape(msgspec.Struct, frozen=True):
    """`gap` is what the gateway holds more than our books say."""

    id: str
    settlement_id: str
    gateway: str
    day: str
    trouble: str
    type: str
    ref: str
    subject_id: str | None
    ours: Money | None
    theirs: Money | None
    gap: Money
    state: str
    resolved_by: str | None
    resolved_at: str | None
    reason: str
    transfer_id: str | None


class ComparedDayWhole(msgspec.Struct, frozen=True):
    settlement: ComparedDay
    differences: list[DifferenceShape]


class Compare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day that is over, whose file is fetched and compared by a job."""

    gateway: Annotated[str, Meta(max_length=60)]
    day: Day


class Resolve(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`account`: where a gap is booked, one of the house's own; empty is that for differences."""

    reason: Reason
    account: Named = ""


def settlement(found: Settlement) -> ComparedDay:
    return ComparedDay(
        str(found.id),
        found.gateway,
        date(found.day),
        found.lines,
        found.matched,
        found.differences,
        found.digest,
        clock.rfc3339(found.compared_at),
    )


def difference(found: Difference) -> DifferenceShape:
    def amount(minor: int | None) -> Money | None:
        return None if minor is None else of_minor(minor, found.currency)

    return DifferenceShape(
        str(found.id),
        str(found.settlement_id),
        found.gateway,
        date(found.day),
        found.trouble,
        found.type,
        found.ref,
        str(found.subject_id) if found.subject_id is not None else None,
        amount(found.ours),
        amount(found.theirs),
        of_minor(found.gap, found.currency),
        found.state,
        str(found.resolved_by) if found.resolved_by is not None else None,
        moment(found.resolved_at),
        found.reason,
        str(found.transfer_id) if found.transfer_id is not None else None,
    )


# People


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason
    currency: Currency | None = None


class PocketShape(msgspec.Struct, frozen=True):
    """`balance` is for administrators alone."""

    currency: str
    state: str
    reason: str
    account_id: str
    balance: Money | None


class MemberShape(msgspec.Struct, frozen=True):
    """Moderators see the last digits of the number."""

    person: Person
    number: str
    tier: int
    pin_set: bool
    opened_at: str
    wallets: list[PocketShape]


def member(found: Member) -> MemberShape:
    card: Card = found.card
    shown = person(card)
    assert shown is not None
    return MemberShape(
        shown,
        found.number,
        found.holder.tier,
        found.holder.pin_set_at is not None,
        clock.rfc3339(found.holder.opened_at),
        [
            PocketShape(
                each.wallet.currency,
                each.wallet.state,
                each.wallet.reason,
                str(each.wallet.account_id),
                of_minor(each.balance.balance, each.wallet.currency) if each.balance is not None else None,
            )
            for each in found.pockets
        ],
    )
