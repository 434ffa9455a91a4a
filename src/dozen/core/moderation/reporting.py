"""Reports from people, and the queue in which moderators see them: one case for all reports of a subject."""

from __future__ import annotations

from typing import get_args

from dozen.core import realtime
from dozen.core.accounts import Actor
from dozen.core.moderation import queries
from dozen.core.moderation.access import require_moderator
from dozen.core.moderation.auditing import record
from dozen.core.moderation.errors import BadReport, NoSuchCase, ReasonNeeded, TooManyReports
from dozen.core.moderation.structs import Case, Note, Reason, Report, Reported, State
from dozen.db import Busy, Tx
from dozen.kit import clock
from dozen.kit.ids import MAX, at
from dozen.kit.text import clean

CASE = "moderation.case"
"""The realm of cases in the audit log, and the topic of what is new in the queue."""
REASONS: tuple[str, ...] = get_args(Reason)
LONGEST = 1_000
"""Characters of a report's text, a note, a reason."""
_A_DAY = 50


def report(
    tx: Tx, me: int, *, realm: str, subject_id: int, owner_id: int, reason: str, text: str = ""
) -> Reported:
    """Report something or somebody (realm ``person``); what is open already takes the report in.

    ``owner_id`` is who made it. The room has made sure that the subject exists and that ``me`` may see
    it. Raises BadReport, TooManyReports.
    """
    if reason not in REASONS:
        raise BadReport(f"The reason is one of {', '.join(REASONS)}")
    if owner_id == me:
        raise BadReport("You cannot report yourself")
    if len(text) > LONGEST:
        raise BadReport(f"At most {LONGEST} characters, please")
    if (queries.reported_since.first(tx, reporter_id=me, since=at(tx.now - clock.DAY)) or 0) >= _A_DAY:
        raise TooManyReports(retry_after=clock.DAY // clock.SECOND)
    case_id = _open_case(tx, realm, subject_id, owner_id)
    if not queries.add_report(
        tx, id=tx.next_id(), case_id=case_id, reporter_id=me, reason=reason, text=clean(text, lines=True)
    ):
        return Reported(case_id, new=False)
    queries.count_report(tx, id=case_id)
    realtime.publish(tx, CASE, case_id, {"realm": realm})
    return Reported(case_id, new=True)


def _open_case(tx: Tx, realm: str, subject_id: int, owner_id: int) -> int:
    given = {"realm": realm, "subject_id": subject_id}
    found = queries.open_case_of.first(tx, **given)
    if found is None:
        queries.open_case(tx, id=tx.next_id(), owner_id=owner_id, **given)
        found = queries.open_case_of.first(tx, **given)
    if found is None:  # opened by another transaction and closed at once by a third
        raise Busy
    return found


def queue(
    tx: Tx,
    actor: Actor,
    state: State = "open",
    *,
    assigned_to: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Case]:
    """Cases, latest first: all in that state, or one moderator's. Raises NotModerator."""
    require_moderator(actor)
    given = {"state": state, "before": before or MAX, "limit": limit}
    if assigned_to is not None:
        return queries.queue_of.all(tx, **given, assigned_to=assigned_to)
    return queries.queue.all(tx, **given)


def waiting(tx: Tx, actor: Actor) -> int:
    """How many cases are open. Raises NotModerator."""
    require_moderator(actor)
    return queries.waiting.first(tx) or 0


def case(tx: Tx, actor: Actor, case_id: int) -> Case:
    """Raises NoSuchCase, NotModerator."""
    require_moderator(actor)
    found = queries.case.first(tx, id=case_id)
    if found is None:
        raise NoSuchCase
    return found


def cases_about(
    tx: Tx, actor: Actor, person_id: int, *, before: int | None = None, limit: int = 50
) -> list[Case]:
    """What of somebody's was reported, open or not, latest first. Raises NotModerator."""
    require_moderator(actor)
    return queries.cases_about.all(tx, owner_id=person_id, before=before or MAX, limit=limit)


def reports_of(
    tx: Tx, actor: Actor, case_id: int, *, before: int | None = None, limit: int = 50
) -> list[Report]:
    """A case's reports, latest first. Raises NotModerator."""
    require_moderator(actor)
    return queries.reports_of.all(tx, case_id=case_id, before=before or MAX, limit=limit)


def notes_of(tx: Tx, actor: Actor, case_id: int) -> list[Note]:
    """A case's notes, oldest first, at most 500. Raises NotModerator."""
    require_moderator(actor)
    return queries.notes_of.all(tx, case_id=case_id, limit=500)


def note(tx: Tx, actor: Actor, case_id: int, text: str) -> None:
    """Say something to the other moderators. Raises NoSuchCase, ReasonNeeded, NotModerator."""
    found = case(tx, actor, case_id)
    queries.add_note(tx, id=tx.next_id(), case_id=found.id, author_id=actor.person_id, text=needed(text))


def assign(tx: Tx, actor: Actor, case_id: int, to: int | None) -> None:
    """Give a case to a moderator, or to nobody. Raises NoSuchCase, NotModerator."""
    found = case(tx, actor, case_id)
    if found.assigned_to != to:
        queries.assign(tx, id=case_id, to=to)
        record(
            tx, actor.person_id, "assign", realm=CASE, subject_id=case_id,
            before={"assigned_to": found.assigned_to}, after={"assigned_to": to},
        )  # fmt: skip


def needed(text: str) -> str:
    """A reason or note as it is stored. Raises ReasonNeeded when it is empty or too long."""
    if len(text) > LONGEST or not (text := clean(text, lines=True)):
        raise ReasonNeeded(f"Please say why, in at most {LONGEST:,} characters")
    return text
