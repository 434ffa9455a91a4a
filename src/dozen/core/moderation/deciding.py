"""What moderators decide. Each decision stands in the audit log and closes the case it belongs to."""

from __future__ import annotations

from collections.abc import Collection

from dozen.core import accounts, realtime
from dozen.core.accounts import Actor
from dozen.core.moderation import queries
from dozen.core.moderation.access import require_moderator
from dozen.core.moderation.auditing import record
from dozen.core.moderation.errors import CaseClosed, NotTakenDown
from dozen.core.moderation.reporting import CASE, case, needed
from dozen.core.moderation.structs import Removal, State, Takedown, Warned
from dozen.db import Tx

REMOVED = "moderation.removed"
"""Topic: key = the subject, data = realm, owner and reason. Its room takes it down (see ``outstanding``)."""
WARNED = "moderation.warned"
"""Topic: key = the person, data = reason."""
PERSON = "person"
"""The realm of people, in reports and in the log."""


def remove(
    tx: Tx,
    actor: Actor,
    *,
    realm: str,
    subject_id: int,
    owner_id: int,
    reason: str,
    case_id: int | None = None,
) -> None:
    """Have content taken down by its room. Raises NotModerator, ReasonNeeded, NoSuchCase."""
    reason = _begin(tx, actor, reason, case_id)
    queries.add_removal(
        tx,
        realm=realm,
        subject_id=subject_id,
        id=tx.next_id(),
        owner_id=owner_id,
        by_id=actor.person_id,
        reason=reason,
    )
    record(
        tx,
        actor.person_id,
        "remove",
        realm=realm,
        subject_id=subject_id,
        reason=reason,
        after=_about(case_id),
    )
    realtime.publish(tx, REMOVED, subject_id, {"realm": realm, "owner": owner_id, "reason": reason})
    _close(tx, actor, case_id, "resolved")


def outstanding(tx: Tx, realm: str, limit: int = 100) -> list[Removal]:
    """What a room has yet to take down: asked when it hears :data:`REMOVED`, and by the clock.

    An event can be missed by a process that is away; this list cannot.
    """
    return queries.outstanding.all(tx, realm=realm, limit=limit)


def carried_out(tx: Tx, realm: str, subject_id: int) -> bool:
    """The room has taken it down, in this transaction. False when another process did."""
    return queries.delete_removal(tx, realm=realm, subject_id=subject_id) > 0


def keep_down(tx: Tx, removal: Removal) -> None:
    """For a room that hides what was removed and does not delete it, as it carries that out: it stays down,
    whatever its owner does, until a moderator lifts it (:func:`restore`)."""
    queries.put_takedown(
        tx,
        realm=removal.realm,
        subject_id=removal.subject_id,
        at=tx.now,
        by_id=removal.by_id,
        reason=removal.reason,
    )


def taken_down(tx: Tx, realm: str, subject_ids: Collection[int]) -> dict[int, Takedown]:
    """Which of these are kept down, since when and why."""
    if not subject_ids:
        return {}
    found = queries.takedowns_of.all(tx, realm=realm, ids=list(subject_ids))
    return {each.subject_id: each for each in found}


def restore(tx: Tx, actor: Actor, *, realm: str, subject_id: int, reason: str) -> Takedown:
    """Let something be seen again that was kept down; the room calls this from its own verb, in which it does
    what that takes. A removal that was decided since and is not carried out yet is called off.

    Raises NotModerator, ReasonNeeded, NotTakenDown.
    """
    reason = _begin(tx, actor, reason, None)
    found = taken_down(tx, realm, [subject_id]).get(subject_id)
    if found is None or not queries.delete_takedown(tx, realm=realm, subject_id=subject_id):
        raise NotTakenDown
    queries.delete_removal(tx, realm=realm, subject_id=subject_id)
    record(
        tx, actor.person_id, "restore", realm=realm, subject_id=subject_id, reason=reason,
        before={"reason": found.reason, "by": found.by_id},
    )  # fmt: skip
    return found


def suspend(
    tx: Tx, actor: Actor, person_id: int, *, reason: str, until: int | None = None, case_id: int | None = None
) -> None:
    """Keep somebody from acting, until then (ms) or until :func:`unsuspend`.

    Raises NotModerator, ReasonNeeded, NoSuchCase, and what ``accounts.suspend`` raises.
    """
    reason = _begin(tx, actor, reason, case_id)
    accounts.suspend(tx, actor.person_id, person_id, reason=reason, until=until)
    record(
        tx, actor.person_id, "suspend", realm=PERSON, subject_id=person_id, reason=reason,
        after={"until": until, **_about(case_id)},
    )  # fmt: skip
    _close(tx, actor, case_id, "resolved")


def unsuspend(tx: Tx, actor: Actor, person_id: int, *, reason: str) -> None:
    """Raises NotModerator, ReasonNeeded, and what ``accounts.unsuspend`` raises."""
    reason = _begin(tx, actor, reason, None)
    accounts.unsuspend(tx, actor.person_id, person_id)
    record(tx, actor.person_id, "unsuspend", realm=PERSON, subject_id=person_id, reason=reason)


def warn(tx: Tx, actor: Actor, person_id: int, *, reason: str, case_id: int | None = None) -> None:
    """Tell somebody that this is not on. Raises NotModerator, ReasonNeeded, NoSuchCase."""
    reason = _begin(tx, actor, reason, case_id)
    record(
        tx, actor.person_id, "warn", realm=PERSON, subject_id=person_id, reason=reason, after=_about(case_id)
    )
    realtime.publish(tx, WARNED, person_id, {"reason": reason})
    _close(tx, actor, case_id, "resolved")


def warnings(tx: Tx, me: int, limit: int = 50) -> list[Warned]:
    """What somebody was told by the moderators, latest first."""
    return queries.warnings.all(tx, realm=PERSON, person_id=me, limit=limit)


def dismiss(tx: Tx, actor: Actor, case_id: int, *, reason: str) -> None:
    """Nothing is wrong here. Raises NotModerator, ReasonNeeded, NoSuchCase, CaseClosed."""
    reason = _begin(tx, actor, reason, case_id)
    if not _close(tx, actor, case_id, "dismissed"):
        raise CaseClosed
    record(tx, actor.person_id, "dismiss", realm=CASE, subject_id=case_id, reason=reason)


def _begin(tx: Tx, actor: Actor, reason: str, case_id: int | None) -> str:
    require_moderator(actor)
    reason = needed(reason)
    if case_id is not None:
        case(tx, actor, case_id)
    return reason


def _about(case_id: int | None) -> dict[str, int]:
    return {} if case_id is None else {"case_id": case_id}


def _close(tx: Tx, actor: Actor, case_id: int | None, state: State) -> bool:
    """Whether the case was open. A second decision in the same case leaves it as it is."""
    if case_id is None or not queries.close(tx, id=case_id, state=state, by=actor.person_id, at=tx.now):
        return False
    realtime.publish(tx, CASE, case_id, {"state": state})
    return True
