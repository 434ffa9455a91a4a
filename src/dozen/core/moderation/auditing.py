"""The audit log: who did what to what, why, and what it was before and after. It only grows."""

from __future__ import annotations

from typing import Any

from dozen.core.accounts import Actor
from dozen.core.moderation import queries
from dozen.core.moderation.access import require_moderator
from dozen.core.moderation.structs import Entry
from dozen.db import Tx
from dozen.kit.ids import MAX
from dozen.kit.text import clean, clip

_LONGEST_REASON = 1_000


def record(
    tx: Tx,
    actor_id: int,
    action: str,
    *,
    realm: str = "",
    subject_id: int = 0,
    reason: str = "",
    before: Any = None,
    after: Any = None,
) -> int:
    """Write a line, in the transaction of what it tells of. ``before`` and ``after`` are small and JSON.

    Whoever holds power over others calls this: moderators here, operators of the wallet and the rides.
    """
    entry_id = tx.next_id()
    queries.append(
        tx,
        id=entry_id,
        at=tx.now,
        actor_id=actor_id,
        action=action,
        realm=realm,
        subject_id=subject_id,
        reason=clip(clean(reason, lines=True), _LONGEST_REASON),
        before=before,
        after=after,
    )
    return entry_id


def log(
    tx: Tx,
    actor: Actor,
    *,
    by: int | None = None,
    action: str | None = None,
    subject: tuple[str, int] | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """The log, latest first: all of it, or of one person's acts, one action, or one subject (realm, id).

    Of these only the first that is given counts. ``before`` is an entry's id. Raises NotModerator.
    """
    require_moderator(actor)
    given = {"older_than": before or MAX, "limit": limit}
    found: list[Entry]
    if subject is not None:
        found = queries.log_of_subject.all(tx, **given, realm=subject[0], subject_id=subject[1])
    elif by is not None:
        found = queries.log_of_actor.all(tx, **given, actor_id=by)
    elif action is not None:
        found = queries.log_of_action.all(tx, **given, action=action)
    else:
        found = queries.log.all(tx, **given)
    return found
