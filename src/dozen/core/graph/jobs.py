"""What the graph does by the clock and in the background."""

from __future__ import annotations

from functools import partial

from dozen.core import accounts, jobs
from dozen.core.graph import request_queries
from dozen.core.graph.blocks import end_mutes
from dozen.core.graph.bulk import forget
from dozen.core.graph.follows import ACCEPT_JOB, accept_waiting
from dozen.core.jobs import Handler, Job, Schedule
from dozen.db import Tx
from dozen.kit.env import Env

_PEOPLE = 500


def _forget(env: Env, job: Job) -> None:
    """Untie those whose accounts were purged."""
    accounts.forget_purged(env, forget)


def _end_mutes(env: Env, job: Job) -> None:
    db = jobs.database(env)
    while db.run_write(env, end_mutes):
        pass


def _accept_waiting(tx: Tx, job: Job) -> None:
    accept_waiting(tx, int(job.payload["person"]))


def _accept_opened(env: Env, job: Job) -> None:
    """Whoever opened their account and still has requests waiting: accept those, whichever door it was."""
    db, after = jobs.database(env), 0
    while asked := db.run_read(env, partial(request_queries.asked_people.all, after=after, limit=_PEOPLE)):
        cards = db.run_read(env, partial(accounts.cards, person_ids=asked))
        for person_id in asked:
            if person_id in cards and not cards[person_id].protected:
                db.run_write(env, partial(accept_waiting, me=person_id))
        after = asked[-1]


JOBS: tuple[Handler | Schedule, ...] = (
    jobs.handler("graph.forget", _forget),
    jobs.handler("graph.end_mutes", _end_mutes),
    jobs.handler("graph.accept_opened", _accept_opened),
    jobs.tx_handler(ACCEPT_JOB, _accept_waiting),
    jobs.every("graph.forget", "graph.forget", seconds=3600),
    jobs.every("graph.end_mutes", "graph.end_mutes", seconds=60),
    jobs.every("graph.accept_opened", "graph.accept_opened", seconds=300),
)
