"""Background work: what goes when an account was purged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dozen.core import accounts, feeds, jobs
from dozen.core.jobs import Job
from dozen.services.microblog.jobs import WORK, forget
from dozen.services.microblog.service import notes, posts, timelines, views
from dozen.services.microblog.service.posts import STREAM
from dozen.services.microblog.structs import Draft
from tests.support.people import make_people
from tests.support.town import Town, found_town


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    made = found_town(request.param, tmp_path)
    if made is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    notes.register(made.env)
    made.env.part(jobs.Registry).add(*WORK)
    yield made
    made.close()


def gone(town: Town, admin: int, person: int) -> None:
    town.write(accounts.remove_account, admin, person)
    town.write(accounts.purge, person)
    forget(town.env, Job(0, "microblog.forget", {}, 1, 0))


def test_a_purged_accounts_posts_go_and_nobody_elses(town: Town) -> None:
    (admin,) = make_people(town, 1, role="admin")
    ann, bo = make_people(town, 2)
    theirs = [town.write(posts.write, ann, Draft(text=f"post {n}")).id for n in range(45)]
    town.write(lambda tx: feeds.publish(tx, STREAM, ann, tx.next_id()))  # an entry whose post is missing
    others = town.write(posts.write, bo, Draft(text="stays"))
    gone(town, admin, ann)
    assert town.read(feeds.by_author, STREAM, ann, limit=100) == []
    assert town.read(views.load, [*theirs, others.id]).keys() == {others.id}
    assert town.read(timelines.profiles, [ann])[ann].posts == 0
    assert town.read(timelines.profiles, [bo])[bo].posts == 1
    gone_again = Job(0, "microblog.forget", {}, 1, 0)
    forget(town.env, gone_again)
    assert town.read(views.load, [others.id]).keys() == {others.id}


def test_every_job_that_is_scheduled_is_handled() -> None:
    kinds = {each.kind for each in WORK if isinstance(each, jobs.Handler)}
    scheduled = {each.kind for each in WORK if isinstance(each, jobs.Schedule)}
    assert scheduled <= kinds
    assert "microblog.forget" in scheduled
