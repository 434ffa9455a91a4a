"""What operators see and decide: cases, people, and the numbers of the place."""

from __future__ import annotations

from typing import Literal

import msgspec

from dozen.core import accounts, analytics, jobs, media, moderation, notifications
from dozen.core.accounts import Actor, Person, Role
from dozen.core.analytics import Point
from dozen.core.cache import Cache
from dozen.core.moderation import Case
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit import text as kit_text
from dozen.kit.env import Env
from dozen.services.home.errors import UnknownVerdict

Decision = Literal["remove", "warn", "suspend", "dismiss"]
WARNED = "home.warned"
REMOVED = "home.removed"
DAYS = 30
_KEEP = 5 * clock.MINUTE
_TOLD = 300
KINDS = (
    notifications.Kind(
        name=WARNED, title="Warnings of the moderators", template="The moderators warn you: {reason}"
    ),
    notifications.Kind(
        name=REMOVED,
        title="What the moderators took down of yours",
        template="The moderators took down something of yours: {reason}",
    ),
)


def register(env: Env) -> None:
    env.part(notifications.Kinds).add(*KINDS)


# Cases


def decide(
    tx: Tx, actor: Actor, case_id: int, decision: str, *, reason: str, days: int | None = None
) -> None:
    """Settle an open case. ``days``: how long a suspension lasts; None: until it is lifted.

    The owner is told what was removed, or is warned. Raises NoSuchCase, CaseClosed, ReasonNeeded,
    UnknownVerdict, NotModerator, and NotAllowed for people of one's own rank or above.
    """
    case = moderation.case(tx, actor, case_id)
    if case.state != "open":
        raise moderation.errors.CaseClosed
    if decision == "dismiss":
        moderation.dismiss(tx, actor, case_id, reason=reason)
    elif decision == "remove" and case.realm != moderation.PERSON:
        _remove(tx, actor, case, reason)
    elif decision == "warn" and case.owner_id:
        warn(tx, actor, case.owner_id, reason=reason, case_id=case_id)
    elif decision == "suspend" and case.owner_id:
        suspend(tx, actor, case.owner_id, reason=reason, days=days, case_id=case_id)
    else:
        raise UnknownVerdict


def _remove(tx: Tx, actor: Actor, case: Case, reason: str) -> None:
    moderation.remove(
        tx,
        actor,
        realm=case.realm,
        subject_id=case.subject_id,
        owner_id=case.owner_id,
        reason=reason,
        case_id=case.id,
    )
    # Each room that has anything to remove has a job of this name, which also runs by the clock.
    kind = f"{case.realm}.removals"
    jobs.enqueue(tx, kind, {}, key=kind)
    _tell(tx, case.owner_id, REMOVED, reason)


def warn(tx: Tx, actor: Actor, person_id: int, *, reason: str, case_id: int | None = None) -> None:
    """Raises NoSuchPerson, ReasonNeeded, NotModerator."""
    accounts.person(tx, person_id)
    moderation.warn(tx, actor, person_id, reason=reason, case_id=case_id)
    _tell(tx, person_id, WARNED, reason)


def suspend(
    tx: Tx, actor: Actor, person_id: int, *, reason: str, days: int | None, case_id: int | None = None
) -> None:
    """Raises NoSuchPerson, NotAllowed, ReasonNeeded, NotModerator."""
    until = tx.now + max(1, min(days, 3650)) * clock.DAY if days is not None else None
    moderation.suspend(tx, actor, person_id, reason=reason, until=until, case_id=case_id)


def _tell(tx: Tx, person_id: int, kind: str, reason: str) -> None:
    if person_id in accounts.cards(tx, [person_id]):
        said = kit_text.clip(kit_text.clean(reason), _TOLD)
        notifications.notify(tx, person_id, kind, data={"reason": said})


# People


def set_role(tx: Tx, actor: Actor, person_id: int, role: Role) -> None:
    """Raises NotAllowed, NoSuchPerson, LastAdmin."""
    before = accounts.person(tx, person_id).role
    accounts.set_role(tx, actor.person_id, person_id, role)
    if role != before:
        moderation.record(
            tx,
            actor.person_id,
            "role",
            realm=moderation.PERSON,
            subject_id=person_id,
            before={"role": before},
            after={"role": role},
        )


def set_verified(tx: Tx, actor: Actor, person_id: int, verified: bool) -> None:
    """Raises NotAllowed, NoSuchPerson."""
    before = accounts.person(tx, person_id).verified
    accounts.set_verified(tx, actor.person_id, person_id, verified)
    if verified != before:
        moderation.record(
            tx,
            actor.person_id,
            "verify" if verified else "unverify",
            realm=moderation.PERSON,
            subject_id=person_id,
        )


def ranks_above(mine: Role, person: Person) -> bool:
    """Whether somebody of rank ``mine`` may suspend this person."""
    return mine == "admin" or (mine == "moderator" and person.role == "member")


# Numbers


class Numbers(msgspec.Struct, frozen=True):
    """How many people there are, are new this week, and were here today, this week and these 30 days.

    ``joined`` became members 8 to 37 days ago; ``stayed`` of them were here in the last 7 days.
    """

    people: int
    new: int
    daily: int
    weekly: int
    monthly: int
    joined: int
    stayed: int
    files: int
    bytes: int


def numbers(tx: Tx, active: str) -> Numbers:
    """At most five minutes old: they are counted, not kept. ``active`` is the metric of who was here."""
    cache = tx.part(Cache)
    kept = cache.get("home.figures")
    if kept is not None:
        return msgspec.convert(kept, Numbers)

    def here(days: int) -> int:
        return analytics.distinct(tx, active, 0, tx.now - (days - 1) * clock.DAY, tx.now + 1)

    week, before = tx.now - 7 * clock.DAY, tx.now - (7 + DAYS) * clock.DAY
    files = media.used(tx)
    found = Numbers(
        people=accounts.how_many(tx),
        new=accounts.how_many(tx, tx.now - 7 * clock.DAY),
        daily=here(1),
        weekly=here(7),
        monthly=here(30),
        joined=accounts.how_many(tx, before) - accounts.how_many(tx, week),
        stayed=analytics.returned(tx, active, 0, week, tx.now + 1, (before, week)),
        files=files[1],
        bytes=files[0],
    )
    cache.put("home.figures", msgspec.to_builtins(found), _KEEP)
    return found


def active_by_day(tx: Tx, metric: str) -> list[Point]:
    return analytics.distinct_series(tx, metric, 0, tx.now - (DAYS - 1) * clock.DAY, tx.now + 1)


def engagement(tx: Tx, room: str) -> float | None:
    """Of a room that counts ``ROOM.views`` and ``ROOM.engagements``: what people did with each thing they
    were shown, in the last 7 days. None where nothing was shown."""
    since = tx.now - 7 * clock.DAY
    views, done = (
        analytics.total(tx, f"{room}.{what}", 0, since, tx.now) for what in ("views", "engagements")
    )
    return done / views if views else None


def counted_by_day(tx: Tx, metric: str) -> list[Point]:
    return analytics.series(tx, metric, 0, tx.now - (DAYS - 1) * clock.DAY, tx.now + 1, clock.DAY)
