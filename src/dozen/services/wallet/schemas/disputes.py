"""Disputes on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from dozen.core.media import Media
from dozen.kit import clock, ids, money
from dozen.services.wallet.schemas.common import Amount, Pin
from dozen.services.wallet.structs.disputes import Dispute, DisputeReason, DisputeState

Words = Annotated[str, Meta(max_length=4_000, description="10 to 2,000 characters.")]
Files = Annotated[
    list[Annotated[str, Meta(max_length=20)]],
    Meta(max_length=5, description="Ids of pictures that were uploaded to `/api/media`."),
]


class NewDisputeShape(msgspec.Struct, forbid_unknown_fields=True):
    payment_id: Annotated[str, Meta(max_length=20)]
    reason: DisputeReason
    words: Words
    amount: Amount | None = None
    """What is wanted back; all that is left of the payment unless given."""
    evidence: Files = []


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    words: Words
    evidence: Files = []


class Accept(msgspec.Struct, forbid_unknown_fields=True):
    pin: Pin | None = None
    """Of a person who was paid; the owner of a shop needs none."""


class Decide(msgspec.Struct, forbid_unknown_fields=True):
    """`amount` goes back to the payer: `0` is nothing."""

    amount: Annotated[str, Meta(max_length=30, examples=["12.50"])]
    words: Annotated[str, Meta(max_length=200, description="For both sides; 3 to 140 characters.")]


class ProposeShape(msgspec.Struct, forbid_unknown_fields=True):
    """`left_behind`: how much of it comes out of what who was paid left; as much as there is, if left out."""

    amount: Annotated[str, Meta(max_length=30, examples=["12.50"])]
    words: Annotated[str, Meta(max_length=200, description="For the payer; 3 to 140 characters.")]
    left_behind: Annotated[str, Meta(max_length=30)] | None = None


class EvidenceShape(msgspec.Struct):
    id: str
    kind: str
    name: str
    by: str
    """The id of who showed it."""
    url: str
    """Good for a day or two."""


class DisputeShape(msgspec.Struct, omit_defaults=True):
    id: str
    payment_id: str
    state: DisputeState
    reason: DisputeReason
    words: str
    amount: str
    currency: str
    opened_at: str
    payer_id: str
    changed_at: str
    respondent_id: str | None = None
    merchant_id: str | None = None
    answer_by: str | None = None
    answer: str = ""
    answered_at: str | None = None
    refunded: str = "0"
    refund_id: str | None = None
    decision: str = ""
    decided_at: str | None = None
    evidence: list[EvidenceShape] | None = None


def _time(at: int | None) -> str | None:
    return None if at is None else clock.rfc3339(at)


def _id(found: int | None) -> str | None:
    return str(found) if found else None


def dispute(found: Dispute, evidence: Sequence[tuple[Media, str]] | None = None) -> DisputeShape:
    return DisputeShape(
        id=str(found.id),
        payment_id=str(found.payment_id),
        state=found.state,
        reason=found.reason,
        words=found.words,
        amount=money.plain(found.amount, found.currency),
        currency=found.currency,
        opened_at=clock.rfc3339(ids.moment(found.id)),
        payer_id=str(found.payer),
        changed_at=clock.rfc3339(found.changed_at),
        respondent_id=_id(found.respondent),
        merchant_id=_id(found.merchant),
        answer_by=_time(found.due_at),
        answer=found.answer,
        answered_at=_time(found.answered_at),
        refunded=money.plain(found.refunded, found.currency),
        refund_id=_id(found.refund_id),
        decision=found.decision,
        decided_at=_time(found.decided_at),
        evidence=None
        if evidence is None
        else [EvidenceShape(str(m.id), m.kind, m.filename, str(m.owner_id), url) for m, url in evidence],
    )
