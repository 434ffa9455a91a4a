from __future__ import annotations

from dozen.core import notifications
from dozen.core.jobs import Handler, Job, Schedule
from dozen.core.notifications import jobs as own
from dozen.kit import clock, ids
from tests.core.notifications.inbox import NEWS, counted, marked
from tests.support.town import Town

ANN, BO = 1, 2


def run(town: Town, kind: str) -> None:
    job = next(each for each in notifications.JOBS if isinstance(each, Handler) and each.kind == kind)
    assert job.work is not None
    job.work(town.env, Job(0, kind, {}, 1, 0))


def test_a_year_is_enough(town: Town) -> None:
    people = list(range(1, own._PEOPLE + 50))
    for _ in range(2):
        town.write(notifications.notify_many, people, NEWS)
    town.write(notifications.mark_read, ANN)
    old = ids.at(clock.now() - notifications.KEEP_FOR - clock.HOUR)
    first = "SELECT min(id) FROM notifications_items GROUP BY person_id"
    sql = f"UPDATE notifications_items SET id = {old} WHERE id IN ({first})"
    town.write(lambda tx: tx.driver.execute(sql))
    run(town, "notifications.trim")
    assert counted(town) == marked(town) == {person: (int(person != ANN), 1) for person in people}


def test_purged_accounts_are_forgotten(town: Town) -> None:
    town.write(notifications.notify, ANN, NEWS, actor=BO)
    town.write(notifications.notify, BO, NEWS, actor=ANN)
    town.write(lambda tx: tx.driver.execute(f"INSERT INTO accounts_purged VALUES ({tx.now}, {BO})"))
    run(town, "notifications.forget")
    assert counted(town) == marked(town) == {}


def test_every_schedule_has_its_handler() -> None:
    handled = {each.kind for each in notifications.JOBS if isinstance(each, Handler)}
    assert {each.kind for each in notifications.JOBS if isinstance(each, Schedule)} <= handled
