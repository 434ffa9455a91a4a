"""What is known of somebody's habits, what rules say of a payment, and what became of it."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

FindingState: TypeAlias = Literal["open", "approved", "declined", "refused", "expired", "withdrawn"]
"""``open``: held, until an operator ``approved`` or ``declined`` it, it ``expired``, or was ``withdrawn``
(by its shop). ``refused``: at once, by the rules alone."""


class Window(msgspec.Struct, array_like=True):
    """How many there were lately: in the current span of time and in the one before."""

    span: int = 0
    """Which span of time ``now`` counts."""
    now: int = 0
    before: int = 0


class Spread(msgspec.Struct, array_like=True):
    """Sums of what varies, by which its mean and spread are exact. Old ones weigh less and less."""

    n: int = 0
    sum: int = 0
    squares: int = 0


class Seen(msgspec.Struct, array_like=True):
    """A device that somebody pays from."""

    id: int
    first_at: int
    """0: it is known to be theirs."""
    last_at: int
    payments: int


class Features(msgspec.Struct, array_like=True):
    """Somebody's habits, packed into one row of a bounded size: a few hundred bytes.

    New fields go to the end and have a default, so that older rows can still be read.
    """

    count: int = 0
    """Payments that were let through."""
    ten: Window = msgspec.field(default_factory=Window)
    """Payments, also those that were held, by ten minutes."""
    hour: Window = msgspec.field(default_factory=Window)
    fresh: Window = msgspec.field(default_factory=Window)
    """First payments to somebody, by the hour."""
    amounts: dict[str, Spread] = msgspec.field(default_factory=dict)
    """By currency: logarithms of amounts, see :func:`features.size_of`."""
    hours: list[int] = msgspec.field(default_factory=list)
    """Payments by the UTC hour, old ones weighing less; empty before the first one."""
    payees: list[int] = msgspec.field(default_factory=list)
    """Ledger accounts that were paid, the latest last."""
    devices: list[Seen] = msgspec.field(default_factory=list)


class Event(msgspec.Struct, frozen=True):
    """A payment as rules see it."""

    at: int
    account: int
    """The ledger account that it goes to."""
    amount: int
    currency: str
    device_id: int | None
    others: int
    """How many other people have paid from the same device; counted up to 20."""
    limit: int
    """The most that the payer's tier lets them pay at once."""
    available: int | None = None
    """What the payer has; None: not looked up, as long as nothing else is unusual."""


class Rule(msgspec.Struct, frozen=True):
    """What a measure must reach, and what it then weighs."""

    code: str
    weight: int
    threshold: int
    on: bool = True


class RuleChange(msgspec.Struct, frozen=True):
    """One line of a rule's history. ``changed_by`` 0: as it was installed."""

    id: int
    code: str
    weight: int
    threshold: int
    on: bool
    changed_by: int
    reason: str


class Reason(msgspec.Struct, frozen=True):
    """A rule that spoke: what it measured, what it asks for, and what it weighs."""

    code: str
    value: int
    threshold: int
    weight: int


class Score(msgspec.Struct, frozen=True):
    say: Literal["pass", "review", "refuse"]
    points: int
    reasons: tuple[Reason, ...]


class Finding(msgspec.Struct, frozen=True):
    """A payment that rules held or refused, and why."""

    payment_id: int
    """Of a payment that was refused there is no more than this."""
    person: int
    kind: str
    amount: int
    currency: str
    payee: int
    account: int
    device_id: int | None
    score: int
    reasons: tuple[Reason, ...]
    state: FindingState
    decided_by: int
    decided_at: int | None
    note: str


class RuleCount(msgspec.Struct, frozen=True):
    """What became of the latest payments that a rule spoke up at. ``right``: declined, or refused at once;
    ``wrong``: an operator let it through."""

    code: str
    flagged: int
    right: int
    wrong: int
