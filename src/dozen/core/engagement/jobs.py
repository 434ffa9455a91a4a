"""Forgetting in the background, a bounded step at a time."""

from __future__ import annotations

from dozen.core import jobs
from dozen.core.engagement.forgetting import FORGET_JOB, forget_subject
from dozen.core.engagement.people import forget
from dozen.core.jobs import Handler, Job
from dozen.db import Tx
from dozen.kit.env import Env

FORGET_PERSON_JOB = "engagement.forget"


def forget_later(tx: Tx, person_id: int) -> None:
    """Somebody's account is gone: take back what they marked, said and rated, in the background."""
    jobs.enqueue(tx, FORGET_PERSON_JOB, {"person": person_id}, key=f"{FORGET_PERSON_JOB}:{person_id}")


def _forget_subject(env: Env, job: Job) -> None:
    db, subject_id = jobs.database(env), int(job.payload["id"])
    while db.run_write(env, lambda tx: forget_subject(tx, subject_id)):
        pass


def _forget_person(env: Env, job: Job) -> None:
    db, person_id = jobs.database(env), int(job.payload["person"])
    while db.run_write(env, lambda tx: forget(tx, person_id)):
        pass


JOBS: tuple[Handler, ...] = (
    jobs.handler(FORGET_JOB, _forget_subject),
    jobs.handler(FORGET_PERSON_JOB, _forget_person),
)
