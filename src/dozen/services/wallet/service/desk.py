"""Who may sit at the operators' desk, and how what they do is written down."""

from __future__ import annotations

from typing import Any

from dozen.core import moderation
from dozen.core.accounts import Actor
from dozen.db import Tx
from dozen.kit.text import clean
from dozen.services.wallet.errors.desk import NotOperator, ReasonNeeded

SCOPE = "wallet:desk"
"""What an operator's token needs beside its person's role."""
REALM = "wallet"
"""Of our lines in the audit log."""
LONGEST = 140
"""Characters of a reason: the ledger keeps no longer memo."""


def must_be_admin(actor: Actor) -> None:
    """For all that shows the books or moves money. Raises NotOperator."""
    if not actor.admin or actor.suspended or not actor.may(SCOPE):
        raise NotOperator


def must_be_staff(actor: Actor) -> None:
    """For what moderators may do as well. Raises NotOperator."""
    if actor.role not in ("moderator", "admin") or actor.suspended or not actor.may(SCOPE):
        raise NotOperator


def reason(text: str) -> str:
    """As it is kept. Raises ReasonNeeded."""
    found = clean(text)
    if not 3 <= len(found) <= LONGEST:
        raise ReasonNeeded(fields={"reason": ReasonNeeded.title})
    return found


def record(
    tx: Tx, actor_id: int, action: str, subject: int, why: str = "", *, before: Any = None, after: Any = None
) -> None:
    """A line in the audit log, ``wallet.…``, in the transaction of what it tells of."""
    moderation.record(
        tx, actor_id, f"wallet.{action}", realm=REALM, subject_id=subject, reason=why, before=before,
        after=after,
    )  # fmt: skip
