"""The state machines: which states there are and which moves are allowed. Nothing else moves a state.

Final states are final: a late, doubled or reordered message of the gateway finds no move that leads back.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

ChargeState: TypeAlias = Literal[
    "created",
    "requires_action",
    "authorised",
    "captured",
    "cancelled",
    "failed",
    "partially_refunded",
    "refunded",
]
TransferState: TypeAlias = Literal["created", "sent", "succeeded", "failed"]
MethodState: TypeAlias = Literal["created", "requires_action", "active", "failed", "removed"]

_ENDS = ("authorised", "captured", "cancelled", "failed")

CHARGE: dict[str, frozenset[str]] = {
    "created": frozenset(("requires_action", *_ENDS)),
    "requires_action": frozenset(_ENDS),
    "authorised": frozenset(("captured", "cancelled", "failed")),
    "captured": frozenset(("partially_refunded", "refunded")),
    "partially_refunded": frozenset(("refunded",)),
    "refunded": frozenset(),
    "cancelled": frozenset(),
    "failed": frozenset(),
}
"""From a state, the states that can follow."""
TRANSFER: dict[str, frozenset[str]] = {
    "created": frozenset(("sent", "failed")),
    "sent": frozenset(("succeeded", "failed")),
    "succeeded": frozenset(),
    "failed": frozenset(),
}
"""Of refunds and payouts."""
METHOD: dict[str, frozenset[str]] = {
    "created": frozenset(("requires_action", "active", "failed", "removed")),
    "requires_action": frozenset(("active", "failed", "removed")),
    "active": frozenset(("removed",)),
    "failed": frozenset(("removed",)),
    "removed": frozenset(),
}

OPEN = frozenset(("created", "requires_action", "authorised"))
"""States of a charge that is not decided yet."""
PAID = frozenset(("captured", "partially_refunded", "refunded"))
"""States of a charge whose money came."""
UNPAID = frozenset(("cancelled", "failed"))


class ImpossibleMove(RuntimeError):
    """A programming error: a state would go where it cannot."""


def may(moves: dict[str, frozenset[str]], old: str, new: str) -> bool:
    """Whether a state can follow another."""
    return new in moves[old]


def check(moves: dict[str, frozenset[str]], old: str, new: str) -> None:
    """Raises ImpossibleMove unless the state stays or moves as it may."""
    if old != new and not may(moves, old, new):
        raise ImpossibleMove(f"{old} -> {new}")
