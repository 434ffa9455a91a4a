"""Held payments, risk rules and levels at the operators' desk, by the native JSON door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from msgspec import Meta

from dozen.core import ledger
from dozen.db import Tx
from dozen.services.wallet import acting, errors, looking
from dozen.services.wallet.api.door import KEYED, api, currency_of
from dozen.services.wallet.errors import risk as faults
from dozen.services.wallet.errors.desk import NotOperator, ReasonNeeded
from dozen.services.wallet.schemas import identities as identity_shapes
from dozen.services.wallet.schemas import reviews as shapes
from dozen.services.wallet.schemas.common import Currency, minor
from dozen.services.wallet.service import desk, reviews, tiers
from dozen.services.wallet.service.risk import tuning
from dozen.services.wallet.structs import Limits
from dozen.services.wallet.structs.risk import Finding, FindingState
from dozen.web import Call, Cursor, Limit, Listing

T = TypeVar("T")
DESK = desk.SCOPE
OPERATING = (NotOperator,)
_DECIDING = (
    *OPERATING,
    *KEYED,
    ReasonNeeded,
    faults.FindingDecided,
    faults.NoSuchFinding,
    faults.OwnMatter,
)
Code = Annotated[str, Meta(max_length=40)]


def once(call: Call, asked: Any, result: type[T], verb: Callable[[Tx], T]) -> T:
    """Once under an ``Idempotency-Key``, where there is one."""
    return acting.keyed(call, acting.key_of(call), asked, result, verb, realm="wallet.desk")


@api.get("/api/desk/reviews", scope=DESK, access="moderator", raises=OPERATING)
def index(
    call: Call, state: FindingState = "open", cursor: Cursor | None = None, limit: Limit = 30
) -> Listing[shapes.FindingShape]:
    """Payments that wait for a decision, the oldest first; those in other states newest first."""
    name = f"reviews {state}"
    found = reviews.queue(
        call.tx, looking.operator(call), state, before=call.cursors.open_id(name, cursor), limit=limit
    )
    more = call.cursors.seal(name, found[-1].payment_id) if len(found) == limit else None
    return Listing([shapes.finding(each) for each in found], more)


@api.get(
    "/api/desk/reviews/{payment_id}",
    scope=DESK,
    access="moderator",
    raises=[*OPERATING, faults.NoSuchFinding],
)
def show(call: Call, payment_id: int) -> shapes.CaseShape:
    """One of them, with what is known of its payer."""
    return shapes.case(reviews.case(call.tx, looking.operator(call), payment_id))


@api.post(
    "/api/desk/reviews/{payment_id}/approve",
    scope=DESK,
    access="moderator",
    status=200,
    raises=[
        *_DECIDING,
        errors.BalanceCap,
        errors.InsufficientFunds,
        errors.WalletBlocked,
        errors.WalletFrozen,
        ledger.errors.AccountFrozen,
        ledger.errors.HoldExpired,
    ],
)
def approve(call: Call, payment_id: int, data: shapes.Approve) -> shapes.FindingShape:
    """Let a held payment go on."""
    actor = looking.operator(call)
    return shapes.finding(
        once(call, [data.note], Finding, lambda tx: reviews.approve(tx, actor, payment_id, data.note))
    )


@api.post(
    "/api/desk/reviews/{payment_id}/decline", scope=DESK, access="moderator", status=200, raises=_DECIDING
)
def decline(call: Call, payment_id: int, data: shapes.Decline) -> shapes.FindingShape:
    """A held payment does not take place; the money is its payer's again."""
    actor = looking.operator(call)
    return shapes.finding(
        once(
            call,
            [data.note, data.block],
            Finding,
            lambda tx: reviews.decline(tx, actor, payment_id, data.note, block=data.block),
        )
    )


@api.get("/api/desk/rules", scope=DESK, access="moderator", raises=OPERATING)
def rules(call: Call) -> shapes.Rules:
    """The rules as they are, and what became of what they flagged within 30 days."""
    actor = looking.operator(call)
    counted = tuning.counted(call.tx, actor)
    found = tuning.rules(call.tx, actor)
    return shapes.Rules([shapes.rule(each, counted.get(each.code)) for each in found.values()])


@api.put(
    "/api/desk/rules/{code}",
    scope=DESK,
    access="admin",
    raises=[*OPERATING, ReasonNeeded, faults.BadRule, faults.NoSuchRule],
)
def set_rule(call: Call, code: Code, data: shapes.SetRule) -> shapes.RuleShape:
    """Set a rule; for administrators. It counts from the next payment on, and stands in the history."""
    actor = looking.operator(call)
    made = tuning.change(call.tx, actor, code, data.weight, data.threshold, on=data.on, reason=data.reason)
    return shapes.rule(made, None)


@api.get("/api/desk/tiers", scope=DESK, access="moderator", raises=[*OPERATING, errors.CurrencyDiffers])
def levels(call: Call, currency: Currency | None = None) -> identity_shapes.Tiers:
    """What each level allows in a currency."""
    desk.must_be_staff(looking.operator(call))
    wanted = currency_of(call, currency)
    return identity_shapes.Tiers(
        [
            identity_shapes.tier(each, tiers.NAMES[each], wanted, tiers.allowed(call.tx, each, wanted))
            for each in range(1, tiers.TOP + 1)
        ]
    )


@api.put(
    "/api/desk/tiers/{tier}",
    scope=DESK,
    access="admin",
    raises=[*OPERATING, ReasonNeeded, errors.BadAmount, errors.BadLimit, errors.CurrencyDiffers],
)
def set_level(call: Call, tier: int, data: identity_shapes.SetTier) -> identity_shapes.TierShape:
    """Set what a level allows; for administrators."""
    limits = Limits(
        minor(data.payment, data.currency),
        minor(data.day, data.currency),
        minor(data.month, data.currency),
        minor(data.balance, data.currency),
    )
    made = tiers.change(call.tx, looking.operator(call), tier, data.currency, limits, data.reason)
    return identity_shapes.tier(tier, tiers.NAMES[tier], data.currency, made)
