"""Held payments and risk rules on the wire, for operators."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from dozen.kit import clock, ids, money
from dozen.services.wallet.service.reviews import Case
from dozen.services.wallet.service.risk.rules import BY_CODE, LEVELS, words
from dozen.services.wallet.structs.risk import Finding, FindingState, Reason, Rule, RuleCount

Note = Annotated[str, Meta(max_length=200, description="Why; 3 to 140 characters, for the audit log.")]


class Approve(msgspec.Struct, forbid_unknown_fields=True):
    note: Note


class Decline(msgspec.Struct, forbid_unknown_fields=True):
    note: Note
    block: bool = False
    """Block the payer's wallet as well."""


class ReasonShape(msgspec.Struct):
    code: str
    words: str
    value: int
    threshold: int
    weight: int


class FindingShape(msgspec.Struct, omit_defaults=True):
    """A payment that rules held, or refused at once (there is none of that id then)."""

    payment_id: str
    state: FindingState
    score: int
    reasons: list[ReasonShape]
    kind: str
    amount: str
    currency: str
    at: str
    payer_id: str
    payee_id: str | None = None
    decided_by: str | None = None
    decided_at: str | None = None
    note: str = ""


class Use(msgspec.Struct):
    device_id: str
    person_id: str
    since: str


class CaseShape(msgspec.Struct):
    finding: FindingShape
    until: str
    """When it goes back by itself."""
    tier: int
    wallet: str
    """The state of the payer's wallet."""
    usual: str
    """The amount in the middle of theirs."""
    payments: int
    """How many the rules have learned from."""
    devices: list[Use]
    """Who pays from the payer's devices."""
    earlier: list[FindingShape]


class RuleShape(msgspec.Struct, omit_defaults=True):
    code: str
    title: str
    weight: int
    threshold: int
    on: bool
    flagged: int = 0
    """Within the last 30 days."""
    right: int = 0
    wrong: int = 0


class Rules(msgspec.Struct):
    """`review` and `refuse` are the scores from which on a payment is held, and refused."""

    data: list[RuleShape]


class SetRule(msgspec.Struct, forbid_unknown_fields=True):
    threshold: Annotated[int, Meta(ge=1, le=1_000)]
    reason: Note
    weight: Annotated[int, Meta(ge=0, le=200)] = 0
    on: bool = True


def reason(found: Reason) -> ReasonShape:
    return ReasonShape(found.code, words(found), found.value, found.threshold, found.weight)


def finding(found: Finding) -> FindingShape:
    return FindingShape(
        payment_id=str(found.payment_id),
        state=found.state,
        score=found.score,
        reasons=[reason(each) for each in found.reasons],
        kind=found.kind,
        amount=money.plain(found.amount, found.currency),
        currency=found.currency,
        at=clock.rfc3339(ids.moment(found.payment_id)),
        payer_id=str(found.person),
        payee_id=str(found.payee) if found.payee else None,
        decided_by=str(found.decided_by) if found.decided_by else None,
        decided_at=None if found.decided_at is None else clock.rfc3339(found.decided_at),
        note=found.note,
    )


def case(found: Case) -> CaseShape:
    return CaseShape(
        finding=finding(found.finding),
        until=clock.rfc3339(found.until),
        tier=found.holder.tier if found.holder is not None else 0,
        wallet=found.wallet.state if found.wallet is not None else "closed",
        usual=money.plain(found.usual, found.finding.currency),
        payments=found.habits.count,
        devices=[
            Use(str(each.device_id), str(each.person), clock.rfc3339(each.since)) for each in found.around
        ],
        earlier=[finding(each) for each in found.earlier],
    )


TITLES = {
    "review": "Payments are held from this score on",
    "refuse": "Payments are refused from this score on",
}


def rule(found: Rule, counted: RuleCount | None) -> RuleShape:
    title = TITLES[found.code] if found.code in LEVELS else BY_CODE[found.code].title
    n = counted or RuleCount(found.code, 0, 0, 0)
    return RuleShape(found.code, title, found.weight, found.threshold, found.on, n.flagged, n.right, n.wrong)
