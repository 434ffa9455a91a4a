"""Who somebody is: what they say of themselves and show, and the levels that it raises them to."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from dozen.services.wallet.structs.people import Limits

IdentityState: TypeAlias = Literal["waiting", "approved", "refused", "withdrawn", "erased"]
DocumentKind: TypeAlias = Literal["passport", "identity_card", "driving_licence", "residence_permit"]
DOCUMENTS: dict[DocumentKind, str] = {
    "identity_card": "Identity card",
    "passport": "Passport",
    "driving_licence": "Driving licence",
    "residence_permit": "Residence permit",
}
STEPS: dict[IdentityState, frozenset[IdentityState]] = {
    "waiting": frozenset(("approved", "refused", "withdrawn", "erased")),
    "approved": frozenset(("erased",)),
    "refused": frozenset(("erased",)),
    "withdrawn": frozenset(("erased",)),
    "erased": frozenset(),
}


class Papers(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed: nobody reads it but its person and, with a line in the audit log, an operator."""

    name: str
    """As the document has it."""
    birth_date: str
    """``1990-12-31``"""
    country: str
    """That issued the document: ISO 3166-1, two letters."""
    document: DocumentKind
    number: str
    address: str = ""
    """Asked for the highest level."""


class Identity(msgspec.Struct, frozen=True):
    """One time that somebody asked for a level."""

    id: int
    person: int
    tier: int
    state: IdentityState
    sealed: bytes | None
    """:class:`Papers`; None once they are erased."""
    print: bytes | None
    """A keyed digest of the document: the same with another person is told to operators."""
    decided_by: int
    decided_at: int | None
    reason: str
    changed_at: int


class TierChange(msgspec.Struct, frozen=True):
    """One line of the history of what a level allows."""

    id: int
    tier: int
    currency: str
    limits: Limits
    changed_by: int
    reason: str
