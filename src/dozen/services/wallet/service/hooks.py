"""Where other modules of this room hang on to the one way that money moves.

A module that does so has ``register(env)``, which the room's manifest calls once in each process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec

from dozen.db import Tx
from dozen.kit.env import Env
from dozen.services.wallet.service.movements import PASS, Draft, Verdict
from dozen.services.wallet.structs import Kind, Payment, PaymentState


class Carried(msgspec.Struct, frozen=True):
    """How money was moved by something else than a plain transfer: ``done``, or ``pending`` outside."""

    state: PaymentState
    transfer_id: int | None


Check: TypeAlias = Callable[[Tx, Draft], None]
Risk: TypeAlias = Callable[[Tx, Draft], Verdict]
Carry: TypeAlias = Callable[[Tx, Payment], Carried]
Changed: TypeAlias = Callable[[Tx, Payment, "PaymentState | None"], None]


class Hooks:
    """What is hung on, in this process."""

    def __init__(self) -> None:
        self.checks: list[Check] = []
        """Each may raise; they run after the room's own checks and before risk."""
        self.risks: list[Risk] = []
        """The strictest verdict counts."""
        self.carriers: dict[Kind, Carry] = {}
        """Kinds whose money is not moved by a plain transfer (a withdrawal goes through a gateway)."""
        self.changed: dict[str, list[Changed]] = defaultdict(list)
        """By kind, or ``*``: called in the transaction in which a payment was made or its state changed,
        with the state before (None: it is new). A refund calls it for the refunded payment, too, whose state
        stays as it is."""

    @classmethod
    def build(cls, env: Env) -> Hooks:
        return cls()

    def on_change(self, kind: Kind | Literal["*"], fn: Changed) -> None:
        if fn not in self.changed[kind]:
            self.changed[kind].append(fn)

    def add_check(self, fn: Check) -> None:
        if fn not in self.checks:
            self.checks.append(fn)

    def add_risk(self, fn: Risk) -> None:
        if fn not in self.risks:
            self.risks.append(fn)

    def carry(self, kind: Kind, fn: Carry) -> None:
        if self.carriers.setdefault(kind, fn) != fn:
            raise ValueError(f"two carriers of {kind!r}")

    def judge(self, tx: Tx, draft: Draft) -> Verdict:
        """The strictest verdict, with the reasons of all that are not for letting it pass."""
        reasons: list[str] = []
        worst = "pass"
        for risk in self.risks:
            found = risk(tx, draft)
            if found.say == "pass":
                continue
            reasons += found.reasons
            worst = "refuse" if "refuse" in (worst, found.say) else "review"
        return Verdict(worst, tuple(dict.fromkeys(reasons))) if reasons or worst != "pass" else PASS  # type: ignore[arg-type]

    def tell(self, tx: Tx, payment: Payment, before: PaymentState | None) -> None:
        for fn in (*self.changed.get(payment.kind, ()), *self.changed.get("*", ())):
            fn(tx, payment, before)
