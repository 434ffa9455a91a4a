"""QR codes."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

CodeState: TypeAlias = Literal["open", "paid", "canceled", "expired"]


class Code(msgspec.Struct, frozen=True):
    """A dynamic code: one amount, one order, paid once."""

    id: int
    merchant: int
    amount: int
    currency: str
    reference: str
    """The shop's own, such as an order's number."""
    description: str
    state: CodeState
    intent_id: int | None
    expires_at: int
    changed_at: int


class Scanned(msgspec.Struct, frozen=True):
    """What a code asks for."""

    kind: Literal["person", "shop"]
    name: str
    """As we know it: what the code says itself is not believed."""
    currency: str
    amount: int | None
    """Fixed by the code; None: the payer says."""
    person: int = 0
    merchant: int = 0
    code_id: int = 0
    reference: str = ""
    note: str = ""
