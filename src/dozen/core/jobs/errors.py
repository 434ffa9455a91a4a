from __future__ import annotations

from dozen.kit.errors import Conflict, NotFound, TooLarge


class NoSuchJob(NotFound):
    code = "no_such_job"
    title = "There is no such dead job; perhaps it was retried already"


class PayloadTooLarge(TooLarge):
    code = "job_too_large"
    title = "A job's payload is too large; store the data and enqueue its id"


class AlreadyStarted(Conflict):
    code = "runner_started"
    title = "This runner has been started before"


class GiveUp(Exception):
    """Raised by a handler when trying again cannot help: the job goes to the dead letters at once."""
