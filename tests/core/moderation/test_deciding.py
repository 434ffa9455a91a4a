from __future__ import annotations

from typing import Any

import pytest

from dozen.core import accounts, moderation
from dozen.core.moderation.errors import CaseClosed, NoSuchCase, NotModerator, NotTakenDown, ReasonNeeded
from dozen.core.realtime import Event, Hub
from dozen.db import Tx
from dozen.kit.errors import Fault
from tests.core.moderation.people import actor
from tests.support.people import make_people
from tests.support.town import Town

MOD = actor(900, "moderator")
POST: dict[str, Any] = {"realm": "microblog.post", "subject_id": 5, "owner_id": 50}


def case_of(town: Town, owner: int = 50) -> int:
    return town.write(
        moderation.report,
        1,
        **(POST | {"owner_id": owner}),
        reason="spam",
    ).case_id


def listened(town: Town, topic: str) -> list[Event]:
    heard: list[Event] = []
    town.env.part(Hub).listen(topic, heard.append)
    town.read(town.env.part(Hub).catch_up)
    return heard


def test_removal_is_told_recorded_and_carried_out_once(town: Town) -> None:
    heard = listened(town, moderation.REMOVED)
    case_id = case_of(town)
    town.write(moderation.remove, MOD, **POST, reason=" spam ", case_id=case_id)
    town.write(moderation.remove, MOD, **POST, reason="spam, still", case_id=case_id)
    town.read(town.env.part(Hub).catch_up)
    assert [(each.key, each.data) for each in heard] == [
        (5, {"realm": "microblog.post", "owner": 50, "reason": "spam"}),
        (5, {"realm": "microblog.post", "owner": 50, "reason": "spam, still"}),
    ]
    assert town.read(moderation.case, MOD, case_id).state == "resolved"
    (removal,) = town.read(moderation.outstanding, "microblog.post")
    assert (removal.subject_id, removal.owner_id, removal.by_id, removal.reason) == (5, 50, 900, "spam")
    assert town.read(moderation.outstanding, "news.article") == []
    assert town.write(moderation.carried_out, "microblog.post", 5)
    assert not town.write(moderation.carried_out, "microblog.post", 5)
    assert town.read(moderation.outstanding, "microblog.post") == []
    told = town.read(moderation.log, MOD, subject=("microblog.post", 5))
    assert [(each.actor_id, each.action, each.reason, each.after) for each in told] == [
        (900, "remove", "spam, still", {"case_id": case_id}),
        (900, "remove", "spam", {"case_id": case_id}),
    ]


def test_suspension_goes_through_accounts(town: Town) -> None:
    chief, member = make_people(town, 1, role="admin") + make_people(town, 1)
    mod = actor(chief, "admin")
    case_id = case_of(town, member)
    until = 4_000_000_000_000
    town.write(moderation.suspend, mod, member, reason="spam", until=until, case_id=case_id)
    person = town.read(accounts.person, member)
    assert (person.suspended_until, person.suspended_reason) == (until, "spam")
    assert person.suspended(until - 1)
    assert town.read(moderation.case, mod, case_id).closed_by == chief
    town.write(moderation.unsuspend, mod, member, reason="appeal")
    assert not town.read(accounts.person, member).suspended(until - 1)
    told = town.read(moderation.log, mod, subject=(moderation.PERSON, member))
    assert [each.action for each in told] == ["unsuspend", "suspend"]
    assert told[1].after == {"until": until, "case_id": case_id}


def test_what_accounts_refuses_changes_nothing(town: Town) -> None:
    low, chief = make_people(town, 1, role="moderator") + make_people(town, 1, role="admin")
    case_id = case_of(town, chief)
    with pytest.raises(Fault) as refused:
        town.write(moderation.suspend, actor(low, "moderator"), chief, reason="coup", case_id=case_id)
    assert refused.value.status == 403
    assert town.read(moderation.case, MOD, case_id).state == "open"
    assert town.read(moderation.log, MOD) == []


def test_warnings_reach_the_person(town: Town) -> None:
    heard = listened(town, moderation.WARNED)
    case_id = case_of(town)
    town.write(moderation.warn, MOD, 50, reason="Please be kind.", case_id=case_id)
    town.read(town.env.part(Hub).catch_up)
    assert [(each.key, each.data) for each in heard] == [(50, {"reason": "Please be kind."})]
    assert [each.reason for each in town.read(moderation.warnings, 50)] == ["Please be kind."]
    assert town.read(moderation.warnings, 51) == []
    assert town.read(moderation.case, MOD, case_id).state == "resolved"


def test_a_case_is_dismissed_once(town: Town) -> None:
    case_id = case_of(town)
    town.write(moderation.dismiss, MOD, case_id, reason="nothing wrong")
    with pytest.raises(CaseClosed):
        town.write(moderation.dismiss, actor(901, "moderator"), case_id, reason="me too")
    case = town.read(moderation.case, MOD, case_id)
    assert (case.state, case.closed_by) == ("dismissed", 900)
    assert len(town.read(moderation.log, MOD, action="dismiss")) == 1


def test_a_reason_is_needed(town: Town) -> None:
    case_id = case_of(town)
    for reason in ("", "  ", "x" * 1_001):
        with pytest.raises(ReasonNeeded):
            town.write(moderation.dismiss, MOD, case_id, reason=reason)
        with pytest.raises(ReasonNeeded):
            town.write(moderation.remove, MOD, **POST, reason=reason)
    with pytest.raises(NoSuchCase):
        town.write(moderation.warn, MOD, 50, reason="why", case_id=999)
    assert town.read(moderation.log, MOD) == []


def test_a_removal_that_is_undone_is_not_told(town: Town) -> None:
    heard = listened(town, moderation.REMOVED)

    def regret(tx: Tx) -> None:
        moderation.remove(tx, MOD, **POST, reason="spam")
        raise KeyError

    with pytest.raises(KeyError):
        town.write(regret)
    town.read(town.env.part(Hub).catch_up)
    assert heard == []
    assert town.read(moderation.outstanding, "microblog.post") == []


def test_what_is_kept_down_comes_back_by_a_moderator_only(town: Town) -> None:
    what: dict[str, Any] = {"realm": "microblog.post", "subject_id": 5}
    with pytest.raises(NotTakenDown):
        town.write(moderation.restore, MOD, **what, reason="why not")

    def carry_out(tx: Tx) -> None:
        for removal in moderation.outstanding(tx, "microblog.post"):
            moderation.keep_down(tx, removal)
            moderation.carried_out(tx, removal.realm, removal.subject_id)

    for reason in ("spam", "spam again"):
        town.write(moderation.remove, MOD, **POST, reason=reason)
        town.write(carry_out)
    found = town.read(moderation.taken_down, "microblog.post", [5, 6])
    assert [(each.by_id, each.reason) for each in found.values()] == [(900, "spam again")]
    assert town.read(moderation.taken_down, "news.article", [5]) == {}
    assert town.read(moderation.taken_down, "microblog.post", []) == {}
    with pytest.raises(NotModerator):
        town.write(moderation.restore, actor(50, "member"), **what, reason="it is mine")
    with pytest.raises(ReasonNeeded):
        town.write(moderation.restore, MOD, **what, reason=" ")
    town.write(moderation.remove, MOD, **POST, reason="a third time")  # called off before it is carried out
    assert town.write(moderation.restore, actor(901, "moderator"), **what, reason="mended").by_id == 900
    assert town.read(moderation.taken_down, "microblog.post", [5]) == {}
    assert town.read(moderation.outstanding, "microblog.post") == []
    last = town.read(moderation.log, MOD, subject=("microblog.post", 5))[0]
    assert (last.actor_id, last.action, last.reason) == (901, "restore", "mended")
    assert last.before == {"reason": "spam again", "by": 900}
    with pytest.raises(NotTakenDown):
        town.write(moderation.restore, MOD, **what, reason="twice")
