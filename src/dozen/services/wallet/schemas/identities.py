"""Papers and levels on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from dozen.core.media import Media
from dozen.kit import clock, ids, money
from dozen.services.wallet.schemas.common import Amount
from dozen.services.wallet.schemas.disputes import EvidenceShape, Files
from dozen.services.wallet.structs import Limits
from dozen.services.wallet.structs.identities import DocumentKind, Identity, IdentityState, Papers


class NewIdentityShape(msgspec.Struct, forbid_unknown_fields=True):
    """What you say of yourself is sealed; only you and the operators who check it read it."""

    tier: Annotated[int, Meta(ge=2, le=3)]
    name: Annotated[str, Meta(max_length=200, description="As the document has it.")]
    birth_date: Annotated[str, Meta(max_length=10, examples=["1990-12-31"])]
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$", description="That issued the document: ISO 3166-1.")]
    document: DocumentKind
    number: Annotated[str, Meta(max_length=60)]
    evidence: Files
    address: Annotated[str, Meta(max_length=600, description="For the highest level.")] = ""


class IdentityShape(msgspec.Struct, omit_defaults=True):
    """`number` is shown in part."""

    id: str
    tier: int
    state: IdentityState
    asked_at: str
    reason: str = ""
    decided_at: str | None = None
    name: str = ""
    document: DocumentKind | None = None
    number: str = ""


class OwnIdentity(msgspec.Struct):
    tier: int
    level: str
    data: list[IdentityShape]


class Erased(msgspec.Struct):
    erased: int


class WaitingIdentity(msgspec.Struct):
    id: str
    person_id: str
    tier: int
    state: IdentityState
    asked_at: str


class PapersShape(msgspec.Struct):
    name: str
    birth_date: str
    country: str
    document: DocumentKind
    number: str
    address: str


class FolderShape(msgspec.Struct):
    """What somebody showed. Looking at it is written into the audit log."""

    identity: WaitingIdentity
    papers: PapersShape | None
    evidence: list[EvidenceShape]
    same_document: list[str]
    """Ids of other people who showed the same document."""
    reason: str


class Refuse(msgspec.Struct, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(max_length=200, description="Its person reads it; 3 to 140 characters.")]


class TierShape(msgspec.Struct):
    tier: int
    name: str
    currency: str
    payment: str
    day: str
    month: str
    balance: str


class Tiers(msgspec.Struct):
    data: list[TierShape]


class SetTier(msgspec.Struct, forbid_unknown_fields=True):
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    payment: Amount
    day: Amount
    month: Amount
    balance: Amount
    reason: Annotated[str, Meta(max_length=200)]


def hidden(number: str) -> str:
    """A document's number, but for its end."""
    return "•" * max(0, len(number) - 3) + number[-3:]


def own(found: Identity, said: Papers | None) -> IdentityShape:
    return IdentityShape(
        id=str(found.id),
        tier=found.tier,
        state=found.state,
        asked_at=clock.rfc3339(ids.moment(found.id)),
        reason=found.reason,
        decided_at=None if found.decided_at is None else clock.rfc3339(found.decided_at),
        name=said.name if said is not None else "",
        document=said.document if said is not None else None,
        number=hidden(said.number) if said is not None else "",
    )


def waiting(found: Identity) -> WaitingIdentity:
    return WaitingIdentity(
        str(found.id), str(found.person), found.tier, found.state, clock.rfc3339(ids.moment(found.id))
    )


def folder(
    found: Identity, said: Papers | None, files: Sequence[tuple[Media, str]], twins: Sequence[int]
) -> FolderShape:
    return FolderShape(
        waiting(found),
        None if said is None else msgspec.convert(said, PapersShape, from_attributes=True),
        [EvidenceShape(str(m.id), m.kind, m.filename, str(m.owner_id), url) for m, url in files],
        [str(each) for each in twins],
        found.reason,
    )


def tier(level: int, name: str, currency: str, limits: Limits) -> TierShape:
    def shown(amount: int | None) -> str:
        return money.plain(amount or 0, currency)

    return TierShape(
        level, name, currency, shown(limits.payment), shown(limits.day), shown(limits.month),
        shown(limits.balance),
    )  # fmt: skip
