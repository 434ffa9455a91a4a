"""What both sides of a dispute show. Nobody can delete it by themselves while the dispute stands, nor for
:data:`KEPT` after it has ended, so that a decision can still be looked into; where it was taken back, as long
as the payment may be disputed again. Whoever leaves takes theirs along."""

from __future__ import annotations

from collections.abc import Sequence

from dozen.core import jobs, media
from dozen.core.media import Media
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet.queries import disputes as queries
from dozen.services.wallet.service import evidence

KEPT = 30 * clock.DAY
JOB = "wallet.let_go_exhibits"
_NEEDED = (
    "This was shown in a dispute. You can delete it 30 days after the dispute has ended, and when the "
    "payment cannot be disputed again"
)


def attach(tx: Tx, me: int, files: Sequence[int], dispute_id: int) -> list[Media]:
    """Raises BadEvidence, MediaNotFound, AlreadyAttached."""
    found = evidence.attach(tx, me, files, dispute_id)
    if found:
        media.hold(tx, dispute_id, _NEEDED)
    return found


def ended(tx: Tx, dispute_id: int, *, again_until: int) -> None:
    """A dispute has ended: after a time its files are let go. ``again_until``: when they may be needed for
    another one."""
    run_at = max(tx.now + KEPT, again_until)
    jobs.enqueue(tx, JOB, {"dispute": dispute_id}, run_at=run_at)


def let_go(tx: Tx, dispute_id: int) -> None:
    """Their owners may delete them."""
    found = queries.by_id.first(tx, id=dispute_id)
    if found is None or not found.standing:
        media.release(tx, dispute_id)


def drop(tx: Tx, dispute_id: int, person: int) -> None:
    """Delete what somebody showed who is gone; what the other side showed stays held."""
    held = media.release(tx, dispute_id)
    evidence.drop(tx, dispute_id, person)
    if held and evidence.shown(tx, dispute_id):
        media.hold(tx, dispute_id, _NEEDED)
