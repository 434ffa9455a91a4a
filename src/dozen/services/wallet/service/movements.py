"""What :mod:`moving` is asked for, and what becomes of it on the way."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from dozen.core import ledger
from dozen.kit import ids
from dozen.services.wallet.service import pins
from dozen.services.wallet.structs import Kind, Payer, Payment, Wallet


class Party(msgspec.Struct, frozen=True):
    """One side of a movement: a ledger account, and whose it is."""

    account: int
    person: int = 0
    """Whose wallet it is; 0: no person's."""
    wallet: Wallet | None = None
    merchant: int = 0
    """The shop whose account it is; 0: none's."""


class Standing(msgspec.Struct, frozen=True):
    """Takes the place of a PIN, where somebody has said beforehand that this may happen: a mandate with a
    cap, an operator's decision. Whoever makes one has checked that it is so."""

    why: str
    """``mandate``, ``operator``, ``merchant``, ``import``."""
    id: int = 0


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """What is to happen."""

    kind: Kind
    actor: int
    """Who acts: a person, or 0 for the house."""
    payer: Party
    payee: Party
    amount: int
    currency: str
    note: str = ""
    subject: int = 0
    """The id of what it is about."""
    detail: Any = None
    device_id: int | None = None
    proof: pins.Proof | Standing | None = None
    fee: int = 0
    """What the house keeps of what the payee gets."""
    authorise_until: int | None = None
    """Hold it only, to be captured until then."""
    refunds: Payment | None = None
    """The payment that this gives back, wholly or in part. See :mod:`refunding`."""
    key: ledger.Key | None = None
    """For callers that are no doors (jobs): the same key gives the same receipt. A door wraps its whole
    verb into ``ledger.once`` instead."""
    id: int | None = None
    """A snowflake of when it happened, for imports and sample data."""
    quiet: bool = False
    """Tell nobody; for imports and sample data."""


class Verdict(msgspec.Struct, frozen=True):
    """What risk rules say of a movement. ``reasons`` are stable words for operators (``velocity``)."""

    say: Literal["pass", "review", "refuse"] = "pass"
    reasons: tuple[str, ...] = ()


PASS = Verdict()


class Draft:
    """A movement on its way through the steps."""

    __slots__ = ("movement", "payer", "payment_id", "verdict")

    def __init__(self, movement: Movement, payment_id: int) -> None:
        self.movement = movement
        self.payment_id = payment_id
        self.payer: Payer | None = None
        """As they stand, and stay, for their row is locked; None when no person pays."""
        self.verdict: Verdict = PASS

    @property
    def at(self) -> int:
        return ids.moment(self.payment_id)

    @property
    def ordered(self) -> bool:
        """An operator has decided it: frozen or blocked wallets pay, too."""
        return isinstance(self.movement.proof, Standing) and self.movement.proof.why == "operator"
