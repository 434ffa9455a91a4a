from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dozen.core import moderation
from dozen.core.accounts import Actor
from dozen.core.moderation import Reported, reporting
from dozen.core.moderation.errors import BadReport, NoSuchCase, NotModerator, ReasonNeeded, TooManyReports
from dozen.core.realtime import Event, Hub
from tests.core.moderation.people import actor
from tests.support.town import Town

MOD = actor(900, "moderator")
POST: dict[str, Any] = {"realm": "microblog.post", "subject_id": 5, "owner_id": 50}


def report(town: Town, me: int, reason: str = "spam", text: str = "", **kw: Any) -> Reported:
    return town.write(moderation.report, me, **(POST | kw), reason=reason, text=text)


def test_reports_of_one_subject_are_one_case(town: Town) -> None:
    first = report(town, 1, "spam", " buy\x00 this ")
    assert first.new
    assert report(town, 1, "abuse") == Reported(first.case_id, new=False)
    second = report(town, 2, "abuse")
    assert second == Reported(first.case_id, new=True)
    other = report(town, 1, subject_id=6)
    elsewhere = report(town, 1, realm="sports.match")
    assert len({first.case_id, other.case_id, elsewhere.case_id}) == 3
    case = town.read(moderation.case, MOD, first.case_id)
    assert (case.realm, case.subject_id, case.owner_id, case.state, case.reports) == (
        "microblog.post", 5, 50, "open", 2,
    )  # fmt: skip
    found = town.read(moderation.reports_of, MOD, first.case_id)
    assert [(each.reporter_id, each.reason, each.text) for each in found] == [
        (2, "abuse", ""),
        (1, "spam", "buy this"),
    ]
    assert town.read(moderation.waiting, MOD) == 3


def test_a_closed_case_is_not_opened_again_by_a_new_report(town: Town) -> None:
    first = report(town, 1)
    town.write(moderation.dismiss, MOD, first.case_id, reason="fine")
    again = report(town, 1)
    assert again.new
    assert again.case_id != first.case_id
    assert [each.id for each in town.read(moderation.queue, MOD)] == [again.case_id]
    assert [each.id for each in town.read(moderation.queue, MOD, "dismissed")] == [first.case_id]
    assert [each.id for each in town.read(moderation.cases_about, MOD, 50)] == [again.case_id, first.case_id]


def test_reports_at_the_same_moment_are_one_case(town: Town) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda me: report(town, me), range(1, 25)))
    assert len({each.case_id for each in found}) == 1
    assert all(each.new for each in found)
    assert town.read(moderation.case, MOD, found[0].case_id).reports == 24


@pytest.mark.parametrize(
    "wrong", [{"reason": "dislike"}, {"reason": ""}, {"owner_id": 1}, {"text": "x" * 1_001}]
)
def test_incomplete_reports_are_refused(town: Town, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadReport):
        report(town, 1, **wrong)
    assert town.read(moderation.waiting, MOD) == 0


def test_there_is_an_end_to_reporting(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "_A_DAY", 3)
    for subject in range(3):
        report(town, 1, subject_id=subject)
    with pytest.raises(TooManyReports):
        report(town, 1, subject_id=9)
    report(town, 2, subject_id=9)


def test_the_queue_is_shared_out(town: Town) -> None:
    made = [report(town, 1, subject_id=i).case_id for i in range(5)]
    town.write(moderation.assign, MOD, made[1], 900)
    town.write(moderation.assign, MOD, made[3], 901)
    town.write(moderation.assign, MOD, made[3], 901)
    town.write(moderation.assign, MOD, made[4], 900)
    town.write(moderation.assign, MOD, made[4], None)
    page = town.read(moderation.queue, MOD, limit=2)
    rest = town.read(moderation.queue, MOD, before=page[-1].id)
    assert [each.id for each in page + rest] == made[::-1]
    assert [each.id for each in town.read(moderation.queue, MOD, assigned_to=900)] == [made[1]]
    told = town.read(moderation.log, MOD, subject=(moderation.CASE, made[3]))
    assert [(each.before, each.after) for each in told] == [({"assigned_to": None}, {"assigned_to": 901})]


def test_notes_are_for_moderators(town: Town) -> None:
    case_id = report(town, 1).case_id
    town.write(moderation.note, MOD, case_id, "seen this before")
    town.write(moderation.note, actor(901, "admin"), case_id, "me too")
    found = town.read(moderation.notes_of, MOD, case_id)
    assert [(each.author_id, each.text) for each in found] == [(900, "seen this before"), (901, "me too")]
    for text in ("", " \n", "x" * 1_001):
        with pytest.raises(ReasonNeeded):
            town.write(moderation.note, MOD, case_id, text)


@pytest.mark.parametrize(
    "caller",
    [
        actor(1, "member"),
        actor(2, "moderator", suspended=True),
        actor(3, "admin", suspended=True),
        actor(4, "moderator", scopes=frozenset({"microblog"})),
    ],
)
def test_only_moderators_see_or_do_any_of_it(town: Town, caller: Actor) -> None:
    case_id = report(town, 1).case_id
    reads = [
        lambda tx: moderation.queue(tx, caller),
        lambda tx: moderation.waiting(tx, caller),
        lambda tx: moderation.case(tx, caller, case_id),
        lambda tx: moderation.cases_about(tx, caller, 50),
        lambda tx: moderation.reports_of(tx, caller, case_id),
        lambda tx: moderation.notes_of(tx, caller, case_id),
        lambda tx: moderation.log(tx, caller),
        lambda tx: moderation.filters(tx, caller),
        lambda tx: moderation.note(tx, caller, case_id, "x"),
        lambda tx: moderation.assign(tx, caller, case_id, 1),
        lambda tx: moderation.dismiss(tx, caller, case_id, reason="x"),
        lambda tx: moderation.remove(tx, caller, realm="r", subject_id=1, owner_id=1, reason="x"),
        lambda tx: moderation.warn(tx, caller, 50, reason="x"),
        lambda tx: moderation.suspend(tx, caller, 50, reason="x"),
        lambda tx: moderation.unsuspend(tx, caller, 50, reason="x"),
        lambda tx: moderation.put_filter(tx, caller, "word", "x", "flag"),
        lambda tx: moderation.delete_filter(tx, caller, 1),
    ]
    for verb in reads:
        with pytest.raises(NotModerator):
            town.write(verb)


def test_a_moderators_token_needs_the_scope(town: Town) -> None:
    moderation.require_moderator(actor(1, "moderator", scopes=frozenset({"moderation"})))
    moderation.require_moderator(actor(1, "admin", scopes=frozenset({"*"})))
    with pytest.raises(NoSuchCase):
        town.read(moderation.case, MOD, 12345)


def test_the_queue_is_told_what_is_new(town: Town) -> None:
    heard: list[Event] = []
    hub = town.env.part(Hub)
    hub.listen(moderation.CASE, heard.append)
    town.read(hub.catch_up)
    case_id = report(town, 1).case_id
    report(town, 1)
    town.write(moderation.dismiss, MOD, case_id, reason="fine")
    town.read(hub.catch_up)
    assert [(each.key, each.data) for each in heard] == [
        (case_id, {"realm": "microblog.post"}),
        (case_id, {"state": "dismissed"}),
    ]
